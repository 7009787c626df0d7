//! `repeat-raw OPERATION CALLS` calls one operation through raw; see [`measure::call`].

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    compare::helper::exit(measure::call::raw(env::args().skip(1), &mut |warm| warm()))
}
