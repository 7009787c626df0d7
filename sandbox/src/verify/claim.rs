//! What a request claims of its own signature: who signed, when, for which scope, and which
//! headers. Claims are read, not believed.

mod fault;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

pub(crate) use self::fault::{CredentialFault, HeaderFault, MissingParts, QueryFault, Uncovered};
use super::{CONTENT_SHA256, FrontEnd, ReceivedRequest, SECURITY_TOKEN, query_pairs};

/// The one algorithm that is understood, as it stands in headers and queries.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What every credential scope ends in.
pub(super) const TERMINATOR: &str = "aws4_request";

/// How the request presents its signature, if at all.
pub(crate) enum Presented<'a> {
    Nothing,
    /// The value of the Authorization header.
    Header(&'a str),
    Query,
    /// Signature Version 2, in the query.
    Version2Query,
    /// More than one signature, of whatever version: which of them counts is not for the server to
    /// guess.
    Several {
        /// The first Authorization header; empty if there is none.
        header: &'a str,
    },
}

impl<'a> Presented<'a> {
    pub(crate) fn by(received: &'a ReceivedRequest, front_end: FrontEnd) -> Self {
        const MARKS: [&str; 3] = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"];
        let names: Vec<_> = query_pairs(received).map(|(name, _)| name).collect();
        let has = |name: &str| names.iter().any(|sent| sent == name);
        let version_4 = MARKS.iter().any(|mark| has(mark));
        let version_2 = match front_end {
            // S3 names either parameter as a mechanism of its own (see its answer to several).
            FrontEnd::S3 => has("AWSAccessKeyId") || has("Signature"),
            // Elsewhere one of them alone may be a parameter of the operation.
            FrontEnd::General => has("AWSAccessKeyId") && has("Signature"),
        };
        let headers: Vec<&str> = received.all("authorization").map(str::trim).collect();
        match (&headers[..], version_4, version_2) {
            ([], false, false) => Presented::Nothing,
            ([], true, false) => Presented::Query,
            ([], false, true) => Presented::Version2Query,
            ([header], false, false) => Presented::Header(header),
            (several, _, _) => {
                Presented::Several { header: several.first().copied().unwrap_or_default() }
            }
        }
    }
}

/// Where the claim was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Header,
    Query,
}

/// Everything that a well-formed claim says.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) location: Location,
    pub(crate) access_key_id: String,
    pub(crate) scope: Scope,
    /// The names as they were listed.
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
    pub(crate) time: Timestamp,
    /// How long the signature is good for; only in a query.
    pub(crate) expires: Option<Expires>,
}

/// The credential scope, without its terminator.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) date: String,
    pub(crate) region: String,
    pub(crate) service: String,
}

/// The lifetime of a presigned URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expires(pub(crate) Duration);

/// How the time of a claim compares with the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    Fresh,
    /// Later than the limit.
    Early {
        limit: OffsetDateTime,
    },
    /// Earlier than the limit.
    Late {
        limit: OffsetDateTime,
    },
}

/// The time of signing, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp {
    pub(crate) at: OffsetDateTime,
}

const COMPACT: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");
const COMPACT_DATE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]");

/// `20150830T123600Z`, the form in which `SigV4` writes a time.
pub(crate) fn compact(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).format(COMPACT).unwrap_or_default()
}

impl Timestamp {
    fn of_compact(text: &str) -> Option<Self> {
        // The parser also takes a sign before the year.
        if !text.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        let at = PrimitiveDateTime::parse(text, COMPACT).ok()?.assume_utc();
        Some(Timestamp { at })
    }

    /// The date in the form of the credential scope.
    pub(crate) fn date(&self) -> String {
        self.at.format(COMPACT_DATE).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&compact(self.at))
    }
}

impl Claim {
    /// Reads the claim of an Authorization header.
    pub(crate) fn from_header(
        received: &ReceivedRequest,
        value: &str,
        front_end: FrontEnd,
    ) -> Result<Claim, HeaderFault> {
        let date = received.header("x-amz-date").or_else(|| received.header("date"));
        let Some((scheme, parts)) = value.split_once(' ') else {
            return Err(HeaderFault::OneWord(MissingParts {
                credential: true,
                signature: true,
                signed_headers: true,
                date: date.is_none(),
            }));
        };
        match scheme {
            ALGORITHM => {}
            "AWS" => return Err(HeaderFault::Version2),
            _ => return Err(HeaderFault::Scheme),
        }
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in components(parts, front_end) {
            let (name, value) =
                pair(part, front_end).ok_or_else(|| HeaderFault::NotAPair(part.to_owned()))?;
            let (name, place) = match name {
                "Credential" => ("Credential", &mut credential),
                "SignedHeaders" => ("SignedHeaders", &mut signed_headers),
                "Signature" => ("Signature", &mut signature),
                // A component that nobody reads does no harm.
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(HeaderFault::Repeated(name));
            }
        }
        let (Some(credential), Some(signed_headers), Some(signature), Some(_)) =
            (credential, signed_headers, signature, date)
        else {
            return Err(HeaderFault::Missing(MissingParts {
                credential: credential.is_none(),
                signature: signature.is_none(),
                signed_headers: signed_headers.is_none(),
                date: date.is_none(),
            }));
        };
        let (access_key_id, scope) = read_credential(credential, front_end)?;
        Ok(Claim {
            location: Location::Header,
            access_key_id,
            scope,
            signed_headers: header_names(signed_headers),
            signature: signature.to_owned(),
            time: header_time(received).ok_or(HeaderFault::Date)?,
            expires: None,
        })
    }

