//! The profiles of `~/.aws/credentials` and `~/.aws/config`, or of the files that
//! `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` name instead.
//!
//! The SDK's own parser rejects indented properties and quoted names, which the AWS CLI accepts, ignores
//! env files, and does not say which line is invalid. So the files are parsed here, for both sides.

mod parse;

use std::path::{Path, PathBuf};

use contract::Credentials;

use crate::{
    environment::{Environment, Origin},
    error::ExitError,
};
use parse::{FileKind, Section, parse, read};

/// Every section of both files; of two that set a property, the later wins.
#[derive(Debug, Default)]
pub struct Profiles {
    sections: Vec<Section>,
}

/// How a profile gets its keys.
#[derive(Debug)]
pub enum KeySource {
    /// The profile contains them, all in one file.
    Static(Credentials, Origin),
    /// A command prints them (`credential_process`).
    Process(Origin),
    /// A service issues them. The text says what the profile does.
    Service(&'static str),
}

/// Properties of profiles whose keys a service issues, in botocore's order of precedence. All of them beat
/// keys in the profile itself.
const SERVICES: [(&str, &str); 5] = [
    ("role_arn", "assumes a role"),
    ("web_identity_token_file", "assumes a role by web identity"),
    ("sso_session", "signs in through IAM Identity Center (SSO)"),
    ("sso_start_url", "signs in through IAM Identity Center (SSO)"),
    ("login_session", "signs in through `aws login`"),
];

impl Profiles {
    /// Reads both files. A missing file counts as empty.
    ///
    /// # Errors
    /// Exit 3: a file cannot be read or parsed. The error gives the number of the line, not its text,
    /// which may be a secret.
    pub fn load(environment: &Environment) -> Result<Self, ExitError> {
        let mut sections = Vec::new();
        for (kind, variable, default) in [
            (FileKind::Config, "AWS_CONFIG_FILE", "~/.aws/config"),
            (FileKind::Credentials, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        ] {
            let (path, origin) = match environment.get(variable) {
                Some((path, origin @ Origin::File(_))) => (path, origin),
                Some((path, _)) => (path, Origin::Profiles),
                None => (default, Origin::Profiles),
            };
            let Some(path) = expand_home(path, environment) else { continue };
            if let Some(text) = read(&path)? {
                sections.extend(parse(&text, kind, &origin).map_err(|(line, why)| {
                    ExitError::unavailable(format!(
                        "{}, line {line} {why} (the line is not shown: it may contain a secret)",
                        path.display()
                    ))
                    .help(
                        "a profile is [name] in credentials or [profile name] in config, followed \
                         by lines of name = value",
                    )
                })?);
            }
        }
        Ok(Self { sections })
    }

    /// The property `name` (in lower case) of a profile, with its origin. The credentials file beats the
    /// config file, as in the AWS CLI.
    #[must_use]
    pub fn property(&self, profile: &str, name: &str) -> Option<(&str, Origin)> {
        self.value("profile", profile, name)
    }

    /// The property `name` in a group of the section `[kind section]`: a setting for one service in
    /// `[services x]`.
    #[must_use]
    pub fn grouped(
        &self,
        kind: &str,
        section: &str,
        group: &str,
        name: &str,
    ) -> Option<(&str, Origin)> {
        let (lines, origin) = self.value(kind, section, group)?;
        let value = lines.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim().eq_ignore_ascii_case(name)).then_some(value.trim())
        })?;
        Some((value, origin))
    }

    /// Whether the profile exists.
    #[must_use]
    pub fn has(&self, profile: &str) -> bool {
        self.sections_of("profile", profile).next().is_some()
    }

    /// A hint for the missing profile `name`, if a section is written in the form of the other file.
    #[must_use]
    pub fn hint(&self, name: &str) -> Option<String> {
        let prefixed = format!("profile {name}");
        let has = |file, section: &str| {
            self.sections
                .iter()
                .any(|it| it.file == file && it.kind.is_empty() && it.name == section)
        };
        if has(FileKind::Config, name) {
            Some(format!("the config file has [{name}]; write [profile {name}] there"))
        } else if has(FileKind::Credentials, &prefixed) {
            Some(format!("the credentials file has [{prefixed}]; write [{name}] there"))
        } else {
            None
        }
    }

    /// How the profile `name` gets its keys, if it does.
    ///
    /// # Errors
    /// Exit 3: half a key pair.
    pub fn key_source(&self, name: &str) -> Result<Option<KeySource>, ExitError> {
        if let Some(&(_, does)) =
            SERVICES.iter().find(|(property, _)| self.property(name, property).is_some())
        {
            return Ok(Some(KeySource::Service(does)));
        }
        // An id from one file and a secret from the other are not a pair.
        for file in [FileKind::Credentials, FileKind::Config] {
            if let Some((credentials, origin)) = self.static_keys(file, name)? {
                return Ok(Some(KeySource::Static(credentials, origin)));
            }
        }
        let process = self.property(name, "credential_process");
        Ok(process.map(|(_, origin)| KeySource::Process(origin)))
    }

    /// The profiles and SSO sessions, without groups, as one config file for the SDK.
    #[must_use]
    pub fn for_sdk(&self) -> String {
        let mut lines = Vec::new();
        for Section { kind, name, properties, .. } in &self.sections {
            if !matches!(kind.as_str(), "profile" | "sso-session") {
                continue;
            }
            lines.push(format!("[{kind} {name}]\n"));
            for (name, value) in properties.iter().filter(|(_, value)| !value.contains('\n')) {
                lines.push(format!("{name} = {value}\n"));
            }
        }
        lines.concat()
    }

    fn static_keys(
        &self,
        file: FileKind,
        profile: &str,
    ) -> Result<Option<(Credentials, Origin)>, ExitError> {
        let get = |name: &str| {
            let sections = self.sections_of("profile", profile);
            sections.rev().filter(|section| section.file == file).find_map(|it| it.get(name))
        };
        let (id, secret) = (get("aws_access_key_id"), get("aws_secret_access_key"));
        let half = |present: &str, absent: &str| {
            ExitError::unavailable(format!(
                "no credentials: the profile `{profile}` has {present} but no {absent}"
            ))
            .help(format!("add {absent} to the same section of the same file"))
        };
        match (id, secret) {
            (None, None) => Ok(None),
            (Some(_), None) => Err(half("aws_access_key_id", "aws_secret_access_key")),
            (None, Some(_)) => Err(half("aws_secret_access_key", "aws_access_key_id")),
            (Some((id, origin)), Some((secret, _))) => {
                // The second is botocore's older name.
                let token = get("aws_session_token").or_else(|| get("aws_security_token"));
                let token = token.map_or("", |(token, _)| token);
                let credentials = Credentials::new(id, secret).with_session_token(token);
                Ok(Some((credentials, origin)))
            }
        }
    }

    fn value(&self, kind: &str, section: &str, name: &str) -> Option<(&str, Origin)> {
        self.sections_of(kind, section).rev().find_map(|section| section.get(name))
    }

    fn sections_of(&self, kind: &str, name: &str) -> impl DoubleEndedIterator<Item = &Section> {
        self.sections.iter().filter(move |it| it.kind == kind && it.name == name)
    }
}

