//! Proves that a logged canonical request is the one that was signed.

use contract::SecretKey;
use raw::sigv4::{CanonicalRequest, CredentialScope, SigningKey, StringToSign, Timestamp};

/// The string to sign of `canonical_request`, if signing it yields `signature`. A signer's log counts only
/// with this proof.
#[must_use]
pub(crate) fn string_to_sign(
    canonical_request: &str,
    time: &Timestamp,
    scope: &CredentialScope<'_>,
    secret: &SecretKey,
    signature: &str,
) -> Option<String> {
    let mut text = Vec::new();
    let canonical_request = CanonicalRequest::from_text(canonical_request);
    let string_to_sign = StringToSign::new(&canonical_request, time, scope, &mut text);
    let computed = SigningKey::derive(secret, scope).sign(&string_to_sign);
    (computed.as_str() == signature).then(|| string_to_sign.as_str().to_owned())
}
