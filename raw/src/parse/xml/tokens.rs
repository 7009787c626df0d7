//! A document as a sequence of tags and texts.
//!
//! quick-xml knows all of XML. The plain form in which AWS writes is read without it (`plain.rs`), in
//! less than half the time: quick-xml validates the UTF-8 of every event again, and its searches are
//! made for texts longer than these.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesDecl, BytesRef, Event};

use super::MAX_QUOTED;
use super::characters::{Characters, is_forbidden};
use super::error::{XmlError, XmlErrorKind};
use super::plain;

/// Elements that may be open at once. AWS's answers nest about ten.
const MAX_DEPTH: usize = 64;

/// A tag or a text.
pub(super) enum XmlToken<'a> {
    /// A start tag, by its name without prefix. `<a/>` is a start and an end.
    Start(&'a str),
    Text(Cow<'a, str>),
    End,
}

/// Reads the tokens of a document, one after the other.
pub(super) struct XmlTokens<'a> {
    body: &'a str,
    /// How many bytes have been read.
    position: usize,
    characters: Characters,
    has_doctype: bool,
    /// Names of the open elements as they are written, outermost first.
    open: Vec<&'a str>,
    /// An empty element, `<a/>`, has been opened and not yet closed.
    is_in_empty: bool,
}

impl<'a> XmlTokens<'a> {
    pub(super) fn new(body: &'a str, characters: Characters) -> Self {
        let open = Vec::with_capacity(8);
        Self { body, position: 0, characters, has_doctype: false, open, is_in_empty: false }
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// How many bytes have been read.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// The innermost open element, without prefix.
    pub(super) fn innermost(&self) -> Option<&'a str> {
        self.open.last().copied().map(without_prefix)
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a str {
        &self.body[self.position..]
    }

    /// An error at the current position.
    pub(super) fn error(&self, kind: XmlErrorKind) -> XmlError {
        let outermost: Vec<_> = self.open.iter().take(8).copied().map(without_prefix).collect();
        XmlError { at: self.position, path: outermost.join("/"), kind }
    }

    /// The next token. The document may not end before its root does.
    pub(super) fn next(&mut self) -> Result<XmlToken<'a>, XmlError> {
        if std::mem::take(&mut self.is_in_empty) {
            self.open.pop();
            return Ok(XmlToken::End);
        }
        loop {
            if let Some(text) = self.text() {
                return Ok(XmlToken::Text(text));
            }
            let rest = self.rest();
            if let Some(name) = plain::start_tag(rest) {
                self.position += "<>".len() + name.len();
                return self.step_in(name);
            }
            if let Some(name) = self.open.last().filter(|name| plain::is_end_tag(rest, name)) {
                self.position += "</>".len() + name.len();
                self.open.pop();
                return Ok(XmlToken::End);
            }
            if let Some((text, length)) = plain::entity(rest) {
                self.position += length;
                return Ok(XmlToken::Text(Cow::Borrowed(text)));
            }
            if let Some(token) = self.any_token()? {
                return Ok(token);
            }
        }
    }

