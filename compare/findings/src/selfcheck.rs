//! What `compare bench selfcheck` found.

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, scenario::Scenario};

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

impl Tally {
    /// Whether as many runs were right as are needed.
    #[must_use]
    pub fn is_enough(self) -> bool {
        self.right >= self.needed
    }
}
