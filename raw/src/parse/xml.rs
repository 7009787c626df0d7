//! A strict reader for the documents that S3 and EC2 send: elements that hold either elements or
//! text, nothing else. It borrows from the body and never looks ahead, so a document of ten
//! megabytes costs what its kept fields cost.
//!
//! Strict, because a listing that was cut short must never pass for a shorter listing: every
//! element has to be closed, and after the root nothing may follow.

mod characters;
mod error;
mod tokens;

use std::borrow::Cow;

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Month, OffsetDateTime, UtcOffset};

use characters::Characters;
pub use error::{XmlError, XmlErrorKind};
use tokens::{XmlToken, XmlTokens};

/// Characters of a text in a fault.
const MOST_QUOTED: usize = 100;
/// Items of a list from which on its memory is held against the document's length.
const MANY: usize = 4096;
/// Bytes of memory that the items of a list may take for each byte of the document. Those of AWS's
/// take less than one; a document of nearly empty items would take fifteen.
const MOST_MEMORY_A_BYTE: usize = 4;
const UTC_MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A body that is read as one document, from its root downward.
///
/// [`Document::child`] steps to the next element inside the current one. What it steps into has to
/// be consumed to its end: by calling `child` until it yields `None`, or with [`Document::text`] or
/// [`Document::skip`].
pub(crate) struct Document<'a> {
    pieces: XmlTokens<'a>,
}

impl<'a> Document<'a> {
    /// A document of nothing but XML's characters.
    ///
    /// # Errors
    /// Where the body is empty, is not UTF-8, or holds a character that XML forbids.
    pub(crate) fn new(body: &'a [u8]) -> Result<Self, XmlError> {
        let document = Self::with(body, Characters::OfXml)?;
        match characters::first_forbidden(document.pieces.rest()) {
            None => Ok(document),
            Some((at, character)) => {
                let kind = XmlErrorKind::Character(character.into());
                Err(XmlError { at, path: String::new(), kind })
            }
        }
    }

    /// A document with any characters: S3's errors repeat the key that was asked for, and a key may
    /// hold characters that XML forbids.
    ///
    /// # Errors
    /// Where the body is empty or is not UTF-8.
    pub(crate) fn of_refusal(body: &'a [u8]) -> Result<Self, XmlError> {
        Self::with(body, Characters::Any)
    }

    fn with(body: &'a [u8], characters: Characters) -> Result<Self, XmlError> {
        let body = std::str::from_utf8(body).map_err(XmlError::not_utf8)?;
        // A byte order mark is no part of the document; without it, positions are the reader's.
        let body = body.strip_prefix('\u{feff}').unwrap_or(body);
        let pieces = XmlTokens::of(body, characters);
        if body.is_empty() {
            return Err(pieces.error(XmlErrorKind::Empty));
        }
        Ok(Self { pieces })
    }

