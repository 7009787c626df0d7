//! The signers of other crates, timed beside ours by a program that is built with them. They are no part
//! of this one, so that whoever builds it does not build them.

use serde::{Deserialize, Serialize};

use crate::{
    error::Stop,
    findings::{Build, Machine},
    footprint::Project,
};

/// Every signer at every workload, the floor among them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Peers {
    /// What ran them, and when.
    pub machine: Machine,
    /// In the order of their names.
    pub workloads: Vec<Workload>,
}

/// One workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workload {
    /// `W1` to `W5`.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Those signers that can sign it.
    pub arms: Vec<Arm>,
}

/// One signer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// Its crate; ours as in `compare bench signing`.
    pub name: String,
    /// Nanoseconds per signature, median of the batches.
    pub ns: f64,
    /// `ns` over that of the arm `floor`.
    pub over_floor: f64,
}

/// Builds the program and runs it: a minute or two, at the first time.
///
/// # Errors
/// Exit 3 where it cannot be built, or does not answer.
pub(super) fn measure(project: &Project) -> Result<Peers, Stop> {
    let words = ["--package", "workloads", "--features", "peers", "--bin", "sign-peers"];
    let text = project.run_release(&words)?;
    let workloads = serde_json::from_str(&text).map_err(|error| {
        Stop::impossible(format!("sign-peers did not answer with its times: {error}"))
    })?;
    // Of its own build, whatever this one is.
    let machine = Machine { build: Build::Optimised, ..Machine::this() };
    Ok(Peers { machine, workloads })
}
