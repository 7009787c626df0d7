//! Draws the results of `compare run` as Markdown.

use std::fmt::Write as _;

use findings::run::{RunResult, ScenarioResult, SideResult};

use super::{HEADINGS, Time, caveat, fact, on_one_line, printed, remarkable, row, short, summary};
use crate::escape;

/// The whole result.
#[must_use]
pub fn comparison(comparison: &RunResult) -> String {
    let comparison = &escape::findings(comparison);
    let target = &comparison.target;
    let mut text = format!(
        "Calls went to {} ({}), region {}; credentials: {}.\n\n",
        target.endpoint, target.kind, target.region, target.credentials_from
    );
    let _ = writeln!(text, "| {} |", HEADINGS.join(" | "));
    text.push_str("| --- | --- | ---: | ---: | ---: | ---: |\n");
    for scenario in &comparison.scenarios {
        let row = row(scenario);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} |",
            row.scenario,
            row.verdict.word(),
            row.requests,
            time(row.raw),
            time(row.sdk),
            row.ratio
        );
    }
    let _ = writeln!(text, "\n{}\n\n{}", summary(comparison), caveat(comparison));
    for scenario in remarkable(comparison) {
        text.push_str(&remark(scenario));
    }
    text
}

/// The results without the times, for a report that has measured times elsewhere.
#[must_use]
pub fn outcomes(comparison: &RunResult) -> String {
    let [scenario, both, requests, ..] = HEADINGS;
    let mut text = format!("| {scenario} | {both} | {requests} |\n| --- | --- | ---: |\n");
    for row in comparison.scenarios.iter().map(row) {
        let (verdict, requests) = (row.verdict.word(), row.requests);
        let _ = writeln!(text, "| `{}` | {verdict} | {requests} |", row.scenario);
    }
    let _ = writeln!(text, "\n{}.", summary(comparison));
    for scenario in remarkable(comparison) {
        text.push_str(&remark(scenario));
    }
    text
}

/// A time with its range, for which a terminal has no room.
fn time(time: Time) -> String {
    match time.range {
        Some(range) => format!("{} ({range})", time.median),
        None => time.median,
    }
}

fn remark(scenario: &ScenarioResult) -> String {
    let mut text = format!("\n**{}**", scenario.name);
    if let Some(reason) = &scenario.raw.reason {
        let _ = write!(text, ": {}", escape::markdown(reason));
    }
    text.push('\n');
    for difference in &scenario.differences {
        let _ = writeln!(
            text,
            "- {}: raw {}, sdk {}",
            escape::markdown_code(&difference.path),
            escape::markdown_code(&short(&difference.raw)),
            escape::markdown_code(&short(&difference.sdk))
        );
    }
    if scenario.raw.reason.is_none() {
        text.push_str(&side("raw", &scenario.raw));
        text.push_str(&side("sdk", &scenario.sdk));
    }
    text
}

fn side(name: &str, side: &SideResult) -> String {
    let Some(text) = printed(side) else { return String::new() };
    let (fact, text) = (escape::markdown(&fact(side)), escape::markdown_code(&on_one_line(text)));
    format!("- {name} ({fact}) prints: {text}\n")
}
