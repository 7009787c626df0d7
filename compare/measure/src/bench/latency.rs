//! What a call costs on each side, against the same endpoint, in the same rounds.
//!
//! Every round makes one call by each arm, in random order, so that whatever else the machine does
//! falls on all of them alike; what is compared are the differences within a round. Where two arms
//! are the same, chance alone decides which of them comes first, and so which of them seems slower:
//! the interval of the median difference then holds however the machine drifts. Beside the two sides
//! run two anchors: `bare`, which sends copies of what was signed beforehand and parses nothing, and raw once
//! more, which must come out as no difference to raw.

mod arms;
pub mod samples;

use std::{sync::Arc, time::Duration};

use findings::{
    latency::{Samples, against_itself},
    scenario::{Expected, Given, Repeat, Scenario, select},
};
use tokio::runtime::Runtime;

use crate::{
    error::ExitError,
    interrupt::Interrupt,
    machine::this_machine,
    run::{Choices, Launching, Player, Progress, with_cleanup},
    runtime,
    session::Session,
};

pub use arms::Arms;

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

/// What `concurrency` calls at once are timed on: a single one on one thread, several on several.
///
/// A runtime of several threads hands a single call from one to another. Which of them has to be woken
/// for it is chance, and moves the same difference from one run to the next.
///
/// # Errors
/// Exit 3 where the system gives no runtime.
pub fn runtime(concurrency: usize) -> Result<Runtime, ExitError> {
    if concurrency == 1 { runtime::one_thread() } else { runtime::several_threads() }
}

/// Measures `operations` at `place`, and once more where raw differs from itself.
///
/// # Errors
/// Exit 3 where an operation cannot be tried, or an answer is not the right one; the signal where
/// one came.
pub async fn measure(
    place: Session,
    operations: Vec<Scenario>,
    extent: Extent,
    rtt: Duration,
    progress: Arc<dyn Progress>,
    interrupt: Interrupt,
) -> Result<Samples, ExitError> {
    let place = Arc::new(place);
    let signals = interrupt.clone();
    with_cleanup(place, choices(), interrupt, move |player| async move {
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
            let samples = Samples {
                machine: this_machine(),
                rtt_ms: rtt.as_secs_f64() * 1e3,
                concurrency: extent.concurrency,
                attempts,
                series,
            };
            if attempts == 2 || against_itself(&samples).holds {
                return Ok(samples);
            }
        }
    })
    .await
}

/// Nothing is launched to be measured.
fn choices() -> Choices {
    Choices::defaults(Launching::Withheld)
}

/// Plays what `operation` needs, and sets up its arms.
async fn prepare(player: &mut Player, operation: Scenario) -> Result<Arms, ExitError> {
    let needed = select(&[operation.name().to_owned()], Given::default())
        .map_err(|unknown| ExitError::usage(unknown.to_string()))?;
    let sides = Arc::clone(&player.sides);
    for before in needed.into_iter().filter(|needed| *needed != operation) {
        player.play_once(before, &sides.raw, &sides.sdk).await?;
    }
    let operations = player.operations(operation)?;
    Arms::new(operation, operations, &player.session).await
}

/// The arms of `operation` at `place`, for whoever measures by himself.
///
/// # Errors
/// As [`measure`].
pub async fn arms(place: &Arc<Session>, operation: Scenario) -> Result<Arms, ExitError> {
    let never = Interrupt::never();
    with_cleanup(Arc::clone(place), choices(), never, move |mut player| async move {
        prepare(&mut player, operation).await
    })
    .await
}
