//! Canonical requests.

use proptest::prelude::*;
use sandbox::verify::{PayloadSigning, Rules, verify};

use super::signed::{S3_LIKE, SignedRequest};
use super::{KEY, MISMATCH, NOW, REGION, assert_accepted, assert_refused};
use crate::support::EMPTY_SHA256;

/// The canonical request of a target, whatever its signature.
fn canonical(service: &'static str, target: &str) -> String {
    let signed = SignedRequest::of(service);
    let mut received = signed.in_header();
    received.target = target.into();
    signed.verify(&received).canonical_request.unwrap()
}

#[test]
fn paths_and_queries_have_the_canonical_form_of_the_service() {
    for (service, target, path, query) in [
        ("s3", "", "/", ""),
        ("s3", "//a/../b/.", "//a/../b/.", ""),
        ("s3", "/a%20b/%C3%A9", "/a%20b/%C3%A9", ""),
        ("s3", "/a=b:c@d!", "/a%3Db%3Ac%40d%21", ""),
        ("s3", "/a+b%2Bc", "/a%20b%2Bc", ""), // a bare plus is a space
        ("s3", "/a%2fb", "/a/b", ""),
        ("s3", "/100%", "/100%25", ""),
        ("other", "", "/", ""),
        ("other", "//a/./b/../c//", "/a/c/", ""),
        ("other", "/../..", "/", ""),
        ("other", "/a/..", "/", ""),
        ("other", "/a/b/..", "/a/", ""),
        ("other", "/a%20b/@c=", "/a%2520b/%40c%3D", ""),
        ("other", "/?b=2&a=1&a=0&B", "/", "B=&a=0&a=1&b=2"),
        ("other", "/?a=x+y%2Bz%20~", "/", "a=x%20y%2Bz%20~"),
        ("other", "/?a=b=c&%61=%2f&&", "/", "a=%2F&a=b%3Dc"),
        ("other", "/?a=?/:@é", "/", "a=%3F%2F%3A%40%C3%A9"),
    ] {
        let canonical = canonical(service, target);
        let lines: Vec<_> = canonical.lines().collect();
        assert_eq!((lines[1], lines[2]), (path, query), "{service} {target}");
    }
}

proptest! {
    #[test]
    fn the_case_of_percent_escapes_does_not_matter(text in "\\PC{1,12}") {
        let upper = text.bytes().fold("/?a=".to_owned(), |it, byte| format!("{it}%{byte:02X}"));
        prop_assert_eq!(canonical("iam", &upper), canonical("iam", &upper.to_lowercase()));
    }
}

#[test]
fn services_related_to_s3_follow_its_rules() {
    for service in S3_LIKE {
        let signed = SignedRequest::of(service).with_path("/a%20b//c/.", "/a%20b//c/.");
        assert_accepted(&signed.verify_header());
        assert_accepted(&signed.verify_query("300", ""));
    }
    let other = SignedRequest::of("s3-outposts-other").with_path("/a%20b//c", "/a%2520b/c");
    assert_accepted(&other.verify_header());
}

#[test]
fn every_form_of_awss_signers_is_accepted() {
    for (service, path, canonical) in [
        ("iam", "/a/.", "/a/"),
        ("iam", "/a/.", "/a"),
        ("iam", "/a/b/..", "/a/"),
        ("iam", "/a/b/..", "/a"),
        ("s3", "/100%", "/100%25"),
        ("s3", "/100%", "/100%"),
        ("s3", "/a%2Fb", "/a%2Fb"),
        ("iam", "/100%", "/100%25"),
    ] {
        assert_accepted(&SignedRequest::of(service).with_path(path, canonical).verify_header());
    }
    for (query, canonical) in
        [("a=1+2", "a=1%202"), ("a=100%", "a=100%25"), ("a=100%", "a=100%"), ("a=%2", "a=%2")]
    {
        assert_accepted(&SignedRequest::of("iam").with_query(query, canonical).verify_header());
    }
    let tab = SignedRequest::of("iam").with_unsigned("my-header", "my\tvalue").with(|it| {
        it.canonical_headers.insert(1, ("my-header".into(), "my value".into()));
    });
    assert_accepted(&tab.verify_header());
}

#[test]
fn no_form_makes_a_signature_valid_for_another_request() {
    for (query, canonical) in [
        ("a=1+2", "a=1%2B2"),
        ("a=%2541", "a=%41"),
        ("a=%%32F", "a=%2F"),
        ("a=%252F", "a=%2F"),
        ("a=100%25", "a=100%"),
    ] {
        let signed = SignedRequest::of("iam").with_query(query, canonical);
        assert_refused(&signed.verify_header(), MISMATCH, "does not match");
    }
    let injected = SignedRequest::of("s3").with_path("/%\nx", "/%\nx");
    assert_refused(&injected.verify_header(), MISMATCH, "does not match");
}

#[test]
fn the_last_line_depends_on_the_header_and_on_the_rules() {
    const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
    use PayloadSigning::{Signed as Hashed, Unsigned};
    for (service, header, payload, line) in [
        ("s3", UNSIGNED, Some(Hashed), UNSIGNED),
        ("iam", UNSIGNED, None, EMPTY_SHA256),
        ("s3", "", Some(Unsigned), UNSIGNED),
        ("s3", "", Some(Hashed), EMPTY_SHA256),
        ("s3", "", None, EMPTY_SHA256),
        ("iam", "", Some(Unsigned), UNSIGNED),
        ("iam", "", Some(Hashed), EMPTY_SHA256),
        ("iam", "", None, EMPTY_SHA256),
    ] {
        let mut signed = SignedRequest::of(service).without("x-amz-content-sha256");
        if !header.is_empty() {
            signed = signed.with_unsigned("x-amz-content-sha256", header);
        }
        let rules = Rules { payload, ..Rules::of(service, REGION) };
        let canonical = verify(&signed.in_header(), &KEY, &rules, NOW).canonical_request.unwrap();
        assert_eq!(canonical.lines().last(), Some(line), "{service} {header} {payload:?}");
    }
}
