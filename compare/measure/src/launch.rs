//! What was launched, and that it ends: whatever happens between a launch and its end.
//!
//! Every launch is written down before it is asked for ([`Ledger`]), on disk too,
//! because a call that fails half-way may have launched all the same. At the end of a run
//! [`Ledger::end_all`] ends what is left, and asks the service once more by client token.
//! `compare cleanup` does the same for runs that were killed ([`sweep`]).

mod end;
mod journal;
mod outcome;
mod process;
pub mod sweep;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use contract::{Reply, RunInstances, StateChange, Tag};

use crate::session::Session;
use journal::{Journal, LaunchEvent};
use outcome::{LaunchOutcome, is_over};

pub use end::{EndReport, Leftover};
pub use journal::JournalError;
pub use process::Process;

/// The tag by which `compare cleanup` knows what is ours.
pub const TAG_KEY: &str = "launched-by";
/// Its value, without a space: moto, which reads it as `+` when it checks a signature, would refuse the launch.
pub const TAG_VALUE: &str = "compare-raw-and-sdk";
/// The tag that says which run launched an instance: `compare-ID`.
pub const RUN_TAG_KEY: &str = "Name";
const RUN_TAG_PREFIX: &str = "compare-";
/// The tag that says which process that run is, so that `compare cleanup` leaves a run under way alone.
pub const PROCESS_TAG_KEY: &str = "compare-process";

/// Which run of the program launches something.
#[derive(Debug, Clone)]
pub struct RunIdentity {
    /// Distinguishes runs: the moment of the start, in nanoseconds, in hexadecimal. No two runs of
    /// one account share it.
    pub id: String,
    /// The process that this run is; `None` where the system does not tell, and at the embedded
    /// endpoint, where nothing outlives the process.
    pub process: Option<Process>,
}

impl RunIdentity {
    /// A new one at `place`, in this process.
    #[must_use]
    pub fn new(session: &Session) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let process = if session.sandbox().is_some() { None } else { Process::this() };
        Self { id: format!("{:x}", since.as_nanos()), process }
    }

    /// The tags of everything that this run launches.
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

/// The launches of one run. Clones share one list.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<LedgerState>>);

#[derive(Debug, Default)]
struct LedgerState {
    /// Their run, by which its tag finds them; none where they are of several runs.
    run_id: Option<String>,
    launches: Vec<Launch>,
    /// The copy on disk; none at the embedded endpoint, which ends with this process.
    journal: Option<Journal>,
}

/// One call that may have launched something.
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
    /// The ledger of `run` at `place`, empty. Its file is made with the first launch.
    #[must_use]
    pub fn of(run: &RunIdentity, session: &Session) -> Self {
        let journal = session.sandbox().is_none().then(|| Journal::of(run, session));
        Self::from(LedgerState { run_id: Some(run.id.clone()), journal, ..LedgerState::default() })
    }

    /// A launch is about to be asked for. It is on disk when this returns.
    ///
    /// # Errors
    /// Where the file cannot be written; the launch is in memory all the same.
    pub fn begin(&self, client_token: &str) -> Result<(), JournalError> {
        let mut book = self.open();
        book.launches.push(Launch {
            client_token: client_token.to_owned(),
            outcome: LaunchOutcome::Unknown,
            instances: Vec::new(),
        });
        book.write(&LaunchEvent::Asked { client_token: client_token.to_owned() })
    }

    /// The launch was not asked for after all.
    pub fn withdraw(&self, client_token: &str) {
        if let Some(launch) = self.open().launch(client_token) {
            launch.outcome = LaunchOutcome::NotLaunched;
        }
    }

    /// What the launch `input` came to, which was begun; once more where a dry run is repeated.
    pub fn answered(&self, input: &RunInstances, reply: &Reply) {
        let (outcome, ids) = outcome::of(input.dry_run, reply);
        let mut book = self.open();
        let Some(launch) = book.launch(&input.client_token) else { return };
        let before = std::mem::replace(&mut launch.outcome, outcome);
        for id in ids {
            book.launched(&input.client_token, &id);
        }
        if outcome == LaunchOutcome::NotLaunched && before != outcome {
            // The launch is on disk: without this line it is asked for once too often, no more.
            let _ =
                book.write(&LaunchEvent::NotLaunched { client_token: input.client_token.clone() });
        }
    }

    /// What `TerminateInstances` said; only an instance that it called ending or ended is.
    pub fn changed(&self, changes: &[StateChange]) {
        for change in changes.iter().filter(|change| is_over(change.current.as_deref())) {
            self.open().ended(&change.id);
        }
    }

    /// What may still run: instances by id, launches of unknown outcome by client token.
    #[must_use]
    pub fn left(&self) -> Vec<Leftover> {
        self.open().left()
    }

    /// How `compare cleanup` is told to end what this run has left.
    #[must_use]
    pub fn cleanup_command(&self) -> String {
        let book = self.open();
        let of_run = book.run_id.as_ref().map(|id| format!(" --run {id}")).unwrap_or_default();
        format!("`compare cleanup{of_run}`, with the same target, ends it")
    }

    fn open(&self) -> MutexGuard<'_, LedgerState> {
        // A panic elsewhere must not keep instances alive.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<LedgerState> for Ledger {
    fn from(book: LedgerState) -> Self {
        Self(Arc::new(Mutex::new(book)))
    }
}

impl LedgerState {
    fn launch(&mut self, client_token: &str) -> Option<&mut Launch> {
        self.launches.iter_mut().find(|launch| launch.client_token == client_token)
    }

    /// An instance of the launch has become known.
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
        // As above: the launch itself is on disk.
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

    /// Instances that are known and not ended.
    fn open_ids(&self) -> Vec<String> {
        let known = self.launches.iter().flat_map(|launch| &launch.instances);
        known.filter(|instance| !instance.ended).map(|instance| instance.id.clone()).collect()
    }

    /// Launches of which nobody knows whether they came about.
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
