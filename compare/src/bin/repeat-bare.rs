//! `repeat-bare CALLS` sends requests that were signed beforehand; see [`measure::call`].

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    compare::helper::exit(measure::call::bare(env::args().skip(1), &mut |warm| warm()))
}
