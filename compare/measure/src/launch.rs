//! Keeps track of launched instances and terminates them, whatever happens in between.
//!
//! A [`Ledger`] records every launch before the call, in memory and on disk, because a call that fails
//! half-way may have launched an instance. At the end of a run, [`Ledger::terminate_all`] terminates what
//! is left and also searches by client token. `compare cleanup` does the same for runs that were killed
//! ([`sweep`]).

mod journal;
mod outcome;
mod process;
pub mod sweep;
mod terminate;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use contract::{Reply, RunInstances, StateChange, Tag};

use crate::session::Session;
use journal::{Journal, LaunchEvent};
use outcome::{LaunchOutcome, is_over};

pub use journal::JournalError;
pub use process::Process;
pub use terminate::{Leftover, Termination};

/// The tag by which `compare cleanup` recognises this program's instances.
pub const TAG_KEY: &str = "launched-by";
/// Its value. It has no space: moto turns one into `+` when it checks signatures, and refuses the launch.
pub const TAG_VALUE: &str = "compare-raw-and-sdk";
/// The tag for the run that launched an instance: `compare-ID`.
pub const RUN_TAG_KEY: &str = "Name";
const RUN_TAG_PREFIX: &str = "compare-";
/// The tag for the run's process, so that `compare cleanup` leaves instances of a running process alone.
pub const PROCESS_TAG_KEY: &str = "compare-process";

/// Identifies a run of the program in tags and ledgers.
#[derive(Debug, Clone)]
pub struct RunIdentity {
    /// The start time in nanoseconds, in hexadecimal: unique within an account.
    pub id: String,
    /// The process of the run. `None` if the system cannot tell, and for the embedded endpoint, where
    /// nothing outlives the process.
    pub process: Option<Process>,
}

impl RunIdentity {
    /// Identifies this process's run.
    #[must_use]
    pub fn new(session: &Session) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let process = if session.sandbox().is_some() { None } else { Process::this() };
        Self { id: format!("{:x}", since.as_nanos()), process }
    }

    /// The tags for instances of this run.
    #[must_use]
    pub fn tags(&self) -> Vec<Tag> {
        let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
        let mut tags = vec![tag(RUN_TAG_KEY, &run_tag(&self.id)), tag(TAG_KEY, TAG_VALUE)];
        tags.extend(self.process.as_ref().map(|process| tag(PROCESS_TAG_KEY, process.as_str())));
        tags
    }
}

fn run_tag(run_id: &str) -> String {
    format!("{RUN_TAG_PREFIX}{run_id}")
}

/// The launches of a run. Clones share one list.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<LedgerState>>);

#[derive(Debug, Default)]
struct LedgerState {
    /// The run, to search by its tag; `None` for launches of several runs.
    run_id: Option<String>,
    launches: Vec<Launch>,
    /// The copy on disk; `None` for the embedded endpoint, which ends with this process.
    journal: Option<Journal>,
}

/// A call that may have launched an instance.
#[derive(Debug, Clone)]
struct Launch {
    client_token: String,
    outcome: LaunchOutcome,
    instances: Vec<Launched>,
}

#[derive(Debug, Clone)]
struct Launched {
    id: String,
    ended: bool,
}

impl Ledger {
    /// An empty ledger for `run`. Its file is created with the first launch.
    #[must_use]
    pub fn of(run: &RunIdentity, session: &Session) -> Self {
        let journal = session.sandbox().is_none().then(|| Journal::of(run, session));
        Self::from(LedgerState { run_id: Some(run.id.clone()), journal, ..LedgerState::default() })
    }

    /// Records a launch before its call. It is on disk when this returns.
    ///
    /// # Errors
    /// The file cannot be written; the launch is still recorded in memory.
    pub fn begin(&self, client_token: &str) -> Result<(), JournalError> {
        let mut state = self.open();
        state.launches.push(Launch {
            client_token: client_token.to_owned(),
            outcome: LaunchOutcome::Unknown,
            instances: Vec::new(),
        });
        state.write(&LaunchEvent::Asked { client_token: client_token.to_owned() })
    }

    /// Takes back [`Self::begin`]: the call was not made.
    pub fn withdraw(&self, client_token: &str) {
        if let Some(launch) = self.open().launch(client_token) {
            launch.outcome = LaunchOutcome::NotLaunched;
        }
    }

