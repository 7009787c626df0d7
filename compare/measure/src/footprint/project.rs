//! The project as cargo describes it, and the builds of its programs that are kept in its target folder.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs, io,
    path::{self, Path, PathBuf},
};

use findings::footprint::{BuildCost, CrateLines, Profile};
use raw::sigv4::Hex;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    Progress, Subject, build,
    cargo::{cargo, output, rustc, workspace_manifest},
    lines,
};
use crate::error::ExitError;

/// The package that holds the programs.
const PACKAGE: &str = "programs";

/// Crates that run a C compiler or an assembler for the crate that depends on them.
const C_BUILDERS: [&str; 2] = ["cc", "cmake"];

/// Instrumentation. Its lines are not counted, because an ordinary client has none.
const INSTRUMENTATION: [&str; 5] = [
    "contract/src/phase.rs",
    "raw/src/observe.rs",
    "sdk/src/observe.rs",
    "sdk/src/observe/timing.rs",
    "sdk/src/observe/trace.rs",
];

/// The project whose programs are measured.
#[derive(Debug)]
pub(crate) struct Project {
    metadata: Metadata,
    toolchain: String,
}

/// The part of `cargo metadata` that is needed here. The crate `cargo_metadata` would build `semver` with
/// another feature, and aws-sdk-ec2, which depends on it, a second time.
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
    /// `None` for the crates of this project.
    source: Option<String>,
    manifest_path: PathBuf,
}

/// The crates that a program depends on.
pub(super) struct Tree {
    /// Crates of others.
    pub(super) packages: BTreeSet<PackageName>,
    /// Crates of this project, the programs' own included.
    pub(super) ours: BTreeSet<PackageName>,
    /// Names of the crates among `packages` that compile C or assembler.
    pub(super) building_c: Vec<String>,
    /// SHA-256 of all crates with their versions and features.
    sha256: String,
}

/// Name and version.
pub(super) type PackageName = (String, String);

impl Project {
    /// Opens the project of `manifest`, or the one that the current folder is in.
    ///
    /// # Errors
    /// Exit 3 if there is no cargo or no such project.
    pub(crate) fn open(manifest: Option<&Path>) -> Result<Self, ExitError> {
        let not_found = |why: &str| {
            ExitError::unavailable(format!("the programs to measure are not found: {why}"))
                .help("run it in the project's folder, or name its Cargo.toml with --manifest-path")
        };
        let toolchain = output(rustc().arg("-vV"))?;
        let host = toolchain.lines().find_map(|line| line.strip_prefix("host: "));
        let manifest = match manifest {
            Some(manifest) => {
                path::absolute(manifest).map_err(|error| not_found(&error.to_string()))?
            }
            None => workspace_manifest().map_err(|error| not_found(&error.message))?,
        };
        let mut command = cargo();
        command
            .args(["metadata", "--format-version=1", "--locked", "--filter-platform"])
            .arg(host.unwrap_or_default())
            .arg("--manifest-path")
            .arg(manifest);
        let text = output(&mut command).map_err(|error| not_found(&error.message))?;
        let metadata: Metadata =
            serde_json::from_str(&text).map_err(|error| not_found(&error.to_string()))?;
        let is_programs = |package: &Package| package.source.is_none() && package.name == PACKAGE;
        if !metadata.packages.iter().any(is_programs) {
            let root = metadata.workspace_root.display();
            return Err(not_found(&format!("{root} has no package `{PACKAGE}`")));
        }
        Ok(Self { metadata, toolchain })
    }

    /// The compiler, in one line.
    pub(crate) fn toolchain(&self) -> &str {
        self.toolchain.lines().next().unwrap_or_default()
    }

    /// The version of the crate `name`, if it is in the tree.
    pub(crate) fn version(&self, name: &str) -> Option<&str> {
        let mut packages = self.metadata.packages.iter();
        packages.find(|package| package.name == name).map(|package| &*package.version)
    }

    /// Builds a program in release mode, runs it, and returns what it prints. `arguments` are those of
    /// `cargo run` that select it.
    ///
    /// # Errors
    /// Exit 3 if it cannot be built or fails.
    pub(crate) fn run_release(&self, arguments: &[&str]) -> Result<String, ExitError> {
        let mut command = cargo();
        command.args(["run", "--quiet", "--release", "--locked", "--manifest-path"]);
        output(command.arg(self.path("Cargo.toml")).args(arguments))
    }

