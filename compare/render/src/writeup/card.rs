//! The part `card`: the most important figures on one screen.

use std::fmt::Write as _;

use findings::{
    errors::{Cause, ErrorResults, Way},
    evidence::Evidence,
    footprint::{self, Program, Task},
    latency::Latency,
    paths::Paths,
    side::Side,
    signing::{self, Signing},
    startup::ProgramResult,
    stats::Estimate,
};

use super::part::{PAIRED, median};
use crate::{
    document::markdown_table,
    errors::{is_corrected, kept_of, silently_wrong},
    stand_in,
    units::{as_f64, duration, grouped, in_bytes, in_unit, time, times},
};

/// What was measured, raw's figure, the SDK's, and their ratio.
type Row = [String; 4];

/// What a reader has to know about some rows, and which side they favour.
const HOW_TO_READ: [(&str, &str); 9] = [
    (
        "Calls",
        "the SDK has no client for `api-invoke`. Its column has the crate aws-sigv4 with reqwest, which is \
         also raw's HTTP client",
    ),
    (
        "Signatures",
        "raw keeps its signing key between signatures; aws-sigv4 derives one for each. In the second row \
         both derive it",
    ),
    (
        "Parsing",
        "raw keeps the fields that the scenarios ask for and skips the others; the SDK keeps all of them",
    ),
    (
        "A process",
        "a call over `http:` needs no certificates. The SDK's default HTTP client reads the system's \
         certificates even so; raw reads them only for `https:`, where it pays for them, too. The first \
         row of each pair leaves them out on both sides. Nothing was measured over `https:`",
    ),
    (
        "Instructions",
        "they were counted on an emulated processor without SHA instructions, so hashing weighs more than \
         it does on a real one",
    ),
    (
        "Facts",
        "The same people wrote raw's messages, the catalogue of cases and the rule for counting. The \
         SDK's `{}` prints one phrase for each kind of error: one design decision, counted again for \
         every fact. DisplayErrorContext ends in a copy of `{:?}`, with the body",
    ),
    (
        "Wrong answers",
        "the total is the number of cases that are possible with that side. `compare errors` names the \
         cases",
    ),
    (
        "Lines by hand",
        "all of raw and of the vocabulary counts for each program, so one operation takes nearly as many \
         lines as all nine. The SDK's lines are what its user writes",
    ),
    (
        "Builds",
        "`list-buckets` builds aws-sdk-s3; `all-scenarios` also builds aws-sdk-ec2. Each build was made \
         once, so it has no interval",
    ),
];

pub(super) fn card(evidence: &Evidence) -> String {
    let mut rows = calls(evidence);
    rows.extend(signatures(&evidence.signing));
    rows.extend(parsing(evidence));
    rows.extend(startup(evidence));
    rows.extend(evidence.paths.first().map(counts).into_iter().flatten());
    rows.extend(errors(&evidence.errors));
    rows.extend(owned(evidence));
    let mut text = markdown_table(["", "raw", "SDK", "SDK ÷ raw"], rows);
    text.push('\n');
    for (what, how) in HOW_TO_READ {
        let _ = writeln!(text, "- *{what}*: {how}.");
    }
    let _ = write!(
        text,
        "\nTimes and the memory of a process are medians, with 95 % intervals in brackets. The intervals \
         hold for one session on this machine, not for other days or machines. A ratio whose interval \
         includes 1 shows no difference. {PAIRED} Counts are exact, except instructions, which vary by a \
         few in a thousand. Measured on {}.",
        evidence.latency.machine.in_words()
    );
    if !evidence.latency.a_a.holds {
        text.push_str(
            " raw differed from itself, so this machine was too noisy and no time here can be trusted.",
        );
    }
    text
}

/// The calls on this machine, and one across a network.
fn calls(evidence: &Evidence) -> Vec<Row> {
    let of = |latency: &Latency, place: &str| -> Vec<Row> {
        let rows = latency.operations.iter().map(|operation| {
            let [raw, sdk] = ["raw", "sdk"].map(|name| median(operation, name));
            let ratio = times(operation.sdk_beside_raw.ratio);
            let stand_in = stand_in(operation.name).map(|what| format!(" ({what})"));
            let stand_in = stand_in.unwrap_or_default();
            [format!("a call, `{}`{stand_in}{place}", operation.name), raw, sdk, ratio]
        });
        rows.collect()
    };
    let mut rows = of(&evidence.latency, "");
    rows.extend(of(
        &evidence.latency_across,
        &format!(", {} ms away", evidence.latency_across.rtt_ms),
    ));
    rows
}

/// Signatures with raw's key kept, and with a key derived by both sides.
fn signatures(signing: &Signing) -> Vec<Row> {
    let Some(workload) = signing.workloads.first() else { return Vec::new() };
    let arm = |name: &str| workload.arms.iter().find(|arm| arm.name == name);
    let (Some(raw), Some(derived), Some(sdk)) = (arm("raw"), arm("raw-new-key"), arm("aws-sigv4"))
    else {
        return Vec::new();
    };
    let what = format!("a signature, {}", workload.title);
    let ratio = format!("{:.2} ×", sdk.ns / derived.ns);
    vec![
        [format!("{what}, raw with a kept key"), nanos(raw), nanos(sdk), times(sdk.over_raw)],
        [format!("{what}, key derived by both"), nanos(derived), nanos(sdk), ratio],
    ]
}

