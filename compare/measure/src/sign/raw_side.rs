//! Signs with `raw::sigv4`.

use findings::sign::SignResult;
use raw::sigv4::{self, Buffers, Expires, KeyCache, Params, SignableRequest};

use super::{Location, ResolvedJob, SignError};

static KEYS: KeyCache = KeyCache::new();

/// Signs, and returns raw's steps.
pub(super) fn sign(resolved: &ResolvedJob<'_>) -> Result<SignResult, SignError> {
    let job = resolved.job;
    let given = resolved.given();
    let request = SignableRequest {
        headers: &given,
        body: &resolved.body,
        ..SignableRequest::new(&job.method, &job.url)?
    };
    let params = Params {
        credentials: &resolved.credentials,
        region: &resolved.region,
        service: &resolved.service,
        time: resolved.time,
        rules: resolved.rules,
    };
    let mut buffers = Buffers::default();
    match job.location {
        Location::Header => {
            let signed = sigv4::sign(&request, &params, &KEYS, &mut buffers)?;
            let added =
                signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            Ok(SignResult {
                canonical_request: signed.canonical_request.as_str().to_owned(),
                string_to_sign: signed.string_to_sign.as_str().to_owned(),
                signature: signed.signature.as_str().to_owned(),
                authorization: Some(signed.authorization.as_str().to_owned()),
                url: job.url.clone(),
                headers: resolved.headers_with(request.host, added),
            })
        }
        Location::Query => {
            let expires = Expires::seconds(job.expires)?;
            let signed = sigv4::presign(&request, &params, expires, &KEYS, &mut buffers)?;
            Ok(SignResult {
                canonical_request: signed.canonical_request.as_str().to_owned(),
                string_to_sign: signed.string_to_sign.as_str().to_owned(),
                signature: signed.signature.as_str().to_owned(),
                authorization: None,
                url: signed.url.as_str().to_owned(),
                headers: resolved.headers_with(request.host, Vec::new()),
            })
        }
    }
}