    /// The token that quick-xml reads next, or `None` for what is skipped. Not inlined, because
    /// `next` would then reserve its stack for every token.
    #[inline(never)]
    fn any_token(&mut self) -> Result<Option<XmlToken<'a>>, XmlError> {
        let start = self.position;
        let token = match self.event()? {
            Event::Start(tag) => self.step_in_any(start, tag.name().0.len())?,
            Event::Empty(tag) => {
                self.is_in_empty = true;
                self.step_in_any(start, tag.name().0.len())?
            }
            Event::End(tag) => self.step_out(tag.name().0)?,
            Event::CData(text) => XmlToken::Text(text.xml10_content()),
            Event::GeneralRef(entity) => XmlToken::Text(self.resolve(&entity)?),
            Event::Decl(_) | Event::DocType(_) if !self.open.is_empty() => {
                return Err(self.error(XmlErrorKind::StrayText));
            }
            Event::Decl(declaration) if start == 0 => {
                self.check_encoding(&declaration)?;
                return Ok(None);
            }
            Event::DocType(_) if !self.has_doctype => {
                self.has_doctype = true;
                return Ok(None);
            }
            Event::Decl(_) | Event::DocType(_) => return Err(self.error(XmlErrorKind::Prolog)),
            Event::Comment(_) | Event::PI(_) => return Ok(None),
            Event::Text(_) => unreachable!("texts are read before"),
            Event::Eof => return Err(self.error(XmlErrorKind::EndsEarly)),
        };
        Ok(Some(token))
    }

    /// Checks that only white space, comments and processing instructions follow the root.
    pub(super) fn finish(mut self) -> Result<(), XmlError> {
        debug_assert!(self.open.is_empty(), "finish() comes after the root's end");
        while !self.rest().is_empty() {
            let may_follow = match self.text() {
                Some(text) => text.trim_ascii().is_empty(),
                None => matches!(self.event(), Ok(Event::Comment(_) | Event::PI(_))),
            };
            if !may_follow {
                return Err(self.error(XmlErrorKind::Trailing));
            }
        }
        Ok(())
    }

    fn text(&mut self) -> Option<Cow<'a, str>> {
        let (text, length) = plain::text(self.rest())?;
        self.position += length;
        Some(text)
    }

    /// Reads the next event with quick-xml. Each event gets a new reader, because a reader cannot skip
    /// what was read without it.
    fn event(&mut self) -> Result<Event<'a>, XmlError> {
        let mut reader = Reader::from_str(self.rest());
        reader.config_mut().allow_unmatched_ends = true;
        let event = reader.read_event();
        self.position += usize::try_from(reader.buffer_position()).expect("the body is in memory");
        event.map_err(|error| self.error(XmlErrorKind::Syntax(error)))
    }

    /// Opens the element whose tag starts at `start`.
    fn step_in_any(&mut self, start: usize, length: usize) -> Result<XmlToken<'a>, XmlError> {
        let name = &self.body[start + "<".len()..][..length];
        // quick-xml takes a quote as a part of the name, and then finds no end of the end tag.
        if name.contains(['\'', '"']) {
            let error = Error::Syntax(SyntaxError::UnclosedTag);
            return Err(self.error(XmlErrorKind::Syntax(error)));
        }
        self.step_in(name)
    }

    fn step_in(&mut self, name: &'a str) -> Result<XmlToken<'a>, XmlError> {
        if self.open.len() == MAX_DEPTH {
            return Err(self.error(XmlErrorKind::TooDeep));
        }
        self.open.push(name);
        Ok(XmlToken::Start(without_prefix(name)))
    }

    fn step_out(&mut self, name: &str) -> Result<XmlToken<'a>, XmlError> {
        let error = match self.open.last() {
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
        Err(self.error(XmlErrorKind::Syntax(Error::IllFormed(error))))
    }

    /// Checks that the declared encoding is the one in which the document was read.
    fn check_encoding(&self, declaration: &BytesDecl<'_>) -> Result<(), XmlError> {
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("utf-8") => Ok(()),
            Some(Ok(encoding)) => {
                let encoding = encoding.chars().take(MAX_QUOTED).collect();
                Err(self.error(XmlErrorKind::Encoding(encoding)))
            }
            Some(Err(error)) => Err(self.error(XmlErrorKind::Syntax(error.into()))),
        }
    }

    /// The text of a character reference, such as `&#60;`, or of one of XML's five entities. AWS
    /// defines no others.
    fn resolve(&self, entity: &BytesRef<'_>) -> Result<Cow<'a, str>, XmlError> {
        let character =
            entity.resolve_char_ref().map_err(|error| self.error(XmlErrorKind::Syntax(error)))?;
        let Some(character) = character else {
            return resolve_predefined_entity(entity).map(Cow::Borrowed).ok_or_else(|| {
                self.error(XmlErrorKind::Entity(entity.chars().take(MAX_QUOTED).collect()))
            });
        };
        if self.characters == Characters::Xml && is_forbidden(character) {
            return Err(self.error(XmlErrorKind::Character(character.into())));
        }
        Ok(String::from(character).into())
    }
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
    use super::{XmlToken, XmlTokens};
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::escape::resolve_predefined_entity;
    use quick_xml::events::Event;

    /// The tokens of `body` as text, up to its end or to the first error.
    fn read(body: &str) -> Vec<String> {
        let mut tokens = XmlTokens::new(body, Characters::Any);
        let mut texts = Vec::new();
        while let Ok(token) = tokens.next() {
            texts.push(match token {
                XmlToken::Start(name) => format!("<{name}>"),
                XmlToken::Text(text) => text.into_owned(),
                XmlToken::End => "</>".to_owned(),
            });
        }
        texts
    }

    /// The same, read by quick-xml only.
    fn read_by_quick_xml(body: &str) -> Vec<String> {
        let mut reader = Reader::from_str(body);
        reader.config_mut().expand_empty_elements = true;
        let mut texts = Vec::new();
        let mut depth = 0;
        while let Ok(event) = reader.read_event() {
            texts.push(match event {
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
        texts
    }

    /// A part of a document, mostly well-formed.
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
    fn a_name_with_a_quote_in_it_is_an_error() {
        for body in ["<a><F'x y'></F'x></a>", "<a><F'x y'/></a>"] {
            assert_eq!(read(body), ["<a>"], "{body}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn the_tokens_are_those_that_quick_xml_reads(is_declared: bool, part in part()) {
            let declaration = if is_declared { r#"<?xml version="1.0" encoding="UTF-8"?>"# } else { "" };
            let body = format!("{declaration}<a>{part}</a>");
            prop_assert_eq!(read(&body), read_by_quick_xml(&body), "{}", body);
        }
    }
}
