//! A strict reader for the documents that S3 and EC2 send, in which an element holds either elements
//! or text. It borrows from the body and does not look ahead, so memory is taken only for the fields
//! that are kept.
//!
//! It is strict because a listing that was cut short must not pass for a shorter listing: every
//! element has to be closed, and nothing may follow the root.

mod characters;
mod error;
mod plain;
mod tokens;

use std::borrow::Cow;

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Month, OffsetDateTime, UtcOffset};

use characters::Characters;
pub use error::{XmlError, XmlErrorKind};
use tokens::{XmlToken, XmlTokens};

/// Characters of the document that an error quotes at most.
const MAX_QUOTED: usize = 100;
/// Lists shorter than this are not checked for density.
const MIN_DENSE_ITEMS: usize = 4096;
/// Bytes of memory that the items of a list may take for each byte of the document. Items from AWS
/// take less than one; nearly empty items would take fifteen.
const MAX_MEMORY_PER_BYTE: usize = 4;
const UTC_MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A document that is read once, from its root downward.
///
/// [`Document::child`] steps into the next element inside the current one. The caller has to read
/// that element to its end: by calling `child` until it returns `None`, or with [`Document::text`]
/// or [`Document::skip`].
pub(crate) struct Document<'a> {
    tokens: XmlTokens<'a>,
}

impl<'a> Document<'a> {
    /// A document that may hold only the characters that XML allows.
    ///
    /// # Errors
    /// If the body is empty, is not UTF-8, or holds a character that XML forbids.
    pub(crate) fn new(body: &'a [u8]) -> Result<Self, XmlError> {
        let document = Self::with(body, Characters::Xml)?;
        match characters::first_forbidden(document.tokens.rest()) {
            None => Ok(document),
            Some((at, character)) => {
                let kind = XmlErrorKind::Character(character.into());
                Err(XmlError { at, path: String::new(), kind })
            }
        }
    }

    /// An error document, which may hold any character: S3 repeats the key of the request in it, and a
    /// key may hold characters that XML forbids.
    ///
    /// # Errors
    /// If the body is empty or is not UTF-8.
    pub(crate) fn error_document(body: &'a [u8]) -> Result<Self, XmlError> {
        Self::with(body, Characters::Any)
    }

    fn with(body: &'a [u8], characters: Characters) -> Result<Self, XmlError> {
        let body = std::str::from_utf8(body).map_err(XmlError::not_utf8)?;
        let body = body.strip_prefix('\u{feff}').unwrap_or(body);
        let tokens = XmlTokens::new(body, characters);
        if tokens.rest().is_empty() {
            return Err(tokens.error(XmlErrorKind::Empty));
        }
        Ok(Self { tokens })
    }

