//! What `compare bench latency` found: the samples, and what is computed from them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    machine::Machine,
    scenario::Scenario,
    stats::{Estimate, LEVEL, Sorted, ratio_of_medians},
};

/// All that `compare bench latency` found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Latency {
    /// What ran it, and when.
    pub machine: Machine,
    /// How long the endpoint held each answer back, milliseconds.
    pub rtt_ms: f64,
    /// Calls under way at once.
    pub concurrency: usize,
    /// In the order in which they were measured.
    pub operations: Vec<OperationResult>,
    /// raw against raw, over all operations.
    pub a_a: AaCheck,
}

/// One operation.
#[derive(Debug, Serialize, Deserialize)]
pub struct OperationResult {
    /// Which.
    pub name: Scenario,
    /// Rounds that were measured.
    pub rounds: usize,
    /// How long a call takes, by arm.
    pub arms: Vec<ArmLatency>,
    /// The SDK beside raw.
    pub sdk_beside_raw: PairedDiff,
    /// raw beside its HTTP client alone.
    pub raw_beside_bare: PairedDiff,
    /// The SDK beside the same, which is another HTTP client than the SDK's.
    pub sdk_beside_bare: PairedDiff,
    /// Where the time goes.
    pub waterfall: Vec<PhaseTime>,
}

/// How long a call takes.
#[derive(Debug, Serialize, Deserialize)]
pub struct ArmLatency {
    /// `raw`, `sdk` or `bare`.
    pub name: Cow<'static, str>,
    /// Microseconds.
    pub median_us: Estimate,
    /// Nine of ten calls take at most this.
    pub p90_us: Estimate,
    /// 99 of 100.
    pub p99_us: Estimate,
    /// The first to the 99th percentile.
    pub percentiles_us: Vec<f64>,
}

/// One arm beside another, by what differs within a round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PairedDiff {
    /// Microseconds that a call takes longer: the median over the rounds, negative where shorter.
    pub difference_us: Estimate,
    /// How many times as long a call takes.
    pub ratio: Estimate,
    /// What that comes to.
    pub verdict: RatioVerdict,
}

/// What the interval of a ratio allows to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RatioVerdict {
    /// The whole interval lies above 1.
    Slower,
    /// The whole interval lies below 1.
    Faster,
    /// 1 lies in the interval.
    NoDifference,
}

/// raw against raw.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AaCheck {
    /// Rounds, over all operations.
    pub rounds: usize,
    /// How many times as long the second takes, with an interval at 99.9 %.
    pub ratio: Estimate,
    /// Whether 1 lies in it, as it must.
    pub holds: bool,
    /// How often it was measured: twice where it did not hold the first time.
    pub attempts: u32,
}

/// One in a thousand quiet machines fails this by chance.
const A_A_LEVEL: f64 = 0.999;

/// What the samples come to.
#[must_use]
pub fn analyse(samples: &Samples) -> Latency {
    Latency {
        machine: samples.machine.clone(),
        rtt_ms: samples.rtt_ms,
        concurrency: samples.concurrency,
        operations: samples.series.iter().map(operation).collect(),
        a_a: against_itself(samples),
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
        sdk_beside_raw: beside(&series.rounds, LatencyArm::Sdk, LatencyArm::Raw),
        raw_beside_bare: beside(&series.rounds, LatencyArm::Raw, LatencyArm::Bare),
        sdk_beside_bare: beside(&series.rounds, LatencyArm::Sdk, LatencyArm::Bare),
        waterfall: series.waterfall.clone(),
    }
}

/// `one` beside `other`.
#[must_use]
pub fn beside(rounds: &[Round], one: LatencyArm, other: LatencyArm) -> PairedDiff {
    let pairs = || rounds.iter().map(|round| (micros(round.of(one)), micros(round.of(other))));
    let ratio = Sorted::new(pairs().map(|(one, other)| one / other)).median_estimate();
    PairedDiff {
        difference_us: Sorted::new(pairs().map(|(one, other)| one - other)).median_estimate(),
        ratio,
        verdict: RatioVerdict::of(ratio),
    }
}

/// raw beside itself.
#[must_use]
pub fn against_itself(samples: &Samples) -> AaCheck {
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

/// Two measurements beside each other.
#[derive(Debug, Serialize)]
pub struct LatencyChanges {
    /// The machine of the first.
    pub before: Machine,
    /// The machine of the second.
    pub after: Machine,
    /// Every arm of every operation that both have.
    pub changes: Vec<Change>,
}

/// One arm of one operation in two measurements.
#[derive(Debug, Serialize)]
pub struct Change {
    /// Which.
    pub operation: Scenario,
    /// `raw`, `sdk` or `bare`.
    pub arm: &'static str,
    /// The median in the first, microseconds.
    pub before_us: f64,
    /// And in the second.
    pub after_us: f64,
    /// How many times as long it takes in the second. The rounds of two measurements are no pairs,
    /// so what the machine did meanwhile is in it.
    pub ratio: Estimate,
    /// What that comes to.
    pub verdict: RatioVerdict,
}

/// `after` beside `before`.
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

/// Every time that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// What ran it, and when.
    pub machine: Machine,
    /// How long the endpoint held each answer back, milliseconds.
    pub rtt_ms: f64,
    /// Calls under way at once.
    pub concurrency: usize,
    /// How often all of it was measured, because raw differed from itself.
    pub attempts: u32,
    /// By operation.
    pub series: Vec<Series>,
}

/// Every round of one operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Which.
    pub operation: Scenario,
    /// In the order in which they ended.
    pub rounds: Vec<Round>,
    /// Where the time goes, from calls of their own: looking on costs some.
    pub waterfall: Vec<PhaseTime>,
}

/// One phase of a call: medians, microseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseTime {
    /// As in [`contract::Phase::as_str`].
    pub phase: String,
    /// Nothing, where raw has no such phase.
    pub raw_us: f64,
    /// Nothing, where the SDK has no such phase.
    pub sdk_us: f64,
}

/// One call by each arm, nanoseconds in the order of [`LatencyArm::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round(pub [u32; 4]);

impl Round {
    /// How long `arm` took.
    #[must_use]
    pub fn of(self, arm: LatencyArm) -> u32 {
        self.0[arm as usize]
    }
}

/// One way of making the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatencyArm {
    /// raw.
    Raw,
    /// The SDK, its retries off.
    Sdk,
    /// raw's HTTP client alone: see [`mod@crate::call::bare`].
    Bare,
    /// raw once more: its difference to raw is what the machine adds by itself.
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