    /// Reads the claim of a presigned URL. X-Amz-Expires may be missing: only S3 insists on it.
    pub(crate) fn from_query(
        received: &ReceivedRequest,
        front_end: FrontEnd,
    ) -> Result<Claim, QueryFault> {
        let pairs: Vec<_> = query_pairs(received).collect();
        if let Some(name) = repeated_parameter(&pairs) {
            return Err(QueryFault::Repeated(name.to_owned()));
        }
        let find = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_ref());
        let (Some(algorithm), Some(credential), Some(signature), Some(date), Some(names)) = (
            find("X-Amz-Algorithm"),
            find("X-Amz-Credential"),
            find("X-Amz-Signature"),
            find("X-Amz-Date"),
            find("X-Amz-SignedHeaders"),
        ) else {
            return Err(QueryFault::Missing);
        };
        if algorithm != ALGORITHM {
            return Err(QueryFault::Algorithm(algorithm.to_owned()));
        }
        let (access_key_id, scope) = read_credential(credential, front_end)?;
        Ok(Claim {
            location: Location::Query,
            access_key_id,
            scope,
            signed_headers: header_names(names),
            signature: signature.to_owned(),
            time: Timestamp::of_compact(date).ok_or(QueryFault::Date)?,
            expires: find("X-Amz-Expires").map(read_expires).transpose()?,
        })
    }

    /// Refuses a request of which something is read that no signature holds fast: a header that
    /// came several times, of which one is read, or a host that is not there to be signed.
    ///
    /// A signed header that did not arrive is empty to S3 (versity/versitygw#457: such a client
    /// works against AWS) and an error elsewhere (aws/aws-sdk-go-v2#2593), but for Content-Length,
    /// which the front end of `es` took for empty (inreachventures/aws-signing-request-interceptor
    /// #12 and #13). That a repeated header or a missing host is refused follows from RFC 9112,
    /// section 3.2, for the host; for the others it is unverified.
    pub(crate) fn check_cover(
        &self,
        received: &ReceivedRequest,
        front_end: FrontEnd,
    ) -> Result<(), Uncovered> {
        let mut single = vec!["host", SECURITY_TOKEN];
        if self.location == Location::Header {
            let has_own = received.header("x-amz-date").is_some();
            single.push(if has_own { "x-amz-date" } else { "date" });
        }
        if front_end == FrontEnd::S3 {
            single.push(CONTENT_SHA256);
        }
        if let Some(name) = single.into_iter().find(|name| received.all(name).nth(1).is_some()) {
            return Err(Uncovered::Repeated(name));
        }
        if received.header("host").is_none_or(str::is_empty) {
            return Err(Uncovered::NoHost);
        }
        let absent = |name: &&String| {
            let name = name.to_ascii_lowercase();
            name != "content-length" && received.header(&name).is_none()
        };
        match (front_end, self.signed_headers.iter().find(absent)) {
            (FrontEnd::General, Some(name)) => Err(Uncovered::Absent(name.clone())),
            (FrontEnd::General, None) | (FrontEnd::S3, _) => Ok(()),
        }
    }

    /// Whether the claim is of about now. A presigned URL outlives the window: it says itself how
    /// long it is good for.
    pub(crate) fn freshness(&self, window: Duration, now: OffsetDateTime) -> Freshness {
        let age = now - self.time.at;
        let lifetime = self.expires.map_or(window, |Expires(lifetime)| lifetime);
        // Limits saturate: whoever asks for the year 9999 is still to get an answer.
        let moved = |by: Duration| time::Duration::try_from(by).unwrap_or(time::Duration::MAX);
        if -age > window {
            Freshness::Early { limit: now.saturating_add(moved(window)) }
        } else if age > lifetime {
            Freshness::Late { limit: now.saturating_sub(moved(lifetime)) }
        } else {
            Freshness::Fresh
        }
    }

    /// Whether the header `name` (in lower case) is among the signed ones.
    pub(crate) fn signs(&self, name: &str) -> bool {
        self.signed_headers.iter().any(|signed| signed.eq_ignore_ascii_case(name))
    }

    /// Whether the session token that [`Claim::session_token`] finds stands in a presigned query
    /// or in a signed header.
    pub(crate) fn signs_token(&self, received: &ReceivedRequest) -> bool {
        self.token_in_query(received).is_some() || self.signs(SECURITY_TOKEN)
    }

    /// The session token that came along, wherever it stands.
    pub(crate) fn session_token<'a>(&self, received: &'a ReceivedRequest) -> Option<Cow<'a, str>> {
        self.token_in_query(received).or_else(|| received.header(SECURITY_TOKEN).map(Cow::Borrowed))
    }

    fn token_in_query<'a>(&self, received: &'a ReceivedRequest) -> Option<Cow<'a, str>> {
        match self.location {
            Location::Header => None,
            Location::Query => query_pairs(received)
                .find(|(name, _)| name.eq_ignore_ascii_case(SECURITY_TOKEN))
                .map(|(_, value)| value),
        }
    }
}

