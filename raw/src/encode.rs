//! The one percent-encoder: what it writes is sent and signed alike, so the two cannot disagree.
//!
//! AWS calls it `UriEncode` and asks for RFC 3986 to the letter: the unreserved characters
//! `A-Z a-z 0-9 - . _ ~` stay, every other byte becomes `%` and two upper-case hexadecimal digits.
//! A space is `%20` and never `+`, and `*` is escaped, both unlike HTML forms.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

/// What becomes of `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slash {
    /// Escaped: in the names and values of a query or a form.
    Encoded,
    /// Left: in a path, where it separates.
    Kept,
}

/// Encodes an unencoded path, such as `/` and an S3 key, for the wire.
#[must_use]
pub fn path(path: &str) -> String {
    encoded(path, Slash::Kept)
}

/// Encodes an unencoded name or value of a query or a form for the wire.
#[must_use]
pub fn query(text: &str) -> String {
    encoded(text, Slash::Encoded)
}

/// Appends unencoded `text` to `out`, encoded.
pub fn push(out: &mut String, text: &str, slash: Slash) {
    out.push_str(&encoded(text, slash));
}

fn encoded(text: &str, slash: Slash) -> String {
    let mut out = Vec::with_capacity(text.len());
    write(&mut out, text.as_bytes(), slash);
    String::from_utf8(out).expect("what is encoded is ASCII")
}

/// Appends unencoded `bytes` to `out`, encoded.
pub(crate) fn write(out: &mut Vec<u8>, bytes: &[u8], slash: Slash) {
    let table = match slash {
        Slash::Encoded => &ESCAPING_SLASH,
        Slash::Kept => &KEEPING_SLASH,
    };
    write_all(out, bytes.iter().copied(), table);
}

/// Appends a name or value of a query as it stands on the wire to `out`, in canonical form: decoded
/// as the service will, and encoded again. So `%7e` becomes `~`, `*` becomes `%2A`, a `%` without
/// two digits behind it stands for itself, and bytes that are no UTF-8 survive.
///
/// A bare `+` is signed as a space, `%20`: AWS's services read a query as a form does, so that is
/// the value which they check the signature against (as do the SDK for Rust and Envoy, while the C
/// runtime and botocore take a literal plus). To send a plus, write `%2B`.
pub(crate) fn write_canonical(out: &mut Vec<u8>, wire: &[u8]) {
    write_all(out, decoded(wire), &ESCAPING_SLASH);
}

fn decoded(mut wire: &[u8]) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let (byte, rest) = match wire {
            [] => return None,
            [b'+', rest @ ..] => (b' ', rest),
            [b'%', high, low, rest @ ..] => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, rest),
                _ => (b'%', &wire[1..]),
            },
            [byte, rest @ ..] => (*byte, rest),
        };
        wire = rest;
        Some(byte)
    })
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// A byte as it is written, and in how many bytes: `~` is `~??1`, a space is `%203`.
type Encoded = [u8; 4];

fn write_all(out: &mut Vec<u8>, bytes: impl Iterator<Item = u8>, table: &[Encoded; 256]) {
    // Four bytes are written for each, whether it takes one or three, and the next begins where it
    // ended: no branch depends on the text. The stage keeps that on the stack.
    let mut stage = [0; 64];
    let mut end = 0;
    for byte in bytes {
        let encoded = table[usize::from(byte)];
        stage[end..end + 4].copy_from_slice(&encoded);
        end += usize::from(encoded[3]);
        if end > stage.len() - 4 {
            out.extend_from_slice(&stage[..end]);
            end = 0;
        }
    }
    out.extend_from_slice(&stage[..end]);
}

static ESCAPING_SLASH: [Encoded; 256] =
    table(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");
static KEEPING_SLASH: [Encoded; 256] =
    table(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

const fn table(kept: &[u8]) -> [Encoded; 256] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut table = [[b'%', 0, 0, 3]; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte][1] = DIGITS[byte >> 4];
        table[byte][2] = DIGITS[byte & 15];
        byte += 1;
    }
    let mut at = 0;
    while at < kept.len() {
        table[kept[at] as usize] = [kept[at], 0, 0, 1];
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{path, query, write_canonical};

    fn canonical(wire: &str) -> String {
        let mut out = Vec::new();
        write_canonical(&mut out, wire.as_bytes());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_unreserved_characters_stay_and_nothing_else_does() {
        assert_eq!(query("AZaz09-._~"), "AZaz09-._~");
        assert_eq!(query(" !*'()+/=&%"), "%20%21%2A%27%28%29%2B%2F%3D%26%25");
        assert_eq!(query("ü\n"), "%C3%BC%0A");
    }

    #[test]
    fn a_path_keeps_its_slashes() {
        assert_eq!(path("/a b/c:d=e"), "/a%20b/c%3Ad%3De");
    }

    #[test]
    fn long_text_comes_out_whole() {
        for length in 0..300 {
            assert_eq!(query(&"/".repeat(length)), "%2F".repeat(length));
            assert_eq!(query(&"a".repeat(length)), "a".repeat(length));
        }
    }

    #[test]
    fn what_is_encoded_for_the_wire_is_canonical_already() {
        for text in ["photos/2026 é.jpg", "100%", "a+b", "*~", "\u{1F600}"] {
            assert_eq!(canonical(&query(text)), query(text));
        }
    }

    #[test]
    fn what_others_put_on_the_wire_becomes_canonical() {
        assert_eq!(canonical("%7e%2a*%c3%bcü"), "~%2A%2A%C3%BC%C3%BC");
        assert_eq!(canonical("100%&%zz%4"), "100%25%26%25zz%254");
        assert_eq!(canonical("%FF%"), "%FF%25");
    }

    #[test]
    fn a_bare_plus_is_read_as_a_space() {
        assert_eq!(canonical("a+b%2Bc"), "a%20b%2Bc");
    }
}
