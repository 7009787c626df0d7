//! The catalogue of what can go wrong, played: what the service answered, what each side tells its
//! user, and which facts were lost on the way.

pub mod catalogue;
pub mod kept;
pub mod wire;

mod play;

use std::time::Instant;

use findings::errors::{ErrorResults, KeptCount};
use tokio::task::JoinSet;

use crate::{error::ExitError, machine::this_machine};
use catalogue::Case;

/// Plays `cases`, one after the other, so that their times are their own. Only the SDK's side of those
/// that are mostly waiting is left to wait while others are played.
///
/// # Errors
/// Exit 3 where no sandbox can be started, or a client cannot be made.
pub async fn play(cases: &[&'static Case]) -> Result<ErrorResults, ExitError> {
    let started = Instant::now();
    let image = play::newest_image().await?;
    let mut findings = Vec::with_capacity(cases.len());
    let mut waiting = JoinSet::new();
    // What waits longest begins first.
    let (waits, quick): (Vec<_>, Vec<_>) =
        cases.iter().enumerate().partition(|(_, case)| case.waits());
    for (place, case) in waits {
        let begun = play::begin(case, &image).await?;
        waiting.spawn(async move { (place, begun.end().await) });
    }
    while let Some(played) = waiting.join_next().await {
        match played {
            Ok((place, finding)) => findings.push((place, finding?)),
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
    for (place, case) in quick {
        findings.push((place, play::begin(case, &image).await?.end().await?));
    }
    findings.sort_by_key(|(place, _)| *place);
    let cases: Vec<_> = findings.into_iter().map(|(_, finding)| finding).collect();
    Ok(ErrorResults {
        machine: this_machine(),
        kept: KeptCount::count(&cases),
        cases,
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}
