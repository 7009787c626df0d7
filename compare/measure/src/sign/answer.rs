//! What came of a job, in JSON.

use findings::{
    side::Side,
    sign::{Judged, SignResult},
};
use serde::Serialize;

use super::{SignJob, SignOutcome};

/// One line of answer.
#[derive(Debug, Serialize)]
pub struct SignAnswer {
    /// That of the job.
    pub id: serde_json::Value,
    /// Who signed.
    pub side: Side,
    /// What came of it.
    #[serde(flatten)]
    pub signed: SignReport,
}

/// A [`SignOutcome`] in JSON.
#[derive(Debug, Default, Serialize)]
pub struct SignReport {
    /// The steps; every field of theirs is null where there is an error.
    #[serde(flatten)]
    pub steps: StepsOrNull,
    /// Why there are no steps.
    pub error: Option<String>,
    /// What the sandbox's verifier says of the signed request.
    pub judged: Option<Judged>,
    /// What a service would refuse or read otherwise.
    pub notes: Vec<String>,
}

/// [`SignResult`], or nulls in their place.
#[derive(Debug, Default, Serialize)]
pub struct StepsOrNull {
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
    signature: Option<String>,
    authorization: Option<String>,
    url: Option<String>,
    headers: Option<Vec<(String, String)>>,
}

impl SignAnswer {
    /// What came of `job`.
    #[must_use]
    pub fn to(job: &SignJob) -> Self {
        Self { id: job.id.clone(), side: job.side, signed: job.play().into() }
    }

    /// For a line that is no job.
    #[must_use]
    pub fn unreadable(id: serde_json::Value, why: String) -> Self {
        Self {
            id,
            side: Side::Raw,
            signed: SignReport { error: Some(why), ..SignReport::default() },
        }
    }
}

impl From<SignOutcome> for SignReport {
    fn from(signing: SignOutcome) -> Self {
        let (steps, error) = match signing.steps {
            Ok(steps) => (steps.into(), None),
            Err(error) => (StepsOrNull::default(), Some(error.to_string())),
        };
        Self { steps, error, judged: signing.judged, notes: signing.notes }
    }
}

impl From<SignResult> for StepsOrNull {
    fn from(steps: SignResult) -> Self {
        Self {
            canonical_request: Some(steps.canonical_request),
            string_to_sign: Some(steps.string_to_sign),
            signature: Some(steps.signature),
            authorization: steps.authorization,
            url: Some(steps.url),
            headers: Some(steps.headers),
        }
    }
}
