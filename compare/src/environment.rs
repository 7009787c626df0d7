//! The variables that a call may find: the process's own, and beneath them those of an env file.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
};

use crate::error::Stop;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A variable of the process.
    Process,
    /// A line of an env file.
    File(PathBuf),
}

/// Variables with their origin. The process's environment is never written to: what a file says is
/// looked up here, and what was there before wins.
#[derive(Debug, Default)]
pub struct Environment {
    file: Option<PathBuf>,
    from_file: HashMap<String, String>,
    process: HashMap<String, String>,
}

impl Environment {
    /// The process's variables over those of `env_file`, which must exist, or of `./.env`, which
    /// need not.
    ///
    /// # Errors
    /// A named file that cannot be read, or a line that is no `NAME=value`: by its number only,
    /// because what stands there may be a secret.
    pub fn load(env_file: Option<&Path>) -> Result<Self, Stop> {
        let process = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let default = Path::new(".env");
        let path = match env_file {
            Some(path) => path,
            None if default.is_file() => default,
            None => return Ok(Self { process, ..Self::default() }),
        };
        let from_file = read(path)?;
        Ok(Self { file: Some(path.to_owned()), from_file, process })
    }

    /// The value of `name`, if it is set and not empty, with its origin.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<(&str, Origin)> {
        if let Some(value) = self.process.get(name).filter(|value| !value.is_empty()) {
            return Some((value, Origin::Process));
        }
        let value = self.from_file.get(name).filter(|value| !value.is_empty())?;
        Some((value, Origin::File(self.file.clone()?)))
    }

    /// The first of `names` that is set: its name, value and origin.
    #[must_use]
    pub fn first<'a>(&self, names: &[&'a str]) -> Option<(&'a str, &str, Origin)> {
        names.iter().find_map(|&name| {
            let (value, origin) = self.get(name)?;
            Some((name, value, origin))
        })
    }
}

fn read(path: &Path) -> Result<HashMap<String, String>, Stop> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Stop::usage(format!("the env file {shown} cannot be read: {error}")))?;
    parse(&text).map_err(|_| {
        let number = broken_line(&text);
        Stop::usage(format!(
            "{shown}, line {number}: this is not NAME=value (the line is not shown: it may hold a \
             secret)"
        ))
        .help(
            "write NAME=value, quote values with spaces as NAME=\"a value\", begin comments with #",
        )
    })
}

fn parse(text: &str) -> dotenvy::Result<HashMap<String, String>> {
    dotenvy::from_read_iter(text.as_bytes()).collect()
}

/// The number of the line after the longest beginning of `text` that can be read: the parser tells
/// what it could not read, and not where that stands.
fn broken_line(text: &str) -> usize {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let readable = |count: &usize| parse(&lines[..*count].concat()).is_ok();
    (0..lines.len()).rev().find(readable).unwrap_or(0) + 1
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process => f.write_str("the environment"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Environment, Origin};

    #[test]
    fn a_broken_line_is_named_by_number_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("broken.env");
        fs::write(&file, "# keys\nAWS_REGION=eu-west-1\nAWS_SECRET_ACCESS_KEY hush\n").unwrap();
        let stop = Environment::load(Some(&file)).unwrap_err();
        assert!(stop.message.contains("line 3"), "{}", stop.message);
        assert!(!stop.message.contains("hush"), "{}", stop.message);
    }

    #[test]
    fn the_process_wins_over_the_file_and_an_empty_value_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.env");
        fs::write(&file, "PATH=/nowhere\nONLY_IN_THE_FILE=\"a value\"\nEMPTY=\n").unwrap();
        let environment = Environment::load(Some(&file)).unwrap();
        assert_eq!(environment.get("PATH").unwrap().1, Origin::Process);
        assert_eq!(environment.get("ONLY_IN_THE_FILE"), Some(("a value", Origin::File(file))));
        assert_eq!(environment.get("EMPTY"), None);
    }
}
