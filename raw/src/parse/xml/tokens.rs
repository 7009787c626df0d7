//! A document as a row of tags and texts.
//!
//! AWS writes `<Name>text</Name>`, the quotes of S3's `ETag`s as entities, and little else. These are
//! cut here; whatever else XML has (attributes, comments, CDATA, `<Name/>`) is an event of quick-xml's.
//! To ask quick-xml for all of them would be shorter, and take several times as long: its searches
//! are made for texts longer than these, it checks the UTF-8 of every event anew, and it keeps the
//! open names in a stack of its own.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesText, Event};

use super::MOST_QUOTED;
use super::characters::{Characters, is_forbidden};
use super::error::{XmlError, XmlErrorKind};

/// What AWS's documents begin with.
const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// Elements that may be open at once. AWS's answers nest about ten.
const DEEPEST: usize = 64;

/// `quot`, or `apos`.
const LONGEST_ENTITY: usize = 4;

/// What a document consists of, as far as it matters here.
pub(super) enum XmlToken<'a> {
    /// By its name without prefix.
    Start(&'a str),
    Text(Cow<'a, str>),
    End,
}

/// The pieces of a document, one after the other.
pub(super) struct XmlTokens<'a> {
    body: &'a str,
    characters: Characters,
    has_doctype: bool,
    /// Bytes of it that are behind us.
    at: usize,
    /// Names of the elements that are open, outermost first, as they are written.
    open: Vec<&'a str>,
    /// `<a/>` is one tag, and its end is still to be handed out.
    ended_at_once: bool,
}

impl<'a> XmlTokens<'a> {
    pub(super) fn of(body: &'a str, characters: Characters) -> Self {
        let at = if body.starts_with(DECLARATION) { DECLARATION.len() } else { 0 };
        let open = Vec::with_capacity(8);
        Self { body, characters, has_doctype: false, at, open, ended_at_once: false }
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// How many bytes are behind us.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The innermost element that is open.
    pub(super) fn innermost(&self) -> Option<&'a str> {
        self.open.last().copied().map(without_prefix)
    }

