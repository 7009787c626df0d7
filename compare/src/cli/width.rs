//! How wide the output may be.

use std::env;

/// What is narrower leaves no room for a signature beside its name.
const NARROWEST: usize = 60;
/// Where nobody says: a file, a pipe.
const OTHERWISE: usize = 80;

/// `COLUMNS` where it is set, else the width of the terminal, else 80.
pub(super) fn columns() -> usize {
    let stated = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    stated.or_else(terminal).unwrap_or(OTHERWISE).max(NARROWEST)
}
