//! All that the write-up rests on, as plain data: `report/data.json`. The report, its plots and its page
//! are rendered from nothing else, so whoever has the file can have them again, and check them.

mod gather;
mod peers;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    bench::{
        latency::Latency, parse::Parsing, selfcheck::Selfcheck, signing::Signing, startup::Startup,
    },
    errors, escape,
    explain::Explanation,
    findings::{Comparison, Machine},
    footprint::{Footprint, Project},
    paths::Paths,
};
pub use gather::{Begin, EXPLAINED, FOLLOWED, RTT, Section, gather};
pub use peers::Peers;

/// What was found, part by part; each part says on which machine and day.
#[derive(Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// By what it was made.
    pub made_by: MadeBy,
    /// `compare run`
    pub run: Comparison,
    /// `compare explain`, of the operations in [`EXPLAINED`].
    pub explain: Vec<Explanation>,
    /// `compare errors`
    pub errors: errors::Findings,
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

/// Those that sign, send and parse.
const CRATES: [&str; 8] = [
    "aws-config",
    "aws-sdk-ec2",
    "aws-sdk-s3",
    "aws-sigv4",
    "hmac",
    "quick-xml",
    "reqwest",
    "sha2",
];

impl MadeBy {
    fn of(project: &Project) -> Self {
        let version = |name: &str| {
            let version = project.version(name)?.to_owned();
            Some(CrateVersion { name: name.to_owned(), version })
        };
        Self {
            machine: Machine::this(),
            toolchain: project.toolchain().to_owned(),
            crates: CRATES.into_iter().filter_map(version).collect(),
        }
    }
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
        escape::json(&text).into_owned() + "\n"
    }
}

/// Where the evidence stands, below the folder of the report.
#[must_use]
pub fn file(folder: &Path) -> PathBuf {
    folder.join("report").join("data.json")
}
