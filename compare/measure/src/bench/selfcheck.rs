//! Checks the measurement of latency itself: it compares raw with raw many times, without a difference
//! and with an injected delay.

use std::{sync::Arc, time::Duration};

use findings::{
    latency::{LatencyArm, RatioVerdict, paired_diff},
    scenario::Scenario,
    selfcheck::{Selfcheck, Tally},
};

use super::latency::{Arms, arms};
use crate::{error::ExitError, interrupt::Interrupt, machine::this_machine, session::Session};

/// The shortest call: in it noise is the largest share.
const OPERATION: Scenario = Scenario::S3ListBuckets;
const RUNS: u32 = 100;
const PAIRS: usize = 250;
const DELAY: Duration = Duration::from_micros(20);

/// Of 100 intervals at 95 %, about 95 hold. Fewer than 90 hold in one of a hundred such checks.
const NEEDED_OF_NOTHING: u32 = 90;
const NEEDED_OF_DELAY: u32 = 95;

/// Makes 100 runs without and 100 with the delay, in turns.
///
/// # Errors
/// Exit 3 if the call cannot be made; the signal if one arrived.
pub async fn check(
    session: Session,
    progress: impl Fn(u32, u32),
    interrupt: Interrupt,
) -> Result<Selfcheck, ExitError> {
    let session = Arc::new(session);
    let arms = arms(&session, OPERATION).await?;
    let (nothing, delay) = interrupt.or(count(&arms, progress)).await??;
    Ok(Selfcheck {
        machine: this_machine(),
        operation: OPERATION,
        pairs: PAIRS,
        injected_us: DELAY.as_secs_f64() * 1e6,
        nothing,
        delay,
        holds: nothing.is_enough() && delay.is_enough(),
    })
}

async fn count(arms: &Arms, progress: impl Fn(u32, u32)) -> Result<(Tally, Tally), ExitError> {
    arms.warm_up().await?;
    let mut nothing = Tally { runs: RUNS, right: 0, needed: NEEDED_OF_NOTHING };
    let mut delay = Tally { runs: RUNS, right: 0, needed: NEEDED_OF_DELAY };
    for run in 0..RUNS {
        progress(run, RUNS);
        let seen = run_once(arms, Duration::ZERO).await?;
        nothing.right += u32::from(seen == RatioVerdict::NoDifference);
        let seen = run_once(arms, DELAY).await?;
        delay.right += u32::from(seen == RatioVerdict::Slower);
    }
    progress(RUNS, RUNS);
    Ok((nothing, delay))
}

/// Compares raw with raw, adding `extra` to the time of the second.
async fn run_once(arms: &Arms, extra: Duration) -> Result<RatioVerdict, ExitError> {
    let mut rounds = Vec::with_capacity(PAIRS);
    for _ in 0..PAIRS {
        rounds.push(arms.aa_round(extra).await?);
    }
    Ok(paired_diff(&rounds, LatencyArm::RawAgain, LatencyArm::Raw).verdict)
}
