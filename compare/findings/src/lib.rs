//! The results of a comparison as plain data. The command line writes them as JSON, and the crate `render`
//! draws them.
//!
//! Nothing here makes a call, measures, reads a file or prints. Each verb has a module of its name, such as
//! [`run`], and [`evidence`] collects their results for the write-up. [`scenario`] lists what both sides do,
//! [`diff`] compares their answers, and [`stats`] has the statistics.

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
