//! Whether a signature is what somebody says that it was made of.

use contract::SecretKey;
use raw::sigv4::{CanonicalRequest, CredentialScope, SigningKey, StringToSign, Timestamp};

/// The string to sign of `canonical_request`, if that is what `signature` was made of. A signer that
/// only logs its canonical request is taken at its word no other way.
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
