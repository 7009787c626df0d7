//! Sends requests that were signed beforehand, and ends: `repeat-bare CALLS`; see [`measure::call`].

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    compare::helper::exit(measure::call::bare(env::args().skip(1), &mut |warm| warm()))
}