    /// What is still ahead.
    pub(super) fn rest(&self) -> &'a str {
        &self.body[self.at..]
    }

    /// `kind`, with the place that has been reached.
    pub(super) fn error(&self, kind: XmlErrorKind) -> XmlError {
        let outermost: Vec<_> = self.open.iter().take(8).copied().map(without_prefix).collect();
        XmlError { at: self.at, path: outermost.join("/"), kind }
    }

    /// The next piece. That there is none is a fault.
    pub(super) fn next(&mut self) -> Result<XmlToken<'a>, XmlError> {
        if std::mem::take(&mut self.ended_at_once) {
            self.open.pop();
            return Ok(XmlToken::End);
        }
        loop {
            let rest = self.rest();
            if let Some((text, length)) = text(rest) {
                self.at += length;
                return Ok(XmlToken::Text(text));
            }
            if let Some((name, length)) = plain_start(rest) {
                self.at += length;
                self.push(name)?;
                return Ok(XmlToken::Start(name));
            }
            if let Some(name) = self.open.last().filter(|name| is_plain_end(rest, name)) {
                self.at += "</>".len() + name.len();
                self.open.pop();
                return Ok(XmlToken::End);
            }
            if let Some((text, length)) = predefined_entity(rest) {
                self.at += length;
                return Ok(XmlToken::Text(Cow::Borrowed(text)));
            }
            if let Some(piece) = self.piece(rest)? {
                return Ok(piece);
            }
        }
    }

    /// Makes sure that nothing is ahead but white space, comments and processing instructions.
    pub(super) fn finish(mut self) -> Result<(), XmlError> {
        debug_assert!(self.open.is_empty(), "finish() comes after the root's end");
        while !self.rest().is_empty() {
            let rest = self.rest();
            let may_follow = if let Some((text, length)) = text(rest) {
                self.at += length;
                text.trim_ascii().is_empty()
            } else {
                matches!(self.event(rest), Ok(Event::Comment(_) | Event::PI(_)))
            };
            if !may_follow {
                return Err(self.error(XmlErrorKind::Trailing));
            }
        }
        Ok(())
    }

    /// The piece that quick-xml sees at the beginning of `rest`; none for what is passed over. Not a
    /// part of `next`, which would make room for it at every piece.
    #[inline(never)]
    fn piece(&mut self, rest: &'a str) -> Result<Option<XmlToken<'a>>, XmlError> {
        let began = self.at;
        let piece = match self.event(rest)? {
            Event::Start(tag) => self.step_in(&rest["<".len()..][..tag.name().0.len()])?,
            Event::Empty(tag) => {
                self.ended_at_once = true;
                self.step_in(&rest["<".len()..][..tag.name().0.len()])?
            }
            Event::End(tag) => self.step_out(tag.name().0)?,
            Event::Text(text) => XmlToken::Text(text.xml10_content()),
            Event::CData(text) => XmlToken::Text(text.xml10_content()),
            Event::GeneralRef(entity) => XmlToken::Text(self.resolve(&entity)?),
            Event::Decl(_) | Event::DocType(_) if !self.open.is_empty() => {
                return Err(self.error(XmlErrorKind::StrayText));
            }
            // The usual declaration has been passed over, so this is another one, or the second.
            Event::Decl(declaration) if began == 0 => {
                self.check_encoding(&declaration)?;
                return Ok(None);
            }
            Event::DocType(_) if !self.has_doctype => {
                self.has_doctype = true;
                return Ok(None);
            }
            Event::Decl(_) | Event::DocType(_) => return Err(self.error(XmlErrorKind::Prolog)),
            Event::Comment(_) | Event::PI(_) => return Ok(None),
            Event::Eof => return Err(self.error(XmlErrorKind::EndsEarly)),
        };
        Ok(Some(piece))
    }

    /// Whether the document is in the encoding in which it was read.
    fn check_encoding(&self, declaration: &BytesDecl<'_>) -> Result<(), XmlError> {
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("utf-8") => Ok(()),
            Some(Ok(encoding)) => {
                Err(self
                    .error(XmlErrorKind::Encoding(encoding.chars().take(MOST_QUOTED).collect())))
            }
            Some(Err(error)) => Err(self.error(XmlErrorKind::Syntax(error.into()))),
        }
    }

    /// The event that `rest` begins with.
    fn event(&mut self, rest: &'a str) -> Result<Event<'a>, XmlError> {
        let mut reader = Reader::from_str(rest);
        // Which element an end tag ends is known here.
        reader.config_mut().allow_unmatched_ends = true;
        let event = reader.read_event();
        self.at += usize::try_from(reader.buffer_position()).expect("the body is in memory");
        event.map_err(|error| self.error(XmlErrorKind::Syntax(error)))
    }

    /// A start tag that is written unusually.
    fn step_in(&mut self, name: &'a str) -> Result<XmlToken<'a>, XmlError> {
        // quick-xml takes it for a name, and finds no end to the tag that ends it.
        if name.contains(['\'', '"']) {
            return Err(self.error(XmlErrorKind::Syntax(Error::Syntax(SyntaxError::UnclosedTag))));
        }
        self.push(name)?;
        Ok(XmlToken::Start(without_prefix(name)))
    }

    fn push(&mut self, name: &'a str) -> Result<(), XmlError> {
        if self.open.len() == DEEPEST {
            return Err(self.error(XmlErrorKind::TooDeep));
        }
        self.open.push(name);
        Ok(())
    }

    /// An end tag that is written unusually, or is the wrong one.
    fn step_out(&mut self, name: &str) -> Result<XmlToken<'a>, XmlError> {
        let wrong = match self.open.last() {
            Some(&open) if open == name => {
                self.open.pop();
                return Ok(XmlToken::End);
            }
            Some(&open) => IllFormedError::MismatchedEndTag {
                expected: open.to_owned(),
                found: name.to_owned(),
            },
            None => IllFormedError::UnmatchedEndTag(name.to_owned()),
        };
        Err(self.error(XmlErrorKind::Syntax(Error::IllFormed(wrong))))
    }

    /// `&#60;` and its like; beyond those AWS defines none but the five of XML.
    fn resolve(&self, entity: &BytesRef<'_>) -> Result<Cow<'a, str>, XmlError> {
        match entity.resolve_char_ref() {
            Ok(Some(character))
                if self.characters == Characters::OfXml && is_forbidden(character) =>
            {
                Err(self.error(XmlErrorKind::Character(character.into())))
            }
            Ok(Some(character)) => Ok(String::from(character).into()),
            Ok(None) => {
                Err(self.error(XmlErrorKind::Entity(entity.chars().take(MOST_QUOTED).collect())))
            }
            Err(error) => Err(self.error(XmlErrorKind::Syntax(error))),
        }
    }
}

/// The text that `rest` begins with, up to a tag or an entity, and its length as it is written.
fn text(rest: &str) -> Option<(Cow<'_, str>, usize)> {
    let up_to = |end: fn(u8) -> bool| rest.bytes().position(end).unwrap_or(rest.len());
    let length = up_to(|byte| matches!(byte, b'<' | b'&' | b'\r'));
    if rest[length..].starts_with('\r') {
        // Line ends are for quick-xml to normalise; AWS's texts are one line.
        let length = up_to(|byte| matches!(byte, b'<' | b'&'));
        return Some((BytesText::from_escaped(&rest[..length]).xml10_content(), length));
    }
    (length > 0).then(|| (Cow::Borrowed(&rest[..length]), length))
}

/// The name and the length of the start tag that `rest` begins with, if the name is of letters, and
/// at most a namespace follows it, as in AWS's roots.
fn plain_start(rest: &str) -> Option<(&str, usize)> {
    let tag = rest.strip_prefix('<')?;
    let name = &tag[..tag.bytes().position(|byte| !byte.is_ascii_alphabetic())?];
    let mut after = &tag[name.len()..];
    if let Some(namespace) = after.strip_prefix(r#" xmlns=""#) {
        (_, after) = namespace.split_once('"')?;
    }
    let after = after.strip_prefix('>')?;
    (!name.is_empty()).then(|| (name, rest.len() - after.len()))
}

/// What `&lt;` or its like at the beginning of `rest` stands for, and its length.
fn predefined_entity(rest: &str) -> Option<(&'static str, usize)> {
    let entity = rest.strip_prefix('&')?;
    let length = entity.bytes().take(LONGEST_ENTITY + 1).position(|byte| byte == b';')?;
    resolve_predefined_entity(&entity[..length]).map(|text| (text, "&;".len() + length))
}

fn is_plain_end(rest: &str, name: &str) -> bool {
    rest.strip_prefix("</")
        .and_then(|tag| tag.strip_prefix(name))
        .is_some_and(|after| after.starts_with('>'))
}

fn without_prefix(name: &str) -> &str {
    match name.bytes().position(|byte| byte == b':') {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::super::characters::Characters;
    use super::{DECLARATION, XmlToken, XmlTokens};
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::escape::resolve_predefined_entity;
    use quick_xml::events::Event;

    /// The pieces of `body` in words, up to its end or to what is wrong with it.
    fn cut(body: &str) -> Vec<String> {
        let mut pieces = XmlTokens::of(body, Characters::Any);
        let mut words = Vec::new();
        while let Ok(piece) = pieces.next() {
            words.push(match piece {
                XmlToken::Start(name) => format!("<{name}>"),
                XmlToken::Text(text) => text.into_owned(),
                XmlToken::End => "</>".to_owned(),
            });
        }
        words
    }

    /// The same, of quick-xml alone.
    fn read(body: &str) -> Vec<String> {
        let mut reader = Reader::from_str(body);
        reader.config_mut().expand_empty_elements = true;
        let mut words = Vec::new();
        let mut depth = 0;
        while let Ok(event) = reader.read_event() {
            words.push(match event {
                Event::Start(tag) => {
                    depth += 1;
                    format!("<{}>", tag.local_name().as_ref())
                }
                Event::End(_) => {
                    depth -= 1;
                    "</>".to_owned()
                }
                Event::Text(text) => text.xml10_content().into_owned(),
                Event::CData(text) => text.xml10_content().into_owned(),
                Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    Ok(None) => match resolve_predefined_entity(&entity) {
                        Some(text) => text.to_owned(),
                        None => break,
                    },
                    Err(_) => break,
                },
                Event::Decl(_) | Event::DocType(_) if depth > 0 => break,
                Event::Decl(_) | Event::DocType(_) | Event::Comment(_) | Event::PI(_) => continue,
                Event::Empty(_) => unreachable!("it was expanded"),
                Event::Eof => break,
            });
        }
        words
    }

    /// A part of a document, mostly a whole one.
    fn part() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            6 => "[ab]{1,3}|[ \r\n]{1,3}|\u{fc}|a\rb",
            2 => "&(lt|quot|nbsp|#60|#x0|#);|&",
            2 => "<!--(-)?-->|<!\\[CDATA\\[<\r]]>|<\\?a\\?>|<!DOCTYPE a>|<\\?xml version='1.0'\\?>",
            1 => "</?a( |\n)?>|<|</|<!|<\\?|>|/|\"|\u{feff}",
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            let name = "[abA]{1,3}|a:b|[a1]{2}|\u{fc}|-";
            let after_name = "|( |\n| x='>'| xmlns=\"u\"| xmlns=\"u\" a=\"b\"| xmlns=\")?";
            let content = prop::collection::vec(inner, 0..4);
            prop_oneof![
                8 => (name, after_name, content).prop_map(|(name, after_name, content)| {
                    format!("<{name}{after_name}>{}</{name}>", content.concat())
                }),
                1 => (name, after_name).prop_map(|(name, after_name)| format!("<{name}{after_name}/>")),
            ]
        })
    }

    #[test]
    fn a_name_with_a_quote_in_it_is_none() {
        for body in ["<a><F'x y'></F'x></a>", "<a><F'x y'/></a>"] {
            assert_eq!(cut(body), ["<a>"], "{body}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn the_pieces_are_those_that_quick_xml_reads(is_declared: bool, part in part()) {
            let declaration = if is_declared { DECLARATION } else { "" };
            let body = format!("{declaration}<a>{part}</a>");
            prop_assert_eq!(cut(&body), read(&body), "{}", body);
        }
    }
}
