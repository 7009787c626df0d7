//! The `CanonicalQueryString` line.

use super::headers::Headers;
use super::{ALGORITHM, Credential, Error, Expires, Timestamp};
use crate::encode::{self, Slash};
use std::io::Write;
use std::ops::Range;

pub(super) const SIGNATURE: &str = "X-Amz-Signature";
pub(super) const TOKEN: &str = "X-Amz-Security-Token";

/// The parameters as `name=value`, encoded, in the order in which they came; and then the line.
#[derive(Default)]
pub(super) struct QueryBuffers {
    expires: Vec<u8>,
    encoded: Vec<u8>,
    parameters: Vec<Parameter>,
    line: Vec<u8>,
}

/// Where in `encoded` a parameter is, and its equals sign.
struct Parameter {
    whole: Range<usize>,
    equals: usize,
}

impl QueryBuffers {
    /// The query of the wire in canonical form: names and values encoded by one rule, sorted by the
    /// encoded name and then by the encoded value, and an `=` even where there is no value.
    pub(super) fn canonical(&mut self, wire: &str) -> &[u8] {
        self.clear();
        self.read(wire);
        self.write_sorted()
    }

    /// The same with the parameters of a presigned URL, all but the signature.
    pub(super) fn canonical_presigned(
        &mut self,
        wire: &str,
        credential: &Credential<'_>,
        time: &Timestamp,
        expires: Expires,
        headers: &Headers<'_>,
    ) -> Result<&[u8], Error> {
        self.clear();
        let mut seconds = std::mem::take(&mut self.expires);
        seconds.clear();
        write!(seconds, "{}", expires.as_seconds()).expect("a vector takes what it is given");
        let added = [
            ("X-Amz-Algorithm", Some(ALGORITHM.as_bytes())),
            ("X-Amz-Credential", Some(credential.text)),
            ("X-Amz-Date", Some(time.as_bytes())),
            ("X-Amz-Expires", Some(&seconds)),
            (TOKEN, headers.signed_token().map(str::as_bytes)),
            ("X-Amz-SignedHeaders", Some(headers.signed())),
        ];
        let names = added.iter().map(|(name, _)| *name).chain([SIGNATURE]);
        for (given, _) in parameters(wire) {
            if let Some(parameter) = names.clone().find(|name| name.as_bytes() == given) {
                return Err(Error::AlreadyPresigned { parameter });
            }
        }
        self.read(wire);
        for (name, value) in added {
            if let Some(value) = value {
                self.push(name.as_bytes(), value, |out, text| {
                    encode::write(out, text, Slash::Encoded);
                });
            }
        }
        self.expires = seconds;
        Ok(self.write_sorted())
    }

    fn clear(&mut self) {
        self.encoded.clear();
        self.parameters.clear();
        self.line.clear();
    }

    fn read(&mut self, wire: &str) {
        for (name, value) in parameters(wire) {
            self.push(name, value, encode::write_canonical);
        }
    }

    fn push(&mut self, name: &[u8], value: &[u8], encode: impl Fn(&mut Vec<u8>, &[u8])) {
        let start = self.encoded.len();
        encode(&mut self.encoded, name);
        let equals = self.encoded.len();
        self.encoded.push(b'=');
        encode(&mut self.encoded, value);
        self.parameters.push(Parameter { whole: start..self.encoded.len(), equals });
    }

    fn write_sorted(&mut self) -> &[u8] {
        let text = &self.encoded;
        let key = |Parameter { whole, equals }: &Parameter| {
            (&text[whole.start..*equals], &text[*equals..whole.end])
        };
        self.parameters.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        for (at, parameter) in self.parameters.iter().enumerate() {
            if at > 0 {
                self.line.push(b'&');
            }
            self.line.extend_from_slice(&text[parameter.whole.clone()]);
        }
        &self.line
    }
}

/// Appends one parameter more to a query that has some.
pub(super) fn write_parameter(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.push(b'&');
    out.extend_from_slice(name.as_bytes());
    out.push(b'=');
    encode::write(out, value, Slash::Encoded);
}

/// The names and values of a query of the wire; an empty piece between two `&` is none.
fn parameters(wire: &str) -> impl Iterator<Item = (&[u8], &[u8])> {
    let pieces = wire.as_bytes().split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    pieces.map(|piece| match piece.iter().position(|byte| *byte == b'=') {
        Some(equals) => (&piece[..equals], &piece[equals + 1..]),
        None => (piece, &b""[..]),
    })
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
