//! What `compare errors` found: what the service answered in each case, what each side told its user, and
//! which facts were lost on the way.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{machine::Machine, run::Outcome};

/// All that `compare errors` found.
#[derive(Debug, Serialize, Deserialize)]
pub struct ErrorResults {
    /// Under which conditions the times were taken.
    pub machine: Machine,
    /// In the order of the catalogue.
    pub cases: Vec<CaseResult>,
    /// What each way of printing kept of what both sides were told.
    pub kept: Vec<KeptCount>,
    /// Wall-clock time of it all.
    pub elapsed_ms: u64,
}

/// One case on both sides.
#[derive(Debug, Serialize, Deserialize)]
pub struct CaseResult {
    /// Its name.
    pub id: Cow<'static, str>,
    /// Who was called.
    pub service: Cow<'static, str>,
    /// Whose doing it is.
    pub cause: Cause,
    /// What goes wrong, in a sentence.
    pub what: Cow<'static, str>,
    /// Where the wire fact comes from.
    pub source: Cow<'static, str>,
    /// How well it is known: `unverified` is the best guess there is, `played` no fact of AWS's.
    pub verified_by: Cow<'static, str>,
    /// Why the case was not what it should have been, if so.
    pub problem: Option<String>,
    /// What the service answered; to raw, which is asked first.
    pub wire: WireAnswer,
    /// What is said in there.
    pub facts: Vec<Fact>,
    /// What raw told its user.
    pub raw: CaseSide,
    /// What the SDK told its user.
    pub sdk: CaseSide,
}

/// What one side told its user.
#[derive(Debug, Serialize, Deserialize)]
pub struct CaseSide {
    /// How the call ended; `skipped` where it is not possible.
    pub outcome: Outcome,
    /// Whether the side lets its user come into this state at all.
    pub possible: bool,
    /// It yielded an answer, and that is not the one that the service has.
    pub silently_wrong: bool,
    /// That answer, and the one that the service has.
    pub answers: Option<WrongAndRight>,
    /// What is to be known beside.
    pub note: Option<String>,
    /// HTTP attempts.
    pub attempts: u32,
    /// Until the call ended, in milliseconds.
    pub elapsed_ms: f64,
    /// `{}`
    pub display: String,
    /// What the side itself says to print, without a copy of `debug` at its end.
    pub error_context: String,
    /// Whether there was one: the SDK's ends in it.
    pub debug_left_out: bool,
    /// `{:?}`
    pub debug: String,
    /// What to do next, where this side has a word on that.
    pub advice: Option<String>,
    /// What the service told this side, in the attempt that ended the call; none where it got its
    /// answer.
    pub facts: Vec<Fact>,
    /// Which of it is found where.
    pub kept_by: KeptBy,
    /// Which of it is found nowhere, or in `debug` alone.
    pub lost: Vec<String>,
}

/// What a side took for the answer, and what it is.
#[derive(Debug, Serialize, Deserialize)]
pub struct WrongAndRight {
    /// What its user got, without an error.
    pub wrong: Value,
    /// What the service has; null where it refuses.
    pub right: Option<Value>,
}

/// How many facts one way of printing kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptCount {
    /// `raw` or `sdk`.
    pub side: Cow<'static, str>,
    /// `display`, `error_context`, `debug` or `api`; or [`WHOLE_CONTEXT`].
    pub way: Cow<'static, str>,
    /// Facts found there.
    pub kept: usize,
    /// Facts that the service told this side.
    pub of: usize,
    /// The cases that were counted: those in which an SDK client called, and both sides failed.
    pub cases: usize,
}

impl ErrorResults {
    /// Whether every case was what it should have been.
    #[must_use]
    pub fn all_played(&self) -> bool {
        self.cases.iter().all(|case| case.problem.is_none())
    }

    /// What each side says to print keeps where all of it is read: with the copy of `debug` that the
    /// SDK's ends in, so that whoever prints it sees what either holds.
    #[must_use]
    pub fn kept_by_whole_context(&self) -> [KeptCount; 2] {
        let cases: Vec<_> = self.cases.iter().filter(|case| case.is_counted()).collect();
        let count = |name: &'static str, side: fn(&CaseResult) -> &CaseSide| KeptCount {
            side: name.into(),
            way: WHOLE_CONTEXT.into(),
            kept: cases.iter().map(|case| side(case).in_whole_context()).sum(),
            of: cases.iter().map(|case| side(case).facts.len()).sum(),
            cases: cases.len(),
        };
        [count("raw", |case| &case.raw), count("sdk", |case| &case.sdk)]
    }
}

