//! The results of `compare errors`: what the service answered in each case, what each side told its
//! user, and which facts were lost between the two.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{machine::Machine, run::Outcome, side::Side};

/// The result of `compare errors`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorResults {
    /// The machine that played the cases.
    pub machine: Machine,
    /// In the order of the catalogue.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub cases: Vec<CaseResult>,
    /// How many facts each side kept, by way of showing an error.
    pub kept: Vec<KeptCount>,
    /// Wall-clock time of the whole catalogue.
    pub elapsed_ms: u64,
}

/// One case on both sides.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseResult {
    /// The case's name.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(s3|ec2|api)-[a-z0-9-]+$")))]
    pub id: Cow<'static, str>,
    /// The service that was called.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["s3", "ec2", "execute-api"])))]
    pub service: Cow<'static, str>,
    /// What kind of problem it is.
    pub cause: Cause,
    /// What goes wrong, in a sentence.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub what: Cow<'static, str>,
    /// Where the wire fact comes from.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub source: Cow<'static, str>,
    /// How well the wire fact is known. `unverified` is a best guess; `played` means that AWS has no
    /// part in the failure.
    #[cfg_attr(
        feature = "schema",
        schemars(extend(
            "enum" = ["test-fixture", "issue-thread", "documentation", "unverified", "played"]
        ))
    )]
    pub verified_by: Cow<'static, str>,
    /// Why the case could not be played as described, if it could not.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub problem: Option<String>,
    /// What the service answered to raw, which is called first.
    pub wire: WireAnswer,
    /// The facts in that answer.
    pub facts: Vec<Fact>,
    /// What raw told its user.
    pub raw: CaseSide,
    /// What the SDK told its user.
    pub sdk: CaseSide,
}

/// What one side told its user in one case.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("allOf" = [
    {
        "if": { "properties": { "outcome": { "enum": ["refused", "failed"] } } },
        "then": { "properties": { "display": { "minLength": 1 } } },
        "else": { "properties": { "display": { "maxLength": 0 } } }
    },
    {
        "if": { "properties": { "possible": { "const": false } } },
        "then": { "properties": { "outcome": { "const": "skipped" }, "attempts": { "const": 0 } } }
    },
    {
        "if": { "properties": { "silently_wrong": { "const": true } } },
        "then": { "properties": { "outcome": { "const": "ok" }, "answers": { "type": "object" } } }
    }
])))]
pub struct CaseSide {
    /// How the call ended; `skipped` if this side does not allow the mistake.
    pub outcome: Outcome,
    /// Whether this side lets its user make the mistake or meet the fault.
    pub possible: bool,
    /// Whether it returned a wrong answer without an error.
    pub silently_wrong: bool,
    /// That wrong answer and the right one.
    pub answers: Option<WrongAndRight>,
    /// Anything else that a reader should know.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub note: Option<String>,
    /// HTTP attempts.
    pub attempts: u32,
    /// Duration of the call, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub elapsed_ms: f64,
    /// The error printed with `{}`.
    pub display: String,
    /// The error printed as the side's documentation advises, without a copy of `debug` at the end.
    pub error_context: String,
    /// Whether such a copy was cut off; the SDK's `DisplayErrorContext` ends in one.
    pub debug_left_out: bool,
    /// The error printed with `{:?}`.
    pub debug: String,
    /// What to do next, if the side says so.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub advice: Option<String>,
    /// The facts that the service sent in the attempt that ended the call; empty if the call
    /// succeeded.
    pub facts: Vec<Fact>,
    /// Which of these facts are found where.
    pub kept_by: KeptBy,
    /// Facts that are found nowhere, or only in `debug`.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1)), extend("uniqueItems" = true)))]
    pub lost: Vec<String>,
}

/// A wrong answer that came without an error, and the right one.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WrongAndRight {
    /// What the user got.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Map<String, Value>"))]
    pub wrong: Value,
    /// What the service has; null if it refuses.
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Map<String, Value>>"))]
    pub right: Option<Value>,
}

/// How many facts one side keeps in one way of showing an error.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptCount {
    /// Whose errors.
    pub side: Side,
    /// How the errors are shown.
    pub way: Way,
    /// Facts that were found.
    pub kept: usize,
    /// Facts that the service sent to this side.
    pub of: usize,
    /// The cases that were counted: those [comparable](CaseResult::is_comparable) and with facts.
    pub cases: usize,
}

/// A way of showing an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// `{}`
    Display,
    /// What the side's documentation says to print: raw's chain of causes, the SDK's
    /// `DisplayErrorContext` without the copy of `{:?}` at its end.
    ErrorContext,
    /// The same with that copy.
    #[cfg_attr(feature = "schema", schemars(skip))]
    WholeContext,
    /// Typed accessors, without the undecoded body.
    Api,
    /// `{:?}`, including dumps of bodies.
    Debug,
}

impl Way {
    /// All of them, from the shortest text to the longest.
    pub const ALL: [Self; 5] =
        [Self::Display, Self::ErrorContext, Self::WholeContext, Self::Api, Self::Debug];
}

impl ErrorResults {
    /// Whether every case was played as described.
    #[must_use]
    pub fn all_played(&self) -> bool {
        self.cases.iter().all(|case| case.problem.is_none())
    }

