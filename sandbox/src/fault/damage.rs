//! Damages the body of a correct response.

/// The end tags of list items: S3's keys and buckets, and EC2's items. The indentation tells items
/// of EC2's outermost list from nested ones.
const ITEM_ENDS: [&str; 3] = ["</Contents>", "</Bucket>", "\n        </item>"];
/// The starts of texts that may be damaged, in order of preference.
const TEXT_STARTS: [&str; 5] = ["<Key>", "<Name>", "<name>", "<Message>", "\":\""];

/// Where to cut the document: after the last item that ends in its first half, or else after the
/// first item. A document without items is cut before its last end tag, one that is not XML in the
/// middle.
pub(super) fn cut(body: &[u8]) -> usize {
    let text = String::from_utf8_lossy(body);
    let half = body.len() / 2;
    for end in ITEM_ENDS {
        let ends = text.match_indices(end).map(|(at, _)| at + end.len());
        let (before, after): (Vec<_>, Vec<_>) = ends.partition(|at| *at <= half);
        if let Some(at) = before.last().or(after.first()) {
            return *at;
        }
    }
    find_last(body, "</").unwrap_or(half)
}

/// Inserts the byte 0xE9 before the first text, or in the middle of a body without one.
pub(super) fn insert_bad_utf8(body: &[u8]) -> Vec<u8> {
    let text = TEXT_STARTS.iter().find_map(|start| Some(find_first(body, start)? + start.len()));
    let mut damaged = body.to_vec();
    damaged.insert(text.unwrap_or(body.len() / 2), 0xE9);
    damaged
}

fn find_first(body: &[u8], text: &str) -> Option<usize> {
    body.windows(text.len()).position(|window| window == text.as_bytes())
}

pub(super) fn find_last(body: &[u8], text: &str) -> Option<usize> {
    body.windows(text.len()).rposition(|window| window == text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_text(document: &str) -> &str {
        &document[..cut(document.as_bytes())]
    }

    #[test]
    fn a_list_is_cut_after_a_complete_item() {
        let document = format!("<List>{}</List>", "<Contents>key</Contents>".repeat(5));
        assert_eq!(cut_text(&document), "<List><Contents>key</Contents><Contents>key</Contents>");
        let one = "<Buckets><Bucket>a long name</Bucket></Buckets>";
        assert_eq!(cut_text(one), "<Buckets><Bucket>a long name</Bucket>");
    }

    #[test]
    fn ec2s_lists_are_not_cut_inside_an_item() {
        // The middle of the document is after the nested item of the second item.
        let name = format!("<name>{}</name>", "x".repeat(80));
        let item = format!(
            "\n        <item>\n            <item>\n            </item>\n            {name}\n        </item>"
        );
        let document = format!("<Answer>\n    <set>{item}{item}{item}\n    </set>\n</Answer>");
        assert_eq!(cut_text(&document), format!("<Answer>\n    <set>{item}"));
    }

    #[test]
    fn documents_without_items_are_cut_too() {
        assert_eq!(cut_text("<A><return>true</return></A>"), "<A><return>true</return>");
        assert_eq!(cut_text("{\"a\": 12}"), "{\"a\"");
    }

    #[test]
    fn a_bad_byte_is_inserted_before_a_text() {
        assert_eq!(insert_bad_utf8(b"<A><Key>ab</Key></A>"), b"<A><Key>\xE9ab</Key></A>");
        assert_eq!(insert_bad_utf8(br#"{"message":"ab"}"#), b"{\"message\":\"\xE9ab\"}");
        assert_eq!(insert_bad_utf8(b"ab"), b"a\xE9b");
    }
}
