//! Parses env files: one `NAME=value` per line, with literal values.
//!
//! The dialect is that of Node's dotenv: `export` may stand before a name. A quoted value may span lines;
//! within double quotes `\n` and `\r` are line ends. `#` after white space begins a comment. Variables are
//! not expanded, because a password may contain a `$`.

use std::{collections::HashMap, fs, path::Path};

use crate::error::ExitError;

/// How the file was chosen, which decides what happens to invalid lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileChoice {
    /// The user named the file: an invalid line is an error.
    Named,
    /// The file is `./.env`, perhaps meant for another program: an invalid line is an error only if it
    /// sets `AWS_…`; others are skipped with a warning.
    Default,
}

/// The contents of an env file.
#[derive(Debug, Default)]
pub(super) struct EnvFile {
    pub(super) values: HashMap<String, String>,
    /// They give a line's number but not its text.
    pub(super) warnings: Vec<String>,
}

/// One `NAME=value`.
struct Assignment<'a> {
    name: &'a str,
    value: String,
    /// How many lines it takes.
    lines: usize,
    /// Whether other parsers would expand a variable in it.
    has_dollar: bool,
}

/// Reads the file at `path`.
///
/// # Errors
/// Exit 2: the file is UTF-16, it has an invalid line (see [`FileChoice`]), or a named file cannot be read.
pub(super) fn read(path: &Path, choice: FileChoice) -> Result<EnvFile, ExitError> {
    let shown = path.display();
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let unread = format!("the env file {shown} cannot be read: {error}");
            return match choice {
                FileChoice::Named => Err(ExitError::usage(unread)),
                FileChoice::Default => Ok(EnvFile { warnings: vec![unread], ..EnvFile::default() }),
            };
        }
    };
    let is_utf_16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if is_utf_16 || bytes.contains(&0) {
        let what = if is_utf_16 { "UTF-16" } else { "not a text file, or UTF-16" };
        return Err(ExitError::usage(format!("the env file {shown} is {what}"))
            .help("save it as UTF-8; in PowerShell: … | Out-File -Encoding utf8 .env"));
    }
    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<_> = text.trim_start_matches('\u{feff}').split('\n').collect();
    let mut file = EnvFile::default();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let location = format!("{shown}, line {}", at + 1);
        match assignment(&lines[at..]) {
            Ok(None) => at += 1,
            Ok(Some(assignment)) => {
                at += assignment.lines;
                file.set(assignment, &location);
            }
            Err(why)
                if choice == FileChoice::Default && !without_export(line).starts_with("AWS_") =>
            {
                file.warnings.push(format!("{location} {why}; it is skipped"));
                at += 1;
            }
            Err(why) => {
                return Err(ExitError::usage(format!(
                    "{location} {why} (the line is not shown: it may contain a secret)"
                ))
                .help("write NAME=value, or NAME=\"a value\"; begin comments with #"));
            }
        }
    }
    Ok(file)
}

impl EnvFile {
    fn set(&mut self, Assignment { name, value, has_dollar, .. }: Assignment<'_>, location: &str) {
        // Other programs' variables need no warning.
        let is_used = name.starts_with("AWS_") || name.to_ascii_uppercase().ends_with("_PROXY");
        if is_used && has_dollar {
            self.warnings.push(format!("{location}: the $ in {name} is taken literally"));
        }
        if self.values.insert(name.to_owned(), value).is_some() && is_used {
            self.warnings.push(format!("{location} sets {name} again; this value is used"));
        }
    }
}

/// The assignment that begins on the first of `lines`, or `None` for a blank line or a comment. The error
/// is a predicate.
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

/// Parses a quoted value. `first` is the text after the opening `mark`; the value may end on a line of
/// `following`.
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
                return Err("has text after the closing quotation mark");
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
            // A missing mark must not swallow the keys below it.
            Some(next) if !without_export(next).starts_with("AWS_") => line = next,
            Some(_) | None => break,
        }
    }
    Err("opens a quotation mark that is not closed")
}

/// The position of the closing `mark` in `line`; `\"` does not close a double quote.
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

/// `value` up to a `#` at its start or after white space.
fn without_comment(value: &str) -> &str {
    let begins = |&(at, _): &(usize, &str)| at == 0 || value[..at].ends_with([' ', '\t']);
    value.match_indices('#').find(begins).map_or(value, |(at, _)| &value[..at]).trim_end()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{EnvFile, FileChoice, read};
    use crate::error::ExitError;

    fn read_text(content: impl AsRef<[u8]>, choice: FileChoice) -> Result<EnvFile, ExitError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, content).unwrap();
        read(&path, choice)
    }

    fn value(content: impl AsRef<[u8]>) -> String {
        let mut file = read_text(content, FileChoice::Named).unwrap();
        file.values.remove("NAME").expect("NAME is set")
    }

    #[test]
    fn values_are_parsed_as_in_nodes_dotenv() {
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
    fn a_dollar_in_an_aws_variable_gets_a_warning() {
        let file =
            read_text("AWS_SECRET_ACCESS_KEY=pa$HOME\nPS1=$X\n", FileChoice::Default).unwrap();
        let [warning] = &file.warnings[..] else { panic!("{:?}", file.warnings) };
        assert!(warning.contains("line 1") && warning.contains("literally"), "{warning}");
        assert_eq!(file.values["AWS_SECRET_ACCESS_KEY"], "pa$HOME");
    }

    #[test]
    fn an_invalid_line_of_another_program_is_skipped_only_in_the_default_file() {
        let content =
            b"no assignment\nNAME=Gr\xfc\xdfe\nOPEN=\"never closed\nAWS_REGION=eu-west-1\n";
        let file = read_text(content, FileChoice::Default).unwrap();
        assert_eq!(file.values["AWS_REGION"], "eu-west-1");
        assert_eq!(file.warnings.len(), 3, "{:?}", file.warnings);
        assert!(file.warnings[1].contains("line 2 is not UTF-8"), "{:?}", file.warnings);
        let error = read_text(content, FileChoice::Named).unwrap_err();
        assert!(error.message.contains("line 1"), "{error}");
    }

    #[test]
    fn an_invalid_line_that_sets_an_aws_variable_is_an_error_without_its_text() {
        for line in [
            "AWS_SECRET_ACCESS_KEY hush",
            "AWS_SECRET_ACCESS_KEY=\"hush",
            "export AWS_SECRET_ACCESS_KEY='hush' hush",
        ] {
            let text = format!("# keys\n{line}\n");
            let error = read_text(text, FileChoice::Default).unwrap_err();
            assert!(error.message.contains("line 2"), "{error}");
            assert!(!error.message.contains("hush"), "{error}");
        }
    }

    #[test]
    fn utf_16_is_an_error() {
        let error = read_text(b"\xff\xfeA\0=\0b\0\n\0", FileChoice::Default).unwrap_err();
        assert!(error.message.contains("UTF-16"), "{error}");
    }
}