    /// Records the reply to the launch `input`. A repeated dry run has several replies.
    pub fn answered(&self, input: &RunInstances, reply: &Reply) {
        let (outcome, ids) = outcome::of(input.dry_run, reply);
        let mut state = self.open();
        let Some(launch) = state.launch(&input.client_token) else { return };
        let before = std::mem::replace(&mut launch.outcome, outcome);
        for id in ids {
            state.launched(&input.client_token, &id);
        }
        if outcome == LaunchOutcome::NotLaunched && before != outcome {
            // If this fails, `cleanup` only searches for the launch in vain.
            let _ =
                state.write(&LaunchEvent::NotLaunched { client_token: input.client_token.clone() });
        }
    }

    /// Records the answer of `TerminateInstances`: an instance counts as terminated only if its state says
    /// so.
    pub fn changed(&self, changes: &[StateChange]) {
        for change in changes.iter().filter(|change| is_over(change.current.as_deref())) {
            self.open().ended(&change.id);
        }
    }

    /// What may still be running: known instances, and launches of unknown outcome.
    #[must_use]
    pub fn left(&self) -> Vec<Leftover> {
        self.open().left()
    }

    /// Tells the user which `compare cleanup` command terminates what this run left.
    #[must_use]
    pub fn cleanup_command(&self) -> String {
        let state = self.open();
        let of_run = state.run_id.as_ref().map(|id| format!(" --run {id}")).unwrap_or_default();
        format!("`compare cleanup{of_run}`, with the same target, terminates it")
    }

    fn open(&self) -> MutexGuard<'_, LedgerState> {
        // A poisoned lock must not keep instances alive.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<LedgerState> for Ledger {
    fn from(state: LedgerState) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }
}

impl LedgerState {
    fn launch(&mut self, client_token: &str) -> Option<&mut Launch> {
        self.launches.iter_mut().find(|launch| launch.client_token == client_token)
    }

    /// Records an instance of a launch.
    fn launched(&mut self, client_token: &str, id: &str) {
        if self.launches.iter().flat_map(|launch| &launch.instances).any(|known| known.id == id) {
            return;
        }
        let found = Launched { id: id.to_owned(), ended: false };
        match self.launch(client_token) {
            Some(launch) => launch.instances.push(found),
            None => self.launches.push(Launch {
                client_token: client_token.to_owned(),
                outcome: LaunchOutcome::Launched,
                instances: vec![found],
            }),
        }
        // As above: `cleanup` finds it by client token.
        let _ = self.write(&LaunchEvent::Launched {
            client_token: client_token.to_owned(),
            instance_id: id.to_owned(),
        });
    }

    fn ended(&mut self, id: &str) {
        let known = self.launches.iter_mut().flat_map(|launch| &mut launch.instances);
        for instance in known.filter(|instance| instance.id == id) {
            instance.ended = true;
        }
        let _ = self.write(&LaunchEvent::Ended { instance_id: id.to_owned() });
    }

    fn left(&self) -> Vec<Leftover> {
        let mut left: Vec<_> = self.open_ids().into_iter().map(Leftover::Instance).collect();
        left.extend(self.unknown_tokens().into_iter().map(Leftover::Launch));
        left
    }

    /// Known instances that are not terminated.
    fn open_ids(&self) -> Vec<String> {
        let known = self.launches.iter().flat_map(|launch| &launch.instances);
        known.filter(|instance| !instance.ended).map(|instance| instance.id.clone()).collect()
    }

    /// The client tokens of launches with unknown outcome.
    fn unknown_tokens(&self) -> Vec<String> {
        let unknown =
            self.launches.iter().filter(|launch| launch.outcome == LaunchOutcome::Unknown);
        unknown.map(|launch| launch.client_token.clone()).collect()
    }

    fn write(&mut self, entry: &LaunchEvent) -> Result<(), JournalError> {
        self.journal.as_mut().map_or(Ok(()), |journal| journal.write(entry))
    }
}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(id) => write!(f, "instance {}", id.escape_debug()),
            Self::Launch(client_token) => write!(f, "launch with client token {client_token}"),
        }
    }
}
