//! The `CanonicalHeaders` and `SignedHeaders` lines, and the headers to add: one list for all three.

use super::credential_cache::Token;
use super::request::{check_header, is_token};
use super::{
    ContentSha256, Error, HashedPayload, Location, Request, Rules, Timestamp, TokenSigning,
};

/// Headers that are never signed: the signature itself, and what a proxy or an HTTP client may change
/// on the way. Source: IAM User Guide, "Create a signed AWS API request", which names the hop-by-hop
/// headers, `user-agent` and `x-amzn-trace-id`.
pub const UNSIGNED_HEADERS: [&str; 12] = [
    "authorization",
    "user-agent",
    "expect",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "proxy-authenticate",
    "proxy-authorization",
    "x-amzn-trace-id",
];

impl<'a> Request<'a> {
    /// A given `X-Amz-Date` wins over the `time` of the parameters.
    pub(super) fn signing_time(&self, time: Timestamp) -> Result<Timestamp, Error> {
        match self.header(Header::Date.added_name()) {
            Some(given) => given.trim().parse(),
            None => Ok(time),
        }
    }

    /// A given `X-Amz-Content-Sha256` wins over the rule for the payload.
    pub(super) fn given_payload(&self) -> Result<Option<&'a str>, Error> {
        let Some(given) = self.header(Header::ContentSha256.added_name()) else { return Ok(None) };
        let value = given.trim_ascii();
        if !is_token(value) {
            return Err(Error::ContentSha256 { value: value.to_owned() });
        }
        Ok(Some(value))
    }
}

/// The headers to sign, and what signing itself says in headers.
pub(super) struct Headers<'b> {
    given: Given<'b>,
    added: AddedHeaders<'b>,
    /// By name.
    sorted: &'b [Header],
    signed: &'b [u8],
}

/// [`Request::headers`]
type Given<'b> = &'b [(&'b str, &'b str)];

/// What signing itself says in headers.
pub(super) struct AddedHeaders<'b> {
    time: Timestamp,
    payload: HashedPayload<'b>,
    signed_token: Option<&'b Token>,
    /// Added afterwards.
    unsigned_token: Option<&'b Token>,
    token_signing: TokenSigning,
    list: &'static AddedList,
}

/// Which headers signing adds, by name, and `<SignedHeaders>` where no others are given: nothing is
/// to be sorted and joined then, which is nearly always.
struct AddedList {
    sorted: &'static [Header],
    joined: [u8; 64],
    length: usize,
}

#[derive(Default)]
pub(super) struct HeaderBuffers {
    sorted: Vec<Header>,
    signed: Vec<u8>,
}

/// Headers with one value: of two, the service would take either or none.
const ONCE: [Header; 4] = [Header::Host, Header::ContentSha256, Header::Date, Header::Token];

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
    pub(super) fn new(
        location: Location,
        time: Timestamp,
        payload: HashedPayload<'b>,
        token: Option<&'b Token>,
        rules: Rules,
    ) -> Self {
        let (signed_token, unsigned_token) = match rules.session_token {
            TokenSigning::Signed => (token, None),
            TokenSigning::AddedAfterwards => (None, token),
        };
        let list = match (location, rules.content_sha256, signed_token.is_some()) {
            // All but the host goes into the query, as the signature does.
            (Location::Query(_), ..) => &AddedList::HOST,
            (Location::Header, ContentSha256::Sent, true) => &AddedList::SHA256_AND_TOKEN,
            (Location::Header, ContentSha256::Sent, false) => &AddedList::SHA256,
            (Location::Header, ContentSha256::Absent, true) => &AddedList::TOKEN,
            (Location::Header, ContentSha256::Absent, false) => &AddedList::DATE,
        };
        let token_signing = rules.session_token;
        Self { time, payload, signed_token, unsigned_token, token_signing, list }
    }
}

impl AddedList {
    const HOST: Self = Self::new(&[Header::Host]);
    const DATE: Self = Self::new(&[Header::Host, Header::Date]);
    const TOKEN: Self = Self::new(&[Header::Host, Header::Date, Header::Token]);
    const SHA256: Self = Self::new(&[Header::Host, Header::ContentSha256, Header::Date]);
    const SHA256_AND_TOKEN: Self =
        Self::new(&[Header::Host, Header::ContentSha256, Header::Date, Header::Token]);

