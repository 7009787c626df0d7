//! What `compare bench startup` found.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, stats::Estimate};

/// All that `compare bench startup` found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Startup {
    /// What ran it, and when.
    pub machine: Machine,
    /// How often each arm ran.
    pub rounds: usize,
    /// In the order of [`StartedProgram::ALL`].
    pub arms: Vec<ProgramResult>,
}

/// One program: medians over its runs.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProgramResult {
    /// As [`StartedProgram::name`].
    pub name: Cow<'static, str>,
    /// From its start to its end, microseconds.
    pub wall_us: Estimate,
    /// User and system, microseconds.
    pub cpu_us: Estimate,
    /// Memory held at most.
    pub peak_bytes: Estimate,
    /// Minor and major ones; none where the system does not tell.
    pub page_faults: Option<Estimate>,
    /// The program's file.
    pub binary_bytes: u64,
    /// How many times as much as raw: medians over the rounds.
    pub over_raw: Ratios,
}

/// How many times as much.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ratios {
    /// Of `wall_us`.
    pub wall: Estimate,
    /// Of `cpu_us`.
    pub cpu: Estimate,
    /// Of `peak_bytes`.
    pub peak: Estimate,
}
