//! Prose and documents as HTML.

use maud::{Markup, html};

/// A sentence with code in backquotes.
pub(super) fn in_code(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// Adds a line break before each start tag. AWS sends a document as one line.
pub(super) fn broken(document: &str) -> String {
    document.replace("><", ">\n<").replace(">\n</", "></")
}

#[cfg(test)]
mod tests {
    use super::{broken, in_code};

    #[test]
    fn each_start_tag_begins_a_line() {
        assert_eq!(broken("<a><b>1</b><c></c></a>"), "<a>\n<b>1</b>\n<c></c></a>");
    }

    #[test]
    fn text_in_backquotes_is_code() {
        assert_eq!(in_code("a `<b>` c").into_string(), "a <code>&lt;b&gt;</code> c");
        assert_eq!(in_code("plain").into_string(), "plain");
    }
}
