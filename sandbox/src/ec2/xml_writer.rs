//! Writes EC2's XML: elements are indented by four spaces, lists consist of `item` elements, and empty
//! elements are written as `<a/>`.

use std::fmt::{self, Display, Write as _};

use time::OffsetDateTime;
use time::macros::{format_description, offset};

use crate::xml::{XML_DECLARATION, escape};

const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

pub(super) struct XmlWriter {
    text: String,
    depth: usize,
}

impl XmlWriter {
    /// Returns `<ActionResponse>` with the request id and what `body` writes.
    pub(super) fn response(action: &str, request_id: &str, body: impl FnOnce(&mut Self)) -> String {
        let mut document = Self {
            text: format!("{XML_DECLARATION}<{action}Response xmlns=\"{NAMESPACE}\">\n"),
            depth: 1,
        };
        document.text("requestId", request_id);
        body(&mut document);
        document.put(format_args!("</{action}Response>"));
        document.text
    }

    pub(super) fn text(&mut self, name: &str, value: impl Display) {
        self.indent();
        let start = self.text.len();
        self.put(format_args!("<{name}>"));
        let content = self.text.len();
        // Writing to a String cannot fail.
        let _ = write!(Escaped(&mut self.text), "{value}");
        if self.text.len() == content {
            self.text.truncate(start);
            self.put(format_args!("<{name}/>\n"));
            return;
        }
        self.put(format_args!("</{name}>\n"));
    }

    /// Writes nothing for `None`, because EC2 leaves out what does not apply.
    pub(super) fn optional(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    pub(super) fn element(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        self.indent();
        let start = self.text.len();
        self.put(format_args!("<{name}>\n"));
        let content = self.text.len();
        self.depth += 1;
        body(self);
        self.depth -= 1;
        if self.text.len() == content {
            self.text.truncate(start);
            self.put(format_args!("<{name}/>\n"));
            return;
        }
        self.indent();
        self.put(format_args!("</{name}>\n"));
    }

    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut item: impl FnMut(&mut Self, T),
    ) {
        self.element(name, |list| {
            for each in items {
                list.element("item", |element| item(element, each));
            }
        });
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("    ", self.depth));
    }

    fn put(&mut self, piece: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.text.write_fmt(piece);
    }
}

/// `2026-01-01 00:00:00 GMT`, the format in the reason of a state transition.
pub(super) fn gmt(moment: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] GMT");
    moment.to_offset(offset!(UTC)).format(&format).unwrap_or_default()
}

/// Escapes the text that is written to it.
struct Escaped<'a>(&'a mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text);
        Ok(())
    }
}
