//! The programs that stand beside this one, each of which counts what could not be counted here.

use std::{env, path::PathBuf, process::Command};

use crate::error::Stop;

/// Where the program `name` stands. `cargo run` builds only what it runs: then cargo, which says where
/// it is, builds the other too.
///
/// # Errors
/// Exit 3 where it is not there.
pub fn program(name: &str) -> Result<PathBuf, Stop> {
    let this = env::current_exe()
        .map_err(|error| Stop::impossible(format!("this program cannot find itself: {error}")))?;
    let sibling = this.with_file_name(format!("{name}{}", env::consts::EXE_SUFFIX));
    if let Some(cargo) = env::var_os("CARGO") {
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "-p", "compare", "--bin", name]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        // Where cargo cannot, what stands there already may do.
        let _ = build.status();
    }
    if sibling.is_file() {
        return Ok(sibling);
    }
    Err(Stop::impossible(format!("{} is not there", sibling.display())).help(
        if cfg!(debug_assertions) {
            "cargo build -p compare builds it"
        } else {
            "cargo build --release -p compare builds it"
        },
    ))
}
