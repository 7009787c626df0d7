//! The ledger on disk: one file per run, which outlives the run if it is killed.
//!
//! A file has a line of JSON for the run and one for each event; nothing in it is secret. Each line is
//! synced to disk before the program goes on. A file is removed when all of its launches are accounted for,
//! so that the folder has only files of runs under way and of killed ones.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::{Launch, LaunchOutcome, Ledger, LedgerState, Process, RunIdentity};
use crate::session::Session;

/// Names another folder for ledgers.
const VARIABLE: &str = "COMPARE_LEDGER_DIR";

/// A ledger cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// No folder is known.
    #[error(
        "there is no folder for the ledger of launches: neither COMPARE_LEDGER_DIR, XDG_STATE_HOME nor HOME is set"
    )]
    NoFolder,
    /// A system call failed.
    #[error("the ledger of launches at {} cannot be used: {source}", path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is not a ledger.
    #[error("{} is not a ledger of launches: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error in its first line.
        source: serde_json::Error,
    },
}

/// The first line of a file: the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) run: String,
    pub(super) process: Option<String>,
    /// Seconds since 1970.
    pub(super) started: u64,
    pub(super) endpoint: String,
    pub(super) region: String,
}

/// A line after the first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub(super) enum LaunchEvent {
    /// A launch is about to be requested.
    Asked { client_token: String },
    /// The launch created this instance.
    Launched { client_token: String, instance_id: String },
    /// The launch certainly created nothing.
    NotLaunched { client_token: String },
    /// The instance is terminated or shutting down.
    Ended { instance_id: String },
}

/// The file of this run or of a killed one.
#[derive(Debug)]
pub(super) struct Journal {
    header: Header,
    /// Created with the first event.
    file: Option<(PathBuf, File)>,
}

/// The folder of ledgers: `$COMPARE_LEDGER_DIR`, else `compare-raw-and-sdk/ledger` in the XDG state folder
/// (`$XDG_STATE_HOME` or `~/.local/state`).
fn folder() -> Result<PathBuf, JournalError> {
    let given = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = || given("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let local = || given("HOME").map(|home| home.join(".local/state"));
    let inside = |state: PathBuf| state.join("compare-raw-and-sdk").join("ledger");
    given(VARIABLE).or_else(|| state().or_else(local).map(inside)).ok_or(JournalError::NoFolder)
}

impl Journal {
    pub(super) fn of(run: &RunIdentity, session: &Session) -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let header = Header {
            run: run.id.clone(),
            process: run.process.as_ref().map(|process| process.as_str().to_owned()),
            started: started.as_secs(),
            endpoint: session.info.endpoint.clone(),
            region: session.info.region.clone(),
        };
        Self { header, file: None }
    }

    /// Appends a line. It is on disk when this returns.
    pub(super) fn write(&mut self, entry: &LaunchEvent) -> Result<(), JournalError> {
        let (path, file) = match &mut self.file {
            Some(open) => open,
            closed => closed.insert(create(&self.header)?),
        };
        add(file, entry).map_err(|source| JournalError::System { path: path.clone(), source })
    }

    /// Removes the file.
    pub(super) fn remove(&mut self) {
        if let Some((path, _)) = self.file.take() {
            // If it stays, `cleanup` only searches in vain.
            let _ = fs::remove_file(path);
        }
    }
}

/// A ledger that a run left on disk.
#[derive(Debug)]
pub(super) struct StoredLedger {
    pub(super) header: Header,
    pub(super) ledger: Ledger,
}

impl StoredLedger {
    /// Time since the start of the run; zero if the clock was set back since.
    pub(super) fn age(&self) -> Duration {
        let started = UNIX_EPOCH + Duration::from_secs(self.header.started);
        SystemTime::now().duration_since(started).unwrap_or_default()
    }

    /// Whether its run is under way; `None` if unknown.
    pub(super) fn is_running(&self) -> Option<bool> {
        self.header.process.clone().and_then(|process| Process::from_text(process).is_running())
    }
}

/// Reads the ledgers in the folder, oldest first. The second value has an error for each invalid file.
///
/// # Errors
/// No folder is known, or it cannot be listed. A missing folder counts as empty.
pub(super) fn read_all() -> Result<(Vec<StoredLedger>, Vec<JournalError>), JournalError> {
    let folder = folder()?;
    let listed = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((Vec::new(), Vec::new()));
        }
        listed => listed.and_then(Iterator::collect::<io::Result<Vec<_>>>),
    };
    let listed = listed.map_err(|source| JournalError::System { path: folder, source })?;
    let (mut ledgers, mut unreadable) = (Vec::new(), Vec::new());
    for path in listed.into_iter().map(|entry| entry.path()) {
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            match read(&path) {
                Ok(found) => ledgers.push(found),
                Err(error) => unreadable.push(error),
            }
        }
    }
    ledgers.sort_by(|one, other| one.header.run.cmp(&other.header.run));
    Ok((ledgers, unreadable))
}

fn read(path: &Path) -> Result<StoredLedger, JournalError> {
    let failed = |source| JournalError::System { path: path.to_owned(), source };
    let text = fs::read_to_string(path).map_err(failed)?;
    let mut lines = text.lines();
    let header: Header = serde_json::from_str(lines.next().unwrap_or_default())
        .map_err(|source| JournalError::Unreadable { path: path.to_owned(), source })?;
    let file = OpenOptions::new().append(true).open(path).map_err(failed)?;
    let mut state = LedgerState { run_id: Some(header.run.clone()), ..LedgerState::default() };
    // The last line of a killed run may be incomplete; then its request was never sent.
    for entry in lines.filter_map(|line| serde_json::from_str(line).ok()) {
        state.replay(entry);
    }
    state.journal = Some(Journal { header: header.clone(), file: Some((path.to_owned(), file)) });
    Ok(StoredLedger { header, ledger: state.into() })
}

impl LedgerState {
    fn replay(&mut self, entry: LaunchEvent) {
        match entry {
            LaunchEvent::Asked { client_token } => self.launches.push(Launch {
                client_token,
                outcome: LaunchOutcome::Unknown,
                instances: Vec::new(),
            }),
            LaunchEvent::Launched { client_token, instance_id } => {
                if let Some(launch) = self.launch(&client_token) {
                    launch.outcome = LaunchOutcome::Launched;
                }
                self.launched(&client_token, &instance_id);
            }
            LaunchEvent::NotLaunched { client_token } => {
                if let Some(launch) = self.launch(&client_token) {
                    launch.outcome = LaunchOutcome::NotLaunched;
                }
            }
            LaunchEvent::Ended { instance_id } => self.ended(&instance_id),
        }
    }
}

/// Creates a file that only its owner can read.
fn create(header: &Header) -> Result<(PathBuf, File), JournalError> {
    let folder = folder()?;
    let path = folder.join(format!("{}.jsonl", header.run));
    let created = (|| {
        fs::create_dir_all(&folder)?;
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        add(&mut file, header)?;
        // The folder must be synced too: syncing a file does not sync its name.
        #[cfg(unix)]
        File::open(&folder)?.sync_all()?;
        Ok(file)
    })();
    match created {
        Ok(file) => Ok((path, file)),
        Err(source) => Err(JournalError::System { path, source }),
    }
}

fn add(file: &mut File, line: &impl Serialize) -> io::Result<()> {
    // In one write, so that the line is complete or missing.
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write_all(&text)?;
    file.sync_data()
}