/// The parts of an Authorization header behind its scheme.
///
/// AWS's general front end cuts at white space as well as at commas: of a Credential with a blank
/// behind the access key it says that `'/20210706/us-east-2/dynamodb/aws4_request'` is "not a valid
/// key=value pair (missing equal-sign)" (awslabs/fhir-works-on-aws-deployment#379). Of S3 no such
/// answer is known.
fn components(parts: &str, front_end: FrontEnd) -> impl Iterator<Item = &str> {
    let separates = move |c: char| match front_end {
        FrontEnd::S3 => c == ',',
        FrontEnd::General => c == ',' || c.is_ascii_whitespace(),
    };
    parts.split(separates).filter(|part| !part.trim().is_empty())
}

/// The name and the value of one part of an Authorization header.
///
/// S3 wants one equal-sign and something behind it: "the authorization component \" Signature=\" is
/// malformed" (TTLabs/EvaporateJS#353), as is `Credential=aws_access_key_id= …` (zendesk/apt-s3#10).
fn pair(part: &str, front_end: FrontEnd) -> Option<(&str, &str)> {
    let (name, value) = part.trim().split_once('=')?;
    match front_end {
        FrontEnd::S3 if value.is_empty() || value.contains('=') => None,
        FrontEnd::S3 | FrontEnd::General => Some((name, value)),
    }
}

/// The first of AWS's own parameters that stands in the query twice, in whatever case.
fn repeated_parameter<'a>(pairs: &'a [(Cow<'_, str>, Cow<'_, str>)]) -> Option<&'a str> {
    let own = |name: &str| name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"));
    let mut seen = BTreeSet::new();
    pairs
        .iter()
        .map(|(name, _)| name.as_ref())
        .find(|name| own(name) && !seen.insert(name.to_ascii_lowercase()))
}

fn header_names(list: &str) -> Vec<String> {
    list.split(';').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Reads `KEY/YYYYMMDD/REGION/SERVICE/aws4_request`.
///
/// AWS has no access keys with a slash, and its general front end refuses one for the number of
/// elements (hashicorp/vault#2277). Other servers that speak S3 have them (scality/Arsenal#344), so
/// by S3's rules the five are counted from the end.
fn read_credential(
    credential: &str,
    front_end: FrontEnd,
) -> Result<(String, Scope), CredentialFault> {
    let fields: Vec<&str> = credential.rsplitn(5, '/').collect();
    let [terminator, service, region, date, key] = fields[..] else {
        return Err(front_end.wrong_form(credential));
    };
    if front_end == FrontEnd::General && key.contains('/') {
        return Err(front_end.wrong_form(credential));
    }
    if key.is_empty() {
        return Err(CredentialFault::EmptyKey);
    }
    if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CredentialFault::Date(date.to_owned()));
    }
    if terminator != TERMINATOR {
        return Err(CredentialFault::Terminator(terminator.to_owned()));
    }
    let scope =
        Scope { date: date.to_owned(), region: region.to_owned(), service: service.to_owned() };
    Ok((key.to_owned(), scope))
}

/// The time in the X-Amz-Date header, which is ISO 8601 basic, or else in a Date header, which may
/// also be of the HTTP form.
fn header_time(received: &ReceivedRequest) -> Option<Timestamp> {
    if let Some(text) = received.header("x-amz-date") {
        return Timestamp::of_compact(text);
    }
    let text = received.header("date")?;
    Timestamp::of_compact(text).or_else(|| {
        let at = OffsetDateTime::parse(text, &Rfc2822).ok()?;
        Some(Timestamp { at: at.to_offset(UtcOffset::UTC) })
    })
}

/// The longest lifetime of a presigned URL: a week.
const WEEK: Duration = Duration::from_hours(7 * 24);

/// Between 1 second and a week ("Authenticating Requests: Using Query Parameters", S3 API
/// Reference), in digits alone.
fn read_expires(text: &str) -> Result<Expires, QueryFault> {
    if text.starts_with('+') {
        return Err(QueryFault::ExpiresNotANumber);
    }
    let seconds: i64 = text.parse().map_err(|_| QueryFault::ExpiresNotANumber)?;
    let seconds = u64::try_from(seconds).map_err(|_| QueryFault::ExpiresNegative)?;
    match Duration::from_secs(seconds) {
        Duration::ZERO => Err(QueryFault::ExpiresZero),
        lifetime if lifetime > WEEK => Err(QueryFault::ExpiresTooLarge),
        lifetime => Ok(Expires(lifetime)),
    }
}
