//! The `CanonicalQueryString` line.

use super::credential_cache::Credential;
use super::headers::Headers;
use super::{Error, Expires, Location};
use crate::encode::{self, Slash};
use std::ops::Range;

const ALGORITHM: &str = "X-Amz-Algorithm";
const CREDENTIAL: &str = "X-Amz-Credential";
const DATE: &str = "X-Amz-Date";
const EXPIRES: &str = "X-Amz-Expires";
const SIGNED_HEADERS: &str = "X-Amz-SignedHeaders";
pub(super) const SIGNATURE: &str = "X-Amz-Signature";
pub(super) const TOKEN: &str = "X-Amz-Security-Token";

/// The parameters that presigning adds.
const PRESIGNED: [&str; 7] =
    [ALGORITHM, CREDENTIAL, DATE, EXPIRES, TOKEN, SIGNED_HEADERS, SIGNATURE];

/// Writes a query in canonical form: names and values encoded by one rule, an `=` even without a value,
/// sorted by the encoded name and then by the encoded value.
#[derive(Default)]
pub(super) struct QueryBuffers {
    given: Parameters,
    sorted: Vec<u8>,
}

/// Parameters as `name=value&…`, in the order in which they were given.
#[derive(Default)]
struct Parameters {
    text: Vec<u8>,
    spans: Vec<Span>,
}

/// Where a parameter and its equals sign are in the text.
struct Span {
    whole: Range<usize>,
    equals: usize,
}

impl QueryBuffers {
    /// The canonical form of the `wire` query. For a presigned URL it includes the parameters that
    /// presigning adds.
    pub(super) fn canonical<'q>(
        &'q mut self,
        wire: &'q str,
        location: Location,
        credential: &Credential,
        headers: &Headers<'_>,
    ) -> Result<&'q [u8], Error> {
        match location {
            Location::Query(expires) => self.presigned(wire, credential, expires, headers),
            Location::Header => Ok(self.unsigned(wire.as_bytes())),
        }
    }

    /// The query of a request that is signed in its headers. Most clients write it in canonical form;
    /// signing that as it is saves 8 % of a signature with six parameters.
    fn unsigned<'q>(&'q mut self, wire: &'q [u8]) -> &'q [u8] {
        if is_canonical(wire) {
            return wire;
        }
        self.given.read(wire);
        self.given.sort(&mut self.sorted)
    }

    /// The query of a presigned URL, without the signature.
    fn presigned(
        &mut self,
        wire: &str,
        credential: &Credential,
        expires: Expires,
        headers: &Headers<'_>,
    ) -> Result<&[u8], Error> {
        let Self { given: all, sorted } = self;
        all.read(wire.as_bytes());
        let is_given = |name: &&str| all.spans.iter().any(|span| all.name(span) == name.as_bytes());
        if let Some(parameter) = PRESIGNED.into_iter().find(is_given) {
            return Err(Error::AlreadyPresigned { parameter });
        }
        all.add(ALGORITHM, |out| out.extend_from_slice(super::ALGORITHM.as_bytes()));
        all.add(CREDENTIAL, |out| out.extend_from_slice(credential.encoded()));
        all.add(DATE, |out| out.extend_from_slice(headers.time().as_bytes()));
        all.add(EXPIRES, |out| out.extend(expires.digits()));
        if let Some(token) = headers.signed_token() {
            all.add(TOKEN, |out| out.extend_from_slice(token.encoded()));
        }
        all.add(SIGNED_HEADERS, |out| encode(out, headers.signed()));
        // What was added is in order already.
        if wire.is_empty() { Ok(&all.text) } else { Ok(all.sort(sorted)) }
    }
}

impl Parameters {
    /// Parses a query. Nothing between two `&` is not a parameter.
    fn read(&mut self, wire: &[u8]) {
        self.text.clear();
        self.spans.clear();
        let mut rest = wire;
        while let [first, after @ ..] = rest {
            if *first == b'&' {
                rest = after;
                continue;
            }
            let start = self.begin();
            let ends_name = |byte| byte == b'=' || byte == b'&';
            rest = encode::write_canonical(&mut self.text, rest, Slash::Encoded, ends_name);
            let equals = self.text.len();
            self.text.push(b'=');
            if let [b'=', value @ ..] = rest {
                let ends_value = |byte| byte == b'&';
                rest = encode::write_canonical(&mut self.text, value, Slash::Encoded, ends_value);
            }
            self.spans.push(Span { whole: start..self.text.len(), equals });
        }
    }

