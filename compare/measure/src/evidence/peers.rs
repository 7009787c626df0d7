//! The signers of other crates, timed beside ours by a program that is built with them. They are no part
//! of this one, so that whoever builds it does not build them.

use findings::{
    machine::{BuildKind, Machine},
    signing::Peers,
};

use crate::{error::ExitError, footprint::Project, machine::this_machine};

/// Builds the program and runs it: a minute or two, at the first time.
///
/// # Errors
/// Exit 3 where it cannot be built, or does not answer.
pub(super) fn measure(project: &Project) -> Result<Peers, ExitError> {
    let words = ["--package", "workloads", "--features", "peers", "--bin", "sign-peers"];
    let text = project.run_release(&words)?;
    let workloads = serde_json::from_str(&text).map_err(|error| {
        ExitError::unavailable(format!("sign-peers did not answer with its times: {error}"))
    })?;
    // Of its own build, whatever this one is.
    let machine = Machine { build: BuildKind::Optimised, ..this_machine() };
    Ok(Peers { machine, workloads })
}
