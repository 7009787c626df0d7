//! `compare`: see `compare --help`.

use std::process::ExitCode;

use clap::Parser;
use compare::cli::{self, Cli};

fn main() -> ExitCode {
    cli::run(Cli::parse())
}
