//! Waiting until instances run: `DescribeInstances`, asked again and again.

use std::time::Duration;

use contract::{Answer, Instance, Operation, WaitUntilRunning};
use tokio::time::{Instant, sleep, timeout_at};

use crate::client::Client;
use crate::error::Error;
use crate::spent::Spent;

/// As often as AWS's own waiters ask.
const PAUSE: Duration = Duration::from_secs(15);

/// States that an instance on its way to `running` never takes, as AWS's `InstanceRunning` waiter has them.
const DEAD_ENDS: [&str; 3] = ["shutting-down", "terminated", "stopping"];

/// Why the instances do not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// One of them is on its way out.
    #[error("{id} is {state} and will not run")]
    DeadEnd {
        /// `i-…`
        id: String,
        /// Its state.
        state: String,
    },
    /// The time was up.
    #[error("not every instance runs after {at_most:?}: {}", list(states))]
    TimedOut {
        /// The limit, in the service's time.
        at_most: Duration,
        /// What was known of each instance that does not run.
        states: Vec<(String, String)>,
    },
}

/// Asks until every instance is `running`.
///
/// Right after a launch EC2 may not know the instance yet: what `RunInstances` wrote takes a moment
/// to be seen by `DescribeInstances`
/// (<https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>). So
/// `InvalidInstanceID.NotFound` and an answer that lacks an instance mean "not yet", until the time
/// is up. Every other refusal ends the wait.
pub(crate) async fn until_running(
    client: &Client,
    operation: &Operation,
    input: &WaitUntilRunning,
    spent: &mut Spent,
) -> Result<Answer, Error> {
    let pace = client.target().wait_pace;
    let end = Instant::now() + pace.scale(input.at_most);
    let mut known =
        list_of(input.instance_ids.iter().map(|id| (id.as_str(), "not asked about yet")));
    loop {
        // A poll that hangs ends with the wait.
        let Ok(poll) = timeout_at(end, client.every_page(operation, spent)).await else {
            return Err(timed_out(client, operation, input, known));
        };
        let instances = match poll {
            Ok(Answer::Instances(instances)) => instances,
            Ok(other) => return Ok(other),
            Err(error) if is_not_yet_known(&error) => Vec::new(),
            Err(error) => return Err(error),
        };
        let states = states_short_of_running(&input.instance_ids, &instances);
        if states.is_empty() {
            return Ok(Answer::Instances(instances));
        }
        if let Some((id, state)) = states.iter().find(|(_, state)| DEAD_ENDS.contains(state)) {
            let (id, state) = ((*id).to_owned(), (*state).to_owned());
            return Err(client.error(operation, WaitError::DeadEnd { id, state }.into()));
        }
        known = list_of(states.into_iter());
        let left = end.saturating_duration_since(Instant::now());
        let pause = pace.scale(PAUSE);
        if left < pause / 8 {
            return Err(timed_out(client, operation, input, known));
        }
        // The last poll needs time for its answer.
        sleep(pause.min(left * 7 / 8)).await;
    }
}

fn timed_out(
    client: &Client,
    operation: &Operation,
    input: &WaitUntilRunning,
    states: Vec<(String, String)>,
) -> Error {
    client.error(operation, WaitError::TimedOut { at_most: input.at_most, states }.into())
}

fn list_of<'a>(states: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    states.map(|(id, state)| (id.to_owned(), state.to_owned())).collect()
}

impl WaitError {
    /// What was known of each instance that does not run, by its id.
    pub(crate) fn into_states(self) -> Vec<(String, String)> {
        match self {
            Self::DeadEnd { id, state } => vec![(id, state)],
            Self::TimedOut { states, .. } => states,
        }
    }
}

fn is_not_yet_known(error: &Error) -> bool {
    error
        .error_response()
        .is_some_and(|refusal| refusal.code.as_deref() == Some("InvalidInstanceID.NotFound"))
}

fn states_short_of_running<'a>(
    wanted: &'a [String],
    instances: &'a [Instance],
) -> Vec<(&'a str, &'a str)> {
    let state = |id: &String| {
        let instance = instances.iter().find(|instance| instance.id == *id);
        instance.map_or("not known to EC2 yet", |instance| {
            instance.state.as_deref().unwrap_or("in no stated state")
        })
    };
    let states = wanted.iter().map(|id| (id.as_str(), state(id)));
    states.filter(|(_, state)| *state != "running").collect()
}

fn list(states: &[(String, String)]) -> String {
    let states: Vec<String> = states.iter().map(|(id, state)| format!("{id} is {state}")).collect();
    states.join(", ")
}
