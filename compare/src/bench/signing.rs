//! What signing costs: the arms of [`workloads`], timed by turns, and what they allocate.

use std::{borrow::Cow, collections::HashMap};

use serde::{Deserialize, Serialize};
use workloads::Effort;

use crate::{
    error::Stop,
    findings::Machine,
    sibling,
    stats::{Estimate, Interval, Sorted},
};

/// All that `compare bench signing` found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Signing {
    /// What ran it.
    pub machine: Machine,
    /// Characters of the session token, on which every ratio depends.
    pub token_length: usize,
    /// In the order of their names.
    pub workloads: Vec<Workload>,
}

/// Every arm at one workload.
#[derive(Debug, Serialize, Deserialize)]
pub struct Workload {
    /// `W1` to `W5`.
    pub name: Cow<'static, str>,
    /// What it is.
    pub title: Cow<'static, str>,
    /// SHA-256 compressions that it needs with a kept key.
    pub compressions: u64,
    /// By turns.
    pub arms: Vec<Arm>,
}

/// One signer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Arm {
    /// `raw`, `aws-sigv4`, `floor`, …
    pub name: Cow<'static, str>,
    /// Nanoseconds per signature, median of the batches.
    pub ns: f64,
    /// Where that median lies, at 95 %.
    pub ns_interval: Interval,
    /// `ns` over that of the arm `floor`.
    pub over_floor: f64,
    /// How many times as long as raw: the median over the batches, which ran by turns.
    pub over_raw: Estimate,
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
            let raw = measured.arms.iter().find(|arm| arm.name == "raw");
            let raw = raw.map_or_else(Vec::new, |raw| raw.batches.clone());
            let arms = measured.arms.into_iter().map(|arm| {
                let allocations = allocations(measured.name, arm.name)?;
                let over_raw = arm.batches.iter().zip(&raw).map(|(arm, raw)| arm / raw);
                Ok(Arm {
                    name: arm.name.into(),
                    ns: arm.ns,
                    ns_interval: Sorted::new(arm.batches.iter().copied())
                        .median_estimate()
                        .interval,
                    over_raw: Sorted::new(over_raw).median_estimate(),
                    over_floor: arm.over_floor,
                    allocations,
                })
            });
            Ok(Workload {
                name: measured.name.into(),
                title: measured.title.into(),
                compressions: measured.compressions,
                arms: arms.collect::<Result<_, Stop>>()?,
            })
        })
        .collect::<Result<_, Stop>>()?;
    Ok(Signing { machine: Machine::this(), token_length: workloads::TOKEN_LENGTH, workloads })
}
