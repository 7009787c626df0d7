//! Escapes text from others, above all from servers. A name or message could otherwise clear the terminal,
//! set its title, reverse the reading direction, or add a row to a table.
//!
//! Each kind of output has one function here. Values in findings and JSON stay as they are; JSON writes a
//! hidden character as an escape with the same meaning.

use std::{borrow::Cow, fmt::Write as _};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Whether `character` is invisible or changes how others look: control characters (C0, DEL, C1), line and
/// paragraph separators, and the format characters (Cf) of Unicode 16, including variation selectors and
/// tags.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// `text` on one line, with each hidden character escaped as in Rust: `\n` or `\u{1b}`.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// Like [`line()`], but line ends stay as line feeds.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    let stays = |character| character == '\n';
    if text.contains("\r\n") {
        return Cow::Owned(escaped(&text.replace("\r\n", "\n"), stays).into_owned());
    }
    escaped(text, stays)
}

/// Text that is about to be printed. Line feeds and colours stay; other hidden characters are escaped.
/// Values from others were escaped before, so this is only a safety net.
#[must_use]
pub fn stray(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|character| is_hidden(character) && character != '\n') {
        return Cow::Borrowed(text);
    }
    let mut rest = text;
    let mut safe = String::with_capacity(text.len());
    while let Some(at) = rest.find('\u{1b}') {
        safe.push_str(&lines(&rest[..at]));
        rest = &rest[at..];
        let length = length_of_colour(rest);
        match length {
            Some(length) => safe.push_str(&rest[..length]),
            None => safe.push_str(&line(&rest[..1])),
        }
        rest = &rest[length.unwrap_or(1)..];
    }
    safe.push_str(&lines(rest));
    Cow::Owned(safe)
}

/// The length of the escape sequence at the start of `text`, if it only sets a colour or style.
fn length_of_colour(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|it: char| !it.is_ascii_digit() && it != ';')?;
    parameters[end..].starts_with('m').then_some("\u{1b}[".len() + end + 1)
}

/// A JSON document with the hidden characters escaped that JSON allows in strings.
#[must_use]
pub fn json(document: &str) -> Cow<'_, str> {
    // JSON escapes C0 itself. Outside strings there are only line feeds.
    let is_to_escape = |character: char| is_hidden(character) && !character.is_ascii_control();
    if !document.contains(|it| is_to_escape(it) || it == '\u{7f}') {
        return Cow::Borrowed(document);
    }
    let mut safe = String::with_capacity(document.len());
    for character in document.chars() {
        if is_to_escape(character) || character == '\u{7f}' {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Plain text for Markdown: one line, with all markup escaped.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let text = line(text);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // An underscore within a word is not markup.
            '_' if safe.ends_with(char::is_alphanumeric)
                && characters.peek().copied().is_some_and(char::is_alphanumeric) =>
            {
                safe.push('_');
            }
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => {
                safe.extend(['\\', character]);
            }
            other => safe.push(other),
        }
    }
    safe
}

/// A code span for Markdown, on one line. Empty text stays empty.
#[must_use]
pub fn markdown_code(text: &str) -> String {
    let text = line(text);
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run_of_backquotes(&text) + 1);
    // Markdown strips one space from each end of a code span.
    let needs_room = text.starts_with('`')
        || text.ends_with('`')
        || text.starts_with(' ') && text.ends_with(' ');
    let room = if needs_room { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

/// Like [`markdown_code`], for a cell of a table, which a bar would end.
#[must_use]
pub fn markdown_cell(text: &str) -> String {
    markdown_code(text).replace('|', "\\|")
}

/// A code block for Markdown, fenced by at least four backquotes and by more than it contains.
#[must_use]
pub fn markdown_block(text: &str) -> String {
    let fence = "`".repeat((longest_run_of_backquotes(text) + 1).max(4));
    format!("{fence}\n{}\n{fence}\n", lines(text).trim_end())
}

fn longest_run_of_backquotes(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// The findings with every string escaped by [`lines`]. Text renderers call this first, so that no field
/// is forgotten.
#[must_use]
pub fn findings<T: Serialize + DeserializeOwned>(found: &T) -> T {
    let legible = serde_json::to_value(found).map(values).and_then(serde_json::from_value);
    legible.unwrap_or_else(|error| unreachable!("findings can be written and read: {error}"))
}

/// Escapes every string and every field name with [`lines`].
fn values(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(lines(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(values).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (lines(&name).into_owned(), values(value)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_to_escape = |character: char| is_hidden(character) && !stays(character);
    if !text.contains(is_to_escape) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            _ if !is_to_escape(character) => safe.push(character),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            _ => {
                let _ = write!(safe, "{}", character.escape_unicode());
            }
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::{
        is_hidden, json, line, lines, markdown, markdown_block, markdown_cell, markdown_code, stray,
    };

    #[test]
    fn hidden_characters_are_written_out() {
        assert_eq!(line("a\n\r\t\u{1b}[2J"), r"a\n\r\t\u{1b}[2J");
        assert_eq!(
            line("\u{9b}31m\u{202e}b\u{2066}\u{200b}\u{feff}\u{e0041}"),
            r"\u{9b}31m\u{202e}b\u{2066}\u{200b}\u{feff}\u{e0041}"
        );
        assert_eq!(lines("a\r\nb\u{7f}\r"), "a\nb\\u{7f}\\r");
        assert_eq!(line("Grüße, 日本 ✓ …"), "Grüße, 日本 ✓ …");
    }

    #[test]
    fn of_what_is_printed_only_colours_and_line_feeds_stay() {
        let own = "\u{1b}[1;31merror\u{1b}[0m: a\n";
        assert_eq!(stray(own), own);
        assert_eq!(
            stray("\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}[31m"),
            "\\u{1b}[2J\\u{1b}]0;title\\u{7}\u{1b}[31m"
        );
        assert_eq!(stray("\u{1b}[31"), "\\u{1b}[31");
        assert_eq!(stray("\u{1b}\u{1b}[m\u{9b}x"), "\\u{1b}\u{1b}[m\\u{9b}x");
    }

    #[test]
    fn json_keeps_the_value_and_shows_the_character() {
        let text = "a\n\u{7f}\u{9b}\u{202e}\u{e0041}é";
        let document = serde_json::to_string_pretty(&[text]).unwrap();
        let safe = json(&document);
        assert!(!safe.chars().any(|it| is_hidden(it) && it != '\n'), "{safe}");
        assert!(safe.contains(r"\u007f\u009b\u202e\udb40\udc41é"), "{safe}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&safe).unwrap(), [text]);
    }

    #[test]
    fn markdown_of_others_has_no_markup() {
        assert_eq!(markdown("a_b _c_"), r"a_b \_c\_");
        assert_eq!(markdown_code(" a"), "` a`");
        assert_eq!(markdown("# a <b>|`c`\n*d*"), r"\# a &lt;b&gt;\|\`c\`\\n\*d\*");
        assert_eq!(markdown_code("a|b\nc"), r"`a|b\nc`");
        assert_eq!(markdown_cell("a|b"), r"`a\|b`");
        assert_eq!(markdown_code("a``b"), "```a``b```");
        assert_eq!(markdown_code("`a"), "`` `a ``");
        assert_eq!(markdown_code(""), "");
        assert_eq!(markdown_block("a\n````\n# b\u{1b}"), "`````\na\n````\n# b\\u{1b}\n`````\n");
    }
}
