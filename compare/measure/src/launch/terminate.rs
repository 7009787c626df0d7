//! Terminates launched instances, and searches for those whose id is unknown.

use std::time::Duration;

use contract::{
    Answer, Client, DescribeInstances, Failure, Filter, Instance, Operation, TerminateInstances,
    WaitPace,
};

use super::{LaunchOutcome, Ledger, LedgerState, RUN_TAG_KEY, outcome::is_over, run_tag};
use crate::{guard, notices::Notices, run::Sides};

/// The pause before each round. EC2 is eventually consistent: a new instance may be missing from answers
/// for some seconds (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html>).
const PAUSES: [Duration; 7] = [
    Duration::ZERO,
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
/// The user is told why the program does not end before this round.
const NOTICE_BEFORE_ROUND: usize = 3;
/// Time limit of one call, whatever `--timeout` says: other calls wait for it.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// Something that may still be running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leftover {
    /// The instance with this id.
    Instance(String),
    /// The instance of the launch with this client token, if it launched one.
    Launch(String),
}

/// The result of [`Ledger::terminate_all`].
#[derive(Debug, Default)]
pub struct Termination {
    /// Ids of the instances that it terminated.
    pub ids: Vec<String>,
    /// What may still be running, and why.
    pub left: Vec<(Leftover, String)>,
}

impl Termination {
    /// Whether a known instance is left. Other leftovers may never have been launched.
    #[must_use]
    pub fn has_instances_left(&self) -> bool {
        self.left.iter().any(|(left, _)| matches!(left, Leftover::Instance(_)))
    }
}

/// The failures of a round.
#[derive(Debug, Default)]
struct Round {
    /// Instances that could not be terminated, with reasons.
    refused: Vec<(String, String)>,
    /// Why the search failed.
    search_failure: Option<String>,
}

impl Ledger {
    /// Terminates everything in the ledger. Each round terminates known instances one by one, then
    /// searches by this run's client tokens and tag. Rounds repeat with growing pauses, about 16 s in all,
    /// until everything is accounted for.
    pub async fn terminate_all(
        &self,
        sides: &Sides,
        pace: WaitPace,
        notices: Notices,
    ) -> Termination {
        let mut ended = Termination::default();
        if self.open().launches.is_empty() {
            return ended;
        }
        let mut round = Round::default();
        for (number, pause) in PAUSES.into_iter().enumerate() {
            if number == NOTICE_BEFORE_ROUND {
                let left: Vec<_> = self.left().iter().map(ToString::to_string).collect();
                notices.warn(&format!(
                    "not accounted for yet: {}; searching for about {} s more",
                    left.join(", "),
                    pace.scale(PAUSES[number..].iter().sum()).as_secs().max(1)
                ));
            }
            tokio::time::sleep(pace.scale(pause)).await;
            round = self.round(sides, &mut ended.ids).await;
            let mut state = self.open();
            if state.left().is_empty() {
                if let Some(journal) = &mut state.journal {
                    journal.remove();
                }
                break;
            }
        }
        let why = |left: &Leftover| match left {
            Leftover::Instance(id) => {
                let refused = round.refused.iter().find(|(refused, _)| refused == id);
                refused.map_or_else(|| "not tried".to_owned(), |(_, why)| why.clone())
            }
            Leftover::Launch(_) => round.search_failure.clone().unwrap_or_else(|| {
                "its outcome is unknown, and DescribeInstances shows no instance of it".to_owned()
            }),
        };
        ended.left = self.left().into_iter().map(|left| (left.clone(), why(&left))).collect();
        ended
    }

    /// Removes the file: everything is accounted for, or so old that nothing can be running.
    pub(super) fn forget(&self) {
        if let Some(journal) = &mut self.open().journal {
            journal.remove();
        }
    }

    async fn round(&self, sides: &Sides, ended: &mut Vec<String>) -> Round {
        let mut round = Round::default();
        let known = self.open().open_ids();
        self.terminate_each(sides, known, ended, &mut round).await;
        let (tokens, run_id) = {
            let state = self.open();
            (state.tokens(), state.run_id.clone())
        };
        let mut alive = Vec::new();
        for filter in ours(&tokens, run_id.as_deref()) {
            match instances(sides, filter).await {
                Ok(found) => {
                    let ours = |instance: &Instance| is_ours(instance, &tokens, run_id.as_deref());
                    alive.extend(self.open().found(found.into_iter().filter(ours)));
                }
                Err(failure) => {
                    round.search_failure =
                        Some(format!("DescribeInstances failed: {}", failure.context));
                }
            }
        }
        // A terminated instance may seem alive for a moment; terminating it twice does no harm.
        alive.retain(|id| !round.refused.iter().any(|(refused, _)| refused == id));
        alive.sort();
        alive.dedup();
        self.terminate_each(sides, alive, ended, &mut round).await;
        round
    }

