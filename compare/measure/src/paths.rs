//! What runs between a call and its answer on each side: the phases in order, what a warm call
//! allocates, and the instructions it takes, crate by crate.

pub mod crates;

mod callgrind;
mod count;
mod trace;

use std::sync::Arc;

use findings::{
    paths::{CallCost, CodePath, Paths},
    run::{Outcome, ScenarioResult},
    scenario::{Given, Scenario, select},
};

use crate::{
    error::ExitError,
    interrupt::Interrupt,
    machine::this_machine,
    run::{Choices, Player, Progress, with_cleanup},
    session::Session,
};
use count::Counter;
use trace::{RawSide, SdkSide, Seen};

/// Whether instructions are counted too, which takes valgrind and some seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Phases and allocations.
    Allocations,
    /// And instructions.
    Instructions,
}

/// As deep as this machine allows: instructions are counted by valgrind, which not everyone has.
#[must_use]
pub fn deepest() -> Depth {
    if callgrind::check().is_ok() { Depth::Instructions } else { Depth::Allocations }
}

/// Plays what `scenario` needs, then `scenario` itself under observation, and has its call counted in
/// processes that do nothing else. What it launches is terminated.
///
/// # Errors
/// Exit 3 where the operation cannot be tried or counted here; and as [`crate::run::compare`].
pub async fn measure(
    place: Session,
    scenario: Scenario,
    given: Given,
    choices: Choices,
    depth: Depth,
    progress: Arc<dyn Progress>,
    interrupt: Interrupt,
) -> Result<Paths, ExitError> {
    let needed = select(&[scenario.name().to_owned()], given)
        .map_err(|unknown| ExitError::usage(unknown.to_string()))?;
    // Asked for before anything is launched.
    let counter = Counter::find(depth, interrupt.clone())?;
    with_cleanup(Arc::new(place), choices, interrupt, move |player| async move {
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
    let (sides, place) = (Arc::clone(&player.sides), Arc::clone(&player.session));
    let total = needed.len();
    for (index, before) in needed.into_iter().filter(|needed| *needed != scenario).enumerate() {
        progress.begin(before, index, total);
        player.play_once(before, &sides.raw, &sides.sdk).await?;
    }
    progress.begin(scenario, total - 1, total);
    let raw = RawSide::of(&sides.raw);
    let sdk = SdkSide::at(&place)?;
    let finding = tried(player.play_once(scenario, &raw, &sdk).await?)?;
    countable(scenario, &finding)?;
    let (raw, sdk) = (raw.seen("raw", &finding.raw)?, sdk.seen("the SDK", &finding.sdk)?);

    let requests = &raw.requests;
    let bare = if requests.is_empty() { None } else { Some(counter.bare(&place, requests).await?) };
    let raw_cost = counter.side("raw", &place, &raw.operation).await?;
    let sdk_cost = counter.side("sdk", &place, &sdk.operation).await?;
    Ok(assemble(&place, finding, (raw, raw_cost), (sdk, sdk_cost), bare))
}

fn tried(finding: ScenarioResult) -> Result<ScenarioResult, ExitError> {
    match (&finding.raw.reason, finding.raw.outcome) {
        (Some(reason), Outcome::Skipped | Outcome::Failed) => Err(ExitError::unavailable(format!(
            "{} cannot be followed here: {reason}",
            finding.name
        ))),
        _ => Ok(finding),
    }
}

/// To be counted, the call is repeated. What may have launched something is not, unless its answer
/// says what that was.
fn countable(scenario: Scenario, finding: &ScenarioResult) -> Result<(), ExitError> {
    let launches = [Scenario::Ec2RunInstances, Scenario::Ec2RunInstancesDryRun].contains(&scenario);
    let answered = [finding.raw.outcome, finding.sdk.outcome] == [Outcome::Ok; 2];
    if !launches || answered {
        return Ok(());
    }
    Err(ExitError::unavailable(format!(
        "{scenario} did not succeed here, and is not repeated to be counted: it might launch more"
    )))
}

fn assemble(
    place: &Session,
    finding: ScenarioResult,
    (raw, raw_cost): (Seen, CallCost),
    (sdk, sdk_cost): (Seen, CallCost),
    bare: Option<CallCost>,
) -> Paths {
    let path = |side: findings::run::SideResult, seen: Seen, cost| CodePath {
        trace: seen.trace,
        outcome: side.outcome,
        requests: side.requests,
        cost,
    };
    Paths {
        target: place.info.clone(),
        machine: this_machine(),
        operation: finding.name,
        service: finding.service,
        agree: finding.agrees(),
        differences: finding.differences,
        raw: path(finding.raw, raw, raw_cost),
        sdk: path(finding.sdk, sdk, sdk_cost),
        bare,
    }
}
