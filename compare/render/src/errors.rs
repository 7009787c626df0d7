//! What can go wrong → text. The same rows, counts and remarks for people and for reports.

pub mod markdown;
pub mod text;

use std::collections::BTreeMap;

use findings::{
    errors::{CaseResult, CaseSide, Cause, ErrorResults, KeptCount, WHOLE_CONTEXT},
    run::Outcome,
};

use crate::{
    escape,
    units::{duration, in_unit},
};

/// How much is said of each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// A row of a table.
    Row,
    /// All of it.
    Full,
}

/// A case as one row of a table.
struct Row<'f> {
    id: &'f str,
    /// Status and code.
    answered: String,
    /// Facts in raw's `{}`.
    raw: String,
    /// Facts in the SDK's `{}`.
    sdk: String,
    /// Facts in what the SDK says to print.
    context: String,
    /// raw's, and the SDK's where they differ.
    attempts: String,
    /// What is remarkable.
    remark: Option<&'static str>,
    /// Who says what, where the service sent no fact that could be counted.
    words: Option<[(&'static str, &'f str); 3]>,
}

/// What the row says where the words are not an SDK client's.
const NO_CLIENT: &str = "no SDK client: reqwest's words";

pub(super) const CAUSES: [(Cause, &str); 4] = [
    (Cause::Mistake, "Mistakes of the caller"),
    (Cause::Permission, "Permissions"),
    (Cause::Resource, "Resources"),
    (Cause::Fault, "Faults of the service, or before it"),
];

/// A way of printing, its name in the findings, and what it is on each side.
pub(super) const WAYS: [(&str, &str); 5] = [
    ("display", "{}"),
    ("error_context", "the causes / DisplayErrorContext"),
    (WHOLE_CONTEXT, "the same, its copy of {:?} too"),
    ("api", "typed accessors"),
    ("debug", "{:?}"),
];

const HOW_TO_READ: &str = "KeptCount: how many of the facts that the service sent are in what a user sees who prints the error: \
     with {} for raw and the SDK, and for the SDK with DisplayErrorContext, without the copy of {:?} \
     that it ends in. Facts are status, code, message, ids, and whatever else AWS's answer names; where \
     no answer came, the words of both stand in their place. The SDK has no client for a route of API \
     Gateway and none that fetches a presigned URL: there a program signs with the SDK's signer, calls \
     with reqwest, and shows reqwest's words.";

pub(super) const HOW_COUNTED: &str = "Counted are the cases in which an SDK client called and both sides failed. DisplayErrorContext \
     ends in a copy of {:?}, dump of the body included: its row leaves the copy out, and the next one \
     counts it. The SDK's {} prints one phrase for each kind of error and leaves the rest to the \
     causes: that is one decision, counted here once for every fact. raw's sentences, the cases and \
     this count were written by the same people.";

fn row(case: &CaseResult) -> Row<'_> {
    let kept = |side: &CaseSide, names: &[String]| match side.outcome {
        Outcome::Skipped => "–".to_owned(),
        Outcome::Ok if side.silently_wrong => "wrong".to_owned(),
        Outcome::Ok => "ok".to_owned(),
        _ if side.facts.is_empty() => "–".to_owned(),
        _ => format!("{}/{}", names.len(), side.facts.len()),
    };
    let (raw, sdk) = (&case.raw, &case.sdk);
    Row {
        id: &case.id,
        answered: answered(case),
        raw: kept(raw, &raw.kept_by.display),
        sdk: kept(sdk, &sdk.kept_by.display),
        context: kept(sdk, &sdk.kept_by.error_context),
        attempts: if sdk.possible {
            format!("{} / {}", raw.attempts, sdk.attempts)
        } else {
            raw.attempts.to_string()
        },
        remark: remark(case),
        words: words(case),
    }
}