    /// Steps into the root and yields its name.
    pub(crate) fn root(&mut self) -> Result<&'a str, XmlError> {
        self.child()?.ok_or_else(|| self.error(XmlErrorKind::NotXml))
    }

    /// Steps into the root, which has to be `expected`.
    pub(crate) fn expect_root(&mut self, expected: &'static str) -> Result<(), XmlError> {
        let found = self.root()?;
        if found == expected {
            Ok(())
        } else {
            Err(self.error(XmlErrorKind::Root { expected, found: found.to_owned() }))
        }
    }

    /// Steps into the next element inside the current one, or out of the current one at its end.
    pub(crate) fn child(&mut self) -> Result<Option<&'a str>, XmlError> {
        loop {
            match self.pieces.next()? {
                XmlToken::Start(name) => return Ok(Some(name)),
                XmlToken::End => return Ok(None),
                XmlToken::Text(text) if text.trim_ascii().is_empty() => {}
                XmlToken::Text(_) if self.pieces.depth() == 0 => {
                    return Err(self.error(XmlErrorKind::NotXml));
                }
                XmlToken::Text(_) => return Err(self.error(XmlErrorKind::StrayText)),
            }
        }
    }

    /// The text of the current element, which it steps out of. Nearly all text is one piece and
    /// stays borrowed; entities and CDATA sections make it several.
    pub(crate) fn text(&mut self) -> Result<Cow<'a, str>, XmlError> {
        let mut text = Cow::Borrowed("");
        loop {
            match self.pieces.next()? {
                XmlToken::Text(piece) if text.is_empty() => text = piece,
                XmlToken::Text(piece) => self.append(&mut text, &piece),
                XmlToken::Start(name) => {
                    return Err(self.error(XmlErrorKind::StrayElement(name.to_owned())));
                }
                XmlToken::End => return Ok(text),
            }
        }
    }

    /// A text that turns out to have several pieces is copied once, with room for what comes up to
    /// the next tag: S3 writes the quotes of every `ETag` as entities.
    fn append(&self, text: &mut Cow<'a, str>, piece: &str) {
        if let Cow::Borrowed(begun) = *text {
            let up_to_tag = self.pieces.rest().find('<').unwrap_or(0);
            let room = begun.len() + piece.len() + up_to_tag;
            *text = Cow::Owned(String::with_capacity(room) + begun);
        }
        text.to_mut().push_str(piece);
    }

    /// [`Document::text`], to keep.
    pub(crate) fn string(&mut self) -> Result<String, XmlError> {
        self.text().map(Cow::into_owned)
    }

    /// [`Document::text`], to keep, of a name or an id: there is none without a character.
    pub(crate) fn name(&mut self, element: &'static str) -> Result<String, XmlError> {
        let text = self.string()?;
        if text.is_empty() { Err(self.value_error(element, "", "a name")) } else { Ok(text) }
    }

    /// [`Document::text`] as a whole number from 0 to 2⁶³ - 1, the range of AWS's `long`.
    pub(crate) fn number(&mut self, element: &'static str) -> Result<u64, XmlError> {
        let text = self.text()?;
        // The standard parser takes a plus sign too.
        let digits = Some(&*text).filter(|text| text.starts_with(|c: char| c.is_ascii_digit()));
        digits
            .and_then(|digits| digits.parse().ok())
            .filter(|number| i64::try_from(*number).is_ok())
            .ok_or_else(|| self.value_error(element, &text, "a whole number from 0 to 2^63 - 1"))
    }

    /// Reads the current element with `read` into `slot`, once: where a document says a thing twice,
    /// nobody knows which it means.
    ///
    /// # Errors
    /// Where the slot is taken, or `read` fails.
    pub(crate) fn once<T>(
        &mut self,
        slot: &mut Option<T>,
        read: impl FnOnce(&mut Self) -> Result<T, XmlError>,
    ) -> Result<(), XmlError> {
        if slot.is_some() {
            let element = self.pieces.innermost().unwrap_or_default();
            let kind = XmlErrorKind::Repeated(element.chars().take(MOST_QUOTED).collect());
            return Err(self.error(kind));
        }
        *slot = Some(read(self)?);
        Ok(())
    }

    /// Makes sure that a list takes no more memory than its document can account for.
    ///
    /// # Errors
    /// Where a list of so many `T` takes several times the memory of the document up to here.
    pub(crate) fn check_density<T>(&self, list: &[T]) -> Result<(), XmlError> {
        if list.len() >= MANY && size_of_val(list) / MOST_MEMORY_A_BYTE > self.pieces.position() {
            return Err(self.error(XmlErrorKind::TooDense { items: list.len() }));
        }
        Ok(())
    }

    /// [`Document::text`] as `true` or `false`.
    pub(crate) fn flag(&mut self, element: &'static str) -> Result<bool, XmlError> {
        let text = self.text()?;
        text.parse().map_err(|_| self.value_error(element, &text, "true or false"))
    }

    /// [`Document::text`] as a moment, in the form that [`contract::Answer`] promises. AWS nearly
    /// always sends that very form, and then it is kept as it came.
    pub(crate) fn time(&mut self, element: &'static str) -> Result<String, XmlError> {
        let text = self.text()?;
        if is_utc_with_milliseconds(&text) {
            return Ok(text.into_owned());
        }
        OffsetDateTime::parse(&text, &Rfc3339)
            .map_err(|_| self.value_error(element, &text, "a time"))?
            .to_offset(UtcOffset::UTC)
            .format(UTC_MILLISECONDS)
            .map_err(|_| self.value_error(element, &text, "a time of this era"))
    }

    /// Steps out of the current element, whatever it holds.
    pub(crate) fn skip(&mut self) -> Result<(), XmlError> {
        let outside = self.pieces.depth() - 1;
        while self.pieces.depth() > outside {
            self.pieces.next()?;
        }
        Ok(())
    }

    /// Steps out of the current element, and hands over every element in it that holds text or
    /// nothing, at any depth: for documents whose elements are not known beforehand.
    pub(crate) fn leaves(
        &mut self,
        mut leaf: impl FnMut(&'a str, Cow<'a, str>),
    ) -> Result<(), XmlError> {
        let outside = self.pieces.depth() - 1;
        let (mut text, mut is_leaf) = (Cow::Borrowed(""), true);
        while self.pieces.depth() > outside {
            let innermost = self.pieces.innermost().unwrap_or_default();
            match self.pieces.next()? {
                XmlToken::Start(_) => (text, is_leaf) = (Cow::Borrowed(""), true),
                XmlToken::Text(piece) => text.to_mut().push_str(&piece),
                XmlToken::End if is_leaf => {
                    leaf(innermost, std::mem::take(&mut text));
                    is_leaf = false;
                }
                XmlToken::End => {}
            }
        }
        Ok(())
    }

    /// Makes sure that the document ended with its root.
    pub(crate) fn finish(self) -> Result<(), XmlError> {
        self.pieces.finish()
    }

    /// `kind`, with the place that has been reached.
    pub(crate) fn error(&self, kind: XmlErrorKind) -> XmlError {
        self.pieces.error(kind)
    }

    /// The fault of an element that ought to have been there.
    pub(crate) fn missing(&self, element: &'static str) -> XmlError {
        self.error(XmlErrorKind::Missing(element))
    }

    /// The fault of an element whose text is not what it should be.
    pub(crate) fn value_error(
        &self,
        element: &'static str,
        value: &str,
        expected: &'static str,
    ) -> XmlError {
        let value = value.chars().take(MOST_QUOTED).collect();
        self.error(XmlErrorKind::Value { element, value, expected })
    }
}

