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

impl Slash {
    /// The bytes that are not escaped.
    #[inline]
    fn table(self) -> &'static [bool; 256] {
        match self {
            Self::Encoded => &UNRESERVED,
            Self::Kept => &UNRESERVED_OR_SLASH,
        }
    }
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
    let stays = slash.table();
    let mut rest = bytes;
    loop {
        let (run, other) = rest.split_at(run_length(rest, stays));
        out.extend_from_slice(run);
        let [byte, after_it @ ..] = other else { return };
        out.extend_from_slice(&ESCAPES[usize::from(*byte)]);
        rest = after_it;
    }
}

/// Appends text as it stands on the wire to `out`, in canonical form: decoded as the service will,
/// and encoded again. So `%7e` becomes `~`, `*` becomes `%2A`, a `%` without two digits behind it
/// stands for itself, and bytes that are no UTF-8 survive. It ends before the first byte that `ends`
/// it, which must be one that is escaped, and returns what is left from there.
///
/// A bare `+` is signed as a space, `%20`: AWS's services read a query as a form does, and S3 its paths
/// too, so that is the value which they check the signature against (as do the SDK for Rust and Envoy
/// in a query, while the C runtime and botocore take a literal plus). To send a plus, write `%2B`.
///
/// With [`Slash::Kept`], an escaped slash becomes a slash: S3 decodes the whole path before it encodes
/// it again.
pub(crate) fn write_canonical<'w>(
    out: &mut Vec<u8>,
    wire: &'w [u8],
    slash: Slash,
    ends: impl Fn(u8) -> bool,
) -> &'w [u8] {
    let mut rest = wire;
    loop {
        let (canonical, other) = split_canonical(rest, slash);
        out.extend_from_slice(canonical);
        let (byte, length) = match *other {
            [] => return other,
            [end, ..] if ends(end) => return other,
            [b'%', high, low, ..] if let Some(byte) = unescape(high, low) => (byte, 3),
            [b'+', ..] => (b' ', 1),
            [byte, ..] => (byte, 1),
        };
        write(out, &[byte], slash);
        rest = &other[length..];
    }
}

/// What `wire` begins with that [`write_canonical`] leaves as it is, and the rest.
#[inline]
pub(crate) fn split_canonical(wire: &[u8], slash: Slash) -> (&[u8], &[u8]) {
    let stays = slash.table();
    let mut rest = wire;
    loop {
        rest = match rest {
            [byte, after_it @ ..] if stays[usize::from(*byte)] => after_it,
            [b'%', high, low, after_it @ ..] if is_canonical_escape(*high, *low, stays) => after_it,
            _ => return wire.split_at(wire.len() - rest.len()),
        }
    }
}

/// How many bytes `bytes` begins with that are in the table.
fn run_length(bytes: &[u8], table: &[bool; 256]) -> usize {
    bytes.iter().position(|byte| !table[usize::from(*byte)]).unwrap_or(bytes.len())
}

fn is_canonical_escape(high: u8, low: u8, stays: &[bool; 256]) -> bool {
    let is_lower_case = |digit: u8| digit >= b'a';
    unescape(high, low).is_some_and(|byte| {
        !(is_lower_case(high) || is_lower_case(low) || stays[usize::from(byte)])
    })
}

/// The byte that `%` and these two digits stand for.
fn unescape(high: u8, low: u8) -> Option<u8> {
    let byte = DIGIT_VALUES[usize::from(high)] << 4 | DIGIT_VALUES[usize::from(low)];
    u8::try_from(byte).ok()
}

static UNRESERVED: [bool; 256] =
    table_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");
static UNRESERVED_OR_SLASH: [bool; 256] =
    table_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

const fn table_of(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}

/// What a hexadecimal digit is worth; of a byte that is none, more than fits into a byte.
static DIGIT_VALUES: [u16; 256] = {
    let mut table = [0x100; 256];
    let mut value: u16 = 0;
    while value < 16 {
        table[b"0123456789ABCDEF"[value as usize] as usize] = value;
        table[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    table
};

/// `%00`, `%01`, … `%FF`
static ESCAPES: [[u8; 3]; 256] = {
    let digits = b"0123456789ABCDEF";
    let mut table = [[b'%'; 3]; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte][1] = digits[byte >> 4];
        table[byte][2] = digits[byte & 15];
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::{Slash, path, query, write_canonical};

    fn canonical(wire: &str) -> String {
        canonical_as(wire, Slash::Encoded)
    }

    fn canonical_as(wire: &str, slash: Slash) -> String {
        let mut out = Vec::new();
        assert!(write_canonical(&mut out, wire.as_bytes(), slash, |_| false).is_empty());
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
            assert_eq!(canonical_as(&path(text), Slash::Kept), path(text));
        }
    }

    #[test]
    fn what_others_put_on_the_wire_becomes_canonical() {
        assert_eq!(canonical("%7e%2a*%c3%bcü"), "~%2A%2A%C3%BC%C3%BC");
        assert_eq!(canonical("100%&%zz%4"), "100%25%26%25zz%254");
        assert_eq!(canonical("%FF%"), "%FF%25");
    }

    #[test]
    fn an_escaped_slash_is_a_slash_where_slashes_are_kept() {
        assert_eq!(canonical_as("/a%2Fb%2f", Slash::Kept), "/a/b/");
        assert_eq!(canonical("/a%2f"), "%2Fa%2F");
    }

    #[test]
    fn a_bare_plus_is_read_as_a_space() {
        assert_eq!(canonical("a+b%2Bc"), "a%20b%2Bc");
    }
}
