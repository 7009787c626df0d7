//! What `compare bench signing` found.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    machine::Machine,
    stats::{Estimate, Interval},
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
    pub arms: Vec<SignerResult>,
}

/// One signer.
#[derive(Debug, Serialize, Deserialize)]
pub struct SignerResult {
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

/// Every signer at every workload, the floor among them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Peers {
    /// What ran them, and when.
    pub machine: Machine,
    /// In the order of their names.
    pub workloads: Vec<PeerWorkload>,
}

/// One workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerWorkload {
    /// `W1` to `W5`.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Those signers that can sign it.
    pub arms: Vec<PeerSigner>,
}

/// One signer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerSigner {
    /// Its crate; ours as in `compare bench signing`.
    pub name: String,
    /// Nanoseconds per signature, median of the batches.
    pub ns: f64,
    /// `ns` over that of the arm `floor`.
    pub over_floor: f64,
}
