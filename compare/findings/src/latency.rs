//! The results of `compare bench latency`: the samples, and what is computed from them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    machine::Machine,
    scenario::Scenario,
    stats::{Estimate, LEVEL, Sorted, ratio_of_medians},
};

/// The result of `compare bench latency`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Latency {
    /// The machine, and the day.
    pub machine: Machine,
    /// The endpoint's delay before each answer, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub rtt_ms: f64,
    /// Concurrent calls.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub concurrency: usize,
    /// In the order in which they were measured.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub operations: Vec<OperationResult>,
    /// raw against raw, over all operations.
    pub a_a: AaCheck,
}

/// The results of one operation.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperationResult {
    /// The operation.
    pub name: Scenario,
    /// The number of rounds.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub rounds: usize,
    /// The duration of a call, by arm.
    #[cfg_attr(feature = "schema", schemars(length(equal = 3)))]
    pub arms: Vec<ArmLatency>,
    /// The SDK compared with raw.
    pub sdk_beside_raw: PairedDiff,
    /// raw compared with its bare HTTP client.
    pub raw_beside_bare: PairedDiff,
    /// The SDK compared with raw's bare HTTP client, which is not the SDK's.
    pub sdk_beside_bare: PairedDiff,
    /// The time of each phase.
    pub waterfall: Vec<PhaseTime>,
}

/// The duration of a call made by one arm.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArmLatency {
    /// `raw`, `sdk` or `bare`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["raw", "sdk", "bare"])))]
    pub name: Cow<'static, str>,
    /// The median, in microseconds.
    pub median_us: Estimate,
    /// The 90th percentile.
    pub p90_us: Estimate,
    /// The 99th percentile.
    pub p99_us: Estimate,
    /// The first to the 99th percentile.
    pub percentiles_us: Vec<f64>,
}

/// One arm compared with another, by the differences within a round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairedDiff {
    /// How much longer a call takes, in microseconds: the median over the rounds, negative if shorter.
    pub difference_us: Estimate,
    /// The ratio of the durations: the median over the rounds.
    pub ratio: Estimate,
    /// What the ratio's interval allows to say.
    pub verdict: RatioVerdict,
}

/// What the interval of a ratio allows to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RatioVerdict {
    /// The whole interval is above 1.
    Slower,
    /// The whole interval is below 1.
    Faster,
    /// The interval includes 1.
    NoDifference,
}

/// The A/A check: raw compared with itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AaCheck {
    /// The number of rounds, over all operations.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub rounds: usize,
    /// The ratio of the second to the first, with an interval at 99.9 %.
    pub ratio: Estimate,
    /// Whether the interval includes 1, as it must.
    pub holds: bool,
    /// How often everything was measured: twice if the check failed the first time.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 2)))]
    pub attempts: u32,
}

/// At this level, the check fails by chance once in a thousand times on a quiet machine.
const A_A_LEVEL: f64 = 0.999;

/// Computes the results from the samples.
#[must_use]
pub fn analyse(samples: &Samples) -> Latency {
    Latency {
        machine: samples.machine.clone(),
        rtt_ms: samples.rtt_ms,
        concurrency: samples.concurrency,
        operations: samples.series.iter().map(operation).collect(),
        a_a: a_a_check(samples),
    }
}

fn operation(series: &Series) -> OperationResult {
    let arm = |arm: LatencyArm| {
        let times = Sorted::new(series.rounds.iter().map(|round| micros(round.of(arm))));
        let at = |p| times.quantile_estimate(p, LEVEL);
        ArmLatency {
            name: arm.name().into(),
            median_us: at(0.5),
            p90_us: at(0.9),
            p99_us: at(0.99),
            percentiles_us: (1..100).map(|nth| times.quantile(f64::from(nth) / 100.0)).collect(),
        }
    };
    OperationResult {
        name: series.operation,
        rounds: series.rounds.len(),
        arms: [LatencyArm::Raw, LatencyArm::Sdk, LatencyArm::Bare].map(arm).into(),
        sdk_beside_raw: paired_diff(&series.rounds, LatencyArm::Sdk, LatencyArm::Raw),
        raw_beside_bare: paired_diff(&series.rounds, LatencyArm::Raw, LatencyArm::Bare),
        sdk_beside_bare: paired_diff(&series.rounds, LatencyArm::Sdk, LatencyArm::Bare),
        waterfall: series.waterfall.clone(),
    }
}

/// Compares arm `one` with arm `other`.
#[must_use]
pub fn paired_diff(rounds: &[Round], one: LatencyArm, other: LatencyArm) -> PairedDiff {
    let pairs = || rounds.iter().map(|round| (micros(round.of(one)), micros(round.of(other))));
    let ratio = Sorted::new(pairs().map(|(one, other)| one / other)).median_estimate();
    PairedDiff {
        difference_us: Sorted::new(pairs().map(|(one, other)| one - other)).median_estimate(),
        ratio,
        verdict: RatioVerdict::of(ratio),
    }
}

