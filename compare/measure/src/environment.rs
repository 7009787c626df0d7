//! Environment variables: those of the process, and beneath them those of an env file.

mod env_file;

use std::{
    collections::HashMap,
    env, fmt,
    path::{Path, PathBuf},
    sync::Once,
};

use crate::{error::ExitError, notices::Notices};
use env_file::{EnvFile, FileChoice};

/// The `AWS_…` variables that an env file can set. The SDK's credential providers read theirs from the
/// process only.
const USED_FROM_FILE: [&str; 18] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_EC2",
    "AWS_ENDPOINT_URL_S3",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A variable of the process.
    Process,
    /// An env file, or a profile file that an env file names: the author of the env file controls both.
    File(PathBuf),
    /// `~/.aws/config` and `~/.aws/credentials`, or the files that variables of the process name instead.
    Profiles,
    /// The SDK's chain of credential providers: roles, SSO, containers, instance metadata.
    Chain,
}

/// Variables with their origin. The process wins over the file, and its environment is never changed.
#[derive(Debug, Default)]
pub struct Environment {
    file: Option<PathBuf>,
    from_file: HashMap<String, String>,
    process: HashMap<String, String>,
}

impl Environment {
    /// Loads the variables of the process and of `env_file`, which must exist, or of `./.env`, which need
    /// not. Harmless oddities in the file become `notices`, once per process.
    ///
    /// # Errors
    /// Exit 2: `env_file` cannot be read; a line is not `NAME=value` (in `./.env` only if it sets an
    /// `AWS_…` variable); an `AWS_…` variable of the process is not UTF-8. The error gives a line's
    /// number, not its text, which may be a secret.
    pub fn load(env_file: Option<&Path>, notices: Notices) -> Result<Self, ExitError> {
        let process = process()?;
        let default = Path::new(".env");
        let (path, chosen) = match env_file {
            Some(path) => (path, FileChoice::Named),
            None if default.exists() => (default, FileChoice::Default),
            None => return Ok(Self { process, ..Self::default() }),
        };
        let EnvFile { values: from_file, mut warnings } = env_file::read(path, chosen)?;
        let mut unused: Vec<_> = from_file
            .keys()
            .filter(|name| name.starts_with("AWS_") && !USED_FROM_FILE.contains(&name.as_str()))
            .collect();
        unused.sort();
        warnings.extend(unused.into_iter().map(|name| {
            format!("{name} in {} is not used; set it in the environment", path.display())
        }));
        warn(&warnings, notices);
        Ok(Self { file: Some(path.to_owned()), from_file, process })
    }

    /// The value of `name` and its origin. An empty value counts as not set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<(&str, Origin)> {
        match self.in_process(name) {
            Some(value) => Some((value, Origin::Process)),
            None => Some((self.in_file(name)?, self.file()?)),
        }
    }

    /// The first of `names` that is set: its name, value and origin.
    #[must_use]
    pub fn first<'a>(&self, names: &[&'a str]) -> Option<(&'a str, &str, Origin)> {
        names.iter().find_map(|&name| {
            let (value, origin) = self.get(name)?;
            Some((name, value, origin))
        })
    }

    /// The value of `name` in the process only.
    #[must_use]
    pub fn in_process(&self, name: &str) -> Option<&str> {
        self.process.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value of `name` in the env file only.
    #[must_use]
    pub fn in_file(&self, name: &str) -> Option<&str> {
        self.from_file.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The env file as an origin.
    #[must_use]
    pub fn file(&self) -> Option<Origin> {
        self.file.clone().map(Origin::File)
    }
}

/// The process's variables, without those that are not UTF-8.
fn process() -> Result<HashMap<String, String>, ExitError> {
    let mut variables = HashMap::new();
    for (name, value) in env::vars_os() {
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            Ok(value) => drop(variables.insert(name, value)),
            Err(_) if name.starts_with("AWS_") => {
                return Err(ExitError::usage(format!("{name} in the environment is not UTF-8")));
            }
            Err(_) => {}
        }
    }
    Ok(variables)
}

/// Passes on `warnings` once: a bench resolves its session many times.
fn warn(warnings: &[String], notices: Notices) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for warning in warnings {
            notices.warn(&format!("warning: {warning}"));
        }
    });
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process => f.write_str("the environment"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Profiles => f.write_str("the profiles"),
            Self::Chain => f.write_str("the SDK's default chain"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Environment, Notices, Origin};

    #[test]
    fn an_invalid_line_is_reported_by_number_without_its_text() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("broken.env");
        fs::write(&file, "# keys\nAWS_REGION=eu-west-1\nAWS_SECRET_ACCESS_KEY hush\n").unwrap();
        let error = Environment::load(Some(&file), Notices::default()).unwrap_err();
        assert!(error.message.contains("line 3"), "{error}");
        assert!(!error.message.contains("hush"), "{error}");
    }

    #[test]
    fn the_process_wins_over_the_file_and_an_empty_value_is_not_set() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.env");
        fs::write(&file, "PATH=/nowhere\nONLY_IN_THE_FILE=\"a value\"\nEMPTY=\n").unwrap();
        let environment = Environment::load(Some(&file), Notices::default()).unwrap();
        assert_eq!(environment.get("PATH").unwrap().1, Origin::Process);
        assert_eq!(environment.get("ONLY_IN_THE_FILE"), Some(("a value", Origin::File(file))));
        assert_eq!(environment.get("EMPTY"), None);
    }
}
