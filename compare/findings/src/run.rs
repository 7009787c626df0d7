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
pub struct RunResult {
    /// Where the calls went.
    pub target: TargetInfo,
    /// The machine that ran the scenarios.
    pub machine: Machine,
    /// In the order in which they ran.
    pub scenarios: Vec<ScenarioResult>,
    /// Whether every scenario had the same result on both sides and the expected outcome.
    pub agree: bool,
    /// Wall-clock time of the whole run.
    pub elapsed_ms: u64,
}

/// Where the calls went.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TargetInfo {
    /// `sandbox`, `aws` or `endpoint`.
    pub kind: Cow<'static, str>,
    /// The URL, or the pattern of AWS's host names.
    pub endpoint: String,
    /// The region in the signatures.
    pub region: String,
    /// Where the credentials came from: variables, a file or a profile, in words.
    pub credentials_from: String,
    /// Where region and endpoint came from and what else the run depends on, in words.
    pub notes: Vec<String>,
}

/// One scenario on both sides.
#[derive(Debug, Serialize, Deserialize)]
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
    pub raw: SideResult,
    /// What the SDK did.
    pub sdk: SideResult,
}

/// One place where the sides differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// A JSON Pointer into the answer, or `/outcome`, `/failure/status`, `/failure/code`.
    pub path: String,
    /// raw's value; null if raw has none.
    pub raw: Value,
    /// The SDK's value; null if the SDK has none.
    pub sdk: Value,
}

/// What one side did in one scenario.
#[derive(Debug, Serialize, Deserialize)]
pub struct SideResult {
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was skipped or not tried.
    pub reason: Option<String>,
    /// The request's input and the answer, if `ok`.
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
pub struct FailureReport {
    /// The stage in which the call failed.
    pub stage: Cow<'static, str>,
    /// HTTP status.
    pub status: Option<u16>,
    /// The service's error code.
    pub code: Option<String>,
    /// The service's error message.
    pub message: Option<String>,
    /// The id that AWS Support asks for.
    pub request_id: Option<String>,
    /// The error printed with `{}`.
    pub display: String,
    /// The error printed as the side's documentation advises.
    pub context: String,
    /// What to do next, if the side says so.
    pub advice: Option<String>,
    /// Further facts that the side kept, by the service's names.
    pub details: Vec<(String, String)>,
}

/// The times of a few interleaved calls: indicative only, not a measurement.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct LatencySummary {
    /// The median, in microseconds.
    pub median: f64,
    /// The number of timed calls.
    pub n: usize,
    /// The shortest, in microseconds.
    pub low: f64,
    /// The longest, in microseconds.
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
