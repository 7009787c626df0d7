//! The evidence behind the write-up: `report/data.json`. The report, its plots and its page are rendered only
//! from it, so anybody with this file can render and check them.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    errors,
    explain::Explanation,
    footprint::Footprint,
    latency::Latency,
    machine::Machine,
    parse::Parsing,
    paths::Paths,
    run::RunResult,
    scenario::Scenario,
    selfcheck::Selfcheck,
    signing::{Peers, Signing},
    startup::Startup,
};

/// The results of every verb. Each has its own machine and day.
#[derive(Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// Machine and versions.
    pub made_by: MadeBy,
    /// `compare run`
    pub run: RunResult,
    /// `compare explain`, of the operations in [`EXPLAINED`].
    pub explain: Vec<Explanation>,
    /// `compare errors`
    pub errors: errors::ErrorResults,
    /// `compare bench latency`
    pub latency: Latency,
    /// The same for one operation, with a network delay of [`RTT`].
    pub latency_across: Latency,
    /// `compare bench signing`
    pub signing: Signing,
    /// The signers of other crates, measured by a separate program; none if it was not run.
    pub peers: Option<Peers>,
    /// `compare bench parse`
    pub parse: Parsing,
    /// `compare bench startup`
    pub startup: Startup,
    /// `compare bench selfcheck`; none if it was not run.
    pub selfcheck: Option<Selfcheck>,
    /// `compare paths --instructions`, of the operations in [`FOLLOWED`].
    pub paths: Vec<Paths>,
    /// `compare footprint`, with the builds that were made.
    pub footprint: Footprint,
}

/// The machine and versions behind the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeBy {
    /// The machine of the last run.
    pub machine: Machine,
    /// The compiler.
    pub toolchain: String,
    /// The crates on which the figures depend, from the lock file.
    pub crates: Vec<CrateVersion>,
}

/// A third-party crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrateVersion {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Evidence {
    /// Reads evidence that [`Evidence::text`] wrote.
    ///
    /// # Errors
    /// If `text` is anything else.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The evidence as JSON with one field per line, so that a diff of two versions is readable.
    #[must_use]
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self)
            .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
        text + "\n"
    }
}

/// The path of the evidence, given the report's folder.
#[must_use]
pub fn file(folder: &Path) -> PathBuf {
    folder.join("report").join("data.json")
}

/// A section of the evidence, measured by one verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Section {
    /// Every scenario on both sides
    Run,
    /// Three operations step by step: a query, a form, a presigned URL
    Explain,
    /// The catalogue of errors
    Errors,
    /// What a call costs, on this machine and with a network delay of 30 ms
    Latency,
    /// What a signature costs
    Signing,
    /// What a signature costs with other crates, which are built first
    Peers,
    /// What parsing an answer costs
    Parse,
    /// What a process that makes one call costs
    Startup,
    /// Whether the measurement can be trusted
    Selfcheck,
    /// The code that runs between call and answer
    Paths,
    /// Crates and lines, and the builds that `compare footprint --build` made
    Footprint,
}

impl Section {
    /// The sections that `compare report` measures by default. The others take minutes or rarely change,
    /// so they are kept from the saved evidence.
    pub const USUAL: [Self; 9] = [
        Self::Run,
        Self::Explain,
        Self::Errors,
        Self::Latency,
        Self::Signing,
        Self::Parse,
        Self::Startup,
        Self::Paths,
        Self::Footprint,
    ];
}

/// The explained operations: signatures over a query and a form, and one in a URL.
pub const EXPLAINED: [Scenario; 3] =
    [Scenario::S3ListObjects, Scenario::Ec2RunInstancesDryRun, Scenario::S3PresignedGet];

/// The operations whose paths are followed: the shortest call of each service that has a client.
pub const FOLLOWED: [Scenario; 2] = [Scenario::S3ListBuckets, Scenario::Ec2RunInstancesDryRun];

/// A typical round trip across half a continent.
pub const RTT: Duration = Duration::from_millis(30);
