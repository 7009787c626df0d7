//! Calls one operation through raw, and ends: `repeat-raw OPERATION CALLS`; see [`measure::call`].

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    compare::helper::exit(measure::call::raw(env::args().skip(1), &mut |warm| warm()))
}
