//! What a call costs → text.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, Table, presets};
use findings::{
    latency::{
        AaCheck, Latency, LatencyChanges, OperationResult, PairedDiff, PhaseTime, RatioVerdict,
    },
    machine::Machine,
    stats::Estimate,
};

use crate::{
    stand_in,
    units::{in_unit, time, times},
    wrapped_to,
};

const HEADINGS: [&str; 4] = ["", "median", "p90", "p99"];
const CHANGE_HEADINGS: [&str; 6] = ["operation", "", "before", "after", "after ÷ before", ""];

/// For people.
#[must_use]
pub fn text(latency: &Latency) -> String {
    let mut text = wrapped_to(WIDTH, "", &preface(latency));
    text.push('\n');
    for operation in &latency.operations {
        let rows = rows(operation).map(|row| row.map(Cell::new));
        let _ = writeln!(text, "\n{}\n{}", heading(operation), table(&HEADINGS, rows));
        for line in verdicts(operation) {
            let _ = writeln!(text, "{}", wrapped_to(WIDTH, "  ", &line));
        }
        text.push_str(&waterfall(operation));
    }
    let _ = writeln!(text, "\n{}", wrapped_to(WIDTH, "", &a_a(&latency.a_a)));
    text
}

/// For reports.
#[must_use]
pub fn markdown(latency: &Latency) -> String {
    let mut text = format!("{}\n", preface(latency));
    for operation in &latency.operations {
        let _ = writeln!(text, "\n**{}**\n\n| {} |", heading(operation), HEADINGS.join(" | "));
        text.push_str("| --- | ---: | ---: | ---: |\n");
        for row in rows(operation) {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        }
        text.push('\n');
        for line in verdicts(operation) {
            let _ = writeln!(text, "- {line}");
        }
        text.push_str("\n| phase | raw | sdk |\n| --- | ---: | ---: |\n");
        for PhaseTime { phase, raw_us, sdk_us } in &operation.waterfall {
            let _ =
                writeln!(text, "| {phase} | {} | {} |", phase_time(*raw_us), phase_time(*sdk_us));
        }
    }
    let _ = writeln!(text, "\n{}", a_a(&latency.a_a));
    text
}

/// Two measurements, for people.
#[must_use]
pub fn comparison_text(comparison: &LatencyChanges) -> String {
    let rows = changes(comparison).map(|row| row.map(Cell::new));
    let [before, after] = machines(comparison);
    format!(
        "{before}\n{after}\n\n{}\n\n{}\n",
        table(&CHANGE_HEADINGS, rows),
        wrapped_to(WIDTH, "", UNPAIRED)
    )
}

