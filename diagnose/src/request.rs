//! A signed request, as it was sent.

/// What went over the wire, before anything is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// For example `GET`.
    pub method: String,
    /// Path and query as sent, percent-encoded.
    pub target: String,
    /// Names and values in their order, repetitions included.
    pub headers: Vec<(String, String)>,
    /// Empty if there is none.
    pub body: Vec<u8>,
}

impl SignedRequest {
    /// The path as sent; `/` for an empty one.
    #[must_use]
    pub fn path(&self) -> &str {
        match self.target.split('?').next() {
            Some("") | None => "/",
            Some(path) => path,
        }
    }

    /// The query as sent, without its question mark.
    #[must_use]
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The values of every header of that name, in any letter case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.headers.iter().filter(move |(sent, _)| sent.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    /// The value of the first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(sent, _)| sent.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first query parameter of that name, decoded.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs =
            self.query().split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (_, value) = pairs.find(|(sent, _)| decoded(sent) == name)?;
        Some(decoded(value))
    }
}

/// Undoes percent-encoding, leniently: a `%` without two hexadecimal digits stays.
#[must_use]
pub fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&decoded_bytes(text)).into_owned()
}

/// [`decoded`], as bytes: what is escaped need not be UTF-8.
#[must_use]
pub fn decoded_bytes(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            (byte, ..) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    plain
}

/// Percent-encodes every byte but the unreserved ones and those of `kept`.
#[must_use]
pub fn encoded(bytes: &[u8], kept: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric()
            || "-._~".contains(character)
            || byte.is_ascii() && kept.contains(character)
        {
            text.push(character);
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
