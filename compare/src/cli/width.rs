//! The width of text output.

use std::env;

/// In less there is no room for a signature next to its name.
const MIN_COLUMNS: usize = 60;
/// For a file or a pipe.
const DEFAULT_COLUMNS: usize = 80;

/// `COLUMNS` if it is set, else the width of the terminal, else 80; at least 60.
pub(super) fn columns() -> usize {
    let variable = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    variable.or_else(terminal).unwrap_or(DEFAULT_COLUMNS).max(MIN_COLUMNS)
}
