//! The profiles of `~/.aws/credentials` and `~/.aws/config`, or of the files that
//! `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` name in their place.
//!
//! The SDK has a reader of its own. It takes no indented property and no quoted name, both of which
//! the aws CLI takes, knows nothing of an env file, and its error for a whole file is one line without
//! the place. What is read here is given to both sides.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    environment::{Environment, Origin},
    error::ExitError,
};

/// Every section of both files, in the order in which a later one wins.
#[derive(Debug, Default)]
pub struct Profiles {
    sections: Vec<Section>,
}

/// A section, with what stands in it.
#[derive(Debug)]
struct Section {
    file: Kind,
    /// `profile`, `sso-session`, `services`; nothing where the file's form is not kept.
    kind: String,
    name: String,
    origin: Origin,
    /// In small letters. A group (`s3 =` with indented lines) holds its lines, each after a line end.
    properties: BTreeMap<String, String>,
}

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Config,
    Credentials,
}

/// How a profile comes to its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// They stand in it.
    Keys(StaticKeys),
    /// It runs a command that prints them.
    Process(Origin),
    /// It asks a service for them: in words, what the profile does.
    Service(&'static str),
}

/// Keys that stand in a profile, all in one file.
#[derive(Clone, PartialEq, Eq)]
pub struct StaticKeys {
    /// `aws_access_key_id`
    pub access_key_id: String,
    /// `aws_secret_access_key`
    pub secret_access_key: String,
    /// `aws_session_token`, or botocore's older `aws_security_token`.
    pub session_token: Option<String>,
    /// Of the file.
    pub origin: Origin,
}

/// Properties with which a profile asks a service for its keys, in the order in which botocore looks
/// for them, all before keys in the profile itself.
const SERVICES: [(&str, &str); 5] = [
    ("role_arn", "assumes a role"),
    ("web_identity_token_file", "assumes a role by web identity"),
    ("sso_session", "signs in through IAM Identity Center (SSO)"),
    ("sso_start_url", "signs in through IAM Identity Center (SSO)"),
    ("login_session", "signs in through `aws login`"),
];

