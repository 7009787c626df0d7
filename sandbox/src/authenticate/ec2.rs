//! EC2: one mute answer for nearly everything.

use super::Records;
use crate::facts::ec2 as facts;
use crate::identity::{Identity, Token};
use crate::refusal::Refusal;
use crate::verify::{
    Claim, CredentialFault, Freshness, FrontEnd, HeaderFault, Presented, QueryFault,
    ReceivedRequest, Rules, match_signature,
};

/// Whose API a query is about, to judge by its version: each service of AWS has its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Ec2,
    Another,
}

/// The order of checks of EC2.
pub(crate) fn judge<'a>(
    received: &ReceivedRequest,
    api: Api,
    region: &str,
    records: Records<'a>,
) -> Result<&'a Identity, Refusal> {
    let rules = Rules::of("ec2", region);
    let claim = read_claim(received)?;
    judge_service(&claim, api)?;
    claim.check_cover(received, rules.front_end).map_err(|_| Refusal::of(facts::MALFORMED))?;
    let identity =
        records.owner_of(&claim.access_key_id).ok_or_else(|| Refusal::of(facts::AUTH_FAILURE))?;
    match identity.judge_token(claim.session_token(received).as_deref()) {
        Token::Right => {}
        Token::Expired => return Err(Refusal::of(facts::TOKEN_EXPIRED)),
        Token::Missing | Token::Wrong => return Err(Refusal::of(facts::AUTH_FAILURE)),
    }
    if claim.freshness(rules.window, records.now) != Freshness::Fresh {
        return Err(Refusal::of(facts::CLOCK_SKEW));
    }
    if claim.scope.region != region
        || claim.scope.service != rules.service
        || claim.scope.date != claim.time.date()
    {
        return Err(Refusal::of(facts::WRONG_SCOPE));
    }
    if !claim.signs("host") {
        return Err(Refusal::of(facts::AUTH_FAILURE));
    }
    match_signature(received, &claim, &identity.secret_access_key, &rules)
        .map_err(|_| Refusal::of(facts::AUTH_FAILURE))?;
    Ok(identity)
}

/// Names a service that is not offered here, such as `sts`: AWS would not have sent its query to
/// EC2, and EC2's answer would be that the credentials are wrong. Code and words are the sandbox's
/// own.
fn judge_service(claim: &Claim, api: Api) -> Result<(), Refusal> {
    let service = claim.scope.service.as_str();
    if api == Api::Ec2 || ["ec2", "s3", "execute-api"].contains(&service) {
        return Ok(());
    }
    let message = format!(
        "The request is signed for '{service}'. This sandbox offers S3, EC2 and one REST API of \
         API Gateway, and nothing else."
    );
    Err(Refusal::beyond_the_facts(400, "ServiceNotOffered", message))
}

/// A request that is signed more than once is malformed: no answer of EC2's to one was found.
fn read_claim(received: &ReceivedRequest) -> Result<Claim, Refusal> {
    let malformed = || Refusal::of(facts::MALFORMED);
    match Presented::by(received, FrontEnd::General) {
        Presented::Nothing => Err(Refusal::of(facts::UNSIGNED)),
        // EC2 itself still takes this version; the sandbox does not read it.
        Presented::Version2Query => Err(Refusal::of(facts::AUTH_FAILURE)),
        Presented::Several { .. } => Err(malformed()),
        Presented::Header(value) => {
            Claim::from_header(received, value, FrontEnd::General).map_err(|fault| match fault {
                HeaderFault::Credential(fault) => refuse_credential(&fault),
                HeaderFault::OneWord(_)
                | HeaderFault::Scheme
                | HeaderFault::Version2
                | HeaderFault::NotAPair(_)
                | HeaderFault::Repeated(_)
                | HeaderFault::Missing(_)
                | HeaderFault::Date => malformed(),
            })
        }
        Presented::Query => {
            Claim::from_query(received, FrontEnd::General).map_err(|fault| match fault {
                QueryFault::Credential(fault) => refuse_credential(&fault),
                QueryFault::Missing
                | QueryFault::Algorithm(_)
                | QueryFault::Date
                | QueryFault::Repeated(_)
                | QueryFault::ExpiresNotANumber
                | QueryFault::ExpiresZero
                | QueryFault::ExpiresNegative
                | QueryFault::ExpiresTooLarge => malformed(),
            })
        }
    }
}

/// Of the number of elements EC2 is known to speak (`StreisandEffect/streisand#485`).
fn refuse_credential(fault: &CredentialFault) -> Refusal {
    match fault {
        CredentialFault::Elements(_) => {
            Refusal::beyond_the_facts(401, "AuthFailure", fault.to_string())
        }
        CredentialFault::Form
        | CredentialFault::EmptyKey
        | CredentialFault::Date(_)
        | CredentialFault::Terminator(_) => Refusal::of(facts::MALFORMED),
    }
}
