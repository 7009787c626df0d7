//! Calls one operation through raw, and ends: `repeat-raw OPERATION CALLS`; see [`compare::call`].

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    compare::call::exit(compare::call::raw(env::args().skip(1), &mut |warm| warm()))
}
