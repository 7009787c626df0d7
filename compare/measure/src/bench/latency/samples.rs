//! Saves samples to disk, to compare them with later ones.

use std::{fs, path::Path};

use findings::latency::Samples;

use crate::error::ExitError;

/// Writes `samples` to `file`, as JSON.
///
/// # Errors
/// Exit 3 if the file cannot be written.
pub fn save(samples: &Samples, file: &Path) -> Result<(), ExitError> {
    let text = serde_json::to_vec(samples)
        .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
    fs::write(file, text).map_err(|error| {
        ExitError::unavailable(format!("{} cannot be written: {error}", file.display()))
    })
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// Exit 2 if the file cannot be read or has something else in it.
pub fn load(file: &Path) -> Result<Samples, ExitError> {
    let text = fs::read(file)
        .map_err(|error| ExitError::usage(format!("{} cannot be read: {error}", file.display())))?;
    serde_json::from_slice(&text).map_err(|error| {
        ExitError::usage(format!("{} is not a file of samples: {error}", file.display()))
            .help("`compare bench latency --save FILE` writes them")
    })
}
