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
    let mut out = String::with_capacity(path.len());
    push(&mut out, path, Slash::Kept);
    out
}

/// Encodes an unencoded name or value of a query or a form for the wire.
#[must_use]
pub fn query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push(&mut out, text, Slash::Encoded);
    out
}

/// Appends unencoded `text` to `out`, encoded.
pub fn push(out: &mut String, text: &str, slash: Slash) {
    let stays = |byte: u8| is_unreserved(byte) || (byte == b'/' && slash == Slash::Kept);
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !stays(byte)) {
        out.push_str(&rest[..at]);
        rest = push_first_char(out, &rest[at..]);
    }
    out.push_str(rest);
}

/// Appends a name or value of a query as it stands on the wire to `out`, in canonical form: decoded
/// as the service will, and encoded again. So `%7e` becomes `~`, `*` becomes `%2A`, a `%` without
/// two digits behind it stands for itself, and bytes that are no UTF-8 survive.
///
/// A bare `+` is signed as a space, `%20`: AWS's services read a query as a form does, so that is
/// the value which they check the signature against (as do the SDKs for Rust and Envoy, while the
/// C runtime and botocore take a literal plus). To send a plus, write `%2B`.
pub fn push_canonical(out: &mut String, wire: &str) {
    let mut rest = wire;
    while let Some(at) = rest.bytes().position(|byte| !is_unreserved(byte)) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = match (rest.as_bytes(), decode_escape(rest.as_bytes())) {
            (_, Some(byte)) => {
                push_byte(out, byte);
                &rest[3..]
            }
            ([b'+', ..], _) => {
                push_byte(out, b' ');
                &rest[1..]
            }
            _ => push_first_char(out, rest),
        };
    }
    out.push_str(rest);
}

/// Encodes the first character of `text` and returns what follows it.
fn push_first_char<'a>(out: &mut String, text: &'a str) -> &'a str {
    let mut chars = text.chars();
    if let Some(char) = chars.next() {
        char.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| push_byte(out, byte));
    }
    chars.as_str()
}

fn push_byte(out: &mut String, byte: u8) {
    if is_unreserved(byte) {
        out.push(char::from(byte));
    } else {
        let at = 3 * usize::from(byte);
        out.push_str(&ESCAPES[at..at + 3]);
    }
}

/// The byte that an escape at the beginning of `text` stands for.
fn decode_escape(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()
}

fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[usize::from(byte)]
}

const UNRESERVED: [bool; 256] = {
    const BYTES: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    let mut table = [false; 256];
    let mut at = 0;
    while at < BYTES.len() {
        table[BYTES[at] as usize] = true;
        at += 1;
    }
    table
};

/// `%00%01…%FF`, of which an escape is a slice of three.
const ESCAPES: &str = {
    const TEXT: [u8; 3 * 256] = {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let mut text = [b'%'; 3 * 256];
        let mut byte = 0;
        while byte < 256 {
            text[3 * byte + 1] = DIGITS[byte >> 4];
            text[3 * byte + 2] = DIGITS[byte & 15];
            byte += 1;
        }
        text
    };
    match str::from_utf8(&TEXT) {
        Ok(text) => text,
        Err(_) => panic!("percent signs and hexadecimal digits are ASCII"),
    }
};

#[cfg(test)]
mod tests {
    use super::{path, push_canonical, query};

    fn canonical(wire: &str) -> String {
        let mut out = String::new();
        push_canonical(&mut out, wire);
        out
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
    fn what_is_encoded_for_the_wire_is_canonical_already() {
        for text in ["photos/2026 é.jpg", "100%", "a+b", "*~", "\u{1F600}"] {
            assert_eq!(canonical(&query(text)), query(text));
        }
    }

    #[test]
    fn what_others_put_on_the_wire_becomes_canonical() {
        assert_eq!(canonical("%7e%2a*%c3%bcü"), "~%2A%2A%C3%BC%C3%BC");
        assert_eq!(canonical("100%&%zz%4"), "100%25%26%25zz%254");
        assert_eq!(canonical("%FF"), "%FF");
    }

    #[test]
    fn a_bare_plus_is_read_as_a_space() {
        assert_eq!(canonical("a+b%2Bc"), "a%20b%2Bc");
    }
}
