//! What a call costs on each side, against the same endpoint, in the same rounds.
//!
//! Every round makes one call by each arm, in random order, so that whatever else the machine does
//! falls on all of them alike; what is compared are the differences within a round. Where two arms
//! are the same, chance alone decides which of them comes first, and so which of them seems slower:
//! the interval of the median difference then holds however the machine drifts. Beside the two sides
//! run two anchors: `bare`, which sends copies of what was signed beforehand and parses nothing, and raw once
//! more, which must come out as no difference to raw.

mod arms;
mod samples;

use std::{borrow::Cow, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::{
    error::Stop,
    findings::Machine,
    interrupt::Interrupt,
    place::Place,
    run::{Choices, Launching, Player, Progress, conduct},
    runtime,
    scenario::{Expected, Given, Repeat, Scenario, select},
    stats::{Estimate, LEVEL, Sorted, ratio_of_medians},
};
pub use arms::{Arm, Arms};
pub use samples::{PhaseTime, Round, Samples, Series};

/// What is measured unless something else is asked for: one listing short, one long, one long answer
/// of EC2's, one short, and a route.
pub const OPERATIONS: [Scenario; 5] = [
    Scenario::S3ListBuckets,
    Scenario::S3ListObjects,
    Scenario::Ec2DescribeImages,
    Scenario::Ec2RunInstancesDryRun,
    Scenario::ApiInvoke,
];

/// Whether `scenario` is one call that changes nothing, and is to succeed without anything launched.
#[must_use]
pub fn is_measurable(scenario: Scenario) -> bool {
    scenario.repeat() == Repeat::Freely
        && scenario.expected() == Expected::Ok
        // It sends nothing; `bench signing` has it as W5.
        && scenario != Scenario::S3PresignedGet
}

/// How much to measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Rounds of each operation, at most.
    pub pairs: usize,
    /// Time for each operation, at most.
    pub time: Duration,
    /// Calls under way at once.
    pub concurrency: usize,
}

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
    pub a_a: AgainstItself,
}

/// One operation.
#[derive(Debug, Serialize, Deserialize)]
pub struct OperationResult {
    /// Which.
    pub name: Scenario,
    /// Rounds that were measured.
    pub rounds: usize,
    /// How long a call takes, by arm.
    pub arms: Vec<ArmResult>,
    /// The SDK beside raw.
    pub sdk_beside_raw: Beside,
    /// raw beside its HTTP client alone.
    pub raw_beside_bare: Beside,
    /// The SDK beside the same, which is another HTTP client than the SDK's.
    pub sdk_beside_bare: Beside,
    /// Where the time goes.
    pub waterfall: Vec<PhaseTime>,
}

/// How long a call takes.
#[derive(Debug, Serialize, Deserialize)]
pub struct ArmResult {
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
pub struct Beside {
    /// Microseconds that a call takes longer: the median over the rounds, negative where shorter.
    pub difference_us: Estimate,
    /// How many times as long a call takes.
    pub ratio: Estimate,
    /// What that comes to.
    pub verdict: Verdict,
}

/// What the interval of a ratio allows to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The whole interval lies above 1.
    Slower,
    /// The whole interval lies below 1.
    Faster,
    /// 1 lies in the interval.
    NoDifference,
}

/// raw against raw.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AgainstItself {
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

/// What `concurrency` calls at once are timed on: a single one on one thread, several on several.
///
/// A runtime of several threads hands a single call from one to another. Which of them has to be woken
/// for it is chance, and moves the same difference from one run to the next.
///
/// # Errors
/// Exit 3 where the system gives no runtime.
pub fn runtime(concurrency: usize) -> Result<Runtime, Stop> {
    if concurrency == 1 { runtime::one_thread() } else { runtime::several_threads() }
}

