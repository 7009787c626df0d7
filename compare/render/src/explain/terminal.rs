//! For a terminal: two columns if they fit, else one side below the other.

use std::fmt::Write as _;

use comfy_table::{Cell, ContentArrangement, Table, presets};
use findings::explain::Explanation;

use super::{Folding, HEADER_HEADINGS, Row, conclusion, header_rows, sections};
use crate::{escape, wrapped_to};

/// The width from which two columns fit.
const ROOM_FOR_TWO: usize = 120;
const LABEL: usize = 26;
const SIDE: usize = 5;

/// The whole explanation, in lines of at most `width` characters.
#[must_use]
pub fn text(explanation: &Explanation, width: usize) -> String {
    let explanation = &escape::findings(explanation);
    let target = &explanation.target;
    let mut text = format!(
        "\n{BOLD}{}{END}, raw and sdk\n\n  calls go to  {} ({}), {}\n{}\n",
        explanation.operation,
        target.endpoint,
        target.kind,
        target.region,
        wrapped_to(width, "  credentials  ", &target.credentials_from)
    );
    for (number, section) in sections(explanation).iter().enumerate() {
        let _ = writeln!(text, "\n{BOLD}{}. {}{END}", number + 1, section.title);
        if width >= ROOM_FOR_TWO && number == 0 {
            let column = column_of_two(width);
            let _ = writeln!(text, "  {DIM}{:LABEL$}{:column$}  sdk{END}", "", "raw");
        }
        let mut before = "";
        for row in &section.rows {
            // A label that several lines share is shown once.
            let label = if row.label == before { "" } else { &row.label };
            before = &row.label;
            for line in lines(row, label, width) {
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
    }
    let _ = writeln!(text, "\n{}", wrapped_to(width, "", &conclusion(explanation)));
    let _ = writeln!(text, "\n{BOLD}Headers{END}: who sends or signs each, and why\n");
    for line in table(explanation, width).lines() {
        let _ = writeln!(text, " {}", line.trim_end());
    }
    text
}

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const END: &str = "\u{1b}[0m";

fn column_of_two(width: usize) -> usize {
    (width - 2 - LABEL - 2) / 2
}

fn lines(row: &Row, label: &str, width: usize) -> Vec<String> {
    if width >= ROOM_FOR_TWO { two_columns(row, label, width) } else { stacked(row, label, width) }
}

fn two_columns(row: &Row, label: &str, width: usize) -> Vec<String> {
    let column = column_of_two(width);
    let raw = row
        .raw
        .as_deref()
        .map_or_else(|| vec!["–".to_owned()], |raw| cells(raw, column, row.folding));
    let sdk = match row.sdk.as_deref() {
        Some(_) if row.is_same() => vec![format!("{DIM}the same{END}")],
        Some(sdk) => cells(sdk, column, row.folding),
        None => vec!["–".to_owned()],
    };
    let mut lines = Vec::new();
    for index in 0..raw.len().max(sdk.len()) {
        let cell = |side: &[String]| side.get(index).cloned().unwrap_or_default();
        let label = if index == 0 { label } else { "" };
        lines.push(format!("  {label:LABEL$}{:column$}  {}", cell(&raw), cell(&sdk)));
        if let Some(caret) = caret(row, index, column) {
            lines.push(format!("  {:LABEL$}{caret:column$}  {caret}", ""));
        }
    }
    lines
}

fn stacked(row: &Row, label: &str, width: usize) -> Vec<String> {
    let column = width - 2 - LABEL - SIDE;
    let sides: &[(&str, Option<&String>)] = if row.is_same() {
        &[("both", row.raw.as_ref())]
    } else {
        &[("raw", row.raw.as_ref()), ("sdk", row.sdk.as_ref())]
    };
    let mut lines = Vec::new();
    for (nth, (side, value)) in sides.iter().enumerate() {
        let is_last = nth + 1 == sides.len();
        let cells =
            value.map_or_else(|| vec!["–".to_owned()], |value| cells(value, column, row.folding));
        for (index, cell) in cells.iter().enumerate() {
            let label = if lines.is_empty() { label } else { "" };
            let side = if index == 0 { side } else { "" };
            lines.push(format!("  {label:LABEL$}{DIM}{side:SIDE$}{END}{cell}"));
            if let Some(caret) = caret(row, index, column).filter(|_| is_last) {
                lines.push(format!("  {:LABEL$}{:SIDE$}{caret}", "", ""));
            }
        }
    }
    lines
}

/// A caret below the first character that differs, if it is in line `index`.
fn caret(row: &Row, index: usize, column: usize) -> Option<String> {
    let at = row.at.filter(|at| at / column == index)?;
    Some(format!("{}^", " ".repeat(at % column)))
}

/// `value` in pieces of at most `width` characters.
fn cells(value: &str, width: usize, folding: Folding) -> Vec<String> {
    let lines = match folding {
        Folding::Bytes => value.to_owned(),
        Folding::Prose => wrapped_to(width, "", value),
    };
    let mut cells = Vec::new();
    for line in lines.lines() {
        let characters: Vec<_> = line.chars().collect();
        cells.extend(characters.chunks(width).map(|piece| piece.iter().collect()));
    }
    if cells.is_empty() {
        cells.push("(empty)".to_owned());
    }
    cells
}

fn table(explanation: &Explanation, width: usize) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .force_no_tty()
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width - 1).unwrap_or(u16::MAX))
        .set_header(HEADER_HEADINGS.map(Cell::new));
    for row in header_rows(explanation) {
        table.add_row(row.map(Cell::new));
    }
    table
}
