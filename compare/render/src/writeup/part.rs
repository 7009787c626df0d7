//! The generated parts of a write-up.

use std::fmt::Write as _;

use findings::{
    errors::{CaseResult, ErrorResults},
    evidence::Evidence,
    latency::{Latency, OperationResult},
    machine::Machine,
    signing::Peers,
};

use super::{card, steps};
use crate::{
    bench,
    document::markdown_table,
    errors::is_corrected,
    footprint, markdown, paths,
    plot::Plot,
    stand_in,
    units::{time, times},
};

/// One generated part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The most important figures on one screen.
    Card,
    /// The five steps of a signature, with the code and the bytes of each.
    Steps,
    /// The result of every scenario.
    Results,
    /// What each side tells its user when a call fails.
    Errors,
    /// What a call costs.
    Latency,
    /// What a signature costs.
    Signing,
    /// What parsing an answer costs.
    Parsing,
    /// What a process that makes one call costs.
    Startup,
    /// The code that runs between call and answer.
    Paths,
    /// What each side costs to own.
    Footprint,
    /// Whether the measurement can be trusted.
    Selfcheck,
    /// The endpoint's answers that are not known to be AWS's.
    Unverified,
    /// Machine, versions and commands.
    Repeat,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Card,
        Self::Steps,
        Self::Results,
        Self::Errors,
        Self::Latency,
        Self::Signing,
        Self::Parsing,
        Self::Startup,
        Self::Paths,
        Self::Footprint,
        Self::Selfcheck,
        Self::Unverified,
        Self::Repeat,
    ];

    /// The part of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }

    /// The name in the markers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Steps => "steps",
            Self::Results => "results",
            Self::Errors => "errors",
            Self::Latency => "latency",
            Self::Signing => "signing",
            Self::Parsing => "parsing",
            Self::Startup => "startup",
            Self::Paths => "paths",
            Self::Footprint => "footprint",
            Self::Selfcheck => "selfcheck",
            Self::Unverified => "unverified",
            Self::Repeat => "repeat",
        }
    }

    /// The command that measures these figures again.
    #[must_use]
    pub fn command(self) -> String {
        let verb = match self {
            Self::Card | Self::Unverified | Self::Repeat => "report",
            Self::Steps => "explain s3-list-objects",
            Self::Results => "run",
            Self::Errors => "errors",
            Self::Latency => "bench latency",
            Self::Signing => "bench signing",
            Self::Parsing => "bench parse",
            Self::Startup => "bench startup",
            Self::Paths => "paths s3-list-buckets --instructions",
            Self::Footprint => "footprint",
            Self::Selfcheck => "bench selfcheck",
        };
        format!("cargo run --release -p compare -- {verb}")
    }

    /// The part's text.
    #[must_use]
    pub fn render(self, evidence: &Evidence, plots: &[Plot]) -> String {
        match self {
            Self::Card => card::card(evidence),
            Self::Steps => steps::steps(evidence),
            Self::Results => markdown::outcomes(&evidence.run),
            Self::Errors => errors(evidence, plots),
            Self::Latency => latency(evidence, plots),
            Self::Signing => signing(evidence, plots),
            Self::Parsing => bench::parse::markdown(&evidence.parse),
            Self::Startup => bench::startup::markdown(&evidence.startup),
            Self::Paths => followed(evidence, plots),
            Self::Footprint => owned(evidence, plots),
            Self::Selfcheck => selfcheck(evidence),
            Self::Unverified => unverified(evidence),
            Self::Repeat => repeat(evidence),
        }
    }
}

/// A link to the picture of this name, if it was drawn.
fn picture(plots: &[Plot], name: &str) -> String {
    let plot = plots.iter().find(|plot| plot.name == name);
    plot.map_or_else(String::new, |Plot { name, alt, .. }| {
        // A bracket would end the alt text.
        let alt = alt.replace(['[', ']'], "");
        format!("![{alt}](report/{name}.svg)\n\n")
    })
}

/// Details that the reader can unfold.
fn folded(summary: &str, text: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{}\n\n</details>\n", text.trim())
}

fn errors(evidence: &Evidence, plots: &[Plot]) -> String {
    let found = &evidence.errors;
    let mut text = picture(plots, "errors");
    text.push_str(&example(found));
    text.push_str(&counted(found));
    text.push_str(&crate::errors::markdown::kept_and_remarkable(found));
    let cases = crate::errors::markdown::cases(found);
    let _ = write!(text, "\n{}", folded(&format!("All {} cases", found.cases.len()), &cases));
    text
}

