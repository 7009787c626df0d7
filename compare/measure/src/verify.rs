//! Verifies a signed request with the sandbox's verifier, without sending it.

use base64::{Engine, prelude::BASE64_STANDARD};
use sandbox::verify::{
    Decision, PathEncoding, PathNormalization, PayloadSigning, ReceivedRequest, Rules, StoredKey,
    verify,
};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, PrimitiveDateTime, macros::format_description};

use crate::sign;

/// A signed request: a line of input of `verify --jsonl`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyJob {
    /// Returned with the verdict.
    #[serde(default)]
    pub id: serde_json::Value,
    /// The HTTP method.
    pub method: String,
    /// Its path and query are as on the wire.
    pub url: String,
    /// Names and values, in the order of arrival.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body, in base64.
    #[serde(default)]
    pub body_base64: String,
    /// The service that the credential scope must name.
    pub service: String,
    /// The region that the credential scope must name.
    pub region: String,
    /// The server's clock, `20150830T123600Z`.
    pub now: String,
    /// The key on record.
    pub access_key_id: String,
    /// The secret on record.
    pub secret_access_key: sign::Secret,
    /// The token on record.
    pub session_token: Option<sign::Secret>,
    /// What to assume if x-amz-content-sha256 does not say it, which only S3 requires; default: the
    /// service's rule.
    pub payload: Option<sign::Payload>,
    /// Default: the service's rule.
    pub path: Option<sign::Path>,
    /// Default: the service's rule.
    pub encode_path: Option<sign::EncodePath>,
}

/// A line of output of `verify --jsonl`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend(
    "if" = { "properties": { "verdict": { "const": "accepted" } } },
    "then" = { "properties": {
        "code": { "type": "null" },
        "message": { "type": "null" },
        "canonical_request": { "type": "string" },
        "string_to_sign": { "type": "string" }
    } },
    "else" = { "properties": { "code": { "type": "string" }, "message": { "type": "string" } } }
)))]
pub struct VerifyAnswer {
    /// The job's id.
    pub id: serde_json::Value,
    /// `accepted` or `refused`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["accepted", "refused"])))]
    pub verdict: &'static str,
    /// Error code of a refusal.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub code: Option<String>,
    /// Error message of a refusal.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub message: Option<String>,
    /// Computed by the verifier.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub canonical_request: Option<String>,
    /// Computed by the verifier.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^AWS4-HMAC-SHA256\n")))]
    pub string_to_sign: Option<String>,
}

/// Why a line cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// `now` is invalid.
    #[error("`now` is not a time such as 20150830T123600Z")]
    Now(#[source] time::error::Parse),
    /// The body is not base64.
    #[error("body_base64 is not base64")]
    Body(#[source] base64::DecodeError),
}

impl VerifyJob {
    /// Verifies the request. One that cannot be verified is refused with the code `InvalidRequest`.
    #[must_use]
    pub fn judge(&self) -> VerifyAnswer {
        match self.verdict() {
            Ok(verdict) => {
                let (word, code, message) = match verdict.outcome {
                    Decision::Accepted => ("accepted", None, None),
                    Decision::Refused { code, message } => ("refused", Some(code), Some(message)),
                };
                VerifyAnswer {
                    id: self.id.clone(),
                    verdict: word,
                    code,
                    message,
                    canonical_request: verdict.canonical_request,
                    string_to_sign: verdict.string_to_sign,
                }
            }
            Err(error) => VerifyAnswer::unjudged(self.id.clone(), &error.to_string()),
        }
    }

    fn verdict(&self) -> Result<sandbox::verify::Verification, JobError> {
        let received = ReceivedRequest {
            method: self.method.clone(),
            target: ReceivedRequest::target_of(&self.url).into_owned(),
            headers: self.headers.clone(),
            body: BASE64_STANDARD.decode(&self.body_base64).map_err(JobError::Body)?,
        };
        let key = StoredKey {
            access_key_id: &self.access_key_id,
            secret_access_key: &self.secret_access_key.0,
            session_token: self.session_token.as_ref().map(|token| token.0.as_str()),
        };
        Ok(verify(&received, &key, &self.rules(), now(&self.now)?))
    }

    fn rules(&self) -> Rules<'_> {
        let mut rules = Rules::of(&self.service, &self.region);
        rules.payload = self.payload.map(|payload| match payload {
            sign::Payload::Signed => PayloadSigning::Signed,
            sign::Payload::Unsigned => PayloadSigning::Unsigned,
        });
        match self.path {
            Some(sign::Path::Normalized) => rules.path = PathNormalization::Normalized,
            Some(sign::Path::AsIs) => rules.path = PathNormalization::AsIs,
            None => {}
        }
        match self.encode_path {
            Some(sign::EncodePath::Once) => rules.encode_path = PathEncoding::Once,
            Some(sign::EncodePath::Twice) => rules.encode_path = PathEncoding::Twice,
            None => {}
        }
        rules
    }
}

impl VerifyAnswer {
    /// The refusal of a line that is not a job, or of a request that cannot be verified.
    #[must_use]
    pub fn unjudged(id: serde_json::Value, why: &str) -> Self {
        Self {
            id,
            verdict: "refused",
            code: Some("InvalidRequest".to_owned()),
            message: Some(why.to_owned()),
            canonical_request: None,
            string_to_sign: None,
        }
    }
}

fn now(text: &str) -> Result<OffsetDateTime, JobError> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    PrimitiveDateTime::parse(text, &format)
        .map(PrimitiveDateTime::assume_utc)
        .map_err(JobError::Now)
}
