//! Draws findings as terminal text, Markdown, HTML and SVG. It depends on no other crate of this project than
//! `findings`, and it does not measure, decide or print.
//!
//! Each verb has a module of its name. [`writeup`], [`html`] and [`plot`] draw the write-up, and [`files`] lists
//! its files. Every text that a server sent passes through [`escape`].

pub mod algorithm;
pub mod bench;
mod document;
pub mod errors;
pub mod escape;
pub mod explain;
pub mod files;
pub mod footprint;
pub mod html;
pub mod markdown;
pub mod paths;
pub mod plot;
pub mod steps;
pub mod terminal;
mod units;
pub mod writeup;

use findings::{
    machine::BuildKind,
    run::{Outcome, RunResult, ScenarioResult, SideResult},
    scenario::{Scenario, Service},
};

use units::{duration, in_unit};

/// A scenario as one row of a table, whatever the format.
struct Row {
    scenario: String,
    verdict: Agreement,
    requests: String,
    raw: Time,
    sdk: Time,
    ratio: String,
}

/// How long a call takes.
struct Time {
    /// The median.
    median: String,
    /// The shortest and the longest, if there are several.
    range: Option<String>,
}

/// Whether the sides agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    /// The same on both sides, and as expected.
    Same,
    /// The same refusal on both sides, as expected.
    Refused,
    /// The same on both sides, but not as expected.
    Unexpected,
    /// Neither side could try, because an earlier scenario failed to find what this one needs.
    NotTried,
    /// The sides differ.
    Differs,
    /// Not tried.
    Skipped,
}

const HEADINGS: [&str; 6] = ["scenario", "both sides", "requests", "raw", "sdk", "sdk ÷ raw"];

impl Agreement {
    fn of(finding: &ScenarioResult) -> Self {
        match finding.raw.outcome {
            _ if !finding.same => Self::Differs,
            Outcome::Skipped => Self::Skipped,
            Outcome::Failed if finding.raw.reason.is_some() => Self::NotTried,
            _ if !finding.agrees() => Self::Unexpected,
            Outcome::Refused => Self::Refused,
            _ => Self::Same,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Refused => "same refusal",
            Self::Unexpected => "same, unexpected",
            Self::NotTried => "not tried",
            Self::Differs => "differs",
            Self::Skipped => "skipped",
        }
    }
}

fn row(finding: &ScenarioResult) -> Row {
    let (raw, sdk) = (&finding.raw, &finding.sdk);
    let requests = if raw.requests == sdk.requests {
        raw.requests.to_string()
    } else {
        format!("{} / {}", raw.requests, sdk.requests)
    };
    let timed = raw.latency_us.n > 0 && sdk.latency_us.n > 0;
    // The ratio of two single calls would be noise.
    let comparable = raw.latency_us.n > 1 && sdk.latency_us.n > 1;
    let ratio = sdk.latency_us.median / raw.latency_us.median;
    Row {
        scenario: finding.name.to_string(),
        verdict: Agreement::of(finding),
        requests: if timed { requests } else { String::new() },
        raw: latency(raw),
        sdk: latency(sdk),
        ratio: if comparable { format!("{ratio:.1}") } else { String::new() },
    }
}

fn latency(side: &SideResult) -> Time {
    let latency = side.latency_us;
    let range = || format!("{} to {}", in_unit(latency.low), in_unit(latency.high));
    Time {
        median: if latency.n > 0 { in_unit(latency.median) } else { String::new() },
        range: (latency.n > 1).then(range),
    }
}

/// What makes the call on the SDK's side if the SDK has no client for it.
fn stand_in(scenario: Scenario) -> Option<&'static str> {
    (scenario.service() == Service::Api).then_some("sdk: the crate aws-sigv4, with reqwest")
}

/// The table in one sentence.
fn summary(comparison: &RunResult) -> String {
    let count = |wanted: Agreement| {
        comparison.scenarios.iter().filter(|finding| Agreement::of(finding) == wanted).count()
    };
    let total = comparison.scenarios.len();
    let (skipped, not_tried) = (count(Agreement::Skipped), count(Agreement::NotTried));
    let played = total - skipped - not_tried;
    let took = duration(std::time::Duration::from_millis(comparison.elapsed_ms).as_secs_f64());
    let mut sentence = if comparison.agree {
        format!("{played} of {total} scenarios played, all with the same result on both sides")
    } else {
        let (differ, unexpected) = (count(Agreement::Differs), count(Agreement::Unexpected));
        format!(
            "{played} of {total} scenarios played; differing: {differ}, unexpected: {unexpected}"
        )
    };
    for (count, what) in [(skipped, "skipped"), (not_tried, "not tried")] {
        if count > 0 {
            sentence = format!("{sentence}; {count} {what}");
        }
    }
    format!("{sentence} ({took})")
}

/// How the times were measured, and why they are only indicative.
fn caveat(comparison: &RunResult) -> String {
    let machine = &comparison.machine;
    let mut text = format!(
        "Times are medians of at most ten calls, raw and sdk by turns ({}, {} processors), and only \
         indicative. A call that launches, waits, tags or terminates is timed once. The time of \
         s3-presigned-get is that of making the URL.",
        machine.platform, machine.processors
    );
    if machine.build == BuildKind::Unoptimised {
        text.push_str(
            " This build is not optimised; quote the times of `cargo run --release -p compare`.",
        );
    }
    text
}

/// The scenarios that need more explanation than their row.
fn remarkable(comparison: &RunResult) -> impl Iterator<Item = &ScenarioResult> {
    comparison.scenarios.iter().filter(|finding| Agreement::of(finding) != Agreement::Same)
}

/// The error that a side prints, if its call failed.
fn printed(side: &SideResult) -> Option<&str> {
    side.failure.as_ref().map(|failure| failure.display.as_str())
}

/// The status and code of a failure.
fn fact(side: &SideResult) -> String {
    let Some(failure) = &side.failure else { return String::new() };
    let parts = [failure.status.map(|status| status.to_string()), failure.code.clone()];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    let fact = if parts.is_empty() { failure.stage.clone().into_owned() } else { parts.join(" ") };
    escape::line(&fact).into_owned()
}

/// A JSON value, cut to fit one line.
fn short(value: &serde_json::Value) -> String {
    const WIDTH: usize = 100;
    let text = value.to_string();
    if text.chars().count() <= WIDTH {
        return text;
    }
    text.chars().take(WIDTH).chain(['…']).collect()
}

/// The text with each run of white space replaced by one space.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Wraps `text` to lines of at most `width` characters. The first follows `label`, and the others are
/// indented as far.
fn wrapped_to(width: usize, label: &str, text: &str) -> String {
    let indent = " ".repeat(label.chars().count());
    let mut wrapped = label.to_owned();
    let mut column = indent.len();
    for (index, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > width {
            wrapped.push('\n');
            wrapped.push_str(&indent);
            column = indent.len();
        } else if index > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += length;
    }
    wrapped
}
