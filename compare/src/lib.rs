//! Runs both clients, compares what they say, and measures what they cost.
//!
//! The list of scenarios is in [`scenario`], playing them in [`run`], comparing the answers in
//! [`diff`]; what was found is plain data in [`findings`], and [`report`] writes it. [`output`] is the
//! only place that prints, with the help of [`escape`], and [`cli`] the only one that exits.

// The future of a run holds that of a call, which holds a hundred of the SDK's, one in the other.
#![recursion_limit = "256"]
// What `output` prints cannot panic, and has no control characters of a server.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod bench;
pub mod call;
pub mod capture;
pub mod cli;
pub mod diff;
pub mod environment;
pub mod error;
pub mod errors;
pub mod escape;
pub mod evidence;
pub mod explain;
pub mod findings;
pub mod footprint;
mod guard;
pub mod interrupt;
pub mod launch;
pub mod masking;
pub mod mistake;
pub mod output;
pub mod paths;
pub mod place;
pub mod profiles;
pub mod proof;
pub mod region;
pub mod report;
pub mod run;
pub mod runtime;
pub mod scenario;
pub mod sibling;
pub mod sign;
pub mod stats;
pub mod verify;