fn words(case: &CaseResult) -> Option<[(&'static str, &str); 3]> {
    let is_told_nothing = case.is_comparable() && case.raw.facts.is_empty();
    is_told_nothing.then_some([
        ("raw {}", &case.raw.display),
        ("sdk {}", &case.sdk.display),
        ("sdk context", &case.sdk.error_context),
    ])
}

/// Status and code, or that there was no answer.
pub(super) fn answered(case: &CaseResult) -> String {
    match (case.wire.status, case.code()) {
        (Some(status), Some(code)) => format!("{status} {}", escape::line(code)),
        (Some(status), None) => status.to_string(),
        (None, _) => "no answer".to_owned(),
    }
}

pub(super) fn remark(case: &CaseResult) -> Option<&'static str> {
    match (&case.raw, &case.sdk) {
        _ if case.problem.is_some() => Some("could not be played"),
        (raw, _) if raw.silently_wrong => Some("raw is silently wrong"),
        (_, sdk) if sdk.silently_wrong => Some("the SDK is silently wrong"),
        (_, sdk) if !sdk.possible => Some("impossible through the SDK"),
        (raw, sdk) if sdk.outcome == Outcome::Ok && raw.outcome != Outcome::Ok => {
            Some("the SDK tries again by itself, and succeeds")
        }
        (_, sdk) if sdk.outcome != Outcome::Ok && sdk.note.is_some() => Some(NO_CLIENT),
        _ => None,
    }
}

/// A heading, and the cases that come under it.
fn by_cause(findings: &ErrorResults) -> impl Iterator<Item = (&'static str, Vec<&CaseResult>)> {
    CAUSES.into_iter().filter_map(|(cause, heading)| {
        let cases: Vec<_> = findings.cases.iter().filter(|case| case.cause == cause).collect();
        (!cases.is_empty()).then_some((heading, cases))
    })
}

/// What each way of [`WAYS`] kept, on each side.
pub(super) fn counted(findings: &ErrorResults) -> Vec<KeptCount> {
    findings.kept.iter().cloned().chain(findings.kept_by_whole_context()).collect()
}

/// `way, raw, sdk` for each way of printing.
pub(super) fn kept(findings: &ErrorResults) -> impl Iterator<Item = [String; 3]> {
    let counted = counted(findings);
    let of = move |side: &str, way: &str| {
        let kept = counted.iter().find(|kept| kept.side == side && kept.way == way);
        kept.map_or_else(String::new, |kept| {
            let half = kept.of / 2;
            format!("{} ({} %)", kept.kept, (kept.kept * 100 + half) / kept.of.max(1))
        })
    };
    WAYS.into_iter().map(move |(way, name)| [name.to_owned(), of("raw", way), of("sdk", way)])
}

/// What the table of ways is about; nothing where no case counts.
pub(super) fn kept_heading(findings: &ErrorResults) -> Option<String> {
    let kept = findings.kept.iter().find(|kept| kept.cases > 0)?;
    let of_the_other = findings.kept.iter().find(|other| other.of != kept.of);
    let of = match of_the_other {
        None => kept.of.to_string(),
        Some(other) => format!("{} ({}) and {} ({})", kept.of, kept.side, other.of, other.side),
    };
    Some(format!("Facts kept, of {of} that the service sent in {} cases", kept.cases))
}

