//! Times the signers of other crates and ours with a program that is built with them. They are not
//! dependencies of this crate, so that nobody else has to build them.

use findings::{
    machine::{BuildKind, Machine},
    signing::Peers,
};

use crate::{error::ExitError, footprint::Project, machine::this_machine};

/// Builds and runs the program, which takes a minute or two the first time.
///
/// # Errors
/// Exit 3 if it cannot be built or prints something else.
pub(super) fn measure(project: &Project) -> Result<Peers, ExitError> {
    let arguments = ["--package", "workloads", "--features", "peers", "--bin", "sign-peers"];
    let text = project.run_release(&arguments)?;
    let workloads = serde_json::from_str(&text).map_err(|error| {
        ExitError::unavailable(format!("sign-peers did not print its times: {error}"))
    })?;
    // The program is optimised, whatever this one is.
    let machine = Machine { build: BuildKind::Optimised, ..this_machine() };
    Ok(Peers { machine, workloads })
}
