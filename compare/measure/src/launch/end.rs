//! Ending what was launched, and finding what nobody has an id of.

use std::time::Duration;

use contract::{
    Answer, Client, DescribeInstances, Failure, Filter, Instance, Operation, TerminateInstances,
    WaitPace,
};

use super::{LaunchOutcome, Ledger, LedgerState, RUN_TAG_KEY, outcome::is_over, run_tag};
use crate::{guard, notices::Notices, run::Sides};

/// Before each round of ending and asking. EC2 is eventually consistent: an instance may be in no
/// answer for some seconds after its launch
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html>).
const PAUSES: [Duration; 7] = [
    Duration::ZERO,
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
/// The round before which a reader is told why the program does not end.
const SAID_BEFORE: usize = 3;
/// What one call may take here, whatever `--timeout` says: others wait behind it.
const CALL_AT_MOST: Duration = Duration::from_secs(20);

/// Something that may still run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leftover {
    /// The instance with this id.
    Instance(String),
    /// What the launch with this client token launched, if it did.
    Launch(String),
}

/// What came of ending everything.
#[derive(Debug, Default)]
pub struct EndReport {
    /// Instances that were ended here, by id.
    pub ids: Vec<String>,
    /// What could not be ended, or is not accounted for, and why.
    pub left: Vec<(Leftover, String)>,
}

impl EndReport {
    /// The instances that could not be ended; the rest of what is left may never have been launched.
    #[must_use]
    pub fn has_instances_left(&self) -> bool {
        self.left.iter().any(|(left, _)| matches!(left, Leftover::Instance(_)))
    }
}

/// What a round could not do.
#[derive(Debug, Default)]
struct Round {
    refused: Vec<(String, String)>,
    unanswered: Option<String>,
}

impl Ledger {
    /// Ends everything that is still written down, and says what that was. Known ids come first, each
    /// by itself; then the service is asked what else carries this run's client tokens or its tag. What
    /// is not ended or not found is tried again after growing pauses, about 16 s in all.
    pub async fn end_all(&self, sides: &Sides, pace: WaitPace, notices: Notices) -> EndReport {
        let mut ended = EndReport::default();
        if self.open().launches.is_empty() {
            return ended;
        }
        let mut round = Round::default();
        for (number, pause) in PAUSES.into_iter().enumerate() {
            if number == SAID_BEFORE {
                let left: Vec<_> = self.left().iter().map(ToString::to_string).collect();
                notices.warn(&format!(
                    "not accounted for yet: {}; asking on for some {} s",
                    left.join(", "),
                    pace.scale(PAUSES[number..].iter().sum()).as_secs().max(1)
                ));
            }
            tokio::time::sleep(pace.scale(pause)).await;
            round = self.round(sides, &mut ended.ids).await;
            let mut book = self.open();
            if book.left().is_empty() {
                if let Some(journal) = &mut book.journal {
                    journal.remove();
                }
                break;
            }
        }
        let why = |left: &Leftover| match left {
            Leftover::Instance(id) => {
                let refused = round.refused.iter().find(|(refused, _)| refused == id);
                refused.map_or_else(|| "it was not tried".to_owned(), |(_, why)| why.clone())
            }
            Leftover::Launch(_) => round.unanswered.clone().unwrap_or_else(|| {
                "its outcome is unknown, and DescribeInstances shows no instance of it so far"
                    .to_owned()
            }),
        };
        ended.left = self.left().into_iter().map(|left| (left.clone(), why(&left))).collect();
        ended
    }

    /// All is accounted for, or was so long ago that nothing can come of it.
    pub(super) fn forget(&self) {
        if let Some(journal) = &mut self.open().journal {
            journal.remove();
        }
    }

