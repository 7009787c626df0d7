//! Texts that are compared byte by byte, as HTML. What the other side lacks is underlined, and what an
//! earlier step made is boxed.

use std::ops::Range;

use maud::{Markup, html};
use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Byte ranges in a text.
pub(super) type Places = Vec<Range<usize>>;

/// Whether a piece of a text is marked.
#[derive(Clone, Copy)]
enum Piece {
    Plain,
    Marked,
}

/// The ranges of each text that the other lacks.
pub(super) fn differing(raw: &str, sdk: &str) -> [Places; 2] {
    let tokens = [tokens(raw), tokens(sdk)];
    let words = |text: &'_ str, tokens: &[Range<usize>]| -> Vec<String> {
        tokens.iter().map(|token| text[token.clone()].to_owned()).collect()
    };
    let (ours, theirs) = (words(raw, &tokens[0]), words(sdk, &tokens[1]));
    let mut places = [Vec::new(), Vec::new()];
    for change in capture_diff_slices(Algorithm::Myers, &ours, &theirs) {
        if change.tag() == DiffTag::Equal {
            continue;
        }
        for (side, changed) in [change.old_range(), change.new_range()].into_iter().enumerate() {
            if let [first, .., last] | [first @ last] = &tokens[side][changed] {
                places[side].push(first.start..last.end);
            }
        }
    }
    places
}

/// The first occurrence of each of `needles` in `text`.
pub(super) fn found<'n>(text: &str, needles: impl IntoIterator<Item = &'n str>) -> Places {
    let needles = needles.into_iter().filter(|needle| !needle.is_empty());
    let mut places: Places =
        needles.filter_map(|needle| text.find(needle).map(|at| at..at + needle.len())).collect();
    places.sort_by_key(|place| place.start);
    places
}

/// `text` with underlines and boxes.
pub(super) fn marked(text: &str, differs: &[Range<usize>], made: &[Range<usize>]) -> Markup {
    html! {
        @for (place, piece) in pieces(0..text.len(), made) {
            @match piece {
                Piece::Plain => (underlined(text, place, differs)),
                Piece::Marked => span.made { (underlined(text, place, differs)) },
            }
        }
    }
}

fn underlined(text: &str, within: Range<usize>, differs: &[Range<usize>]) -> Markup {
    html! {
        @for (place, piece) in pieces(within, differs) {
            @match piece {
                Piece::Plain => (text[place]),
                Piece::Marked => mark { (text[place]) },
            }
        }
    }
}

/// Splits `within` at the ends of the `marked` ranges, which are in order.
fn pieces(within: Range<usize>, marked: &[Range<usize>]) -> Vec<(Range<usize>, Piece)> {
    let mut pieces = Vec::new();
    let mut at = within.start;
    for place in marked {
        let (start, end) = (place.start.max(at), place.end.min(within.end));
        if start < end {
            pieces.push((at..start, Piece::Plain));
            pieces.push((start..end, Piece::Marked));
            at = end;
        }
    }
    pieces.push((at..within.end, Piece::Plain));
    pieces.retain(|(place, _)| !place.is_empty());
    pieces
}

/// The words of `text`, and each other character by itself. A hash is one word, so it differs as a whole;
/// a query differs parameter by parameter.
fn tokens(text: &str) -> Places {
    let is_of_word = |character: char| character.is_alphanumeric() || "-_.~%+*".contains(character);
    let mut tokens: Places = Vec::new();
    let mut in_word = false;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        let goes_on = in_word && is_of_word(character);
        in_word = is_of_word(character);
        match tokens.last_mut() {
            Some(word) if goes_on => word.end = end,
            _ => tokens.push(at..end),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::{differing, found, marked};

    fn shown(raw: &str, sdk: &str) -> [String; 2] {
        let [ours, theirs] = differing(raw, sdk);
        [marked(raw, &ours, &[]), marked(sdk, &theirs, &[])].map(maud::PreEscaped::into_string)
    }

    #[test]
    fn what_the_other_side_lacks_is_underlined() {
        assert_eq!(shown("/a", "/a/"), ["/a", "/a<mark>/</mark>"]);
        assert_eq!(
            shown("content-type;host", "content-length;content-type;host;x-date"),
            [
                "content-type;host",
                "<mark>content-length;</mark>content-type;host<mark>;x-date</mark>"
            ]
        );
        assert_eq!(shown("0af3", "0bf3"), ["<mark>0af3</mark>", "<mark>0bf3</mark>"]);
        assert_eq!(shown("<ü>", "<ä>")[0], "&lt;<mark>ü</mark>&gt;");
    }

    #[test]
    fn a_box_includes_its_underlined_part() {
        let made = found("Signature=ab, cd", ["ab", "not there", ""]);
        assert_eq!(
            marked("Signature=ab, cd", std::slice::from_ref(&(10..14)), &made).into_string(),
            "Signature=<span class=\"made\"><mark>ab</mark></span><mark>, </mark>cd"
        );
    }
}
