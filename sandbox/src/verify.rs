//! `SigV4` from the server's end: given the bytes that arrived and the secret on record, was this
//! request signed by its owner, and recently?
//!
//! Nothing here is shared with a signer. A server starts from what a client claims (the
//! `Authorization` header, or the `X-Amz-*` query parameters), rebuilds the canonical request from
//! the bytes it received, and compares. [`verify`] reads downward in that order. What a service
//! demands beyond the signature (S3's `x-amz-content-sha256`, its wording, its order of checks) is
//! not judged here but in the services' own modules.
//!
//! Sources: IAM User Guide, "Create a signed AWS API request" and "Elements of an AWS API request
//! signature"; S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".

mod canonical;
mod chunks;
mod claim;
mod payload;
mod received;
mod rules;

use std::fmt;
use time::OffsetDateTime;

pub(crate) use canonical::{decode_query, match_signature, query_pairs, sha256_hex};
pub(crate) use chunks::{ChunkFault, check_chunks};
pub(crate) use claim::{
    Claim, CredentialFault, Expires, Freshness, HeaderFault, Location, Presented, QueryFault,
    Uncovered, compact,
};
pub(crate) use payload::PayloadHash;
pub use received::ReceivedRequest;
pub use rules::{FrontEnd, PathEncoding, PathNormalization, PayloadSigning, Rules, TokenSigning};

// The former names, until `compare` uses the present ones.
#[doc(hidden)]
pub use {
    Decision as Outcome, PayloadSigning as Payload, ReceivedRequest as Received, StoredKey as Key,
    Verification as Verdict,
};

/// The header that carries the hash of the payload.
pub(crate) const CONTENT_SHA256: &str = "x-amz-content-sha256";
/// The header (and, but for case, the query parameter) that carries the session token.
pub(crate) const SECURITY_TOKEN: &str = "x-amz-security-token";

/// The credentials on record, with which the request is judged.
#[derive(Clone, Copy)]
pub struct StoredKey<'a> {
    /// The access key ID that the request must name.
    pub access_key_id: &'a str,
    /// The secret that belongs to it.
    pub secret_access_key: &'a str,
    /// The session token that must come along, if the credentials are temporary.
    pub session_token: Option<&'a str>,
}

impl fmt::Debug for StoredKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// What became of a request, and the texts that the server computed on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Accepted, or refused and why.
    pub outcome: Decision,
    /// The canonical request as the server sees it; none if the claim could not be read.
    pub canonical_request: Option<String>,
    /// The string to sign that follows from it; none if the claim could not be read.
    pub string_to_sign: Option<String>,
}

/// The verdict proper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The signature is right and recent.
    Accepted,
    /// It is not.
    Refused {
        /// One of AWS's common error codes, such as `SignatureDoesNotMatch`.
        code: String,
        /// What is wrong, for people.
        message: String,
    },
}

/// Judges the signature of a request and its window, by the rules given, at the time `now`.
///
/// Codes are those of AWS's common errors (IAM User Guide, "Common errors"): services word and
/// code the same findings in their own ways. By S3's rules the body is checked against an
/// `x-amz-content-sha256` that names a hash, and chunk by chunk where the chunks are signed.
///
/// ```
/// use sandbox::verify::{verify, StoredKey, Decision, ReceivedRequest, Rules};
/// use time::macros::datetime;
///
/// let authorization = "AWS4-HMAC-SHA256 \
///     Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
///     SignedHeaders=host;x-amz-date, \
///     Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
/// let received = ReceivedRequest {
///     method: "GET".into(),
///     target: ReceivedRequest::target_of("https://example.amazonaws.com/").into_owned(),
///     headers: vec![
///         ("host".into(), "example.amazonaws.com".into()),
///         ("x-amz-date".into(), "20150830T123600Z".into()),
///         ("authorization".into(), authorization.into()),
///     ],
///     body: Vec::new(),
/// };
/// let key = StoredKey {
///     access_key_id: "AKIDEXAMPLE",
///     secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
///     session_token: None,
/// };
/// let rules = Rules::of("service", "us-east-1");
/// let verdict = verify(&received, &key, &rules, datetime!(2015-08-30 12:40 UTC));
/// assert_eq!(verdict.outcome, Decision::Accepted);
/// ```
#[must_use]
pub fn verify(
    received: &ReceivedRequest,
    key: &StoredKey<'_>,
    rules: &Rules<'_>,
    now: OffsetDateTime,
) -> Verification {
    let claim = match read_claim(received, rules.front_end) {
        Ok(claim) => claim,
        Err(finding) => return finding.without_texts(),
    };
    let judged = judge(received, &claim, key, rules, now);
    let matched = match_signature(received, &claim, key.secret_access_key, rules);
    let outcome = match (judged, &matched) {
        (Err(finding), _) => finding.into_outcome(),
        (Ok(()), Err(_)) => Rejection::new(MISMATCH, SIGNATURE_DIFFERS).into_outcome(),
        (Ok(()), Ok(_)) => match judge_chunks(received, &claim, key, rules) {
            Ok(()) => Decision::Accepted,
            Err(fault) => Rejection::new(MISMATCH, fault.to_string()).into_outcome(),
        },
    };
    let (Ok(texts) | Err(texts)) = matched;
    Verification {
        outcome,
        canonical_request: Some(texts.canonical_request),
        string_to_sign: Some(texts.string_to_sign),
    }
}

