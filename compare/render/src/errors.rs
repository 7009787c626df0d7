//! Draws the catalogue of errors. The rows, counts and remarks are the same for terminal and Markdown.

pub mod markdown;
pub mod text;

use std::collections::BTreeMap;

use findings::{
    errors::{CaseResult, CaseSide, Cause, ErrorResults, Way},
    run::Outcome,
    side::Side,
};

use crate::{
    escape,
    units::{duration, in_unit},
};

/// How much to say of each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// One row of a table.
    Row,
    /// Everything.
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
    /// Facts in the SDK's `DisplayErrorContext`.
    context: String,
    /// raw's attempts and the SDK's.
    attempts: String,
    remark: Option<&'static str>,
    /// What each side prints, if the service sent no fact that could be counted.
    printed: Option<[(&'static str, &'f str); 3]>,
}

/// The remark for a case in which the SDK has no client to call.
const NO_CLIENT: &str = "no SDK client: reqwest's message";

pub(super) const CAUSES: [(Cause, &str); 4] = [
    (Cause::Mistake, "Mistakes of the caller"),
    (Cause::Permission, "Permissions"),
    (Cause::Resource, "Resources"),
    (Cause::Fault, "Faults of the service or the network"),
];

/// The way of showing an error, as a heading of a table.
pub(super) fn way_name(way: Way) -> &'static str {
    match way {
        Way::Display => "{}",
        Way::ErrorContext => "the causes / DisplayErrorContext",
        Way::WholeContext => "the same, with the SDK's copy of {:?}",
        Way::Api => "typed accessors",
        Way::Debug => "{:?}",
    }
}

const HOW_TO_READ: &str = "The columns count the service's facts that a user finds in the printed error: with {} for raw \
     and the SDK, and with DisplayErrorContext for the SDK, without the copy of {:?} at its end. A fact \
     is a status, code, message, id or any other value that the answer names. If no answer came, the \
     row quotes both sides instead. The SDK has no client for a route of API Gateway and none that \
     fetches a presigned URL: there a program signs with the SDK's signer, calls with reqwest and prints \
     reqwest's message.";

pub(super) const HOW_COUNTED: &str = "Only cases in which an SDK client made the call and both sides failed are counted. \
     DisplayErrorContext ends in a copy of {:?}, with a dump of the body: one row leaves this copy out \
     and the next one counts it. The SDK's {} prints one phrase for each kind of error and leaves the \
     rest to the causes. That is one design decision, which this table counts again for every fact. \
     The same people wrote raw's messages, the cases and the rule for counting.";

fn row(case: &CaseResult) -> Row<'_> {
    let kept = |side: &CaseSide, names: &[String]| match side.outcome {
        Outcome::Skipped => "–".to_owned(),
        Outcome::Ok if side.silently_wrong => "wrong".to_owned(),
        Outcome::Ok => "ok".to_owned(),
        Outcome::Refused | Outcome::Failed if side.facts.is_empty() => "–".to_owned(),
        Outcome::Refused | Outcome::Failed => format!("{}/{}", names.len(), side.facts.len()),
    };
    let (raw, sdk) = (&case.raw, &case.sdk);
    let has_no_facts = case.is_comparable() && raw.facts.is_empty();
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
        printed: has_no_facts.then_some([
            ("raw {}", &raw.display),
            ("sdk {}", &sdk.display),
            ("sdk context", &sdk.error_context),
        ]),
    }
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
    let (raw, sdk) = (&case.raw, &case.sdk);
    let remarks = [
        (case.problem.is_some(), "could not be played"),
        (raw.silently_wrong, "raw is silently wrong"),
        (sdk.silently_wrong, "the SDK is silently wrong"),
        (!sdk.possible, "impossible with the SDK"),
        (is_corrected(case), "the SDK retries and succeeds"),
        (sdk.outcome != Outcome::Ok && sdk.note.is_some(), NO_CLIENT),
    ];
    remarks.into_iter().find_map(|(applies, remark)| applies.then_some(remark))
}

/// Whether the SDK succeeds, by a retry of its own, where raw fails.
pub(super) fn is_corrected(case: &CaseResult) -> bool {
    let CaseResult { raw, sdk, .. } = case;
    sdk.outcome == Outcome::Ok && !sdk.silently_wrong && raw.outcome != Outcome::Ok
}

/// The cases of each cause, under its heading.
fn by_cause(errors: &ErrorResults) -> impl Iterator<Item = (&'static str, Vec<&CaseResult>)> {
    CAUSES.into_iter().filter_map(|(cause, heading)| {
        let cases: Vec<_> = errors.cases.iter().filter(|case| case.cause == cause).collect();
        (!cases.is_empty()).then_some((heading, cases))
    })
}

