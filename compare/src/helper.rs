//! How the helper programs end.

use std::process::ExitCode;

use measure::{
    error::{ExitError, ExitKind},
    masking::mask,
};

use crate::{cli::exit_code, output::warn};

/// The exit code for `result`. An error is printed to standard error.
#[must_use]
pub fn exit(result: Result<(), ExitError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let hint = if error.kind == ExitKind::Usage {
                "; see compare/measure/src/call.rs"
            } else {
                ""
            };
            warn(&mask(&format!("error: {error}{hint}")));
            exit_code(&error)
        }
    }
}
