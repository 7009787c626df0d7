//! Plays one scenario: a first call on each side, and more calls for the latency.

use std::{
    sync::{Arc, Once},
    time::{Duration, Instant},
};

use contract::{Answer, Client, DryRun, Failure, Operation, Reply, RunInstances, Stage};
use findings::{
    run::{LatencySummary, ScenarioResult},
    scenario::{Expected, Repeat, Scenario},
};
use raw::redact::Secrets;

use super::{
    Choices, Pair, Sides,
    fetch::Fetcher,
    plan::{Discovered, Plan},
    result::{blocked, skipped},
};
use crate::{
    error::ExitError,
    guard,
    interrupt::Interrupt,
    launch::{Ledger, RunIdentity},
    session::{HostKind, Session},
};

/// Maximum of timed calls per side.
const MAX_SAMPLES: usize = 10;
/// Timed calls per side, even if they exceed the budget.
const MIN_SAMPLES: usize = 3;
/// Time for the timed calls of both sides.
const SAMPLING_BUDGET: Duration = Duration::from_secs(1);

/// Plays the scenarios of one run.
pub(crate) struct Player {
    pub(crate) sides: Arc<Sides>,
    pub(crate) session: Arc<Session>,
    choices: Choices,
    ledger: Ledger,
    /// Warns once that the ledger cannot be written.
    ledger_warning: Once,
    pub(super) interrupt: Interrupt,
    pub(super) fetcher: Fetcher,
    /// To be masked in all output.
    pub(super) secrets: Secrets,
    discovered: Discovered,
}

