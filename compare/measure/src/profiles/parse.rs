//! Parses profile files.

use std::{collections::BTreeMap, fs, io, path::Path};

use crate::{environment::Origin, error::ExitError};

/// A section of a profile file.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) file: FileKind,
    /// `profile`, `sso-session`, `services`; empty if the header is not of the file's form.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) origin: Origin,
    /// By name in lower case. The value of a group (`s3 =` with indented lines) has a line end before each
    /// of its lines.
    pub(super) properties: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Config,
    Credentials,
}

impl Section {
    /// The value of a property; an empty one counts as not set.
    pub(super) fn get(&self, name: &str) -> Option<(&str, Origin)> {
        let value = self.properties.get(name).filter(|value| !value.is_empty())?;
        Some((value, self.origin.clone()))
    }
}

/// The text of the file at `path`, if it exists.
pub(super) fn read(path: &Path) -> Result<Option<String>, ExitError> {
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

/// The sections of a file. The error is the number of the invalid line and a predicate.
pub(super) fn parse(
    text: &str,
    file: FileKind,
    origin: &Origin,
) -> Result<Vec<Section>, (usize, &'static str)> {
    let mut sections: Vec<Section> = Vec::new();
    // The previous property and its indentation; a line with more belongs to it.
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
                return Err(wrong("has text after the ] of its section"));
            }
            let (kind, name) = kind_and_name(header, file);
            let properties = BTreeMap::new();
            sections.push(Section { file, kind, name, origin: origin.clone(), properties });
            above = None;
            continue;
        }
        let section = sections.last_mut().ok_or(wrong("comes before the first [section]"))?;
        let indentation = line.len() - line.trim_start().len();
        if let Some((name, _)) = above.as_ref().filter(|(_, above)| indentation > *above) {
            let value = section.properties.get_mut(name).expect("it was inserted");
            if !value.is_empty() && !value.starts_with('\n') {
                return Err(wrong("is indented, which makes it part of the value above it"));
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

fn kind_and_name(header: &str, file: FileKind) -> (String, String) {
    let header = header.trim();
    match file {
        FileKind::Credentials => {
            let name = unquoted(header);
            let kind = if name.starts_with("profile ") { "" } else { "profile" };
            (kind.to_owned(), name.to_owned())
        }
        FileKind::Config if header == "default" => ("profile".to_owned(), header.to_owned()),
        FileKind::Config => match header.split_once([' ', '\t']) {
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
