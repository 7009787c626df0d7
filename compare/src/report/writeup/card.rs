//! The figures that matter, on one screen.

use std::fmt::Write as _;

use super::{
    part::{PAIRED, median, time, times},
    table,
};
use crate::{
    bench::{
        latency::Latency,
        signing::{self, Signing},
        startup::ArmResult,
    },
    errors::{self, catalogue::Cause},
    evidence::Evidence,
    footprint::{Program, Side, Task},
    paths::Paths,
    report::{footprint, in_unit, paths::grouped},
    stats::Estimate,
};

/// What is measured, raw's, the SDK's, and the second beside the first.
type Row = [String; 4];

pub(super) fn card(evidence: &Evidence) -> String {
    let mut rows = calls(evidence);
    rows.extend(signature(&evidence.signing));
    rows.extend(parsing(evidence));
    rows.extend(startup(evidence));
    rows.extend(evidence.paths.first().map(counts).into_iter().flatten());
    rows.extend(told(&evidence.errors));
    rows.extend(owned(evidence));
    let mut text = table::figures(["", "raw", "SDK", "SDK ÷ raw"], rows);
    let _ = write!(
        text,
        "\nTimes and the memory of a process are medians, with their intervals at 95 % in brackets, which \
         speak of one session on this machine and of no other day or machine. A ratio whose interval \
         holds 1 shows no difference. {PAIRED} Counts are exact, but for instructions, which vary by a \
         few in a thousand; each build was made once and has no interval. {}.",
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
            [format!("a call, `{}`{place}", operation.name), raw, sdk, ratio]
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

fn signature(signing: &Signing) -> Option<Row> {
    let workload = signing.workloads.first()?;
    let arm = |name: &str| workload.arms.iter().find(|arm| arm.name == name);
    let (raw, sdk) = (arm("raw")?, arm("aws-sigv4")?);
    Some([format!("a signature, {}", workload.title), nanos(raw), nanos(sdk), times(sdk.over_raw)])
}

fn nanos(arm: &signing::Arm) -> String {
    let [value, low, high] =
        [arm.ns, arm.ns_interval.low, arm.ns_interval.high].map(|ns| in_unit(ns / 1e3));
    format!("{value} ({low} to {high})")
}

fn parsing(evidence: &Evidence) -> Option<Row> {
    let document = evidence.parse.documents.last()?;
    let median = |name: &str| {
        let arm = document.arms.iter().find(|arm| arm.name == name);
        arm.map_or_else(String::new, |arm| time(arm.median_us))
    };
    let ratio = times(document.sdk_over_raw);
    Some([format!("parsing `{}`", document.name), median("raw"), median("sdk"), ratio])
}

fn startup(evidence: &Evidence) -> Vec<Row> {
    let arm = |name: &str| evidence.startup.arms.iter().find(|arm| arm.name == name);
    let (Some(raw), Some(sdk)) = (arm("raw"), arm("sdk")) else { return Vec::new() };
    let row = |what: &str, of: fn(&ArmResult) -> String, ratio| {
        [format!("a process that makes one call, {what}"), of(raw), of(sdk), times(ratio)]
    };
    vec![
        row("start to end", |arm| time(arm.wall_us), sdk.over_raw.wall),
        row("memory", memory, sdk.over_raw.peak),
    ]
}

fn memory(arm: &ArmResult) -> String {
    let Estimate { value, interval } = arm.peak_bytes;
    let [value, low, high] =
        [value, interval.low, interval.high].map(|bytes| format!("{:.1} MB", bytes / 1e6));
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

/// What a user sees of what the service said.
fn told(found: &errors::Findings) -> Vec<Row> {
    let kept = |side: &str, way: &str| {
        let kept = found.kept.iter().find(|kept| kept.side == side && kept.way == way);
        kept.map_or_else(String::new, |kept| format!("{} of {}", kept.kept, kept.of))
    };
    let row = |what: &str, way: &str| {
        [format!("facts kept by {what}"), kept("raw", way), kept("sdk", way), String::new()]
    };
    let possible = |side: fn(&errors::Finding) -> &errors::Side| {
        let mistakes = found.cases.iter().filter(|case| case.cause == Cause::Mistake);
        mistakes.filter(|case| side(case).possible).count().to_string()
    };
    let wrong = |side: fn(&errors::Finding) -> &errors::Side| {
        found.cases.iter().filter(|case| side(case).silently_wrong).count().to_string()
    };
    let counted = |what: &str, count: &dyn Fn(fn(&errors::Finding) -> &errors::Side) -> String| {
        [what.to_owned(), count(|case| &case.raw), count(|case| &case.sdk), String::new()]
    };
    vec![
        row("an error's `{}`", "display"),
        row("what the side says to print", "error_context"),
        counted("mistakes with keys, clock and signature that its user can make", &possible),
        counted("answers cut short and taken for whole", &wrong),
    ]
}

/// Of both programs, by what is counted and what is built.
fn owned(evidence: &Evidence) -> Vec<Row> {
    let program = |side: Side, task: Task| {
        let mut programs = evidence.footprint.programs.iter();
        programs.find(|program| program.side == side && program.task == task)
    };
    let row = |what: &str, task: Task, of: &dyn Fn(&Program) -> Option<String>| {
        let of = |side| program(side, task).and_then(of).unwrap_or_else(|| "–".to_owned());
        let name = task.name();
        [format!("{what}, program `{name}`"), of(Side::Raw), of(Side::Sdk), String::new()]
    };
    let by_hand = |program: &Program| Some(grouped(program.lines_by_hand()));
    let all = Task::AllScenarios;
    vec![
        row("third-party crates", all, &|program| Some(program.crates.to_string())),
        row("lines by hand", Task::ListBuckets, &by_hand),
        row("lines by hand", all, &by_hand),
        row("clean release build", all, &|program| {
            Some(footprint::duration(program.release.as_ref()?.seconds))
        }),
        row("memory of that build", all, &|program| {
            Some(footprint::bytes(program.release.as_ref()?.peak_memory_bytes))
        }),
        row("its binary, stripped", all, &|program| {
            Some(footprint::bytes(program.release.as_ref()?.binary_bytes))
        }),
    ]
}
