//! What parsing costs → text.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, Table, presets};
use findings::parse::{DocumentResult, Parsing};

use crate::{
    units::{as_f64, in_bytes, time, times},
    wrapped_to,
};

const HEADINGS: [&str; 6] = ["", "median", "MB/s", "allocations", "bytes", "at one time"];

/// For people.
#[must_use]
pub fn text(parsing: &Parsing) -> String {
    let mut text = wrapped_to(100, "", &preface(parsing));
    text.push('\n');
    for document in &parsing.documents {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(HEADINGS);
        for column in 1..HEADINGS.len() {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        for row in rows(document) {
            table.add_row(row.map(Cell::new));
        }
        let _ = writeln!(text, "\n{}\n{table}\n  {}", heading(document), ratio(document));
    }
    text
}

/// For reports.
#[must_use]
pub fn markdown(parsing: &Parsing) -> String {
    let mut text = format!("{}\n", preface(parsing));
    for document in &parsing.documents {
        let _ = writeln!(text, "\n**{}**\n\n| {} |", heading(document), HEADINGS.join(" | "));
        text.push_str("| --- | ---: | ---: | ---: | ---: | ---: |\n");
        for row in rows(document) {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        }
        let _ = writeln!(text, "\n{}", ratio(document));
    }
    text
}

/// The bias, before any number.
fn preface(parsing: &Parsing) -> String {
    let mut text = format!(
        "Both parse the same bytes, which the embedded endpoint wrote, by turns on {}. Time is the \
         processor's, until the result is there, not until it is freed again. The two do not make the \
         same: raw was written here, keeps the 12 fields of an image and the 5 of a key that the \
         scenarios ask for, checks that times are times and that the document is whole, and steps over \
         the rest; the SDK's deserialiser, \
         called without the rest of the SDK, fills its own output type with every field, and takes a \
         document that was cut short for a shorter one. Of these fields both read the same values, \
         which was checked before. An allocation that grows counts as one more, and as both at one \
         time; the document itself is not counted.",
        parsing.machine.in_words()
    );
    if let Some(caveat) = parsing.machine.caveat() {
        let _ = write!(text, " {caveat}");
    }
    text
}

fn heading(document: &DocumentResult) -> String {
    let DocumentResult { name, bytes, rounds, .. } = document;
    format!("{name} ({}, {rounds} rounds)", in_bytes(findings::stats::as_f64(*bytes)))
}

fn rows(document: &DocumentResult) -> impl Iterator<Item = [String; 6]> {
    document.arms.iter().map(|arm| {
        [
            arm.name.clone().into_owned(),
            time(arm.median_us),
            format!("{:.0}", arm.mb_per_s),
            arm.memory.allocations.to_string(),
            in_bytes(as_f64(arm.memory.allocated_bytes)),
            in_bytes(as_f64(arm.memory.peak_bytes)),
        ]
    })
}

fn ratio(document: &DocumentResult) -> String {
    format!("sdk ÷ raw: {}", times(document.sdk_over_raw))
}