    /// SHA-256 of the lock file.
    ///
    /// # Errors
    /// Exit 3 if it cannot be read.
    pub(crate) fn lock_sha256(&self) -> Result<String, ExitError> {
        Ok(sha256(&self.read("Cargo.lock")?))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.metadata.workspace_root.join(name)
    }

    fn read(&self, name: &str) -> Result<String, ExitError> {
        let path = self.path(name);
        fs::read_to_string(&path).map_err(|error| {
            ExitError::unavailable(format!("{} cannot be read: {error}", path.display()))
        })
    }

    /// What `subject` depends on when it is built on this machine. `cargo tree` says so; `cargo metadata`
    /// knows only the features of the whole workspace.
    pub(super) fn tree(&self, subject: Subject) -> Result<Tree, ExitError> {
        let mut command = cargo();
        command
            .args(["tree", "--locked", "--edges", "normal,build", "--prefix", "depth"])
            .args(["--format", " {p} {f}"])
            .args(self.selection(subject));
        // The paths of our own crates would tell two copies of the project apart.
        let root = self.metadata.workspace_root.to_string_lossy();
        let text = output(&mut command)?.replace(&*root, "");
        let mut tree = Tree {
            packages: BTreeSet::new(),
            ours: BTreeSet::new(),
            building_c: Vec::new(),
            sha256: sha256(&text),
        };
        let mut parents: Vec<PackageName> = Vec::new();
        for line in text.lines() {
            let mut parts = line.split_whitespace();
            let (Some(depth), Some(name), Some(version)) =
                (parts.next().and_then(|depth| depth.parse().ok()), parts.next(), parts.next())
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
            let is_ours = self.package(&package)?.source.is_none();
            if is_ours { &mut tree.ours } else { &mut tree.packages }.insert(package);
        }
        Ok(tree)
    }

    /// The arguments that make cargo consider `subject` and nothing else.
    fn selection(&self, subject: Subject) -> Vec<OsString> {
        let feature = subject.feature();
        let selection = ["--package", PACKAGE, "--no-default-features", "--features", feature];
        let manifest = [OsString::from("--manifest-path"), self.path("Cargo.toml").into()];
        manifest.into_iter().chain(selection.map(OsString::from)).collect()
    }

    fn package(&self, (name, version): &PackageName) -> Result<&Package, ExitError> {
        let mut packages = self.metadata.packages.iter();
        packages.find(|package| package.name == *name && package.version == *version).ok_or_else(
            || ExitError::unavailable(format!("cargo does not describe {name} {version}")),
        )
    }

    /// Lines of code in `package`, a crate of others.
    pub(super) fn lines_of(&self, package: &PackageName) -> Result<u64, ExitError> {
        count(folder(self.package(package)?))
    }

    /// Lines of code of `subject` and of `ours`, the crates of this project that it depends on.
    pub(super) fn lines_by_hand(
        &self,
        subject: Subject,
        ours: &BTreeSet<PackageName>,
    ) -> Result<Vec<CrateLines>, ExitError> {
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
            for file in INSTRUMENTATION.map(|file| self.path(file)) {
                if file.starts_with(folder) {
                    lines -= count(&file)?;
                }
            }
            by_crate.push(CrateLines { name: package.name.clone(), lines });
        }
        Ok(by_crate)
    }

    /// The build of `subject` that was made earlier with this compiler, these `profile` settings, and
    /// the dependencies of `tree`.
    pub(super) fn kept(
        &self,
        subject: Subject,
        profile: Profile,
        tree: &Tree,
    ) -> Result<Option<BuildCost>, ExitError> {
        let path = self.record(subject, profile, tree)?;
        match fs::read(&path) {
            // A record that cannot be parsed is incomplete or of another version: build again.
            Ok(text) => Ok(serde_json::from_slice(&text).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unusable(&path, &error)),
        }
    }

    /// Builds `subject` from an empty folder, and keeps a record of what that took.
    pub(super) fn build(
        &self,
        subject: Subject,
        profile: Profile,
        tree: &Tree,
        progress: Progress<'_>,
    ) -> Result<BuildCost, ExitError> {
        let what = format!("{}, {profile}", subject.binary());
        let crates = u32::try_from(tree.packages.len()).unwrap_or(u32::MAX);
        let folder = self.folder().join("build");
        let mut command = cargo();
        command
            .args(["build", "--locked", "--bin", &subject.binary()])
            .args(self.selection(subject));
        let build = build::from_nothing(command, &subject.binary(), profile, &folder, |done| {
            progress(&what, done, crates.max(done));
        })?;
        let record = self.record(subject, profile, tree)?;
        let text = serde_json::to_vec_pretty(&build)
            .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
        fs::write(&record, text).map_err(|error| unusable(&record, &error))?;
        Ok(build)
    }

    /// The folder of builds and their records.
    fn folder(&self) -> PathBuf {
        self.metadata.target_directory.join("footprint")
    }

    /// The file that records a build. Its name hashes everything that the build depends on, except our own
    /// sources, which hardly count: the compiler, the tree, and the profiles at the end of the manifest.
    fn record(
        &self,
        subject: Subject,
        profile: Profile,
        tree: &Tree,
    ) -> Result<PathBuf, ExitError> {
        let manifest = self.read("Cargo.toml")?;
        let profiles = &manifest[manifest.find("[profile").unwrap_or(manifest.len())..];
        let key = sha256(&format!("{}{}{profiles}", self.toolchain, tree.sha256));
        Ok(self.folder().join(format!("{}-{profile}-{}.json", subject.binary(), &key[..16])))
    }
}