    async fn round(&self, sides: &Sides, ended: &mut Vec<String>) -> Round {
        let mut round = Round::default();
        let known = self.open().open_ids();
        self.end_each(sides, known, ended, &mut round).await;
        let (tokens, run_id) = {
            let book = self.open();
            (book.tokens(), book.run_id.clone())
        };
        let mut alive = Vec::new();
        for filter in ours(&tokens, run_id.as_deref()) {
            match instances(sides, filter).await {
                Ok(found) => {
                    let ours = |instance: &Instance| is_ours(instance, &tokens, run_id.as_deref());
                    alive.extend(self.open().found(found.into_iter().filter(ours)));
                }
                Err(failure) => {
                    round.unanswered =
                        Some(format!("DescribeInstances failed: {}", failure.context));
                }
            }
        }
        // One that was ended may seem alive for a moment. To end it twice does no harm.
        alive.retain(|id| !round.refused.iter().any(|(refused, _)| refused == id));
        alive.sort();
        alive.dedup();
        self.end_each(sides, alive, ended, &mut round).await;
        round
    }

    async fn end_each(
        &self,
        sides: &Sides,
        ids: Vec<String>,
        ended: &mut Vec<String>,
        round: &mut Round,
    ) {
        for id in ids {
            match end(sides, &id).await {
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
    /// The client tokens of every launch that is not proved to have launched nothing.
    fn tokens(&self) -> Vec<String> {
        let launches = self.launches.iter();
        let launches = launches.filter(|launch| launch.outcome != LaunchOutcome::NotLaunched);
        launches.map(|launch| launch.client_token.clone()).collect()
    }

    /// Takes note of instances of this run, and says which of them are alive.
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

/// The questions by which instances of this run are found.
fn ours(tokens: &[String], run_id: Option<&str>) -> Vec<Filter> {
    let filter = |name: &str, values: Vec<String>| Filter { name: name.to_owned(), values };
    let mut filters = Vec::new();
    if !tokens.is_empty() {
        filters.push(filter("client-token", tokens.to_vec()));
        filters.extend(run_id.map(|id| filter(&format!("tag:{RUN_TAG_KEY}"), vec![run_tag(id)])));
    }
    filters
}

/// A server that does not know a filter may answer with everybody's instances.
fn is_ours(instance: &Instance, tokens: &[String], run_id: Option<&str>) -> bool {
    let by_token = instance.client_token.as_ref().is_some_and(|token| tokens.contains(token));
    let by_tag =
        |id| instance.tags.iter().any(|tag| tag.key == RUN_TAG_KEY && tag.value == run_tag(id));
    by_token || run_id.is_some_and(by_tag)
}

/// The instances that `filter` lets through, as one side or the other hears it.
pub(super) async fn instances(sides: &Sides, filter: Filter) -> Result<Vec<Instance>, Failure> {
    let describe = DescribeInstances { instance_ids: Vec::new(), filters: vec![filter] };
    let answer = either(sides, &Operation::DescribeInstances(describe)).await?;
    match answer {
        Answer::Instances(instances) => Ok(instances),
        other => unreachable!("DescribeInstances is answered with instances, not {other:?}"),
    }
}

/// Ends one instance, and believes it only where the service says so of this very instance.
async fn end(sides: &Sides, id: &str) -> Result<(), String> {
    let terminate = TerminateInstances { instance_ids: vec![id.to_owned()] };
    let answer = either(sides, &Operation::TerminateInstances(terminate)).await;
    let changes = match answer.map_err(|failure| failure.context)? {
        Answer::StateChanges(changes) => changes,
        other => unreachable!("TerminateInstances is answered with state changes, not {other:?}"),
    };
    match changes.iter().find(|change| change.id == id) {
        Some(change) if is_over(change.current.as_deref()) => Ok(()),
        Some(change) => Err(format!(
            "TerminateInstances answered that it is {}",
            change.current.as_deref().unwrap_or("in no state")
        )),
        None => Err("TerminateInstances did not mention it".to_owned()),
    }
}

/// What one client cannot do, the other may.
async fn either(sides: &Sides, operation: &Operation) -> Result<Answer, Failure> {
    match within(&sides.raw, operation).await {
        Ok(answer) => Ok(answer),
        Err(by_raw) => within(&sides.sdk, operation).await.map_err(|_| by_raw),
    }
}

async fn within(client: &impl Client, operation: &Operation) -> Result<Answer, Failure> {
    match tokio::time::timeout(CALL_AT_MOST, guard::call(client, operation)).await {
        Ok(reply) => reply.result,
        Err(_) => Err(Failure::new(
            contract::Stage::Timeout,
            format!("{} got no answer within {} s", operation.name(), CALL_AT_MOST.as_secs()),
        )),
    }
}
