//! One scenario: a first call on each side, a few more for the latency, and what differs.

use std::{
    sync::{Arc, Once},
    time::{Duration, Instant},
};

use contract::{
    Answer, Client, DryRun, Failure, Operation, PresignedUrl, Reply, RunInstances, Stage,
};
use findings::{
    diff,
    run::{FailureReport, LatencySummary, Outcome, ScenarioResult, SideResult},
    scenario::{Expected, Repeat, Scenario},
};
use raw::redact::Secrets;
use serde_json::{Value, json};

use super::{
    Choices, Pair, Sides,
    fetch::Fetcher,
    plan::{Discovered, Plan},
};
use crate::{
    capture,
    error::ExitError,
    guard,
    interrupt::Interrupt,
    launch::{Ledger, RunIdentity},
    session::{HostKind, Session},
};

/// Timed calls of each side, at most.
const SAMPLES: usize = 10;
/// When to stop asking for more, once there are three.
const SAMPLING_BUDGET: Duration = Duration::from_secs(1);

/// Codes by which a server says that it does not have an operation at all.
const NOT_OFFERED: &[&str] = &["NotImplemented", "InvalidAction", "UnknownOperationException"];

pub(crate) struct Player {
    pub(crate) sides: Arc<Sides>,
    pub(crate) session: Arc<Session>,
    choices: Choices,
    ledger: Ledger,
    /// Told once that the ledger cannot be written.
    unwritten: Once,
    interrupt: Interrupt,
    fetcher: Fetcher,
    /// What no output may show.
    secrets: Secrets,
    material: Discovered,
}

/// What a first call came to.
struct Played {
    result: Result<Answer, Failure>,
    requests: u32,
    elapsed: Duration,
}

impl Player {
    pub(super) fn new(
        sides: &Arc<Sides>,
        session: &Arc<Session>,
        choices: Choices,
        (run, ledger): (&RunIdentity, Ledger),
        interrupt: Interrupt,
    ) -> Self {
        Self {
            sides: Arc::clone(sides),
            session: Arc::clone(session),
            material: Discovered::new(&choices, run),
            secrets: Secrets::of(&session.credentials),
            fetcher: Fetcher::new(&session.target),
            choices,
            ledger,
            unwritten: Once::new(),
            interrupt,
        }
    }

    pub(super) async fn play(&mut self, scenario: Scenario) -> Result<ScenarioResult, ExitError> {
        let operations = match self.material.plan(scenario, &self.choices, &self.session) {
            Plan::Call(operations) => operations,
            Plan::Skip(reason) => return Ok(skipped(scenario, &reason)),
            Plan::Blocked(reason) => return Ok(blocked(scenario, &reason)),
        };
        let sides = Arc::clone(&self.sides);
        let raw = self.first_call(&sides.raw, &operations.raw);
        let sdk = self.first_call(&sides.sdk, &operations.sdk);
        let played = match scenario {
            // At once: while one side waited, the other's instance would boot.
            Scenario::Ec2WaitRunning => {
                let (raw, sdk) = tokio::try_join!(raw, sdk)?;
                Pair { raw, sdk }
            }
            _ => Pair { raw: raw.await?, sdk: sdk.await? },
        };
        if self.is_not_offered(&played) {
            return Ok(skipped(scenario, "the endpoint does not offer it"));
        }
        let latency = self.latency(scenario, &operations, &played).await?;
        self.conclude(scenario, &operations, played, latency).await
    }

    /// Plays `scenario` once through `raw` and `sdk`, which call for this player's two sides and may
    /// look on. Nothing is timed.
    pub(crate) async fn play_once(
        &mut self,
        scenario: Scenario,
        raw: &impl Client,
        sdk: &impl Client,
    ) -> Result<ScenarioResult, ExitError> {
        let operations = match self.material.plan(scenario, &self.choices, &self.session) {
            Plan::Call(operations) => operations,
            Plan::Skip(reason) => return Ok(skipped(scenario, &reason)),
            Plan::Blocked(reason) => return Ok(blocked(scenario, &reason)),
        };
        let played = Pair {
            raw: self.first_call(raw, &operations.raw).await?,
            sdk: self.first_call(sdk, &operations.sdk).await?,
        };
        if self.is_not_offered(&played) {
            return Ok(skipped(scenario, "the endpoint does not offer it"));
        }
        self.conclude(scenario, &operations, played, Pair::default()).await
    }

