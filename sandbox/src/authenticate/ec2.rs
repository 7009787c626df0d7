//! EC2's checks. EC2 gives the same refusal for nearly every mistake.

use super::AuthContext;
use crate::facts::ec2 as facts;
use crate::identity::{Identity, TokenStatus};
use crate::refusal::Refusal;
use crate::verify::{
    Claim, ClaimError, CredentialError, Freshness, HeaderError, QueryError, ReceivedRequest, Rules,
    match_signature,
};

/// The API that a query is for, according to its version: every AWS service has versions of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Ec2,
    Other,
}

/// EC2's checks, in its order.
pub(crate) fn authenticate<'a>(
    received: &ReceivedRequest,
    api: Api,
    region: &str,
    context: AuthContext<'a>,
) -> Result<&'a Identity, Refusal> {
    let rules = Rules::of("ec2", region);
    let claim = Claim::read(received, rules.front_end).map_err(|error| refuse(&error))?;
    check_service(&claim, api)?;
    claim
        .check_coverage(received, rules.front_end)
        .map_err(|_| Refusal::from_fact(facts::MALFORMED))?;
    let identity = context
        .owner_of(&claim.access_key_id)
        .ok_or_else(|| Refusal::from_fact(facts::AUTH_FAILURE))?;
    match identity.check_token(claim.session_token(received).as_deref()) {
        TokenStatus::Valid => {}
        TokenStatus::Expired => return Err(Refusal::from_fact(facts::TOKEN_EXPIRED)),
        TokenStatus::Missing | TokenStatus::Wrong => {
            return Err(Refusal::from_fact(facts::AUTH_FAILURE));
        }
    }
    if claim.freshness(rules.window, context.now) != Freshness::Fresh {
        return Err(Refusal::from_fact(facts::CLOCK_SKEW));
    }
    if claim.scope.region != region
        || claim.scope.service != rules.service
        || claim.scope.date != claim.time.date()
    {
        return Err(Refusal::from_fact(facts::WRONG_SCOPE));
    }
    if !claim.signs("host") {
        return Err(Refusal::from_fact(facts::AUTH_FAILURE));
    }
    match_signature(received, &claim, &identity.secret_access_key, &rules)
        .map_err(|_| Refusal::from_fact(facts::AUTH_FAILURE))?;
    Ok(identity)
}

/// Refuses a query for a service that the sandbox does not offer, such as `sts`. AWS would route it
/// to that service; EC2 would misleadingly report wrong credentials. Code and message are the
/// sandbox's own.
fn check_service(claim: &Claim, api: Api) -> Result<(), Refusal> {
    let service = claim.scope.service.as_str();
    if api == Api::Ec2 || ["ec2", "s3", "execute-api"].contains(&service) {
        return Ok(());
    }
    let message = format!(
        "The request is signed for '{service}'. This sandbox offers only S3, EC2 and one REST API \
         of API Gateway."
    );
    Err(Refusal::without_fact(400, "ServiceNotOffered", message))
}

fn refuse(error: &ClaimError<'_>) -> Refusal {
    match error {
        ClaimError::Anonymous => Refusal::from_fact(facts::UNSIGNED),
        // EC2 itself still accepts this version; the sandbox does not implement it.
        ClaimError::SigV2Query => Refusal::from_fact(facts::AUTH_FAILURE),
        ClaimError::Header { error: HeaderError::Credential(error), .. }
        | ClaimError::Query(QueryError::Credential(error)) => refuse_credential(error),
        // No response of EC2 to several signatures was found.
        ClaimError::Several { .. } | ClaimError::Header { .. } | ClaimError::Query(_) => {
            Refusal::from_fact(facts::MALFORMED)
        }
    }
}

/// Only the message about the number of elements is known from EC2
/// (`StreisandEffect/streisand#485`).
fn refuse_credential(error: &CredentialError) -> Refusal {
    match error {
        CredentialError::Elements(_) => {
            Refusal::without_fact(401, "AuthFailure", error.to_string())
        }
        CredentialError::Form
        | CredentialError::EmptyKey
        | CredentialError::Date(_)
        | CredentialError::Terminator(_) => Refusal::from_fact(facts::MALFORMED),
    }
}
