//! The results of `compare bench parse`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, stats::Estimate};

/// The result of `compare bench parse`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Parsing {
    /// The machine, and the day.
    pub machine: Machine,
    /// From the shortest to the longest.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub documents: Vec<DocumentResult>,
}

/// The results of both sides for one document.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DocumentResult {
    /// Such as `DescribeImages-10000`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// The number of images or keys.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub entries: usize,
    /// Length in bytes.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub bytes: usize,
    /// The number of rounds. In each, both sides parse the document once.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub rounds: usize,
    /// `raw` and `sdk`.
    #[cfg_attr(feature = "schema", schemars(length(equal = 2)))]
    pub arms: Vec<ParserResult>,
    /// The SDK's time divided by raw's: the median over the rounds.
    pub sdk_over_raw: Estimate,
}

/// The result of one side for one document.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParserResult {
    /// `raw` or `sdk`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["raw", "sdk"])))]
    pub name: Cow<'static, str>,
    /// Processor time, in microseconds.
    pub median_us: Estimate,
    /// Megabytes per second, from the median.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub mb_per_s: f64,
    /// Heap use.
    #[serde(flatten)]
    pub memory: Memory,
}

/// Heap use, without the document itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Memory {
    /// Allocations, including reallocations.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub allocations: u64,
    /// Bytes of all allocations.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub allocated_bytes: u64,
    /// Most bytes in use at one time.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub peak_bytes: u64,
}