impl CaseSide {
    fn in_whole_context(&self) -> usize {
        let KeptBy { error_context, debug, .. } = &self.kept_by;
        let is_printed = |fact: &&Fact| {
            error_context.contains(&fact.name) || self.debug_left_out && debug.contains(&fact.name)
        };
        self.facts.iter().filter(is_printed).count()
    }

    /// Which of `lost` are found nowhere at all, not even in `debug`.
    pub fn found_nowhere(&self) -> impl Iterator<Item = &str> {
        let lost = self.lost.iter().filter(|name| !self.kept_by.debug.contains(name));
        lost.map(String::as_str)
    }

    /// Which of `lost` are found in `debug`.
    pub fn in_debug_alone(&self) -> impl Iterator<Item = &str> {
        let lost = self.lost.iter().filter(|name| self.kept_by.debug.contains(name));
        lost.map(String::as_str)
    }
}

/// The way of [`ErrorResults::kept_by_whole_context`].
pub const WHOLE_CONTEXT: &str = "whole_context";

impl CaseResult {
    /// The service's error code, where the answer has one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        let code = self.facts.iter().find(|fact| fact.name == "code")?;
        Some(&code.value)
    }

    /// Whether its facts are counted: it [is comparable](CaseResult::is_comparable), and has some.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.is_comparable() && !self.raw.facts.is_empty()
    }

    /// Whether the words of the SDK's own clients can be held against raw's here. There is no client
    /// for a route of API Gateway, and none that fetches a presigned URL.
    #[must_use]
    pub fn is_comparable(&self) -> bool {
        let failed = |side: &CaseSide| matches!(side.outcome, Outcome::Refused | Outcome::Failed);
        self.sdk.note.is_none() && failed(&self.raw) && failed(&self.sdk)
    }
}

impl KeptCount {
    /// Counts, for each side and way of printing, the facts that it kept in `cases`.
    #[must_use]
    pub fn count(cases: &[CaseResult]) -> Vec<Self> {
        let cases: Vec<_> = cases.iter().filter(|case| case.is_counted()).collect();
        let sides = [
            ("raw", cases.iter().map(|case| &case.raw).collect::<Vec<_>>()),
            ("sdk", cases.iter().map(|case| &case.sdk).collect()),
        ];
        let mut counts = Vec::new();
        for (side, told) in sides {
            let of = told.iter().map(|side| side.facts.len()).sum();
            for way in ["display", "error_context", "api", "debug"] {
                let kept = told.iter().map(|side| side.kept_by.way(way).len()).sum();
                let (side, way) = (side.into(), way.into());
                counts.push(Self { side, way, kept, of, cases: cases.len() });
            }
        }
        counts
    }
}

/// The facts found in each way in which a side shows or exposes an error, by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeptBy {
    /// `{}`
    pub display: Vec<String>,
    /// What the side itself says to print: raw's chain of causes, the SDK's `DisplayErrorContext`
    /// without the `{:?}` that it ends in.
    pub error_context: Vec<String>,
    /// `{:?}`, dumps of bodies included.
    pub debug: Vec<String>,
    /// Typed accessors, without an undecoded body.
    pub api: Vec<String>,
}

/// An answer as it was on the wire.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WireAnswer {
    /// HTTP status; null where no answer came.
    pub status: Option<u16>,
    /// Names in lower case, and values, in their order.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body, at most 4 KiB of it.
    pub body: Option<String>,
    /// Whether more of it was sent than that.
    pub cut: bool,
    /// Of the whole body, as far as it was sent, in bytes.
    pub length: Option<u64>,
    /// SHA-256 of the whole body, as far as it was sent.
    pub sha256: Option<String>,
}

/// Something that the service said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// `status`, `code`, `message`, `request_id`, `host_id`, or the service's own name for it.
    pub name: String,
    /// What it said.
    pub value: String,
}

/// Whose doing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The caller signs wrongly.
    Mistake,
    /// The service, or what is before it, fails.
    Fault,
    /// The caller may not do this.
    Permission,
    /// What is asked for is not there, or not possible.
    Resource,
}

impl KeptBy {
    /// The facts found in the way of that name, as JSON has it.
    fn way(&self, way: &str) -> &[String] {
        match way {
            "display" => &self.display,
            "error_context" => &self.error_context,
            "api" => &self.api,
            _ => &self.debug,
        }
    }

    /// The facts that are found nowhere, or only where a body is dumped.
    #[must_use]
    pub fn lost(&self, facts: &[Fact]) -> Vec<String> {
        let kept = [&self.display, &self.error_context, &self.api];
        let is_lost = |fact: &&Fact| !kept.iter().any(|names| names.contains(&fact.name));
        facts.iter().filter(is_lost).map(|fact| fact.name.clone()).collect()
    }
}

impl WireAnswer {
    /// The value of the header of that lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
