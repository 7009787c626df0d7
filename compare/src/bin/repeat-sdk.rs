//! Calls one operation through the SDK, and ends: `repeat-sdk OPERATION CALLS`; see [`compare::call`].

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    compare::call::exit(compare::call::sdk(env::args().skip(1), &mut |warm| warm()))
}