impl Profiles {
    /// Reads both files. One that is not there holds nothing.
    ///
    /// # Errors
    /// Exit 3: a file that cannot be read or parsed, with the number of the line and without its
    /// content, which may be a secret.
    pub fn load(environment: &Environment) -> Result<Self, ExitError> {
        let mut sections = Vec::new();
        for (kind, variable, default) in [
            (Kind::Config, "AWS_CONFIG_FILE", "~/.aws/config"),
            (Kind::Credentials, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        ] {
            let (path, origin) = match environment.get(variable) {
                Some((path, origin @ Origin::File(_))) => (path, origin),
                Some((path, _)) => (path, Origin::Profiles),
                None => (default, Origin::Profiles),
            };
            let Some(path) = expanded(path, environment) else { continue };
            if let Some(text) = read(&path)? {
                sections.extend(parse(&text, kind, &origin).map_err(|(line, why)| {
                    ExitError::unavailable(format!(
                        "{}, line {line} {why} (the line is not shown: it may hold a secret)",
                        path.display()
                    ))
                    .help(
                        "a profile is [name] in credentials, [profile name] in config, and below \
                           it lines of name = value",
                    )
                })?);
            }
        }
        Ok(Self { sections })
    }

    /// The property `name`, in small letters, of the profile `profile`, with its origin; that of the
    /// credentials file goes before that of the config file, as with the aws CLI.
    #[must_use]
    pub fn property(&self, profile: &str, name: &str) -> Option<(&str, Origin)> {
        self.value("profile", profile, name)
    }

    /// The property `name` in the group `group` of the section `[kind section]`: for `[services x]`,
    /// what is set for one service.
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

    /// Whether there is a profile of that name.
    #[must_use]
    pub fn has(&self, profile: &str) -> bool {
        self.of("profile", profile).next().is_some()
    }

    /// Why the profile `name`, which is not there, may be missed: it stands in a form that is not
    /// that of its file.
    #[must_use]
    pub fn hint(&self, name: &str) -> Option<String> {
        let stands = |kind, section: &str| {
            self.sections
                .iter()
                .any(|it| it.file == kind && it.kind.is_empty() && it.name == section)
        };
        if stands(Kind::Config, name) {
            return Some(format!("the config file has [{name}]; write [profile {name}] there"));
        }
        let prefixed = format!("profile {name}");
        let is_prefixed = |it: &Section| it.file == Kind::Credentials && it.name == prefixed;
        self.sections
            .iter()
            .any(is_prefixed)
            .then(|| format!("the credentials file has [{prefixed}]; write [{name}] there"))
    }

    /// How the profile `name` comes to its keys, if it does.
    ///
    /// # Errors
    /// Exit 3: half a key pair.
    pub fn source(&self, name: &str) -> Result<Option<Source>, ExitError> {
        if let Some(&(_, does)) =
            SERVICES.iter().find(|(property, _)| self.property(name, property).is_some())
        {
            return Ok(Some(Source::Service(does)));
        }
        // Of one file: an id from one and a secret from the other are no pair.
        for file in [Kind::Credentials, Kind::Config] {
            if let Some(keys) = self.keys(file, name)? {
                return Ok(Some(Source::Keys(keys)));
            }
        }
        let process = self.property(name, "credential_process");
        Ok(process.map(|(_, origin)| Source::Process(origin)))
    }

    /// Everything but groups as one config file in the form that the SDK reads.
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

    fn keys(&self, file: Kind, profile: &str) -> Result<Option<StaticKeys>, ExitError> {
        let get = |name: &str| {
            let sections = self.of("profile", profile).filter(|section| section.file == file);
            sections.rev().find_map(|section| section.get(name))
        };
        let (id, secret) = (get("aws_access_key_id"), get("aws_secret_access_key"));
        let half = |there: &str, absent: &str| {
            ExitError::unavailable(format!(
                "no credentials: the profile `{profile}` has {there} and no {absent} beside it"
            ))
            .help(format!("write {absent} into the same section of the same file"))
        };
        match (id, secret) {
            (None, None) => Ok(None),
            (Some(_), None) => Err(half("aws_access_key_id", "aws_secret_access_key")),
            (None, Some(_)) => Err(half("aws_secret_access_key", "aws_access_key_id")),
            (Some((id, origin)), Some((secret, _))) => Ok(Some(StaticKeys {
                access_key_id: id.to_owned(),
                secret_access_key: secret.to_owned(),
                session_token: get("aws_session_token")
                    .or_else(|| get("aws_security_token"))
                    .map(|(token, _)| token.to_owned()),
                origin,
            })),
        }
    }

    fn value(&self, kind: &str, section: &str, name: &str) -> Option<(&str, Origin)> {
        self.of(kind, section).rev().find_map(|section| section.get(name))
    }

    fn of(&self, kind: &str, name: &str) -> impl DoubleEndedIterator<Item = &Section> {
        self.sections.iter().filter(move |it| it.kind == kind && it.name == name)
    }
}

impl Section {
    /// The value of a property that is not empty.
    fn get(&self, name: &str) -> Option<(&str, Origin)> {
        let value = self.properties.get(name).filter(|value| !value.is_empty())?;
        Some((value, self.origin.clone()))
    }
}

impl std::fmt::Debug for StaticKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaticKeys")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// `path` with the home folder in the place of `~`, if that is known.
fn expanded(path: &str, environment: &Environment) -> Option<PathBuf> {
    let Some(rest) = path.strip_prefix("~/") else { return Some(path.into()) };
    let home = environment.in_process("HOME").or_else(|| environment.in_process("USERPROFILE"))?;
    Some(Path::new(home).join(rest))
}

fn read(path: &Path) -> Result<Option<String>, ExitError> {
    let shown = path.display();
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(ExitError::unavailable(format!("{shown} cannot be read: {error}")));
        }
    };
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(ExitError::unavailable(format!("{shown} is UTF-16")).help("save it as UTF-8"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|&byte| byte == b'\n').count();
        ExitError::unavailable(format!("{shown}, line {line} is not UTF-8"))
            .help("save it as UTF-8")
    })?;
    Ok(Some(text))
}

