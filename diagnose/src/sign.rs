//! The steps of a signature in AWS's order, one of which can be tampered with.

use contract::SecretKey;
use hmac::{Hmac, KeyInit as _, Mac as _};
use raw::{
    observe::Steps,
    sigv4::{
        self, Buffers, CanonicalRequest, CredentialScope, Hex, KeyCache, Params, SigningKey,
        StringToSign, Timestamp,
    },
};
use sha2::Sha256;

use crate::{
    canonical::CanonicalParts,
    draft::{Configuration, Draft, Sent},
};

/// The step that goes wrong, and a function that makes it go wrong. All other steps are right.
#[derive(Debug, Clone, Copy)]
pub enum Tampering {
    /// Changes credentials, region or clock. The signature is right for these.
    Configuration(fn(&mut Configuration)),
    /// Changes the request that is signed, but not the one that is sent.
    Request(fn(&mut Draft)),
    /// Changes the canonical request.
    CanonicalRequest(fn(&Draft, &mut CanonicalParts)),
    /// Returns another string to sign, from the right one and the canonical request.
    StringToSign(fn(&str, &str) -> String),
    /// Returns another signing key, from the secret key and the credential scope.
    Key(fn(&str, &str) -> Vec<u8>),
    /// Returns the signature in another form.
    Signature(fn(&str) -> String),
    /// Changes the request after it is signed.
    Sent(fn(&mut Sent)),
}

/// Signs `draft` correctly.
///
/// # Errors
/// If raw cannot sign it, for example because a header's value has a line break.
pub fn sign(draft: &Draft) -> Result<Sent, sigv4::Error> {
    sign_with(draft, None)
}

/// Signs `draft`, with `tampering` at its step.
pub(crate) fn sign_with(draft: &Draft, tampering: Option<Tampering>) -> Result<Sent, sigv4::Error> {
    let mut signed = draft.clone();
    if let Some(Tampering::Configuration(tamper)) = tampering {
        tamper(&mut signed.configuration);
    }
    if let Some(Tampering::Request(tamper)) = tampering {
        tamper(&mut signed);
    }
    let (added, steps) = steps(&signed, tampering)?;
    let mut sent = draft.sent_with(added, steps);
    if let Some(Tampering::Sent(tamper)) = tampering {
        tamper(&mut sent);
    }
    Ok(sent)
}

/// The headers that signing adds, and how it came to them.
fn steps(
    draft: &Draft,
    tampering: Option<Tampering>,
) -> Result<(Vec<(String, String)>, Steps), sigv4::Error> {
    let Configuration { credentials, region, now } = &draft.configuration;
    let headers: Vec<_> =
        draft.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let request = sigv4::SignableRequest {
        method: &draft.method,
        scheme: draft.scheme,
        host: &draft.host,
        path: &draft.path,
        query: &draft.query,
        headers: &headers,
        body: &draft.body,
    };
    let (service, time, rules) = (draft.service.as_str(), Timestamp::new(*now)?, draft.rules);
    let params = Params { credentials, region, service, time, rules };
    let mut buffers = Buffers::default();
    let right = sigv4::sign(&request, &params, &KeyCache::new(), &mut buffers)?;

    // 1. Canonical request.
    let mut parts = CanonicalParts::of(right.canonical_request.as_str());
    if let Some(Tampering::CanonicalRequest(tamper)) = tampering {
        tamper(draft, &mut parts);
    }
    let canonical_request = parts.to_string();

    // 2. and 3. Its hash, in the string to sign.
    let hashed = CanonicalRequest::from_text(canonical_request.as_str());
    let (mut scope, mut text) = (Vec::new(), Vec::new());
    let scope_time = Timestamp::new(draft.scope_time())?;
    let scope = CredentialScope::new(&scope_time, region, service, &mut scope)?;
    let mut string_to_sign =
        StringToSign::new(&hashed, &time, &scope, &mut text).as_str().to_owned();
    if let Some(Tampering::StringToSign(tamper)) = tampering {
        string_to_sign = tamper(&string_to_sign, &canonical_request);
    }

    // 4. Signing key and signature.
    let secret = &credentials.secret_key;
    let mut signature = match tampering {
        Some(Tampering::Key(tamper)) => {
            hex(hmac(&tamper(secret.expose(), scope.as_str()), &string_to_sign))
        }
        _ => signature(secret, &scope, &string_to_sign),
    };
    if let Some(Tampering::Signature(tamper)) = tampering {
        signature = tamper(&signature);
    }

    // 5. Headers.
    let (key, scope) = (credentials.access_key_id.as_str(), scope.as_str());
    let signed_headers = parts.signed_headers;
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={signed_headers}, Signature={signature}"
    );
    let others = right.headers().filter(|(name, _)| *name != "authorization");
    let mut added: Vec<_> =
        others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    added.push(("authorization".to_owned(), authorization.clone()));
    Ok((added, Steps { canonical_request, string_to_sign, signature, carried: authorization }))
}

fn signature(secret: &SecretKey, scope: &CredentialScope<'_>, string_to_sign: &str) -> String {
    let key = SigningKey::derive(secret, scope);
    key.sign(&StringToSign::from_text(string_to_sign)).as_str().to_owned()
}

pub(crate) fn hmac(key: &[u8], message: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

pub(crate) fn hex(hash: [u8; 32]) -> String {
    Hex::of(hash).as_str().to_owned()
}
