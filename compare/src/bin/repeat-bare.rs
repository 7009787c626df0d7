//! Sends requests that were signed beforehand, and ends: `repeat-bare CALLS`; see [`compare::call`].

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    compare::call::exit(compare::call::bare(env::args().skip(1), &mut |warm| warm()))
}
