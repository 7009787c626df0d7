//! Waits until instances run, by polling `DescribeInstances`.

use std::time::Duration;

use contract::{Instance, WaitPace, WaitUntilRunning};
use tokio::time::{Instant, sleep, timeout_at};

/// The pause of AWS's own waiters.
const PAUSE: Duration = Duration::from_secs(15);

/// States that an instance on its way to `running` never takes. They are those of AWS's
/// `InstanceRunning` waiter.
const FAILED_STATES: [&str; 3] = ["shutting-down", "terminated", "stopping"];

/// Why the wait ended before every instance was running.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// An instance is stopping or terminating.
    #[error("{id} is {state} and will not run")]
    FailedState {
        /// The instance's id.
        id: String,
        /// Its state.
        state: String,
    },
    /// The time was up.
    #[error("not every instance runs after {at_most:?}: {}", list(states))]
    TimedOut {
        /// The limit, in the service's time.
        at_most: Duration,
        /// The id and the last known state of each instance that does not run.
        states: Vec<(String, String)>,
    },
}

/// A wait that polls until every instance is `running`.
///
/// Right after a launch EC2 may not know the instance yet: it takes a moment until
/// `DescribeInstances` sees what `RunInstances` wrote
/// (<https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>). An instance that is
/// missing from an answer is therefore waited for like one that is starting.
pub(crate) struct Wait<'a> {
    input: &'a WaitUntilRunning,
    pause: Duration,
    end: Instant,
    /// The last known state of each instance that does not run.
    states: Vec<(String, String)>,
}

impl<'a> Wait<'a> {
    pub(crate) fn start(input: &'a WaitUntilRunning, pace: WaitPace) -> Self {
        let states = input.instance_ids.iter().map(|id| (id.clone(), "not asked about yet".into()));
        Self {
            input,
            pause: pace.scale(PAUSE),
            end: Instant::now() + pace.scale(input.at_most),
            states: states.collect(),
        }
    }

    /// Awaits `poll`, which ends with the wait if it hangs.
    ///
    /// # Errors
    /// If the time is up.
    pub(crate) async fn poll<T>(&self, poll: impl Future<Output = T>) -> Result<T, WaitError> {
        timeout_at(self.end, poll).await.map_err(|_elapsed| self.timed_out())
    }

    /// Returns whether every instance is running, by the answer to a poll. If not, pauses before the
    /// next poll.
    ///
    /// # Errors
    /// If an instance is in a state that never leads to `running`, or the time is up.
    pub(crate) async fn is_over(&mut self, instances: &[Instance]) -> Result<bool, WaitError> {
        self.states = not_running(&self.input.instance_ids, instances);
        if self.states.is_empty() {
            return Ok(true);
        }
        let failed = self.states.iter().find(|(_, state)| FAILED_STATES.contains(&&**state));
        if let Some((id, state)) = failed.cloned() {
            return Err(WaitError::FailedState { id, state });
        }
        let left = self.end.saturating_duration_since(Instant::now());
        if left < self.pause / 8 {
            return Err(self.timed_out());
        }
        // Leaves the last poll time for its answer.
        sleep(self.pause.min(left * 7 / 8)).await;
        Ok(false)
    }

    fn timed_out(&self) -> WaitError {
        WaitError::TimedOut { at_most: self.input.at_most, states: self.states.clone() }
    }
}

impl WaitError {
    /// The id and the last known state of each instance that does not run.
    pub(crate) fn into_states(self) -> Vec<(String, String)> {
        match self {
            Self::FailedState { id, state } => vec![(id, state)],
            Self::TimedOut { states, .. } => states,
        }
    }
}

/// The id and the state of each instance of `wanted` that does not run.
fn not_running(wanted: &[String], instances: &[Instance]) -> Vec<(String, String)> {
    let state = |id: &String| {
        let instance = instances.iter().find(|instance| instance.id == *id);
        instance.map_or("not known to EC2 yet", |instance| {
            instance.state.as_deref().unwrap_or("in an unknown state")
        })
    };
    let states = wanted.iter().map(|id| (id.clone(), state(id).to_owned()));
    states.filter(|(_, state)| state != "running").collect()
}

fn list(states: &[(String, String)]) -> String {
    let states: Vec<String> = states.iter().map(|(id, state)| format!("{id} is {state}")).collect();
    states.join(", ")
}