/// Whether `text` is `2026-01-01T00:00:00.000Z`, or another moment that exists, in that form: sooner
/// found out than read by a parser of every form.
fn is_utc_with_milliseconds(text: &str) -> bool {
    let shape = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    let exists = || {
        let two = |at: usize| text[at..at + 2].parse().ok();
        let month = Month::try_from(two(5)?).ok()?;
        let date = Date::from_calendar_date(text[..4].parse().ok()?, month, two(8)?).ok()?;
        date.with_hms(two(11)?, two(14)?, two(17)?).ok()
    };
    shape.eq(*b"0000-00-00T00:00:00.000Z") && exists().is_some()
}

#[cfg(test)]
mod tests {
    use super::is_utc_with_milliseconds;

    #[test]
    fn only_moments_that_exist_are_kept_as_they_came() {
        for text in ["2026-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"] {
            assert!(is_utc_with_milliseconds(text), "{text}");
        }
        for text in [
            "2026-02-29T00:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "2026-00-01T00:00:00.000Z",
            "2026-01-01T24:00:00.000Z",
            "2026-01-01T00:00:60.000Z",
            "2026-01-01T00:00:00.00Z",
            "2026-01-01T00:00:00.0000Z",
            "2026-01-01 00:00:00.000Z",
            "2026-01-01T00:00:00.000z",
            "+026-01-01T00:00:00.000Z",
            "",
        ] {
            assert!(!is_utc_with_milliseconds(text), "{text}");
        }
    }
}
