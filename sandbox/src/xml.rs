//! What the XML of S3 and EC2 has in common.

use std::fmt::Write as _;

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};

/// The XML declaration and the line feed after it, as in AWS's documents.
pub(crate) const XML_DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Writes `<name>text</name>`.
pub(crate) fn element(xml: &mut String, name: &str, text: &str) {
    let _ = write!(xml, "<{name}>");
    escape(xml, text);
    let _ = write!(xml, "</{name}>");
}

/// Escapes text as AWS does: quotes too, but not apostrophes or line feeds.
///
/// A carriage return becomes a reference, because an XML parser would read it as a line feed.
/// Characters that XML 1.0 does not allow (section 2.2) become U+FFFD.
pub(crate) fn escape(xml: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\r' => xml.push_str("&#13;"),
            '\n' | '\t' => xml.push(character),
            '\u{fffe}' | '\u{ffff}' | '\0'..'\u{20}' => xml.push('\u{fffd}'),
            _ => xml.push(character),
        }
    }
}

/// `2026-01-01T00:00:00.000Z`: both services write milliseconds, which are always zero.
pub(crate) fn timestamp(at: OffsetDateTime) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
    at.to_offset(offset!(UTC)).format(FORMAT).unwrap_or_default()
}
