//! A table in Markdown.

use std::fmt::Write as _;

/// The first column to the left, the others to the right.
pub(super) fn figures<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut rules = ["---:"; N];
    rules[0] = "---";
    table(headings, rules, rows)
}

/// Every column to the left.
pub(super) fn words<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    table(headings, ["---"; N], rows)
}

fn table<const N: usize>(
    headings: [&str; N],
    rules: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut text = format!("| {} |\n| {} |\n", headings.join(" | "), rules.join(" | "));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}
