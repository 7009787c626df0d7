//! The copy below `target/slim`, and the override by which cargo uses it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{project::Subject, prune::Pruned};

/// Where everything is written, relative to the workspace's root. `.cargo/config.toml` includes the
/// configuration in it.
const FOLDER: &str = "target/slim";

/// Tells `sdk`'s build script, which warns of the memory that the published crates need.
const PRUNED: &str = "SDK_IS_PRUNED";

/// What became of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It was written.
    New,
    /// It was there, byte for byte.
    Unchanged,
}

/// A file that cannot be written, read or removed.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written; cargo builds the whole crates until `cargo run -p slim` succeeds", path.display())]
pub struct InstallError {
    path: PathBuf,
    source: io::Error,
}

/// `target/slim` of one workspace.
#[derive(Debug)]
pub struct Slim {
    folder: PathBuf,
}

impl Slim {
    /// That of the workspace at `root`.
    #[must_use]
    pub fn of(root: &Path) -> Self {
        Self { folder: root.join(FOLDER) }
    }

    /// Has cargo use the published crates.
    ///
    /// # Errors
    /// Where the override cannot be removed.
    pub fn switch_off(&self) -> Result<(), InstallError> {
        let config = self.config();
        match fs::remove_file(&config) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(config)(error)),
            _ => Ok(()),
        }
    }

    /// Removes the copies too.
    ///
    /// # Errors
    /// Where they cannot be removed.
    pub fn remove(&self) -> Result<(), InstallError> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed(&self.folder)(error))
            }
            _ => Ok(()),
        }
    }

    /// Writes the copy of `subject`, unless it is there already. A run that is killed leaves no copy
    /// half-written: it is made aside, and moved when it is whole.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, subject: &Subject, pruned: &Pruned) -> Result<Written, InstallError> {
        let mut files = pruned.files.clone();
        files
            .entry("Cargo.toml".into())
            .and_modify(|manifest| *manifest = as_path_dependency(manifest));
        let folder = self.copy_of(subject);
        if read(&folder).is_ok_and(|there| there == files) {
            return Ok(Written::Unchanged);
        }
        let aside = self.folder.join("unfinished");
        for folder in [&aside, &folder] {
            match fs::remove_dir_all(folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(failed(folder)(error));
                }
                _ => {}
            }
        }
        for (name, bytes) in &files {
            let path = aside.join(name);
            let parent = path.parent().unwrap_or(&aside);
            fs::create_dir_all(parent).map_err(failed(parent))?;
            fs::write(&path, bytes).map_err(failed(&path))?;
        }
        fs::rename(&aside, &folder).map_err(failed(&folder))?;
        Ok(Written::New)
    }

    /// Has cargo use the copies of `subjects`.
    ///
    /// # Errors
    /// Where the override cannot be written.
    pub fn switch_on(&self, subjects: &[Subject]) -> Result<(), InstallError> {
        let paths: Vec<_> =
            subjects.iter().map(|subject| self.copy_of(subject).display().to_string()).collect();
        // A list of strings in JSON is one in TOML.
        let text = format!(
            "# Written by `cargo run -p slim`; `cargo run -p slim -- --off` removes it.\n\
             paths = {}\n\n[env]\n{PRUNED} = \"1\"\n",
            serde_json::json!(paths)
        );
        let (config, aside) = (self.config(), self.folder.join("config.unfinished"));
        fs::write(&aside, text).map_err(failed(&aside))?;
        fs::rename(&aside, &config).map_err(failed(&config))
    }

    fn config(&self) -> PathBuf {
        self.folder.join("config.toml")
    }

    fn copy_of(&self, subject: &Subject) -> PathBuf {
        self.folder.join(format!("{}-{}", subject.name, subject.version))
    }
}

/// The manifest of the copy. Cargo reports the warnings of a crate that lies in a folder, and those
/// of code that nothing calls any more say nothing; nor is such a crate mostly unused, as the
/// published one says of itself.
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

/// Every file below `folder`.
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

fn failed(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> InstallError {
    let path = path.into();
    |source| InstallError { path, source }
}

#[cfg(test)]
mod tests {
    use super::as_path_dependency;

    #[test]
    fn a_copys_manifest_has_no_hints_and_no_warnings() {
        let manifest = "[package]\nname = \"x\"\n\n[hints]\nmostly-unused = true\n\n[features]\n";
        assert_eq!(
            String::from_utf8(as_path_dependency(manifest.as_bytes())).unwrap(),
            "[package]\nname = \"x\"\n\n[features]\n\n[lints.rust]\nwarnings = \"allow\"\n"
        );
    }
}
