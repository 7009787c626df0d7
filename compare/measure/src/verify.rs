//! The sandbox's verdict on a signed request, without sending it.

use base64::{Engine, prelude::BASE64_STANDARD};
use sandbox::verify::{
    Decision, PathEncoding, PathNormalization, PayloadSigning, ReceivedRequest, Rules, StoredKey,
    verify,
};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, PrimitiveDateTime, macros::format_description};

use crate::sign;

/// A signed request, as one line of `verify --jsonl` states it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyJob {
    /// Returned with the verdict.
    #[serde(default)]
    pub id: serde_json::Value,
    /// The HTTP method.
    pub method: String,
    /// Path and query as they stood on the wire.
    pub url: String,
    /// Names and values, in the order of arrival.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body, in base64.
    #[serde(default)]
    pub body_base64: String,
    /// What the credential scope must name.
    pub service: String,
    /// What the credential scope must name.
    pub region: String,
    /// The server's clock, `20150830T123600Z`.
    pub now: String,
    /// The key on record.
    pub access_key_id: String,
    /// The secret on record.
    pub secret_access_key: sign::Secret,
    /// The token on record.
    pub session_token: Option<sign::Secret>,
    /// What is assumed where x-amz-content-sha256 does not say it, as it does for S3 alone; the
    /// service's rule where absent.
    pub payload: Option<sign::Payload>,
    /// The service's rule where absent.
    pub path: Option<sign::Path>,
    /// The service's rule where absent.
    pub encode_path: Option<sign::EncodePath>,
}

/// One line of answer.
#[derive(Debug, Serialize)]
pub struct VerifyAnswer {
    /// That of the job.
    pub id: serde_json::Value,
    /// `accepted` or `refused`.
    pub verdict: &'static str,
    /// Why refused.
    pub code: Option<String>,
    /// Why refused, for people.
    pub message: Option<String>,
    /// As the server computes it.
    pub canonical_request: Option<String>,
    /// As the server computes it.
    pub string_to_sign: Option<String>,
}

/// Why a line cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The server's clock.
    #[error("`now` is not a time such as 20150830T123600Z")]
    Now(#[source] time::error::Parse),
    /// The body.
    #[error("body_base64 is not base64")]
    Body(#[source] base64::DecodeError),
}

impl VerifyJob {
    /// The verdict. A line that cannot be judged is refused, with `InvalidRequest` for a code.
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
    /// For a line that is no job, or one that cannot be judged.
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
