//! The part `steps`: the steps of a signature, the code for each, and the bytes of one request.

use std::fmt::Write as _;

use findings::{evidence::Evidence, explain::Explanation};

use crate::{
    algorithm::{Code, STEPS, Step, TUTORIALS},
    explain::{self, Row},
};

pub(super) fn steps(evidence: &Evidence) -> String {
    let row = |(number, step): (usize, &Step)| {
        let raw = step.raw.iter().map(linked).collect::<Vec<_>>().join(", ");
        let sdk = step.sdk.iter().map(named).collect::<Vec<_>>().join(", ");
        [format!("{}. {}", number + 1, step.name), step.what.to_owned(), raw, sdk]
    };
    let rows = STEPS.iter().enumerate().map(row);
    let mut text = table(["step", "result", "raw", "SDK (crate aws-sigv4)"], rows);
    text.push_str("\nThe most common mistakes in each step:\n\n");
    for (number, step) in (1..).zip(STEPS) {
        let _ = writeln!(text, "{number}. {}", step.pitfalls);
    }
    if let Some(explanation) = evidence.explain.first() {
        walk(&mut text, explanation);
    }
    text.push_str(
        "\nThe names of these functions in common tutorials, and their counterparts here:\n\n",
    );
    let rows = TUTORIALS.iter().map(|(theirs, ours)| [format!("`{theirs}`"), linked(ours)]);
    text.push_str(&table(["in tutorials", "here"], rows));
    text
}

/// A Markdown table with left-aligned columns.
fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut text = format!("| {} |\n|{}\n", headings.join(" | "), " --- |".repeat(N));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// A link to the file, relative to the report.
fn linked(code: &Code) -> String {
    format!("[`{}`]({})", code.name, code.file)
}

fn named(code: &Code) -> String {
    format!("`{}` in `{}`", code.name, code.file)
}

/// The five steps with the bytes of one call, in code blocks, because hashes do not fit a table.
fn walk(text: &mut String, explanation: &Explanation) {
    let (Some(raw), Some(sdk)) = (&explanation.raw.signature, &explanation.sdk.signature) else {
        return;
    };
    let _ = writeln!(
        text,
        "\nThe same steps with the bytes of one call, `{}`. `both` marks a line that is the same on both sides:",
        explanation.operation
    );
    // Signing key and signature are one step here.
    let [canonical, hash, to_sign, key, signature, carried] =
        explain::signature(raw, sdk).map(|section| section.rows);
    let key = key.into_iter().chain(signature).collect();
    let steps = [canonical, hash, to_sign, key, carried];
    for (number, (step, rows)) in (1..).zip(STEPS.iter().zip(steps)) {
        let _ = writeln!(text, "\n**{number}. {}**\n\n```text", step.name);
        // The row of the last step has no label of its own.
        let label =
            |row: &Row| if row.label.is_empty() { step.name } else { &row.label }.to_owned();
        let widest = rows.iter().map(|row| label(row).len()).max().unwrap_or_default();
        for row in &rows {
            write_row(text, &label(row), row, widest);
        }
        text.push_str("```\n");
    }
    explain::write_headers(text, explanation);
}

fn write_row(text: &mut String, label: &str, row: &Row, width: usize) {
    let absent = || "–".to_owned();
    if row.raw == row.sdk {
        let both = row.raw.clone().unwrap_or_else(absent);
        let _ = writeln!(text, "{label:width$}  both  {both}");
        return;
    }
    let [raw, sdk] = [&row.raw, &row.sdk].map(|side| side.clone().unwrap_or_else(absent));
    let _ = writeln!(text, "{label:width$}  raw   {raw}\n{:width$}  sdk   {sdk}", "");
}
