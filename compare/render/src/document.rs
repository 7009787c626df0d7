//! Paragraphs, lists and tables, written for a terminal or as Markdown.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};

use crate::wrapped_to;

/// A part of a document.
pub(crate) enum Block {
    Paragraph(String),
    Heading(String),
    List(Vec<String>),
    /// Preformatted lines.
    Lines(Vec<String>),
    /// Rows of cells. The first row is the header; the first column is left-aligned and the others are
    /// right-aligned. A line feed within a cell is for terminals.
    Table(Vec<Vec<String>>),
}

/// A table of `rows` under `headings`.
pub(crate) fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Block {
    let headings = headings.map(str::to_owned).to_vec();
    Block::Table([headings].into_iter().chain(rows.into_iter().map(Vec::from)).collect())
}

/// [`table`] as Markdown.
pub(crate) fn markdown_table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    markdown(&[table(headings, rows)])
}

/// The blocks for a terminal, with prose in lines of at most `width` characters.
pub(crate) fn terminal(blocks: &[Block], width: usize) -> String {
    let mut text = String::new();
    let mut follows_heading = false;
    for (index, block) in blocks.iter().enumerate() {
        if index > 0 && !follows_heading {
            text.push('\n');
        }
        follows_heading = matches!(block, Block::Heading(_));
        match block {
            Block::Paragraph(prose) => {
                let _ = writeln!(text, "{}", wrapped_to(width, "", prose));
            }
            Block::Heading(heading) => {
                let _ = writeln!(text, "{heading}");
            }
            Block::List(items) => {
                for item in items {
                    let _ = writeln!(text, "{}", wrapped_to(width, "  ", item));
                }
            }
            Block::Lines(lines) => {
                for line in lines {
                    let _ = writeln!(text, "{line}");
                }
            }
            Block::Table(rows) => {
                for line in aligned(rows).lines() {
                    let _ = writeln!(text, " {}", line.trim_end());
                }
            }
        }
    }
    text
}

fn aligned(rows: &[Vec<String>]) -> Table {
    let mut table = Table::new();
    let mut rows = rows.iter();
    table.load_style(presets::NOTHING).set_header(rows.next().into_iter().flatten()).add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The blocks as Markdown.
pub(crate) fn markdown(blocks: &[Block]) -> String {
    let blocks = blocks.iter().map(|block| match block {
        Block::Paragraph(prose) => format!("{prose}\n"),
        Block::Heading(heading) => format!("**{heading}**\n"),
        Block::List(items) => items.iter().flat_map(|item| ["- ", item, "\n"]).collect(),
        Block::Lines(lines) => format!("```text\n{}\n```\n", lines.join("\n")),
        Block::Table(rows) => {
            let columns = rows.first().map_or(0, Vec::len);
            let rule = format!("| --- |{}\n", " ---: |".repeat(columns.saturating_sub(1)));
            let mut rows =
                rows.iter().map(|row| format!("| {} |\n", row.join(" | ").replace('\n', " ")));
            rows.next().into_iter().chain([rule]).chain(rows).collect::<String>()
        }
    });
    blocks.collect::<Vec<_>>().join("\n")
}
