//! A strict reader for the documents that S3 and EC2 send: elements that hold either elements or
//! text, nothing else. It borrows from the body and never looks ahead, so a document of ten
//! megabytes costs what its kept fields cost.
//!
//! Strict, because a listing that was cut short must never pass for a shorter listing: every
//! element has to be closed, and after the root nothing may follow.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::redact::Secrets;

/// Characters of a text in a fault.
const MOST_QUOTED: usize = 100;
const UTC_MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A body that is read as one document, from its root downward.
///
/// [`Document::child`] steps to the next element inside the current one. What it steps into has to
/// be consumed to its end: by calling `child` until it yields `None`, or with [`Document::text`] or
/// [`Document::skip`].
pub(crate) struct Document<'a> {
    body: &'a str,
    reader: Reader<&'a [u8]>,
    /// Names of the elements that are open, outermost first.
    open: Vec<&'a str>,
    /// `<a/>` came as one event, and its end is still to be handed out.
    ended_at_once: bool,
}

/// Why a body is not the document it should be, and where.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{problem}{}", place(problem, *at, path))]
pub struct Fault {
    /// How many bytes of the body had been read.
    pub at: usize,
    /// The elements that were open there, at most eight, joined by slashes.
    pub path: String,
    /// What is wrong.
    pub problem: Problem,
}

impl Fault {
    pub(crate) fn ends_early(at: usize) -> Self {
        Self { at, path: String::new(), problem: Problem::EndsEarly }
    }

    /// Takes `secrets` out of what it quotes of the body.
    pub(crate) fn redact(&mut self, secrets: &Secrets) {
        secrets.redact(&mut self.path);
        match &mut self.problem {
            Problem::Entity(text)
            | Problem::StrayElement(text)
            | Problem::Root { found: text, .. }
            | Problem::Value { value: text, .. } => secrets.redact(text),
            Problem::Syntax(error) => {
                let mut text = error.to_string();
                secrets.redact(&mut text);
                // Its words cannot be changed, only left out.
                if text != error.to_string() {
                    self.problem = Problem::NotXml;
                }
            }
            Problem::Empty
            | Problem::NotXml
            | Problem::NotUtf8(_)
            | Problem::EndsEarly
            | Problem::TooLong { .. }
            | Problem::Trailing
            | Problem::StrayText
            | Problem::Missing(_) => {}
        }
    }

    pub(crate) fn not_utf8(error: std::str::Utf8Error) -> Self {
        let at = error.valid_up_to();
        Self { at, path: String::new(), problem: Problem::NotUtf8(error) }
    }
}

/// Nowhere in particular where nothing had been read, or where reading was not to go on.
fn place(problem: &Problem, at: usize, path: &str) -> String {
    match (problem, at, path) {
        (Problem::TooLong { .. }, _, _) | (_, 0, "") => String::new(),
        (_, at, "") => format!(", at byte {at}"),
        (_, at, path) => format!(", at byte {at}, in /{path}"),
    }
}

/// What can be wrong with a document.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// There is no document.
    #[error("the body is empty")]
    Empty,
    /// It is text without any element.
    #[error("not XML")]
    NotXml,
    /// It breaks XML's grammar.
    #[error("not well-formed XML: {0}")]
    Syntax(quick_xml::Error),
    /// AWS sends UTF-8; this is not.
    #[error("{0}")]
    NotUtf8(std::str::Utf8Error),
    /// It ends before its root does.
    #[error("the document ends early")]
    EndsEarly,
    /// An error's document went on past what is read of one.
    #[error("the first {read} bytes{} were read", promised.as_ref().map(|length| format!(" of {length}")).unwrap_or_default())]
    TooLong {
        /// Bytes that were read.
        read: usize,
        /// The Content-Length.
        promised: Option<String>,
    },
    /// It goes on after its root.
    #[error("something follows the end of the document")]
    Trailing,
    /// Text stands where only elements belong.
    #[error("text where only elements belong")]
    StrayText,
    /// An element stands where only text belongs.
    #[error("<{0}> where only text belongs")]
    StrayElement(String),
    /// An entity that is not one of the five that XML defines.
    #[error("the entity &{0}; is none of the five of XML, and no other is expanded")]
    Entity(String),
    /// It is a document, of another kind.
    #[error("the document is a <{found}>, not the <{expected}> that was asked for")]
    Root {
        /// What the operation answers with.
        expected: &'static str,
        /// What came.
        found: String,
    },
    /// An element without which the answer means nothing is not there.
    #[error("<{0}> is missing")]
    Missing(&'static str),
    /// An element's text cannot be read as what it stands for.
    #[error("<{element}> holds {value:?}, which is not {expected}")]
    Value {
        /// Its name.
        element: &'static str,
        /// Its text, or the beginning of a long one.
        value: String,
        /// Such as `a whole number`.
        expected: &'static str,
    },
}