    const fn new(sorted: &'static [Header]) -> Self {
        let mut list = Self { sorted, joined: [b';'; 64], length: 0 };
        let mut at = 0;
        while at < sorted.len() {
            let name = sorted[at].added_name().as_bytes();
            let (_, rest) = list.joined.split_at_mut(list.length);
            rest.split_at_mut(name.len()).0.copy_from_slice(name);
            list.length += name.len() + 1;
            at += 1;
        }
        list.length -= 1;
        list
    }
}

impl HeaderBuffers {
    /// Lists the headers to sign.
    pub(super) fn collect<'b>(
        &'b mut self,
        request: &Request<'b>,
        added: AddedHeaders<'b>,
    ) -> Result<Headers<'b>, Error> {
        let given = request.headers;
        if given.is_empty() {
            let AddedList { sorted, ref joined, length } = *added.list;
            let signed = &joined[..length];
            return Ok(Headers { given, added, sorted, signed });
        }
        let Self { sorted, signed } = self;
        merge(&added, given, sorted)?;
        signed.clear();
        for header in sorted.iter().filter(|header| !matches!(header, Header::Repeated(_))) {
            if !signed.is_empty() {
                signed.push(b';');
            }
            header.write_name(given, signed);
        }
        Ok(Headers { given, added, sorted, signed })
    }
}

fn merge(
    added: &AddedHeaders<'_>,
    given: Given<'_>,
    sorted: &mut Vec<Header>,
) -> Result<(), Error> {
    sorted.clear();
    sorted.extend_from_slice(added.list.sorted);
    // A given token is as little signed as one of the credentials.
    let is_unsigned_token = |name: &str| match added.token_signing {
        TokenSigning::Signed => false,
        TokenSigning::AddedAfterwards => name.eq_ignore_ascii_case(Header::Token.added_name()),
    };
    for (at, (name, value)) in given.iter().enumerate() {
        check_header(name, value)?;
        let mut unsigned = UNSIGNED_HEADERS.iter();
        if unsigned.any(|unsigned| name.eq_ignore_ascii_case(unsigned)) || is_unsigned_token(name) {
            continue;
        }
        let place = sorted.partition_point(|one| !is_after(one.name(given), name));
        let same = sorted[..place].last_mut();
        match same.filter(|one| one.name(given).eq_ignore_ascii_case(name)) {
            None => sorted.insert(place, Header::Given(at)),
            Some(Header::Given(_) | Header::Repeated(_)) => {
                if ONCE.iter().any(|once| name.eq_ignore_ascii_case(once.added_name())) {
                    return Err(Error::RepeatedHeader { name: (*name).to_owned() });
                }
                sorted.insert(place, Header::Repeated(at));
            }
            // These the caller may know better.
            Some(one @ (Header::Host | Header::Date | Header::ContentSha256)) => {
                *one = Header::Given(at);
            }
            Some(Header::Token) => {}
        }
    }
    Ok(())
}

/// Whether `name` comes after `other`, both in lower case.
fn is_after(name: &str, other: &str) -> bool {
    lower_case(name).gt(lower_case(other))
}

fn lower_case(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|byte| byte.to_ascii_lowercase())
}

impl Header {
    fn name(self, given: Given<'_>) -> &str {
        match self {
            Self::Given(at) | Self::Repeated(at) => given[at].0,
            added => added.added_name(),
        }
    }

    /// Empty for a header that is given.
    const fn added_name(self) -> &'static str {
        let start = self.line_start();
        start.split_at(start.len().saturating_sub(1)).0
    }

    /// The name of an added header and the colon behind it, as they begin a canonical header.
    const fn line_start(self) -> &'static str {
        match self {
            Self::Host => "host:",
            Self::ContentSha256 => "x-amz-content-sha256:",
            Self::Date => "x-amz-date:",
            Self::Token => "x-amz-security-token:",
            Self::Given(_) | Self::Repeated(_) => "",
        }
    }

    fn write_name(self, given: Given<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Given(at) | Self::Repeated(at) => out.extend(lower_case(given[at].0)),
            added => out.extend_from_slice(added.added_name().as_bytes()),
        }
    }
}

