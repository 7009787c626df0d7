//! Plays one scenario through clients that observe it, for `explain` and `paths`.

use std::sync::Arc;

use contract::Client;
use findings::{
    run::{Outcome, ScenarioResult},
    scenario::Scenario,
};

use crate::{
    error::ExitError,
    run::{Player, Progress},
};

/// Plays `needed`, whose last scenario is `scenario` itself. The scenarios before it are played with the
/// player's own clients, `scenario` with `raw` and `sdk`.
///
/// # Errors
/// Exit 3 if `scenario` cannot be tried here.
pub(crate) async fn play_observed(
    player: &mut Player,
    scenario: Scenario,
    needed: Vec<Scenario>,
    (raw, sdk): (&impl Client, &impl Client),
    progress: &dyn Progress,
) -> Result<ScenarioResult, ExitError> {
    let sides = Arc::clone(&player.sides);
    let total = needed.len();
    for (index, before) in needed.into_iter().filter(|needed| *needed != scenario).enumerate() {
        progress.begin(before, index, total);
        player.play_once(before, &sides.raw, &sides.sdk).await?;
    }
    progress.begin(scenario, total - 1, total);
    let result = player.play_once(scenario, raw, sdk).await?;
    match (&result.raw.reason, result.raw.outcome) {
        (Some(reason), Outcome::Skipped | Outcome::Failed) => {
            Err(ExitError::unavailable(format!("{scenario} cannot be tried here: {reason}")))
        }
        _ => Ok(result),
    }
}
