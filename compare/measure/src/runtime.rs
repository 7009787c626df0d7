//! What calls run on.

use tokio::runtime::{Builder, Runtime};

use crate::error::ExitError;

/// For a call that is counted or timed: it makes the call alone, on the thread that waits for it.
///
/// # Errors
/// Exit 3 where the system gives no runtime.
pub fn one_thread() -> Result<Runtime, ExitError> {
    start(&mut Builder::new_current_thread())
}

/// For everything else, one thread for each processor.
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
        .map_err(|error| ExitError::unavailable(format!("no runtime can be started: {error}")))
}