/// The sections of a file; or the number of a line, and what is wrong with it as a predicate.
fn parse(text: &str, file: Kind, origin: &Origin) -> Result<Vec<Section>, (usize, &'static str)> {
    let mut sections: Vec<Section> = Vec::new();
    // The property that an indented line may belong to, with its own indentation.
    let mut above: Option<(String, usize)> = None;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let wrong = |why| (index + 1, why);
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = content.strip_prefix('[') {
            let (header, rest) =
                header.split_once(']').ok_or(wrong("opens a section with [ and has no ]"))?;
            if !rest.trim().is_empty() && !rest.trim().starts_with(['#', ';']) {
                return Err(wrong("has text behind the ] of its section"));
            }
            let (kind, name) = named(header, file);
            let properties = BTreeMap::new();
            sections.push(Section { file, kind, name, origin: origin.clone(), properties });
            above = None;
            continue;
        }
        let section = sections.last_mut().ok_or(wrong("stands before the first [section]"))?;
        let indentation = line.len() - line.trim_start().len();
        if let Some((name, _)) = above.as_ref().filter(|(_, above)| indentation > *above) {
            let value = section.properties.get_mut(name).expect("it was inserted");
            if !value.is_empty() && !value.starts_with('\n') {
                return Err(wrong("is indented, which makes it a part of the value above it"));
            }
            value.push('\n');
            value.push_str(content);
            continue;
        }
        let at = content.find(['=', ':']).ok_or(wrong("is not name = value"))?;
        let (name, value) = (content[..at].trim_end().to_lowercase(), &content[at + 1..]);
        if name.is_empty() {
            return Err(wrong("has no name before its ="));
        }
        section.properties.insert(name.clone(), without_comment(value.trim()).to_owned());
        above = Some((name, indentation));
    }
    Ok(sections)
}

/// Kind and name of the section that `header` begins.
fn named(header: &str, file: Kind) -> (String, String) {
    let header = header.trim();
    match file {
        Kind::Credentials => {
            let name = unquoted(header);
            let kind = if name.starts_with("profile ") { "" } else { "profile" };
            (kind.to_owned(), name.to_owned())
        }
        Kind::Config if header == "default" => ("profile".to_owned(), header.to_owned()),
        Kind::Config => match header.split_once([' ', '\t']) {
            Some((kind, name)) => (kind.to_owned(), unquoted(name.trim()).to_owned()),
            None => (String::new(), header.to_owned()),
        },
    }
}

fn unquoted(name: &str) -> &str {
    let within = |mark| name.strip_prefix(mark).and_then(|name| name.strip_suffix(mark));
    within('"').or_else(|| within('\'')).unwrap_or(name)
}

/// `value` up to a `#` or `;` after white space.
fn without_comment(value: &str) -> &str {
    let begins = |&(at, _): &(usize, &str)| value[..at].ends_with([' ', '\t']);
    value.match_indices(['#', ';']).find(begins).map_or(value, |(at, _)| &value[..at]).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiles(credentials: &str, config: &str) -> Result<Profiles, (usize, &'static str)> {
        let mut sections = parse(config, Kind::Config, &Origin::Profiles)?;
        sections.extend(parse(credentials, Kind::Credentials, &Origin::Profiles)?);
        Ok(Profiles { sections })
    }

    fn keys(profiles: &Profiles, name: &str) -> (String, String, Option<String>) {
        match profiles.source(name) {
            Ok(Some(Source::Keys(keys))) => {
                (keys.access_key_id, keys.secret_access_key, keys.session_token)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_is_read_as_the_aws_cli_reads_it() {
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
    fn a_broken_line_is_named_by_number() {
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
    fn a_pair_stands_in_one_file() {
        let id = "[work]\naws_access_key_id = A\n";
        let secret = "[profile work]\naws_secret_access_key = b\n";
        let stop = profiles(id, secret).unwrap().source("work").unwrap_err();
        assert!(stop.message.contains("no aws_secret_access_key beside it"), "{}", stop.message);
    }

    #[test]
    fn a_profile_in_the_other_files_form_is_hinted_at() {
        let profiles = profiles("[profile work]\n", "[home]\n").unwrap();
        assert!(!profiles.has("work") && !profiles.has("home"));
        assert!(profiles.hint("work").unwrap().contains("write [work]"));
        assert!(profiles.hint("home").unwrap().contains("write [profile home]"));
        assert_eq!(profiles.hint("other"), None);
    }
}