/// Which cases are counted, and why the others are not. A case counts under the first reason that fits.
fn counted(found: &ErrorResults) -> String {
    type Fits = fn(&CaseResult) -> bool;
    let kinds: [(&str, Fits); 6] = [
        ("impossible with the SDK", |case| !case.sdk.possible),
        ("with a wrong answer and no error", |case| {
            case.raw.silently_wrong || case.sdk.silently_wrong
        }),
        ("corrected by the SDK", is_corrected),
        ("without an SDK client", |case| case.sdk.note.is_some()),
        ("in which a side did not fail", |case| !case.is_comparable()),
        ("without facts or without an answer", |case| case.raw.facts.is_empty()),
    ];
    let mut rest: Vec<_> = found.cases.iter().collect();
    let mut left_out = Vec::new();
    for (what, fits) in kinds {
        let before = rest.len();
        rest.retain(|case| !fits(case));
        left_out.push(format!("{} {what}", before - rest.len()));
    }
    format!(
        "Of {} cases, {} are counted: those in which an SDK client made the call, both sides failed, and the \
         answer had facts. The others: {}.\n\n",
        found.cases.len(),
        rest.len(),
        left_out.join(", ")
    )
}

/// What each side prints for the most frequent refusal.
fn example(found: &ErrorResults) -> String {
    let Some(case) = found.cases.iter().find(|case| case.id == "s3-signature-does-not-match")
    else {
        return String::new();
    };
    let before = if case.sdk.debug_left_out { ", without its copy of {:?}" } else { "" };
    format!(
        "For example, `{}`. {} A program prints:\n\n```text\nsdk {{}}\n{}\n\nsdk \
         DisplayErrorContext{before}\n{}\n\nraw {{}}\n{}\n```\n\n",
        case.id, case.what, case.sdk.display, case.sdk.error_context, case.raw.display
    )
}

fn latency(evidence: &Evidence, plots: &[Plot]) -> String {
    let Evidence { latency, latency_across: across, .. } = evidence;
    let mut text = picture(plots, "latency");
    let _ = writeln!(text, "Medians with 95 % intervals, on {}:\n", latency.machine.in_words());
    let headings = ["operation", "raw", "sdk", "bare", "sdk − raw", "sdk ÷ raw", "raw ÷ bare"];
    text.push_str(&markdown_table(headings, [latency, across].into_iter().flat_map(medians)));
    let _ = writeln!(text, "\n{PAIRED}\n");
    text.push_str(&picture(plots, "waterfall"));
    text.push_str(&folded(
        "The method, percentiles, differences, and where the time goes",
        &bench::latency::markdown(latency),
    ));
    let summary = format!("The same for the call with a delay of {} ms", across.rtt_ms);
    text.push_str(&folded(&summary, &bench::latency::markdown(across)));
    text
}

/// Explains why the ratios are not those of the columns.
pub(super) const PAIRED: &str = "Differences and ratios are medians over rounds in which each side makes one call, so \
     they can differ from those of the columns.";

fn medians(latency: &Latency) -> impl Iterator<Item = [String; 7]> {
    let across = match latency.rtt_ms {
        0.0 => String::new(),
        rtt => format!(", {rtt} ms away"),
    };
    latency.operations.iter().map(move |operation| {
        let [raw, sdk, bare] = ["raw", "sdk", "bare"].map(|name| median(operation, name));
        let ratios = [operation.sdk_beside_raw, operation.raw_beside_bare];
        let [sdk_over_raw, raw_over_bare] = ratios.map(|beside| times(beside.ratio));
        let stand_in = stand_in(operation.name).map(|what| format!(" ({what})"));
        let name = format!("`{}`{across}{}", operation.name, stand_in.unwrap_or_default());
        let longer = time(operation.sdk_beside_raw.difference_us);
        [name, raw, sdk, bare, longer, sdk_over_raw, raw_over_bare]
    })
}

/// The median time of the arm of this name.
pub(super) fn median(operation: &OperationResult, name: &str) -> String {
    let arm = operation.arms.iter().find(|arm| arm.name == name);
    arm.map_or_else(String::new, |arm| time(arm.median_us))
}

fn signing(evidence: &Evidence, plots: &[Plot]) -> String {
    let mut text = picture(plots, "signing");
    text.push_str(&bench::signing::markdown(&evidence.signing));
    match &evidence.peers {
        Some(peers) => text.push_str(&beside_peers(peers)),
        None => text.push_str(
            "\nThe signers of other crates were not measured; `compare report --only peers` measures them.\n",
        ),
    }
    text
}

