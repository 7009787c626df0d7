//! `compare`: see `compare --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    compare::cli::run()
}
