//! What `compare footprint` found: what each side costs to build and to own.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, side::Side};

/// All that `compare footprint` found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Footprint {
    /// What ran it.
    pub machine: Machine,
    /// The compiler.
    pub toolchain: String,
    /// SHA-256 of the lock file, which names every dependency.
    pub lock_sha256: String,
    /// Both sides of each task.
    pub programs: Vec<Program>,
}

/// One program.
#[derive(Debug, Serialize, Deserialize)]
pub struct Program {
    /// What it does.
    pub task: Task,
    /// `raw` or `sdk`.
    pub side: Side,
    /// Crates of others in its tree, build dependencies included; two versions are two crates.
    pub crates: usize,
    /// Those of them that have a C compiler or an assembler run.
    pub building_c: Vec<String>,
    /// Lines of code that are ours, by crate: the program's own, and those of what it stands on.
    pub lines_by_hand: Vec<CrateLines>,
    /// Lines of Rust code in the crates of others.
    pub lines_of_dependencies: u64,
    /// What a clean build in the profile `dev` takes and yields; none where nobody has made it.
    pub dev: Option<BuildCost>,
    /// The same in the profile `release`.
    pub release: Option<BuildCost>,
}

/// How much of one crate was written here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrateLines {
    /// Its name.
    pub name: String,
    /// Lines of code: comments, blank lines and tests are none.
    pub lines: u64,
}

/// What a program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Lists the buckets, no more: S3 alone
    ListBuckets,
    /// Every scenario of `compare run`: S3, EC2 and API Gateway
    AllScenarios,
}

impl Task {
    /// The name on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ListBuckets => "list-buckets",
            Self::AllScenarios => "all-scenarios",
        }
    }
}

impl Footprint {
    /// Takes over from `other` each build that is missing here and was made with the same compiler and
    /// the same dependencies.
    pub fn take_builds_of(&mut self, other: Self) {
        if (&self.toolchain, &self.lock_sha256) != (&other.toolchain, &other.lock_sha256) {
            return;
        }
        for (program, twin) in self.programs.iter_mut().zip(other.programs) {
            program.dev = program.dev.take().or(twin.dev);
            program.release = program.release.take().or(twin.release);
        }
    }
}

impl Program {
    /// All that was written here.
    #[must_use]
    pub fn lines_by_hand(&self) -> u64 {
        self.lines_by_hand.iter().map(|one| one.lines).sum()
    }
}

/// What a clean build took, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildCost {
    /// Wall-clock time.
    pub seconds: f64,
    /// Of the largest process: a compiler, or a linker.
    pub peak_memory_bytes: u64,
    /// The binary, its symbols stripped.
    pub binary_bytes: u64,
    /// Shared libraries that it needs.
    pub shared_libraries: Vec<String>,
    /// The day, in UTC.
    pub date: String,
    /// Logical processors that the build had.
    pub processors: usize,
}

/// Cargo's profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Without optimisation, as this workspace has it.
    Dev,
    /// Optimised.
    Release,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dev => "dev",
            Self::Release => "release",
        })
    }
}