/// A reason to refuse, before it is owned by a [`Verification`].
struct Rejection {
    code: &'static str,
    message: String,
}

impl Rejection {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Rejection { code, message: message.into() }
    }

    fn into_outcome(self) -> Decision {
        Decision::Refused { code: self.code.to_owned(), message: self.message }
    }

    fn without_texts(self) -> Verification {
        Verification { outcome: self.into_outcome(), canonical_request: None, string_to_sign: None }
    }
}

const INCOMPLETE: &str = "IncompleteSignature";
const MISMATCH: &str = "SignatureDoesNotMatch";
const SIGNATURE_DIFFERS: &str = "The request signature we calculated does not match the signature \
                                 you provided. Check your AWS Secret Access Key and signing method.";

fn read_claim(received: &ReceivedRequest, front_end: FrontEnd) -> Result<Claim, Rejection> {
    match Presented::by(received, front_end) {
        Presented::Nothing => Err(Rejection::new(
            "MissingAuthenticationToken",
            "the request has neither an Authorization header nor X-Amz-Algorithm in its query",
        )),
        Presented::Version2Query => Err(Rejection::new(
            INCOMPLETE,
            "the query is signed with the old Signature Version 2; use Signature Version 4",
        )),
        Presented::Several { .. } => Err(Rejection::new(
            INCOMPLETE,
            "the request is signed more than once, in Authorization headers or in its query; use one",
        )),
        Presented::Header(value) => Claim::from_header(received, value, front_end)
            .map_err(|fault| Rejection::new(INCOMPLETE, fault.to_string())),
        Presented::Query => Claim::from_query(received, front_end)
            .map_err(|f| Rejection::new(INCOMPLETE, f.to_string())),
    }
}

/// Everything but the signature itself, in the order in which it can be known.
fn judge(
    received: &ReceivedRequest,
    claim: &Claim,
    key: &StoredKey<'_>,
    rules: &Rules<'_>,
    now: OffsetDateTime,
) -> Result<(), Rejection> {
    claim
        .check_cover(received, rules.front_end)
        .map_err(|uncovered| Rejection::new(INCOMPLETE, uncovered.to_string()))?;
    if claim.access_key_id != key.access_key_id {
        let message = format!("the access key {} is not the one on record", claim.access_key_id);
        return Err(Rejection::new("InvalidClientTokenId", message));
    }
    judge_token(received, claim, key, rules)?;
    judge_scope(claim, rules)?;
    if !claim.signs("host") {
        return Err(Rejection::new(MISMATCH, "'host' must be among the signed headers"));
    }
    judge_time(claim, rules, now)?;
    judge_payload(received, claim, rules)
}

