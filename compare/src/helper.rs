//! How the helper programs end.

use std::process::ExitCode;

use measure::{
    error::{ExitError, ExitKind},
    masking::mask,
};

use crate::{cli::exit_code, output::warn};

/// The exit code of a program that ended so, with the reason on standard error.
#[must_use]
pub fn exit(ended: Result<(), ExitError>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            let hint =
                if stop.kind == ExitKind::Usage { "; see compare/measure/src/call.rs" } else { "" };
            warn(&mask(&format!("error: {stop}{hint}")));
            exit_code(&stop)
        }
    }
}
