//! Measures the latency of a call on each side, against the same endpoint and in the same rounds.
//!
//! Every round makes one call with each arm, in random order, so that load on the machine affects all arms
//! alike. Only differences within a round are compared. If two arms are equal, chance decides which comes
//! first and seems slower, so the interval of the median difference holds even if the machine drifts. There
//! are two control arms: `bare` sends requests that were signed beforehand and parses nothing, and a second
//! raw must show no difference to raw.

mod arms;
pub mod samples;

use std::{sync::Arc, time::Duration};

use findings::{
    latency::{Samples, a_a_check},
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

pub(super) use arms::Arms;

/// The operations that are measured by default: a short and a long listing of S3, a long and a short answer
/// of EC2, and a route of API Gateway.
pub const OPERATIONS: [Scenario; 5] = [
    Scenario::S3ListBuckets,
    Scenario::S3ListObjects,
    Scenario::Ec2DescribeImages,
    Scenario::Ec2RunInstancesDryRun,
    Scenario::ApiInvoke,
];

/// Whether `scenario` can be measured: one call that changes nothing, and succeeds without an instance.
#[must_use]
pub fn is_measurable(scenario: Scenario) -> bool {
    scenario.repeat() == Repeat::Freely
        && scenario.expected() == Expected::Ok
        // It sends nothing; `bench signing` measures it as W5.
        && scenario != Scenario::S3PresignedGet
}

/// How much to measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Maximum number of rounds per operation.
    pub pairs: usize,
    /// Maximum time per operation.
    pub time: Duration,
    /// Number of concurrent calls.
    pub concurrency: usize,
}

/// The runtime to time `concurrency` concurrent calls on: one thread for a single call, else several.
///
/// A runtime with several threads moves a single call between them. Which thread has to wake up is chance,
/// and would change the measured difference from run to run.
///
/// # Errors
/// Exit 3 if the system cannot start a runtime.
pub fn runtime(concurrency: usize) -> Result<Runtime, ExitError> {
    if concurrency == 1 { runtime::one_thread() } else { runtime::several_threads() }
}

/// Measures `operations`, and measures again if raw seems to differ from itself.
///
/// # Errors
/// Exit 3 if an operation cannot be tried or an answer is wrong; the signal if one arrived.
pub async fn measure(
    session: Session,
    operations: Vec<Scenario>,
    extent: Extent,
    rtt: Duration,
    progress: Arc<dyn Progress>,
    interrupt: Interrupt,
) -> Result<Samples, ExitError> {
    let session = Arc::new(session);
    let signals = interrupt.clone();
    with_cleanup(session, choices(), interrupt, move |player| async move {
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
            if attempts == 2 || a_a_check(&samples).holds {
                return Ok(samples);
            }
        }
    })
    .await
}

/// No instance is launched for a measurement.
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

/// The arms of `operation`, for callers that make their own rounds.
///
/// # Errors
/// As [`measure`].
pub(super) async fn arms(session: &Arc<Session>, operation: Scenario) -> Result<Arms, ExitError> {
    let never = Interrupt::never();
    with_cleanup(Arc::clone(session), choices(), never, move |mut player| async move {
        prepare(&mut player, operation).await
    })
    .await
}