/// Measures `operations` at `place`, and once more where raw differs from itself.
///
/// # Errors
/// Exit 3 where an operation cannot be tried, or an answer is not the right one; the signal where
/// one came.
pub async fn measure(
    place: Place,
    operations: Vec<Scenario>,
    extent: Extent,
    rtt: Duration,
    progress: Arc<dyn Progress>,
    interrupt: Interrupt,
) -> Result<Samples, Stop> {
    let place = Arc::new(place);
    let signals = interrupt.clone();
    conduct(place, choices(), interrupt, move |player| async move {
        let mut player = player;
        let total = operations.len();
        let mut arms = Vec::with_capacity(total);
        for &operation in &operations {
            arms.push(prepare(&mut player, operation).await?);
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            let mut series = Vec::with_capacity(total);
            for (index, arms) in arms.iter().enumerate() {
                progress.begin(arms.operation, index, total);
                let taken = signals.or(arms.take(extent)).await;
                let taken = taken.and_then(|taken| taken).inspect_err(|_| progress.end())?;
                series.push(taken);
            }
            progress.end();
            let samples = Samples::new(rtt, extent, attempts, series);
            if attempts == 2 || against_itself(&samples).holds {
                return Ok(samples);
            }
        }
    })
    .await
}

/// Nothing is launched to be measured.
fn choices() -> Choices {
    Choices::usual(Launching::Withheld)
}

/// Plays what `operation` needs, and sets up its arms.
async fn prepare(player: &mut Player, operation: Scenario) -> Result<Arms, Stop> {
    let needed = select(&[operation.name().to_owned()], Given::default())
        .map_err(|unknown| Stop::usage(unknown.to_string()))?;
    let sides = Arc::clone(&player.sides);
    for before in needed.into_iter().filter(|needed| *needed != operation) {
        player.play_once(before, &sides.raw, &sides.sdk).await?;
    }
    let operations = player.operations(operation)?;
    Arms::new(operation, operations, &player.place).await
}

/// The arms of `operation` at `place`, for whoever measures by himself.
///
/// # Errors
/// As [`measure`].
pub async fn arms(place: &Arc<Place>, operation: Scenario) -> Result<Arms, Stop> {
    let never = Interrupt::never();
    conduct(Arc::clone(place), choices(), never, move |mut player| async move {
        prepare(&mut player, operation).await
    })
    .await
}

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
    let arm = |arm: Arm| {
        let times = Sorted::new(series.rounds.iter().map(|round| micros(round.of(arm))));
        let at = |p| times.quantile_estimate(p, LEVEL);
        ArmResult {
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
        arms: [Arm::Raw, Arm::Sdk, Arm::Bare].map(arm).into(),
        sdk_beside_raw: beside(&series.rounds, Arm::Sdk, Arm::Raw),
        raw_beside_bare: beside(&series.rounds, Arm::Raw, Arm::Bare),
        sdk_beside_bare: beside(&series.rounds, Arm::Sdk, Arm::Bare),
        waterfall: series.waterfall.clone(),
    }
}

/// `one` beside `other`.
#[must_use]
pub fn beside(rounds: &[Round], one: Arm, other: Arm) -> Beside {
    let pairs = || rounds.iter().map(|round| (micros(round.of(one)), micros(round.of(other))));
    let ratio = Sorted::new(pairs().map(|(one, other)| one / other)).median_estimate();
    Beside {
        difference_us: Sorted::new(pairs().map(|(one, other)| one - other)).median_estimate(),
        ratio,
        verdict: Verdict::of(ratio),
    }
}

fn against_itself(samples: &Samples) -> AgainstItself {
    let rounds = || samples.series.iter().flat_map(|series| &series.rounds);
    let ratios = rounds().map(|round| micros(round.of(Arm::RawAgain)) / micros(round.of(Arm::Raw)));
    let ratio = Sorted::new(ratios).quantile_estimate(0.5, A_A_LEVEL);
    AgainstItself {
        rounds: rounds().count(),
        ratio,
        holds: Verdict::of(ratio) == Verdict::NoDifference,
        attempts: samples.attempts,
    }
}

impl Verdict {
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
pub struct Comparison {
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
    pub verdict: Verdict,
}

/// `after` beside `before`.
#[must_use]
pub fn compare(before: &Samples, after: &Samples) -> Comparison {
    let mut changes = Vec::new();
    for first in &before.series {
        let twins = after.series.iter().filter(|series| series.operation == first.operation);
        for (second, arm) in
            twins.flat_map(|twin| [Arm::Raw, Arm::Sdk, Arm::Bare].map(|arm| (twin, arm)))
        {
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
                verdict: Verdict::of(ratio),
            });
        }
    }
    Comparison { before: before.machine.clone(), after: after.machine.clone(), changes }
}

fn micros(nanos: u32) -> f64 {
    f64::from(nanos) / 1e3
}
