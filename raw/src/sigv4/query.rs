//! The `CanonicalQueryString` line.

use super::headers::Headers;
use super::{ALGORITHM, Credential, Error, Expires, Timestamp};
use crate::encode::{self, Slash};
use std::fmt::Write;
use std::ops::Range;

pub(super) const SIGNATURE: &str = "X-Amz-Signature";
pub(super) const TOKEN: &str = "X-Amz-Security-Token";

/// The parameters encoded, in the order in which they came, and then the line.
#[derive(Default)]
pub(super) struct QueryBuffers {
    expires: String,
    encoded: String,
    parameters: Vec<Parameter>,
    line: String,
}

/// Where in `encoded` a name and its value are.
struct Parameter {
    name: Range<usize>,
    value: Range<usize>,
}

impl QueryBuffers {
    /// The query of the wire in canonical form: names and values encoded by one rule, sorted by the
    /// encoded name and then by the encoded value, and an `=` even where there is no value.
    pub(super) fn canonical(&mut self, wire: &str) -> &str {
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
    ) -> Result<&str, Error> {
        self.clear();
        write!(self.expires, "{}", expires.as_seconds()).expect("a String takes any text");
        let expires = std::mem::take(&mut self.expires);
        let added = [
            ("X-Amz-Algorithm", Some(ALGORITHM)),
            ("X-Amz-Credential", Some(credential.text)),
            ("X-Amz-Date", Some(time.as_str())),
            ("X-Amz-Expires", Some(&expires)),
            (TOKEN, headers.signed_token()),
            ("X-Amz-SignedHeaders", Some(headers.signed())),
        ];
        let names = added.iter().map(|(name, _)| *name).chain([SIGNATURE]);
        for given in parameters(wire).map(|(name, _)| name) {
            if let Some(parameter) = names.clone().find(|name| *name == given) {
                return Err(Error::AlreadyPresigned { parameter });
            }
        }
        self.read(wire);
        for (name, value) in added {
            if let Some(value) = value {
                self.push(name, value, |out, text| encode::push(out, text, Slash::Encoded));
            }
        }
        self.expires = expires;
        Ok(self.write_sorted())
    }

    fn clear(&mut self) {
        self.expires.clear();
        self.encoded.clear();
        self.parameters.clear();
        self.line.clear();
    }

    fn read(&mut self, wire: &str) {
        for (name, value) in parameters(wire) {
            self.push(name, value, encode::push_canonical);
        }
    }

    fn push(&mut self, name: &str, value: &str, encode: impl Fn(&mut String, &str)) {
        let start = self.encoded.len();
        encode(&mut self.encoded, name);
        let between = self.encoded.len();
        encode(&mut self.encoded, value);
        let end = self.encoded.len();
        self.parameters.push(Parameter { name: start..between, value: between..end });
    }

    fn write_sorted(&mut self) -> &str {
        let text = &self.encoded;
        let key =
            |parameter: &Parameter| (&text[parameter.name.clone()], &text[parameter.value.clone()]);
        self.parameters.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        for parameter in &self.parameters {
            let (name, value) = key(parameter);
            if !self.line.is_empty() {
                self.line.push('&');
            }
            self.line.push_str(name);
            self.line.push('=');
            self.line.push_str(value);
        }
        &self.line
    }
}

/// The names and values of a query of the wire; an empty piece between two `&` is none.
fn parameters(wire: &str) -> impl Iterator<Item = (&str, &str)> {
    wire.split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
}

#[cfg(test)]
mod tests {
    use super::QueryBuffers;

    fn canonical(wire: &str) -> String {
        QueryBuffers::default().canonical(wire).to_owned()
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
