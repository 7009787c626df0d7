//! The `CanonicalHeaders` and `SignedHeaders` lines, and the headers to add: one list for all three.

use super::credential_cache::Token;
use super::request::{check_header, is_token};
use super::{
    ContentSha256, Error, HashedPayload, Location, Rules, SignableRequest, Timestamp, TokenSigning,
};

const HOST: &str = "host";
const CONTENT_SHA256: &str = "x-amz-content-sha256";
const DATE: &str = "x-amz-date";
const TOKEN: &str = "x-amz-security-token";

/// Headers that may have only one value: of two, the service would use either or neither.
const SINGLE_VALUED: [&str; 4] = [HOST, CONTENT_SHA256, DATE, TOKEN];

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

impl<'a> SignableRequest<'a> {
    /// The given `X-Amz-Date`, or else `time`.
    pub(super) fn signing_time(&self, time: Timestamp) -> Result<Timestamp, Error> {
        match self.header(DATE) {
            Some(given) => given.trim().parse(),
            None => Ok(time),
        }
    }

    /// The given `X-Amz-Content-Sha256`, which overrides [`Rules::payload`].
    pub(super) fn given_payload(&self) -> Result<Option<&'a str>, Error> {
        let Some(given) = self.header(CONTENT_SHA256) else { return Ok(None) };
        let value = given.trim_ascii();
        if !is_token(value) {
            return Err(Error::ContentSha256 { value: value.to_owned() });
        }
        Ok(Some(value))
    }
}

/// The headers to sign, sorted, and the values of those that signing adds.
pub(super) struct Headers<'b> {
    given: Given<'b>,
    added: AddedValues<'b>,
    sorted: &'b [Header],
    signed: &'b [u8],
}

/// [`SignableRequest::headers`]
type Given<'b> = &'b [(&'b str, &'b str)];

/// The values that signing adds to a request, in headers or in the query.
pub(super) struct AddedValues<'b> {
    pub(super) host: &'b str,
    pub(super) time: Timestamp,
    pub(super) payload: HashedPayload<'b>,
    pub(super) token: Option<&'b Token>,
    pub(super) token_signing: TokenSigning,
}

/// A header to sign.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    Host,
    ContentSha256,
    Date,
    Token,
    /// By its index in [`SignableRequest::headers`].
    Given(usize),
    /// A given header with the same name as the one before it.
    Repeated(usize),
}

/// The sorted list and the text of `SignedHeaders`, for requests with headers of their own.
#[derive(Default)]
pub(super) struct HeaderBuffers {
    sorted: Vec<Header>,
    signed: Vec<u8>,
}

impl HeaderBuffers {
    /// Lists the headers to sign.
    pub(super) fn collect<'b>(
        &'b mut self,
        given: Given<'b>,
        location: Location,
        rules: Rules,
        added: AddedValues<'b>,
    ) -> Result<Headers<'b>, Error> {
        let (names, joined) = added_headers(location, rules, added.signed_token().is_some());
        if given.is_empty() {
            return Ok(Headers { given, added, sorted: names, signed: joined.as_bytes() });
        }
        let Self { sorted, signed } = self;
        sorted.clear();
        sorted.extend_from_slice(names);
        for (index, (name, value)) in given.iter().enumerate() {
            check_header(name, value)?;
            if is_signed(name, rules) {
                insert(index, given, sorted)?;
            }
        }
        signed.clear();
        for header in sorted.iter().filter(|header| !matches!(header, Header::Repeated(_))) {
            if !signed.is_empty() {
                signed.push(b';');
            }
            signed.extend(lower_case(header.name(given)));
        }
        Ok(Headers { given, added, sorted, signed })
    }
}

/// The headers that signing adds, and their `SignedHeaders` line. Most requests have no others, and
/// writing these out saves 7 % of a short signature.
fn added_headers(
    location: Location,
    rules: Rules,
    has_signed_token: bool,
) -> (&'static [Header], &'static str) {
    use Header::{ContentSha256 as Sha256, Date, Host, Token};
    match (location, rules.content_sha256, has_signed_token) {
        // The other values go into the query, like the signature.
        (Location::Query(_), ..) => (&[Host], "host"),
        (Location::Header, ContentSha256::Absent, false) => (&[Host, Date], "host;x-amz-date"),
        (Location::Header, ContentSha256::Absent, true) => {
            (&[Host, Date, Token], "host;x-amz-date;x-amz-security-token")
        }
        (Location::Header, ContentSha256::Sent, false) => {
            (&[Host, Sha256, Date], "host;x-amz-content-sha256;x-amz-date")
        }
        (Location::Header, ContentSha256::Sent, true) => (
            &[Host, Sha256, Date, Token],
            "host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
        ),
    }
}

