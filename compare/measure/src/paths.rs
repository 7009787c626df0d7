//! Shows the code that each side runs for one call: its phases in order, and the allocations and
//! instructions of a warm call, by crate.

mod callgrind;
mod count;
mod crates;
mod trace;

use std::sync::Arc;

use findings::{
    paths::{CallCost, CodePath, Paths},
    run::{Outcome, ScenarioResult, SideResult},
    scenario::{Given, Scenario, select},
};

use crate::{
    error::ExitError,
    interrupt::Interrupt,
    machine::this_machine,
    observe::play_observed,
    run::{Choices, Player, Progress, with_cleanup},
    session::Session,
};
use count::Counter;
use trace::{RawSide, SdkSide, Seen};

/// Whether instructions are counted too. That takes valgrind and some seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Phases and allocations.
    Allocations,
    /// Phases, allocations and instructions.
    Instructions,
}

/// The depth that this machine allows: not every machine has valgrind.
#[must_use]
pub fn deepest() -> Depth {
    if callgrind::check().is_ok() { Depth::Instructions } else { Depth::Allocations }
}

/// Plays what `scenario` needs, then `scenario` itself under observation, and counts its call in
/// processes that do nothing else. Everything launched is terminated.
///
/// # Errors
/// Exit 3 if the operation cannot be tried or counted here; and as [`crate::run::compare`].
pub async fn measure(
    session: Session,
    scenario: Scenario,
    given: Given,
    choices: Choices,
    depth: Depth,
    progress: Arc<dyn Progress>,
    interrupt: Interrupt,
) -> Result<Paths, ExitError> {
    let needed = select(&[scenario.name().to_owned()], given)
        .map_err(|unknown| ExitError::usage(unknown.to_string()))?;
    // Fails before anything is launched.
    let counter = Counter::find(depth, interrupt.clone())?;
    with_cleanup(Arc::new(session), choices, interrupt, move |player| async move {
        let measured = play_and_count(player, scenario, needed, &counter, &*progress).await;
        progress.end();
        measured
    })
    .await
}

async fn play_and_count(
    mut player: Player,
    scenario: Scenario,
    needed: Vec<Scenario>,
    counter: &Counter,
    progress: &dyn Progress,
) -> Result<Paths, ExitError> {
    let (sides, session) = (Arc::clone(&player.sides), Arc::clone(&player.session));
    let (raw, sdk) = (RawSide::of(&sides.raw), SdkSide::at(&session)?);
    let result = play_observed(&mut player, scenario, needed, (&raw, &sdk), progress).await?;
    countable(scenario, &result)?;
    let (raw, sdk) = (raw.seen("raw", &result.raw)?, sdk.seen("the SDK", &result.sdk)?);

    let requests = &raw.requests;
    let bare =
        if requests.is_empty() { None } else { Some(counter.bare(&session, requests).await?) };
    let raw_cost = counter.side("raw", &session, &raw.operation).await?;
    let sdk_cost = counter.side("sdk", &session, &sdk.operation).await?;
    Ok(assemble(&session, result, (raw, raw_cost), (sdk, sdk_cost), bare))
}

/// Fails if it is not safe to repeat the call, as counting does: without an answer, the call may still have
/// launched an instance.
fn countable(scenario: Scenario, result: &ScenarioResult) -> Result<(), ExitError> {
    let launches = [Scenario::Ec2RunInstances, Scenario::Ec2RunInstancesDryRun].contains(&scenario);
    let answered = [result.raw.outcome, result.sdk.outcome] == [Outcome::Ok; 2];
    if !launches || answered {
        return Ok(());
    }
    Err(ExitError::unavailable(format!(
        "{scenario} did not succeed here, so it is not repeated to be counted: it might launch more"
    )))
}

fn assemble(
    session: &Session,
    result: ScenarioResult,
    (raw, raw_cost): (Seen, CallCost),
    (sdk, sdk_cost): (Seen, CallCost),
    bare: Option<CallCost>,
) -> Paths {
    let path = |side: SideResult, seen: Seen, cost| CodePath {
        trace: seen.trace,
        outcome: side.outcome,
        requests: side.requests,
        cost,
    };
    Paths {
        target: session.info.clone(),
        machine: this_machine(),
        operation: result.name,
        service: result.service,
        agree: result.agrees(),
        differences: result.differences,
        raw: path(result.raw, raw, raw_cost),
        sdk: path(result.sdk, sdk, sdk_cost),
        bare,
    }
}
