//! The reader of env files: `NAME=value` a line, values taken literally.
//!
//! The dialect is that of Node's dotenv: `export` before a name, quotation marks around a value
//! (which may then span lines; `\n` and `\r` are line ends in double ones), `#` after white space
//! begins a comment. Nothing is expanded, because a `$` in a password is a `$`.

use std::{collections::HashMap, fs, path::Path};

use crate::error::ExitError;

/// Who chose the file, which decides what a line that cannot be read means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chosen {
    /// The caller named it: every line must be readable.
    ByName,
    /// It lies in the current folder, perhaps for another program: only lines that set `AWS_…` must
    /// be readable, the others are skipped with a warning.
    ByPlace,
}

/// What a file sets.
#[derive(Debug, Default)]
pub(super) struct EnvFile {
    pub(super) values: HashMap<String, String>,
    /// Each names a line by its number and never shows it.
    pub(super) warnings: Vec<String>,
}

/// One `NAME=value`.
struct Assignment<'a> {
    name: &'a str,
    value: String,
    /// How many lines it takes.
    lines: usize,
    /// Whether other readers would expand a variable in it.
    has_dollar: bool,
}

/// Reads the file at `path`.
///
/// # Errors
/// Exit 2: the file is UTF-16, or has a line that cannot be read and must be; a named one cannot be
/// read at all.
pub(super) fn read(path: &Path, chosen: Chosen) -> Result<EnvFile, ExitError> {
    let shown = path.display();
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let unread = format!("the env file {shown} cannot be read: {error}");
            return match chosen {
                Chosen::ByName => Err(ExitError::usage(unread)),
                Chosen::ByPlace => Ok(EnvFile { warnings: vec![unread], ..EnvFile::default() }),
            };
        }
    };
    let is_utf_16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if is_utf_16 || bytes.contains(&0) {
        let what = if is_utf_16 { "UTF-16" } else { "no text file, or UTF-16" };
        return Err(ExitError::usage(format!("the env file {shown} is {what}"))
            .help("save it as UTF-8; in PowerShell: … | Out-File -Encoding utf8 .env"));
    }
    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<_> = text.trim_start_matches('\u{feff}').split('\n').collect();
    let mut file = EnvFile::default();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let place = format!("{shown}, line {}", at + 1);
        match assignment(&lines[at..]) {
            Ok(None) => at += 1,
            Ok(Some(found)) => {
                at += found.lines;
                file.set(found, &place);
            }
            Err(why) if chosen == Chosen::ByPlace && !without_export(line).starts_with("AWS_") => {
                file.warnings.push(format!("{place} {why}; it is skipped"));
                at += 1;
            }
            Err(why) => {
                return Err(ExitError::usage(format!(
                    "{place} {why} (the line is not shown: it may hold a secret)"
                ))
                .help("write NAME=value, or NAME=\"a value\"; begin comments with #"));
            }
        }
    }
    Ok(file)
}

impl EnvFile {
    fn set(&mut self, Assignment { name, value, has_dollar, .. }: Assignment<'_>, place: &str) {
        // Of other programs' variables nothing needs saying.
        let is_read = name.starts_with("AWS_") || name.to_ascii_uppercase().ends_with("_PROXY");
        if is_read && has_dollar {
            self.warnings.push(format!("{place}: the $ in {name} is taken literally"));
        }
        if self.values.insert(name.to_owned(), value).is_some() && is_read {
            self.warnings.push(format!("{place} sets {name} once more; this value is used"));
        }
    }
}

/// The assignment that the first of `lines` begins, if it is not blank or a comment; or why it
/// cannot be read, as a predicate.
fn assignment<'a>(lines: &[&'a str]) -> Result<Option<Assignment<'a>>, &'static str> {
    let line = without_export(lines[0]);
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    if line.contains(char::REPLACEMENT_CHARACTER) {
        return Err("is not UTF-8");
    }
    let (name, value) = line.split_once('=').ok_or("is not NAME=value")?;
    let (name, value) = (name.trim_end(), value.trim_start());
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if name.is_empty() || !name.chars().all(in_name) {
        return Err("is not NAME=value");
    }
    if let Some(mark @ ('"' | '\'' | '`')) = value.chars().next() {
        return quoted(name, mark, &value[1..], &lines[1..]).map(Some);
    }
    let value = without_comment(value);
    let has_dollar = value.contains('$');
    Ok(Some(Assignment { name, value: value.to_owned(), lines: 1, has_dollar }))
}

