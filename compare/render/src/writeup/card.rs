//! The figures that matter, on one screen.

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

use super::{
    part::{PAIRED, median},
    table,
};
use crate::{
    errors::{is_corrected, kept_of, silently_wrong},
    stand_in,
    units::{as_f64, duration, grouped, in_bytes, in_unit, time, times},
};

/// What is measured, raw's, the SDK's, and the second beside the first.
type Row = [String; 4];

/// What a row cannot say by itself, and what favours whom in it.
const HOW_TO_READ: [(&str, &str); 9] = [
    (
        "Calls",
        "`api-invoke` has no SDK client: what stands in the SDK's column is the crate aws-sigv4 with \
         reqwest, which is raw's HTTP client too",
    ),
    (
        "Signatures",
        "raw keeps its signing key from one signature to the next; aws-sigv4 derives it for each. The \
         second row derives it on both sides",
    ),
    (
        "Parsing",
        "raw keeps the fields that the scenarios ask for and steps over the others; the SDK fills in all",
    ),
    (
        "A process",
        "over `http:` nobody needs certificates. The SDK's default HTTP client reads the system's all \
         the same; raw reads them for `https:`, where it pays for them as well. The first row of each \
         pair leaves them out on both sides, and no row was measured over `https:`",
    ),
    (
        "Instructions",
        "were counted on a processor without SHA instructions, so hashing weighs more than it does \
         elsewhere",
    ),
    (
        "Facts",
        "The same people wrote raw's messages, the catalogue of cases and the rule for counting. The \
         SDK's `{}` prints one phrase for each kind of error: one design decision, counted again for \
         every fact. DisplayErrorContext ends in a copy of `{:?}`, with the body",
    ),
    (
        "Wrong answers",
        "are counted among all cases that a side can come into. `compare errors` names them",
    ),
    (
        "Lines by hand",
        "all of raw and of the vocabulary count for each program, so one operation comes to nearly as \
         many lines as all of them. The SDK's are what its user writes",
    ),
    (
        "Builds",
        "`list-buckets` has aws-sdk-s3 below it, `all-scenarios` aws-sdk-ec2 too. Each was made once, \
         and has no interval",
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
    let mut text = table::figures(["", "raw", "SDK", "SDK ÷ raw"], rows);
    text.push('\n');
    for (what, how) in HOW_TO_READ {
        let _ = writeln!(text, "- *{what}*: {how}.");
    }
    let _ = write!(
        text,
        "\nTimes and the memory of a process are medians, with their intervals at 95 % in brackets, which \
         speak of one session on this machine and of no other day or machine. A ratio whose interval \
         holds 1 shows no difference. {PAIRED} Counts are exact, but for instructions, which vary by a \
         few in a thousand. {}.",
        evidence.latency.machine.in_words()
    );
    if !evidence.latency.a_a.holds {
        text.push_str(
            " raw differed from itself on this machine: it was too noisy, and no time here is to be \
             trusted.",
        );
    }
    text
}

/// The calls with the least and the most in them, and one across a network.
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

/// With raw's key kept, and with a key derived by both.
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

/// Without certificates on either side, and with those that the SDK reads by default.
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

/// Counts, which have no interval.
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
