//! The results of `compare run`.

use std::borrow::Cow;

use contract::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    machine::Machine,
    scenario::{Expected, Scenario, Service},
};

/// The result of `compare run`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunResult {
    /// Where the calls went.
    pub target: TargetInfo,
    /// The machine that ran the scenarios.
    pub machine: Machine,
    /// In the order in which they ran.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub scenarios: Vec<ScenarioResult>,
    /// Whether every scenario had the same result on both sides and the expected outcome.
    pub agree: bool,
    /// Wall-clock time of the whole run.
    pub elapsed_ms: u64,
}

/// Where the calls went.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TargetInfo {
    /// `sandbox`, `aws` or `endpoint`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["sandbox", "aws", "endpoint"])))]
    pub kind: Cow<'static, str>,
    /// The URL, or the pattern of AWS's host names.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https?://[^/]+$")))]
    pub endpoint: String,
    /// The region in the signatures.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]+$")))]
    pub region: String,
    /// Where the credentials came from: variables, a file or a profile, in words.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub credentials_from: String,
    /// Where region and endpoint came from and what else the run depends on, in words.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1))))]
    pub notes: Vec<String>,
}

/// One scenario on both sides.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend(
    "if" = { "properties": { "same": { "const": true } } },
    "then" = { "properties": { "differences": { "maxItems": 0 } } },
    "else" = { "properties": { "differences": { "minItems": 1 } } }
)))]
pub struct ScenarioResult {
    /// Which scenario.
    pub name: Scenario,
    /// The service it calls.
    pub service: Service,
    /// The outcome it should have.
    pub expected: Expected,
    /// Whether both sides have the same outcome and the same answer, or the same status and code.
    pub same: bool,
    /// Where the answers or failures differ.
    pub differences: Vec<Difference>,
    /// What raw did.
    #[cfg_attr(
        feature = "schema",
        schemars(extend(
            "if" = { "properties": { "outcome": { "const": "ok" } } },
            "then" = { "properties": { "latency_us": { "properties": { "n": { "minimum": 1 } } } } }
        ))
    )]
    pub raw: SideResult,
    /// What the SDK did.
    #[cfg_attr(
        feature = "schema",
        schemars(extend(
            "if" = { "properties": { "outcome": { "const": "ok" } } },
            "then" = { "properties": { "latency_us": { "properties": { "n": { "minimum": 1 } } } } }
        ))
    )]
    pub sdk: SideResult,
}

/// One place where the sides differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Difference {
    /// A JSON Pointer into the answer, or `/outcome`, `/failure/status`, `/failure/code`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(/([^~/]|~0|~1)*)+$")))]
    pub path: String,
    /// raw's value; null if raw has none.
    pub raw: Value,
    /// The SDK's value; null if the SDK has none.
    pub sdk: Value,
}

/// What one side did in one scenario.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("allOf" = [
    {
        "if": { "properties": { "outcome": { "const": "ok" } } },
        "then": { "properties": {
            "reason": { "type": "null" },
            "answer": { "type": "object" },
            "failure": { "type": "null" },
            "requests": { "minimum": 1 }
        } },
        "else": { "properties": { "answer": { "type": "null" } } }
    },
    {
        "if": { "properties": { "outcome": { "const": "skipped" } } },
        "then": { "properties": {
            "reason": { "type": "string" },
            "failure": { "type": "null" },
            "latency_us": { "properties": { "n": { "const": 0 } } }
        } }
    },
    {
        "if": { "properties": { "outcome": { "enum": ["refused", "failed"] } } },
        "then": { "properties": { "failure": { "type": "object" } } }
    },
    {
        "if": { "properties": { "outcome": { "const": "refused" } } },
        "then": { "properties": { "failure": { "properties": { "status": { "type": "integer" } } } } }
    }
])))]
pub struct SideResult {
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was skipped or not tried.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub reason: Option<String>,
    /// The request's input and the answer, if `ok`.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<serde_json::Map<String, Value>>", extend("minProperties" = 1))
    )]
    pub answer: Option<Value>,
    /// The error, if `refused` or `failed`.
    pub failure: Option<FailureReport>,
    /// HTTP attempts of the first call.
    pub requests: u32,
    /// The duration of a call.
    pub latency_us: LatencySummary,
}