    fn add(&mut self, name: &str, write_value: impl FnOnce(&mut Vec<u8>)) {
        let start = self.begin();
        self.text.extend_from_slice(name.as_bytes());
        let equals = self.text.len();
        self.text.push(b'=');
        write_value(&mut self.text);
        self.spans.push(Span { whole: start..self.text.len(), equals });
    }

    fn begin(&mut self) -> usize {
        if !self.text.is_empty() {
            self.text.push(b'&');
        }
        self.text.len()
    }

    fn name(&self, span: &Span) -> &[u8] {
        &self.text[span.whole.start..span.equals]
    }

    fn value(&self, span: &Span) -> &[u8] {
        &self.text[span.equals + 1..span.whole.end]
    }

    /// Writes the parameters to `sorted` in order.
    fn sort<'s>(&mut self, sorted: &'s mut Vec<u8>) -> &'s [u8] {
        let mut spans = std::mem::take(&mut self.spans);
        let key = |span: &Span| (self.name(span), self.value(span));
        spans.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        sorted.clear();
        for span in &spans {
            if !sorted.is_empty() {
                sorted.push(b'&');
            }
            sorted.extend_from_slice(&self.text[span.whole.clone()]);
        }
        self.spans = spans;
        sorted
    }
}

/// Whether [`Parameters`] would leave `wire` unchanged: all encoded, an equals sign in every parameter,
/// no stray `&`, and in order.
fn is_canonical(wire: &[u8]) -> bool {
    let (mut last_name, mut last_value) = (&b""[..], &b""[..]);
    let mut rest = wire;
    while !rest.is_empty() {
        let (name, [b'=', after_equals @ ..]) = encode::split_canonical(rest, Slash::Encoded)
        else {
            return false;
        };
        let (value, after_value) = encode::split_canonical(after_equals, Slash::Encoded);
        // Byte by byte: most names differ in their first byte, before a comparison of slices has begun.
        if name.iter().cmp(last_name).then_with(|| value.cmp(last_value)).is_lt() {
            return false;
        }
        (last_name, last_value) = (name, value);
        rest = match after_value {
            [] => return true,
            [b'&', next @ ..] => next,
            _ => return false,
        };
    }
    // An empty query is canonical; an `&` at the end is not.
    wire.is_empty()
}

/// Appends the name of a further parameter to a query.
pub(super) fn begin_parameter(out: &mut Vec<u8>, name: &str) {
    out.push(b'&');
    out.extend_from_slice(name.as_bytes());
    out.push(b'=');
}

pub(super) fn encode(out: &mut Vec<u8>, text: &[u8]) {
    encode::write(out, text, Slash::Encoded);
}

#[cfg(test)]
mod tests {
    use super::{QueryBuffers, is_canonical};
    use proptest::prelude::*;
    use proptest::test_runner::Config;

    fn canonical(wire: &str) -> String {
        let mut query = QueryBuffers::default();
        String::from_utf8(query.unsigned(wire.as_bytes()).to_vec()).unwrap()
    }

    #[test]
    fn parameters_are_sorted_by_encoded_name_and_then_by_encoded_value() {
        assert_eq!(canonical("b=1&a=2&a=10"), "a=10&a=2&b=1");
        assert_eq!(canonical("a-b=1&a=2&a%20b=3&B=4"), "B=4&a=2&a%20b=3&a-b=1");
        assert_eq!(canonical("ü=1&z=2"), "%C3%BC=1&z=2");
    }

    #[test]
    fn a_query_is_canonical_if_writing_it_changes_nothing() {
        let config = Config { cases: 5_000, ..Config::default() };
        proptest!(config, |(wire in "([ab]|[ab]|=|=|&|%2F|%2f|%41|[%+/-]){0,8}")| {
            let mut query = QueryBuffers::default();
            query.given.read(wire.as_bytes());
            let written = query.given.sort(&mut query.sorted);
            prop_assert_eq!(is_canonical(wire.as_bytes()), written == wire.as_bytes());
        });
    }

    #[test]
    fn a_parameter_without_a_value_gets_an_equals_sign() {
        assert_eq!(canonical("versioning"), "versioning=");
        assert_eq!(canonical("&b&&a=&"), "a=&b=");
        assert_eq!(canonical("a=b=c&=d"), "=d&a=b%3Dc");
        assert_eq!(canonical(""), "");
    }
}
