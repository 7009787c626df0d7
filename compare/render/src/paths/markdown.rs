//! For reports.

use std::fmt::Write as _;

use findings::paths::{CodePath, Paths};

use super::{
    Bars, COST_HEADINGS, NOTHING_RECORDED, acting, bar, by_crate, by_group, components, conclusion,
    costs, kind, longest, notes, repetitions,
};
use crate::{escape, units::grouped};

/// Characters of the longest bar.
const BAR: usize = 20;

/// The whole result.
#[must_use]
pub fn markdown(paths: &Paths) -> String {
    let paths = &escape::findings(paths);
    costs_markdown(paths) + &ways_markdown(paths) + &notes_markdown(paths)
}

/// The code that a warm call runs: kinds of work, crates, phases and hooks.
#[must_use]
pub fn ways_markdown(paths: &Paths) -> String {
    let mut text = String::new();
    if let (Some(raw), Some(sdk)) = (&paths.raw.cost.instructions, &paths.sdk.cost.instructions) {
        chart(&mut text, "kind of work", &by_group(raw, sdk));
        chart(&mut text, "crate", &by_crate(raw, sdk));
    }
    for (name, path) in [("raw", &paths.raw), ("sdk", &paths.sdk)] {
        let _ = writeln!(text, "\n**{name}, in order**\n");
        way(&mut text, path);
    }
    for (heading, names) in components(&paths.sdk) {
        let _ = writeln!(text, "\n{heading}: {names}");
    }
    text
}

/// The notes on how it was counted.
#[must_use]
pub fn notes_markdown(paths: &Paths) -> String {
    notes(paths).iter().flat_map(|note| ["\n", note, "\n"]).collect()
}

/// What a warm call costs.
#[must_use]
pub fn costs_markdown(paths: &Paths) -> String {
    let mut text = format!(
        "`{}`: the code between the call and its answer, on {}, {} build.\n\n",
        paths.operation,
        paths.machine.platform,
        paths.machine.build.as_str()
    );
    let _ = writeln!(text, "| {} |\n| --- | ---: | ---: | ---: |", COST_HEADINGS.join(" | "));
    for row in costs(paths) {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    let _ = writeln!(text, "\n{}", conclusion(paths));
    text
}

fn way(text: &mut String, path: &CodePath) {
    for part in repetitions(path) {
        for phase in part.phases {
            let acting = acting(path, phase);
            let acting = if acting.is_empty() { acting } else { format!(": {acting}") };
            let indent = "  ".repeat(phase.depth);
            let _ = writeln!(text, "{indent}- {} `{}`{acting}", kind(phase), phase.name);
        }
        if part.times > 1 {
            let _ = writeln!(text, "- the same, {} times in total", part.times);
        }
    }
    if path.trace.phases.is_empty() {
        let _ = writeln!(text, "{NOTHING_RECORDED}");
    }
}

fn chart(text: &mut String, what: &str, bars: &[Bars]) {
    let _ = writeln!(text, "\n| {what} | raw | sdk | raw, then sdk |\n| --- | ---: | ---: | --- |");
    let longest = longest(bars);
    for Bars { label, raw, sdk } in bars {
        let (first, second) = (bar(*raw, longest, BAR), bar(*sdk, longest, BAR));
        let _ = writeln!(
            text,
            "| {label} | {} | {} | {first}<br>{second} |",
            grouped(*raw),
            grouped(*sdk)
        );
    }
}