fn nanos(arm: &signing::SignerResult) -> String {
    let [value, low, high] =
        [arm.ns, arm.ns_interval.low, arm.ns_interval.high].map(|ns| in_unit(ns / 1e3));
    format!("{value} ({low} to {high})")
}

fn parsing(evidence: &Evidence) -> Vec<Row> {
    let documents = evidence.parse.documents.iter().map(|document| {
        let median = |name: &str| {
            let arm = document.arms.iter().find(|arm| arm.name == name);
            arm.map_or_else(String::new, |arm| time(arm.median_us))
        };
        let ratio = times(document.sdk_over_raw);
        [format!("parsing `{}`", document.name), median("raw"), median("sdk"), ratio]
    });
    documents.collect()
}

/// Processes without certificates, and with those that the SDK reads by default.
fn startup(evidence: &Evidence) -> Vec<Row> {
    let arm = |name: &str| evidence.startup.arms.iter().find(|arm| arm.name == name);
    let (Some(raw), Some(sdk), Some(without_tls)) =
        (arm("raw"), arm("sdk"), arm("sdk without tls"))
    else {
        return Vec::new();
    };
    let default = "the same with the SDK's default client, which reads certificates";
    let wall = |arm: &ProgramResult| time(arm.wall_us);
    let row = |what: &str, of: &dyn Fn(&ProgramResult) -> String, sdk, ratio| {
        [what.to_owned(), of(raw), of(sdk), times(ratio)]
    };
    vec![
        row(
            "a process that makes one call over `http:`, start to end",
            &wall,
            without_tls,
            without_tls.over_raw.wall,
        ),
        row(default, &wall, sdk, sdk.over_raw.wall),
        row(
            "a process that makes one call over `http:`, memory",
            &memory,
            without_tls,
            without_tls.over_raw.peak,
        ),
        row(default, &memory, sdk, sdk.over_raw.peak),
    ]
}

fn memory(arm: &ProgramResult) -> String {
    let Estimate { value, interval } = arm.peak_bytes;
    let [value, low, high] = [value, interval.low, interval.high].map(in_bytes);
    format!("{value} ({low} to {high})")
}

/// Allocations and instructions, which have no interval.
fn counts(paths: &Paths) -> Vec<Row> {
    let row = |what: &str, raw: u64, sdk: u64| {
        let what = format!("{what} in a call, `{}`", paths.operation);
        [what, grouped(raw), grouped(sdk), String::new()]
    };
    let (raw, sdk) = (&paths.raw.cost, &paths.sdk.cost);
    let mut rows = vec![row("allocations", raw.heap.allocations, sdk.heap.allocations)];
    if let (Some(raw), Some(sdk)) = (&raw.instructions, &sdk.instructions) {
        rows.push(row("instructions", raw.total, sdk.total));
    }
    rows
}

/// The facts that a user sees, and the errors that a user can make.
fn errors(errors: &ErrorResults) -> Vec<Row> {
    let row = |what: &str, of: &dyn Fn(Side) -> String| {
        [what.to_owned(), of(Side::Raw), of(Side::Sdk), String::new()]
    };
    let facts = |what: &str, way: Way| {
        row(&format!("facts kept by {what}"), &|side| kept_of(errors, side, way))
    };
    let mistakes = || errors.cases.iter().filter(|case| case.cause == Cause::Mistake);
    let possible = |side| {
        let possible = mistakes().filter(|case| case.side(side).possible).count();
        let possible = format!("{possible} of {}", mistakes().count());
        match side {
            Side::Raw => possible,
            Side::Sdk => {
                let corrected = mistakes().filter(|case| is_corrected(case)).count();
                format!("{possible}, {corrected} corrected by the SDK")
            }
        }
    };
    let wrong = |side| {
        let (wrong, of) = silently_wrong(errors, side);
        format!("{} of {of}", wrong.len())
    };
    vec![
        facts("an error's `{}`", Way::Display),
        facts("its causes, DisplayErrorContext without its copy of `{:?}`", Way::ErrorContext),
        facts("its causes, DisplayErrorContext in full", Way::WholeContext),
        facts("typed accessors", Way::Api),
        row("mistakes with keys, clock and signature that a user can make", &possible),
        row("cases with a wrong answer and no error", &wrong),
    ]
}

/// What both programs cost to own.
fn owned(evidence: &Evidence) -> Vec<Row> {
    let program = |side: Side, task: Task| {
        let mut programs = evidence.footprint.programs.iter();
        programs.find(|program| program.side == side && program.task == task)
    };
    let release = |of: fn(&footprint::BuildCost) -> String| {
        move |program: &Program| program.release.as_ref().map(of)
    };
    let of_both = |what: &str, of: &dyn Fn(&Program) -> Option<String>| {
        [Task::ListBuckets, Task::AllScenarios].map(|task| {
            let of = |side| program(side, task).and_then(of).unwrap_or_else(|| "–".to_owned());
            let what = format!("{what}, program `{}`", task.name());
            [what, of(Side::Raw), of(Side::Sdk), String::new()]
        })
    };
    [
        of_both("third-party crates", &|program| Some(program.crates.to_string())),
        of_both("lines by hand", &|program| Some(grouped(program.lines_by_hand()))),
        of_both("clean release build", &release(|build| duration(build.seconds))),
        of_both(
            "memory of that build",
            &release(|build| in_bytes(as_f64(build.peak_memory_bytes))),
        ),
        of_both("its binary, stripped", &release(|build| in_bytes(as_f64(build.binary_bytes)))),
    ]
    .concat()
}
