//! The steps of a signature, with the code that takes them and the bytes of one request.

use std::fmt::Write as _;

use findings::{evidence::Evidence, explain::Explanation};

use super::table;
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
    let mut text = table::words(["step", "what it is", "raw", "SDK (crate aws-sigv4)"], rows);
    text.push_str("\nWhat goes wrong most often:\n\n");
    for (number, step) in (1..).zip(STEPS) {
        let _ = writeln!(text, "{number}. {}", step.pitfalls);
    }
    if let Some(explanation) = evidence.explain.first() {
        walk(&mut text, explanation);
    }
    text.push_str("\nWhat the usual tutorials call these functions, and where they are here:\n\n");
    let rows = TUTORIALS.iter().map(|(theirs, ours)| [format!("`{theirs}`"), linked(ours)]);
    text.push_str(&table::words(["in tutorials", "here"], rows));
    text
}

/// A link to the file, where the report stands beside the source.
fn linked(code: &Code) -> String {
    format!("[`{}`]({})", code.name, code.file)
}

fn named(code: &Code) -> String {
    format!("`{}` in `{}`", code.name, code.file)
}

/// The five steps with the bytes of one call, as lines of a code block: hashes fit no table.
fn walk(text: &mut String, explanation: &Explanation) {
    let (Some(raw), Some(sdk)) = (&explanation.raw.signature, &explanation.sdk.signature) else {
        return;
    };
    let _ = writeln!(
        text,
        "\nThe same with the bytes of one call, `{}`; `both` marks what is the same on both sides:",
        explanation.operation
    );
    // The signing key and what it signs are one step in AWS's count.
    let [canonical, hash, to_sign, key, signature, carried] =
        explain::signature(raw, sdk).map(|section| section.rows);
    let key = key.into_iter().chain(signature).collect();
    let steps = [canonical, hash, to_sign, key, carried];
    for (number, (step, rows)) in (1..).zip(STEPS.iter().zip(steps)) {
        let _ = writeln!(text, "\n**{number}. {}**\n\n```text", step.name);
        // What carries the signature has no name among the rows: it is the step.
        let label =
            |row: &Row| if row.label.is_empty() { step.name } else { &row.label }.to_owned();
        let widest = rows.iter().map(|row| label(row).len()).max().unwrap_or_default();
        for row in &rows {
            beside(text, &label(row), row, widest);
        }
        text.push_str("```\n");
    }
    explain::write_headers(text, explanation);
}

fn beside(text: &mut String, label: &str, row: &Row, width: usize) {
    let absent = || "–".to_owned();
    if row.raw == row.sdk {
        let both = row.raw.clone().unwrap_or_else(absent);
        let _ = writeln!(text, "{label:width$}  both  {both}");
        return;
    }
    let [raw, sdk] = [&row.raw, &row.sdk].map(|side| side.clone().unwrap_or_else(absent));
    let _ = writeln!(text, "{label:width$}  raw   {raw}\n{:width$}  sdk   {sdk}", "");
}
