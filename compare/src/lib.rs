//! The command line: reads arguments, calls the crates `measure` and `render`, prints, and exits.
//!
//! [`output`] is the only place of the program that prints, and [`cli`] the only one that exits.

// The future of a run holds that of a call, which holds a hundred of the SDK's, one in the other.
#![recursion_limit = "256"]
// What `output` prints cannot panic, and has no control characters of a server.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod cli;
pub mod helper;
pub mod output;
