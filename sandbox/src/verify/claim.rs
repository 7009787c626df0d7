//! A request's claim about its own signature: the key, time, scope and signed headers that it names.

mod error;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use time::OffsetDateTime;

pub(crate) use self::error::{
    ClaimError, CoverageError, CredentialError, HeaderError, MissingParts, QueryError,
};
use super::constants::{ALGORITHM, CONTENT_SHA256, SECURITY_TOKEN, TERMINATOR};
use super::decoding::query_pairs;
use super::received::ReceivedRequest;
use super::rules::FrontEnd;
use super::timestamp::Timestamp;

/// Where the claim was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Header,
    Query,
}

/// A well-formed claim. Nothing in it has been verified.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) location: Location,
    pub(crate) access_key_id: String,
    pub(crate) scope: Scope,
    /// The names as they were sent.
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
    pub(crate) time: Timestamp,
    /// The lifetime of a presigned URL.
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

/// The time of a claim compared with the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    Fresh,
    /// The claim is later than the limit.
    Early {
        limit: OffsetDateTime,
    },
    /// The claim is earlier than the limit.
    Late {
        limit: OffsetDateTime,
    },
}

impl Claim {
    /// Reads the claim of a request, which must be signed exactly once.
    pub(crate) fn read(
        received: &ReceivedRequest,
        front_end: FrontEnd,
    ) -> Result<Claim, ClaimError<'_>> {
        const SIGV4: [&str; 3] = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"];
        let names: Vec<_> = query_pairs(received).map(|(name, _)| name).collect();
        let has = |name: &str| names.iter().any(|sent| sent == name);
        let is_sigv4 = SIGV4.iter().any(|name| has(name));
        let is_sigv2 = match front_end {
            // To S3 either parameter is a mechanism, as its message about several ones shows.
            FrontEnd::S3 => has("AWSAccessKeyId") || has("Signature"),
            // Elsewhere, one of them may be a parameter of the operation.
            FrontEnd::General => has("AWSAccessKeyId") && has("Signature"),
        };
        let headers: Vec<&str> = received.all("authorization").map(str::trim).collect();
        match (&headers[..], is_sigv4, is_sigv2) {
            ([], false, false) => Err(ClaimError::Anonymous),
            ([], false, true) => Err(ClaimError::SigV2Query),
            ([], true, false) => Claim::from_query(received, front_end).map_err(ClaimError::Query),
            ([value], false, false) => Claim::from_header(received, value, front_end)
                .map_err(|error| ClaimError::Header { value, error }),
            (several, _, _) => {
                Err(ClaimError::Several { header: several.first().copied().unwrap_or_default() })
            }
        }
    }

    fn from_header(
        received: &ReceivedRequest,
        value: &str,
        front_end: FrontEnd,
    ) -> Result<Claim, HeaderError> {
        let date = received.header("x-amz-date").or_else(|| received.header("date"));
        let Some((scheme, parts)) = value.split_once(' ') else {
            return Err(HeaderError::OneWord(MissingParts {
                credential: true,
                signature: true,
                signed_headers: true,
                date: date.is_none(),
            }));
        };
        match scheme {
            ALGORITHM => {}
            "AWS" => return Err(HeaderError::Version2),
            _ => return Err(HeaderError::Scheme),
        }
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in components(parts, front_end) {
            let (name, value) =
                pair(part, front_end).ok_or_else(|| HeaderError::NotAPair(part.to_owned()))?;
            let (name, slot) = match name {
                "Credential" => ("Credential", &mut credential),
                "SignedHeaders" => ("SignedHeaders", &mut signed_headers),
                "Signature" => ("Signature", &mut signature),
                // Unknown components are ignored.
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(HeaderError::Repeated(name));
            }
        }
        let (Some(credential), Some(signed_headers), Some(signature), Some(_)) =
            (credential, signed_headers, signature, date)
        else {
            return Err(HeaderError::Missing(MissingParts {
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
            time: header_time(received).ok_or(HeaderError::Date)?,
            expires: None,
        })
    }

    /// X-Amz-Expires is optional, because only S3 requires it.
    fn from_query(received: &ReceivedRequest, front_end: FrontEnd) -> Result<Claim, QueryError> {
        let pairs: Vec<_> = query_pairs(received).collect();
        if let Some(name) = repeated_parameter(&pairs) {
            return Err(QueryError::Repeated(name.to_owned()));
        }
        let find = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_ref());
        let (Some(algorithm), Some(credential), Some(signature), Some(date), Some(names)) = (
            find("X-Amz-Algorithm"),
            find("X-Amz-Credential"),
            find("X-Amz-Signature"),
            find("X-Amz-Date"),
            find("X-Amz-SignedHeaders"),
        ) else {
            return Err(QueryError::Missing);
        };
        if algorithm != ALGORITHM {
            return Err(QueryError::Algorithm(algorithm.to_owned()));
        }
        let (access_key_id, scope) = read_credential(credential, front_end)?;
        Ok(Claim {
            location: Location::Query,
            access_key_id,
            scope,
            signed_headers: header_names(names),
            signature: signature.to_owned(),
            time: Timestamp::from_compact(date).ok_or(QueryError::Date)?,
            expires: find("X-Amz-Expires").map(read_expires).transpose()?,
        })
    }

    /// Refuses a request that is interpreted by something its signature does not protect: a repeated
    /// header of which only one is read, or a missing host.
    ///
    /// A signed header that is missing counts as empty for S3 (versity/versitygw#457: such a client
    /// works against AWS) and is an error elsewhere (aws/aws-sdk-go-v2#2593), except Content-Length,
    /// which the front end of `es` takes as empty (inreachventures/aws-signing-request-interceptor
    /// #12 and #13). Refusing a repeated or missing host follows RFC 9112, section 3.2; refusing other
    /// repeated headers is unverified.
    pub(crate) fn check_coverage(
        &self,
        received: &ReceivedRequest,
        front_end: FrontEnd,
    ) -> Result<(), CoverageError> {
        let mut single = vec!["host", SECURITY_TOKEN];
        if self.location == Location::Header {
            let has_amz_date = received.header("x-amz-date").is_some();
            single.push(if has_amz_date { "x-amz-date" } else { "date" });
        }
        if front_end == FrontEnd::S3 {
            single.push(CONTENT_SHA256);
        }
        if let Some(name) = single.into_iter().find(|name| received.all(name).nth(1).is_some()) {
            return Err(CoverageError::Repeated(name));
        }
        if received.header("host").is_none_or(str::is_empty) {
            return Err(CoverageError::NoHost);
        }
        let absent = |name: &&String| {
            let name = name.to_ascii_lowercase();
            name != "content-length" && received.header(&name).is_none()
        };
        match (front_end, self.signed_headers.iter().find(absent)) {
            (FrontEnd::General, Some(name)) => Err(CoverageError::Absent(name.clone())),
            (FrontEnd::General, None) | (FrontEnd::S3, _) => Ok(()),
        }
    }

    /// Compares the time of the claim with `now`. A presigned URL stays fresh for its own lifetime
    /// instead of the window.
    pub(crate) fn freshness(&self, window: Duration, now: OffsetDateTime) -> Freshness {
        let age = now - self.time.at;
        let lifetime = self.expires.map_or(window, |Expires(lifetime)| lifetime);
        // Limits saturate, so that the year 9999 works too.
        let offset = |by: Duration| time::Duration::try_from(by).unwrap_or(time::Duration::MAX);
        if -age > window {
            Freshness::Early { limit: now.saturating_add(offset(window)) }
        } else if age > lifetime {
            Freshness::Late { limit: now.saturating_sub(offset(lifetime)) }
        } else {
            Freshness::Fresh
        }
    }

    /// Whether the header `name` (in lower case) is signed.
    pub(crate) fn signs(&self, name: &str) -> bool {
        self.signed_headers.iter().any(|signed| signed.eq_ignore_ascii_case(name))
    }

    /// Whether the session token is signed: in the query of a presigned URL, or in a signed header.
    pub(crate) fn signs_token(&self, received: &ReceivedRequest) -> bool {
        self.token_in_query(received).is_some() || self.signs(SECURITY_TOKEN)
    }

    /// The session token, in the query of a presigned URL or in a header.
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

/// The components of an Authorization header after its scheme.
///
/// AWS's general front end splits at white space as well as at commas: for a Credential with a blank
/// after the access key it reports that `'/20210706/us-east-2/dynamodb/aws4_request'` is "not a valid
/// key=value pair (missing equal-sign)" (awslabs/fhir-works-on-aws-deployment#379). No such response
/// is known from S3.
fn components(parts: &str, front_end: FrontEnd) -> impl Iterator<Item = &str> {
    let separates = move |c: char| match front_end {
        FrontEnd::S3 => c == ',',
        FrontEnd::General => c == ',' || c.is_ascii_whitespace(),
    };
    parts.split(separates).filter(|part| !part.trim().is_empty())
}

/// The name and value of a component of an Authorization header.
///
/// S3 requires exactly one equals sign and a value: "the authorization component \" Signature=\" is
/// malformed" (TTLabs/EvaporateJS#353), as is `Credential=aws_access_key_id= …` (zendesk/apt-s3#10).
fn pair(part: &str, front_end: FrontEnd) -> Option<(&str, &str)> {
    let (name, value) = part.trim().split_once('=')?;
    match front_end {
        FrontEnd::S3 if value.is_empty() || value.contains('=') => None,
        FrontEnd::S3 | FrontEnd::General => Some((name, value)),
    }
}

/// The first `X-Amz-` parameter that the query repeats, ignoring case.
fn repeated_parameter<'a>(pairs: &'a [(Cow<'_, str>, Cow<'_, str>)]) -> Option<&'a str> {
    let is_amz =
        |name: &str| name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"));
    let mut seen = BTreeSet::new();
    pairs
        .iter()
        .map(|(name, _)| name.as_ref())
        .find(|name| is_amz(name) && !seen.insert(name.to_ascii_lowercase()))
}

