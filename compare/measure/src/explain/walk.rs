//! One side's steps as data to be shown.

use contract::SecretKey;
use findings::{
    explain::{Http, KeyStep, SignatureSteps, Walk},
    run::SideResult,
};
use raw::sigv4::{CanonicalRequest, CredentialScope, Hex, SigningKey, Timestamp};

use super::{
    Mask, SecretsShown,
    observed::{Observed, Signed},
};
use crate::error::ExitError;

/// The bytes of a body that are shown.
const LONGEST_BODY: usize = 4096;

/// Converts what was observed of one side.
///
/// # Errors
/// Exit 3 if the time or the scope of the signature cannot be parsed.
pub(super) fn walk(
    observed: Observed,
    parsed: SideResult,
    mask: &Mask<'_>,
) -> Result<Walk, ExitError> {
    let Observed { method, url, headers, body, signed, response } = observed;
    let target = sandbox::verify::ReceivedRequest::target_of(&url).into_owned();
    let target = mask.text(target);
    let request = Http {
        start_line: format!("{method} {target} HTTP/1.1"),
        target,
        ..http(headers, &body, mask)
    };
    let response = response.map(|response| Http {
        start_line: format!("HTTP/1.1 {}", response.status),
        ..http(response.headers, &response.body, mask)
    });
    let signature = signed.map(|signed| signature_steps(signed, mask)).transpose()?;
    Ok(Walk { signature, request, response, parsed })
}

fn http(headers: Vec<(String, String)>, body: &[u8], mask: &Mask<'_>) -> Http {
    // Mask before truncating: half a secret would not be recognised.
    let mut text = mask.text(String::from_utf8_lossy(body));
    if text.len() > LONGEST_BODY {
        text.truncate(text.floor_char_boundary(LONGEST_BODY));
    }
    let headers = headers.into_iter().map(|(name, value)| (name, mask.text(value))).collect();
    Http {
        start_line: String::new(),
        target: String::new(),
        headers,
        body: text,
        body_length: body.len(),
    }
}

fn signature_steps(signed: Signed, mask: &Mask<'_>) -> Result<SignatureSteps, ExitError> {
    let Signed { canonical_request, string_to_sign, signature, carried } = signed;
    let mut lines = string_to_sign.lines().skip(1);
    let (time, scope) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    Ok(SignatureSteps {
        canonical_request_hash: CanonicalRequest::from_text(canonical_request.as_str())
            .hash()
            .as_str()
            .to_owned(),
        signing_key: derivation(time, scope, mask)?,
        credential_scope: scope.to_owned(),
        canonical_request: mask.text(canonical_request),
        string_to_sign,
        signature,
        carried: mask.text(carried),
    })
}

fn derivation(time: &str, scope: &str, mask: &Mask<'_>) -> Result<Vec<KeyStep>, ExitError> {
    let unavailable = |error: raw::sigv4::Error| ExitError::unavailable(error.to_string());
    let time: Timestamp = time.parse().map_err(unavailable)?;
    let mut parts = scope.split('/').skip(1);
    let (region, service) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut text = Vec::new();
    let scope = CredentialScope::new(&time, region, service, &mut text).map_err(unavailable)?;
    let secret: &SecretKey = &mask.credentials.secret_key;
    let mut key = match mask.shown {
        SecretsShown::InFull => format!("\"AWS4{}\"", secret.expose()),
        SecretsShown::Masked => "\"AWS4\" + secret key".to_owned(),
    };
    let steps = SigningKey::derivation(secret, &scope).into_iter().zip(scope.as_str().split('/'));
    Ok(steps
        .map(|((name, value), part)| {
            let formula = format!("HMAC-SHA256({key}, \"{part}\")");
            name.clone_into(&mut key);
            let value = match mask.shown {
                SecretsShown::InFull => Hex::of(value).as_str().to_owned(),
                SecretsShown::Masked => "** redacted **".to_owned(),
            };
            KeyStep { name: name.into(), formula, value }
        })
        .collect())
}
