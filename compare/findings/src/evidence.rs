//! All that the write-up rests on, as plain data: `report/data.json`. The report, its plots and its page
//! are rendered from nothing else, so whoever has the file can have them again, and check them.

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

/// What was found, part by part; each part says on which machine and day.
#[derive(Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// By what it was made.
    pub made_by: MadeBy,
    /// `compare run`
    pub run: RunResult,
    /// `compare explain`, of the operations in [`EXPLAINED`].
    pub explain: Vec<Explanation>,
    /// `compare errors`
    pub errors: errors::ErrorResults,
    /// `compare bench latency`
    pub latency: Latency,
    /// The same across a network of [`RTT`], for one operation.
    pub latency_across: Latency,
    /// `compare bench signing`
    pub signing: Signing,
    /// The same with the signers of other crates, by a program of its own; none where nobody ran it.
    pub peers: Option<Peers>,
    /// `compare bench parse`
    pub parse: Parsing,
    /// `compare bench startup`
    pub startup: Startup,
    /// `compare bench selfcheck`; none where nobody ran it.
    pub selfcheck: Option<Selfcheck>,
    /// `compare paths --instructions`, of the operations in [`FOLLOWED`].
    pub paths: Vec<Paths>,
    /// `compare footprint`, with the builds that somebody made.
    pub footprint: Footprint,
}

/// What stood behind the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeBy {
    /// The machine of the last run.
    pub machine: Machine,
    /// The compiler.
    pub toolchain: String,
    /// The crates on which a figure depends, as the lock file has them.
    pub crates: Vec<CrateVersion>,
}

/// A crate of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrateVersion {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Evidence {
    /// Evidence that [`Evidence::text`] wrote.
    ///
    /// # Errors
    /// Where `text` is something else.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// As JSON, a field a line, so that two versions can be compared.
    #[must_use]
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self)
            .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
        text + "\n"
    }
}

/// Where the evidence stands, below the folder of the report.
#[must_use]
pub fn file(folder: &Path) -> PathBuf {
    folder.join("report").join("data.json")
}

/// What the evidence is made of, each section by one verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Section {
    /// Every scenario on both sides
    Run,
    /// Three operations step by step: a query, a form, a presigned URL
    Explain,
    /// The catalogue of errors
    Errors,
    /// What a call costs, on this machine and across a network of 30 ms
    Latency,
    /// What a signature costs
    Signing,
    /// The same for the signers of other crates; builds them first
    Peers,
    /// What parsing an answer costs
    Parse,
    /// What a process costs that makes one call
    Startup,
    /// Whether the instrument says what is so
    Selfcheck,
    /// What runs between call and answer
    Paths,
    /// Crates and lines; builds are those that `compare footprint --build` made
    Footprint,
}

impl Section {
    /// What `compare report` measures unless it is told. The others are kept from the evidence that was
    /// saved: they take minutes, or say of this machine what need not be asked every time.
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

/// A signature over a query, one over a form, and one in a URL.
pub const EXPLAINED: [Scenario; 3] =
    [Scenario::S3ListObjects, Scenario::Ec2RunInstancesDryRun, Scenario::S3PresignedGet];

/// The shortest call of each service that has a client.
pub const FOLLOWED: [Scenario; 2] = [Scenario::S3ListBuckets, Scenario::Ec2RunInstancesDryRun];

/// A round trip from one continent's edge to its middle.
pub const RTT: Duration = Duration::from_millis(30);