/// `path` with the home folder for `~`; `None` if the home folder is unknown.
fn expand_home(path: &str, environment: &Environment) -> Option<PathBuf> {
    let Some(rest) = path.strip_prefix("~/") else { return Some(path.into()) };
    let home = environment.in_process("HOME").or_else(|| environment.in_process("USERPROFILE"))?;
    Some(Path::new(home).join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiles(credentials: &str, config: &str) -> Result<Profiles, (usize, &'static str)> {
        let mut sections = parse(config, FileKind::Config, &Origin::Profiles)?;
        sections.extend(parse(credentials, FileKind::Credentials, &Origin::Profiles)?);
        Ok(Profiles { sections })
    }

    fn keys(profiles: &Profiles, name: &str) -> (String, String, Option<String>) {
        match profiles.key_source(name) {
            Ok(Some(KeySource::Static(keys, _))) => (
                keys.access_key_id.as_str().to_owned(),
                keys.secret_key.expose().to_owned(),
                keys.session_token.map(|token| token.expose().to_owned()),
            ),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn files_are_parsed_as_in_the_aws_cli() {
        let credentials = "\u{feff}# mine\n[default]\n    aws_access_key_id = A\n    \
                           AWS_SECRET_ACCESS_KEY: b=/c\n[other]\naws_access_key_id = B ; old\n\
                           aws_secret_access_key = c\naws_security_token = t\n";
        let config = "[default]\nregion = eu-west-1\ns3 =\n  max_queue_size = 5\n\
                      [profile \"my work\"]\nregion=us-east-1\nservices = local\n\
                      [services local]\ns3 =\n  endpoint_url = http://127.0.0.1:9000\n\
                      ec2 =\n  endpoint_url = http://127.0.0.1:9001\n";
        let profiles = profiles(credentials, config).unwrap();
        assert_eq!(keys(&profiles, "default"), ("A".into(), "b=/c".into(), None));
        assert_eq!(keys(&profiles, "other"), ("B".into(), "c".into(), Some("t".into())));
        assert_eq!(profiles.property("default", "region").unwrap().0, "eu-west-1");
        assert_eq!(profiles.property("my work", "region").unwrap().0, "us-east-1");
        let (url, _) = profiles.grouped("services", "local", "ec2", "endpoint_url").unwrap();
        assert_eq!(url, "http://127.0.0.1:9001");
        assert!(profiles.for_sdk().contains("[profile default]\nregion = eu-west-1\n"));
    }

    #[test]
    fn an_invalid_line_is_reported_by_number() {
        for (text, line, part) in [
            ("[default]\naws_access_key_id = A\n[other\n", 3, "no ]"),
            ("aws_access_key_id = A\n", 1, "before the first"),
            ("[default]\n\nword\n", 3, "not name = value"),
            ("[default]\n= A\n", 2, "no name"),
            ("[default]\naws_access_key_id = A\n  aws_secret_access_key = b\n", 3, "indented"),
        ] {
            let (found, why) = profiles(text, "").unwrap_err();
            assert!(found == line && why.contains(part), "{text}: line {found} {why}");
        }
    }

    #[test]
    fn a_key_pair_from_two_files_is_an_error() {
        let id = "[work]\naws_access_key_id = A\n";
        let secret = "[profile work]\naws_secret_access_key = b\n";
        let error = profiles(id, secret).unwrap().key_source("work").unwrap_err();
        assert!(error.message.contains("no aws_secret_access_key"), "{error}");
    }

    #[test]
    fn a_profile_in_the_form_of_the_other_file_gets_a_hint() {
        let profiles = profiles("[profile work]\n", "[home]\n").unwrap();
        assert!(!profiles.has("work") && !profiles.has("home"));
        assert!(profiles.hint("work").unwrap().contains("write [work]"));
        assert!(profiles.hint("home").unwrap().contains("write [profile home]"));
        assert_eq!(profiles.hint("other"), None);
    }
}
