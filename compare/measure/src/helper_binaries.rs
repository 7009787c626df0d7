//! Finds helper programs in the folder of this one. Each does what this process cannot do for itself: have
//! another global allocator, or be small.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use serde::de::DeserializeOwned;

use crate::error::ExitError;

/// The path of the program `name`.
///
/// # Errors
/// As [`programs()`].
pub(crate) fn program(name: &str) -> Result<PathBuf, ExitError> {
    programs([name]).map(|[program]| program)
}

/// The paths of the programs with these names. `cargo run` builds only the program that it runs, so under
/// cargo they are built first.
///
/// # Errors
/// Exit 3 if one is missing.
pub(crate) fn programs<const N: usize>(names: [&str; N]) -> Result<[PathBuf; N], ExitError> {
    let this = env::current_exe().map_err(|error| {
        ExitError::unavailable(format!("this program cannot find itself: {error}"))
    })?;
    let folder = this.parent().unwrap_or(Path::new(""));
    if let Some(cargo) = env::var_os("CARGO") {
        build(&cargo, &names);
    }
    let paths = names.map(|name| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)));
    let Some(missing) = paths.iter().find(|path| !path.is_file()) else {
        return Ok(paths);
    };
    let help = if cfg!(debug_assertions) {
        "build it: cargo build -p compare"
    } else {
        "build it: cargo build --release -p compare"
    };
    Err(ExitError::unavailable(format!("{} does not exist", missing.display())).help(help))
}

/// Builds the programs. If that fails, those of an earlier build may still do.
fn build(cargo: &OsStr, names: &[&str]) {
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "-p", "compare"]);
    build.args(names.iter().flat_map(|name| ["--bin", name]));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    // Cargo describes the running package in these variables. ring's build script depends on them, so ring
    // and everything above it would be built again, and once more without them.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            build.env_remove(&name);
        }
    }
    let _ = build.status();
}

/// Runs `count-allocations SUBJECT` and parses its output. Counting takes a global allocator, which would
/// disturb measurements of time in this process.
///
/// # Errors
/// Exit 3 if it is missing, fails, or prints something else.
pub(crate) fn allocations<T: DeserializeOwned>(subject: &str) -> Result<T, ExitError> {
    let counter = program("count-allocations")?;
    let failed = |why: String| ExitError::unavailable(format!("{} {why}", counter.display()));
    let output = Command::new(&counter)
        .arg(subject)
        .output()
        .map_err(|error| failed(format!("cannot run: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("failed: {}", String::from_utf8_lossy(&output.stderr).trim())));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| failed(format!("did not print its counts: {error}")))
}