/// For each way of showing an error: its name, and the facts that raw and the SDK keep.
pub(super) fn kept(errors: &ErrorResults) -> impl Iterator<Item = [String; 3]> {
    Way::ALL.into_iter().map(|way| {
        let [raw, sdk] = Side::ALL.map(|side| {
            errors.kept(side, way).map_or_else(String::new, |count| {
                let percent = (count.kept * 100 + count.of / 2) / count.of.max(1);
                format!("{} ({percent} %)", count.kept)
            })
        });
        [way_name(way).to_owned(), raw, sdk]
    })
}

/// The facts that `side` keeps in `way`, as `7 of 12`; a dash if none were counted.
pub(super) fn kept_of(errors: &ErrorResults, side: Side, way: Way) -> String {
    let count = errors.kept(side, way);
    count.map_or_else(|| "–".to_owned(), |count| format!("{} of {}", count.kept, count.of))
}

/// The heading of the table of [`kept`] facts; none if no case counts.
pub(super) fn kept_heading(errors: &ErrorResults) -> Option<String> {
    let kept = errors.kept.iter().find(|kept| kept.cases > 0)?;
    let other = errors.kept.iter().find(|other| other.of != kept.of);
    let of = match other {
        None => kept.of.to_string(),
        Some(other) => {
            format!("{} ({}) and {} ({})", kept.of, kept.side.name(), other.of, other.side.name())
        }
    };
    Some(format!("Facts kept, of {of} that the service sent in {} cases", kept.cases))
}

/// Remarkable groups of cases or facts: a heading with a count, then their names.
fn remarkable(errors: &ErrorResults) -> Vec<(String, String)> {
    let cases = |is_one: fn(&CaseResult) -> bool| {
        let ids: Vec<_> =
            errors.cases.iter().filter(|case| is_one(case)).map(|case| &*case.id).collect();
        (ids.len().to_string(), ids.join(", "))
    };
    let wrong = |side: Side| {
        let (wrong, of) = silently_wrong(errors, side);
        let note = |case: &CaseResult| case.side(side).note.clone().unwrap_or_default();
        let which: Vec<_> =
            wrong.iter().map(|case| format!("{} ({})", case.id, note(case))).collect();
        (format!("{} of {of}", which.len()), which.join(", "))
    };
    let facts = |which: fn(&CaseResult) -> Vec<&str>| facts(errors, which);
    let remarks = [
        ("raw is silently wrong: it returns a wrong answer without an error", wrong(Side::Raw)),
        ("The SDK is silently wrong: it returns a wrong answer without an error", wrong(Side::Sdk)),
        ("Impossible with the SDK, which signs by itself", cases(|case| !case.sdk.possible)),
        ("Corrected by the SDK, which retries by itself", cases(is_corrected)),
        ("Only in raw's {:?}", facts(|case| case.raw.only_in_debug().collect())),
        ("Only in the SDK's {:?}", facts(|case| case.sdk.only_in_debug().collect())),
        (
            "Nowhere in raw's error, not even in {:?}",
            facts(|case| case.raw.found_nowhere().collect()),
        ),
        (
            "Nowhere in the SDK's error, not even in {:?}",
            facts(|case| case.sdk.found_nowhere().collect()),
        ),
    ];
    let remarks = remarks.into_iter().filter(|(_, (_, which))| !which.is_empty());
    remarks.map(|(what, (count, which))| (format!("{what} ({count})"), which)).collect()
}

/// The cases in which a side returned a wrong answer without an error, and the number of cases that
/// are possible with it.
pub(super) fn silently_wrong(errors: &ErrorResults, side: Side) -> (Vec<&CaseResult>, usize) {
    let wrong = errors.cases.iter().filter(|case| case.side(side).silently_wrong).collect();
    let possible = errors.cases.iter().filter(|case| case.side(side).possible).count();
    (wrong, possible)
}

/// The number of facts that `which` picks in comparable cases, and how often each name occurs.
fn facts(errors: &ErrorResults, which: fn(&CaseResult) -> Vec<&str>) -> (String, String) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in errors.cases.iter().filter(|case| case.is_comparable()) {
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

/// The size of the catalogue, in a sentence.
pub(super) fn summary(errors: &ErrorResults) -> String {
    let cases = &errors.cases;
    let count = |is_one: fn(&&CaseResult) -> bool| cases.iter().filter(is_one).count();
    let unplayed = count(|case| case.problem.is_some());
    let took = duration(std::time::Duration::from_millis(errors.elapsed_ms).as_secs_f64());
    let mut text = format!(
        "{} cases: {} with an answer that AWS is known to send, {} with an unverified one, {} in which \
         AWS has no part",
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
        Outcome::Ok if side.silently_wrong => "a wrong answer without an error",
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
