//! The `CanonicalHeaders` and `SignedHeaders` lines, and the headers to add: one list for all three.

use super::request::{check_credential, check_header};
use super::{ContentSha256, Error, HashedPayload, Params, Request, Timestamp, TokenSigning};
use contract::SessionToken;
use std::cmp::Ordering;

const HOST: &str = "host";
const DATE: &str = "x-amz-date";
const CONTENT_SHA256: &str = "x-amz-content-sha256";
const TOKEN: &str = "x-amz-security-token";

/// Never signed: the signature itself, and what a proxy or an HTTP client may change on the way.
const UNSIGNED: [&str; 6] =
    ["authorization", "user-agent", "expect", "connection", "transfer-encoding", "x-amzn-trace-id"];

impl Request<'_> {
    /// A given `X-Amz-Date` wins over the time of the parameters.
    pub(super) fn signing_time(&self, otherwise: Timestamp) -> Result<Timestamp, Error> {
        self.header(DATE).map_or(Ok(otherwise), |given| given.trim().parse())
    }
}

/// The headers to sign, sorted by name, and what signing itself says in headers.
pub(super) struct Headers<'b> {
    host: &'b str,
    given: Given<'b>,
    added: AddedHeaders<'b>,
    sorted: &'b [Header],
    signed: &'b [u8],
}

/// [`Request::headers`]
type Given<'b> = &'b [(&'b str, &'b str)];

/// What signing itself says in headers.
pub(super) struct AddedHeaders<'b> {
    time: Timestamp,
    payload: HashedPayload,
    token: Option<&'b str>,
    token_signing: TokenSigning,
    /// In the order of their names, so that they need no sorting where no others are given.
    headers: &'static [Header],
}

#[derive(Default)]
pub(super) struct HeaderBuffers {
    sorted: Vec<Header>,
    signed: Vec<u8>,
}

/// A header that is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    Host,
    ContentSha256,
    Date,
    Token,
    /// By its place in [`Request::headers`].
    Given(usize),
    /// A given header of the same name as the one before it.
    Repeated(usize),
}

impl<'b> AddedHeaders<'b> {
    /// Where the signature goes into a header.
    pub(super) fn in_header(
        time: Timestamp,
        payload: HashedPayload,
        params: &Params<'b>,
    ) -> Result<Self, Error> {
        let headers: &[_] = match params.rules.content_sha256 {
            ContentSha256::Sent => {
                &[Header::Host, Header::ContentSha256, Header::Date, Header::Token]
            }
            ContentSha256::Absent => &[Header::Host, Header::Date, Header::Token],
        };
        Self::new(time, payload, params, headers)
    }

    /// Where the signature goes into the query, and all but the host with it.
    pub(super) fn in_query(
        time: Timestamp,
        payload: HashedPayload,
        params: &Params<'b>,
    ) -> Result<Self, Error> {
        Self::new(time, payload, params, &[Header::Host])
    }

    fn new(
        time: Timestamp,
        payload: HashedPayload,
        params: &Params<'b>,
        headers: &'static [Header],
    ) -> Result<Self, Error> {
        let token = params.credentials.session_token.as_ref().map(SessionToken::expose);
        if let Some(token) = token {
            check_credential("session token", token)?;
        }
        Ok(Self { time, payload, token, token_signing: params.rules.session_token, headers })
    }

    fn token_if(&self, signing: TokenSigning) -> Option<&'b str> {
        self.token.filter(|_| self.token_signing == signing)
    }
}

impl HeaderBuffers {
    /// Lists the headers to sign.
    pub(super) fn collect<'b>(
        &'b mut self,
        request: &Request<'b>,
        added: AddedHeaders<'b>,
    ) -> Result<Headers<'b>, Error> {
        let Self { sorted, signed } = self;
        let given = request.headers;
        sorted.clear();
        for header in added.headers {
            let is_signed = match header {
                Header::Token => added.token_if(TokenSigning::Signed).is_some(),
                Header::Host | Header::Date => request.header(header.name(given)).is_none(),
                _ => true,
            };
            if is_signed {
                sorted.push(*header);
            }
        }
        let own = sorted.len();
        for (at, (name, value)) in given.iter().enumerate() {
            check_header(name, value)?;
            let is = |other: &str| name.eq_ignore_ascii_case(other);
            let replaced = sorted[..own].iter().any(|header| is(header.name(given)));
            if !replaced && !UNSIGNED.iter().any(|unsigned| is(unsigned)) {
                sorted.push(Header::Given(at));
            }
        }
        if sorted.len() > own {
            sorted.sort_unstable_by(|one, other| one.cmp(*other, given));
            mark_repeated(sorted, given);
        }
        signed.clear();
        for header in &*sorted {
            if let Header::Repeated(_) = header {
                continue;
            }
            if !signed.is_empty() {
                signed.push(b';');
            }
            header.write_name(given, signed);
        }
        Ok(Headers { host: request.host, given, added, sorted, signed })
    }
}

