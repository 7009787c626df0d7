//! The project, as cargo describes it.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    fs, io,
    path::{self, Path, PathBuf},
    process::Command,
};

use findings::footprint::{BuildCost, CrateLines, Profile};
use raw::sigv4::Hex;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Progress, Subject, build, lines};
use crate::error::ExitError;

/// The package that holds the programs.
const PACKAGE: &str = "programs";

/// Crates that run a C compiler or an assembler for the crate that depends on them.
const C_BUILDERS: [&str; 2] = ["cc", "cmake"];

/// What is there so that somebody can look on, and would be in no program that nobody compares.
const OBSERVATION: [&str; 5] = [
    "contract/src/phase.rs",
    "raw/src/observe.rs",
    "sdk/src/observe.rs",
    "sdk/src/observe/timing.rs",
    "sdk/src/observe/trace.rs",
];

/// The project whose programs are measured.
#[derive(Debug)]
pub struct Project {
    metadata: Metadata,
    toolchain: String,
}

/// Of `cargo metadata` what is needed here. The crate `cargo_metadata` would have `semver` built with
/// a feature more, which is below aws-sdk-ec2 too.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    /// None for those of this project.
    source: Option<String>,
    manifest_path: PathBuf,
}

/// What a program stands on.
pub(super) struct Tree {
    /// Of others.
    pub(super) packages: BTreeSet<PackageName>,
    /// Of this project, the programs' package itself included.
    pub(super) ours: BTreeSet<PackageName>,
    /// Of others, by name.
    pub(super) building_c: Vec<String>,
}

/// Name and version.
pub(super) type PackageName = (String, String);

impl Project {
    /// The project of `manifest`, or that which the current folder is in.
    ///
    /// # Errors
    /// Exit 3 where there is no cargo, or no such project.
    pub fn open(manifest: Option<&Path>) -> Result<Self, ExitError> {
        let help = "run it in the project's folder, or name its Cargo.toml with --manifest-path";
        let elsewhere = |why: &str| {
            ExitError::unavailable(format!("the programs to measure are not found: {why}"))
                .help(help)
        };
        let toolchain = output(Command::new(program("RUSTC", "rustc")).arg("-vV"))?;
        let host = toolchain.lines().find_map(|line| line.strip_prefix("host: "));
        let manifest = match manifest {
            Some(manifest) => {
                path::absolute(manifest).map_err(|error| elsewhere(&error.to_string()))?
            }
            None => here().map_err(|stop| elsewhere(&stop.message))?,
        };
        let mut command = cargo();
        command
            .args(["metadata", "--format-version=1", "--locked", "--filter-platform"])
            .arg(host.unwrap_or_default())
            .arg("--manifest-path")
            .arg(manifest);
        let text = output(&mut command).map_err(|stop| elsewhere(&stop.message))?;
        let metadata: Metadata =
            serde_json::from_str(&text).map_err(|error| elsewhere(&error.to_string()))?;
        let is_programs = |package: &Package| package.source.is_none() && package.name == PACKAGE;
        if !metadata.packages.iter().any(is_programs) {
            let root = metadata.workspace_root.display();
            return Err(elsewhere(&format!("{root} has no package `{PACKAGE}`")));
        }
        Ok(Self { metadata, toolchain })
    }

    /// The compiler, in one line.
    #[must_use]
    pub fn toolchain(&self) -> &str {
        self.toolchain.lines().next().unwrap_or_default()
    }

    /// The version of the crate `name`, where it is in the tree.
    #[must_use]
    pub fn version(&self, name: &str) -> Option<&str> {
        let mut packages = self.metadata.packages.iter();
        packages.find(|package| package.name == name).map(|package| &*package.version)
    }

    /// What the program that `words` select prints, built in release.
    ///
    /// # Errors
    /// Exit 3 where it cannot be built, or fails.
    pub fn run_release(&self, words: &[&str]) -> Result<String, ExitError> {
        let manifest = self.metadata.workspace_root.join("Cargo.toml");
        let mut command = cargo();
        command.args(["run", "--quiet", "--release", "--locked", "--manifest-path"]);
        output(command.arg(manifest).args(words))
    }