impl Headers<'_> {
    /// `<SignedHeaders>`: the lower-case names, sorted, with a semicolon between two.
    pub(super) fn signed(&self) -> &[u8] {
        self.signed
    }

    /// `<HashedPayload>`
    pub(super) fn payload(&self) -> HashedPayload<'_> {
        self.added.payload
    }

    /// The moment of signing.
    pub(super) fn time(&self) -> &Timestamp {
        &self.added.time
    }

    /// Appends `<CanonicalHeaders>`: `Lowercase(name) + ":" + Trim(value) + "\n"` for each, the values
    /// of a repeated header on one line with commas between.
    pub(super) fn write_canonical(&self, host: &str, out: &mut Vec<u8>) {
        for header in self.sorted {
            self.write_line(*header, host, out);
            out.push(b'\n');
        }
    }

    fn write_line(&self, header: Header, host: &str, out: &mut Vec<u8>) {
        // Each by itself, so that the compiler knows what it copies.
        match header {
            Header::Host => {
                out.extend_from_slice(const { Header::Host.line_start().as_bytes() });
                out.extend_from_slice(host.as_bytes());
            }
            Header::ContentSha256 => {
                out.extend_from_slice(const { Header::ContentSha256.line_start().as_bytes() });
                out.extend_from_slice(self.added.payload.as_bytes());
            }
            Header::Date => {
                out.extend_from_slice(const { Header::Date.line_start().as_bytes() });
                out.extend_from_slice(self.added.time.as_bytes());
            }
            Header::Token => {
                out.extend_from_slice(const { Header::Token.line_start().as_bytes() });
                out.extend_from_slice(self.added.signed_token.map_or(b"", Token::text));
            }
            Header::Given(at) => {
                header.write_name(self.given, out);
                out.push(b':');
                write_trimmed(out, self.given[at].1);
            }
            Header::Repeated(at) => {
                // Onto the line of the one before it.
                out.pop();
                out.push(b',');
                write_trimmed(out, self.given[at].1);
            }
        }
    }

    /// The headers to add to the request: those of signing's own that are signed, and a token that
    /// is not.
    pub(super) fn added(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let values = self.sorted.iter().filter_map(|header| match header {
            Header::ContentSha256 => Some((*header, self.added.payload.as_bytes())),
            Header::Date => Some((*header, &self.added.time.as_bytes()[..])),
            Header::Token => Some((*header, self.added.signed_token?.text())),
            Header::Host | Header::Given(_) | Header::Repeated(_) => None,
        });
        let afterwards = self.unsigned_token().map(|token| (Header::Token, token.text()));
        values.chain(afterwards).map(|(header, value)| (header.added_name(), value))
    }

    /// The session token where it is part of what is signed.
    pub(super) fn signed_token(&self) -> Option<&Token> {
        self.added.signed_token
    }

    /// The session token where it is added afterwards.
    pub(super) fn unsigned_token(&self) -> Option<&Token> {
        self.added.unsigned_token
    }
}

/// `Trim`: without white space around it, and with one space in the place of any inside. AWS's
/// documentation speaks of spaces; S3 takes a tab for one too (aws/aws-sdk-net#1222), as botocore, the
/// SDK for Java and the C runtime do. Other white space has been refused.
fn write_trimmed(out: &mut Vec<u8>, value: &str) {
    let value = value.trim_ascii();
    // To tell whether takes less time than to tell where, and nearly always the answer is no.
    if !value.contains("  ") && !value.contains('\t') {
        out.extend_from_slice(value.as_bytes());
        return;
    }
    let mut words = value.split_ascii_whitespace();
    out.extend_from_slice(words.next().unwrap_or_default().as_bytes());
    for word in words {
        out.push(b' ');
        out.extend_from_slice(word.as_bytes());
    }
}
