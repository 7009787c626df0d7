//! Measures a clean build: its time, its memory, and the size of the binary.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use findings::footprint::{BuildCost, Profile};
use serde::Deserialize;
use wait4::Wait4 as _;

use crate::{error::ExitError, machine::this_machine};

/// A message of cargo during a build.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact { executable: Option<PathBuf> },
}

/// Runs `command`, a `cargo build` of `binary`, in the empty folder `folder`, and empties the folder
/// again. `progress` receives the number of crates built.
///
/// # Errors
/// Exit 3 if the build fails.
pub fn from_nothing(
    mut command: Command,
    binary: &str,
    profile: Profile,
    folder: &Path,
    mut progress: impl FnMut(u32),
) -> Result<BuildCost, ExitError> {
    let failed =
        |why: String| ExitError::unavailable(format!("the build of {binary} ({profile}) {why}"));
    empty(folder)?;
    command
        .args(["--quiet", "--message-format=json-render-diagnostics", "--profile"])
        .arg(profile.to_string())
        .arg(format!("--config=profile.{profile}.strip=\"symbols\""))
        .arg("--target-dir")
        .arg(folder)
        // With a compiler cache, the cache would be measured.
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn().map_err(|error| failed(format!("cannot start: {error}")))?;
    let errors =
        child.stderr.take().map(|stderr| thread::spawn(|| std::io::read_to_string(stderr)));
    let mut executable = None;
    let mut done = 0;
    for line in child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
        let line = line.map_err(|error| failed(format!("stopped: {error}")))?;
        // Other messages do not parse.
        if let Ok(Message::CompilerArtifact { executable: built }) = serde_json::from_str(&line) {
            done += 1;
            progress(done);
            executable = built.or(executable);
        }
    }
    let used = child.wait4().map_err(|error| failed(format!("was lost: {error}")))?;
    let seconds = started.elapsed().as_secs_f64();
    let errors = errors.and_then(|thread| thread.join().ok()).and_then(Result::ok);
    let executable = executable.filter(|_| used.status.success());
    let Some(executable) = executable else {
        return Err(failed(format!("failed: {}", errors.unwrap_or_default().trim())));
    };
    let bytes = fs::read(&executable)
        .map_err(|error| failed(format!("wrote a binary that cannot be read: {error}")))?;
    let machine = this_machine();
    let build = BuildCost {
        seconds,
        peak_memory_bytes: used.rusage.maxrss,
        binary_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        shared_libraries: shared_libraries(&bytes)
            .map_err(|error| failed(format!("wrote a binary in an unknown format: {error}")))?,
        date: machine.date,
        processors: machine.processors,
    };
    empty(folder)?;
    Ok(build)
}

fn empty(folder: &Path) -> Result<(), ExitError> {
    let unavailable = |error: std::io::Error| {
        ExitError::unavailable(format!("{} cannot be emptied: {error}", folder.display()))
    };
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(unavailable)?;
    }
    fs::create_dir_all(folder).map_err(unavailable)
}

fn shared_libraries(binary: &[u8]) -> goblin::error::Result<Vec<String>> {
    use goblin::{Object, mach::Mach};
    let libraries = match Object::parse(binary)? {
        Object::Elf(elf) => elf.libraries,
        // The first one is the binary itself.
        Object::Mach(Mach::Binary(mach)) => mach.libs.into_iter().skip(1).collect(),
        Object::PE(pe) => pe.libraries,
        _ => Vec::new(),
    };
    Ok(libraries.into_iter().map(str::to_owned).collect())
}