    /// Steps into the root and returns its name.
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
            match self.tokens.next()? {
                XmlToken::Start(name) => return Ok(Some(name)),
                XmlToken::End => return Ok(None),
                XmlToken::Text(text) if text.trim_ascii().is_empty() => {}
                XmlToken::Text(_) if self.tokens.depth() == 0 => {
                    return Err(self.error(XmlErrorKind::NotXml));
                }
                XmlToken::Text(_) => return Err(self.error(XmlErrorKind::StrayText)),
            }
        }
    }

    /// The text of the current element; steps out of it. Nearly every text is one token and stays
    /// borrowed; entities and CDATA sections split it.
    pub(crate) fn text(&mut self) -> Result<Cow<'a, str>, XmlError> {
        let mut text = Cow::Borrowed("");
        loop {
            match self.tokens.next()? {
                XmlToken::Text(part) if text.is_empty() => text = part,
                XmlToken::Text(part) => self.append(&mut text, &part),
                XmlToken::Start(name) => {
                    return Err(self.error(XmlErrorKind::StrayElement(name.to_owned())));
                }
                XmlToken::End => return Ok(text),
            }
        }
    }

    /// Appends `part`. The first call copies the text, with room for everything up to the next tag:
    /// S3 writes the quotes of every `ETag` as entities.
    fn append(&self, text: &mut Cow<'a, str>, part: &str) {
        if let Cow::Borrowed(begun) = *text {
            let up_to_tag = self.tokens.rest().find('<').unwrap_or(0);
            let room = begun.len() + part.len() + up_to_tag;
            *text = Cow::Owned(String::with_capacity(room) + begun);
        }
        text.to_mut().push_str(part);
    }

    /// [`Document::text`] as an owned string.
    pub(crate) fn string(&mut self) -> Result<String, XmlError> {
        self.text().map(Cow::into_owned)
    }

    /// [`Document::text`] as a name or an id, which may not be empty.
    pub(crate) fn name(&mut self, element: &'static str) -> Result<String, XmlError> {
        let text = self.string()?;
        if text.is_empty() { Err(self.value_error(element, "", "a name")) } else { Ok(text) }
    }

    /// [`Document::text`] as a whole number from 0 to 2⁶³ - 1, the range of AWS's `long`.
    pub(crate) fn number(&mut self, element: &'static str) -> Result<u64, XmlError> {
        let text = self.text()?;
        // The standard parser accepts a plus sign as well.
        let digits = Some(&*text).filter(|text| text.starts_with(|c: char| c.is_ascii_digit()));
        digits
            .and_then(|digits| digits.parse().ok())
            .filter(|number| i64::try_from(*number).is_ok())
            .ok_or_else(|| self.value_error(element, &text, "a whole number from 0 to 2^63 - 1"))
    }

    /// Reads the current element with `read` into `slot`. An element that appears twice is an error,
    /// because its value would be ambiguous.
    ///
    /// # Errors
    /// If the slot is filled already, or `read` fails.
    pub(crate) fn once<T>(
        &mut self,
        slot: &mut Option<T>,
        read: impl FnOnce(&mut Self) -> Result<T, XmlError>,
    ) -> Result<(), XmlError> {
        if slot.is_some() {
            let element = self.tokens.innermost().unwrap_or_default();
            let kind = XmlErrorKind::Repeated(element.chars().take(MAX_QUOTED).collect());
            return Err(self.error(kind));
        }
        *slot = Some(read(self)?);
        Ok(())
    }

    /// Reads the `item`s in the current element, each with `read`, and steps out of it.
    ///
    /// # Errors
    /// If `read` fails, or the list takes far more memory than the document that it is read from.
    pub(crate) fn list<T>(
        &mut self,
        item: &str,
        read: fn(&mut Self) -> Result<T, XmlError>,
    ) -> Result<Vec<T>, XmlError> {
        let mut list = Vec::new();
        while let Some(element) = self.child()? {
            if element == item {
                list.push(read(self)?);
                self.check_density(&list)?;
            } else {
                self.skip()?;
            }
        }
        Ok(list)
    }

    /// Checks that a list takes at most [`MAX_MEMORY_PER_BYTE`] for each byte read so far.
    ///
    /// # Errors
    /// If it takes more.
    pub(crate) fn check_density<T>(&self, list: &[T]) -> Result<(), XmlError> {
        if list.len() >= MIN_DENSE_ITEMS
            && size_of_val(list) / MAX_MEMORY_PER_BYTE > self.tokens.position()
        {
            return Err(self.error(XmlErrorKind::TooDense { items: list.len() }));
        }
        Ok(())
    }

    /// [`Document::text`] as `true` or `false`.
    pub(crate) fn flag(&mut self, element: &'static str) -> Result<bool, XmlError> {
        let text = self.text()?;
        text.parse().map_err(|_| self.value_error(element, &text, "true or false"))
    }

    /// [`Document::text`] as a time, in the form that [`contract::Answer`] promises. AWS nearly always
    /// sends exactly that form.
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
        let outside = self.tokens.depth() - 1;
        while self.tokens.depth() > outside {
            self.tokens.next()?;
        }
        Ok(())
    }

    /// Steps out of the current element, and passes each element in it that holds no other element to
    /// `leaf`, at any depth: for documents whose elements are not known in advance.
    pub(crate) fn leaves(
        &mut self,
        mut leaf: impl FnMut(&'a str, Cow<'a, str>),
    ) -> Result<(), XmlError> {
        let outside = self.tokens.depth() - 1;
        let (mut text, mut is_leaf) = (Cow::Borrowed(""), true);
        while self.tokens.depth() > outside {
            let innermost = self.tokens.innermost().unwrap_or_default();
            match self.tokens.next()? {
                XmlToken::Start(_) => (text, is_leaf) = (Cow::Borrowed(""), true),
                XmlToken::Text(part) => text.to_mut().push_str(&part),
                XmlToken::End if is_leaf => {
                    leaf(innermost, std::mem::take(&mut text));
                    is_leaf = false;
                }
                XmlToken::End => {}
            }
        }
        Ok(())
    }

    /// Checks that the document ends with its root.
    pub(crate) fn finish(self) -> Result<(), XmlError> {
        self.tokens.finish()
    }

    /// An error at the current position.
    pub(crate) fn error(&self, kind: XmlErrorKind) -> XmlError {
        self.tokens.error(kind)
    }

    /// The error of an element that is required and absent.
    pub(crate) fn missing(&self, element: &'static str) -> XmlError {
        self.error(XmlErrorKind::Missing(element))
    }

    /// The error of an element whose text is not `expected`.
    pub(crate) fn value_error(
        &self,
        element: &'static str,
        value: &str,
        expected: &'static str,
    ) -> XmlError {
        let value = value.chars().take(MAX_QUOTED).collect();
        self.error(XmlErrorKind::Value { element, value, expected })
    }
}

/// Whether `text` is a valid time in the form `2026-01-01T00:00:00.000Z`. This check is cheaper than
/// parsing and formatting.
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
    fn only_valid_times_with_milliseconds_are_kept_unchanged() {
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
