//! `SigV4` verification: was this request recently signed with the stored secret key?
//!
//! This code shares nothing with any signer. It starts from the client's claim (the `Authorization`
//! header or the `X-Amz-*` query parameters), rebuilds the canonical request from the received
//! request, and compares signatures. [`verify`] reads downward in that order. The further
//! requirements, order of checks and messages of each service are in `authenticate`.
//!
//! Sources: IAM User Guide, "Create a signed AWS API request" and "Elements of an AWS API request
//! signature"; S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".

mod canonical;
mod chunks;
mod claim;
mod constants;
mod decoding;
mod digest;
mod payload;
mod received;
mod rules;
mod signature;
mod timestamp;

use std::fmt;

use time::OffsetDateTime;

pub(crate) use chunks::{ChunkError, verify_chunks};
pub(crate) use claim::{
    Claim, ClaimError, CoverageError, CredentialError, Expires, Freshness, HeaderError, Location,
    QueryError,
};
pub(crate) use constants::{CONTENT_SHA256, SECURITY_TOKEN};
pub(crate) use decoding::{decode_query, query_pairs};
pub(crate) use digest::{hex, sha256_hex};
pub(crate) use payload::PayloadHash;
pub use received::ReceivedRequest;
pub use rules::{FrontEnd, PathEncoding, PathNormalization, PayloadSigning, Rules, TokenSigning};
pub(crate) use signature::match_signature;
pub(crate) use timestamp::compact;

/// The credentials that the server has stored.
#[derive(Clone, Copy)]
pub struct StoredKey<'a> {
    /// The access key ID that the request must name.
    pub access_key_id: &'a str,
    /// The secret access key.
    pub secret_access_key: &'a str,
    /// The session token that the request must carry, for temporary credentials.
    pub session_token: Option<&'a str>,
}

impl fmt::Debug for StoredKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// The result of verifying a request, with the texts that the server computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Whether the request is accepted.
    pub outcome: Decision,
    /// The canonical request as the server computes it; `None` if the claim could not be read.
    pub canonical_request: Option<String>,
    /// The string to sign as the server computes it; `None` if the claim could not be read.
    pub string_to_sign: Option<String>,
}

/// Whether a request is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The signature matches and is recent.
    Accepted,
    /// The request is refused.
    Refused {
        /// One of AWS's common error codes, such as `SignatureDoesNotMatch`.
        code: String,
        /// What is wrong, for people to read.
        message: String,
    },
}

/// Verifies the signature of a request and its time at `now` by the given rules.
///
/// The codes are AWS's common errors (IAM User Guide, "Common errors"); individual services use their
/// own codes and messages. By S3's rules, the body is also checked against a hash in
/// `x-amz-content-sha256`, and chunk by chunk if its chunks are signed.
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
/// let verification = verify(&received, &key, &rules, datetime!(2015-08-30 12:40 UTC));
/// assert_eq!(verification.outcome, Decision::Accepted);
/// ```
#[must_use]
pub fn verify(
    received: &ReceivedRequest,
    key: &StoredKey<'_>,
    rules: &Rules<'_>,
    now: OffsetDateTime,
) -> Verification {
    let claim = match Claim::read(received, rules.front_end) {
        Ok(claim) => claim,
        Err(error) => {
            let code = match error {
                ClaimError::Anonymous => "MissingAuthenticationToken",
                ClaimError::SigV2Query
                | ClaimError::Several { .. }
                | ClaimError::Header { .. }
                | ClaimError::Query(_) => INCOMPLETE,
            };
            return Verification {
                outcome: Rejection::new(code, error.to_string()).into_decision(),
                canonical_request: None,
                string_to_sign: None,
            };
        }
    };
    let checked = check(received, &claim, key, rules, now);
    let matched = match_signature(received, &claim, key.secret_access_key, rules);
    let outcome = match (checked, &matched) {
        (Err(rejection), _) => rejection.into_decision(),
        (Ok(()), Err(_)) => Rejection::new(MISMATCH, SIGNATURE_DIFFERS).into_decision(),
        (Ok(()), Ok(_)) => match check_chunks(received, &claim, key, rules) {
            Ok(()) => Decision::Accepted,
            Err(error) => Rejection::new(MISMATCH, error.to_string()).into_decision(),
        },
    };
    let (Ok(texts) | Err(texts)) = matched;
    Verification {
        outcome,
        canonical_request: Some(texts.canonical_request),
        string_to_sign: Some(texts.string_to_sign),
    }
}

