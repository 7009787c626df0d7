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

/// What a presigned URL says of its signature.
const PRESIGNED: [&str; 7] =
    [ALGORITHM, CREDENTIAL, DATE, EXPIRES, TOKEN, SIGNED_HEADERS, SIGNATURE];

/// The query in canonical form: names and values encoded by one rule, an `=` even where there is no
/// value, sorted by the encoded name and then by the encoded value.
#[derive(Default)]
pub(super) struct QueryBuffers {
    given: Parameters,
    sorted: Vec<u8>,
}

/// Parameters as `name=value&…`, in the order in which they came.
#[derive(Default)]
struct Parameters {
    text: Vec<u8>,
    places: Vec<Place>,
}

/// Where in the text a parameter is, and its equals sign.
struct Place {
    whole: Range<usize>,
    equals: usize,
}

impl QueryBuffers {
    /// The query of the wire, and where it is presigned what it says of the signature.
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

    /// Without a word of the signature. Most clients write what is canonical, and that is signed as it
    /// stands.
    fn unsigned<'q>(&'q mut self, wire: &'q [u8]) -> &'q [u8] {
        if is_canonical(wire) {
            return wire;
        }
        self.given.read(wire);
        self.given.sort(&mut self.sorted)
    }

    /// With the parameters of a presigned URL, all but the signature.
    fn presigned(
        &mut self,
        wire: &str,
        credential: &Credential,
        expires: Expires,
        headers: &Headers<'_>,
    ) -> Result<&[u8], Error> {
        let Self { given: all, sorted } = self;
        all.read(wire.as_bytes());
        let is_given =
            |name: &&str| all.places.iter().any(|place| all.name(place) == name.as_bytes());
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
        // Those six are in order.
        if wire.is_empty() { Ok(&all.text) } else { Ok(all.sort(sorted)) }
    }
}

impl Parameters {
    /// Takes a query apart; what is empty between two `&` is no parameter.
    fn read(&mut self, wire: &[u8]) {
        self.text.clear();
        self.places.clear();
        let mut rest = wire;
        while let [first, after_it @ ..] = rest {
            if *first == b'&' {
                rest = after_it;
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
            self.places.push(Place { whole: start..self.text.len(), equals });
        }
    }

    fn add(&mut self, name: &str, write_value: impl FnOnce(&mut Vec<u8>)) {
        let start = self.begin();
        self.text.extend_from_slice(name.as_bytes());
        let equals = self.text.len();
        self.text.push(b'=');
        write_value(&mut self.text);
        self.places.push(Place { whole: start..self.text.len(), equals });
    }

    fn begin(&mut self) -> usize {
        if !self.text.is_empty() {
            self.text.push(b'&');
        }
        self.text.len()
    }

    fn name(&self, place: &Place) -> &[u8] {
        &self.text[place.whole.start..place.equals]
    }

    fn value(&self, place: &Place) -> &[u8] {
        &self.text[place.equals + 1..place.whole.end]
    }

    /// Writes the text to `sorted`, in order.
    fn sort<'s>(&mut self, sorted: &'s mut Vec<u8>) -> &'s [u8] {
        let mut places = std::mem::take(&mut self.places);
        let key = |place: &Place| (self.name(place), self.value(place));
        places.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        sorted.clear();
        for place in &places {
            if !sorted.is_empty() {
                sorted.push(b'&');
            }
            sorted.extend_from_slice(&self.text[place.whole.clone()]);
        }
        self.places = places;
        sorted
    }
}

/// Whether [`Parameters`] would write `wire` as it stands: all encoded, every equals sign there, no
/// `&` too many, and in order.
fn is_canonical(wire: &[u8]) -> bool {
    let (mut last_name, mut last_value) = (&b""[..], &b""[..]);
    let mut rest = wire;
    while !rest.is_empty() {
        let (name, [b'=', after_equals @ ..]) = encode::split_canonical(rest, Slash::Encoded)
        else {
            return false;
        };
        let (value, after_value) = encode::split_canonical(after_equals, Slash::Encoded);
        // Two names differ soon, most at their first byte: sooner than a comparison of slices begins.
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
    // Nothing at all, or nothing behind the last `&`.
    wire.is_empty()
}

/// Appends the name of one parameter more to a query that has some.
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
    fn only_what_would_be_written_as_it_stands_is_canonical() {
        let config = Config { cases: 5_000, ..Config::default() };
        proptest!(config, |(wire in "([ab]|[ab]|=|=|&|%2F|%2f|%41|[%+/-]){0,8}")| {
            let mut query = QueryBuffers::default();
            query.given.read(wire.as_bytes());
            let written = query.given.sort(&mut query.sorted);
            prop_assert_eq!(is_canonical(wire.as_bytes()), written == wire.as_bytes());
        });
    }

    #[test]
    fn a_parameter_without_value_gets_its_equals_sign() {
        assert_eq!(canonical("versioning"), "versioning=");
        assert_eq!(canonical("&b&&a=&"), "a=&b=");
        assert_eq!(canonical("a=b=c&=d"), "=d&a=b%3Dc");
        assert_eq!(canonical(""), "");
    }
}
