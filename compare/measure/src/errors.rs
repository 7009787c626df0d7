//! Plays the catalogue of errors: what the service answered, what each side tells its user, and which
//! facts were lost on the way.

pub mod catalogue;

mod kept;
mod play;
mod wire;

use std::time::Instant;

use findings::errors::{ErrorResults, KeptCount};
use tokio::task::JoinSet;

use crate::{error::ExitError, machine::this_machine};
use catalogue::Case;

/// Plays `cases` one after the other, so that they do not slow each other down. Only the SDK's side of the
/// cases that mostly wait runs while others are played.
///
/// # Errors
/// Exit 3 if a sandbox cannot be started or a client cannot be built.
pub async fn play(cases: &[&'static Case]) -> Result<ErrorResults, ExitError> {
    let started = Instant::now();
    let image = play::newest_image().await?;
    let mut results = Vec::with_capacity(cases.len());
    let mut waiting = JoinSet::new();
    // The longest start first.
    let (waits, quick): (Vec<_>, Vec<_>) =
        cases.iter().enumerate().partition(|(_, case)| case.waits());
    for (index, case) in waits {
        let played = play::play_raw(case, &image).await?;
        waiting.spawn(async move { (index, played.play_sdk().await) });
    }
    while let Some(played) = waiting.join_next().await {
        match played {
            Ok((index, result)) => results.push((index, result?)),
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
    for (index, case) in quick {
        results.push((index, play::play_raw(case, &image).await?.play_sdk().await?));
    }
    results.sort_by_key(|(index, _)| *index);
    let cases: Vec<_> = results.into_iter().map(|(_, result)| result).collect();
    Ok(ErrorResults {
        machine: this_machine(),
        kept: KeptCount::count(&cases),
        cases,
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}
