//! For people, with colours; whoever prints it strips them where they are not wanted.

use std::fmt::Write as _;

use comfy_table::{Attribute, Cell, CellAlignment, Color, Table, presets};

use super::{HEADINGS, Verdict, caveat, fact, remarkable, row, short, summary, words, wrapped_to};
use crate::findings::{Comparison, Finding, Side};

/// The whole comparison.
#[must_use]
pub fn comparison(comparison: &Comparison) -> String {
    let target = &comparison.target;
    let mut text = format!(
        "\nraw (reqwest, SigV4 by hand) beside sdk (aws-sdk-rust)\n\n  calls go to  {} ({}), {}\n  \
         credentials  {}\n",
        target.endpoint, target.kind, target.region, target.credentials_from
    );
    for note in &target.notes {
        let _ = writeln!(text, "  note         {note}");
    }
    let _ = writeln!(text, "\n{}\n", table(comparison));
    for finding in remarkable(comparison) {
        let _ = writeln!(text, "{}", remark(finding));
    }
    let _ = writeln!(text, "{}\n\n{}\n", summary(comparison), wrapped("", &caveat(comparison)));
    text.push_str(next_steps(comparison));
    text
}

fn table(comparison: &Comparison) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty().enforce_styling();
    table.set_header(HEADINGS.map(|heading| Cell::new(heading).add_attribute(Attribute::Dim)));
    for column in 2..HEADINGS.len() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for finding in &comparison.scenarios {
        let row = row(finding);
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

fn verdict(verdict: Verdict) -> Cell {
    let (mark, colour) = match verdict {
        Verdict::Same | Verdict::Refused => ('✓', Color::Green),
        Verdict::Unexpected | Verdict::NotTried | Verdict::Differs => ('✗', Color::Red),
        Verdict::Skipped => ('–', Color::Yellow),
    };
    Cell::new(format!("{mark} {}", verdict.word())).fg(colour)
}

fn remark(finding: &Finding) -> String {
    let mut text = format!("{}: {}", finding.name, Verdict::of(finding).word());
    if let Some(reason) = &finding.raw.reason {
        let _ = write!(text, ", {reason}");
    }
    text.push('\n');
    for difference in &finding.differences {
        let _ = writeln!(text, "  {}", difference.path);
        let _ = writeln!(text, "    raw  {}", short(&difference.raw));
        let _ = writeln!(text, "    sdk  {}", short(&difference.sdk));
    }
    if finding.raw.reason.is_none() {
        text.push_str(&side("raw", &finding.raw));
        text.push_str(&side("sdk", &finding.sdk));
    }
    text
}

fn side(name: &str, side: &Side) -> String {
    let Some(words) = words(side) else { return String::new() };
    let mut text = format!("  {name}  {}\n{}\n", fact(side), wrapped("       prints: ", words));
    if let Some(failure) = &side.failure {
        if failure.context != failure.display {
            let _ = writeln!(text, "{}", wrapped("       in full: ", &cut(&failure.context)));
        }
        let unsaid = |advice: &&String| !failure.display.contains(advice.as_str());
        for (name, value) in failure.details.iter().filter(|(name, _)| name == "CanonicalRequest") {
            let _ = writeln!(text, "       the service's own {name}:");
            for line in value.lines() {
                let _ = writeln!(text, "         {line}");
            }
        }
        if let Some(advice) = failure.advice.as_ref().filter(unsaid) {
            let _ = writeln!(text, "{}", wrapped("       advice: ", advice));
        }
    }
    text
}

/// The SDK's full text of an error quotes the whole answer, in hexadecimal too.
fn cut(text: &str) -> String {
    const ENOUGH: usize = 600;
    if text.chars().count() <= ENOUGH {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(ENOUGH).collect();
    format!("{beginning} … (the rest: --format json)")
}

fn next_steps(comparison: &Comparison) -> &'static str {
    match comparison.target.kind {
        "sandbox" => {
            "Next: compare --format json | less          every answer, field by field\n      \
             compare sign 'https://iam.amazonaws.com/?Action=ListUsers'   the steps of a signature, with your keys\n      \
             compare sandbox                       the endpoint alone, for any AWS client\n      \
             compare --target aws --only s3        the same on AWS, reading only\n"
        }
        _ => "Next: compare --format json | less          every answer, field by field\n",
    }
}

/// In lines that fit a terminal.
fn wrapped(label: &str, text: &str) -> String {
    const WIDTH: usize = 100;
    wrapped_to(WIDTH, label, text)
}
