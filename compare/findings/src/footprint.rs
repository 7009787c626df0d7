//! The results of `compare footprint`: what each side costs to build and to own.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, side::Side};

/// The result of `compare footprint`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Footprint {
    /// The machine that counted.
    pub machine: Machine,
    /// The compiler.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^rustc ")))]
    pub toolchain: String,
    /// SHA-256 of the lock file.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub lock_sha256: String,
    /// Both sides of each task.
    #[cfg_attr(feature = "schema", schemars(length(equal = 4)))]
    pub programs: Vec<Program>,
}

/// One program.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Program {
    /// What it does.
    pub task: Task,
    /// `raw` or `sdk`.
    pub side: Side,
    /// Third-party crates in its dependency tree, including build dependencies. Two versions of a crate
    /// count twice.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub crates: usize,
    /// Those of them that run a C compiler or an assembler.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1))))]
    pub building_c: Vec<String>,
    /// Lines of code of this project, by crate: the program and the crates it depends on.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub lines_by_hand: Vec<CrateLines>,
    /// Lines of Rust code in third-party crates.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub lines_of_dependencies: u64,
    /// A clean build in the profile `dev`; none if it was not made.
    pub dev: Option<BuildCost>,
    /// A clean build in the profile `release`; none if it was not made.
    pub release: Option<BuildCost>,
}

/// The lines of one crate of this project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CrateLines {
    /// Its name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// Lines of code, without comments, blank lines and tests.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub lines: u64,
}

/// What a program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Lists the buckets: only S3
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
    /// Takes over each build that is missing here from `saved`, an earlier measurement. A build is the
    /// same if the compiler and the program's own dependencies are; what else the lock file names does
    /// not matter.
    pub fn take_builds_of(&mut self, saved: &Self) {
        if self.toolchain != saved.toolchain {
            return;
        }
        for program in &mut self.programs {
            if let Some(twin) = saved.programs.iter().find(|saved| program.builds_like(saved)) {
                program.dev = program.dev.take().or_else(|| twin.dev.clone());
                program.release = program.release.take().or_else(|| twin.release.clone());
            }
        }
    }
}

impl Program {
    /// Whether `other` is the same program on the same dependencies, as far as their number, their
    /// lines and their C tell.
    fn builds_like(&self, other: &Self) -> bool {
        let identity = |program: &Self| {
            (program.task, program.side, program.crates, program.lines_of_dependencies)
        };
        identity(self) == identity(other) && self.building_c == other.building_c
    }

    /// All lines of this project.
    #[must_use]
    pub fn lines_by_hand(&self) -> u64 {
        self.lines_by_hand.iter().map(|one| one.lines).sum()
    }
}

/// The cost of a clean build, and its binary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildCost {
    /// Wall-clock time.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub seconds: f64,
    /// Peak memory of the largest process, a compiler or linker.
    pub peak_memory_bytes: u64,
    /// Size of the binary without symbols.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub binary_bytes: u64,
    /// The shared libraries that the binary needs.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1))))]
    pub shared_libraries: Vec<String>,
    /// The day, in UTC.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$")))]
    pub date: String,
    /// Logical processors that the build could use.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub processors: usize,
}

/// Cargo's profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// This workspace's profile for development.
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

#[cfg(test)]
mod tests {
    use super::{BuildCost, Footprint, Program, Task};
    use crate::{
        machine::{BuildKind, Machine},
        side::Side,
    };

    fn footprint(build: Option<BuildCost>) -> Footprint {
        Footprint {
            machine: Machine {
                build: BuildKind::Optimised,
                platform: "linux x86_64".to_owned(),
                processor: None,
                processors: 2,
                date: "2026-01-02".to_owned(),
            },
            toolchain: "rustc 1.95.0".to_owned(),
            lock_sha256: if build.is_some() { "before" } else { "after" }.to_owned(),
            programs: vec![Program {
                task: Task::ListBuckets,
                side: Side::Raw,
                crates: 100,
                building_c: vec!["ring".to_owned()],
                lines_by_hand: Vec::new(),
                lines_of_dependencies: 1000,
                dev: None,
                release: build,
            }],
        }
    }

    /// How long the release build took that a footprint without builds takes over from a saved one,
    /// which is `changed` first.
    fn taken_over(changed: impl FnOnce(&mut Footprint)) -> Option<f64> {
        let mut saved = footprint(Some(BuildCost {
            seconds: 45.5,
            peak_memory_bytes: 1,
            binary_bytes: 1,
            shared_libraries: Vec::new(),
            date: "2026-01-01".to_owned(),
            processors: 2,
        }));
        changed(&mut saved);
        let mut counted = footprint(None);
        counted.take_builds_of(&saved);
        assert!(counted.programs[0].dev.is_none(), "nobody has made it");
        counted.programs[0].release.as_ref().map(|build| build.seconds)
    }

    #[test]
    fn a_saved_build_outlives_a_change_of_the_lock_file_elsewhere() {
        assert_eq!(taken_over(|_| {}), Some(45.5));
    }

    #[test]
    fn a_saved_build_of_another_compiler_program_or_tree_is_dropped() {
        assert_eq!(taken_over(|saved| saved.toolchain.push_str("-nightly")), None);
        assert_eq!(taken_over(|saved| saved.programs[0].task = Task::AllScenarios), None);
        assert_eq!(taken_over(|saved| saved.programs[0].side = Side::Sdk), None);
        assert_eq!(taken_over(|saved| saved.programs[0].crates += 1), None);
        assert_eq!(taken_over(|saved| saved.programs[0].lines_of_dependencies += 1), None);
        assert_eq!(taken_over(|saved| saved.programs[0].building_c.clear()), None);
    }
}