/// A given session token is signed only if a token of the credentials would be.
fn is_signed(name: &str, rules: Rules) -> bool {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    let is_unsigned_token = rules.session_token == TokenSigning::AddedAfterwards && is(TOKEN);
    !is_unsigned_token && !UNSIGNED_HEADERS.into_iter().any(is)
}

/// Inserts the header given at `index` by its name. Headers of one name keep their order.
fn insert(index: usize, given: Given<'_>, sorted: &mut Vec<Header>) -> Result<(), Error> {
    let name = given[index].0;
    let end = sorted.partition_point(|one| lower_case(one.name(given)).le(lower_case(name)));
    let same = sorted[..end].last_mut().filter(|one| one.name(given).eq_ignore_ascii_case(name));
    match same {
        None => sorted.insert(end, Header::Given(index)),
        Some(Header::Given(_) | Header::Repeated(_)) => {
            if SINGLE_VALUED.iter().any(|single| name.eq_ignore_ascii_case(single)) {
                return Err(Error::RepeatedHeader { name: name.to_owned() });
            }
            sorted.insert(end, Header::Repeated(index));
        }
        // The caller may know these better.
        Some(one @ (Header::Host | Header::Date | Header::ContentSha256)) => {
            *one = Header::Given(index);
        }
        // The token belongs to the credentials.
        Some(Header::Token) => {}
    }
    Ok(())
}

fn lower_case(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|byte| byte.to_ascii_lowercase())
}

impl Header {
    fn name(self, given: Given<'_>) -> &str {
        match self {
            Self::Host => HOST,
            Self::ContentSha256 => CONTENT_SHA256,
            Self::Date => DATE,
            Self::Token => TOKEN,
            Self::Given(index) | Self::Repeated(index) => given[index].0,
        }
    }
}

impl<'b> AddedValues<'b> {
    fn signed_token(&self) -> Option<&'b Token> {
        self.token.filter(|_| self.token_signing == TokenSigning::Signed)
    }
}

impl Headers<'_> {
    /// `<SignedHeaders>`: the lower-case names, sorted and joined with semicolons.
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

    /// Appends `<CanonicalHeaders>`: `Lowercase(name) + ":" + Trim(value) + "\n"` for each. The values
    /// of a repeated header share a line, with commas between them.
    pub(super) fn write_canonical(&self, out: &mut Vec<u8>) {
        for header in self.sorted {
            match *header {
                Header::Host => write_line(out, HOST, self.added.host.as_bytes()),
                Header::ContentSha256 => {
                    write_line(out, CONTENT_SHA256, self.added.payload.as_bytes());
                }
                Header::Date => write_line(out, DATE, self.added.time.as_bytes()),
                Header::Token => {
                    write_line(out, TOKEN, self.signed_token().map_or(b"", Token::text));
                }
                Header::Given(index) => {
                    let (name, value) = self.given[index];
                    out.extend(lower_case(name));
                    out.push(b':');
                    write_trimmed(out, value);
                    out.push(b'\n');
                }
                Header::Repeated(index) => {
                    // The previous line goes on.
                    out.pop();
                    out.push(b',');
                    write_trimmed(out, self.given[index].1);
                    out.push(b'\n');
                }
            }
        }
    }

    /// The headers to add to the request: those that signing adds to what is signed, and a token
    /// that is not signed.
    pub(super) fn added(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let signed = self.sorted.iter().filter_map(|header| match header {
            Header::ContentSha256 => Some((CONTENT_SHA256, self.added.payload.as_bytes())),
            Header::Date => Some((DATE, self.added.time.as_bytes().as_slice())),
            Header::Token => Some((TOKEN, self.signed_token()?.text())),
            Header::Host | Header::Given(_) | Header::Repeated(_) => None,
        });
        signed.chain(self.unsigned_token().map(|token| (TOKEN, token.text())))
    }

    /// The session token, if it is signed.
    pub(super) fn signed_token(&self) -> Option<&Token> {
        self.added.signed_token()
    }

    /// The session token, if it is added after signing.
    pub(super) fn unsigned_token(&self) -> Option<&Token> {
        self.added.token.filter(|_| self.added.token_signing == TokenSigning::AddedAfterwards)
    }
}

#[inline]
fn write_line(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    out.extend_from_slice(value);
    out.push(b'\n');
}

/// `Trim`: removes white space around the value and turns runs of it inside into one space. AWS's
/// documentation speaks of spaces; S3 treats a tab as one too (aws/aws-sdk-net#1222), as do botocore,
/// the SDK for Java and the C runtime. Other white space has been refused.
fn write_trimmed(out: &mut Vec<u8>, value: &str) {
    for (index, word) in value.split_ascii_whitespace().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word.as_bytes());
    }
}