    /// How many facts `side` keeps when its errors are shown in `way`.
    #[must_use]
    pub fn kept(&self, side: Side, way: Way) -> Option<KeptCount> {
        match way {
            // The saved counts do not have it: it follows from the cases.
            Way::WholeContext => Some(KeptCount::of(&self.cases, side, way)),
            Way::Display | Way::ErrorContext | Way::Api | Way::Debug => {
                let mut saved = self.kept.iter();
                saved.find(|kept| kept.side == side && kept.way == way).cloned()
            }
        }
    }
}

impl CaseSide {
    /// The number of facts found in `way`.
    fn kept_in(&self, way: Way) -> usize {
        let KeptBy { display, error_context, api, debug } = &self.kept_by;
        match way {
            Way::Display => display.len(),
            Way::ErrorContext => error_context.len(),
            Way::Api => api.len(),
            Way::Debug => debug.len(),
            Way::WholeContext => {
                let copied: &[String] = if self.debug_left_out { debug } else { &[] };
                let facts = self.facts.iter().map(|fact| &fact.name);
                facts.filter(|name| error_context.contains(name) || copied.contains(name)).count()
            }
        }
    }

    /// Lost facts that are found nowhere, not even in `debug`.
    pub fn found_nowhere(&self) -> impl Iterator<Item = &str> {
        let lost = self.lost.iter().filter(|name| !self.kept_by.debug.contains(name));
        lost.map(String::as_str)
    }

    /// Lost facts that are found only in `debug`.
    pub fn only_in_debug(&self) -> impl Iterator<Item = &str> {
        let lost = self.lost.iter().filter(|name| self.kept_by.debug.contains(name));
        lost.map(String::as_str)
    }
}

impl CaseResult {
    /// The result of one side.
    #[must_use]
    pub fn side(&self, side: Side) -> &CaseSide {
        match side {
            Side::Raw => &self.raw,
            Side::Sdk => &self.sdk,
        }
    }

    /// The service's error code, if the answer has one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        let code = self.facts.iter().find(|fact| fact.name == "code")?;
        Some(&code.value)
    }

    /// Whether its facts are counted: it [is comparable](Self::is_comparable) and has facts.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.is_comparable() && !self.raw.facts.is_empty()
    }

    /// Whether both sides failed and an SDK client made the call. The SDK has no client for a route of
    /// API Gateway and none that fetches a presigned URL.
    #[must_use]
    pub fn is_comparable(&self) -> bool {
        let failed = |side: &CaseSide| matches!(side.outcome, Outcome::Refused | Outcome::Failed);
        self.sdk.note.is_none() && failed(&self.raw) && failed(&self.sdk)
    }
}

impl KeptCount {
    /// The counts for each side and each way except [`Way::WholeContext`].
    #[must_use]
    pub fn count(cases: &[CaseResult]) -> Vec<Self> {
        let ways = [Way::Display, Way::ErrorContext, Way::Api, Way::Debug];
        let sides = Side::ALL.into_iter();
        sides.flat_map(|side| ways.map(|way| Self::of(cases, side, way))).collect()
    }

    fn of(cases: &[CaseResult], side: Side, way: Way) -> Self {
        let counted = || cases.iter().filter(|case| case.is_counted());
        Self {
            side,
            way,
            kept: counted().map(|case| case.side(side).kept_in(way)).sum(),
            of: counted().map(|case| case.side(side).facts.len()).sum(),
            cases: counted().count(),
        }
    }
}

/// The names of the facts that are found in each way of showing an error.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptBy {
    /// See [`Way::Display`].
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1)), extend("uniqueItems" = true)))]
    pub display: Vec<String>,
    /// See [`Way::ErrorContext`].
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1)), extend("uniqueItems" = true)))]
    pub error_context: Vec<String>,
    /// See [`Way::Debug`].
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1)), extend("uniqueItems" = true)))]
    pub debug: Vec<String>,
    /// See [`Way::Api`].
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1)), extend("uniqueItems" = true)))]
    pub api: Vec<String>,
}

impl KeptBy {
    /// The names of the `facts` that are found nowhere except in `debug`.
    #[must_use]
    pub fn lost(&self, facts: &[Fact]) -> Vec<String> {
        let kept = [&self.display, &self.error_context, &self.api];
        let is_lost = |fact: &&Fact| !kept.iter().any(|names| names.contains(&fact.name));
        facts.iter().filter(is_lost).map(|fact| fact.name.clone()).collect()
    }
}

/// A service's answer as it was on the wire.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WireAnswer {
    /// HTTP status; null if no answer came.
    #[cfg_attr(feature = "schema", schemars(range(min = 100, max = 599)))]
    pub status: Option<u16>,
    /// Names in lower case and values, in the order in which they were sent.
    pub headers: Vec<(String, String)>,
    /// The body, cut after 4 KiB.
    pub body: Option<String>,
    /// Whether the body was cut.
    pub cut: bool,
    /// Length of the whole body as it was sent, in bytes.
    pub length: Option<u64>,
    /// SHA-256 of the whole body as it was sent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub sha256: Option<String>,
}

impl WireAnswer {
    /// The value of the header `name`, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One value in a service's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fact {
    /// `status`, `code`, `message`, `request_id`, `host_id`, or the service's own name for it.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// The value.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub value: String,
}

/// What kind of problem a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The caller signs wrongly.
    Mistake,
    /// The service fails, or something between it and the caller.
    Fault,
    /// The caller may not do this.
    Permission,
    /// The resource does not exist or cannot be used that way.
    Resource,
}
