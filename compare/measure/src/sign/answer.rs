//! The JSON of a signed job.

use findings::{
    side::Side,
    sign::{Judged, SignResult},
};
use serde::Serialize;

use super::{SignJob, SignOutcome};

/// A line of output of `sign --jsonl`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignAnswer {
    /// The job's id.
    pub id: serde_json::Value,
    /// Who signed.
    pub side: Side,
    /// The outcome.
    #[serde(flatten)]
    pub signed: SignReport,
}

/// A [`SignOutcome`] in JSON.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend(
    "if" = { "properties": { "error": { "type": "null" } } },
    "then" = { "properties": { "signature": { "type": "string" } } },
    "else" = { "properties": { "signature": { "type": "null" }, "judged": { "type": "null" } } }
)))]
pub struct SignReport {
    /// The steps of the signature.
    #[serde(flatten)]
    pub steps: Steps,
    /// Why there are no steps.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub error: Option<String>,
    /// The verdict of the sandbox's verifier.
    pub judged: Option<Judged>,
    /// What a service would refuse or read differently.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1))))]
    pub notes: Vec<String>,
}

/// The steps of a signature, or nulls.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Steps {
    /// The request was signed.
    Signed(SignResult),
    /// It was not.
    None(NoSteps),
}

/// The fields of [`SignResult`], each null.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoSteps {
    canonical_request: (),
    string_to_sign: (),
    signature: (),
    authorization: (),
    url: (),
    headers: (),
}

impl SignAnswer {
    /// Signs `job`.
    #[must_use]
    pub fn to(job: &SignJob) -> Self {
        Self { id: job.id.clone(), side: job.side, signed: job.play().into() }
    }

    /// Answers a line that is not a job.
    #[must_use]
    pub fn unreadable(id: serde_json::Value, why: String) -> Self {
        let steps = Steps::None(NoSteps::default());
        let signed = SignReport { steps, error: Some(why), judged: None, notes: Vec::new() };
        Self { id, side: Side::Raw, signed }
    }
}

impl From<SignOutcome> for SignReport {
    fn from(SignOutcome { steps, judged, notes, .. }: SignOutcome) -> Self {
        let (steps, error) = match steps {
            Ok(steps) => (Steps::Signed(steps), None),
            Err(error) => (Steps::None(NoSteps::default()), Some(error.to_string())),
        };
        Self { steps, error, judged, notes }
    }
}
