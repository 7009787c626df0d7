//! Draws the results of `compare footprint`.

use findings::footprint::{BuildCost, Footprint, Profile, Program};

use super::{
    document::{self, Block},
    units::{as_f64, duration, grouped, in_bytes},
};

/// For a terminal, with prose in lines of at most `width` characters.
#[must_use]
pub fn text(footprint: &Footprint, width: usize) -> String {
    format!("\n{}", document::terminal(&blocks(footprint), width))
}

/// For reports.
#[must_use]
pub fn markdown(footprint: &Footprint) -> String {
    document::markdown(&blocks(footprint))
}

fn blocks(footprint: &Footprint) -> Vec<Block> {
    let notes = notes(footprint).into_iter().map(Block::Paragraph);
    [Block::Table(rows(footprint))].into_iter().chain(notes).collect()
}

fn rows(footprint: &Footprint) -> Vec<Vec<String>> {
    let row = |label: &str, of: &dyn Fn(&Program) -> String| {
        let cells = footprint.programs.iter().map(of);
        [label.to_owned()].into_iter().chain(cells).collect::<Vec<_>>()
    };
    let count = |count: usize| grouped(u64::try_from(count).unwrap_or(u64::MAX));
    let mut rows = vec![
        row("", &|program| format!("{}\n{}", program.task.name(), program.side.name())),
        row("third-party crates", &|program| count(program.crates)),
        row("with C code", &|program| {
            format!("{} ({})", program.building_c.len(), program.building_c.join(", "))
        }),
        row("lines by hand", &|program| grouped(program.lines_by_hand())),
        row("third-party lines", &|program| grouped(program.lines_of_dependencies)),
    ];
    for profile in [Profile::Dev, Profile::Release] {
        let cell = |of: fn(&BuildCost) -> String| {
            move |program: &Program| build(program, profile).map_or("–".to_owned(), of)
        };
        rows.extend([
            row(&format!("{profile}: build"), &cell(|build| duration(build.seconds))),
            row(
                &format!("{profile}: memory"),
                &cell(|build| in_bytes(as_f64(build.peak_memory_bytes))),
            ),
            row(&format!("{profile}: binary"), &cell(|build| in_bytes(as_f64(build.binary_bytes)))),
            row(
                &format!("{profile}: libraries"),
                &cell(|build| build.shared_libraries.len().to_string()),
            ),
        ]);
    }
    rows
}

pub(super) fn build(program: &Program, profile: Profile) -> Option<&BuildCost> {
    match profile {
        Profile::Dev => program.dev.as_ref(),
        Profile::Release => program.release.as_ref(),
    }
}

/// What the numbers mean, what they cannot say, and what is missing.
fn notes(footprint: &Footprint) -> Vec<String> {
    let mut notes = vec![format!(
        "{}, lock file {}…. The features are those of this workspace; default features build more. Crates \
         are the normal and build dependencies for this machine, and two versions of a crate count \
         twice. Lines are lines of Rust code, without comments, blank lines, tests and instrumentation \
         (observe.rs and the like). All third-party lines count, also those for other systems or \
         features. All of raw and of the vocabulary counts as written by hand, no matter how much of it \
         the program needs, so one operation takes nearly as many lines as all nine. The two sides' lines \
         differ in scope: the SDK's are only what its user writes, and its program reads credentials from \
         wherever the SDK can, while raw's reads them from the environment.",
        footprint.toolchain,
        footprint.lock_sha256.get(..12).unwrap_or_default()
    )];
    let by_hand = footprint.programs.iter().map(|program| {
        let parts = program.lines_by_hand.iter();
        let parts: Vec<_> =
            parts.map(|part| format!("{} {}", part.name, grouped(part.lines))).collect();
        format!("{} {}: {}", program.task.name(), program.side.name(), parts.join(" + "))
    });
    notes.push(format!("Lines by hand, {}.", by_hand.collect::<Vec<_>>().join("; ")));
    let builds = || {
        let programs = footprint.programs.iter();
        programs.flat_map(|program| [program.dev.as_ref(), program.release.as_ref()]).flatten()
    };
    if let Some(first) = builds().next() {
        notes.push(format!(
            "Builds begin in an empty folder and have {} processors; the first was made on {}. Memory is \
             that of the largest process, compiler or linker. Binaries are stripped of their symbols, \
             unlike those of `compare bench startup`. This workspace's profile dev optimises dependencies \
             a little, but not the SDK's generated code.",
            first.processors, first.date
        ));
        let mut libraries: Vec<_> =
            builds().flat_map(|build| build.shared_libraries.iter().map(String::as_str)).collect();
        libraries.sort_unstable();
        libraries.dedup();
        notes.push(format!("Shared libraries: {}.", libraries.join(", ")));
    }
    notes.extend(missing(footprint));
    notes
}

/// The builds that were not made, and how to make them.
fn missing(footprint: &Footprint) -> Option<String> {
    let mut tasks: Vec<_> = (footprint.programs.iter())
        .filter(|program| program.dev.is_none() || program.release.is_none())
        .map(|program| program.task.name())
        .collect();
    tasks.dedup();
    (!tasks.is_empty()).then(|| {
        format!(
            "Some builds were not made with this compiler and these dependencies. To make them and keep \
             the results, run `compare footprint --build {}`. list-buckets takes minutes; all-scenarios \
             takes half an hour and 9 GB of memory, because it compiles aws-sdk-ec2 twice.",
            tasks.join(",")
        )
    })
}
