//! Finds the crates to prune, with `cargo metadata`.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::prune::Selection;

/// The package whose manifest names the operations to keep.
const USER: &str = "sdk";

/// A crate of the SDK to prune.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdkCrate {
    /// For example `aws-sdk-ec2`.
    pub name: String,
    /// The version in `Cargo.lock`.
    pub version: String,
    /// The folder of the source that cargo fetched.
    pub root: PathBuf,
    /// What to keep of it.
    pub selection: Selection,
}

/// Why the crates to prune cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// Cargo cannot be started.
    #[error(
        "`{program}` cannot be run; install Rust (https://rustup.rs) and run `cargo run -p slim`"
    )]
    NoCargo {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// Cargo failed.
    #[error(
        "`cargo metadata` failed; if the crates are not fetched yet, it needs the network once:\n{stderr}"
    )]
    Cargo {
        /// Cargo's own message.
        stderr: String,
    },
    /// The output of cargo, or the manifest, is not as expected.
    #[error("{what}; without slim, cargo builds the whole crates")]
    Unexpected {
        /// What is wrong.
        what: String,
    },
}

/// A workspace, as `cargo metadata` describes it.
#[derive(Debug)]
pub struct Project {
    metadata: Value,
}

impl Project {
    /// The root of the workspace: the current folder, or the nearest one above it, with a `Cargo.lock`.
    ///
    /// # Errors
    /// If there is no such folder.
    pub fn root() -> Result<PathBuf, ProjectError> {
        let here = env::current_dir().unwrap_or_default();
        let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
        root.map(Path::to_owned)
            .ok_or_else(|| unexpected("no Cargo.lock in this folder or above it"))
    }

    /// Describes the workspace at `root`. Cargo fetches the sources that are missing.
    ///
    /// # Errors
    /// If cargo cannot be started, or fails.
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
        let metadata = serde_json::from_slice(&output.stdout).map_err(|error| {
            unexpected(format!("the output of `cargo metadata` cannot be read: {error}"))
        })?;
        Ok(Self { metadata })
    }

    /// The crates that `[package.metadata.slim]` of `sdk` names.
    ///
    /// # Errors
    /// If that table is missing, or names a crate that is not in `Cargo.lock`.
    pub fn crates(&self) -> Result<Vec<SdkCrate>, ProjectError> {
        let table = self.package(USER)?["metadata"]["slim"].as_object().ok_or_else(|| {
            unexpected(format!("{USER}/Cargo.toml has no [package.metadata.slim]"))
        })?;
        table.iter().map(|(name, keep)| self.krate(name, keep)).collect()
    }

    fn krate(&self, name: &str, keep: &Value) -> Result<SdkCrate, ProjectError> {
        let package = self.package(name)?;
        let text = |field: &str| {
            package[field]
                .as_str()
                .ok_or_else(|| unexpected(format!("`cargo metadata` has no {field} of {name}")))
        };
        let manifest = Path::new(text("manifest_path")?);
        Ok(SdkCrate {
            name: name.to_owned(),
            version: text("version")?.to_owned(),
            root: manifest.parent().unwrap_or(manifest).to_owned(),
            selection: Selection {
                operations: names(name, keep, "operations")?,
                waiters: names(name, keep, "waiters")?,
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

/// The names under `key`; an empty list if the key is absent.
fn names(package: &str, keep: &Value, key: &str) -> Result<Vec<String>, ProjectError> {
    let wrong =
        || unexpected(format!("`{key}` of {package} in {USER}/Cargo.toml is not a list of names"));
    let Some(list) = keep.get(key) else { return Ok(Vec::new()) };
    let names = list.as_array().ok_or_else(wrong)?;
    names.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

fn unexpected(what: impl Into<String>) -> ProjectError {
    ProjectError::Unexpected { what: what.into() }
}
