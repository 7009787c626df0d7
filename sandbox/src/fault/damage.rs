//! What is done to the bytes of a right answer.

/// The ends of what lists are made of: S3's keys and buckets, and EC2's items, of which only those
/// of the outermost list stand so far to the left.
const ITEM_ENDS: [&str; 3] = ["</Contents>", "</Bucket>", "\n        </item>"];
/// Whose text is spoilt, the first that is there: names, and what an error says.
const TEXTS: [&str; 5] = ["<Key>", "<Name>", "<name>", "<Message>", "\":\""];

/// Where the document is cut: behind that of its items that ends last in its first half, or else
/// behind the first of all; behind everything but its last end tag where it has no items; and in the
/// middle where it is no XML.
pub(super) fn cut(body: &[u8]) -> usize {
    let text = String::from_utf8_lossy(body);
    let half = body.len() / 2;
    for end in ITEM_ENDS {
        let ends = text.match_indices(end).map(|(at, _)| at + end.len());
        let (before, behind): (Vec<_>, Vec<_>) = ends.partition(|at| *at <= half);
        if let Some(at) = before.last().or(behind.first()) {
            return *at;
        }
    }
    find_last(body, "</").unwrap_or(half)
}

/// The body with 0xE9 put before its first text, or in its middle where it has none.
pub(super) fn spoil_text(body: &[u8]) -> Vec<u8> {
    let text = TEXTS.iter().find_map(|start| Some(find_first(body, start)? + start.len()));
    let mut spoilt = body.to_vec();
    spoilt.insert(text.unwrap_or(body.len() / 2), 0xE9);
    spoilt
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
    fn a_list_is_cut_behind_a_whole_item() {
        let document = format!("<List>{}</List>", "<Contents>key</Contents>".repeat(5));
        assert_eq!(cut_text(&document), "<List><Contents>key</Contents><Contents>key</Contents>");
        let one = "<Buckets><Bucket>a long name</Bucket></Buckets>";
        assert_eq!(cut_text(one), "<Buckets><Bucket>a long name</Bucket>");
    }

    #[test]
    fn an_item_inside_an_item_is_not_where_ec2s_lists_are_cut() {
        let item = "\n        <item>\n            <item>\n            </item>\n        </item>";
        let document = format!("<Answer>\n    <set>{item}{item}{item}\n    </set>\n</Answer>");
        assert_eq!(cut_text(&document), format!("<Answer>\n    <set>{item}"));
    }

    #[test]
    fn what_is_no_list_is_cut_before_its_end() {
        assert_eq!(cut_text("<A><return>true</return></A>"), "<A><return>true</return>");
        assert_eq!(cut_text("{\"a\": 12}"), "{\"a\"");
    }

    #[test]
    fn one_byte_is_put_before_a_text() {
        assert_eq!(spoil_text(b"<A><Key>ab</Key></A>"), b"<A><Key>\xE9ab</Key></A>");
        assert_eq!(spoil_text(br#"{"message":"ab"}"#), b"{\"message\":\"\xE9ab\"}");
        assert_eq!(spoil_text(b"ab"), b"a\xE9b");
    }
}