/// Reads a quoted value: it begins behind the opening `mark`, and may end in a line of `following`.
fn quoted<'a>(
    name: &'a str,
    mark: char,
    first: &str,
    following: &[&str],
) -> Result<Assignment<'a>, &'static str> {
    let mut value = String::new();
    let mut line = first;
    for count in 1.. {
        if let Some(end) = closing(line, mark) {
            let rest = line[end + mark.len_utf8()..].trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Err("has text behind the closing quotation mark");
            }
            value.push_str(&line[..end]);
            let has_dollar = mark != '\'' && value.contains('$');
            if mark == '"' {
                value = value.replace("\\n", "\n").replace("\\r", "\r");
            }
            return Ok(Assignment { name, value, lines: count, has_dollar });
        }
        value.push_str(line);
        value.push('\n');
        match following.get(count - 1) {
            // A forgotten mark must not swallow the keys below it.
            Some(next) if !without_export(next).starts_with("AWS_") => line = next,
            Some(_) | None => break,
        }
    }
    Err("opens a quotation mark that is not closed")
}

/// Where `mark` closes in `line`; a double one is not closed by `\"`.
fn closing(line: &str, mark: char) -> Option<usize> {
    let escaped = |at: usize| mark == '"' && line[..at].ends_with('\\');
    line.match_indices(mark).map(|(at, _)| at).find(|&at| !escaped(at))
}

fn without_export(line: &str) -> &str {
    let line = line.trim();
    match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => line,
    }
}

/// `value` up to a `#` at its beginning or after white space.
fn without_comment(value: &str) -> &str {
    let begins = |&(at, _): &(usize, &str)| at == 0 || value[..at].ends_with([' ', '\t']);
    value.match_indices('#').find(begins).map_or(value, |(at, _)| &value[..at]).trim_end()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Chosen, EnvFile, read};
    use crate::error::ExitError;

    fn reading(content: impl AsRef<[u8]>, chosen: Chosen) -> Result<EnvFile, ExitError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, content).unwrap();
        read(&path, chosen)
    }

    fn value(content: impl AsRef<[u8]>) -> String {
        let mut file = reading(content, Chosen::ByName).unwrap();
        file.values.remove("NAME").expect("NAME is set")
    }

    #[test]
    fn values_are_read_as_nodes_dotenv_reads_them() {
        for (line, expected) in [
            ("NAME=My App", "My App"),
            ("export NAME = 'a value' # why", "a value"),
            ("NAME=it's me", "it's me"),
            ("NAME=C:\\Users\\me", "C:\\Users\\me"),
            ("NAME={\"a\": 1, \"b\": \"x y\"}", "{\"a\": 1, \"b\": \"x y\"}"),
            ("NAME=a#b # a comment", "a#b"),
            ("NAME=# a comment", ""),
            ("NAME=\"two\\nlines\"", "two\nlines"),
            ("NAME=\"two\nlines\"", "two\nlines"),
            ("NAME='a\\nb'\r\nMY-VAR=1\r\n", "a\\nb"),
            ("\u{feff}NAME=first", "first"),
            ("NAME=p$HOME$$", "p$HOME$$"),
            ("NAME=\"$HOME\"", "$HOME"),
        ] {
            assert_eq!(value(line), expected, "{line}");
        }
    }

    #[test]
    fn a_dollar_in_a_value_that_is_used_is_mentioned() {
        let file = reading("AWS_SECRET_ACCESS_KEY=pa$HOME\nPS1=$X\n", Chosen::ByPlace).unwrap();
        let [warning] = &file.warnings[..] else { panic!("{:?}", file.warnings) };
        assert!(warning.contains("line 1") && warning.contains("literally"), "{warning}");
        assert_eq!(file.values["AWS_SECRET_ACCESS_KEY"], "pa$HOME");
    }

    #[test]
    fn a_line_for_nobody_here_is_skipped_with_one_warning_in_a_file_that_was_not_named() {
        let content =
            b"no assignment\nNAME=Gr\xfc\xdfe\nOPEN=\"never closed\nAWS_REGION=eu-west-1\n";
        let file = reading(content, Chosen::ByPlace).unwrap();
        assert_eq!(file.values["AWS_REGION"], "eu-west-1");
        assert_eq!(file.warnings.len(), 3, "{:?}", file.warnings);
        assert!(file.warnings[1].contains("line 2 is not UTF-8"), "{:?}", file.warnings);
        let stop = reading(content, Chosen::ByName).unwrap_err();
        assert!(stop.message.contains("line 1"), "{}", stop.message);
    }

    #[test]
    fn a_broken_line_that_sets_a_variable_of_awss_is_an_error_that_does_not_show_it() {
        for line in [
            "AWS_SECRET_ACCESS_KEY hush",
            "AWS_SECRET_ACCESS_KEY=\"hush",
            "export AWS_SECRET_ACCESS_KEY='hush' hush",
        ] {
            let stop = reading(format!("# keys\n{line}\n"), Chosen::ByPlace).unwrap_err();
            assert!(stop.message.contains("line 2"), "{}", stop.message);
            assert!(!stop.message.contains("hush"), "{}", stop.message);
        }
    }

    #[test]
    fn utf_16_is_named() {
        let stop = reading(b"\xff\xfeA\0=\0b\0\n\0", Chosen::ByPlace).unwrap_err();
        assert!(stop.message.contains("UTF-16"), "{}", stop.message);
    }
}