fn judge_token(
    received: &ReceivedRequest,
    claim: &Claim,
    key: &StoredKey<'_>,
    rules: &Rules<'_>,
) -> Result<(), Rejection> {
    const INVALID: &str = "InvalidClientTokenId";
    let sent = claim.session_token(received);
    match (sent.as_deref(), key.session_token) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Rejection::new(INVALID, "the session token is missing")),
        (Some(_), None) => {
            Err(Rejection::new(INVALID, "a session token came along, but the key has none"))
        }
        (Some(sent), Some(right)) if sent != right => {
            Err(Rejection::new(INVALID, "the session token is not the one on record"))
        }
        (Some(_), Some(_)) => {
            if rules.token == TokenSigning::Required && !claim.signs_token(received) {
                let message = "'x-amz-security-token' must be among the signed headers";
                return Err(Rejection::new(MISMATCH, message));
            }
            Ok(())
        }
    }
}

fn judge_scope(claim: &Claim, rules: &Rules<'_>) -> Result<(), Rejection> {
    let mut wrong = Vec::new();
    if claim.scope.date != claim.time.date() {
        wrong.push(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP: '{}' != '{}', from '{}'.",
            claim.scope.date,
            claim.time.date(),
            claim.time
        ));
    }
    if claim.scope.region != rules.region {
        wrong.push(format!(
            "Credential should be scoped to a valid region, not '{}'.",
            claim.scope.region
        ));
    }
    if claim.scope.service != rules.service {
        wrong.push(format!("Credential should be scoped to correct service: '{}'.", rules.service));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Rejection::new(MISMATCH, wrong.join(" "))) }
}

fn judge_time(claim: &Claim, rules: &Rules<'_>, now: OffsetDateTime) -> Result<(), Rejection> {
    let minutes = rules.window.as_secs() / 60;
    let refuse = |message| Err(Rejection::new(MISMATCH, message));
    match claim.freshness(rules.window, now) {
        Freshness::Fresh => Ok(()),
        // S3's words for a presigned URL.
        Freshness::Early { .. }
            if rules.front_end == FrontEnd::S3 && claim.location == Location::Query =>
        {
            refuse("Request is not yet valid".to_owned())
        }
        Freshness::Early { limit } => refuse(format!(
            "Signature not yet current: {} is still later than {} ({} + {minutes} min.)",
            claim.time,
            compact(limit),
            compact(now)
        )),
        Freshness::Late { .. } if claim.expires.is_some() => {
            refuse("Signature expired: the presigned URL's time is over".to_owned())
        }
        Freshness::Late { limit } => refuse(format!(
            "Signature expired: {} is now earlier than {} ({} - {minutes} min.)",
            claim.time,
            compact(limit),
            compact(now)
        )),
    }
}

fn judge_payload(
    received: &ReceivedRequest,
    claim: &Claim,
    rules: &Rules<'_>,
) -> Result<(), Rejection> {
    match PayloadHash::claimed(received, claim, rules) {
        Some(PayloadHash::Sha256(claimed)) if claimed != sha256_hex(&received.body) => {
            let message = "the body's SHA-256 is not the one in x-amz-content-sha256";
            Err(Rejection::new(MISMATCH, message))
        }
        Some(PayloadHash::Asymmetric(value)) => {
            let message = format!(
                "x-amz-content-sha256 is '{value}', but the request is signed with AWS4-HMAC-SHA256"
            );
            Err(Rejection::new(INCOMPLETE, message))
        }
        Some(PayloadHash::Invalid(value)) => {
            let message = format!("x-amz-content-sha256 is neither a SHA-256 nor known: '{value}'");
            Err(Rejection::new(INCOMPLETE, message))
        }
        Some(PayloadHash::Sha256(_) | PayloadHash::Unsigned(_) | PayloadHash::Chunks { .. })
        | None => Ok(()),
    }
}

/// Once the signature of the request is right, with which the first chunk is signed.
fn judge_chunks(
    received: &ReceivedRequest,
    claim: &Claim,
    key: &StoredKey<'_>,
    rules: &Rules<'_>,
) -> Result<(), ChunkFault> {
    match PayloadHash::claimed(received, claim, rules) {
        Some(PayloadHash::Chunks { trailer, .. }) => {
            check_chunks(&received.body, trailer, claim, key.secret_access_key, rules)
        }
        Some(
            PayloadHash::Sha256(_)
            | PayloadHash::Unsigned(_)
            | PayloadHash::Asymmetric(_)
            | PayloadHash::Invalid(_),
        )
        | None => Ok(()),
    }
}