fn header_names(list: &str) -> Vec<String> {
    list.split(';').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Reads `KEY/YYYYMMDD/REGION/SERVICE/aws4_request`.
///
/// AWS issues no access keys with a slash, and its general front end refuses one because of the number
/// of elements (hashicorp/vault#2277). Other S3-compatible servers have such keys
/// (scality/Arsenal#344), so S3's rules count the five elements from the end.
fn read_credential(
    credential: &str,
    front_end: FrontEnd,
) -> Result<(String, Scope), CredentialError> {
    let fields: Vec<&str> = credential.rsplitn(5, '/').collect();
    let [terminator, service, region, date, key] = fields[..] else {
        return Err(CredentialError::wrong_form(credential, front_end));
    };
    if front_end == FrontEnd::General && key.contains('/') {
        return Err(CredentialError::wrong_form(credential, front_end));
    }
    if key.is_empty() {
        return Err(CredentialError::EmptyKey);
    }
    if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CredentialError::Date(date.to_owned()));
    }
    if terminator != TERMINATOR {
        return Err(CredentialError::Terminator(terminator.to_owned()));
    }
    let scope =
        Scope { date: date.to_owned(), region: region.to_owned(), service: service.to_owned() };
    Ok((key.to_owned(), scope))
}

/// The time in X-Amz-Date, in ISO 8601 basic format, or else in Date, which may also have the HTTP
/// format.
fn header_time(received: &ReceivedRequest) -> Option<Timestamp> {
    if let Some(text) = received.header("x-amz-date") {
        return Timestamp::from_compact(text);
    }
    let text = received.header("date")?;
    Timestamp::from_compact(text).or_else(|| Timestamp::from_http_date(text))
}

/// The longest lifetime of a presigned URL.
const WEEK: Duration = Duration::from_hours(7 * 24);

/// Reads a lifetime between 1 second and a week ("Authenticating Requests: Using Query Parameters",
/// S3 API Reference), in digits without a sign.
fn read_expires(text: &str) -> Result<Expires, QueryError> {
    if text.starts_with('+') {
        return Err(QueryError::ExpiresNotANumber);
    }
    let seconds: i64 = text.parse().map_err(|_| QueryError::ExpiresNotANumber)?;
    let seconds = u64::try_from(seconds).map_err(|_| QueryError::ExpiresNegative)?;
    match Duration::from_secs(seconds) {
        Duration::ZERO => Err(QueryError::ExpiresZero),
        lifetime if lifetime > WEEK => Err(QueryError::ExpiresTooLarge),
        lifetime => Ok(Expires(lifetime)),
    }
}
