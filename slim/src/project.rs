//! What cargo knows of this project.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::prune::Wanted;

/// The crate whose manifest says what is wanted.
const USER: &str = "sdk";

/// A crate to prune.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// For example `aws-sdk-ec2`.
    pub name: String,
    /// The locked version.
    pub version: String,
    /// Where cargo has its source.
    pub root: PathBuf,
    /// What is used of it.
    pub wanted: Wanted,
}

/// Why the crates to prune were not found.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// There is no cargo.
    #[error(
        "`{program}` cannot be run; install Rust (https://rustup.rs), or call this with `cargo run -p slim`"
    )]
    NoCargo {
        /// What was called.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// Cargo failed, in its own words.
    #[error(
        "`cargo metadata` failed; where the crates are not fetched yet, it needs the network once:\n{stderr}"
    )]
    Cargo {
        /// What it said.
        stderr: String,
    },
    /// Cargo's answer, or the manifest, is not as expected.
    #[error("{what}; without slim, cargo builds the whole crates")]
    Unexpected {
        /// What is missing.
        what: String,
    },
}

/// The workspace that the current folder is in.
#[derive(Debug)]
pub struct Project {
    metadata: Value,
}

impl Project {
    /// The root of the workspace around the current folder: the nearest folder above with a
    /// `Cargo.lock`.
    ///
    /// # Errors
    /// Where there is none.
    pub fn root() -> Result<PathBuf, ProjectError> {
        let here = env::current_dir().unwrap_or_default();
        let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
        root.map(Path::to_owned)
            .ok_or_else(|| unexpected("no Cargo.lock in this folder or above it"))
    }

    /// Asks cargo about the workspace at `root`. Cargo fetches what is missing.
    ///
    /// # Errors
    /// Where cargo cannot be run, or fails.
    pub fn open(root: &Path) -> Result<Self, ProjectError> {
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(&program)
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(root)
            .output()
            .map_err(|source| ProjectError::NoCargo {
                program: program.display().to_string(),
                source,
            })?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(ProjectError::Cargo { stderr });
        }
        let metadata = serde_json::from_slice(&output.stdout)
            .map_err(|error| unexpected(format!("cargo's answer is not understood: {error}")))?;
        Ok(Self { metadata })
    }

    /// What `[package.metadata.slim]` of `sdk` names.
    ///
    /// # Errors
    /// Where that is not there, or names a crate that is not in the tree.
    pub fn subjects(&self) -> Result<Vec<Subject>, ProjectError> {
        let wanted = self.package(USER)?["metadata"]["slim"].as_object().ok_or_else(|| {
            unexpected(format!("{USER}/Cargo.toml has no [package.metadata.slim]"))
        })?;
        wanted.iter().map(|(name, wanted)| self.subject(name, wanted)).collect()
    }

    fn subject(&self, name: &str, wanted: &Value) -> Result<Subject, ProjectError> {
        let package = self.package(name)?;
        let text = |field: &str| {
            package[field]
                .as_str()
                .ok_or_else(|| unexpected(format!("cargo does not tell the {field} of {name}")))
        };
        let manifest = Path::new(text("manifest_path")?);
        Ok(Subject {
            name: name.to_owned(),
            version: text("version")?.to_owned(),
            root: manifest.parent().unwrap_or(manifest).to_owned(),
            wanted: Wanted {
                operations: names(name, wanted, "operations")?,
                waiters: names(name, wanted, "waiters")?,
            },
        })
    }

    fn package(&self, name: &str) -> Result<&Value, ProjectError> {
        let packages = self.metadata["packages"].as_array().into_iter().flatten();
        let mut found = packages.filter(|package| package["name"] == name);
        match (found.next(), found.next()) {
            (Some(package), None) => Ok(package),
            (None, _) => Err(unexpected(format!("there is no crate {name} in Cargo.lock"))),
            (Some(_), Some(_)) => Err(unexpected(format!("Cargo.lock has two versions of {name}"))),
        }
    }
}

/// The names under `key`; none where it is absent.
fn names(package: &str, wanted: &Value, key: &str) -> Result<Vec<String>, ProjectError> {
    let wrong =
        || unexpected(format!("`{key}` of {package} in {USER}/Cargo.toml is not a list of names"));
    let Some(list) = wanted.get(key) else { return Ok(Vec::new()) };
    let names = list.as_array().ok_or_else(wrong)?;
    names.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

fn unexpected(what: impl Into<String>) -> ProjectError {
    ProjectError::Unexpected { what: what.into() }
}
