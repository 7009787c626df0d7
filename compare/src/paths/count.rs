//! What a warm call takes, counted in processes that do nothing else.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use contract::Operation;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

use super::{
    Cost, Depth,
    callgrind::{self, Function},
    crates::{Crate, Group},
};
use crate::{
    call::{COLD_CALLS, Caller, bare::Prepared, form},
    error::Stop,
    interrupt::Interrupt,
    place::Place,
    sibling,
};

/// Warm calls that are counted. Of their instructions it is the mean. Of their allocations it is the
/// least: what a call needs by itself, when its answer comes in the fewest pieces.
const WARM_CALLS: u32 = 5;

/// What a warm call takes of the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heap {
    /// Allocations, reallocations included.
    pub allocations: u64,
    /// What they ask for, bytes.
    pub bytes: u64,
}

/// What a warm call takes of the processor, outside the kernel.
#[derive(Debug, Serialize, Deserialize)]
pub struct Instructions {
    /// All of them.
    pub total: u64,
    /// Distinct functions, those that were inlined not counted.
    pub functions: usize,
    /// By kind of work, the largest first.
    pub groups: Vec<GroupShare>,
    /// By crate, the largest first.
    pub crates: Vec<CrateShare>,
}

/// What one kind of work takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupShare {
    /// Which.
    pub group: Group,
    /// Its instructions.
    pub instructions: u64,
    /// Its functions.
    pub functions: usize,
}

/// What one crate takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrateShare {
    /// As it is called in the source.
    pub name: String,
    /// The kind of its work.
    pub group: Group,
    /// Its instructions.
    pub instructions: u64,
    /// Its functions.
    pub functions: usize,
}

/// The programs that count.
pub(super) struct Counter {
    allocations: PathBuf,
    depth: Depth,
    interrupt: Interrupt,
}

impl Counter {
    /// # Errors
    /// Exit 3 where one of them is missing.
    pub(super) fn find(depth: Depth, interrupt: Interrupt) -> Result<Self, Stop> {
        if depth == Depth::Instructions {
            callgrind::check()?;
        }
        Ok(Self { allocations: sibling::program("count-allocations")?, depth, interrupt })
    }

    /// What a warm call of `operation` takes `side`, which is `raw` or `sdk`.
    pub(super) async fn side(
        &self,
        side: &str,
        place: &Place,
        operation: &Operation,
    ) -> Result<Cost, Stop> {
        let words = [form::text(operation), calls()];
        self.count(side, &words, place, Vec::new()).await
    }

    /// What sending `requests` takes, and reading what is answered.
    pub(super) async fn bare(&self, place: &Place, requests: &[Prepared]) -> Result<Cost, Stop> {
        let input = serde_json::to_vec(requests)
            .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
        self.count("bare", &[calls()], place, input).await
    }

    async fn count(
        &self,
        side: &str,
        words: &[String],
        place: &Place,
        input: Vec<u8>,
    ) -> Result<Cost, Stop> {
        let told = |mut command: Command| {
            command.args(words);
            Caller::tell(&mut command, place);
            command
        };
        let mut command = Command::new(&self.allocations);
        command.arg(side);
        let output = self.interrupt.or(run(told(command), &self.allocations, &input)).await??;
        let heap = least(&output.stdout, &self.allocations)?;

        if self.depth == Depth::Allocations {
            return Ok(Cost { heap, instructions: None });
        }
        let program = sibling::program(&format!("repeat-{side}"))?;
        let profile = NamedTempFile::new()
            .map_err(|error| Stop::impossible(format!("no file for the counts: {error}")))?;
        let command = told(callgrind::command(&program, profile.path()));
        self.interrupt.or(run(command, &program, &input)).await??;
        let functions = callgrind::read(profile.path())?;
        Ok(Cost { heap, instructions: Some(Instructions::of(functions, WARM_CALLS)) })
    }
}

fn calls() -> String {
    (COLD_CALLS + WARM_CALLS).to_string()
}

async fn run(command: Command, program: &Path, input: &[u8]) -> Result<Output, Stop> {
    let failed = |why: String| Stop::impossible(format!("{} {why}", program.display()));
    let mut child = tokio::process::Command::from(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("cannot run: {error}")))?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that ends before it has read says why on its standard error.
        let _ = stdin.write_all(input).await;
    }
    let output =
        child.wait_with_output().await.map_err(|error| failed(format!("was lost: {error}")))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(failed(format!("failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

fn least(counts: &[u8], program: &Path) -> Result<Heap, Stop> {
    let answered = |why: String| {
        Stop::impossible(format!("{} did not answer with its counts: {why}", program.display()))
    };
    let counts: Vec<Heap> =
        serde_json::from_slice(counts).map_err(|error| answered(error.to_string()))?;
    let least = counts.into_iter().min_by_key(|heap| (heap.allocations, heap.bytes));
    least.ok_or_else(|| answered("there are none".to_owned()))
}

impl Instructions {
    /// What `functions` took over `calls` calls, per call.
    pub(super) fn of(functions: Vec<Function>, calls: u32) -> Self {
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
        Self {
            total: shares.iter().map(|share| share.instructions).sum(),
            functions: shares.iter().map(|share| share.functions).sum(),
            groups,
            crates: shares,
        }
    }

    /// Those of one kind of work.
    #[must_use]
    pub fn of_group(&self, group: Group) -> u64 {
        let share = self.groups.iter().find(|share| share.group == group);
        share.map_or(0, |share| share.instructions)
    }

    /// All but those of hashing.
    #[must_use]
    pub fn above_hashing(&self) -> u64 {
        self.total - self.of_group(Group::Hashing)
    }
}
