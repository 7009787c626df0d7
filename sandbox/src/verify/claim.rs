//! What a request claims of its own signature: who signed, when, for which scope, and which
//! headers. Claims are read, not believed.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::{Received, SECURITY_TOKEN, query_pairs};

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
    Both {
        header: &'a str,
    },
}

impl<'a> Presented<'a> {
    pub(crate) fn by(received: &'a Received) -> Self {
        const MARKS: [&str; 3] = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"];
        let in_query = query_pairs(received).any(|(name, _)| MARKS.contains(&name.as_ref()));
        match (received.header("authorization"), in_query) {
            (None, false) => Presented::Nothing,
            (None, true) => Presented::Query,
            (Some(header), false) => Presented::Header(header),
            (Some(header), true) => Presented::Both { header },
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

/// What is wrong with the form of an Authorization header.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderFault {
    #[error("the Authorization header is a single word. {0}")]
    OneWord(MissingParts),
    #[error("the Authorization header is of another scheme than {ALGORITHM}")]
    Scheme,
    #[error("the Authorization header is of the old Signature Version 2")]
    Version2,
    #[error("'{0}' is not a key=value pair (missing equal-sign) in the Authorization header")]
    NotAPair(String),
    #[error("{0}")]
    Missing(MissingParts),
    #[error(transparent)]
    Credential(#[from] CredentialFault),
    #[error("the request has no valid X-Amz-Date or Date header")]
    Date,
}

/// The parts that an Authorization header lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each part is there or not, independently")]
pub(crate) struct MissingParts {
    pub(crate) credential: bool,
    pub(crate) signature: bool,
    pub(crate) signed_headers: bool,
    pub(crate) date: bool,
}

/// The sentences of AWS's general front end, one for each missing part, in its order.
impl fmt::Display for MissingParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences = [
            (self.credential, "Authorization header requires 'Credential' parameter."),
            (self.signature, "Authorization header requires 'Signature' parameter."),
            (self.signed_headers, "Authorization header requires 'SignedHeaders' parameter."),
            (
                self.date,
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' \
                 header.",
            ),
        ];
        let said: Vec<_> = sentences.iter().filter(|(is, _)| *is).map(|(_, said)| *said).collect();
        f.write_str(&said.join(" "))
    }
}

/// What is wrong with the form of a Credential, wherever it stands.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialFault {
    #[error("the Credential is not of the form KEY/YYYYMMDD/REGION/SERVICE/{TERMINATOR}")]
    Form,
    #[error("the Credential names no access key")]
    EmptyKey,
    #[error("'{0}' in the Credential is not a date of the form YYYYMMDD")]
    Date(String),
    #[error("the Credential ends in '{0}' instead of '{TERMINATOR}'")]
    Terminator(String),
}

/// What is wrong with the form of the signature's query parameters.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QueryFault {
    #[error(
        "the query lacks one of X-Amz-Algorithm, -Credential, -Signature, -Date, -SignedHeaders"
    )]
    Missing,
    #[error("X-Amz-Algorithm is '{0}'; expecting {ALGORITHM}")]
    Algorithm(String),
    #[error(transparent)]
    Credential(#[from] CredentialFault),
    #[error("X-Amz-Date is not of the form YYYYMMDDTHHMMSSZ")]
    Date,
    #[error("X-Amz-Expires is not a number")]
    ExpiresNotANumber,
    #[error("X-Amz-Expires is negative")]
    ExpiresNegative,
    #[error("X-Amz-Expires is more than a week")]
    ExpiresTooLarge,
}

impl Claim {
    /// Reads the claim of an Authorization header.
    pub(crate) fn from_header(received: &Received, value: &str) -> Result<Claim, HeaderFault> {
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
        for part in parts.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                None => return Err(HeaderFault::NotAPair(part.to_owned())),
                Some(("Credential", value)) => credential = Some(value),
                Some(("SignedHeaders", value)) => signed_headers = Some(value),
                Some(("Signature", value)) => signature = Some(value),
                Some(_) => {}
            }
        }
        let (Some(credential), Some(signed_headers), Some(signature), Some(date)) =
            (credential, signed_headers, signature, date)
        else {
            return Err(HeaderFault::Missing(MissingParts {
                credential: credential.is_none(),
                signature: signature.is_none(),
                signed_headers: signed_headers.is_none(),
                date: date.is_none(),
            }));
        };
        let (access_key_id, scope) = read_credential(credential)?;
        Ok(Claim {
            location: Location::Header,
            access_key_id,
            scope,
            signed_headers: header_names(signed_headers),
            signature: signature.to_owned(),
            time: header_time(date).ok_or(HeaderFault::Date)?,
            expires: None,
        })
    }

    /// Reads the claim of a presigned URL. X-Amz-Expires may be missing: only S3 insists on it.
    pub(crate) fn from_query(received: &Received) -> Result<Claim, QueryFault> {
        let pairs: Vec<_> = query_pairs(received).collect();
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
        let (access_key_id, scope) = read_credential(credential)?;
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

    /// The session token that came along, wherever it stands.
    pub(crate) fn session_token<'a>(&self, received: &'a Received) -> Option<Cow<'a, str>> {
        let in_query = match self.location {
            Location::Header => None,
            Location::Query => query_pairs(received)
                .find(|(name, _)| name.eq_ignore_ascii_case(SECURITY_TOKEN))
                .map(|(_, value)| value),
        };
        in_query.or_else(|| received.header(SECURITY_TOKEN).map(Cow::Borrowed))
    }
}

fn header_names(list: &str) -> Vec<String> {
    list.split(';').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Reads `KEY/YYYYMMDD/REGION/SERVICE/aws4_request`.
fn read_credential(credential: &str) -> Result<(String, Scope), CredentialFault> {
    let fields: Vec<&str> = credential.split('/').collect();
    let [key, date, region, service, terminator] = fields[..] else {
        return Err(CredentialFault::Form);
    };
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

/// The time in an X-Amz-Date or Date header: ISO 8601 basic, or the HTTP form in a Date.
fn header_time(text: &str) -> Option<Timestamp> {
    Timestamp::of_compact(text).or_else(|| {
        let at = OffsetDateTime::parse(text, &Rfc2822).ok()?;
        Some(Timestamp { at: at.to_offset(UtcOffset::UTC) })
    })
}

/// The longest lifetime of a presigned URL: a week.
const WEEK: Duration = Duration::from_hours(7 * 24);

fn read_expires(text: &str) -> Result<Expires, QueryFault> {
    let seconds: i64 = text.parse().map_err(|_| QueryFault::ExpiresNotANumber)?;
    let seconds = u64::try_from(seconds).map_err(|_| QueryFault::ExpiresNegative)?;
    let lifetime = Duration::from_secs(seconds);
    if lifetime > WEEK { Err(QueryFault::ExpiresTooLarge) } else { Ok(Expires(lifetime)) }
}
