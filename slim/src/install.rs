//! Writes pruned crates below `target/slim`, and the override that makes cargo use them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{project::SdkCrate, prune::Pruned};

/// The output folder, relative to the workspace root. `.cargo/config.toml` includes its `config.toml`.
const FOLDER: &str = "target/slim";

/// Environment variable of cargo commands that use the pruned crates. `sdk`'s build script reads it
/// and does not warn about the memory that the published crates need.
const PRUNED: &str = "SDK_IS_PRUNED";

/// What [`SlimFolder::write`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It wrote the copy.
    New,
    /// It found the same copy there, byte for byte.
    Unchanged,
}

/// A file or folder that cannot be written or removed.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} cannot be written or removed; cargo builds the whole crates until `cargo run -p slim` succeeds",
    path.display()
)]
pub struct InstallError {
    path: PathBuf,
    source: io::Error,
}

/// `target/slim` of one workspace.
#[derive(Debug)]
pub struct SlimFolder {
    folder: PathBuf,
}

impl SlimFolder {
    /// The folder of the workspace at `root`.
    #[must_use]
    pub fn of(root: &Path) -> Self {
        Self { folder: root.join(FOLDER) }
    }

    /// Removes the override, so that cargo uses the published crates.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub fn switch_off(&self) -> Result<(), InstallError> {
        let config = self.config();
        allow_missing(fs::remove_file(&config)).map_err(failed(config))
    }

    /// Removes the override and the copies.
    ///
    /// # Errors
    /// If the folder cannot be removed.
    pub fn remove(&self) -> Result<(), InstallError> {
        allow_missing(fs::remove_dir_all(&self.folder)).map_err(failed(&self.folder))
    }

    /// Writes the pruned copy of `krate`, unless the same copy is there already. The files go to a
    /// staging folder that is renamed at the end, so a killed run leaves no half-written copy.
    ///
    /// # Errors
    /// If a file or folder cannot be written.
    pub fn write(&self, krate: &SdkCrate, pruned: &Pruned) -> Result<WriteOutcome, InstallError> {
        let mut files = pruned.files.clone();
        files
            .entry("Cargo.toml".into())
            .and_modify(|manifest| *manifest = as_path_dependency(manifest));
        let folder = self.copy_of(krate);
        if read(&folder).is_ok_and(|there| there == files) {
            return Ok(WriteOutcome::Unchanged);
        }
        let staging = self.folder.join("unfinished");
        for folder in [&staging, &folder] {
            allow_missing(fs::remove_dir_all(folder)).map_err(failed(folder))?;
        }
        for (name, bytes) in &files {
            let path = staging.join(name);
            let parent = path.parent().unwrap_or(&staging);
            fs::create_dir_all(parent).map_err(failed(parent))?;
            fs::write(&path, bytes).map_err(failed(&path))?;
        }
        fs::rename(&staging, &folder).map_err(failed(&folder))?;
        Ok(WriteOutcome::New)
    }

    /// Writes the override that makes cargo use the copies of `crates`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn switch_on(&self, crates: &[SdkCrate]) -> Result<(), InstallError> {
        let paths: Vec<_> =
            crates.iter().map(|krate| self.copy_of(krate).display().to_string()).collect();
        // A JSON array of strings is also a TOML array.
        let text = format!(
            "# Written by `cargo run -p slim`; `cargo run -p slim -- --off` removes it.\n\
             paths = {}\n\n[env]\n{PRUNED} = \"1\"\n",
            serde_json::json!(paths)
        );
        let (config, staging) = (self.config(), self.folder.join("config.unfinished"));
        fs::write(&staging, text).map_err(failed(&staging))?;
        fs::rename(&staging, &config).map_err(failed(&config))
    }

    fn config(&self) -> PathBuf {
        self.folder.join("config.toml")
    }

    fn copy_of(&self, krate: &SdkCrate) -> PathBuf {
        self.folder.join(format!("{}-{}", krate.name, krate.version))
    }
}

/// The manifest of a copy. Cargo shows the warnings of a crate in a local folder, and a pruned crate
/// has many about code that nothing calls any more, so warnings are allowed. The published crate's
/// hint that most of it goes unused is removed, because that is no longer so.
fn as_path_dependency(manifest: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(manifest);
    let mut kept = String::new();
    let mut in_hints = false;
    for line in text.lines() {
        if line.starts_with('[') {
            in_hints = line.trim() == "[hints]";
        }
        if !in_hints {
            kept += line;
            kept.push('\n');
        }
    }
    kept += "\n[lints.rust]\nwarnings = \"allow\"\n";
    kept.into_bytes()
}

/// Every file below `folder`, by its relative path.
fn read(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path)?;
                files.insert(path.strip_prefix(folder).unwrap_or(&path).to_owned(), bytes);
            }
        }
    }
    Ok(files)
}

fn allow_missing(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn failed(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> InstallError {
    let path = path.into();
    |source| InstallError { path, source }
}

#[cfg(test)]
mod tests {
    use super::as_path_dependency;

    #[test]
    fn the_manifest_of_a_copy_has_no_hints_and_allows_warnings() {
        let manifest = "[package]\nname = \"x\"\n\n[hints]\nmostly-unused = true\n\n[features]\n";
        assert_eq!(
            String::from_utf8(as_path_dependency(manifest.as_bytes())).unwrap(),
            "[package]\nname = \"x\"\n\n[features]\n\n[lints.rust]\nwarnings = \"allow\"\n"
        );
    }
}