/// The reason why a request is refused.
struct Rejection {
    code: &'static str,
    message: String,
}

impl Rejection {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Rejection { code, message: message.into() }
    }

    fn into_decision(self) -> Decision {
        Decision::Refused { code: self.code.to_owned(), message: self.message }
    }
}

const INCOMPLETE: &str = "IncompleteSignature";
const MISMATCH: &str = "SignatureDoesNotMatch";
const SIGNATURE_DIFFERS: &str = "The request signature we calculated does not match the signature \
                                 you provided. Check your AWS Secret Access Key and signing method.";

/// Everything except the signature itself.
fn check(
    received: &ReceivedRequest,
    claim: &Claim,
    key: &StoredKey<'_>,
    rules: &Rules<'_>,
    now: OffsetDateTime,
) -> Result<(), Rejection> {
    claim
        .check_coverage(received, rules.front_end)
        .map_err(|uncovered| Rejection::new(INCOMPLETE, uncovered.to_string()))?;
    if claim.access_key_id != key.access_key_id {
        let message = format!("the access key {} is not the stored one", claim.access_key_id);
        return Err(Rejection::new("InvalidClientTokenId", message));
    }
    check_token(received, claim, key, rules)?;
    check_scope(claim, rules)?;
    if !claim.signs("host") {
        return Err(Rejection::new(MISMATCH, "'host' must be among the signed headers"));
    }
    check_time(claim, rules, now)?;
    check_payload(received, claim, rules)
}

fn check_token(
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
            Err(Rejection::new(INVALID, "the request has a session token, but the key has none"))
        }
        (Some(sent), Some(right)) if sent != right => {
            Err(Rejection::new(INVALID, "the session token is not the stored one"))
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

fn check_scope(claim: &Claim, rules: &Rules<'_>) -> Result<(), Rejection> {
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

fn check_time(claim: &Claim, rules: &Rules<'_>, now: OffsetDateTime) -> Result<(), Rejection> {
    let minutes = rules.window.as_secs() / 60;
    let refuse = |message| Err(Rejection::new(MISMATCH, message));
    match claim.freshness(rules.window, now) {
        Freshness::Fresh => Ok(()),
        // S3's message for a presigned URL.
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
            refuse("Signature expired: the lifetime of the presigned URL is over".to_owned())
        }
        Freshness::Late { limit } => refuse(format!(
            "Signature expired: {} is now earlier than {} ({} - {minutes} min.)",
            claim.time,
            compact(limit),
            compact(now)
        )),
    }
}

fn check_payload(
    received: &ReceivedRequest,
    claim: &Claim,
    rules: &Rules<'_>,
) -> Result<(), Rejection> {
    match PayloadHash::claimed(received, claim, rules) {
        Some(PayloadHash::Sha256(claimed)) if claimed != sha256_hex(&received.body) => {
            let message = "the body's SHA-256 differs from x-amz-content-sha256";
            Err(Rejection::new(MISMATCH, message))
        }
        Some(PayloadHash::Asymmetric(value)) => {
            let message = format!(
                "x-amz-content-sha256 is '{value}', but the request is signed with AWS4-HMAC-SHA256"
            );
            Err(Rejection::new(INCOMPLETE, message))
        }
        Some(PayloadHash::Invalid(value)) => {
            let message =
                format!("x-amz-content-sha256 is neither a SHA-256 nor a known value: '{value}'");
            Err(Rejection::new(INCOMPLETE, message))
        }
        Some(PayloadHash::Sha256(_) | PayloadHash::Unsigned(_) | PayloadHash::Chunks { .. })
        | None => Ok(()),
    }
}

/// Called only for a matching signature of the request, because the chain of chunk signatures begins
/// with it.
fn check_chunks(
    received: &ReceivedRequest,
    claim: &Claim,
    key: &StoredKey<'_>,
    rules: &Rules<'_>,
) -> Result<(), ChunkError> {
    match PayloadHash::claimed(received, claim, rules) {
        Some(PayloadHash::Chunks { trailer, .. }) => {
            verify_chunks(&received.body, trailer, claim, key.secret_access_key, rules)
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
