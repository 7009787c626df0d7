//! The `CanonicalQueryString` line.

use super::headers::Headers;
use super::{Credential, Error, Expires, Timestamp};
use crate::encode::{self, Slash};
use std::ops::Range;

const ALGORITHM: &str = "X-Amz-Algorithm";
const CREDENTIAL: &str = "X-Amz-Credential";
const DATE: &str = "X-Amz-Date";
const EXPIRES: &str = "X-Amz-Expires";
const SIGNED_HEADERS: &str = "X-Amz-SignedHeaders";
pub(super) const SIGNATURE: &str = "X-Amz-Signature";
pub(super) const TOKEN: &str = "X-Amz-Security-Token";

/// What a presigned URL says of its signature.
const PRESIGNED: [&str; 7] =
    [ALGORITHM, CREDENTIAL, DATE, EXPIRES, TOKEN, SIGNED_HEADERS, SIGNATURE];

/// The query in canonical form: names and values encoded by one rule, an `=` even where there is no
/// value, sorted by the encoded name and then by the encoded value.
#[derive(Default)]
pub(super) struct QueryBuffers {
    /// In the order in which they came.
    text: Vec<u8>,
    parameters: Vec<Parameter>,
    /// In the right order, where that is another.
    sorted: Vec<u8>,
    token: EncodedToken,
}

/// Where in the text a parameter is, and its equals sign.
struct Parameter {
    whole: Range<usize>,
    equals: usize,
}

/// The session token as a query holds it. It is long, and the same for an hour, so it is kept.
#[derive(Default)]
struct EncodedToken {
    plain: Vec<u8>,
    encoded: Vec<u8>,
}

impl QueryBuffers {
    /// The query of the wire.
    pub(super) fn canonical(&mut self, wire: &str) -> &[u8] {
        self.read(wire);
        self.sort()
    }

    /// The query of the wire with the parameters of a presigned URL, all but the signature.
    pub(super) fn canonical_presigned(
        &mut self,
        wire: &str,
        credential: &Credential<'_>,
        time: &Timestamp,
        expires: Expires,
        headers: &Headers<'_>,
    ) -> Result<&[u8], Error> {
        for (name, _) in parameters(wire) {
            if let Some(parameter) = PRESIGNED.into_iter().find(|one| *one == name) {
                return Err(Error::AlreadyPresigned { parameter });
            }
        }
        self.read(wire);
        self.push(ALGORITHM, super::ALGORITHM.as_bytes(), encode);
        self.push(CREDENTIAL, credential.text, encode);
        self.push(DATE, time.as_bytes(), encode);
        self.push(EXPIRES, expires.digits(), encode);
        if let Some(token) = headers.signed_token() {
            let mut kept = std::mem::take(&mut self.token);
            self.push(TOKEN, kept.encode(token), Vec::extend_from_slice);
            self.token = kept;
        }
        self.push(SIGNED_HEADERS, headers.signed(), encode);
        // Those six are in order already.
        if wire.is_empty() { Ok(&self.text) } else { Ok(self.sort()) }
    }

    fn read(&mut self, wire: &str) {
        self.text.clear();
        self.parameters.clear();
        for (name, value) in parameters(wire) {
            self.push(name, value.as_bytes(), encode::write_canonical);
        }
    }

    fn push(&mut self, name: &str, value: &[u8], encode: impl Fn(&mut Vec<u8>, &[u8])) {
        if !self.text.is_empty() {
            self.text.push(b'&');
        }
        let start = self.text.len();
        encode(&mut self.text, name.as_bytes());
        let equals = self.text.len();
        self.text.push(b'=');
        encode(&mut self.text, value);
        self.parameters.push(Parameter { whole: start..self.text.len(), equals });
    }

    fn sort(&mut self) -> &[u8] {
        let text = &self.text;
        let key = |Parameter { whole, equals }: &Parameter| {
            (&text[whole.start..*equals], &text[*equals..whole.end])
        };
        if self.parameters.is_sorted_by_key(key) {
            return text;
        }
        self.parameters.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        self.sorted.clear();
        for parameter in &self.parameters {
            if !self.sorted.is_empty() {
                self.sorted.push(b'&');
            }
            self.sorted.extend_from_slice(&text[parameter.whole.clone()]);
        }
        &self.sorted
    }
}

impl EncodedToken {
    fn encode(&mut self, token: &str) -> &[u8] {
        if self.plain != token.as_bytes() {
            self.plain.clear();
            self.plain.extend_from_slice(token.as_bytes());
            self.encoded.clear();
            encode(&mut self.encoded, &self.plain);
        }
        &self.encoded
    }
}

fn encode(out: &mut Vec<u8>, text: &[u8]) {
    encode::write(out, text, Slash::Encoded);
}

/// Appends one parameter more to a query that has some.
pub(super) fn write_parameter(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.push(b'&');
    out.extend_from_slice(name.as_bytes());
    out.push(b'=');
    encode(out, value);
}

/// The names and values of a query of the wire; an empty piece between two `&` is none.
fn parameters(wire: &str) -> impl Iterator<Item = (&str, &str)> {
    let pieces = wire.split('&').filter(|piece| !piece.is_empty());
    pieces.map(|piece| piece.split_once('=').unwrap_or((piece, "")))
}

#[cfg(test)]
mod tests {
    use super::QueryBuffers;

    fn canonical(wire: &str) -> String {
        String::from_utf8(QueryBuffers::default().canonical(wire).to_vec()).unwrap()
    }

    #[test]
    fn parameters_are_sorted_by_encoded_name_and_then_by_encoded_value() {
        assert_eq!(canonical("b=1&a=2&a=10"), "a=10&a=2&b=1");
        assert_eq!(canonical("a-b=1&a=2&a%20b=3&B=4"), "B=4&a=2&a%20b=3&a-b=1");
        assert_eq!(canonical("ü=1&z=2"), "%C3%BC=1&z=2");
    }

    #[test]
    fn a_parameter_without_value_gets_its_equals_sign() {
        assert_eq!(canonical("versioning"), "versioning=");
        assert_eq!(canonical("&b&&a=&"), "a=&b=");
        assert_eq!(canonical("a=b=c&=d"), "=d&a=b%3Dc");
        assert_eq!(canonical(""), "");
    }
}
