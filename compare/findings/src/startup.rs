//! The results of `compare bench startup`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, stats::Estimate};

/// The result of `compare bench startup`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Startup {
    /// The machine, and the day.
    pub machine: Machine,
    /// How often each program ran.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub rounds: usize,
    /// The programs, raw first.
    #[cfg_attr(feature = "schema", schemars(length(equal = 4)))]
    pub arms: Vec<ProgramResult>,
}

/// The result of one program: medians over its runs.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProgramResult {
    /// `raw`, `sdk`, `sdk without tls` or `nothing`.
    #[cfg_attr(
        feature = "schema",
        schemars(extend("enum" = ["raw", "sdk", "sdk without tls", "nothing"]))
    )]
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
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub binary_bytes: u64,
    /// Ratios to raw: medians over the rounds.
    pub over_raw: Ratios,
}

/// The ratios of one program to raw.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ratios {
    /// Of `wall_us`.
    pub wall: Estimate,
    /// Of `cpu_us`.
    pub cpu: Estimate,
    /// Of `peak_bytes`.
    pub peak: Estimate,
}
