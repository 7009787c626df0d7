//! Turns what both sides' calls returned into the result of a scenario.

use contract::{Answer, Failure, Operation, PresignedUrl, Stage};
use findings::{
    diff,
    run::{FailureReport, LatencySummary, Outcome, ScenarioResult, SideResult},
    scenario::Scenario,
};
use serde_json::{Value, json};

use super::{
    Pair,
    play::{FirstCall, Player},
};
use crate::{capture, error::ExitError};

/// Error codes of servers that do not offer an operation.
const NOT_OFFERED: &[&str] = &["NotImplemented", "InvalidAction", "UnknownOperationException"];

impl Player {
    pub(super) async fn result(
        &mut self,
        scenario: Scenario,
        operations: &Pair<Operation>,
        calls: Pair<FirstCall>,
        latency: Pair<LatencySummary>,
    ) -> Result<ScenarioResult, ExitError> {
        self.learn(scenario, &calls);
        let raw = self.side(&operations.raw, calls.raw, latency.raw).await?;
        let sdk = self.side(&operations.sdk, calls.sdk, latency.sdk).await?;
        if let Some(reason) = self.lacks_presigned_urls(scenario, &raw, &sdk) {
            return Ok(skipped(scenario, &reason));
        }
        let differences = diff::sides(scenario, &raw, &sdk);
        Ok(ScenarioResult {
            name: scenario,
            service: scenario.service(),
            expected: scenario.expected(),
            same: differences.is_empty(),
            differences,
            raw,
            sdk,
        })
    }

    async fn side(
        &self,
        operation: &Operation,
        call: FirstCall,
        latency_us: LatencySummary,
    ) -> Result<SideResult, ExitError> {
        let mut requests = call.requests;
        let result = match call.result {
            Ok(Answer::Presigned(presigned)) => {
                requests += 1;
                self.interrupt.or(self.fetch(operation, &presigned)).await?
            }
            Ok(answer) => Ok(capture::answer(operation, &answer)),
            Err(failure) => Err(failure),
        };
        let (outcome, answer, failure) = match result {
            // A presigned URL contains the session token.
            Ok(answer) => (Outcome::Ok, Some(self.masked(answer)), None),
            Err(failure) => (Outcome::from(&failure), None, Some(self.report(failure))),
        };
        Ok(SideResult { outcome, reason: None, answer, failure, requests, latency_us })
    }

    fn masked(&self, answer: Value) -> Value {
        match answer {
            Value::String(mut text) => {
                self.secrets.redact(&mut text);
                Value::String(text)
            }
            Value::Array(items) => items.into_iter().map(|item| self.masked(item)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (name, self.masked(value))).collect()
            }
            other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
        }
    }

    /// `failure` without secrets. The SDK's full message quotes the response body, and S3's bodies quote
    /// the session token. raw masks it itself.
    fn report(&self, failure: Failure) -> FailureReport {
        let mut report = FailureReport::from(failure);
        let FailureReport { display, context, message, details, .. } = &mut report;
        let details = details.iter_mut().map(|(_, value)| Some(value));
        let texts = [Some(display), Some(context), message.as_mut()].into_iter().chain(details);
        for text in texts.flatten() {
            self.secrets.redact(text);
        }
        report
    }

    /// The presigned URL and the object that a plain client gets from it.
    async fn fetch(
        &self,
        operation: &Operation,
        presigned: &PresignedUrl,
    ) -> Result<Value, Failure> {
        let fetched = self.fetcher.fetch(&presigned.url).await?;
        let mut answer = capture::answer(operation, &Answer::Presigned(presigned.clone()));
        if let Value::Object(fields) = &mut answer {
            fields.insert("status".to_owned(), json!(fetched.status));
            fields.insert("length".to_owned(), json!(fetched.length));
            fields.insert("sha256".to_owned(), json!(fetched.sha256));
        }
        Ok(answer)
    }

    pub(super) fn is_not_offered(&self, calls: &Pair<FirstCall>) -> bool {
        let says_so = |call: &FirstCall| match &call.result {
            Err(failure) => {
                failure.status == Some(501)
                    || failure.code.as_deref().is_some_and(|code| NOT_OFFERED.contains(&code))
            }
            Ok(_) => false,
        };
        self.is_other_server() && says_so(&calls.raw) && says_so(&calls.sdk)
    }

    /// Why presigned URLs are skipped: a server that fails both sides' URLs with the same 5xx and without
    /// an error code cannot read signatures in the query. moto with authentication is one.
    fn lacks_presigned_urls(
        &self,
        scenario: Scenario,
        raw: &SideResult,
        sdk: &SideResult,
    ) -> Option<String> {
        let status = |side: &SideResult| {
            let failure = side.failure.as_ref().filter(|failure| failure.code.is_none())?;
            failure.status.filter(|status| *status >= 500)
        };
        let (raw, sdk) = (status(raw)?, status(sdk)?);
        (scenario == Scenario::S3PresignedGet && self.is_other_server() && raw == sdk)
            .then(|| format!("the endpoint answered {raw} to a presigned URL"))
    }

    fn is_other_server(&self) -> bool {
        self.session.info.kind == "endpoint"
    }
}

pub(super) fn skipped(scenario: Scenario, reason: &str) -> ScenarioResult {
    ScenarioResult {
        name: scenario,
        service: scenario.service(),
        expected: scenario.expected(),
        same: true,
        differences: Vec::new(),
        raw: SideResult::skipped(reason),
        sdk: SideResult::skipped(reason),
    }
}

pub(super) fn blocked(scenario: Scenario, reason: &str) -> ScenarioResult {
    let side = || SideResult {
        outcome: Outcome::Failed,
        reason: Some(reason.to_owned()),
        failure: Some(Failure::new(Stage::Build, format!("not tried: {reason}")).into()),
        ..SideResult::skipped(reason)
    };
    ScenarioResult { raw: side(), sdk: side(), ..skipped(scenario, reason) }
}
