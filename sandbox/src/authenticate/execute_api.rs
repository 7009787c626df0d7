//! API Gateway's checks: those of AWS's general front end, with a time window of five minutes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::AuthContext;
use crate::facts::execute_api as facts;
use crate::identity::{Identity, TokenStatus};
use crate::refusal::Refusal;
use crate::verify::{
    Claim, ClaimError, Freshness, HeaderError, ReceivedRequest, Rules, compact, match_signature,
};

/// Whether the path and method are those of a resource.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Known,
    Unknown,
}

/// API Gateway's checks on a method that requires IAM authorization, in its order.
///
/// The syntax of the header is checked before the route: a malformed header is reported even for a
/// path that does not exist (aws/chalice#828), while a well-formed one leads to a response about the
/// path.
pub(crate) fn authenticate<'a>(
    received: &ReceivedRequest,
    route: Route,
    region: &str,
    context: AuthContext<'a>,
) -> Result<&'a Identity, Refusal> {
    let rules = Rules::of("execute-api", region);
    let claim = Claim::read(received, rules.front_end).map_err(|error| refuse(&error))?;
    // Seen from vpc-lattice for a missing signed header; execute-api probably responds the same.
    claim
        .check_coverage(received, rules.front_end)
        .map_err(|uncovered| incomplete(&uncovered.to_string()))?;
    if route == Route::Unknown {
        return Err(Refusal::from_fact(facts::MISSING_TOKEN));
    }
    let identity = context
        .owner_of(&claim.access_key_id)
        .ok_or_else(|| Refusal::from_fact(facts::UNRECOGNIZED_CLIENT))?;
    match identity.check_token(claim.session_token(received).as_deref()) {
        TokenStatus::Valid => {}
        TokenStatus::Expired => return Err(Refusal::from_fact(facts::EXPIRED_TOKEN)),
        TokenStatus::Missing | TokenStatus::Wrong => {
            return Err(Refusal::from_fact(facts::UNRECOGNIZED_CLIENT));
        }
    }
    check_time(&claim, &rules, context.now)?;
    check_scope(&claim, &rules)?;
    check_signed_headers(&claim)?;
    match_signature(received, &claim, &identity.secret_access_key, &rules).map_err(|texts| {
        Refusal::from_fact(facts::SIGNATURE_DOES_NOT_MATCH)
            .fill(&[&texts.canonical_request, &texts.string_to_sign])
    })?;
    Ok(identity)
}

fn refuse(error: &ClaimError<'_>) -> Refusal {
    match error {
        // API Gateway has never supported Signature Version 2.
        ClaimError::Anonymous | ClaimError::SigV2Query => Refusal::from_fact(facts::MISSING_TOKEN),
        // No response of API Gateway to several signatures was found.
        ClaimError::Several { .. } | ClaimError::Query(_) => incomplete(&error.to_string()),
        ClaimError::Header { value, error } => refuse_header(error, value),
    }
}

fn refuse_header(error: &HeaderError, value: &str) -> Refusal {
    match error {
        // The fact has a sentence for each of four parts; the response has those of the missing parts.
        HeaderError::Missing(missing) | HeaderError::OneWord(missing) => {
            let mut refusal = Refusal::from_fact(facts::PARTS_MISSING);
            refusal.message = format!("{missing} Authorization={value}");
            refusal
        }
        HeaderError::Scheme | HeaderError::Version2 | HeaderError::NotAPair(_) => {
            // Whether AWS hashes the component or the whole value is unknown.
            let hash = STANDARD.encode(Sha256::digest(value.as_bytes()));
            Refusal::from_fact(facts::NOT_A_PAIR).fill(&[&hash])
        }
        HeaderError::Credential(_) | HeaderError::Date | HeaderError::Repeated(_) => {
            incomplete(&error.to_string())
        }
    }
}

/// A refusal without a fact: AWS's code with a message of the sandbox's own.
fn incomplete(message: &str) -> Refusal {
    Refusal::without_fact(403, "IncompleteSignatureException", message)
}

fn check_time(claim: &Claim, rules: &Rules<'_>, now: OffsetDateTime) -> Result<(), Refusal> {
    let (case, limit) = match claim.freshness(rules.window, now) {
        Freshness::Fresh => return Ok(()),
        Freshness::Early { limit } => (facts::CLOCK_AHEAD, limit),
        Freshness::Late { limit } => (facts::CLOCK_BEHIND, limit),
    };
    Err(Refusal::from_fact(case).fill(&[&claim.time.to_string(), &compact(limit), &compact(now)]))
}

fn check_scope(claim: &Claim, rules: &Rules<'_>) -> Result<(), Refusal> {
    if claim.scope.region != rules.region {
        return Err(Refusal::from_fact(facts::WRONG_REGION).fill(&[&claim.scope.region]));
    }
    if claim.scope.service != rules.service {
        return Err(Refusal::from_fact(facts::WRONG_SERVICE));
    }
    if claim.scope.date != claim.time.date() {
        // The message of AWS's query services; not seen from execute-api.
        return Err(invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP: '{}' != '{}', from '{}'.",
            claim.scope.date,
            claim.time.date(),
            claim.time
        )));
    }
    Ok(())
}

/// Unlike S3, API Gateway requires only the host to be signed. Clients that do not sign the session
/// token are known to work (aws-samples/sigv4-signing-examples).
fn check_signed_headers(claim: &Claim) -> Result<(), Refusal> {
    if claim.signs("host") {
        return Ok(());
    }
    Err(invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".into()))
}

fn invalid(message: String) -> Refusal {
    Refusal::without_fact(403, "InvalidSignatureException", message)
}
