//! The generated parts, by name.

use std::fmt::Write as _;

use findings::{
    errors,
    evidence::Evidence,
    latency::{Latency, OperationResult},
    machine::Machine,
    signing::Peers,
};

use super::{card, steps, table};
use crate::{
    bench,
    errors::is_corrected,
    footprint, markdown, paths,
    plot::Plot,
    stand_in,
    units::{time, times},
};

/// One generated part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The figures that matter, on one screen.
    Card,
    /// The five steps, each with the code that does it, on real bytes.
    Steps,
    /// Every scenario on both sides.
    Results,
    /// What each side tells its user.
    Errors,
    /// What a call costs.
    Latency,
    /// What a signature costs.
    Signing,
    /// What parsing an answer costs.
    Parsing,
    /// What a process costs that makes one call.
    Startup,
    /// What runs between call and answer.
    Paths,
    /// What each side costs to own.
    Footprint,
    /// Whether the instrument says what is so.
    Selfcheck,
    /// Which answers of the endpoint are not known to be AWS's.
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

    /// The name in its markers.
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

    /// What gives these figures anew.
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

    /// Its text.
    #[must_use]
    pub fn render(self, evidence: &Evidence, plots: &[Plot]) -> String {
        match self {
            Self::Card => card::card(evidence),
            Self::Steps => steps::steps(evidence),
            Self::Results => markdown::outcomes(&evidence.run),
            Self::Errors => told(evidence, plots),
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

/// The picture of that name, where there is one.
fn picture(plots: &[Plot], name: &str) -> String {
    let plot = plots.iter().find(|plot| plot.name == name);
    plot.map_or_else(String::new, |Plot { name, alt, .. }| {
        // A bracket would end the text.
        let alt = alt.replace(['[', ']'], "");
        format!("![{alt}](report/{name}.svg)\n\n")
    })
}

/// What is too long to be read by everybody.
fn folded(summary: &str, text: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{}\n\n</details>\n", text.trim())
}

fn told(evidence: &Evidence, plots: &[Plot]) -> String {
    let found = &evidence.errors;
    let mut text = picture(plots, "errors");
    text.push_str(&said(found));
    text.push_str(&counted(found));
    text.push_str(&crate::errors::markdown::kept_and_remarkable(found));
    let cases = crate::errors::markdown::cases(found);
    let _ = write!(text, "\n{}", folded(&format!("All {} cases", found.cases.len()), &cases));
    text
}

/// Which cases the counts are about, and why not the others: each under the first that fits.
fn counted(found: &errors::ErrorResults) -> String {
    type Fits = fn(&errors::CaseResult) -> bool;
    let kinds: [(&str, Fits); 6] = [
        ("impossible through the SDK", |case| !case.sdk.possible),
        ("answered wrongly without an error", |case| {
            case.raw.silently_wrong || case.sdk.silently_wrong
        }),
        ("corrected by the SDK", is_corrected),
        ("without a client of the SDK's", |case| case.sdk.note.is_some()),
        ("without a refusal on either side", |case| !case.is_comparable()),
        ("without a fact in the answer, or without an answer", |case| case.raw.facts.is_empty()),
    ];
    let mut rest: Vec<_> = found.cases.iter().collect();
    let mut left_out = Vec::new();
    for (what, fits) in kinds {
        let before = rest.len();
        rest.retain(|case| !fits(case));
        left_out.push(format!("{} {what}", before - rest.len()));
    }
    format!(
        "Of {} cases {} count: those in which a client of the SDK's called and both sides were refused, \
         by an answer with facts in it. The others: {}.\n\n",
        found.cases.len(),
        rest.len(),
        left_out.join(", ")
    )
}

/// What a user sees of the most frequent refusal.
fn said(found: &errors::ErrorResults) -> String {
    let Some(case) = found.cases.iter().find(|case| case.id == "s3-signature-does-not-match")
    else {
        return String::new();
    };
    let before = if case.sdk.debug_left_out { ", before its copy of {:?}" } else { "" };
    format!(
        "One case, `{}`. {} What a program prints:\n\n```text\nsdk {{}}\n{}\n\nsdk \
         DisplayErrorContext{before}\n{}\n\nraw {{}}\n{}\n```\n\n",
        case.id, case.what, case.sdk.display, case.sdk.error_context, case.raw.display
    )
}

fn latency(evidence: &Evidence, plots: &[Plot]) -> String {
    let Evidence { latency, latency_across: across, .. } = evidence;
    let mut text = picture(plots, "latency");
    let _ = writeln!(
        text,
        "Medians, with their intervals at 95 %, on {}:\n",
        latency.machine.in_words()
    );
    let headings = ["operation", "raw", "sdk", "bare", "sdk − raw", "sdk ÷ raw", "raw ÷ bare"];
    text.push_str(&table::figures(headings, [latency, across].into_iter().flat_map(medians)));
    let _ = writeln!(text, "\n{PAIRED}\n");
    text.push_str(&picture(plots, "waterfall"));
    text.push_str(&folded(
        "How it was measured, percentiles, differences, and where the time goes",
        &bench::latency::markdown(latency),
    ));
    let summary = format!("The same for the call across {} ms", across.rtt_ms);
    text.push_str(&folded(&summary, &bench::latency::markdown(across)));
    text
}

/// Or somebody would divide the columns.
pub(super) const PAIRED: &str = "Differences and ratios are medians of those within a round, in which each side \
     makes one call, so they need not be those of the columns.";

fn medians(latency: &Latency) -> impl Iterator<Item = [String; 7]> {
    let across = match latency.rtt_ms {
        0.0 => String::new(),
        rtt => format!(" across {rtt} ms"),
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

/// How long the arm of that name takes.
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
            "\nThe signers of other crates were not measured: `compare report --only peers` does.\n",
        ),
    }
    text
}

fn beside_peers(peers: &Peers) -> String {
    let mut text = format!(
        "\nBeside the signers of other crates, in a program of its own, on {}. Over the floor:\n\n",
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
    text.push_str(&table::figures(["signer", "W1", "W2", "W3", "W4", "W5"], rows));
    text.push_str(
        "\nA dash: that signer cannot sign this, or not without a server. Some read the clock \
         themselves; who keeps a key and who does not is in `benches/workloads/src/peers.rs`.\n",
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
        || "Nobody ran it: `compare report --only selfcheck` does.".to_owned(),
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
        "Of the {} cases in the catalogue of errors, {known} are answered in words that AWS is known \
         to use, each with its source. In {guessed} the wording is a guess, and never claimed as \
         AWS's: {which}. In {played} AWS has no part, because what fails is the network, a proxy, or \
         an answer that breaks off: {others}.",
        cases.len()
    )
}

fn repeat(evidence: &Evidence) -> String {
    let made_by = &evidence.made_by;
    let versions: Vec<_> =
        made_by.crates.iter().map(|one| format!("{} {}", one.name, one.version)).collect();
    let mut text = format!(
        "Measured on {}, {}, with {}.\n\n```sh\ncargo run --release -p compare -- report              \
         # measures and writes all of this\ncargo run --release -p compare -- report --check      # \
         whether this file is what report/data.json renders to\n",
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
            text.push_str("\nNot measured in the same run:\n\n");
        }
        let words = machine.map_or_else(|| "not at all".to_owned(), Machine::in_words);
        let _ = writeln!(text, "- `compare report --only {section}`: {words}");
    }
    text
}

/// What may be of another run than the rest, and where it was measured.
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