/// Compares raw with itself.
#[must_use]
pub fn a_a_check(samples: &Samples) -> AaCheck {
    let rounds = || samples.series.iter().flat_map(|series| &series.rounds);
    let ratios = rounds()
        .map(|round| micros(round.of(LatencyArm::RawAgain)) / micros(round.of(LatencyArm::Raw)));
    let ratio = Sorted::new(ratios).quantile_estimate(0.5, A_A_LEVEL);
    AaCheck {
        rounds: rounds().count(),
        ratio,
        holds: RatioVerdict::of(ratio) == RatioVerdict::NoDifference,
        attempts: samples.attempts,
    }
}

impl RatioVerdict {
    fn of(ratio: Estimate) -> Self {
        match ratio.interval {
            interval if interval.contains(1.0) => Self::NoDifference,
            interval if interval.low > 1.0 => Self::Slower,
            _ => Self::Faster,
        }
    }
}

/// Two measurements compared.
#[derive(Debug, Serialize)]
pub struct LatencyChanges {
    /// The machine of the first.
    pub before: Machine,
    /// The machine of the second.
    pub after: Machine,
    /// Every arm of every operation that is in both.
    pub changes: Vec<Change>,
}

/// One arm of one operation in two measurements.
#[derive(Debug, Serialize)]
pub struct Change {
    /// The operation.
    pub operation: Scenario,
    /// `raw`, `sdk` or `bare`.
    pub arm: &'static str,
    /// The median in the first measurement, in microseconds.
    pub before_us: f64,
    /// The median in the second measurement, in microseconds.
    pub after_us: f64,
    /// The second median divided by the first. The rounds cannot be paired, so the ratio includes whatever
    /// else the machine did in between.
    pub ratio: Estimate,
    /// What the ratio's interval allows to say.
    pub verdict: RatioVerdict,
}

/// Compares measurement `after` with measurement `before`.
#[must_use]
pub fn compare(before: &Samples, after: &Samples) -> LatencyChanges {
    let mut changes = Vec::new();
    for first in &before.series {
        let twins = after.series.iter().filter(|series| series.operation == first.operation);
        for (second, arm) in twins.flat_map(|twin| {
            [LatencyArm::Raw, LatencyArm::Sdk, LatencyArm::Bare].map(|arm| (twin, arm))
        }) {
            let times = |series: &Series| {
                Sorted::new(series.rounds.iter().map(|round| micros(round.of(arm))))
            };
            let (old, new) = (times(first), times(second));
            let ratio = ratio_of_medians(&old, &new, LEVEL);
            changes.push(Change {
                operation: first.operation,
                arm: arm.name(),
                before_us: old.median(),
                after_us: new.median(),
                ratio,
                verdict: RatioVerdict::of(ratio),
            });
        }
    }
    LatencyChanges { before: before.machine.clone(), after: after.machine.clone(), changes }
}

fn micros(nanos: u32) -> f64 {
    f64::from(nanos) / 1e3
}

/// Every measured time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// The machine, and the day.
    pub machine: Machine,
    /// The endpoint's delay before each answer, in milliseconds.
    pub rtt_ms: f64,
    /// Concurrent calls.
    pub concurrency: usize,
    /// How often everything was measured; twice if raw first differed from itself.
    pub attempts: u32,
    /// The rounds of each operation.
    pub series: Vec<Series>,
}

/// Every round of one operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The operation.
    pub operation: Scenario,
    /// In the order in which they ended.
    pub rounds: Vec<Round>,
    /// The time of each phase, from separate calls, because instrumentation takes time.
    pub waterfall: Vec<PhaseTime>,
}

/// The median time of one phase of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PhaseTime {
    /// As in [`contract::Phase::as_str`].
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub phase: String,
    /// In microseconds; 0 if raw has no such phase.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub raw_us: f64,
    /// In microseconds; 0 if the SDK has no such phase.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub sdk_us: f64,
}

/// The times of one call by each arm, in nanoseconds and in the order of [`LatencyArm::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round(pub [u32; 4]);

impl Round {
    /// The time of `arm`.
    #[must_use]
    pub fn of(self, arm: LatencyArm) -> u32 {
        self.0[arm as usize]
    }
}

/// A way of making the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatencyArm {
    /// raw.
    Raw,
    /// The SDK, its retries off.
    Sdk,
    /// raw's HTTP client without raw: it sends what raw signed beforehand and parses nothing.
    Bare,
    /// raw again. Its difference from raw is the noise of the machine.
    RawAgain,
}

impl LatencyArm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Raw, Self::Sdk, Self::Bare, Self::RawAgain];

    /// The name in tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Sdk => "sdk",
            Self::Bare => "bare",
            Self::RawAgain => "raw again",
        }
    }
}
