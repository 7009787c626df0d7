//! Plays the scenarios on both sides.

mod fetch;
mod plan;
mod play;
mod result;

use std::{sync::Arc, time::Instant};

use contract::Stage;
use findings::{
    run::{Outcome, RunResult, ScenarioResult},
    scenario::Scenario,
};
use raw::redact::Secrets;

use crate::{
    error::ExitError,
    interrupt::Interrupt,
    launch::{Ledger, RunIdentity, Termination},
    machine::this_machine,
    region,
    session::{HostKind, Session},
};

pub(crate) use play::Player;

/// What to work on.
#[derive(Debug, Clone)]
pub struct Choices {
    /// `--bucket`; default: the first.
    pub bucket: Option<String>,
    /// `--key`; default: the first in the bucket.
    pub key: Option<String>,
    /// `--ami-name`
    pub ami_name: String,
    /// `--ami-owner`
    pub ami_owner: String,
    /// `--instance-type`
    pub instance_type: String,
    /// Whether instances may be launched.
    pub launching: Launching,
}

impl Choices {
    /// The defaults.
    #[must_use]
    pub fn defaults(launching: Launching) -> Self {
        Self {
            bucket: None,
            key: None,
            ami_name: "al2023-ami-2023.*-x86_64".to_owned(),
            ami_owner: "amazon".to_owned(),
            instance_type: "t3.micro".to_owned(),
            launching,
        }
    }
}

/// Whether instances may be launched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Launching {
    /// The target is not AWS, or `--allow-launch` is given.
    Allowed,
    /// A launch on AWS costs money, and `--allow-launch` is missing.
    Withheld,
}

/// Receives progress.
pub trait Progress: Send + Sync {
    /// `scenario`, at `index` (from 0) of `total`, begins.
    fn begin(&self, scenario: Scenario, index: usize, total: usize);
    /// The last scenario has ended.
    fn end(&self);
}

/// Both clients, for the same target and credentials.
#[derive(Debug)]
pub struct Sides {
    /// AWS by hand.
    pub raw: raw::Client,
    /// aws-sdk-rust.
    pub sdk: sdk::Client,
}

/// One value for each side.
#[derive(Debug, Clone, Default)]
pub struct Pair<T> {
    /// raw's value.
    pub raw: T,
    /// The SDK's value.
    pub sdk: T,
}

impl Sides {
    /// Builds both clients for `session`.
    ///
    /// # Errors
    /// Exit 3: a client cannot be built.
    pub fn new(session: &Session) -> Result<Self, ExitError> {
        let (target, credentials) = (&session.target, &session.credentials);
        Ok(Self {
            raw: raw::Client::new(target.clone(), credentials.clone()).map_err(|error| {
                ExitError::unavailable(format!("raw's client cannot be built: {error}"))
            })?,
            sdk: sdk::Client::new(target.clone(), credentials.clone()).map_err(|error| {
                ExitError::unavailable(format!("the SDK's client cannot be built: {error}"))
            })?,
        })
    }
}

