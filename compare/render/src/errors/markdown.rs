//! For reports.

use std::fmt::Write as _;

use findings::errors::{CaseResult, CaseSide, ErrorResults};

use super::{
    Detail, HOW_COUNTED, HOW_TO_READ, Row, answered, by_cause, ending, kept, kept_heading, names,
    remarkable, row, summary,
};
use crate::{escape, on_one_line};

/// The whole catalogue.
#[must_use]
pub fn markdown(errors: &ErrorResults, detail: Detail) -> String {
    let errors = &escape::findings(errors);
    match detail {
        Detail::Row => overview(errors),
        Detail::Full => errors.cases.iter().map(in_full).collect(),
    }
}

fn overview(errors: &ErrorResults) -> String {
    let mut text = cases(errors);
    text.push('\n');
    text.push_str(&kept_and_remarkable(errors));
    text
}

/// Every case as a row.
#[must_use]
pub fn cases(errors: &ErrorResults) -> String {
    let mut text = format!("{}\n", in_code(HOW_TO_READ));
    for (heading, cases) in by_cause(errors) {
        let _ = writeln!(text, "\n**{heading}**\n");
        text.push_str("| case | answered | raw `{}` | sdk `{}` | sdk context | attempts | |\n");
        text.push_str("| --- | --- | ---: | ---: | ---: | ---: | --- |\n");
        for case in cases {
            let row = row(case);
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | {} | {} | {} |",
                row.id,
                escape::markdown(&row.answered),
                row.raw,
                row.sdk,
                row.context,
                row.attempts,
                remark(&row)
            );
        }
    }
    text
}

/// The facts that each side keeps, and the remarkable cases.
#[must_use]
pub fn kept_and_remarkable(errors: &ErrorResults) -> String {
    let mut text = String::new();
    if let Some(heading) = kept_heading(errors) {
        let _ = writeln!(text, "**{heading}**\n\n| printed with | raw | sdk |");
        text.push_str("| --- | ---: | ---: |\n");
        for [way, raw, sdk] in kept(errors) {
            let _ = writeln!(text, "| {} | {raw} | {sdk} |", in_code(&way));
        }
        let _ = writeln!(text, "\n{}", in_code(HOW_COUNTED));
    }
    for (what, which) in remarkable(errors) {
        let _ = writeln!(text, "\n**{}**: {which}", in_code(&what));
    }
    for case in &errors.cases {
        if let Some(problem) = &case.problem {
            let _ = writeln!(
                text,
                "\n`{}` could not be played: {}",
                case.id,
                escape::markdown(problem)
            );
        }
    }
    let _ = writeln!(text, "\n{}", summary(errors));
    text
}

/// The remark on a case, or what both sides print if there are no facts to count.
fn remark(row: &Row<'_>) -> String {
    match row.printed {
        Some(printed) => {
            printed.map(|(who, text)| format!("{}: {}", in_code(who), cell(text))).join("<br>")
        }
        None => row.remark.unwrap_or_default().to_owned(),
    }
}

/// A quotation, for a cell of a table.
fn cell(text: &str) -> String {
    escape::markdown_cell(&on_one_line(text))
}

fn in_full(case: &CaseResult) -> String {
    let mut text = format!("## `{}`\n\n{}\n", case.id, case.what);
    if let Some(problem) = &case.problem {
        let _ = writeln!(text, "\n**The case could not be played**: {}", escape::markdown(problem));
    }
    let _ = writeln!(text, "\nSource: {} ({})", case.source, case.verified_by);
    match &case.wire.body {
        Some(body) => {
            let headers = case.wire.headers.iter().map(|(name, value)| format!("{name}: {value}"));
            let headers = headers.collect::<Vec<_>>().join("\n");
            let _ =
                writeln!(text, "\nThe service answered {}:\n", escape::markdown(&answered(case)));
            text.push_str(&escape::markdown_block(&format!("{headers}\n\n{body}")));
        }
        None => text.push_str("\nThere was no answer.\n"),
    }
    if !case.facts.is_empty() {
        text.push_str("\nFacts in it:\n\n");
    }
    for fact in &case.facts {
        let value = escape::markdown_code(&on_one_line(&fact.value));
        let _ = writeln!(text, "- {}: {value}", escape::markdown(&fact.name));
    }
    text.push_str(&side("raw", &case.raw));
    text.push_str(&side("sdk", &case.sdk));
    text.push('\n');
    text
}

fn side(name: &str, side: &CaseSide) -> String {
    let mut text = format!("\n**{name}**: {}", ending(side));
    if let Some(note) = &side.note {
        let _ = write!(text, " ({note})");
    }
    text.push('\n');
    if side.display.is_empty() {
        return text;
    }
    let _ = write!(text, "\n{}", escape::markdown_block(&side.display));
    if side.error_context != side.display {
        let copy = if side.debug_left_out { " (and a copy of `{:?}`, left out here)" } else { "" };
        let _ = write!(text, "\nIn full{copy}:\n\n{}", escape::markdown_block(&side.error_context));
    }
    for (what, found) in [
        ("`{}` keeps", names(&side.kept_by.display)),
        ("the printed causes keep", names(&side.kept_by.error_context)),
        ("accessors have", names(&side.kept_by.api)),
        ("`{:?}` has", names(&side.kept_by.debug)),
        ("only `{:?}` has", names(side.only_in_debug())),
        ("lost", names(side.found_nowhere())),
    ] {
        let _ = write!(text, "\n- {what}: {found}");
    }
    text.push('\n');
    text
}

fn in_code(text: &str) -> String {
    text.replace("{:?}", "`{:?}`").replace("{}", "`{}`")
}