    async fn terminate_each(
        &self,
        sides: &Sides,
        ids: Vec<String>,
        ended: &mut Vec<String>,
        round: &mut Round,
    ) {
        for id in ids {
            match terminate(sides, &id).await {
                Ok(()) => {
                    self.open().ended(&id);
                    if !ended.contains(&id) {
                        ended.push(id);
                    }
                }
                Err(why) => round.refused.push((id, why)),
            }
        }
    }
}

impl LedgerState {
    /// The client tokens of all launches, except those that certainly launched nothing.
    fn tokens(&self) -> Vec<String> {
        let launches = self.launches.iter();
        let launches = launches.filter(|launch| launch.outcome != LaunchOutcome::NotLaunched);
        launches.map(|launch| launch.client_token.clone()).collect()
    }

    /// Records instances of this run, and returns the ids of those that are alive.
    fn found(&mut self, instances: impl Iterator<Item = Instance>) -> Vec<String> {
        let mut alive = Vec::new();
        for Instance { id, state, client_token, .. } in instances {
            let token = client_token.unwrap_or_default();
            if let Some(launch) = self.launch(&token) {
                launch.outcome = LaunchOutcome::Launched;
            }
            self.launched(&token, &id);
            if is_over(state.as_deref()) {
                self.ended(&id);
            } else {
                alive.push(id);
            }
        }
        alive
    }
}

/// The filters to search for instances of this run.
fn ours(tokens: &[String], run_id: Option<&str>) -> Vec<Filter> {
    let filter = |name: &str, values: Vec<String>| Filter { name: name.to_owned(), values };
    let mut filters = Vec::new();
    if !tokens.is_empty() {
        filters.push(filter("client-token", tokens.to_vec()));
        filters.extend(run_id.map(|id| filter(&format!("tag:{RUN_TAG_KEY}"), vec![run_tag(id)])));
    }
    filters
}

/// A server without support for filters may answer with all instances.
fn is_ours(instance: &Instance, tokens: &[String], run_id: Option<&str>) -> bool {
    let by_token = instance.client_token.as_ref().is_some_and(|token| tokens.contains(token));
    let by_tag =
        |id| instance.tags.iter().any(|tag| tag.key == RUN_TAG_KEY && tag.value == run_tag(id));
    by_token || run_id.is_some_and(by_tag)
}

/// The instances that match `filter`.
pub(super) async fn instances(sides: &Sides, filter: Filter) -> Result<Vec<Instance>, Failure> {
    let describe = DescribeInstances { instance_ids: Vec::new(), filters: vec![filter] };
    let answer = either(sides, &Operation::DescribeInstances(describe)).await?;
    match answer {
        Answer::Instances(instances) => Ok(instances),
        other => unreachable!("DescribeInstances is answered with instances, not {other:?}"),
    }
}

/// Terminates one instance, and checks its state in the answer.
async fn terminate(sides: &Sides, id: &str) -> Result<(), String> {
    let terminate = TerminateInstances { instance_ids: vec![id.to_owned()] };
    let answer = either(sides, &Operation::TerminateInstances(terminate)).await;
    let changes = match answer.map_err(|failure| failure.context)? {
        Answer::StateChanges(changes) => changes,
        other => unreachable!("TerminateInstances is answered with state changes, not {other:?}"),
    };
    match changes.iter().find(|change| change.id == id) {
        Some(change) if is_over(change.current.as_deref()) => Ok(()),
        Some(change) => Err(format!(
            "TerminateInstances answered with its state as {}",
            change.current.as_deref().unwrap_or("unknown")
        )),
        None => Err("TerminateInstances did not mention it".to_owned()),
    }
}

/// Calls raw and, if it fails, the SDK.
async fn either(sides: &Sides, operation: &Operation) -> Result<Answer, Failure> {
    match call(&sides.raw, operation).await {
        Ok(answer) => Ok(answer),
        Err(by_raw) => call(&sides.sdk, operation).await.map_err(|_| by_raw),
    }
}

async fn call(client: &impl Client, operation: &Operation) -> Result<Answer, Failure> {
    match tokio::time::timeout(CALL_TIMEOUT, guard::call(client, operation)).await {
        Ok(reply) => reply.result,
        Err(_) => Err(Failure::new(
            contract::Stage::Timeout,
            format!("{} got no answer within {} s", operation.name(), CALL_TIMEOUT.as_secs()),
        )),
    }
}
