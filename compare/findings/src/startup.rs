//! The results of `compare bench startup`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, stats::Estimate};

/// The result of `compare bench startup`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Startup {
    /// The machine, and the day.
    pub machine: Machine,
    /// How often each program ran.
    pub rounds: usize,
    /// The programs, raw first.
    pub arms: Vec<ProgramResult>,
}

/// The result of one program: medians over its runs.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProgramResult {
    /// `raw`, `sdk`, `sdk without tls` or `nothing`.
    pub name: Cow<'static, str>,
    /// Wall-clock time from start to exit, in microseconds.
    pub wall_us: Estimate,
    /// User and system time, in microseconds.
    pub cpu_us: Estimate,
    /// Peak memory.
    pub peak_bytes: Estimate,
    /// Minor and major page faults; none if the system does not report them.
    pub page_faults: Option<Estimate>,
    /// Size of the program's file.
    pub binary_bytes: u64,
    /// Ratios to raw: medians over the rounds.
    pub over_raw: Ratios,
}

/// The ratios of one program to raw.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ratios {
    /// Of `wall_us`.
    pub wall: Estimate,
    /// Of `cpu_us`.
    pub cpu: Estimate,
    /// Of `peak_bytes`.
    pub peak: Estimate,
}
