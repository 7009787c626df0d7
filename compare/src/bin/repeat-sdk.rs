//! `repeat-sdk OPERATION CALLS` calls one operation through the SDK; see [`measure::call`].

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    compare::helper::exit(measure::call::sdk(env::args().skip(1), &mut |warm| warm()))
}