/// What is remarkable, each under a heading: what it is, then the cases or facts.
fn remarkable(findings: &ErrorResults) -> Vec<(String, String)> {
    let cases = |is_one: fn(&CaseResult) -> bool| {
        let ids: Vec<_> =
            findings.cases.iter().filter(|case| is_one(case)).map(|case| &*case.id).collect();
        (ids.len().to_string(), ids.join(", "))
    };
    let retried = |case: &CaseResult| {
        case.sdk.outcome == Outcome::Ok
            && case.raw.outcome != Outcome::Ok
            && !case.sdk.silently_wrong
    };
    let wrongly_answered = |side: fn(&CaseResult) -> &CaseSide| {
        let (wrong, of) = silently_wrong(findings, side);
        let which: Vec<_> = wrong
            .iter()
            .map(|case| format!("{} ({})", case.id, side(case).note.as_deref().unwrap_or_default()))
            .collect();
        (format!("{} of {of}", which.len()), which.join(", "))
    };
    let remarks = [
        (
            "Silently wrong on raw's side: an answer, and not the right one",
            wrongly_answered(|case| &case.raw),
        ),
        (
            "Silently wrong on the SDK's side: an answer, and not the right one",
            wrongly_answered(|case| &case.sdk),
        ),
        ("Impossible through the SDK, which signs by itself", cases(|case| !case.sdk.possible)),
        ("Put right by the SDK, which tries again by itself", cases(retried)),
        ("In raw's {:?} alone", facts(findings, |case| case.raw.in_debug_alone().collect())),
        ("In the SDK's {:?} alone", facts(findings, |case| case.sdk.in_debug_alone().collect())),
        (
            "Nowhere in raw's error, not even in {:?}",
            facts(findings, |case| case.raw.found_nowhere().collect()),
        ),
        (
            "Nowhere in the SDK's error, not even in {:?}",
            facts(findings, |case| case.sdk.found_nowhere().collect()),
        ),
    ];
    let remarks = remarks.into_iter().filter(|(_, (_, which))| !which.is_empty());
    remarks.map(|(what, (count, which))| (format!("{what} ({count})"), which)).collect()
}

/// The cases in which a side answered wrongly and said nothing, and how many it can come into.
pub(super) fn silently_wrong(
    findings: &ErrorResults,
    side: fn(&CaseResult) -> &CaseSide,
) -> (Vec<&CaseResult>, usize) {
    let wrong = findings.cases.iter().filter(|case| side(case).silently_wrong).collect();
    let possible = findings.cases.iter().filter(|case| side(case).possible).count();
    (wrong, possible)
}

/// Facts that were told in comparable cases: each name with how many times, and all of them.
fn facts(findings: &ErrorResults, which: fn(&CaseResult) -> Vec<&str>) -> (String, String) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in findings.cases.iter().filter(|case| case.is_comparable()) {
        for name in which(case) {
            *counts.entry(name).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let names: Vec<_> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    (all.to_string(), names.join(", "))
}

/// What the cases come to, in a sentence.
pub(super) fn summary(findings: &ErrorResults) -> String {
    let cases = &findings.cases;
    let count = |is_one: fn(&&CaseResult) -> bool| cases.iter().filter(is_one).count();
    let unplayed = count(|case| case.problem.is_some());
    let took = duration(std::time::Duration::from_millis(findings.elapsed_ms).as_secs_f64());
    let mut text = format!(
        "{} cases: {} in words that AWS is known to use, {} unverified, {} without AWS's doing",
        cases.len(),
        count(|case| !["unverified", "played"].contains(&&*case.verified_by)),
        count(|case| case.verified_by == "unverified"),
        count(|case| case.verified_by == "played"),
    );
    if unplayed > 0 {
        text = format!("{text}; {unplayed} could not be played");
    }
    format!("{text} ({took})")
}

/// How a side's call ended, in a phrase.
pub(super) fn ending(side: &CaseSide) -> String {
    let attempts = if side.attempts == 1 { "attempt" } else { "attempts" };
    let how = match side.outcome {
        Outcome::Skipped => return "not possible".to_owned(),
        Outcome::Ok if side.silently_wrong => "an answer, and not the right one: silently wrong",
        Outcome::Ok => "the right answer",
        Outcome::Refused => "refused",
        Outcome::Failed => "failed",
    };
    format!("{how}; {} {attempts}, {}", side.attempts, in_unit(side.elapsed_ms * 1e3))
}

fn names<'n>(names: impl IntoIterator<Item = &'n (impl AsRef<str> + ?Sized + 'n)>) -> String {
    let names: Vec<_> = names.into_iter().map(AsRef::as_ref).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