fn beside_peers(peers: &Peers) -> String {
    let mut text = format!(
        "\nCompared with the signers of other crates, in a separate program, on {}. Multiples of the floor:\n\n",
        peers.machine.in_words()
    );
    let mut names: Vec<&str> = Vec::new();
    for arm in peers.workloads.iter().flat_map(|workload| &workload.arms) {
        if !names.contains(&&*arm.name) {
            names.push(&arm.name);
        }
    }
    let rows = names.into_iter().map(|name| {
        let over_floor = |workload: &str| {
            let workload = peers.workloads.iter().find(|one| one.name == workload);
            let arm = workload.and_then(|one| one.arms.iter().find(|arm| arm.name == name));
            arm.map_or_else(|| "–".to_owned(), |arm| format!("{:.2} ×", arm.over_floor))
        };
        let [w1, w2, w3, w4, w5] = ["W1", "W2", "W3", "W4", "W5"].map(over_floor);
        [format!("`{name}`"), w1, w2, w3, w4, w5]
    });
    text.push_str(&markdown_table(["signer", "W1", "W2", "W3", "W4", "W5"], rows));
    text.push_str(
        "\nA dash means that the signer cannot sign this request, or only with a server. Some signers read \
         the clock themselves. `benches/workloads/src/peers.rs` says which of them keep their key.\n",
    );
    text
}

fn followed(evidence: &Evidence, plots: &[Plot]) -> String {
    let mut text = picture(plots, "instructions");
    for found in &evidence.paths {
        let summary = format!("{}: every phase, hook and crate", found.operation);
        text.push_str(&paths::costs_markdown(found));
        let _ = write!(text, "\n{}\n", folded(&summary, &paths::ways_markdown(found)));
    }
    text.push_str(&evidence.paths.first().map_or_else(String::new, paths::notes_markdown));
    text
}

fn owned(evidence: &Evidence, plots: &[Plot]) -> String {
    picture(plots, "footprint") + &footprint::markdown(&evidence.footprint)
}

fn selfcheck(evidence: &Evidence) -> String {
    evidence.selfcheck.as_ref().map_or_else(
        || "This was not measured; `compare report --only selfcheck` measures it.".to_owned(),
        bench::selfcheck::markdown,
    )
}

fn unverified(evidence: &Evidence) -> String {
    let cases = &evidence.errors.cases;
    let of = |verified_by: &str| {
        let ids = cases.iter().filter(|case| case.verified_by == verified_by);
        let ids: Vec<_> = ids.map(|case| format!("`{}`", case.id)).collect();
        (ids.len(), ids.join(", "))
    };
    let ((guessed, which), (played, others)) = (of("unverified"), of("played"));
    let known = cases.len() - guessed - played;
    format!(
        "Of the {} cases in the catalogue of errors, {known} get an answer that AWS is known to send, each \
         with its source. In {guessed} the wording is a guess and is not claimed to be AWS's: {which}. In \
         {played} AWS has no part, because the network or a proxy fails, or the answer breaks off: \
         {others}.",
        cases.len()
    )
}

fn repeat(evidence: &Evidence) -> String {
    let made_by = &evidence.made_by;
    let versions: Vec<_> =
        made_by.crates.iter().map(|one| format!("{} {}", one.name, one.version)).collect();
    let mut text = format!(
        "Measured on {}, {}, with {}.\n\n```sh\ncargo run --release -p compare -- report              \
         # measure and write all of this\ncargo run --release -p compare -- report --check      # \
         check that this file matches report/data.json\n",
        made_by.machine.in_words(),
        made_by.toolchain,
        versions.join(", ")
    );
    text.push_str("```\n");
    let elsewhere = sections(evidence)
        .into_iter()
        .filter(|(_, machine)| machine.is_none_or(|machine| *machine != made_by.machine));
    for (index, (section, machine)) in elsewhere.enumerate() {
        if index == 0 {
            text.push_str("\nMeasured in another run:\n\n");
        }
        let machine = machine.map_or_else(|| "not measured".to_owned(), Machine::in_words);
        let _ = writeln!(text, "- `compare report --only {section}`: {machine}");
    }
    text
}

/// The sections that can come from another run, and the machine of each.
fn sections(evidence: &Evidence) -> [(&'static str, Option<&Machine>); 10] {
    [
        ("run", Some(&evidence.run.machine)),
        ("errors", Some(&evidence.errors.machine)),
        ("latency", Some(&evidence.latency.machine)),
        ("signing", Some(&evidence.signing.machine)),
        ("peers", evidence.peers.as_ref().map(|found| &found.machine)),
        ("parse", Some(&evidence.parse.machine)),
        ("startup", Some(&evidence.startup.machine)),
        ("selfcheck", evidence.selfcheck.as_ref().map(|found| &found.machine)),
        ("paths", evidence.paths.first().map(|found| &found.machine)),
        ("footprint", Some(&evidence.footprint.machine)),
    ]
}
