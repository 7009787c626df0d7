//! Standard output and standard error. Everything that the program prints is printed here.
//!
//! A reader that goes away early (`| head`) ends the output, and is no error. Any other failure to
//! write standard output is one: exit 3. Text that cannot be written to standard error is lost: there
//! is no other place to report it.

use std::io::{self, Write};

use measure::error::ExitError;
use render::escape;
use serde::Serialize;

/// Prints text, with its colours where they are wanted. Control characters other than line feeds and
/// colours are escaped.
///
/// # Errors
/// Exit 3 where standard output cannot be written.
pub fn print(text: &str) -> Result<(), ExitError> {
    written(&mut anstream::stdout().lock(), escape::stray(text).as_bytes()).map(drop)
}

/// Prints bytes as they are: for what another program reads.
///
/// # Errors
/// As [`print()`].
pub fn print_bytes(bytes: &[u8]) -> Result<(), ExitError> {
    written(&mut io::stdout().lock(), bytes).map(drop)
}

/// Prints one JSON document, over several lines.
///
/// # Errors
/// As [`print()`].
pub fn print_json(value: &impl Serialize) -> Result<(), ExitError> {
    let text = serde_json::to_string_pretty(value)
        .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
    print_bytes(format!("{}\n", escape::json(&text)).as_bytes())
}

/// Says `text` on standard error, in lines of its own.
pub fn warn(text: &str) {
    let mut stderr = anstream::stderr().lock();
    // There is nowhere to say that this failed.
    let _ = writeln!(stderr, "{}", escape::stray(text)).and_then(|()| stderr.flush());
}

/// Whether there is still a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// There is.
    Reading,
    /// It closed its end: nothing more needs to be written.
    Gone,
}

/// Writes `bytes` to `output`, which is standard output, at once.
///
/// # Errors
/// As [`print()`].
pub(crate) fn written(output: &mut impl Write, bytes: &[u8]) -> Result<Reader, ExitError> {
    match output.write_all(bytes).and_then(|()| output.flush()) {
        Ok(()) => Ok(Reader::Reading),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => {
            Err(ExitError::unavailable(format!("standard output cannot be written: {error}")))
        }
    }
}
