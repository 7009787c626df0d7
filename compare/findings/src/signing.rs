//! The results of `compare bench signing`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    machine::Machine,
    stats::{Estimate, Interval},
};

/// The result of `compare bench signing`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Signing {
    /// The machine, and the day.
    pub machine: Machine,
    /// Length of the session token in characters. Every ratio depends on it.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub token_length: usize,
    /// In the order of their names.
    #[cfg_attr(feature = "schema", schemars(length(equal = 5)))]
    pub workloads: Vec<Workload>,
}

/// The results of every signer for one workload.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Workload {
    /// `W1` to `W5`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["W1", "W2", "W3", "W4", "W5"])))]
    pub name: Cow<'static, str>,
    /// What is signed.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub title: Cow<'static, str>,
    /// SHA-256 compressions that it needs if the key is kept.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub compressions: u64,
    /// The signers, which were measured by turns.
    #[cfg_attr(feature = "schema", schemars(length(min = 5)))]
    pub arms: Vec<SignerResult>,
}

/// The result of one signer.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignerResult {
    /// `raw`, `aws-sigv4`, `floor`, …
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: Cow<'static, str>,
    /// Nanoseconds per signature, median of the batches.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub ns: f64,
    /// The 95 % interval of that median.
    pub ns_interval: Interval,
    /// `ns` over that of the arm `floor`.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub over_floor: f64,
    /// The ratio to raw: the median over the batches.
    #[cfg_attr(
        feature = "schema",
        schemars(extend("properties" = { "value": { "exclusiveMinimum": 0 } }))
    )]
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
