//! The characters that [XML 1.0](https://www.w3.org/TR/xml/#charsets) allows: all except most control
//! characters, U+FFFE and U+FFFF. A reference `&#…;` may not name a forbidden one either.

/// Which characters a document may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Characters {
    /// Those that XML 1.0 allows.
    Xml,
    /// All of Unicode.
    Any,
}

/// Bytes that are checked together.
const STRIDE: usize = 64;

/// The first forbidden character of `text`, and its byte position.
pub(super) fn first_forbidden(text: &str) -> Option<(usize, char)> {
    // Nearly every document holds no byte that a forbidden character could begin with. Checking
    // many bytes at a time lets the compiler use vector instructions.
    let mut strides = text.as_bytes().chunks(STRIDE);
    if !strides.any(|stride| stride.iter().fold(false, |any, &byte| any | may_begin_one(byte))) {
        return None;
    }
    text.char_indices().find(|&(_, character)| is_forbidden(character))
}

/// Whether `byte` is a control character or the first byte of U+F000 to U+FFFF.
fn may_begin_one(byte: u8) -> bool {
    (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xEF
}

/// Whether XML 1.0 forbids `character`.
pub(super) fn is_forbidden(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => false,
        character => character < ' ' || matches!(character, '\u{fffe}' | '\u{ffff}'),
    }
}

#[cfg(test)]
mod tests {
    use super::first_forbidden;

    #[test]
    fn the_first_forbidden_character_is_found_at_any_position() {
        for character in ['\0', '\u{1b}', '\u{8}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            for at in [0, 1, 63, 64, 65, 200] {
                let text = format!("{}{character}\0rest", "x".repeat(at));
                assert_eq!(first_forbidden(&text), Some((at, character)));
            }
        }
    }

    #[test]
    fn white_space_and_every_other_character_are_allowed() {
        for text in ["", "a\tb\r\nc", "\u{7f}\u{85}", "\u{fffd}\u{f000}", "\u{10ffff}", "\u{fe0f}"]
        {
            assert_eq!(first_forbidden(text), None, "{text:?}");
        }
    }
}
