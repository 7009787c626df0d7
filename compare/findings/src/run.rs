//! What a comparison found: plain data, serialised as it is and rendered elsewhere.

use std::borrow::Cow;

use contract::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    machine::Machine,
    scenario::{Expected, Scenario, Service},
};

/// All that `compare run` found.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunResult {
    /// Where the calls went.
    pub target: TargetInfo,
    /// What runs this, so that no number stands without its machine.
    pub machine: Machine,
    /// In the order in which they ran.
    pub scenarios: Vec<ScenarioResult>,
    /// Every scenario the same on both sides, and every outcome the expected one.
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
    /// The region that signatures name.
    pub region: String,
    /// In words: which variables, file or profile.
    pub credentials_from: String,
    /// In words: where region and endpoint were taken from, and whatever else the run depends on.
    pub notes: Vec<String>,
}

/// One scenario on both sides.
#[derive(Debug, Serialize, Deserialize)]
pub struct ScenarioResult {
    /// Which scenario.
    pub name: Scenario,
    /// The service it calls.
    pub service: Service,
    /// What should come of it.
    pub expected: Expected,
    /// Equal outcome, and equal answer, or equal status and code.
    pub same: bool,
    /// Where not.
    pub differences: Vec<Difference>,
    /// What raw did.
    pub raw: SideResult,
    /// What the SDK did.
    pub sdk: SideResult,
}

/// One place where the sides differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// JSON Pointer into the answer, or `/outcome`, `/failure/status`, `/failure/code`.
    pub path: String,
    /// What raw has there; null where it lacks it.
    pub raw: Value,
    /// What the SDK has there; null where it lacks it.
    pub sdk: Value,
}

/// What one side did in one scenario.
#[derive(Debug, Serialize, Deserialize)]
pub struct SideResult {
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was skipped.
    pub reason: Option<String>,
    /// What was asked and what came back, when `ok`.
    pub answer: Option<Value>,
    /// What went wrong, when `refused` or `failed`.
    pub failure: Option<FailureReport>,
    /// HTTP attempts of the first call.
    pub requests: u32,
    /// How long a call takes.
    pub latency_us: LatencySummary,
}

/// How a scenario ended on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// An answer.
    Ok,
    /// The service said no.
    Refused,
    /// No usable answer.
    Failed,
    /// Not tried.
    Skipped,
}

/// The facts of a failure, and the side's own words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FailureReport {
    /// How far the call came.
    pub stage: Cow<'static, str>,
    /// HTTP status.
    pub status: Option<u16>,
    /// The service's code.
    pub code: Option<String>,
    /// The service's sentence.
    pub message: Option<String>,
    /// What AWS support asks for.
    pub request_id: Option<String>,
    /// What a user sees who prints the error with `{}`.
    pub display: String,
    /// What a user sees who follows the side's own advice for printing an error.
    pub context: String,
    /// What to do next, where this side has a word on that.
    pub advice: Option<String>,
    /// What else the service said and this side kept, by the service's own names.
    pub details: Vec<(String, String)>,
}

/// Median of a few interleaved calls: indicative, no measurement.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct LatencySummary {
    /// Microseconds.
    pub median: f64,
    /// Timed calls.
    pub n: usize,
    /// The shortest of them, microseconds.
    pub low: f64,
    /// The longest of them, microseconds.
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
    /// The same without an answer that fills pages.
    #[must_use]
    pub fn abridged(self) -> Self {
        const LONGEST: usize = 2048;
        let answer = self.answer.filter(|answer| answer.to_string().len() <= LONGEST);
        Self { answer, ..self }
    }

    /// A side that did not try.
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
    /// The median of `samples`, given in microseconds.
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
