//! The results of `compare bench signing`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    machine::Machine,
    stats::{Estimate, Interval},
};

/// The result of `compare bench signing`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Signing {
    /// The machine, and the day.
    pub machine: Machine,
    /// Length of the session token in characters. Every ratio depends on it.
    pub token_length: usize,
    /// In the order of their names.
    pub workloads: Vec<Workload>,
}

/// The results of every signer for one workload.
#[derive(Debug, Serialize, Deserialize)]
pub struct Workload {
    /// `W1` to `W5`.
    pub name: Cow<'static, str>,
    /// What is signed.
    pub title: Cow<'static, str>,
    /// SHA-256 compressions that it needs if the key is kept.
    pub compressions: u64,
    /// The signers, which were measured by turns.
    pub arms: Vec<SignerResult>,
}

/// The result of one signer.
#[derive(Debug, Serialize, Deserialize)]
pub struct SignerResult {
    /// `raw`, `aws-sigv4`, `floor`, …
    pub name: Cow<'static, str>,
    /// Nanoseconds per signature, median of the batches.
    pub ns: f64,
    /// The 95 % interval of that median.
    pub ns_interval: Interval,
    /// `ns` over that of the arm `floor`.
    pub over_floor: f64,
    /// The ratio to raw: the median over the batches.
    pub over_raw: Estimate,
    /// Heap allocations per signature, including reallocations.
    pub allocations: u64,
}

/// The results for the signers of other crates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Peers {
    /// The machine, and the day.
    pub machine: Machine,
    /// In the order of their names.
    pub workloads: Vec<PeerWorkload>,
}

/// One workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerWorkload {
    /// `W1` to `W5`.
    pub name: String,
    /// What is signed.
    pub title: String,
    /// The signers that can sign it.
    pub arms: Vec<PeerSigner>,
}

/// The result of one signer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerSigner {
    /// The signer's crate. Ours are named as in `compare bench signing`.
    pub name: String,
    /// Nanoseconds per signature, median of the batches.
    pub ns: f64,
    /// `ns` over that of the arm `floor`.
    pub over_floor: f64,
}
