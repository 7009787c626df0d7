//! The strict reading of XML: what is accepted as a document, and what is not.

use contract::Operation;
use raw::parse::ParseError;

use crate::documents::documents;
use crate::{parse, response};

#[test]
fn a_document_that_is_cut_anywhere_is_an_error() {
    for (operation, document) in documents() {
        parse(&operation, document).expect("the whole document is valid");
        for end in 0..document.len() {
            let Some(cut) = document.get(..end) else { continue };
            let answer = parse(&operation, cut);
            assert!(answer.is_err(), "{} cut to {cut:?} gave {answer:?}", operation.name());
        }
    }
}

#[test]
fn a_declaration_without_a_root_is_cut_and_not_empty() {
    let declaration = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    for (body, message) in [("", "the body is empty"), (declaration, "ends early, at byte 38")] {
        let error = parse(&Operation::ListBuckets, body).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn only_white_space_comments_and_instructions_may_follow_the_root() {
    for (operation, document) in documents() {
        for good in ["\n", " \r\n\t", "<!-- the end -->", "<?done?>"] {
            parse(&operation, &format!("{document}{good}")).expect(good);
        }
        for bad in ["x", "<a/>", "</a>", "<", "&amp;", "<![CDATA[]]>", "\u{feff}", document] {
            let error = parse(&operation, &format!("{document}{bad}")).expect_err(bad);
            assert!(matches!(error, ParseError::Unusable { .. }), "{bad}: {error}");
        }
    }
}

#[test]
fn a_document_of_another_kind_is_an_error() {
    let all = documents();
    for (operation, expected) in &all {
        for (_, document) in &all {
            let is_same = root(document) == root(expected);
            assert_eq!(parse(operation, document).is_ok(), is_same, "{document}");
        }
        for other in ["", "OK", "{}", "<html></html>", "<!DOCTYPE html><html/>", "\u{feff}"] {
            parse(operation, other).expect_err(other);
        }
    }
    let error = parse(&Operation::ListBuckets, "<html></html>").unwrap_err().to_string();
    assert!(
        error.contains("the document is a <html>, not the expected <ListAllMyBucketsResult>"),
        "{error}"
    );
}

#[test]
fn every_spelling_that_xml_allows_is_read_the_same() {
    let plain = "<ListAllMyBucketsResult><Buckets><Bucket><Name>a&amp;b</Name></Bucket></Buckets>\
                 </ListAllMyBucketsResult>";
    let expected = parse(&Operation::ListBuckets, plain).unwrap();
    let namespaced = plain
        .replace("</", "</s3:")
        .replace("><", ">\n<")
        .replace("<L", "<s3:L")
        .replace("<B", "<s3:B")
        .replace("<N", "<s3:N")
        .replace("<s3:ListAllMyBucketsResult>", "<s3:ListAllMyBucketsResult xmlns:s3='x'>");
    let forms = [
        format!("\u{feff}{plain}"),
        format!("<?xml version='1.0'?><!-- hello --><!DOCTYPE x>\n{plain}"),
        namespaced,
        plain.replace("a&amp;b", "<![CDATA[a&b]]>"),
        plain.replace("a&amp;b", "&#97;&#x26;b"),
        plain.replace("a&amp;b", "a<!-- and --><![CDATA[&]]>b"),
        plain.replace("<Name>", "<Owner><ID/></Owner><Future a=\"&lt;\"><x>1</x></Future><Name >"),
    ];
    for form in forms {
        assert_eq!(parse(&Operation::ListBuckets, &form).expect(&form), expected, "{form}");
    }
}

#[test]
fn a_declaration_appears_once_at_the_beginning() {
    let declaration = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    let root = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>";
    for good in [declaration, "<?xml version='1.0' encoding='utf-8'?>", "<?xml version='1.0'?>\n"] {
        parse(&Operation::ListBuckets, &format!("{good}{root}")).expect(good);
    }
    let doctype = "<!DOCTYPE x>";
    for bad in [
        format!("{declaration}{declaration}"),
        format!("{declaration}\n<?xml version='1.0'?>"),
        format!(" {declaration}"),
        format!("<!-- first -->{declaration}"),
        format!("{doctype}{doctype}"),
        format!("{doctype}{declaration}"),
        "<?xml version='1.0' encoding='ISO-8859-1'?>".to_owned(),
    ] {
        parse(&Operation::ListBuckets, &format!("{bad}{root}")).expect_err(&bad);
    }
}

#[test]
fn malformed_content_is_an_error() {
    let name = |text: &str| {
        format!(
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>{text}</Name></Bucket></Buckets>\
             </ListAllMyBucketsResult>"
        )
    };
    for (text, message) in [
        ("a&nbsp;b", "the entity &nbsp; is not one of XML"),
        ("a&b", "not well-formed"),
        ("&#x110000;", "not well-formed"),
        ("a<b/>", "<b> where only text belongs"),
        ("</Name><Name>", "not well-formed"),
    ] {
        let document = name(text).replace("</Name><Name></Name>", "</Bucket><Name></Name>");
        let error = parse(&Operation::ListBuckets, &document).expect_err(text).to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
    let stray = name("a").replace("<Buckets>", "<Buckets>stray");
    let error = parse(&Operation::ListBuckets, &stray).unwrap_err().to_string();
    assert!(
        error.contains("text where only elements belong")
            && error.contains("in /ListAllMyBucketsResult/Buckets"),
        "{error}"
    );
    let mut latin1 = response(200, &[], &name("a"));
    latin1.body.iter_mut().filter(|byte| **byte == b'a').for_each(|byte| *byte = 0xE9);
    raw::parse::parse(&Operation::ListBuckets, &latin1).expect_err("0xE9 is not UTF-8");
}

#[test]
fn a_character_that_xml_forbids_is_an_error() {
    for (operation, document) in documents() {
        let (content, end) = document.split_at(document.rfind("</").unwrap());
        for forbidden in ["\0", "\u{1b}", "\u{1}", "\u{fffe}", "&#0;", "&#x1B;", "&#xFFFF;"] {
            let changed = format!("{content}<Name>{forbidden}</Name>{end}");
            let error = parse(&operation, &changed).expect_err(forbidden).to_string();
            let is_named = error.contains("which XML forbids") || error.contains("not well-formed");
            assert!(is_named, "{forbidden:?}: {error}");
        }
    }
}

#[test]
fn an_error_document_may_quote_a_key_with_any_character() {
    for (written, character) in [("&#x1;", "\u{1}"), ("\u{1b}", "\u{1b}")] {
        let body =
            format!("<Error><Code>NoSuchKey</Code><Key>a{written}</Key><HostId>H</HostId></Error>");
        match raw::parse::parse(&Operation::ListBuckets, &response(404, &[], &body)) {
            Err(ParseError::Refused(response)) => {
                assert_eq!(response.detail("Key"), Some(format!("a{character}").as_str()));
                assert_eq!(response.host_id.as_deref(), Some("H"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn endless_nesting_is_a_short_error() {
    for depth in [50, 1_000, 1_000_000] {
        let error = parse(
            &Operation::ListBuckets,
            &("<ListAllMyBucketsResult>".to_owned() + &"<a>".repeat(depth)),
        );
        let error = error.unwrap_err().to_string();
        let message = if depth < 64 { "ends early" } else { "nested too deeply" };
        assert!(error.contains(message) && error.len() < 200, "{error}");
    }
}

fn root(document: &str) -> &str {
    let from = document.rfind("</").unwrap();
    &document[from..]
}
