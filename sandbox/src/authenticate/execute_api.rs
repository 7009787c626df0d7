//! API Gateway: the general front end of AWS, with five minutes of patience.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::Records;
use crate::facts::execute_api as facts;
use crate::identity::{Identity, Token};
use crate::refusal::Refusal;
use crate::verify::{
    Claim, Freshness, FrontEnd, HeaderFault, Presented, ReceivedRequest, Rules, compact,
    match_signature,
};

/// Whether the path and method are those of a resource.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Known,
    Unknown,
}

/// The order of checks of API Gateway on a method that IAM protects.
///
/// The form of the header comes before the route: a malformed one is named even where no such
/// path exists (aws/chalice#828), while a well-formed one leads to the answer about the path.
pub(crate) fn judge<'a>(
    received: &ReceivedRequest,
    route: Route,
    region: &str,
    records: Records<'a>,
) -> Result<&'a Identity, Refusal> {
    let rules = Rules::of("execute-api", region);
    let claim = read_claim(received)?;
    // AWS says it of an absent header to vpc-lattice; that execute-api does too is likely.
    claim
        .check_cover(received, rules.front_end)
        .map_err(|uncovered| incomplete(&uncovered.to_string()))?;
    if route == Route::Unknown {
        return Err(Refusal::of(facts::MISSING_TOKEN));
    }
    let identity = records
        .owner_of(&claim.access_key_id)
        .ok_or_else(|| Refusal::of(facts::UNRECOGNIZED_CLIENT))?;
    match identity.judge_token(claim.session_token(received).as_deref()) {
        Token::Right => {}
        Token::Expired => return Err(Refusal::of(facts::EXPIRED_TOKEN)),
        Token::Missing | Token::Wrong => return Err(Refusal::of(facts::UNRECOGNIZED_CLIENT)),
    }
    judge_time(&claim, &rules, records.now)?;
    judge_scope(&claim, &rules)?;
    judge_signed_headers(&claim)?;
    match_signature(received, &claim, &identity.secret_access_key, &rules).map_err(|right| {
        Refusal::of(facts::SIGNATURE_DOES_NOT_MATCH)
            .fill("canonical request", &right.canonical_request)
            .fill("string to sign", &right.string_to_sign)
    })?;
    Ok(identity)
}

fn read_claim(received: &ReceivedRequest) -> Result<Claim, Refusal> {
    match Presented::by(received, FrontEnd::General) {
        // Signature Version 2 was never one of API Gateway's.
        Presented::Nothing | Presented::Version2Query => Err(Refusal::of(facts::MISSING_TOKEN)),
        // No answer of API Gateway's to several was found.
        Presented::Several { .. } => {
            Err(incomplete("The request is signed more than once; it has to be signed once."))
        }
        Presented::Header(value) => Claim::from_header(received, value, FrontEnd::General)
            .map_err(|fault| refuse_header(&fault, value)),
        Presented::Query => Claim::from_query(received, FrontEnd::General)
            .map_err(|fault| incomplete(&fault.to_string())),
    }
}

fn refuse_header(fault: &HeaderFault, value: &str) -> Refusal {
    match fault {
        // The fact has all four sentences; said are those whose part is missing.
        HeaderFault::Missing(missing) | HeaderFault::OneWord(missing) => {
            let mut refusal = Refusal::of(facts::PARTS_MISSING);
            refusal.message = format!("{missing} Authorization={value}");
            refusal
        }
        HeaderFault::Scheme | HeaderFault::Version2 | HeaderFault::NotAPair(_) => {
            // What exactly AWS hashes, the word or the whole value, is not known.
            let hash = STANDARD.encode(Sha256::digest(value.as_bytes()));
            Refusal::of(facts::NOT_A_PAIR).fill("base64(sha256(value))", &hash)
        }
        HeaderFault::Credential(_) | HeaderFault::Date | HeaderFault::Repeated(_) => {
            incomplete(&fault.to_string())
        }
    }
}

/// What no fact words: the code of the family, and a message of our own.
fn incomplete(message: &str) -> Refusal {
    Refusal::beyond_the_facts(403, "IncompleteSignatureException", message)
}

fn judge_time(claim: &Claim, rules: &Rules<'_>, now: OffsetDateTime) -> Result<(), Refusal> {
    let (case, limit) = match claim.freshness(rules.window, now) {
        Freshness::Fresh => return Ok(()),
        Freshness::Early { limit } => (facts::CLOCK_AHEAD, limit),
        Freshness::Late { limit } => (facts::CLOCK_BEHIND, limit),
    };
    Err(Refusal::of(case)
        .fill("x-amz-date", &claim.time.to_string())
        .fill("limit", &compact(limit))
        .fill("server now", &compact(now)))
}

fn judge_scope(claim: &Claim, rules: &Rules<'_>) -> Result<(), Refusal> {
    if claim.scope.region != rules.region {
        return Err(Refusal::of(facts::WRONG_REGION).fill("sent", &claim.scope.region));
    }
    if claim.scope.service != rules.service {
        return Err(Refusal::of(facts::WRONG_SERVICE));
    }
    if claim.scope.date != claim.time.date() {
        // The sentence of AWS's query services; not seen on an execute-api host.
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

/// Unlike S3, API Gateway insists on the host alone; clients that send the session token unsigned
/// are known to work (aws-samples/sigv4-signing-examples).
fn judge_signed_headers(claim: &Claim) -> Result<(), Refusal> {
    if claim.signs("host") {
        return Ok(());
    }
    Err(invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".into()))
}

fn invalid(message: String) -> Refusal {
    Refusal::beyond_the_facts(403, "InvalidSignatureException", message)
}
