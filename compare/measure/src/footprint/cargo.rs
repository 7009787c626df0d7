//! Runs cargo and reads what it prints.

use std::{env, ffi::OsString, path::PathBuf, process::Command};

use crate::error::ExitError;

/// Cargo, without the project's own configuration: the published crates of the SDK are measured, whether
/// or not `slim` has pruned copies in use.
pub(super) fn cargo() -> Command {
    let mut command = Command::new(program("CARGO", "cargo"));
    command.current_dir(env::temp_dir()).env_remove("SDK_IS_PRUNED");
    command
}

/// The compiler.
pub(super) fn rustc() -> Command {
    Command::new(program("RUSTC", "rustc"))
}

/// The manifest of the workspace that the current folder is in.
pub(super) fn workspace_manifest() -> Result<PathBuf, ExitError> {
    let mut command = Command::new(program("CARGO", "cargo"));
    let text =
        output(command.args(["locate-project", "--workspace", "--message-format", "plain"]))?;
    Ok(text.trim_end().into())
}

/// Cargo sets these variables for the programs that it runs.
fn program(variable: &str, name: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| name.into())
}

/// What `command` writes to its standard output.
///
/// # Errors
/// Exit 3 if it cannot be run or fails.
pub(super) fn output(command: &mut Command) -> Result<String, ExitError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        ExitError::unavailable(format!("{name} cannot run: {error}"))
            .help("install Rust, https://rustup.rs, and run this where `cargo` is found")
    })?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(ExitError::unavailable(format!("{name} failed: {}", why.trim())));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| ExitError::unavailable(format!("{name} printed something that is not UTF-8")))
}