/// A side's first call in a scenario.
pub(super) struct FirstCall {
    pub(super) result: Result<Answer, Failure>,
    pub(super) requests: u32,
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
            discovered: Discovered::new(&choices, run),
            secrets: Secrets::of(&session.credentials),
            fetcher: Fetcher::new(&session.target),
            choices,
            ledger,
            ledger_warning: Once::new(),
            interrupt,
        }
    }

    pub(super) async fn play(&mut self, scenario: Scenario) -> Result<ScenarioResult, ExitError> {
        let operations = match self.discovered.plan(scenario, &self.choices, &self.session) {
            Plan::Call(operations) => operations,
            Plan::Skip(reason) => return Ok(skipped(scenario, &reason)),
            Plan::Blocked(reason) => return Ok(blocked(scenario, &reason)),
        };
        let sides = Arc::clone(&self.sides);
        let raw = self.first_call(&sides.raw, &operations.raw);
        let sdk = self.first_call(&sides.sdk, &operations.sdk);
        let calls = if scenario == Scenario::Ec2WaitRunning {
            // Concurrently: the second instance would boot while the first side waits.
            let (raw, sdk) = tokio::try_join!(raw, sdk)?;
            Pair { raw, sdk }
        } else {
            Pair { raw: raw.await?, sdk: sdk.await? }
        };
        if self.is_not_offered(&calls) {
            return Ok(skipped(scenario, "the endpoint does not offer it"));
        }
        let latency = self.latency(scenario, &operations, &calls).await?;
        self.result(scenario, &operations, calls, latency).await
    }

    /// Plays `scenario` once, without timing, through `raw` and `sdk`. These wrap this player's clients, for
    /// example to observe them.
    pub(crate) async fn play_once(
        &mut self,
        scenario: Scenario,
        raw: &impl Client,
        sdk: &impl Client,
    ) -> Result<ScenarioResult, ExitError> {
        let operations = match self.discovered.plan(scenario, &self.choices, &self.session) {
            Plan::Call(operations) => operations,
            Plan::Skip(reason) => return Ok(skipped(scenario, &reason)),
            Plan::Blocked(reason) => return Ok(blocked(scenario, &reason)),
        };
        let calls = Pair {
            raw: self.first_call(raw, &operations.raw).await?,
            sdk: self.first_call(sdk, &operations.sdk).await?,
        };
        if self.is_not_offered(&calls) {
            return Ok(skipped(scenario, "the endpoint does not offer it"));
        }
        self.result(scenario, &operations, calls, Pair::default()).await
    }

    /// The operations of `scenario`, after the scenarios that it needs have been played.
    ///
    /// # Errors
    /// Exit 3: the scenario is skipped or blocked.
    pub(crate) fn operations(&self, scenario: Scenario) -> Result<Pair<Operation>, ExitError> {
        match self.discovered.plan(scenario, &self.choices, &self.session) {
            Plan::Call(operations) => Ok(*operations),
            Plan::Skip(reason) | Plan::Blocked(reason) => {
                Err(ExitError::unavailable(format!("{scenario} cannot be played here: {reason}")))
            }
        }
    }

    async fn first_call(
        &self,
        client: &impl Client,
        operation: &Operation,
    ) -> Result<FirstCall, ExitError> {
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
        Ok(FirstCall { result, requests: reply.requests, elapsed })
    }

    /// Launches, and writes the launch down first. A signal does not abort the call, so that its instance
    /// becomes known. A dry run counts as a launch until the server has shown that it supports dry runs.
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
                    .help("set COMPARE_LEDGER_DIR to another folder"));
            }
            self.ledger_warning.call_once(|| {
                self.session.notices.warn(&format!(
                    "{error}; if this run is killed, only tags show what it left running"
                ));
            });
        }
        let started = Instant::now();
        let reply = guard::call(client, operation).await;
        let elapsed = started.elapsed();
        self.ledger.answered(input, &reply);
        Ok((reply, elapsed))
    }

    /// Times more calls of both sides. They alternate, each side going first half of the time, so that
    /// neither gets the warmer machine. The first call opens a connection and counts only if it is the only
    /// one.
    async fn latency(
        &self,
        scenario: Scenario,
        operations: &Pair<Operation>,
        calls: &Pair<FirstCall>,
    ) -> Result<Pair<LatencySummary>, ExitError> {
        let mut samples = Pair { raw: Vec::new(), sdk: Vec::new() };
        let expected = calls.raw.is(scenario.expected()) && calls.sdk.is(scenario.expected());
        if scenario.repeat() == Repeat::Never || !expected {
            samples.raw.push(micros(calls.raw.elapsed));
            samples.sdk.push(micros(calls.sdk.elapsed));
        } else {
            let started = Instant::now();
            while samples.raw.len() < MAX_SAMPLES
                && (samples.raw.len() < MIN_SAMPLES || started.elapsed() < SAMPLING_BUDGET)
            {
                if samples.raw.len() % 2 == 0 {
                    samples.raw.push(self.timed(&self.sides.raw, &operations.raw).await?);
                    samples.sdk.push(self.timed(&self.sides.sdk, &operations.sdk).await?);
                } else {
                    samples.sdk.push(self.timed(&self.sides.sdk, &operations.sdk).await?);
                    samples.raw.push(self.timed(&self.sides.raw, &operations.raw).await?);
                }
                if scenario == Scenario::Ec2RunInstancesDryRun && !self.ledger.left().is_empty() {
                    // The server launched an instance in spite of the dry run.
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

    pub(super) fn learn(&mut self, scenario: Scenario, calls: &Pair<FirstCall>) {
        if let Ok(answer) = calls.raw.result.as_ref().or(calls.sdk.result.as_ref()) {
            self.discovered.learn(&self.choices, answer);
        }
        if scenario == Scenario::Ec2RunInstances {
            let launched = |call: &FirstCall| {
                let Ok(Answer::Instances(instances)) = &call.result else { return None };
                instances.first().map(|first| first.id.clone())
            };
            self.discovered.launched =
                Pair { raw: launched(&calls.raw), sdk: launched(&calls.sdk) };
        }
    }

    fn no_image(&self) -> Failure {
        let Choices { ami_name, ami_owner, instance_type, .. } = &self.choices;
        Failure::new(
            Stage::Response,
            format!(
                "no image of `{ami_owner}` named `{ami_name}` fits {instance_type}; choose others \
                 with --ami-owner, --ami-name and --instance-type"
            ),
        )
    }
}

impl FirstCall {
    fn is(&self, expected: Expected) -> bool {
        match (&self.result, expected) {
            (Ok(_), Expected::Ok) => true,
            (Err(failure), Expected::Refused) => failure.is_refusal(),
            (Ok(_), Expected::Refused) | (Err(_), Expected::Ok) => false,
        }
    }
}

fn micros(elapsed: Duration) -> f64 {
    elapsed.as_secs_f64() * 1e6
}
