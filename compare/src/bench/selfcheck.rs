//! Whether this instrument says what is so: raw against raw, many times, with nothing between them
//! and with a delay that was put there.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::latency::{Arm, Arms, Verdict, arms, beside};
use crate::{
    error::Stop, findings::Machine, interrupt::Interrupt, place::Place, scenario::Scenario,
};

/// All that `compare bench selfcheck` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selfcheck {
    /// What ran it, and when.
    pub machine: Machine,
    /// The call that was made.
    pub operation: Scenario,
    /// Pairs of calls in each run.
    pub pairs: usize,
    /// The delay that was put there, microseconds.
    pub injected_us: f64,
    /// Runs of nothing against nothing in which no difference was seen.
    pub nothing: Tally,
    /// Runs with the delay in which it was seen.
    pub delay: Tally,
    /// Whether both are enough.
    pub holds: bool,
}

/// How often what should come of a run came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Runs.
    pub runs: u32,
    /// Those that said what is so.
    pub right: u32,
    /// How many there must be.
    pub needed: u32,
}

/// The call with the least in it, in which a difference is the hardest to miss and noise the
/// largest share.
const OPERATION: Scenario = Scenario::S3ListBuckets;
const RUNS: u32 = 100;
const PAIRS: usize = 250;
const DELAY: Duration = Duration::from_micros(20);
/// Of an interval at 95 %, 95 of 100 hold; fewer than 90 come in one of a hundred such checks.
const NEEDED_OF_NOTHING: u32 = 90;
const NEEDED_OF_DELAY: u32 = 95;

/// Makes 100 runs of each kind, by turns.
///
/// # Errors
/// Exit 3 where the call cannot be made; the signal where one came.
pub async fn check(
    place: Place,
    progress: impl Fn(u32, u32),
    interrupt: Interrupt,
) -> Result<Selfcheck, Stop> {
    let place = Arc::new(place);
    let arms = arms(&place, OPERATION).await?;
    let (nothing, delay) = interrupt.or(count(&arms, progress)).await??;
    Ok(Selfcheck {
        machine: Machine::this(),
        operation: OPERATION,
        pairs: PAIRS,
        injected_us: DELAY.as_secs_f64() * 1e6,
        nothing,
        delay,
        holds: nothing.is_enough() && delay.is_enough(),
    })
}

async fn count(arms: &Arms, progress: impl Fn(u32, u32)) -> Result<(Tally, Tally), Stop> {
    arms.warm_up().await?;
    let mut nothing = Tally { runs: RUNS, right: 0, needed: NEEDED_OF_NOTHING };
    let mut delay = Tally { runs: RUNS, right: 0, needed: NEEDED_OF_DELAY };
    for run in 0..RUNS {
        progress(run, RUNS);
        let seen = run_once(arms, Duration::ZERO).await?;
        nothing.right += u32::from(seen == Verdict::NoDifference);
        let seen = run_once(arms, DELAY).await?;
        delay.right += u32::from(seen == Verdict::Slower);
    }
    progress(RUNS, RUNS);
    Ok((nothing, delay))
}

/// raw against raw, the second with `extra` inside its time.
async fn run_once(arms: &Arms, extra: Duration) -> Result<Verdict, Stop> {
    let mut rounds = Vec::with_capacity(PAIRS);
    for _ in 0..PAIRS {
        rounds.push(arms.against_itself(extra).await?);
    }
    Ok(beside(&rounds, Arm::RawAgain, Arm::Raw).verdict)
}

impl Tally {
    fn is_enough(self) -> bool {
        self.right >= self.needed
    }
}
