//! Draws the results of `compare bench latency`.

use findings::{
    latency::{
        AaCheck, Latency, LatencyChanges, OperationResult, PairedDiff, PhaseTime, RatioVerdict,
    },
    machine::Machine,
    stats::Estimate,
};

use crate::{
    document::{self, Block, table},
    stand_in,
    units::{in_unit, time, times},
};

/// For a terminal.
#[must_use]
pub fn text(latency: &Latency) -> String {
    document::terminal(&blocks(latency, bars), super::WIDTH)
}

/// For reports.
#[must_use]
pub fn markdown(latency: &Latency) -> String {
    document::markdown(&blocks(latency, phases))
}

/// Two measurements, for a terminal.
#[must_use]
pub fn comparison_text(changes: &LatencyChanges) -> String {
    document::terminal(&compared(changes), super::WIDTH)
}

/// Two measurements, for reports.
#[must_use]
pub fn comparison_markdown(changes: &LatencyChanges) -> String {
    document::markdown(&compared(changes))
}

fn blocks(latency: &Latency, waterfall: fn(&OperationResult) -> Block) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(preface(latency))];
    for operation in &latency.operations {
        let OperationResult { name, rounds, .. } = operation;
        let stand_in = stand_in(*name).map(|what| format!("; {what}")).unwrap_or_default();
        blocks.push(Block::Heading(format!("{name} ({rounds} rounds{stand_in})")));
        blocks.push(table(["", "median", "p90", "p99"], percentiles(operation)));
        blocks.push(Block::List(verdicts(operation).into()));
        blocks.push(waterfall(operation));
    }
    blocks.push(Block::Paragraph(a_a(&latency.a_a)));
    blocks
}

/// The biases, which come before any number.
fn preface(latency: &Latency) -> String {
    let network = if latency.rtt_ms > 0.0 {
        format!("an endpoint on this machine that delays every answer by {} ms", latency.rtt_ms)
    } else {
        "an endpoint on this machine. No time includes a network, so every ratio is larger than it would \
         be across one (--rtt 30ms shows by how much)"
            .to_owned()
    };
    let mut text = format!(
        "The same people wrote both clients and this measurement. Calls went to {network}. Retries are off \
         on both sides, connections are kept alive, and HTTP/1.1 runs without TLS; {}; {}. bare is raw's \
         HTTP client without raw: reqwest sends copies of what raw signed beforehand, and nothing is \
         parsed. It shows what raw adds. It is no lower bound for the SDK, which has a different HTTP \
         client. In each round every arm makes one call, in random order. Differences and ratios are \
         medians over the rounds, with 95 % bootstrap intervals. Phases are medians of separate, \
         instrumented calls, so their sum is not the median of the whole call. transmit ends when the \
         answer begins to arrive, so parse includes the arrival of the rest.",
        match latency.concurrency {
            1 => "one call at a time, on one thread".to_owned(),
            calls => format!("{calls} calls at a time"),
        },
        latency.machine.in_words()
    );
    super::add_caveat(&mut text, &latency.machine);
    text
}

fn percentiles(operation: &OperationResult) -> impl Iterator<Item = [String; 4]> {
    operation.arms.iter().map(|arm| {
        let [median, p90, p99] = [arm.median_us, arm.p90_us, arm.p99_us].map(time);
        [arm.name.clone().into_owned(), median, p90, p99]
    })
}

fn verdicts(operation: &OperationResult) -> [String; 3] {
    [
        ("sdk against raw", &operation.sdk_beside_raw),
        ("raw against bare", &operation.raw_beside_bare),
        ("sdk against bare", &operation.sdk_beside_bare),
    ]
    .map(|(pair, diff)| format!("{pair}: {}", verdict(diff, operation.rounds)))
}

fn verdict(diff: &PairedDiff, rounds: usize) -> String {
    let ratio = times(diff.ratio);
    let Estimate { value, interval } = diff.difference_us;
    match diff.verdict {
        RatioVerdict::NoDifference => format!(
            "no difference larger than {} in {rounds} pairs ({ratio})",
            in_unit(interval.reach_from(0.0))
        ),
        RatioVerdict::Slower => format!("slower by {}, {ratio}", time(diff.difference_us)),
        RatioVerdict::Faster => format!(
            "faster by {} ({} to {}), {ratio}",
            in_unit(-value),
            in_unit(-interval.high),
            in_unit(-interval.low)
        ),
    }
}

/// The phases as bars. Each begins where the one before it ended, and the SDK's call spans the whole
/// width. The phase between the steps comes first, although it runs before, between and after them.
fn bars(operation: &OperationResult) -> Block {
    type Spent = fn(&PhaseTime) -> f64;
    const WIDTH: f64 = 50.0;
    let total: f64 = operation.waterfall.iter().map(|phase| phase.sdk_us).sum();
    let columns = |micros: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of fifty columns"
        )]
        let columns = (micros / total * WIDTH).round() as usize;
        columns
    };
    let sides: [(_, Spent); 2] = [("raw", |phase| phase.raw_us), ("sdk", |phase| phase.sdk_us)];
    let mut lines = Vec::new();
    for (name, of) in sides {
        let mut before = 0.0;
        for phase in operation.waterfall.iter().filter(|phase| of(phase) > 0.0) {
            let (begin, end) = (columns(before), columns(before + of(phase)));
            before += of(phase);
            let bar = "█".repeat((end - begin).max(1));
            let (phase, time) = (&phase.phase, in_unit(of(phase)));
            lines.push(format!("  {name}  {phase:11}  {time:>8}  {:begin$}{bar}", ""));
        }
    }
    Block::Lines(lines)
}

/// The phases as a table.
fn phases(operation: &OperationResult) -> Block {
    let time = |micros: f64| if micros > 0.0 { in_unit(micros) } else { "–".to_owned() };
    let phases = operation.waterfall.iter();
    let rows = phases.map(|phase| [phase.phase.clone(), time(phase.raw_us), time(phase.sdk_us)]);
    table(["phase", "raw", "sdk"], rows)
}

/// The result of raw against raw, in a sentence.
fn a_a(a_a: &AaCheck) -> String {
    let verdict = if a_a.holds {
        "no difference, as it must be"
    } else {
        "a difference, although there is none. This machine is too noisy today, and no figure above can be \
         trusted"
    };
    let again = if a_a.attempts > 1 { ", measured twice" } else { "" };
    let Estimate { value, interval } = a_a.ratio;
    format!(
        "raw against raw over {} rounds{again}: {verdict} ({value:.4} ×, {:.4} to {:.4} at 99.9 %).",
        a_a.rounds, interval.low, interval.high
    )
}

fn compared(changes: &LatencyChanges) -> Vec<Block> {
    let line = |name: &str, machine: &Machine| format!("{name}: {}", machine.in_words());
    let rows = changes.changes.iter().map(|change| {
        let verdict = match change.verdict {
            RatioVerdict::NoDifference => "no difference",
            RatioVerdict::Slower => "slower",
            RatioVerdict::Faster => "faster",
        };
        [
            change.operation.to_string(),
            change.arm.to_owned(),
            in_unit(change.before_us),
            in_unit(change.after_us),
            times(change.ratio),
            verdict.to_owned(),
        ]
    });
    vec![
        Block::List(vec![line("before", &changes.before), line("after", &changes.after)]),
        table(["operation", "arm", "before", "after", "after ÷ before", ""], rows),
        Block::Paragraph(
            "The rounds of two measurements cannot be paired, so every ratio includes whatever else the \
             machine did in between. Intervals are at 95 %."
                .to_owned(),
        ),
    ]
}
