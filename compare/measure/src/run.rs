//! Plays the scenarios on both sides.

mod fetch;
mod plan;
mod play;

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
    launch::{EndReport, Ledger, RunIdentity},
    machine::this_machine,
    region,
    session::{HostKind, Session},
};

pub(crate) use play::Player;

/// What to work on, where the endpoint's contents do not decide it.
#[derive(Debug, Clone)]
pub struct Choices {
    /// `--bucket`: default the first.
    pub bucket: Option<String>,
    /// `--key`: default the first in the bucket.
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
    /// Those of somebody who chooses nothing.
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
    /// Off AWS, or with `--allow-launch`.
    Allowed,
    /// On AWS, where it costs money and nobody has said yes.
    Withheld,
}

/// Told what happens, while it happens.
pub trait Progress: Send + Sync {
    /// `scenario` begins, as number `index` of `total`.
    fn begin(&self, scenario: Scenario, index: usize, total: usize);
    /// The last one has ended.
    fn end(&self);
}

/// Both sides, under the same conditions.
#[derive(Debug)]
pub struct Sides {
    /// By hand.
    pub raw: raw::Client,
    /// By aws-sdk-rust.
    pub sdk: sdk::Client,
}

/// One value for each side.
#[derive(Debug, Clone, Default)]
pub struct Pair<T> {
    /// Of raw.
    pub raw: T,
    /// Of the SDK.
    pub sdk: T,
}

impl Sides {
    /// Both clients for `place`.
    ///
    /// # Errors
    /// Exit 3 where one cannot be made.
    pub fn new(session: &Session) -> Result<Self, ExitError> {
        let (target, credentials) = (&session.target, &session.credentials);
        Ok(Self {
            raw: raw::Client::new(target.clone(), credentials.clone())
                .map_err(|error| ExitError::unavailable(format!("raw has no client: {error}")))?,
            sdk: sdk::Client::new(target.clone(), credentials.clone()).map_err(|error| {
                ExitError::unavailable(format!("the SDK has no client: {error}"))
            })?,
        })
    }
}

/// Plays `scenarios` at `place`. Whatever happens in between, interruption and panic included, what
/// was launched is terminated.
///
/// # Errors
/// Exit 3 where neither side reaches the endpoint; the signal where one came; exit 1 where
/// something launched could not be ended.
pub async fn compare(
    session: Arc<Session>,
    scenarios: Vec<Scenario>,
    choices: Choices,
    progress: Arc<dyn Progress>,
    interrupt: Interrupt,
) -> Result<RunResult, ExitError> {
    let started = Instant::now();
    let info = session.info.clone();
    let findings =
        with_cleanup(session, choices, interrupt, |player| play_all(player, scenarios, progress))
            .await?;
    Ok(RunResult {
        target: info,
        machine: this_machine(),
        agree: findings.iter().all(ScenarioResult::agrees),
        scenarios: findings,
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Has `work` play scenarios at `place`. Whatever happens in between, interruption and panic
/// included, what was launched is terminated.
///
/// # Errors
/// Those of `work`; exit 3 where a side has no client; exit 1 where something launched could not be
/// ended.
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
    // The place is kept until the end: with it would go the sandbox, and what runs there.
    let player = Player::new(&sides, &session, choices, (&run, ledger.clone()), interrupt);
    // A task of its own, so that a panic in it leaves somebody to clean up.
    let outcome = tokio::spawn(work(player)).await;
    end_launched(&sides, &ledger, &session).await?;
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
    let mut findings = Vec::with_capacity(total);
    for (index, scenario) in scenarios.into_iter().enumerate() {
        progress.begin(scenario, index, total);
        let finding = player.play(scenario).await.inspect_err(|_| progress.end())?;
        if findings.is_empty() {
            reachable(&player.session, &finding).inspect_err(|_| progress.end())?;
        }
        findings.push(finding);
    }
    progress.end();
    Ok(findings)
}

/// A comparison in which neither side gets through would be a table of one sentence.
fn reachable(session: &Session, first: &ScenarioResult) -> Result<(), ExitError> {
    let unreached =
        |stage: &str| [Stage::Dispatch.as_str(), Stage::Timeout.as_str()].contains(&stage);
    let (Some(raw), Some(sdk)) = (&first.raw.failure, &first.sdk.failure) else { return Ok(()) };
    let failed = [first.raw.outcome, first.sdk.outcome] == [Outcome::Failed; 2];
    if !failed || !unreached(&raw.stage) || !unreached(&sdk.stage) {
        return Ok(());
    }
    // raw's own words say what to do; the SDK's here are "dispatch failure".
    let stop = ExitError::unavailable(format!(
        "{} cannot be reached: {}",
        session.info.endpoint, raw.display
    ));
    let doubt =
        region::suggestion(&session.target.region).filter(|_| session.host == HostKind::Amazon);
    Err(match doubt {
        Some(doubt) => stop.help(doubt),
        None => stop,
    })
}

async fn end_launched(
    sides: &Arc<Sides>,
    ledger: &Ledger,
    session: &Session,
) -> Result<(), ExitError> {
    let notices = session.notices;
    let (by, of, waits) = (Arc::clone(sides), ledger.clone(), session.target.wait_pace);
    // A task of its own, so that a panic in it leaves somebody to name what is left.
    let ended = tokio::spawn(async move { of.end_all(&by, waits, notices).await }).await;
    let ended = ended.unwrap_or_else(|_| EndReport {
        left: ledger.left().into_iter().map(|left| (left, "cleaning up panicked".into())).collect(),
        ..EndReport::default()
    });
    if !ended.ids.is_empty() {
        notices.warn(&format!(
            "terminated what was launched here and still ran: {}",
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
        return Err(ExitError::failed(format!("what was launched could not be ended: {left}"))
            .help(ledger.cleanup_command()));
    }
    notices.warn(&format!("not accounted for: {left}; {}", ledger.cleanup_command()));
    Ok(())
}
