//! What was measured, before anything is computed from it: to be saved, and looked at again.

use std::{fs, path::Path, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Arm, Extent};
use crate::{error::Stop, findings::Machine, scenario::Scenario};

/// Every time that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// What ran it, and when.
    pub machine: Machine,
    /// How long the endpoint held each answer back, milliseconds.
    pub rtt_ms: f64,
    /// Calls under way at once.
    pub concurrency: usize,
    /// How often all of it was measured, because raw differed from itself.
    pub attempts: u32,
    /// By operation.
    pub series: Vec<Series>,
}

/// Every round of one operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Which.
    pub operation: Scenario,
    /// In the order in which they ended.
    pub rounds: Vec<Round>,
    /// Where the time goes, from calls of their own: looking on costs some.
    pub waterfall: Vec<PhaseTime>,
}

/// One phase of a call: medians, microseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseTime {
    /// As in [`contract::Phase::as_str`].
    pub phase: String,
    /// Nothing, where raw has no such phase.
    pub raw_us: f64,
    /// Nothing, where the SDK has no such phase.
    pub sdk_us: f64,
}

/// One call by each arm, nanoseconds in the order of [`Arm::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round(pub [u32; 4]);

impl Round {
    /// How long `arm` took.
    #[must_use]
    pub fn of(self, arm: Arm) -> u32 {
        self.0[arm as usize]
    }
}

impl Samples {
    pub(super) fn new(rtt: Duration, extent: Extent, attempts: u32, series: Vec<Series>) -> Self {
        Self {
            machine: Machine::this(),
            rtt_ms: rtt.as_secs_f64() * 1e3,
            concurrency: extent.concurrency,
            attempts,
            series,
        }
    }

    /// Writes them to `file`, as JSON.
    ///
    /// # Errors
    /// Exit 3 where the file cannot be written.
    pub fn save(&self, file: &Path) -> Result<(), Stop> {
        let text = serde_json::to_vec(self)
            .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
        fs::write(file, text).map_err(|error| {
            Stop::impossible(format!("{} cannot be written: {error}", file.display()))
        })
    }

    /// Reads what [`Samples::save`] wrote.
    ///
    /// # Errors
    /// Exit 2 where the file cannot be read, or holds something else.
    pub fn load(file: &Path) -> Result<Self, Stop> {
        let text = fs::read(file)
            .map_err(|error| Stop::usage(format!("{} cannot be read: {error}", file.display())))?;
        serde_json::from_slice(&text).map_err(|error| {
            Stop::usage(format!("{} holds no samples: {error}", file.display()))
                .help("`compare bench latency --save FILE` writes them")
        })
    }
}
