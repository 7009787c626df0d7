//! The programs that stand beside this one, each of which does what could not be done here.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use serde::de::DeserializeOwned;

use crate::error::ExitError;

/// Where the program `name` stands.
///
/// # Errors
/// As [`programs()`].
pub fn program(name: &str) -> Result<PathBuf, ExitError> {
    programs([name]).map(|[program]| program)
}

/// Where the programs of these names stand. `cargo run` builds only what it runs: then cargo, which says
/// where it is, builds the others too.
///
/// # Errors
/// Exit 3 where one is not there.
pub fn programs<const N: usize>(names: [&str; N]) -> Result<[PathBuf; N], ExitError> {
    let this = env::current_exe().map_err(|error| {
        ExitError::unavailable(format!("this program cannot find itself: {error}"))
    })?;
    let folder = this.parent().unwrap_or(Path::new(""));
    // Cargo puts a bench one folder below the programs.
    let folder = if folder.ends_with("deps") { folder.join("..") } else { folder.to_owned() };
    if let Some(cargo) = env::var_os("CARGO") {
        build(&cargo, &names);
    }
    let siblings = names.map(|name| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)));
    let Some(absent) = siblings.iter().find(|helper_binaries| !helper_binaries.is_file()) else {
        return Ok(siblings);
    };
    Err(ExitError::unavailable(format!("{} is not there", absent.display())).help(
        if cfg!(debug_assertions) {
            "cargo build -p compare builds it"
        } else {
            "cargo build --release -p compare builds it"
        },
    ))
}

/// Where cargo cannot, what stands there already may do.
fn build(cargo: &OsStr, names: &[&str]) {
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "-p", "compare"]);
    build.args(names.iter().flat_map(|name| ["--bin", name]));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    // What the cargo that started this program told it of the package. ring's build script asks for
    // these, so that ring, and all that stands on it, would be built again, and once more without them.
    let told = env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    });
    for name in told {
        build.env_remove(name);
    }
    let _ = build.status();
}

/// What `count-allocations SUBJECT` counts: it takes a global allocator to count, which has no place where
/// time is measured.
///
/// # Errors
/// Exit 3 where it cannot be had, or does not count.
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
        .map_err(|error| failed(format!("did not answer with its counts: {error}")))
}
