//! The `CanonicalHeaders` and `SignedHeaders` lines, and the headers to add: one list for all three.

use super::request;
use super::{ContentSha256, Error, HashedPayload, Params, Request, Timestamp, TokenSigning};
use contract::SessionToken;
use std::cmp::Ordering;

const AUTHORIZATION: &str = "authorization";
const HOST: &str = "host";
const DATE: &str = "x-amz-date";
const CONTENT_SHA256: &str = "x-amz-content-sha256";
const TOKEN: &str = "x-amz-security-token";

/// Never signed: the signature itself, and what a proxy or an HTTP client may change on the way.
const UNSIGNED: [&str; 6] =
    [AUTHORIZATION, "user-agent", "expect", "connection", "transfer-encoding", "x-amzn-trace-id"];

impl Request<'_> {
    /// A given `X-Amz-Date` wins over the time of the parameters.
    pub(super) fn signing_time(&self, otherwise: Timestamp) -> Result<Timestamp, Error> {
        self.header(DATE).map_or(Ok(otherwise), |given| given.trim().parse())
    }
}

/// The headers to sign, sorted by name, and what signing itself says in headers.
pub(super) struct Headers<'b> {
    request: Request<'b>,
    added: AddedHeaders<'b>,
    sorted: &'b [Header],
    signed: &'b str,
}

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
    signed: String,
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
            request::check_credential("session token", token)?;
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
        sorted.clear();
        sorted.extend(added.headers.iter().filter(|header| match header {
            Header::Token => added.token_if(TokenSigning::Signed).is_some(),
            Header::Host | Header::Date => request.header(header.name(request)).is_none(),
            Header::ContentSha256 | Header::Given(_) => true,
        }));
        let own = sorted.len();
        for (at, (name, value)) in request.headers.iter().enumerate() {
            request::check_header(name, value)?;
            let is = |other: &str| name.eq_ignore_ascii_case(other);
            let replaced = sorted[..own].iter().any(|header| is(header.name(request)));
            if !replaced && !UNSIGNED.iter().any(|unsigned| is(unsigned)) {
                sorted.push(Header::Given(at));
            }
        }
        if sorted.len() > own {
            sorted.sort_unstable_by(|one, other| one.cmp(*other, request));
        }
        signed.clear();
        for names in sorted.chunk_by(|one, other| one.has_name_of(*other, request)) {
            if !signed.is_empty() {
                signed.push(';');
            }
            push_lower_case(signed, names[0].name(request));
        }
        Ok(Headers { request: *request, added, sorted, signed })
    }
}

impl Header {
    fn name<'r>(self, request: &Request<'r>) -> &'r str {
        match self {
            Self::Host => HOST,
            Self::ContentSha256 => CONTENT_SHA256,
            Self::Date => DATE,
            Self::Token => TOKEN,
            Self::Given(at) => request.headers[at].0,
        }
    }

    fn has_name_of(self, other: Self, request: &Request<'_>) -> bool {
        self.name(request).eq_ignore_ascii_case(other.name(request))
    }

    /// By lower-case name, and headers of one name in the order in which they were given.
    fn cmp(self, other: Self, request: &Request<'_>) -> Ordering {
        let key = |header: Self| header.name(request).bytes().map(|byte| byte.to_ascii_lowercase());
        key(self).cmp(key(other)).then_with(|| match (self, other) {
            (Self::Given(one), Self::Given(other)) => one.cmp(&other),
            _ => Ordering::Equal,
        })
    }
}

impl Headers<'_> {
    /// `<SignedHeaders>`: the lower-case names, sorted, with a semicolon between two.
    pub(super) fn signed(&self) -> &str {
        self.signed
    }

    /// `<HashedPayload>`
    pub(super) fn payload(&self) -> &str {
        self.added.payload.as_str()
    }

    /// Appends `<CanonicalHeaders>`: `Lowercase(name) + ":" + Trim(value) + "\n"` for each, the values
    /// of a repeated header on one line with commas between.
    pub(super) fn push_canonical(&self, out: &mut String) {
        let same_name = |one: &Header, other: &Header| one.has_name_of(*other, &self.request);
        for (name, headers) in self.signed.split(';').zip(self.sorted.chunk_by(same_name)) {
            out.push_str(name);
            let mut separator = ':';
            for header in headers {
                out.push(separator);
                separator = ',';
                push_trimmed(out, self.value(*header));
            }
            out.push('\n');
        }
    }

    /// The headers to add to the request: those of signing's own that are signed, and a token that is not.
    pub(super) fn added(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let signed = self.sorted.iter().filter_map(|header| match header {
            Header::ContentSha256 => Some((CONTENT_SHA256, self.value(*header))),
            Header::Date => Some((DATE, self.value(*header))),
            Header::Token => Some((TOKEN, self.value(*header))),
            Header::Host | Header::Given(_) => None,
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

    fn value(&self, header: Header) -> &str {
        match header {
            Header::Host => self.request.host,
            Header::ContentSha256 => self.payload(),
            Header::Date => self.added.time.as_str(),
            Header::Token => self.added.token.unwrap_or_default(),
            Header::Given(at) => self.request.headers[at].1,
        }
    }
}

fn push_lower_case(out: &mut String, name: &str) {
    let start = out.len();
    out.push_str(name);
    out[start..].make_ascii_lowercase();
}

/// `Trim`: without white space around it, and with one space in the place of several. Tabs inside
/// stay: AWS speaks of spaces alone.
fn push_trimmed(out: &mut String, value: &str) {
    let mut rest = value.trim_matches([' ', '\t']);
    while let Some(at) = rest.find("  ") {
        out.push_str(&rest[..=at]);
        rest = rest[at..].trim_start_matches(' ');
    }
    out.push_str(rest);
}
