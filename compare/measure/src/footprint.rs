//! Measures what each side costs to own: its dependencies, the lines of code, and the time, memory and
//! size of builds. The measured programs are in `benches/programs/`.

pub mod build;

mod cargo;
mod lines;
mod project;

use std::{collections::HashMap, path::Path};

use findings::{
    footprint::{Footprint, Profile, Program, Task},
    side::Side,
};

use crate::{error::ExitError, machine::this_machine};

pub(crate) use project::Project;

/// One of the programs in `benches/programs/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// What the program does.
    pub task: Task,
    /// The side that does it.
    pub side: Side,
}

impl Subject {
    /// All programs.
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

    /// The source files of the program itself, without the crates of ours that it depends on.
    fn sources(self) -> &'static [&'static str] {
        match (self.task, self.side) {
            (Task::ListBuckets, Side::Raw) => &["list-buckets-raw.rs", "src/env.rs"],
            (Task::ListBuckets, Side::Sdk) => &["list-buckets-sdk.rs"],
            (Task::AllScenarios, Side::Raw) => {
                &["all-scenarios-raw.rs", "src/env.rs", "src/scenarios.rs"]
            }
            (Task::AllScenarios, Side::Sdk) => {
                &["all-scenarios-sdk.rs", "src/env.rs", "src/scenarios.rs"]
            }
        }
    }

    /// The only feature that it is built with.
    fn feature(self) -> &'static str {
        match (self.task, self.side) {
            (_, Side::Raw) => "raw",
            (Task::ListBuckets, Side::Sdk) => "s3",
            (Task::AllScenarios, Side::Sdk) => "sdk",
        }
    }
}

/// Receives the name of the current build, the number of crates built, and the total.
pub type Progress<'p> = &'p mut dyn FnMut(&str, u32, u32);

/// Counts what the programs of a project take, and makes the builds of `tasks` that are not kept from
/// earlier. The project is that of `manifest`, or the one that the current folder is in.
///
/// # Errors
/// Exit 3 if there is no cargo or no such project, and if a build fails.
pub fn measure(
    manifest: Option<&Path>,
    tasks: &[Task],
    progress: Progress<'_>,
) -> Result<Footprint, ExitError> {
    let project = Project::open(manifest)?;
    let mut counted = HashMap::new();
    let mut programs = Vec::with_capacity(Subject::ALL.len());
    for subject in Subject::ALL {
        let tree = project.tree(subject)?;
        let mut build = |profile| match project.kept(subject, profile, &tree)? {
            None if tasks.contains(&subject.task) => {
                project.build(subject, profile, &tree, progress).map(Some)
            }
            kept => Ok(kept),
        };
        let (dev, release) = (build(Profile::Dev)?, build(Profile::Release)?);
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
        machine: this_machine(),
        toolchain: project.toolchain().to_owned(),
        lock_sha256: project.lock_sha256()?,
        programs,
    })
}
