//! Calls one operation through the SDK, and ends: `repeat-sdk OPERATION CALLS`; see [`measure::call`].

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    compare::helper::exit(measure::call::sdk(env::args().skip(1), &mut |warm| warm()))
}
