//! What each side costs to own → text.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};
use findings::footprint::{BuildCost, Footprint, Profile, Program};

use super::{
    units::{as_f64, duration, grouped, in_bytes},
    wrapped_to,
};

/// In lines of at most `width` characters.
#[must_use]
pub fn text(footprint: &Footprint, width: usize) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(headings(footprint, "\n"))
        .add_rows(rows(footprint));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = String::from("\n");
    for line in table.lines() {
        let _ = writeln!(text, " {}", line.trim_end());
    }
    for paragraph in notes(footprint) {
        let _ = writeln!(text, "\n{}", wrapped_to(width, "", &paragraph));
    }
    text
}

/// For reports.
#[must_use]
pub fn markdown(footprint: &Footprint) -> String {
    let headings = headings(footprint, " ");
    let mut text =
        format!("| {} |\n| --- |{}\n", headings.join(" | "), " ---: |".repeat(headings.len() - 1));
    for row in rows(footprint) {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    for paragraph in notes(footprint) {
        let _ = writeln!(text, "\n{paragraph}");
    }
    text
}

fn headings(footprint: &Footprint, between: &str) -> Vec<String> {
    let programs = footprint.programs.iter();
    let names =
        programs.map(|program| format!("{}{between}{}", program.task.name(), program.side.name()));
    [String::new()].into_iter().chain(names).collect()
}

fn rows(footprint: &Footprint) -> Vec<Vec<String>> {
    let row = |label: &str, of: &dyn Fn(&Program) -> String| {
        let cells = footprint.programs.iter().map(of);
        [label.to_owned()].into_iter().chain(cells).collect::<Vec<_>>()
    };
    let count = |count: usize| grouped(u64::try_from(count).unwrap_or(u64::MAX));
    let mut rows = vec![
        row("crates of others", &|program| count(program.crates)),
        row("of these, with C", &|program| {
            format!("{} ({})", program.building_c.len(), program.building_c.join(", "))
        }),
        row("lines by hand", &|program| grouped(program.lines_by_hand())),
        row("lines of others", &|program| grouped(program.lines_of_dependencies)),
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
        "{}, lock file {}…, features as in this workspace: defaults are larger. Crates are those of \
         normal and build dependencies for this machine; two versions of one are two. Lines are of \
         Rust code: comments, blank lines and tests are none, and neither is what is only there to be \
         looked at (observe.rs and the like). Of others' lines all count, also those that another system \
         or feature would need. All of raw and of the vocabulary counts as written by hand, whatever of it the \
         program needs: so one operation comes to nearly as many lines as all nine. The lines of the \
         two sides are not of one scope, because the SDK's are only what its user writes. The SDK's program reads credentials from wherever the SDK can, raw's from the \
         environment.",
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
            "Builds are from an empty folder, with {} processors, first on {}; the memory is that of \
             the largest process, compiler or linker; binaries are stripped of their symbols, which \
             those of `compare bench startup` are not. The profile dev of this workspace optimises \
             dependencies a little, and the SDK's generated code not at all.",
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

/// Which builds nobody has made, and how to make them.
fn missing(footprint: &Footprint) -> Option<String> {
    let mut tasks: Vec<_> = (footprint.programs.iter())
        .filter(|program| program.dev.is_none() || program.release.is_none())
        .map(|program| program.task.name())
        .collect();
    tasks.dedup();
    (!tasks.is_empty()).then(|| {
        format!(
            "Missing are builds with this compiler and these dependencies. To make them, and keep what they \
             took: `compare footprint --build {}`. list-buckets takes minutes; all-scenarios half an \
             hour and 9 GB of memory, because it has aws-sdk-ec2 compiled twice.",
            tasks.join(",")
        )
    })
}
