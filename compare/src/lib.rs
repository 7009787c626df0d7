//! The command line: parses arguments, calls `measure` and `render`, prints, and exits.
//!
//! Only [`output`] prints, and only [`cli`] exits.

// The future of a run contains those of its calls, which nest about a hundred of the SDK's.
#![recursion_limit = "256"]
// `println!` panics on a closed pipe, and prints a server's control characters; `output` does neither.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod cli;
pub mod helper;
pub mod output;
#[cfg(feature = "schema")]
pub mod schema;
