//! The results of `compare bench parse`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, stats::Estimate};

/// The result of `compare bench parse`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Parsing {
    /// The machine, and the day.
    pub machine: Machine,
    /// From the shortest to the longest.
    pub documents: Vec<DocumentResult>,
}

/// The results of both sides for one document.
#[derive(Debug, Serialize, Deserialize)]
pub struct DocumentResult {
    /// Such as `DescribeImages-10000`.
    pub name: String,
    /// The number of images or keys.
    pub entries: usize,
    /// Length in bytes.
    pub bytes: usize,
    /// The number of rounds. In each, both sides parse the document once.
    pub rounds: usize,
    /// `raw` and `sdk`.
    pub arms: Vec<ParserResult>,
    /// The SDK's time divided by raw's: the median over the rounds.
    pub sdk_over_raw: Estimate,
}

/// The result of one side for one document.
#[derive(Debug, Serialize, Deserialize)]
pub struct ParserResult {
    /// `raw` or `sdk`.
    pub name: Cow<'static, str>,
    /// Processor time, in microseconds.
    pub median_us: Estimate,
    /// Megabytes per second, from the median.
    pub mb_per_s: f64,
    /// Heap use.
    #[serde(flatten)]
    pub memory: Memory,
}

/// Heap use, without the document itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Allocations, including reallocations.
    pub allocations: u64,
    /// Bytes of all allocations.
    pub allocated_bytes: u64,
    /// Most bytes in use at one time.
    pub peak_bytes: u64,
}