impl Header {
    fn name(self, given: Given<'_>) -> &str {
        match self {
            Self::Host => HOST,
            Self::ContentSha256 => CONTENT_SHA256,
            Self::Date => DATE,
            Self::Token => TOKEN,
            Self::Given(at) | Self::Repeated(at) => given[at].0,
        }
    }

    #[inline]
    fn write_name(self, given: Given<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Host => out.extend_from_slice(HOST.as_bytes()),
            Self::ContentSha256 => out.extend_from_slice(CONTENT_SHA256.as_bytes()),
            Self::Date => out.extend_from_slice(DATE.as_bytes()),
            Self::Token => out.extend_from_slice(TOKEN.as_bytes()),
            Self::Given(at) | Self::Repeated(at) => write_lower_case(out, given[at].0),
        }
    }

    /// By lower-case name, and headers of one name in the order in which they were given.
    fn cmp(self, other: Self, given: Given<'_>) -> Ordering {
        let key = |header: Self| header.name(given).bytes().map(|byte| byte.to_ascii_lowercase());
        key(self).cmp(key(other)).then_with(|| match (self, other) {
            (Self::Given(one), Self::Given(other)) => one.cmp(&other),
            _ => Ordering::Equal,
        })
    }
}

impl Headers<'_> {
    /// `<SignedHeaders>`: the lower-case names, sorted, with a semicolon between two.
    pub(super) fn signed(&self) -> &[u8] {
        self.signed
    }

    /// `<HashedPayload>`
    pub(super) fn payload(&self) -> &HashedPayload {
        &self.added.payload
    }

    /// Appends `<CanonicalHeaders>`: `Lowercase(name) + ":" + Trim(value) + "\n"` for each, the values
    /// of a repeated header on one line with commas between.
    pub(super) fn write_canonical(&self, out: &mut Vec<u8>) {
        for header in self.sorted {
            if let Header::Repeated(_) = header {
                out.pop();
                out.push(b',');
            } else {
                header.write_name(self.given, out);
                out.push(b':');
            }
            self.write_value(*header, out);
            out.push(b'\n');
        }
    }

    fn write_value(&self, header: Header, out: &mut Vec<u8>) {
        match header {
            Header::Host => out.extend_from_slice(self.host.as_bytes()),
            Header::ContentSha256 => self.payload().write(out),
            Header::Date => out.extend_from_slice(self.added.time.as_bytes()),
            Header::Token => {
                out.extend_from_slice(self.added.token.unwrap_or_default().as_bytes());
            }
            Header::Given(at) | Header::Repeated(at) => write_trimmed(out, self.given[at].1),
        }
    }

    /// The headers to add to the request: those of signing's own that are signed, and a token that
    /// is not.
    pub(super) fn added(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let signed = self.sorted.iter().filter_map(|header| match header {
            Header::ContentSha256 => Some((CONTENT_SHA256, self.payload().as_str())),
            Header::Date => Some((DATE, self.added.time.as_str())),
            Header::Token => Some((TOKEN, self.added.token?)),
            Header::Host | Header::Given(_) | Header::Repeated(_) => None,
        });
        signed.chain(self.unsigned_token().map(|token| (TOKEN, token)))
    }

    /// The session token where it is part of what is signed.
    pub(super) fn signed_token(&self) -> Option<&str> {
        self.added.token_if(TokenSigning::Signed)
    }

    /// The session token where it is added afterwards.
    pub(super) fn unsigned_token(&self) -> Option<&str> {
        self.added.token_if(TokenSigning::AddedAfterwards)
    }
}

/// Sorted headers of one name are neighbours.
fn mark_repeated(sorted: &mut [Header], given: Given<'_>) {
    for at in 1..sorted.len() {
        if let Header::Given(place) = sorted[at]
            && sorted[at - 1].name(given).eq_ignore_ascii_case(given[place].0)
        {
            sorted[at] = Header::Repeated(place);
        }
    }
}

fn write_lower_case(out: &mut Vec<u8>, name: &str) {
    let start = out.len();
    out.extend_from_slice(name.as_bytes());
    out[start..].make_ascii_lowercase();
}

/// `Trim`: without white space around it, and with one space in the place of several. Tabs inside
/// stay: AWS speaks of spaces alone.
fn write_trimmed(out: &mut Vec<u8>, value: &str) {
    let mut rest = value.trim_matches([' ', '\t']);
    if has_double_space(rest) {
        while let Some(at) = rest.find("  ") {
            out.extend_from_slice(&rest.as_bytes()[..=at]);
            rest = rest[at..].trim_start_matches(' ');
        }
    }
    out.extend_from_slice(rest.as_bytes());
}

/// Without an early end, so that the compiler can look at many bytes at once.
fn has_double_space(text: &str) -> bool {
    let is_space = |byte| u8::from(byte == b' ');
    let pairs = text.bytes().zip(text.bytes().skip(1));
    pairs.fold(0, |found, (one, next)| found | is_space(one) & is_space(next)) != 0
}
