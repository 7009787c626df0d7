//! The string to sign, the signing key, and the comparison of signatures.

use hmac::Mac as _;

use super::canonical::CanonicalRequest;
use super::claim::Claim;
use super::constants::{ALGORITHM, TERMINATOR};
use super::digest::{hex_bytes, hmac_sha256, sha256_hex};
use super::received::ReceivedRequest;
use super::rules::Rules;

/// The two texts that a signature is computed from.
pub(crate) struct SigningTexts {
    pub(crate) canonical_request: String,
    pub(crate) string_to_sign: String,
}

/// Compares the claim's signature with the one that the secret yields. Returns the texts that were
/// signed, or as an error the texts that should have been signed.
///
/// The comparison takes constant time. The signature must be in lower-case hexadecimal, as AWS writes
/// it.
pub(crate) fn match_signature(
    received: &ReceivedRequest,
    claim: &Claim,
    secret: &str,
    rules: &Rules<'_>,
) -> Result<SigningTexts, SigningTexts> {
    let key = signing_key(secret, claim, rules);
    let sent = hex_bytes(&claim.signature);
    let forms = CanonicalRequest::rebuild(received, claim, rules);
    let mut forms = forms.iter().map(|form| SigningTexts {
        canonical_request: form.to_string(),
        string_to_sign: string_to_sign(form, claim, rules),
    });
    let is_signed = |texts: &SigningTexts| {
        let mac = hmac_sha256(&key, &texts.string_to_sign);
        sent.is_some_and(|sent| mac.verify_slice(&sent).is_ok())
    };
    let first = forms.next().expect("every request has a canonical form");
    if is_signed(&first) {
        return Ok(first);
    }
    forms.find(is_signed).ok_or(first)
}

/// Algorithm, time, scope and hash of the canonical request, each on its own line.
fn string_to_sign(canonical: &CanonicalRequest, claim: &Claim, rules: &Rules<'_>) -> String {
    format!(
        "{ALGORITHM}\n{}\n{}\n{}",
        claim.time,
        scope(claim, rules),
        sha256_hex(canonical.to_string().as_bytes())
    )
}

/// The server's own scope on the day of the claim. The claim's scope is checked elsewhere.
pub(super) fn scope(claim: &Claim, rules: &Rules<'_>) -> String {
    format!("{}/{}/{}/{TERMINATOR}", claim.time.date(), rules.region, rules.service)
}

pub(super) fn signing_key(secret: &str, claim: &Claim, rules: &Rules<'_>) -> Vec<u8> {
    let date = claim.time.date();
    let scope = [date.as_str(), rules.region, rules.service, TERMINATOR];
    scope.iter().fold(format!("AWS4{secret}").into_bytes(), |key, step| {
        hmac_sha256(&key, step).finalize().into_bytes().to_vec()
    })
}
