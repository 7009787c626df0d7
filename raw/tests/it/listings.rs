//! How listings of S3 are read: keys of any kind, and pages.

use contract::{Answer, ListObjects, Object, ObjectListing, Operation, Pages};
use raw::parse::Page;

use crate::parse;

#[test]
fn a_listing_is_read_with_its_prefixes_and_decoded_keys() {
    let page = parse(&list_objects(), OBJECTS).unwrap();
    let object = Object {
        key: "test/a b+c%25.txt".into(),
        size: Some(11),
        etag: Some("\"0d9fa06a66933b40f615f530e59edd6b\"".into()),
        last_modified: Some("2026-01-01T00:00:00.000Z".into()),
        storage_class: Some("STANDARD".into()),
    };
    let listing = ObjectListing {
        objects: vec![object],
        common_prefixes: vec!["test/é/".into()],
        truncated: true,
    };
    assert_eq!(
        page,
        Page {
            answer: Answer::Objects(listing),
            next: Some("1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J==".into())
        }
    );
}

#[test]
fn an_empty_bucket_is_an_empty_listing() {
    let page = parse(&list_objects(), &listing("<KeyCount>0</KeyCount>")).unwrap();
    let empty =
        ObjectListing { objects: Vec::new(), common_prefixes: Vec::new(), truncated: false };
    assert_eq!(page, Page { answer: Answer::Objects(empty), next: None });
}

#[test]
fn keys_are_decoded_only_if_the_service_encoded_them() {
    let contents = "<Contents><Key>a+b%2Fc</Key></Contents>";
    assert_eq!(keys(contents), ["a+b%2Fc"]);
    assert_eq!(keys(&format!("<EncodingType>url</EncodingType>{contents}")), ["a b/c"]);
    // The order of elements is not specified.
    assert_eq!(keys(&format!("{contents}<EncodingType>url</EncodingType>")), ["a b/c"]);
    let error = parse(&list_objects(), &listing("<EncodingType>rot13</EncodingType>")).unwrap_err();
    assert!(error.to_string().contains("<EncodingType> holds \"rot13\""), "{error}");
}

#[test]
fn keys_of_every_kind_are_read_unchanged() {
    for key in ["a//b", "../x", ".", "%41", "a\nb", "\u{1F600}", "e\u{301}", "\"'<>&", "\u{1}"] {
        let encoded = raw::encode::query(key);
        let contents =
            format!("<EncodingType>url</EncodingType><Contents><Key>{encoded}</Key></Contents>");
        assert_eq!(keys(&contents), [key]);
    }
}

#[test]
fn an_invalid_encoding_is_an_error() {
    for key in ["%", "%4", "%zz", "%FF", "%+1"] {
        let contents =
            format!("<EncodingType>url</EncodingType><Contents><Key>{key}</Key></Contents>");
        let error = parse(&list_objects(), &listing(&contents)).expect_err(key).to_string();
        assert!(error.contains(&format!("<Key> holds {key:?}")), "{error}");
    }
}

#[test]
fn a_page_states_whether_it_is_the_last_and_how_to_go_on() {
    let message = |document: &str| parse(&list_objects(), document).unwrap_err().to_string();
    let silent = listing("").replace("<IsTruncated>false</IsTruncated>", "");
    assert!(message(&silent).contains("<IsTruncated> is missing"));
    let unsure = listing("").replace("false", "maybe");
    assert!(message(&unsure).contains("<IsTruncated> holds \"maybe\""));
    let stuck = listing("").replace("false", "true");
    assert!(message(&stuck).contains("<NextContinuationToken> is missing"));
    let empty = stuck.replace("</ListB", "<NextContinuationToken/></ListB");
    assert!(message(&empty).contains("<NextContinuationToken> is missing"));
}

#[test]
fn a_size_is_a_number_that_fits() {
    let with_size =
        |size: &str| listing(&format!("<Contents><Key>k</Key><Size>{size}</Size></Contents>"));
    parse(&list_objects(), &with_size("9223372036854775807"))
        .expect("the largest value of AWS's long");
    let too_large = ["9223372036854775808", "18446744073709551615", "18446744073709551616"];
    for size in too_large.into_iter().chain(["-1", "-0", "+1", "1e3", "", " 1", "0x10"]) {
        let error = parse(&list_objects(), &with_size(size)).expect_err(size).to_string();
        assert!(error.contains("<Size> holds") && error.contains("whole number"), "{error}");
    }
}

#[test]
fn every_listed_entry_needs_its_name() {
    for (contents, element) in [
        ("<Contents><Size>1</Size></Contents>", "Key"),
        ("<CommonPrefixes></CommonPrefixes>", "Prefix"),
    ] {
        let error = parse(&list_objects(), &listing(contents)).unwrap_err().to_string();
        assert!(error.contains(&format!("<{element}> is missing")), "{error}");
    }
}

#[test]
fn an_empty_name_is_an_error() {
    for (contents, element) in [
        ("<Contents><Key/></Contents>", "Key"),
        ("<CommonPrefixes><Prefix></Prefix></CommonPrefixes>", "Prefix"),
    ] {
        let error = parse(&list_objects(), &listing(contents)).unwrap_err().to_string();
        assert!(error.contains(&format!("<{element}> holds \"\", which is not a name")), "{error}");
    }
}

fn keys(contents: &str) -> Vec<String> {
    match parse(&list_objects(), &listing(contents)).unwrap().answer {
        Answer::Objects(listing) => listing.objects.into_iter().map(|object| object.key).collect(),
        other => panic!("{other:?}"),
    }
}

fn listing(contents: &str) -> String {
    format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>")
}

pub(crate) fn list_objects() -> Operation {
    list_objects_of("bucket")
}

pub(crate) fn list_objects_of(bucket: &str) -> Operation {
    Operation::ListObjects(ListObjects {
        bucket: bucket.into(),
        prefix: None,
        delimiter: None,
        page_size: None,
        pages: Pages::All,
    })
}

pub(crate) const OBJECTS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>example-bucket</Name><Prefix>test/</Prefix><NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J==</NextContinuationToken><KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys><Delimiter>/</Delimiter><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><Contents><Key>test/a+b%2Bc%2525.txt</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;0d9fa06a66933b40f615f530e59edd6b&quot;</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm><Size>11</Size><StorageClass>STANDARD</StorageClass></Contents><CommonPrefixes><Prefix>test/%C3%A9/</Prefix></CommonPrefixes></ListBucketResult>"#;
