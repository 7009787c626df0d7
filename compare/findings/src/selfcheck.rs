//! The results of `compare bench selfcheck`.

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, scenario::Scenario};

/// The result of `compare bench selfcheck`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Selfcheck {
    /// The machine, and the day.
    pub machine: Machine,
    /// The call that was made.
    pub operation: Scenario,
    /// Pairs of calls in each run.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub pairs: usize,
    /// The injected delay, in microseconds.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub injected_us: f64,
    /// Runs without a delay; right if no difference was found.
    pub nothing: Tally,
    /// Runs with the delay; right if the difference was found.
    pub delay: Tally,
    /// Whether enough of both were right.
    pub holds: bool,
}

/// How many runs had the right result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tally {
    /// Runs.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub runs: u32,
    /// Runs with the right result.
    pub right: u32,
    /// Right results that are needed.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub needed: u32,
}

impl Tally {
    /// Whether as many runs were right as are needed.
    #[must_use]
    pub fn is_enough(self) -> bool {
        self.right >= self.needed
    }
}