impl<'a> Document<'a> {
    pub(crate) fn new(body: &'a [u8]) -> Result<Self, Fault> {
        let body = std::str::from_utf8(body).map_err(Fault::not_utf8)?;
        // A byte order mark is no part of the document; without it, positions are the reader's.
        let body = body.strip_prefix('\u{feff}').unwrap_or(body);
        let (reader, open) = (Reader::from_str(body), Vec::with_capacity(8));
        Ok(Self { body, reader, open, ended_at_once: false })
    }

    /// Steps into the root and yields its name.
    pub(crate) fn root(&mut self) -> Result<&'a str, Fault> {
        if self.body.is_empty() {
            return Err(self.fault(Problem::Empty));
        }
        self.child()?.ok_or_else(|| self.fault(Problem::NotXml))
    }

    /// Steps into the root, which has to be `expected`.
    pub(crate) fn expect_root(&mut self, expected: &'static str) -> Result<(), Fault> {
        let found = self.root()?;
        if found == expected {
            Ok(())
        } else {
            Err(self.fault(Problem::Root { expected, found: found.to_owned() }))
        }
    }

    /// Steps into the next element inside the current one, or out of the current one at its end.
    pub(crate) fn child(&mut self) -> Result<Option<&'a str>, Fault> {
        loop {
            match self.next()? {
                Piece::Start(name) => return Ok(Some(name)),
                Piece::End => return Ok(None),
                Piece::Text(text) if text.trim_ascii().is_empty() => {}
                Piece::Text(_) if self.open.is_empty() => return Err(self.fault(Problem::NotXml)),
                Piece::Text(_) => return Err(self.fault(Problem::StrayText)),
            }
        }
    }

    /// The text of the current element, which it steps out of. Nearly all text is one piece and
    /// stays borrowed; entities and CDATA sections make it several.
    pub(crate) fn text(&mut self) -> Result<Cow<'a, str>, Fault> {
        let mut text = Cow::Borrowed("");
        loop {
            match self.next()? {
                Piece::Text(piece) if text.is_empty() => text = piece,
                Piece::Text(piece) => self.append(&mut text, &piece),
                Piece::Start(name) => {
                    return Err(self.fault(Problem::StrayElement(name.to_owned())));
                }
                Piece::End => return Ok(text),
            }
        }
    }

    /// A text that turns out to have several pieces is copied once, with room for what comes up to
    /// the next tag: S3 writes the quotes of every `ETag` as entities.
    fn append(&self, text: &mut Cow<'a, str>, piece: &str) {
        if let Cow::Borrowed(begun) = *text {
            let rest = &self.body[self.position()..];
            let room = begun.len() + piece.len() + rest.find('<').unwrap_or(0);
            *text = Cow::Owned(String::with_capacity(room) + begun);
        }
        text.to_mut().push_str(piece);
    }

    /// [`Document::text`], to keep.
    pub(crate) fn string(&mut self) -> Result<String, Fault> {
        self.text().map(Cow::into_owned)
    }

    /// [`Document::text`] as a whole number.
    pub(crate) fn number(&mut self, element: &'static str) -> Result<u64, Fault> {
        let text = self.text()?;
        text.parse().map_err(|_| self.value_fault(element, &text, "a whole number"))
    }

    /// [`Document::text`] as `true` or `false`.
    pub(crate) fn flag(&mut self, element: &'static str) -> Result<bool, Fault> {
        let text = self.text()?;
        text.parse().map_err(|_| self.value_fault(element, &text, "true or false"))
    }

    /// [`Document::text`] as a moment, in the form that [`contract::Answer`] promises. AWS nearly
    /// always sends that very form, and then it is kept as it came.
    pub(crate) fn time(&mut self, element: &'static str) -> Result<String, Fault> {
        let text = self.text()?;
        let moment = OffsetDateTime::parse(&text, &Rfc3339)
            .map_err(|_| self.value_fault(element, &text, "a time"))?;
        if text.len() == "2026-01-01T00:00:00.000Z".len() && text.ends_with('Z') {
            return Ok(text.into_owned());
        }
        moment
            .to_offset(UtcOffset::UTC)
            .format(UTC_MILLISECONDS)
            .map_err(|_| self.value_fault(element, &text, "a time of this era"))
    }

    /// Steps out of the current element, whatever it holds.
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        let outside = self.open.len() - 1;
        while self.open.len() > outside {
            self.next()?;
        }
        Ok(())
    }

    /// Steps out of the current element, and hands over every element in it that holds text or
    /// nothing, at any depth: for documents whose elements are not known beforehand.
    pub(crate) fn leaves(
        &mut self,
        mut leaf: impl FnMut(&'a str, Cow<'a, str>),
    ) -> Result<(), Fault> {
        let outside = self.open.len() - 1;
        let (mut text, mut is_leaf) = (Cow::Borrowed(""), true);
        while let Some(&element) = self.open.get(outside) {
            let innermost = self.open.last().copied().unwrap_or(element);
            match self.next()? {
                Piece::Start(_) => (text, is_leaf) = (Cow::Borrowed(""), true),
                Piece::Text(piece) => text.to_mut().push_str(&piece),
                Piece::End if is_leaf => {
                    leaf(innermost, std::mem::take(&mut text));
                    is_leaf = false;
                }
                Piece::End => {}
            }
        }
        Ok(())
    }

    /// Makes sure that the document ended with its root.
    pub(crate) fn finish(mut self) -> Result<(), Fault> {
        debug_assert!(self.open.is_empty(), "finish() comes after the root's end");
        loop {
            match self.reader.read_event() {
                Ok(Event::Eof) => return Ok(()),
                Ok(Event::Comment(_) | Event::PI(_)) => {}
                Ok(Event::Text(text)) if text.trim_ascii().is_empty() => {}
                _ => return Err(self.fault(Problem::Trailing)),
            }
        }
    }

    /// `problem`, with the place that has been reached.
    pub(crate) fn fault(&self, problem: Problem) -> Fault {
        let path = self.open[..self.open.len().min(8)].join("/");
        Fault { at: self.position(), path, problem }
    }

    /// The fault of an element that ought to have been there.
    pub(crate) fn missing(&self, element: &'static str) -> Fault {
        self.fault(Problem::Missing(element))
    }

    /// The fault of an element whose text is not what it should be.
    pub(crate) fn value_fault(
        &self,
        element: &'static str,
        value: &str,
        expected: &'static str,
    ) -> Fault {
        let value = value.chars().take(MOST_QUOTED).collect();
        self.fault(Problem::Value { element, value, expected })
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).expect("the body is in memory")
    }

    fn next(&mut self) -> Result<Piece<'a>, Fault> {
        if std::mem::take(&mut self.ended_at_once) {
            self.open.pop();
            return Ok(Piece::End);
        }
        loop {
            let before = self.position();
            return match self.reader.read_event() {
                Ok(Event::Start(tag)) => Ok(self.step_in(before, tag.name().0.len())),
                Ok(Event::Empty(tag)) => {
                    self.ended_at_once = true;
                    Ok(self.step_in(before, tag.name().0.len()))
                }
                Ok(Event::End(_)) => {
                    self.open.pop();
                    Ok(Piece::End)
                }
                Ok(Event::Text(text)) => Ok(Piece::Text(text.xml10_content())),
                Ok(Event::CData(text)) => Ok(Piece::Text(text.xml10_content())),
                Ok(Event::GeneralRef(entity)) => self.resolve(&entity),
                Ok(Event::Decl(_) | Event::DocType(_)) if !self.open.is_empty() => {
                    Err(self.fault(Problem::StrayText))
                }
                Ok(Event::Decl(_) | Event::DocType(_) | Event::Comment(_) | Event::PI(_)) => {
                    continue;
                }
                Ok(Event::Eof) => Err(self.fault(Problem::EndsEarly)),
                Err(error) => Err(self.fault(Problem::Syntax(error))),
            };
        }
    }

    /// `&lt;` and its like, `&#60;` and its like; AWS defines no others.
    fn resolve(&self, entity: &BytesRef<'_>) -> Result<Piece<'a>, Fault> {
        match entity.resolve_char_ref() {
            Ok(Some(character)) => Ok(Piece::Text(String::from(character).into())),
            Ok(None) => {
                let undefined = || Problem::Entity(entity.chars().take(MOST_QUOTED).collect());
                let text = resolve_predefined_entity(entity);
                text.map(|text| Piece::Text(text.into())).ok_or_else(|| self.fault(undefined()))
            }
            Err(error) => Err(self.fault(Problem::Syntax(error))),
        }
    }

    /// The event lends its name only for its own lifetime; the same bytes of the body live longer.
    fn step_in(&mut self, tag: usize, name_length: usize) -> Piece<'a> {
        let name = &self.body[tag + 1..][..name_length];
        let local = name.split_once(':').map_or(name, |(_prefix, local)| local);
        self.open.push(local);
        Piece::Start(local)
    }
}

/// What a document consists of, as far as it matters here.
enum Piece<'a> {
    Start(&'a str),
    Text(Cow<'a, str>),
    End,
}
