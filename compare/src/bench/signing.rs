//! What signing costs: the arms of [`workloads`], timed by turns, and what they allocate.

use std::collections::HashMap;

use serde::Serialize;
use workloads::Effort;

use crate::{error::Stop, findings::Machine, sibling};

/// All that `compare bench signing` found.
#[derive(Debug, Serialize)]
pub struct Signing {
    /// What ran it.
    pub machine: Machine,
    /// Characters of the session token, on which every ratio depends.
    pub token_length: usize,
    /// In the order of their names.
    pub workloads: Vec<Workload>,
}

/// Every arm at one workload.
#[derive(Debug, Serialize)]
pub struct Workload {
    /// `W1` to `W5`.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// SHA-256 compressions that it needs with a kept key.
    pub compressions: u64,
    /// By turns.
    pub arms: Vec<Arm>,
}

/// One signer.
#[derive(Debug, Serialize)]
pub struct Arm {
    /// `raw`, `aws-sigv4`, `floor`, …
    pub name: &'static str,
    /// Nanoseconds per signature, median of the batches.
    pub ns: f64,
    /// `ns` over that of the arm `floor`.
    pub over_floor: f64,
    /// Heap allocations per signature, reallocations included.
    pub allocations: u64,
}

/// Workload → arm → allocations.
type Counts = HashMap<String, HashMap<String, u64>>;

/// Times every arm, then counts what it allocates, in a process that does nothing else.
///
/// # Errors
/// Exit 3 where the counting binary cannot be had.
pub fn measure(effort: Effort) -> Result<Signing, Stop> {
    let counts: Counts = sibling::allocations("signing")?;
    let allocations = |workload: &str, arm: &str| {
        counts.get(workload).and_then(|arms| arms.get(arm)).copied().ok_or_else(|| {
            Stop::impossible(format!("no allocations were counted of `{arm}` at {workload}"))
                .help("it is of another build: cargo build -p compare")
        })
    };
    let workloads = workloads::measure(effort)
        .into_iter()
        .map(|measured| {
            let arms = measured.arms.into_iter().map(|arm| {
                let allocations = allocations(measured.name, arm.name)?;
                Ok(Arm { name: arm.name, ns: arm.ns, over_floor: arm.over_floor, allocations })
            });
            Ok(Workload {
                name: measured.name,
                title: measured.title,
                compressions: measured.compressions,
                arms: arms.collect::<Result<_, Stop>>()?,
            })
        })
        .collect::<Result<_, Stop>>()?;
    Ok(Signing { machine: Machine::this(), token_length: workloads::TOKEN_LENGTH, workloads })
}
