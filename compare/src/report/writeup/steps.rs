//! The steps of a signature, with the code that takes them and the bytes of one request.

use std::fmt::Write as _;

use super::table;
use crate::{
    evidence::Evidence,
    report::{
        algorithm::{Code, STEPS, Step, TUTORIALS},
        explain,
    },
};

pub(super) fn steps(evidence: &Evidence) -> String {
    let row = |(number, step): (usize, &Step)| {
        let raw = step.raw.iter().map(linked).collect::<Vec<_>>().join(", ");
        let sdk = step.sdk.iter().map(named).collect::<Vec<_>>().join(", ");
        [format!("{}. {}", number + 1, step.name), step.what.to_owned(), raw, sdk]
    };
    let mut text = table::words(
        ["step", "what it is", "raw", "SDK (crate aws-sigv4)"],
        STEPS.iter().enumerate().map(row),
    );
    if let Some(explanation) = evidence.explain.first() {
        let _ =
            write!(text, "\nThe same with the bytes of one call, `{}`:\n", explanation.operation);
        text.push_str(&explain::signature_markdown(explanation));
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
