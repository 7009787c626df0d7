//! What a comparison found, as plain data: written to JSON as it is, and drawn by the crate `render`.
//!
//! Nothing here calls, measures, reads a file or prints. [`run`] holds the results of `compare run`, and
//! each other verb has a module of its name; [`evidence`] gathers them for the write-up. [`scenario`] is the
//! list of what both sides do, [`diff`] compares their answers, and [`stats`] holds the statistics.

pub mod diff;
pub mod errors;
pub mod evidence;
pub mod explain;
pub mod footprint;
pub mod latency;
pub mod machine;
pub mod parse;
pub mod paths;
pub mod run;
pub mod scenario;
pub mod selfcheck;
pub mod side;
pub mod sign;
pub mod signing;
pub mod startup;
pub mod stats;
