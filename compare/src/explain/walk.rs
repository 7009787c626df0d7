//! One side's walk through the steps, ready to be shown.

use std::borrow::Cow;

use contract::SecretKey;
use raw::sigv4::{CanonicalRequest, CredentialScope, Hex, SigningKey, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Mask, SecretsShown,
    observed::{Observed, Signed},
};
use crate::{error::Stop, findings::Side};

/// What one side did.
#[derive(Debug, Serialize, Deserialize)]
pub struct Walk {
    /// The steps of its signature; none where it signed nothing.
    pub signature: Option<SignatureSteps>,
    /// Its first request, on the wire. A presigned URL is a request that somebody else sends.
    pub request: Http,
    /// What came back for it.
    pub response: Option<Http>,
    /// How that was parsed, all further requests included.
    pub parsed: Side,
}

/// The steps of a signature, in AWS's order.
#[derive(Debug, Serialize, Deserialize)]
pub struct SignatureSteps {
    /// Step 1.
    pub canonical_request: String,
    /// Step 2.
    pub canonical_request_hash: String,
    /// Step 3.
    pub string_to_sign: String,
    /// For what the signature is good.
    pub credential_scope: String,
    /// The four HMACs, each the key of the next.
    pub signing_key: Vec<KeyStep>,
    /// Step 4.
    pub signature: String,
    /// Step 5: the value of `Authorization`, or the URL.
    pub carried: String,
}

/// One HMAC of the signing key.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeyStep {
    /// AWS's name of what comes out.
    pub name: Cow<'static, str>,
    /// What is computed, for example `HMAC-SHA256(DateKey, "eu-west-1")`.
    pub formula: String,
    /// In hexadecimal, or masked.
    pub value: String,
}

/// A request or an answer, HTTP/1.1.
#[derive(Debug, Serialize, Deserialize)]
pub struct Http {
    /// `GET /path HTTP/1.1`, or `HTTP/1.1 200`.
    pub start_line: String,
    /// Of a request: path and query.
    #[serde(skip)]
    pub target: String,
    /// In order.
    pub headers: Vec<(String, String)>,
    /// What of the body is text, at most 4 KiB.
    pub body: String,
    /// Of the whole body, bytes.
    pub body_length: usize,
}

/// Of a longer body the beginning is shown.
const LONGEST_BODY: usize = 4096;

impl Walk {
    pub(super) fn of(observed: Observed, parsed: Side, mask: &Mask<'_>) -> Result<Self, Stop> {
        let Observed { method, url, headers, body, signed, response } = observed;
        let target = sandbox::verify::Received::target_of(&url).into_owned();
        let target = mask.text(target);
        let request = Http {
            start_line: format!("{method} {target} HTTP/1.1"),
            target,
            ..Http::of(headers, &body, mask)
        };
        let response = response.map(|response| Http {
            start_line: format!("HTTP/1.1 {}", response.status),
            ..Http::of(response.headers, &response.body, mask)
        });
        let signature = signed.map(|signed| SignatureSteps::of(signed, mask)).transpose()?;
        Ok(Self { signature, request, response, parsed })
    }
}

impl Http {
    fn of(headers: Vec<(String, String)>, body: &[u8], mask: &Mask<'_>) -> Self {
        // Masked before it is cut: half a secret would not be recognised.
        let mut text = mask.text(String::from_utf8_lossy(body));
        if text.len() > LONGEST_BODY {
            text.truncate(text.floor_char_boundary(LONGEST_BODY));
        }
        let headers = headers.into_iter().map(|(name, value)| (name, mask.text(value))).collect();
        Self {
            start_line: String::new(),
            target: String::new(),
            headers,
            body: text,
            body_length: body.len(),
        }
    }
}

impl SignatureSteps {
    fn of(signed: Signed, mask: &Mask<'_>) -> Result<Self, Stop> {
        let Signed { canonical_request, string_to_sign, signature, carried } = signed;
        let mut lines = string_to_sign.lines().skip(1);
        let (time, scope) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        Ok(Self {
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
}

fn derivation(time: &str, scope: &str, mask: &Mask<'_>) -> Result<Vec<KeyStep>, Stop> {
    let impossible = |error: raw::sigv4::Error| Stop::impossible(error.to_string());
    let time: Timestamp = time.parse().map_err(impossible)?;
    let mut parts = scope.split('/').skip(1);
    let (region, service) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut text = Vec::new();
    let scope = CredentialScope::new(&time, region, service, &mut text).map_err(impossible)?;
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
