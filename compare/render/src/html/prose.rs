//! Sentences → HTML.

use maud::{Markup, html};

/// A sentence in which backquotes stand around code.
pub(super) fn in_code(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// AWS's documents are one line each. They are broken before each element that begins.
pub(super) fn broken(document: &str) -> String {
    document.replace("><", ">\n<").replace(">\n</", "></")
}

#[cfg(test)]
mod tests {
    use super::{broken, in_code};

    #[test]
    fn an_element_begins_a_line_and_ends_none() {
        assert_eq!(broken("<a><b>1</b><c></c></a>"), "<a>\n<b>1</b>\n<c></c></a>");
    }

    #[test]
    fn what_stands_between_backquotes_is_code() {
        assert_eq!(in_code("a `<b>` c").into_string(), "a <code>&lt;b&gt;</code> c");
        assert_eq!(in_code("plain").into_string(), "plain");
    }
}
