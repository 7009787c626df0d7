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

#[cfg(test)]
mod tests {
    use super::in_code;

    #[test]
    fn what_stands_between_backquotes_is_code() {
        assert_eq!(in_code("a `<b>` c").into_string(), "a <code>&lt;b&gt;</code> c");
        assert_eq!(in_code("plain").into_string(), "plain");
    }
}