/// Two measurements, for reports.
#[must_use]
pub fn comparison_markdown(comparison: &LatencyChanges) -> String {
    let [before, after] = machines(comparison);
    let mut text = format!("{before}  \n{after}\n\n| {} |\n", CHANGE_HEADINGS.join(" | "));
    text.push_str("| --- | --- | ---: | ---: | ---: | --- |\n");
    for row in changes(comparison) {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    let _ = writeln!(text, "\n{UNPAIRED}");
    text
}

const WIDTH: usize = 100;

const UNPAIRED: &str = "The rounds of two measurements are no pairs: what the machine did meanwhile is \
                        in every ratio. Intervals at 95 %.";

/// The bias, before any number.
fn preface(latency: &Latency) -> String {
    let network = if latency.rtt_ms > 0.0 {
        format!(
            "an endpoint on this machine that holds every answer back for {} ms",
            latency.rtt_ms
        )
    } else {
        "an endpoint on this machine, so no time has a network in it, and every ratio is larger than \
         across one (--rtt 30ms shows how much)"
            .to_owned()
    };
    let mut text = format!(
        "Both clients and this measurement were written by the same people. Calls went to {network}. \
         Retries are off on both sides, connections are kept alive, HTTP/1.1 without TLS; {}; \
         {}. bare is raw's HTTP client with nothing of raw's: reqwest sends copies of what raw signed \
         beforehand, and nothing is parsed. It shows what raw adds, and is no bound for the SDK, \
         which has another HTTP client. Each round makes one call by each, in random order; \
         differences and ratios are medians over the rounds, with bootstrap intervals at 95 %. Phases \
         are medians of calls of their own, in which the clock is read at each phase: their sum is \
         not the median of the whole call. transmit ends when the answer begins, so parse has the \
         rest of the answer's way in it.",
        match latency.concurrency {
            1 => "one call under way at once, on one thread".to_owned(),
            calls => format!("{calls} calls under way at once"),
        },
        latency.machine.in_words()
    );
    if let Some(caveat) = latency.machine.caveat() {
        let _ = write!(text, " {caveat}");
    }
    text
}

fn heading(operation: &OperationResult) -> String {
    let stand_in = stand_in(operation.name).map(|what| format!("; {what}")).unwrap_or_default();
    format!("{} ({} rounds{stand_in})", operation.name, operation.rounds)
}

fn rows(operation: &OperationResult) -> impl Iterator<Item = [String; 4]> {
    operation.arms.iter().map(|arm| {
        let [median, p90, p99] = [arm.median_us, arm.p90_us, arm.p99_us].map(time);
        [arm.name.clone().into_owned(), median, p90, p99]
    })
}

fn verdicts(operation: &OperationResult) -> [String; 3] {
    [
        format!("sdk beside raw: {}", verdict(&operation.sdk_beside_raw, operation.rounds)),
        format!("raw beside bare: {}", verdict(&operation.raw_beside_bare, operation.rounds)),
        format!("sdk beside bare: {}", verdict(&operation.sdk_beside_bare, operation.rounds)),
    ]
}

fn verdict(beside: &PairedDiff, rounds: usize) -> String {
    let ratio = times(beside.ratio);
    let interval = beside.difference_us.interval;
    match beside.verdict {
        RatioVerdict::NoDifference => format!(
            "no difference larger than {} can be seen in {rounds} pairs ({ratio})",
            in_unit(interval.reach_from(0.0))
        ),
        RatioVerdict::Slower => format!("slower by {}, {ratio}", time(beside.difference_us)),
        RatioVerdict::Faster => {
            let (value, interval) = (beside.difference_us.value, beside.difference_us.interval);
            format!(
                "faster by {} ({} to {}), {ratio}",
                in_unit(-value),
                in_unit(-interval.high),
                in_unit(-interval.low)
            )
        }
    }
}

/// Each phase as a bar that begins where the one before it ended, the SDK's call as wide as the
/// drawing. What is between the steps stands first, though it happens before, between and after.
fn waterfall(operation: &OperationResult) -> String {
    const BAR: usize = 50;
    let total: f64 = operation.waterfall.iter().map(|phase| phase.sdk_us).sum();
    let columns = |micros: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of fifty columns"
        )]
        let columns = (micros / total * BAR as f64).round() as usize;
        columns
    };
    let mut text = String::new();
    for (name, of) in [("raw", raw_us as fn(&PhaseTime) -> f64), ("sdk", sdk_us)] {
        let mut before = 0.0;
        for phase in operation.waterfall.iter().filter(|phase| of(phase) > 0.0) {
            let (begin, end) = (columns(before), columns(before + of(phase)));
            before += of(phase);
            let bar = "█".repeat((end - begin).max(1));
            let (phase, time) = (&phase.phase, in_unit(of(phase)));
            let _ = writeln!(text, "  {name}  {phase:11}  {time:>8}  {:begin$}{bar}", "");
        }
    }
    text
}

fn raw_us(phase: &PhaseTime) -> f64 {
    phase.raw_us
}

fn sdk_us(phase: &PhaseTime) -> f64 {
    phase.sdk_us
}

fn phase_time(micros: f64) -> String {
    if micros > 0.0 { in_unit(micros) } else { "–".to_owned() }
}

/// raw against raw, in words.
fn a_a(a_a: &AaCheck) -> String {
    let words = if a_a.holds {
        "no difference, as it must be"
    } else {
        "a difference, where there is none: this machine is too noisy today, and no figure above is to \
         be trusted"
    };
    let again = if a_a.attempts > 1 { ", measured twice" } else { "" };
    let Estimate { value, interval } = a_a.ratio;
    format!(
        "raw against raw over {} rounds{again}: {words} ({value:.4} ×, {:.4} to {:.4} at 99.9 %).",
        a_a.rounds, interval.low, interval.high
    )
}

fn machines(comparison: &LatencyChanges) -> [String; 2] {
    let line = |name: &str, machine: &Machine| format!("{name}: {}", machine.in_words());
    [line("before", &comparison.before), line("after", &comparison.after)]
}

fn changes(comparison: &LatencyChanges) -> impl Iterator<Item = [String; 6]> {
    comparison.changes.iter().map(|change| {
        let words = match change.verdict {
            RatioVerdict::NoDifference => "no difference to be seen",
            RatioVerdict::Slower => "slower",
            RatioVerdict::Faster => "faster",
        };
        [
            change.operation.to_string(),
            change.arm.to_owned(),
            in_unit(change.before_us),
            in_unit(change.after_us),
            times(change.ratio),
            words.to_owned(),
        ]
    })
}

fn table<const N: usize>(headings: &[&str; N], rows: impl Iterator<Item = [Cell; N]>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(headings);
    for column in 1..N {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for row in rows {
        table.add_row(row);
    }
    table
}
