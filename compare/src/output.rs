//! Standard output and standard error. The program prints nowhere else.
//!
//! If the reader closes standard output early (`| head`), the output ends there; that is not an error.
//! Any other failure to write standard output is: exit 3. A failure to write standard error is
//! ignored, because there is nowhere left to report it.

use std::io::{self, Write};

use measure::error::ExitError;
use render::escape;
use serde::Serialize;

/// Prints text, in colour if colours are on. Control characters are escaped, except line feeds and
/// our own colours.
///
/// # Errors
/// Exit 3 if standard output cannot be written.
pub fn print(text: &str) -> Result<(), ExitError> {
    write(&mut anstream::stdout().lock(), escape::stray(text).as_bytes()).map(drop)
}

/// Prints bytes unchanged, for another program to read.
///
/// # Errors
/// As [`print()`].
pub fn print_bytes(bytes: &[u8]) -> Result<(), ExitError> {
    write(&mut io::stdout().lock(), bytes).map(drop)
}

/// Prints one indented JSON document.
///
/// # Errors
/// As [`print()`].
pub fn print_json(value: &impl Serialize) -> Result<(), ExitError> {
    let text = serde_json::to_string_pretty(value)
        .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
    print_bytes(format!("{}\n", escape::json(&text)).as_bytes())
}

/// Prints `text` and a line feed to standard error.
pub fn warn(text: &str) {
    let mut stderr = anstream::stderr().lock();
    let _ = writeln!(stderr, "{}", escape::stray(text)).and_then(|()| stderr.flush());
}

/// Whether anybody still reads standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Reading,
    /// The other end is closed: nothing more needs to be written.
    Gone,
}

/// Writes `bytes` to `stdout` and flushes it.
///
/// # Errors
/// As [`print()`].
pub(crate) fn write(stdout: &mut impl Write, bytes: &[u8]) -> Result<Reader, ExitError> {
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Reader::Reading),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => {
            Err(ExitError::unavailable(format!("standard output cannot be written: {error}")))
        }
    }
}