/// Plays `scenarios` on both sides. Every launched instance is terminated, even after an interruption or a
/// panic.
///
/// # Errors
/// Exit 3: neither side reaches the endpoint. The signal after an interruption. Exit 1: an instance could
/// not be terminated.
pub async fn compare(
    session: Arc<Session>,
    scenarios: Vec<Scenario>,
    choices: Choices,
    progress: Arc<dyn Progress>,
    interrupt: Interrupt,
) -> Result<RunResult, ExitError> {
    let started = Instant::now();
    let info = session.info.clone();
    let results =
        with_cleanup(session, choices, interrupt, |player| play_all(player, scenarios, progress))
            .await?;
    Ok(RunResult {
        target: info,
        machine: this_machine(),
        agree: results.iter().all(ScenarioResult::agrees),
        scenarios: results,
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Runs `work` with a player. Every launched instance is terminated, even after an interruption or a panic.
///
/// # Errors
/// Those of `work`. Exit 3: a client cannot be built. Exit 1: an instance could not be terminated.
pub(crate) async fn with_cleanup<T, F>(
    session: Arc<Session>,
    choices: Choices,
    interrupt: Interrupt,
    work: impl FnOnce(Player) -> F,
) -> Result<T, ExitError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, ExitError>> + Send + 'static,
{
    let sides = Arc::new(Sides::new(&session)?);
    let run = RunIdentity::new(&session);
    let ledger = Ledger::of(&run, &session);
    interrupt.set_ledger(&ledger);
    // `session` is kept until the end: dropping it would stop the sandbox.
    let player = Player::new(&sides, &session, choices, (&run, ledger.clone()), interrupt);
    // In a task, so that cleanup runs after a panic too.
    let outcome = tokio::spawn(work(player)).await;
    terminate_launched(&sides, &ledger, &session).await?;
    match outcome {
        Ok(done) => done,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

async fn play_all(
    mut player: Player,
    scenarios: Vec<Scenario>,
    progress: Arc<dyn Progress>,
) -> Result<Vec<ScenarioResult>, ExitError> {
    let total = scenarios.len();
    let mut results = Vec::with_capacity(total);
    for (index, scenario) in scenarios.into_iter().enumerate() {
        progress.begin(scenario, index, total);
        let result = player.play(scenario).await.inspect_err(|_| progress.end())?;
        if results.is_empty() {
            check_reachable(&player.session, &result).inspect_err(|_| progress.end())?;
        }
        results.push(result);
    }
    progress.end();
    Ok(results)
}

/// Fails if neither side reaches the endpoint: the table would repeat one sentence.
fn check_reachable(session: &Session, first: &ScenarioResult) -> Result<(), ExitError> {
    let unreached =
        |stage: &str| [Stage::Dispatch.as_str(), Stage::Timeout.as_str()].contains(&stage);
    let (Some(raw), Some(sdk)) = (&first.raw.failure, &first.sdk.failure) else { return Ok(()) };
    let failed = [first.raw.outcome, first.sdk.outcome] == [Outcome::Failed; 2];
    if !failed || !unreached(&raw.stage) || !unreached(&sdk.stage) {
        return Ok(());
    }
    // raw's message says what to do; the SDK's is "dispatch failure".
    let error = ExitError::unavailable(format!(
        "{} cannot be reached: {}",
        session.info.endpoint, raw.display
    ));
    let help =
        region::suggestion(&session.target.region).filter(|_| session.host == HostKind::Amazon);
    Err(ExitError { help, ..error })
}

async fn terminate_launched(
    sides: &Arc<Sides>,
    ledger: &Ledger,
    session: &Session,
) -> Result<(), ExitError> {
    let notices = session.notices;
    let (by, of, pace) = (Arc::clone(sides), ledger.clone(), session.target.wait_pace);
    // In a task, so that a panic still reports what is left.
    let ended = tokio::spawn(async move { of.terminate_all(&by, pace, notices).await }).await;
    let ended = ended.unwrap_or_else(|_| Termination {
        left: ledger.left().into_iter().map(|left| (left, "cleaning up panicked".into())).collect(),
        ..Termination::default()
    });
    if !ended.ids.is_empty() {
        notices.warn(&format!(
            "terminated instances that were still running: {}",
            ended.ids.join(", ").escape_debug()
        ));
    }
    if ended.left.is_empty() {
        return Ok(());
    }
    let secrets = Secrets::of(&session.credentials);
    let left = ended.left.iter().map(|(left, why)| {
        let mut text = format!("{left}: {why}");
        secrets.redact(&mut text);
        text.escape_debug().to_string()
    });
    let left = left.collect::<Vec<_>>().join("; ");
    if ended.has_instances_left() {
        return Err(ExitError::failed(format!(
            "launched instances could not be terminated: {left}"
        ))
        .help(ledger.cleanup_command()));
    }
    notices.warn(&format!("not accounted for: {left}; {}", ledger.cleanup_command()));
    Ok(())
}
