//! What each side costs to own: the crates below it, the lines written and depended on, what a build
//! takes, and what comes of it. Measured are the programs in `benches/programs/`.

pub mod build;
pub mod lines;

mod project;

use std::{collections::HashMap, path::Path};

use serde::{Deserialize, Serialize};

use crate::{error::Stop, findings::Machine};
pub use build::{Build, Profile};
pub use project::Project;

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
    pub dev: Option<Build>,
    /// The same in the profile `release`.
    pub release: Option<Build>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Lists the buckets, no more: S3 alone
    ListBuckets,
    /// Every scenario of `compare run`: S3, EC2 and API Gateway
    AllScenarios,
}

/// Who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// By hand.
    Raw,
    /// By aws-sdk-rust.
    Sdk,
}

/// One of the programs in `benches/programs/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// What it does.
    pub task: Task,
    /// Who does it.
    pub side: Side,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self { task: Task::ListBuckets, side: Side::Raw },
        Self { task: Task::ListBuckets, side: Side::Sdk },
        Self { task: Task::AllScenarios, side: Side::Raw },
        Self { task: Task::AllScenarios, side: Side::Sdk },
    ];

    /// The name of the binary.
    #[must_use]
    pub fn binary(self) -> String {
        format!("{}-{}", self.task.name(), self.side.name())
    }

    /// The files that are written for it, besides crates of ours that it stands on.
    fn sources(self) -> &'static [&'static str] {
        match (self.task, self.side) {
            (Task::ListBuckets, Side::Raw) => &["list-buckets-raw.rs", "src/caller.rs"],
            (Task::ListBuckets, Side::Sdk) => &["list-buckets-sdk.rs"],
            (Task::AllScenarios, Side::Raw) => {
                &["all-scenarios-raw.rs", "src/caller.rs", "src/scenarios.rs"]
            }
            (Task::AllScenarios, Side::Sdk) => {
                &["all-scenarios-sdk.rs", "src/caller.rs", "src/scenarios.rs"]
            }
        }
    }

    /// The one feature that it is built with.
    fn feature(self) -> &'static str {
        match (self.task, self.side) {
            (_, Side::Raw) => "raw",
            (Task::ListBuckets, Side::Sdk) => "s3",
            (Task::AllScenarios, Side::Sdk) => "sdk",
        }
    }
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

impl Side {
    /// The name in tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Sdk => "sdk",
        }
    }
}

/// Is told which build is under way, how many crates of it are done, and of how many.
pub type Progress<'p> = &'p mut dyn FnMut(&str, u32, u32);

/// Counts at `manifest`, or in the project that the current folder is in, and makes those builds of
/// `tasks` that nobody has made yet with this compiler and this lock file.
///
/// # Errors
/// Exit 3 where there is no cargo or no such project, and where a build fails.
pub fn measure(
    manifest: Option<&Path>,
    tasks: &[Task],
    progress: Progress<'_>,
) -> Result<Footprint, Stop> {
    let project = Project::open(manifest)?;
    let mut counted = HashMap::new();
    let mut programs = Vec::with_capacity(Subject::ALL.len());
    for subject in Subject::ALL {
        let mut built = |profile| match project.kept(subject, profile)? {
            None if tasks.contains(&subject.task) => {
                project.build(subject, profile, progress).map(Some)
            }
            kept => Ok(kept),
        };
        let (dev, release) = (built(Profile::Dev)?, built(Profile::Release)?);
        let tree = project.tree(subject)?;
        let mut lines_of_dependencies = 0;
        for package in &tree.packages {
            let lines = match counted.get(package) {
                Some(lines) => *lines,
                None => project.lines_of(package)?,
            };
            counted.insert(package.clone(), lines);
            lines_of_dependencies += lines;
        }
        programs.push(Program {
            task: subject.task,
            side: subject.side,
            crates: tree.packages.len(),
            building_c: tree.building_c,
            lines_by_hand: project.lines_by_hand(subject, &tree.ours)?,
            lines_of_dependencies,
            dev,
            release,
        });
    }
    Ok(Footprint {
        machine: Machine::this(),
        toolchain: project.toolchain().to_owned(),
        lock_sha256: project.lock_sha256()?,
        programs,
    })
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
