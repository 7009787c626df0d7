//! Draws the results of `compare run` for a terminal, with colours. The caller strips them if they are not
//! wanted.

use std::fmt::Write as _;

use comfy_table::{Attribute, Cell, CellAlignment, Color, Table, presets};
use findings::run::{RunResult, ScenarioResult, SideResult};

use super::{
    Agreement, HEADINGS, caveat, fact, printed, remarkable, row, short, summary, wrapped_to,
};
use crate::escape;

/// The longest line of prose, also on a wider terminal.
const WIDEST: usize = 100;

/// The whole result, with prose in lines of at most `width` characters.
#[must_use]
pub fn comparison(comparison: &RunResult, width: usize) -> String {
    let comparison = &escape::findings(comparison);
    let width = width.min(WIDEST);
    let target = &comparison.target;
    let mut text = format!(
        "\nraw (reqwest, SigV4 by hand) and sdk (aws-sdk-rust)\n\n  calls go to  {} ({}), {}\n{}\n",
        target.endpoint,
        target.kind,
        target.region,
        wrapped_to(width, "  credentials  ", &target.credentials_from)
    );
    for note in &target.notes {
        let _ = writeln!(text, "{}", wrapped_to(width, "  note         ", note));
    }
    let _ = writeln!(text, "\n{}", table(comparison, width));
    for scenario in remarkable(comparison) {
        if let Some(remark) = remark(scenario, width) {
            let _ = writeln!(text, "{remark}");
        }
    }
    let _ = writeln!(
        text,
        "{}\n\n{}\n",
        summary(comparison),
        wrapped_to(width, "", &caveat(comparison))
    );
    text.push_str(next_steps(comparison));
    text
}

/// A row for each scenario. If a call failed, the errors that the sides print follow below its row.
fn table(comparison: &RunResult, width: usize) -> String {
    let table = rows(comparison).to_string();
    let mut lines = table.lines();
    let mut text = lines.by_ref().take(1).fold(String::new(), |text, line| text + line + "\n");
    for (line, scenario) in lines.zip(&comparison.scenarios) {
        let _ = writeln!(text, "{line}");
        if scenario.raw.reason.is_none() {
            for (name, side) in [("raw", &scenario.raw), ("sdk", &scenario.sdk)] {
                if let Some(printed) = printed(side) {
                    let _ = writeln!(
                        text,
                        "{}",
                        wrapped_to(width, &format!("   {name} prints  "), printed)
                    );
                }
            }
        }
    }
    text
}

fn rows(comparison: &RunResult) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty().enforce_styling();
    table.set_header(HEADINGS.map(|heading| Cell::new(heading).add_attribute(Attribute::Dim)));
    for column in 2..HEADINGS.len() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for scenario in &comparison.scenarios {
        let row = row(scenario);
        table.add_row([
            Cell::new(row.scenario),
            verdict(row.verdict),
            Cell::new(row.requests),
            Cell::new(row.raw.median),
            Cell::new(row.sdk.median),
            Cell::new(row.ratio),
        ]);
    }
    table
}

fn verdict(verdict: Agreement) -> Cell {
    let (mark, colour) = match verdict {
        Agreement::Same | Agreement::Refused => ('✓', Color::Green),
        Agreement::Unexpected | Agreement::NotTried | Agreement::Differs => ('✗', Color::Red),
        Agreement::Skipped => ('–', Color::Yellow),
    };
    Cell::new(format!("{mark} {}", verdict.word())).fg(colour)
}

/// What a scenario's row does not say, if there is more to say.
fn remark(scenario: &ScenarioResult, width: usize) -> Option<String> {
    let mut text = String::new();
    for difference in &scenario.differences {
        let _ = writeln!(text, "  {}", escape::line(&difference.path));
        let _ = writeln!(text, "    raw  {}", short(&difference.raw));
        let _ = writeln!(text, "    sdk  {}", short(&difference.sdk));
    }
    if scenario.raw.reason.is_none() {
        text.push_str(&side("raw", &scenario.raw, width));
        text.push_str(&side("sdk", &scenario.sdk, width));
    }
    let reason = scenario.raw.reason.as_ref().map(|reason| format!(", {reason}"));
    if text.is_empty() && reason.is_none() {
        return None;
    }
    let verdict = Agreement::of(scenario).word();
    Some(format!("{}: {verdict}{}\n{text}", scenario.name, reason.unwrap_or_default()))
}

/// What a failure holds beyond what its `{}` prints.
fn side(name: &str, side: &SideResult, width: usize) -> String {
    let Some(failure) = &side.failure else { return String::new() };
    let mut more = String::new();
    if failure.context != failure.display {
        let _ = writeln!(more, "{}", wrapped_to(width, "       in full: ", &cut(&failure.context)));
    }
    for (name, value) in failure.details.iter().filter(|(name, _)| name == "CanonicalRequest") {
        let _ = writeln!(more, "       the service's own {name}:");
        for line in value.lines() {
            let _ = writeln!(more, "         {line}");
        }
    }
    let unsaid = |advice: &&String| !failure.display.contains(advice.as_str());
    if let Some(advice) = failure.advice.as_ref().filter(unsaid) {
        let _ = writeln!(more, "{}", wrapped_to(width, "       advice: ", advice));
    }
    if more.is_empty() { more } else { format!("  {name}  {}\n{more}", fact(side)) }
}

/// Cuts the SDK's error context, which quotes the whole answer and repeats it in hexadecimal.
fn cut(text: &str) -> String {
    const ENOUGH: usize = 600;
    if text.chars().count() <= ENOUGH {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(ENOUGH).collect();
    format!("{beginning} … (the rest: --format json)")
}

fn next_steps(comparison: &RunResult) -> &'static str {
    match &*comparison.target.kind {
        "sandbox" => {
            "Next: compare --format json | less          every answer, field by field\n      \
             compare sign 'https://iam.amazonaws.com/?Action=ListUsers'   the steps of a signature, with your keys\n      \
             compare sandbox                       only the endpoint, for any AWS client\n      \
             compare --target aws --only s3        the same on AWS, read only\n"
        }
        _ => "Next: compare --format json | less          every answer, field by field\n",
    }
}