    /// What each side is asked in `scenario`, once what it needs has been played.
    ///
    /// # Errors
    /// Exit 3 where there is nothing to ask.
    pub(crate) fn operations(&self, scenario: Scenario) -> Result<Pair<Operation>, ExitError> {
        match self.material.plan(scenario, &self.choices, &self.session) {
            Plan::Call(operations) => Ok(*operations),
            Plan::Skip(reason) | Plan::Blocked(reason) => {
                Err(ExitError::unavailable(format!("{scenario} cannot be tried here: {reason}")))
            }
        }
    }

    async fn conclude(
        &mut self,
        scenario: Scenario,
        operations: &Pair<Operation>,
        played: Pair<Played>,
        latency: Pair<LatencySummary>,
    ) -> Result<ScenarioResult, ExitError> {
        self.learn(scenario, &played);
        let raw = self.side(&operations.raw, played.raw, latency.raw).await?;
        let sdk = self.side(&operations.sdk, played.sdk, latency.sdk).await?;
        if let Some(reason) = self.knows_no_presigned_urls(scenario, &raw, &sdk) {
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

    async fn first_call(
        &self,
        client: &impl Client,
        operation: &Operation,
    ) -> Result<Played, ExitError> {
        let (reply, elapsed) = if let Operation::RunInstances(input) = operation {
            self.launch(client, operation, input).await?
        } else {
            let started = Instant::now();
            let reply = self.interrupt.or(guard::call(client, operation)).await?;
            (reply, started.elapsed())
        };
        if let Ok(Answer::StateChanges(changes)) = &reply.result {
            self.ledger.changed(changes);
        }
        let result = reply.result.and_then(|answer| match answer {
            Answer::LatestImage(None) => Err(self.no_image()),
            answer => Ok(answer),
        });
        Ok(Played { result, requests: reply.requests, elapsed })
    }

    /// Not raced against the signal: a launch that is under way is seen to its end, so that its
    /// instance is known. A dry run is one too, until the server has proved that it knows the
    /// parameter.
    async fn launch(
        &self,
        client: &impl Client,
        operation: &Operation,
        input: &RunInstances,
    ) -> Result<(Reply, Duration), ExitError> {
        self.interrupt.or(async {}).await?;
        if let Err(error) = self.ledger.begin(&input.client_token) {
            if self.session.host == HostKind::Amazon && input.dry_run == DryRun::No {
                self.ledger.withdraw(&input.client_token);
                return Err(ExitError::unavailable(format!("nothing is launched: {error}"))
                    .help("COMPARE_LEDGER_DIR names another folder"));
            }
            self.unwritten.call_once(|| {
                self.session.notices.warn(&format!(
                    "{error}; what a killed run leaves is then known by its tags alone"
                ));
            });
        }
        let started = Instant::now();
        let reply = guard::call(client, operation).await;
        let elapsed = started.elapsed();
        self.ledger.answered(input, &reply);
        Ok((reply, elapsed))
    }

    /// A few more calls, raw and SDK by turns and each first half of the time, so that neither has
    /// the warmer machine. The first call of a side opens its connection: where there are others,
    /// it does not count.
    async fn latency(
        &self,
        scenario: Scenario,
        operations: &Pair<Operation>,
        played: &Pair<Played>,
    ) -> Result<Pair<LatencySummary>, ExitError> {
        let mut samples = Pair { raw: Vec::new(), sdk: Vec::new() };
        let expected = played.raw.is(scenario.expected()) && played.sdk.is(scenario.expected());
        if scenario.repeat() == Repeat::Never || !expected {
            samples.raw.push(micros(played.raw.elapsed));
            samples.sdk.push(micros(played.sdk.elapsed));
        } else {
            let started = Instant::now();
            while samples.raw.len() < SAMPLES
                && (samples.raw.len() < 3 || started.elapsed() < SAMPLING_BUDGET)
            {
                if samples.raw.len() % 2 == 0 {
                    samples.raw.push(self.timed(&self.sides.raw, &operations.raw).await?);
                    samples.sdk.push(self.timed(&self.sides.sdk, &operations.sdk).await?);
                } else {
                    samples.sdk.push(self.timed(&self.sides.sdk, &operations.sdk).await?);
                    samples.raw.push(self.timed(&self.sides.raw, &operations.raw).await?);
                }
                if scenario == Scenario::Ec2RunInstancesDryRun && !self.ledger.left().is_empty() {
                    // One that was carried out is not repeated.
                    break;
                }
            }
        }
        Ok(Pair { raw: LatencySummary::of(samples.raw), sdk: LatencySummary::of(samples.sdk) })
    }

    async fn timed(&self, client: &impl Client, operation: &Operation) -> Result<f64, ExitError> {
        let started = Instant::now();
        let reply = self.interrupt.or(guard::call(client, operation)).await?;
        let elapsed = started.elapsed();
        if let Operation::RunInstances(input) = operation {
            self.ledger.answered(input, &reply);
        }
        Ok(micros(elapsed))
    }

    fn learn(&mut self, scenario: Scenario, played: &Pair<Played>) {
        if let Ok(answer) = played.raw.result.as_ref().or(played.sdk.result.as_ref()) {
            self.material.learn(&self.choices, answer);
        }
        if scenario == Scenario::Ec2RunInstances {
            let launched = |played: &Played| match &played.result {
                Ok(Answer::Instances(instances)) => instances.first().map(|first| first.id.clone()),
                _ => None,
            };
            self.material.launched =
                Pair { raw: launched(&played.raw), sdk: launched(&played.sdk) };
        }
    }

    async fn side(
        &self,
        operation: &Operation,
        played: Played,
        latency_us: LatencySummary,
    ) -> Result<SideResult, ExitError> {
        let mut requests = played.requests;
        let result = match played.result {
            Ok(Answer::Presigned(presigned)) => {
                requests += 1;
                self.interrupt.or(self.fetch(operation, &presigned)).await?
            }
            Ok(answer) => Ok(capture::answer(operation, &answer)),
            Err(failure) => Err(failure),
        };
        let (outcome, answer, failure) = match result {
            // A presigned URL carries the session token.
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
            other => other,
        }
    }

    /// In full, the SDK's words quote the body of the answer, and S3's answers quote the session
    /// token: what raw keeps out of its own words is kept out of both sides'.
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

    /// What a presigned URL yields to a client that knows nothing of AWS.
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

    fn is_not_offered(&self, played: &Pair<Played>) -> bool {
        let says_so = |played: &Played| match &played.result {
            Err(failure) => {
                failure.status == Some(501)
                    || failure.code.as_deref().is_some_and(|code| NOT_OFFERED.contains(&code))
            }
            Ok(_) => false,
        };
        self.is_foreign() && says_so(&played.raw) && says_so(&played.sdk)
    }

    /// A server that fails alike on both sides' URLs, with no document of S3's, does not read
    /// signatures in the query; moto with authentication on is one.
    fn knows_no_presigned_urls(
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
        (scenario == Scenario::S3PresignedGet && self.is_foreign() && raw == sdk)
            .then(|| format!("the endpoint answered {raw} to a URL signed in its query"))
    }

    fn is_foreign(&self) -> bool {
        self.session.info.kind == "endpoint"
    }

    fn no_image(&self) -> Failure {
        let Choices { ami_name, ami_owner, instance_type, .. } = &self.choices;
        Failure::new(
            Stage::Response,
            format!(
                "no image of `{ami_owner}` named `{ami_name}` fits {instance_type}; \
                 --ami-owner, --ami-name and --instance-type choose others"
            ),
        )
    }
}

impl Played {
    fn is(&self, expected: Expected) -> bool {
        match (&self.result, expected) {
            (Ok(_), Expected::Ok) => true,
            (Err(failure), Expected::Refused) => failure.is_refusal(),
            _ => false,
        }
    }
}

fn skipped(scenario: Scenario, reason: &str) -> ScenarioResult {
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

fn blocked(scenario: Scenario, reason: &str) -> ScenarioResult {
    let side = || SideResult {
        outcome: Outcome::Failed,
        reason: Some(reason.to_owned()),
        failure: Some(Failure::new(Stage::Build, format!("not tried: {reason}")).into()),
        ..SideResult::skipped(reason)
    };
    ScenarioResult { raw: side(), sdk: side(), ..skipped(scenario, reason) }
}

fn micros(elapsed: Duration) -> f64 {
    elapsed.as_secs_f64() * 1e6
}
