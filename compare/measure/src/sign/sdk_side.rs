//! Signs with the crate `aws-sigv4`. It returns only the signature and what to add to the request. The
//! canonical request is read from its log and then proved: the logged steps must yield the signature.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
        SignatureLocation, SigningInstructions, SigningSettings, UriPathNormalizationMode,
        sign as aws_sign,
    },
    sign::v4,
};
use findings::sign::SignResult;
use raw::sigv4::{
    ContentSha256, CredentialScope, PathEncoding, PathNormalization, Payload, Timestamp,
    TokenSigning, UNSIGNED_HEADERS,
};
use sdk::observe::{SigningLog, signing_log};
use time::{PrimitiveDateTime, macros::format_description};

use super::{Location, ResolvedJob, SignError};
use crate::proof;

const CONTENT_SHA256: &str = "x-amz-content-sha256";
const SECURITY_TOKEN: &str = "x-amz-security-token";

/// Signs, and returns the SDK's steps.
pub(super) fn sign(resolved: &ResolvedJob<'_>) -> Result<SignResult, SignError> {
    let job = resolved.job;
    let host = raw::sigv4::SignableRequest::new(&job.method, &job.url)?.host;
    let (instructions, signature, log) = call(resolved)?;
    let steps = prove(resolved, &signature, &log)?;

    let (headers, params) = instructions.into_parts();
    let added = headers
        .iter()
        .map(|header| (header.name().to_owned(), header.value().to_owned()))
        .collect();
    let url = match job.location {
        Location::Header => job.url.clone(),
        Location::Query => with_params(&job.url, &params),
    };
    let headers = resolved.headers_with(host, added);
    let authorization = headers.iter().find(|(name, _)| name == "authorization");
    Ok(SignResult {
        canonical_request: steps.0,
        string_to_sign: steps.1,
        signature,
        authorization: authorization.map(|(_, value)| value.clone()),
        url,
        headers,
    })
}

fn call(
    resolved: &ResolvedJob<'_>,
) -> Result<(SigningInstructions, String, SigningLog), SignError> {
    let refused = |error: &dyn std::error::Error| {
        let cause = error.source().map_or_else(String::new, |cause| format!(": {cause}"));
        SignError::Sdk(format!("{error}{cause}"))
    };
    let job = resolved.job;
    let credentials = &resolved.credentials;
    let token = credentials.session_token.as_ref().map(|token| token.expose().to_owned());
    let identity = Credentials::new(
        credentials.access_key_id.as_str(),
        credentials.secret_key.expose(),
        token,
        None,
        "compare",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&resolved.region)
        .name(&resolved.service)
        .time(system_time(&resolved.time))
        .settings(settings(resolved))
        .build()
        .map_err(|error| refused(&error))?
        .into();
    let body = match (job.given(CONTENT_SHA256), resolved.rules.payload) {
        (Some(given), _) => SignableBody::Precomputed(given.trim().to_owned()),
        (None, Payload::Signed) => SignableBody::Bytes(&resolved.body),
        (None, Payload::Unsigned) => SignableBody::UnsignedPayload,
    };
    // In the header, the SDK adds a date even if one is given.
    let headers = resolved.given().into_iter().filter(|(name, _)| {
        job.location == Location::Query || !name.eq_ignore_ascii_case("x-amz-date")
    });
    let request = SignableRequest::new(&job.method, &job.url, headers, body)
        .map_err(|error| refused(&error))?;
    let (output, log) = signing_log(|| aws_sign(request, &params));
    let (instructions, signature) = output.map_err(|error| refused(&error))?.into_parts();
    Ok((instructions, signature, log.unwrap_or_default()))
}

fn settings(resolved: &ResolvedJob<'_>) -> SigningSettings {
    let rules = resolved.rules;
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = match rules.encode_path {
        PathEncoding::Once => PercentEncodingMode::Single,
        PathEncoding::Twice => PercentEncodingMode::Double,
    };
    settings.uri_path_normalization_mode = match rules.path {
        PathNormalization::Normalized => UriPathNormalizationMode::Enabled,
        PathNormalization::AsIs => UriPathNormalizationMode::Disabled,
    };
    settings.payload_checksum_kind = match rules.content_sha256 {
        ContentSha256::Sent => PayloadChecksumKind::XAmzSha256,
        ContentSha256::Absent => PayloadChecksumKind::NoHeader,
    };
    if resolved.job.location == Location::Query {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(resolved.job.expires));
    }
    settings.session_token_mode = match rules.session_token {
        TokenSigning::Signed => SessionTokenMode::Include,
        TokenSigning::AddedAfterwards => SessionTokenMode::Exclude,
    };
    settings.excluded_headers = Some(UNSIGNED_HEADERS.map(Into::into).into());
    settings
}

/// The canonical request and string to sign that yield `signature`.
fn prove(
    resolved: &ResolvedJob<'_>,
    signature: &str,
    log: &SigningLog,
) -> Result<(String, String), SignError> {
    let ResolvedJob { credentials, time, .. } = resolved;
    let mut sent = resolved.given();
    if let Some(token) = &credentials.session_token
        && resolved.job.given(SECURITY_TOKEN).is_none()
    {
        sent.push((SECURITY_TOKEN, token.expose()));
    }
    let canonical_request = log.with_headers(&sent);
    let mut scope = Vec::new();
    let scope = CredentialScope::new(time, &resolved.region, &resolved.service, &mut scope)?;
    let string_to_sign =
        proof::string_to_sign(&canonical_request, time, &scope, &credentials.secret_key, signature)
            .ok_or(SignError::Unproven)?;
    Ok((canonical_request, string_to_sign))
}

fn with_params(url: &str, params: &[(&str, std::borrow::Cow<'_, str>)]) -> String {
    let url = url.split('#').next().unwrap_or(url);
    let mut signed = url.to_owned();
    for (name, value) in params {
        signed.push(if signed.contains('?') { '&' } else { '?' });
        signed.push_str(&raw::encode::query(name));
        signed.push('=');
        signed.push_str(&raw::encode::query(value));
    }
    signed
}

/// The time for the SDK, which takes a `SystemTime` and not the text that is signed.
fn system_time(time: &Timestamp) -> SystemTime {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    match PrimitiveDateTime::parse(time.as_str(), &format) {
        Ok(moment) => moment.assume_utc().into(),
        Err(error) => unreachable!("a timestamp has this format: {error}"),
    }
}
