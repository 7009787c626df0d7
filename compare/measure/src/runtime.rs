//! The Tokio runtimes.

use tokio::runtime::{Builder, Runtime};

use crate::error::ExitError;

/// A runtime for calls that are counted or timed: nothing else runs, and the calling thread does all the
/// work.
///
/// # Errors
/// Exit 3 if the runtime cannot start.
pub fn one_thread() -> Result<Runtime, ExitError> {
    start(&mut Builder::new_current_thread())
}

/// A runtime for everything else, with a thread per processor.
///
/// # Errors
/// As [`one_thread`].
pub fn several_threads() -> Result<Runtime, ExitError> {
    start(&mut Builder::new_multi_thread())
}

fn start(builder: &mut Builder) -> Result<Runtime, ExitError> {
    builder
        .enable_all()
        .build()
        .map_err(|error| ExitError::unavailable(format!("the async runtime cannot start: {error}")))
}
