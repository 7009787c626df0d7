//! What `compare bench parse` found.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, stats::Estimate};

/// All that `compare bench parse` found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Parsing {
    /// What ran it, and when.
    pub machine: Machine,
    /// From the shortest to the longest.
    pub documents: Vec<DocumentResult>,
}

/// Both sides at one document.
#[derive(Debug, Serialize, Deserialize)]
pub struct DocumentResult {
    /// Such as `DescribeImages-10000`.
    pub name: String,
    /// Images, or keys.
    pub entries: usize,
    /// Its length.
    pub bytes: usize,
    /// How often each side parsed it.
    pub rounds: usize,
    /// `raw` and `sdk`.
    pub arms: Vec<ParserResult>,
    /// How many times as long the SDK takes: the median over the rounds.
    pub sdk_over_raw: Estimate,
}

/// One side at one document.
#[derive(Debug, Serialize, Deserialize)]
pub struct ParserResult {
    /// `raw` or `sdk`.
    pub name: Cow<'static, str>,
    /// Processor time, microseconds.
    pub median_us: Estimate,
    /// Millions of bytes a second, by the median.
    pub mb_per_s: f64,
    /// What it takes from the heap.
    #[serde(flatten)]
    pub memory: Memory,
}

/// What is taken from the heap, the document itself not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Allocations, reallocations included.
    pub allocations: u64,
    /// Bytes of all of them.
    pub allocated_bytes: u64,
    /// Bytes held at one time, at most.
    pub peak_bytes: u64,
}