fn folder(package: &Package) -> &Path {
    package.manifest_path.parent().unwrap_or(&package.manifest_path)
}

fn count(path: &Path) -> Result<u64, ExitError> {
    lines::below(path).map_err(|error| {
        let path = path.display();
        ExitError::unavailable(format!("the lines below {path} cannot be counted: {error}"))
    })
}

fn unusable(path: &Path, error: &io::Error) -> ExitError {
    ExitError::unavailable(format!("{} cannot be used: {error}", path.display()))
}

fn sha256(text: &str) -> String {
    Hex::of(Sha256::digest(text).into()).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use findings::{
        footprint::{Profile, Task},
        side::Side,
    };

    use super::{Project, cargo, output};
    use crate::footprint::Subject;

    const SUBJECT: Subject = Subject { task: Task::ListBuckets, side: Side::Raw };

    const WORKSPACE: &str = "\
[workspace]
members = [\"programs\", \"other\", \"dependency\"]
resolver = \"3\"
";

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes the manifest of the crate `name`, whose dependency is optional, and a library.
    fn write_crate(root: &Path, name: &str, dependencies: &str) {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nedition = \"2024\"\n[features]\nraw = []\n\
             [dependencies]\n{dependencies}\n"
        );
        write(root, &format!("{name}/Cargo.toml"), &manifest);
        write(root, &format!("{name}/src/lib.rs"), "");
    }

    /// Whether the build of a program is still kept after `change`, and `cargo` has locked the project anew.
    fn is_kept_after(root: &Path, change: impl FnOnce()) -> bool {
        change();
        let manifest = root.join("Cargo.toml");
        let mut lock = cargo();
        lock.args(["generate-lockfile", "--offline", "--manifest-path"]).arg(&manifest);
        output(&mut lock).expect("a lock file");
        let project = Project::open(Some(&manifest)).expect("a project");
        let tree = project.tree(SUBJECT).expect("a tree");
        project.kept(SUBJECT, Profile::Dev, &tree).expect("readable records").is_some()
    }

    #[test]
    fn a_build_is_kept_until_the_programs_own_tree_or_the_profiles_change() {
        let folder = tempfile::tempdir().expect("a folder");
        // What cargo prints is the real path, without links.
        let root = &folder.path().canonicalize().expect("a folder");
        write(root, "Cargo.toml", WORKSPACE);
        write_crate(root, "programs", "");
        write(root, "programs/src/bin/list-buckets-raw.rs", "fn main() {}\n");
        write_crate(root, "other", "");
        write_crate(root, "dependency", "");
        assert!(!is_kept_after(root, || ()), "nothing is built yet");

        let project = Project::open(Some(&root.join("Cargo.toml"))).expect("a project");
        let tree = project.tree(SUBJECT).expect("a tree");
        project.build(SUBJECT, Profile::Dev, &tree, &mut |_, _, _| ()).expect("a build");
        assert!(is_kept_after(root, || ()));

        let before = project.lock_sha256().expect("a lock file");
        let path = "dependency.path = \"../dependency\"";
        assert!(is_kept_after(root, || write_crate(root, "other", path)));
        assert_ne!(project.lock_sha256().expect("a lock file"), before, "the lock file changed");

        assert!(!is_kept_after(root, || write_crate(root, "programs", path)));
        assert!(is_kept_after(root, || write_crate(root, "programs", "")));
        let profile = format!("{WORKSPACE}[profile.dev]\nopt-level = 1\n");
        assert!(!is_kept_after(root, || write(root, "Cargo.toml", &profile)));
    }
}