    /// SHA-256 of the lock file.
    ///
    /// # Errors
    /// Exit 3 where it cannot be read.
    pub fn lock_sha256(&self) -> Result<String, ExitError> {
        Ok(hex(&self.file("Cargo.lock")?))
    }

    fn file(&self, name: &str) -> Result<Vec<u8>, ExitError> {
        let path = self.metadata.workspace_root.join(name);
        fs::read(&path).map_err(|error| {
            ExitError::unavailable(format!("{} cannot be read: {error}", path.display()))
        })
    }

    /// What is built for `subject` on this machine, by `cargo tree`, because `cargo metadata` knows
    /// only the features of the whole workspace.
    pub(super) fn tree(&self, subject: Subject) -> Result<Tree, ExitError> {
        let mut command = cargo();
        command
            .args(["tree", "--locked", "--edges", "normal,build", "--prefix", "depth"])
            .args(["--format", " {p}"])
            .args(self.selection(subject));
        let text = output(&mut command)?;
        let mut tree =
            Tree { packages: BTreeSet::new(), ours: BTreeSet::new(), building_c: Vec::new() };
        let mut parents: Vec<PackageName> = Vec::new();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let (Some(depth), Some(name), Some(version)) =
                (words.next().and_then(|depth| depth.parse().ok()), words.next(), words.next())
            else {
                continue;
            };
            let package = (name.to_owned(), version.trim_start_matches('v').to_owned());
            parents.truncate(depth);
            if C_BUILDERS.contains(&name)
                && let Some(parent) = parents.last()
                && !C_BUILDERS.contains(&parent.0.as_str())
                && !tree.building_c.contains(&parent.0)
            {
                tree.building_c.push(parent.0.clone());
            }
            parents.push(package.clone());
            let of_ours = self.package(&package)?.source.is_none();
            if of_ours { &mut tree.ours } else { &mut tree.packages }.insert(package);
        }
        Ok(tree)
    }

    /// Words that have cargo deal with `subject` and nothing else.
    fn selection(&self, subject: Subject) -> Vec<OsString> {
        let manifest = self.metadata.workspace_root.join("Cargo.toml").into_os_string();
        let words =
            ["--package", PACKAGE, "--no-default-features", "--features", subject.feature()];
        let words = words.into_iter().map(OsString::from);
        [OsString::from("--manifest-path"), manifest].into_iter().chain(words).collect()
    }

    fn package(&self, (name, version): &PackageName) -> Result<&Package, ExitError> {
        let mut packages = self.metadata.packages.iter();
        packages.find(|package| package.name == *name && package.version == *version).ok_or_else(
            || ExitError::unavailable(format!("cargo does not describe {name} {version}")),
        )
    }

    /// Lines of code of a crate of others.
    pub(super) fn lines_of(&self, package: &PackageName) -> Result<u64, ExitError> {
        count(folder(self.package(package)?))
    }

    /// Lines of code of `subject` and those crates of `ours` that it stands on.
    pub(super) fn lines_by_hand(
        &self,
        subject: Subject,
        ours: &BTreeSet<PackageName>,
    ) -> Result<Vec<CrateLines>, ExitError> {
        let root = &self.metadata.workspace_root;
        let mut by_crate = Vec::with_capacity(ours.len());
        for name in ours {
            let package = self.package(name)?;
            let folder = folder(package);
            let mut lines = 0;
            if package.name == PACKAGE {
                for source in subject.sources() {
                    lines += count(&folder.join(source))?;
                }
            } else {
                lines += count(&folder.join("src"))?;
            }
            for observation in OBSERVATION.map(|file| root.join(file)) {
                if observation.starts_with(folder) {
                    lines -= count(&observation)?;
                }
            }
            by_crate.push(CrateLines { name: package.name.clone(), lines });
        }
        Ok(by_crate)
    }

    /// The build of `subject` that was made before, with the same compiler and lock file.
    pub(super) fn kept(
        &self,
        subject: Subject,
        profile: Profile,
    ) -> Result<Option<BuildCost>, ExitError> {
        let path = self.record(subject, profile)?;
        match fs::read(&path) {
            // One that cannot be read was broken off, or is of another version: it is made again.
            Ok(text) => Ok(serde_json::from_slice(&text).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unkept(&path, &error)),
        }
    }

    /// Builds `subject` from nothing, and keeps what that took.
    pub(super) fn build(
        &self,
        subject: Subject,
        profile: Profile,
        progress: Progress<'_>,
    ) -> Result<BuildCost, ExitError> {
        let record = self.record(subject, profile)?;
        let (what, crates) =
            (format!("{}, {profile}", subject.binary()), self.tree(subject)?.packages.len());
        let crates = u32::try_from(crates).unwrap_or(u32::MAX);
        let folder = self.folder().join("build");
        let mut command = cargo();
        command
            .args(["build", "--locked", "--bin", &subject.binary()])
            .args(self.selection(subject));
        let build = build::from_nothing(command, &subject.binary(), profile, &folder, |done| {
            progress(&what, done, crates.max(done));
        })?;
        let text = serde_json::to_vec_pretty(&build)
            .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
        fs::write(&record, text).map_err(|error| unkept(&record, &error))?;
        Ok(build)
    }

    /// Where builds and what is known of them are kept.
    fn folder(&self) -> PathBuf {
        self.metadata.target_directory.join("footprint")
    }

    /// Named for all that a build depends on but our own sources, which are the least of it.
    fn record(&self, subject: Subject, profile: Profile) -> Result<PathBuf, ExitError> {
        let (lock, manifest) = (self.file("Cargo.lock")?, self.file("Cargo.toml")?);
        let key = hex(&[self.toolchain.as_bytes(), &lock, &manifest].concat());
        Ok(self.folder().join(format!("{}-{profile}-{}.json", subject.binary(), &key[..16])))
    }
}