/// How a scenario ended on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The service answered.
    Ok,
    /// The service refused.
    Refused,
    /// There was no usable answer.
    Failed,
    /// The call was not made.
    Skipped,
}

/// A failure: its facts, and the texts that the side prints.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FailureReport {
    /// The stage in which the call failed.
    #[cfg_attr(
        feature = "schema",
        schemars(extend(
            "enum" = ["build", "sign", "dispatch", "timeout", "response", "service", "wait", "panic"]
        ))
    )]
    pub stage: Cow<'static, str>,
    /// HTTP status.
    #[cfg_attr(feature = "schema", schemars(range(min = 100, max = 599)))]
    pub status: Option<u16>,
    /// The service's error code.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub code: Option<String>,
    /// The service's error message.
    pub message: Option<String>,
    /// The id that AWS Support asks for.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub request_id: Option<String>,
    /// The error printed with `{}`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub display: String,
    /// The error printed as the side's documentation advises.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub context: String,
    /// What to do next, if the side says so.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub advice: Option<String>,
    /// Further facts that the side kept, by the service's names.
    pub details: Vec<(String, String)>,
}

/// The times of a few interleaved calls: indicative only, not a measurement.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LatencySummary {
    /// The median, in microseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub median: f64,
    /// The number of timed calls.
    pub n: usize,
    /// The shortest, in microseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub low: f64,
    /// The longest, in microseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub high: f64,
}

impl ScenarioResult {
    /// Whether this scenario counts against agreement.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let as_expected = match self.expected {
            Expected::Ok => Outcome::Ok,
            Expected::Refused => Outcome::Refused,
        };
        self.same && [as_expected, Outcome::Skipped].contains(&self.raw.outcome)
    }
}

impl SideResult {
    /// Drops an answer longer than 2 KiB.
    #[must_use]
    pub fn abridged(self) -> Self {
        const LONGEST: usize = 2048;
        let answer = self.answer.filter(|answer| answer.to_string().len() <= LONGEST);
        Self { answer, ..self }
    }

    /// The result of a side that was skipped.
    #[must_use]
    pub fn skipped(reason: &str) -> Self {
        Self {
            outcome: Outcome::Skipped,
            reason: Some(reason.to_owned()),
            answer: None,
            failure: None,
            requests: 0,
            latency_us: LatencySummary::default(),
        }
    }
}

impl From<&Failure> for Outcome {
    fn from(failure: &Failure) -> Self {
        if failure.is_refusal() { Self::Refused } else { Self::Failed }
    }
}

impl From<Failure> for FailureReport {
    fn from(failure: Failure) -> Self {
        Self {
            stage: failure.stage.as_str().into(),
            status: failure.status,
            code: failure.code,
            message: failure.message,
            request_id: failure.request_id,
            display: failure.display,
            context: failure.context,
            advice: failure.advice,
            details: failure.details,
        }
    }
}

impl LatencySummary {
    /// The summary of `samples`, which are in microseconds.
    #[must_use]
    pub fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        let n = samples.len();
        let median = match n {
            0 => 0.0,
            _ if n % 2 == 1 => samples[n / 2],
            _ => f64::midpoint(samples[n / 2 - 1], samples[n / 2]),
        };
        let (low, high) = (samples.first(), samples.last());
        let or_none = |sample: Option<&f64>| sample.copied().unwrap_or_default();
        Self { median, n, low: or_none(low), high: or_none(high) }
    }
}

#[cfg(test)]
mod tests {
    use super::LatencySummary;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_two_middles() {
        assert!((LatencySummary::of(vec![9.0, 1.0, 5.0]).median - 5.0).abs() < f64::EPSILON);
        assert!((LatencySummary::of(vec![1.0, 2.0, 4.0, 9.0]).median - 3.0).abs() < f64::EPSILON);
        assert_eq!(LatencySummary::of(Vec::new()).n, 0);
    }
}
