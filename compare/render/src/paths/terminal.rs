//! For a terminal.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use findings::paths::{CodePath, Paths};

use super::{
    Bars, COST_HEADINGS, NOTHING_RECORDED, acting, bar, by_crate, by_group, components, conclusion,
    costs, kind, longest, notes, repetitions,
};
use crate::{escape, units::grouped, wrapped_to};

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const END: &str = "\u{1b}[0m";

/// The whole result, in lines of at most `width` characters.
#[must_use]
pub fn text(paths: &Paths, width: usize) -> String {
    let paths = &escape::findings(paths);
    let target = &paths.target;
    let mut text = format!(
        "\n{BOLD}{}{END}: the code between the call and its answer\n\n  calls go to  {} ({}), {}\n  \
         counted on   {}, {} build\n",
        paths.operation,
        target.endpoint,
        target.kind,
        target.region,
        paths.machine.platform,
        paths.machine.build.as_str()
    );
    for (name, path) in [("raw", &paths.raw), ("sdk", &paths.sdk)] {
        let _ = writeln!(text, "\n{BOLD}{name}{END}, in order\n");
        way(&mut text, path, width);
    }
    for (heading, names) in components(&paths.sdk) {
        let _ = writeln!(text, "\n  {heading}:\n{}", wrapped_to(width, "    ", &names));
    }
    let _ = writeln!(text);
    for line in cost_table(paths, width).lines() {
        let _ = writeln!(text, " {}", line.trim_end());
    }
    if let (Some(raw), Some(sdk)) = (&paths.raw.cost.instructions, &paths.sdk.cost.instructions) {
        chart(&mut text, "Instructions by kind of work", &by_group(raw, sdk), width);
        chart(&mut text, "Instructions by crate, largest first", &by_crate(raw, sdk), width);
    }
    for paragraph in [conclusion(paths)].into_iter().chain(notes(paths)) {
        let _ = writeln!(text, "\n{}", wrapped_to(width, "", &paragraph));
    }
    text
}

fn way(text: &mut String, path: &CodePath, width: usize) {
    for part in repetitions(path) {
        for phase in part.phases {
            let label = format!("  {:5}{}{}", kind(phase), "  ".repeat(phase.depth), phase.name);
            let _ = writeln!(text, "{label}");
            let acting = acting(path, phase);
            if !acting.is_empty() {
                let indent = " ".repeat(9 + 2 * phase.depth);
                let _ = writeln!(text, "{DIM}{}{END}", wrapped_to(width, &indent, &acting));
            }
        }
        if part.times > 1 {
            let _ = writeln!(text, "  {DIM}the same, {} times in total{END}", part.times);
        }
    }
    if path.trace.phases.is_empty() {
        let _ = writeln!(text, "  {NOTHING_RECORDED}");
    }
}

fn cost_table(paths: &Paths, width: usize) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width.saturating_sub(1)).unwrap_or(u16::MAX))
        .set_header(COST_HEADINGS)
        .add_rows(costs(paths));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn chart(text: &mut String, title: &str, bars: &[Bars], width: usize) {
    const NUMBER: usize = 12;
    let label = bars.iter().map(|bars| bars.label.chars().count()).max().unwrap_or(0);
    let room = width.saturating_sub(2 + label + 2 + 4 + NUMBER).max(8);
    let longest = longest(bars);
    let _ = writeln!(text, "\n{BOLD}{title}{END}\n");
    for bars in bars {
        for (name, side, value) in [(bars.label.as_str(), "raw", bars.raw), ("", "sdk", bars.sdk)] {
            let bar = bar(value, longest, room);
            let number = grouped(value);
            let line = format!("  {name:label$}  {side} {number:>11} {bar}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
}