fn folder(package: &Package) -> &Path {
    package.manifest_path.parent().unwrap_or(&package.manifest_path)
}

fn count(path: &Path) -> Result<u64, ExitError> {
    lines::below(path).map_err(|error| {
        ExitError::unavailable(format!(
            "the lines below {} cannot be counted: {error}",
            path.display()
        ))
    })
}

fn unkept(path: &Path, error: &io::Error) -> ExitError {
    ExitError::unavailable(format!("{} cannot be used: {error}", path.display()))
}

fn hex(bytes: &[u8]) -> String {
    Hex::of(Sha256::digest(bytes).into()).as_str().to_owned()
}

/// Cargo, away from the project's own configuration: what is measured are the published crates of the
/// SDK, whether or not `slim` has put pruned ones in their place.
fn cargo() -> Command {
    let mut command = Command::new(program("CARGO", "cargo"));
    command.current_dir(env::temp_dir()).env_remove("SDK_IS_PRUNED");
    command
}

/// The manifest of the workspace that the current folder is in.
fn here() -> Result<PathBuf, ExitError> {
    let mut command = Command::new(program("CARGO", "cargo"));
    let text =
        output(command.args(["locate-project", "--workspace", "--message-format", "plain"]))?;
    Ok(text.trim_end().into())
}

/// Cargo says to what it runs which cargo and which compiler it is.
fn program(variable: &str, name: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| name.into())
}

fn output(command: &mut Command) -> Result<String, ExitError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        ExitError::unavailable(format!("{name} cannot run: {error}"))
            .help("install Rust, https://rustup.rs, and run this where `cargo` is found")
    })?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(ExitError::unavailable(format!("{name} failed: {}", why.trim())));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| ExitError::unavailable(format!("{name} answered with what is no text")))
}
