//! EC2: one mute answer for nearly everything.

use super::Records;
use crate::facts::ec2 as facts;
use crate::identity::{Identity, Token};
use crate::refusal::Refusal;
use crate::verify::{Claim, Freshness, Presented, Received, Rules, match_signature};

/// The order of checks of EC2.
pub(crate) fn judge<'a>(
    received: &Received,
    region: &str,
    records: Records<'a>,
) -> Result<&'a Identity, Refusal> {
    let rules = Rules::of("ec2", region);
    let claim = read_claim(received)?;
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

fn read_claim(received: &Received) -> Result<Claim, Refusal> {
    match Presented::by(received) {
        Presented::Nothing => Err(Refusal::of(facts::UNSIGNED)),
        // A header outweighs a query: no answer of EC2's to both was found.
        Presented::Header(value) | Presented::Both { header: value } => {
            Claim::from_header(received, value).map_err(|_| Refusal::of(facts::MALFORMED))
        }
        Presented::Query => Claim::from_query(received).map_err(|_| Refusal::of(facts::MALFORMED)),
    }
}
