//! Counts the allocations and instructions of a warm call, in processes that do nothing else.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use contract::Operation;
use findings::paths::{CallCost, CrateShare, Group, GroupShare, Heap, Instructions};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

use super::{
    Depth,
    callgrind::{self, Function},
    crates::Crate,
};
use crate::{
    call::{COLD_CALLS, ClientConfig, bare::PreparedRequest, operation_json},
    error::ExitError,
    helper_binaries,
    interrupt::Interrupt,
    session::Session,
};

/// Warm calls that are counted. Of their instructions the mean is shown. Of their allocations the least is
/// shown: what the call itself needs if its answer arrives in the fewest pieces.
const WARM_CALLS: u32 = 5;

/// Runs the programs that count.
pub(super) struct Counter {
    allocations: PathBuf,
    depth: Depth,
    interrupt: Interrupt,
}

impl Counter {
    /// # Errors
    /// Exit 3 if one of them is missing.
    pub(super) fn find(depth: Depth, interrupt: Interrupt) -> Result<Self, ExitError> {
        if depth == Depth::Instructions {
            callgrind::check()?;
        }
        Ok(Self { allocations: helper_binaries::program("count-allocations")?, depth, interrupt })
    }

    /// The cost of a warm call of `operation` on `side`, which is `raw` or `sdk`.
    pub(super) async fn side(
        &self,
        side: &str,
        session: &Session,
        operation: &Operation,
    ) -> Result<CallCost, ExitError> {
        let arguments = [operation_json::text(operation), calls()];
        self.count(side, &arguments, session, Vec::new()).await
    }

    /// The cost of sending `requests` and reading the answers.
    pub(super) async fn bare(
        &self,
        session: &Session,
        requests: &[PreparedRequest],
    ) -> Result<CallCost, ExitError> {
        let input = serde_json::to_vec(requests)
            .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
        self.count("bare", &[calls()], session, input).await
    }

    async fn count(
        &self,
        side: &str,
        arguments: &[String],
        session: &Session,
        input: Vec<u8>,
    ) -> Result<CallCost, ExitError> {
        let configured = |mut command: Command| {
            command.args(arguments);
            ClientConfig::to_env(&mut command, session);
            command
        };
        let mut command = Command::new(&self.allocations);
        command.arg(side);
        let output =
            self.interrupt.or(run(configured(command), &self.allocations, &input)).await??;
        let heap = least(&output.stdout, &self.allocations)?;

        if self.depth == Depth::Allocations {
            return Ok(CallCost { heap, instructions: None });
        }
        let program = helper_binaries::program(&format!("repeat-{side}"))?;
        let profile = NamedTempFile::new().map_err(|error| {
            ExitError::unavailable(format!("the file for the counts cannot be created: {error}"))
        })?;
        let command = configured(callgrind::command(&program, profile.path()));
        self.interrupt.or(run(command, &program, &input)).await??;
        let functions = callgrind::read(profile.path())?;
        Ok(CallCost { heap, instructions: Some(instructions(functions, WARM_CALLS)) })
    }
}

fn calls() -> String {
    (COLD_CALLS + WARM_CALLS).to_string()
}

async fn run(command: Command, program: &Path, input: &[u8]) -> Result<Output, ExitError> {
    let failed = |why: String| ExitError::unavailable(format!("{} {why}", program.display()));
    let mut child = tokio::process::Command::from(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("cannot run: {error}")))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends before it has read its input says why on standard error.
        let _ = stdin.write_all(input).await;
    }
    let output =
        child.wait_with_output().await.map_err(|error| failed(format!("was lost: {error}")))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(failed(format!("failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

fn least(counts: &[u8], program: &Path) -> Result<Heap, ExitError> {
    let invalid = |why: String| {
        ExitError::unavailable(format!("{} did not print its counts: {why}", program.display()))
    };
    let counts: Vec<Heap> =
        serde_json::from_slice(counts).map_err(|error| invalid(error.to_string()))?;
    let least = counts.into_iter().min_by_key(|heap| (heap.allocations, heap.bytes));
    least.ok_or_else(|| invalid("there are none".to_owned()))
}

/// The instructions of `functions` per call, over `calls` calls.
fn instructions(functions: Vec<Function>, calls: u32) -> Instructions {
    let mut crates: BTreeMap<Crate, (u64, usize)> = BTreeMap::new();
    for Function { origin, instructions } in functions {
        let share = crates.entry(origin).or_default();
        share.0 += instructions;
        share.1 += 1;
    }
    let mut groups: BTreeMap<Group, (u64, usize)> = BTreeMap::new();
    let mut shares = Vec::with_capacity(crates.len());
    for (Crate { name, group }, (instructions, functions)) in crates {
        let calls = u64::from(calls);
        let instructions = (instructions + calls / 2) / calls;
        let share = groups.entry(group).or_default();
        share.0 += instructions;
        share.1 += functions;
        shares.push(CrateShare { name, group, instructions, functions });
    }
    shares.sort_by_key(|share| std::cmp::Reverse(share.instructions));
    let mut groups: Vec<_> = groups
        .into_iter()
        .map(|(group, (instructions, functions))| GroupShare { group, instructions, functions })
        .collect();
    groups.sort_by_key(|share| std::cmp::Reverse(share.instructions));
    Instructions {
        total: shares.iter().map(|share| share.instructions).sum(),
        functions: shares.iter().map(|share| share.functions).sum(),
        groups,
        crates: shares,
    }
}
