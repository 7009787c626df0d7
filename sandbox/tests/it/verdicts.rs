//! `verify` beyond the official vectors: what they leave open, the edges of the window, and that
//! nothing makes it panic.

use std::fmt::Write as _;

use proptest::prelude::*;
use sandbox::verify::{
    Decision, PayloadSigning, ReceivedRequest, Rules, StoredKey, Verification, verify,
};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const KEY: StoredKey<'_> = StoredKey {
    access_key_id: "AKIDEXAMPLE",
    secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    session_token: None,
};
const NOON: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);

/// The vector `get-vanilla`, whose signature is right for this target only.
fn vanilla(target: &str) -> ReceivedRequest {
    let headers = [
        ("Host", "example.amazonaws.com"),
        ("X-Amz-Date", "20150830T123600Z"),
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
    ];
    ReceivedRequest {
        method: "GET".into(),
        target: target.into(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: Vec::new(),
    }
}

fn edited(from: &str, to: &str) -> ReceivedRequest {
    let mut received = vanilla("/");
    for (_, value) in &mut received.headers {
        *value = value.replace(from, to);
    }
    received
}

fn judge(received: &ReceivedRequest) -> Verification {
    verify(received, &KEY, &Rules::of("service", "us-east-1"), NOON)
}

#[track_caller]
fn assert_refused(verdict: &Verification, code: &str, hint: &str) {
    match &verdict.outcome {
        Decision::Refused { code: said, message } if said == code && message.contains(hint) => {}
        other => panic!("expected {code} with {hint:?}, got {other:?}"),
    }
}

#[test]
fn paths_and_queries_are_read_as_the_services_read_them() {
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
        let rules = Rules::of(service, "us-east-1");
        let canonical = verify(&vanilla(target), &KEY, &rules, NOON).canonical_request.unwrap();
        let lines: Vec<_> = canonical.lines().collect();
        assert_eq!((lines[1], lines[2]), (path, query), "{service} {target}");
    }
}

#[test]
fn the_window_is_fifteen_minutes_either_way_and_five_for_execute_api() {
    for (service, minutes) in [("service", 15), ("s3", 15), ("execute-api", 5)] {
        assert_eq!(Rules::of(service, "").window, Duration::minutes(minutes), "{service}");
    }
    let rules = Rules::of("service", "us-east-1");
    for (seconds, outcome) in [(-901, false), (-900, true), (900, true), (901, false)] {
        let verdict = verify(&vanilla("/"), &KEY, &rules, NOON + Duration::seconds(seconds));
        assert_eq!(verdict.outcome == Decision::Accepted, outcome, "{seconds}: {verdict:?}");
    }
    for now in [datetime!(9999-12-31 23:59:59 UTC), datetime!(0000-01-01 0:00 UTC)] {
        let verdict = verify(&vanilla("/"), &KEY, &rules, now);
        assert_refused(&verdict, "SignatureDoesNotMatch", "Signature ");
    }
}

#[test]
fn a_refusal_says_what_is_wrong_and_shows_what_was_computed() {
    for (from, to, code, hint) in [
        ("AKID", "OTHER", "InvalidClientTokenId", "OTHEREXAMPLE"),
        ("us-east-1", "eu-west-1", "SignatureDoesNotMatch", "region, not 'eu-west-1'"),
        ("/service/", "/other/", "SignatureDoesNotMatch", "correct service: 'service'"),
        ("/20150830/", "/20150831/", "SignatureDoesNotMatch", "'20150831' != '20150830'"),
        ("host;", "", "SignatureDoesNotMatch", "'host' must be"),
        ("5fa0", "5FA0", "SignatureDoesNotMatch", "does not match"),
        ("5fa0", "", "SignatureDoesNotMatch", "does not match"),
    ] {
        let verdict = judge(&edited(from, to));
        assert_refused(&verdict, code, hint);
        assert!(verdict.canonical_request.unwrap().starts_with("GET\n/\n\n"), "{from}");
        assert!(verdict.string_to_sign.unwrap().contains("/us-east-1/service/aws4_request\n"));
    }
    for (from, to, code, hint) in [
        ("Signature=", "Nothing=", "IncompleteSignature", "'Signature'"),
        ("Credential=", "Credential", "IncompleteSignature", "missing equal-sign"),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512", "IncompleteSignature", "scheme"),
        ("/aws4_request", "", "IncompleteSignature", "exactly 5 slash-delimited"),
        ("20150830T123600Z", "noon", "IncompleteSignature", "Date"),
    ] {
        let verdict = judge(&edited(from, to));
        assert_refused(&verdict, code, hint);
        assert_eq!((verdict.canonical_request, verdict.string_to_sign), (None, None));
    }
    let mut bare = vanilla("/");
    bare.headers.truncate(2);
    assert_refused(&judge(&bare), "MissingAuthenticationToken", "neither");
    assert_refused(&judge(&vanilla("/?X-Amz-Algorithm=x")), "IncompleteSignature", "use one");
    let mut tokened = vanilla("/");
    tokened.headers.push(("X-Amz-Security-Token".into(), "x".into()));
    assert_refused(&judge(&tokened), "InvalidClientTokenId", "the key has none");
}

#[test]
fn s3_alone_goes_by_the_hash_that_came_along() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let with = |value: &str| {
        let mut received = vanilla("/");
        received.headers.push(("x-amz-content-sha256".into(), value.into()));
        received
    };
    // It is not among the signed headers, so the signature stays right.
    for value in [empty, &empty.replace('e', "f"), "x", "UNSIGNED-PAYLOAD", ""] {
        assert_eq!(judge(&with(value)).outcome, Decision::Accepted, "{value}");
    }
    let s3 = |received: &ReceivedRequest| {
        let rules = Rules { service: "service", ..Rules::of("s3", "us-east-1") };
        verify(received, &KEY, &rules, NOON)
    };
    assert_eq!(s3(&with(empty)).outcome, Decision::Accepted);
    assert_refused(
        &s3(&with(&empty.replace('e', "f"))),
        "SignatureDoesNotMatch",
        "the body's SHA-256",
    );
    assert_refused(&s3(&with("x")), "IncompleteSignature", "neither a SHA-256 nor a known value");
    let asymmetric = with("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD");
    assert_refused(&s3(&asymmetric), "IncompleteSignature", "signed with AWS4-HMAC-SHA256");

    let last = |received: &ReceivedRequest, rules: &Rules<'_>, payload| {
        let rules = Rules { payload, ..*rules };
        let canonical = verify(received, &KEY, &rules, NOON).canonical_request.unwrap();
        canonical.lines().last().unwrap().to_owned()
    };
    let (general, s3) = (Rules::of("service", "us-east-1"), Rules::of("s3", "us-east-1"));
    let unsigned = with("UNSIGNED-PAYLOAD");
    assert_eq!(last(&unsigned, &s3, Some(PayloadSigning::Signed)), "UNSIGNED-PAYLOAD");
    assert_eq!(last(&unsigned, &general, None), empty);
    for rules in [&s3, &general] {
        assert_eq!(last(&vanilla("/"), rules, Some(PayloadSigning::Unsigned)), "UNSIGNED-PAYLOAD");
        assert_eq!(last(&vanilla("/"), rules, Some(PayloadSigning::Signed)), empty);
        assert_eq!(last(&vanilla("/"), rules, None), empty);
    }
}

proptest! {
    #[test]
    fn no_request_makes_it_panic(
        method in ".{0,8}",
        target in "(/|\\?|&|=|%|[+./a%2FfZ0-9]|\\PC){0,40}",
        name in "(host|x-amz-date|x-amz-content-sha256|authorization|.{0,8})",
        value in "(AWS4-HMAC-SHA256 |Credential=|SignedHeaders=|Signature=|[/,;= ]|\\PC){0,30}",
        date in "[0-9]{8}T[0-9]{6}Z",
        body in any::<Vec<u8>>(),
    ) {
        let mut received = vanilla(&target);
        received.method = method;
        received.headers[1].1 = date;
        received.headers.push((name.clone(), value.clone()));
        received.body = body;
        let _ = judge(&received);
        received.headers.retain(|(name, _)| name != "Authorization");
        let _ = judge(&received);
        received.target.push_str("?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host");
        let _ = write!(received.target, "&X-Amz-Credential={value}&X-Amz-Date={name}");
        let _ = judge(&received);
    }

    /// How a client chooses to escape what it sends is no part of the request's meaning.
    #[test]
    fn the_spelling_of_an_escape_does_not_matter(text in "\\PC{1,12}") {
        let escape = |upper: bool| -> String {
            let hex = |byte: u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
            text.bytes().map(hex).collect()
        };
        let shouted = format!("/?a={}", escape(true));
        let whispered = format!("/?a={}", escape(false));
        let canonical = |target: &str| judge(&vanilla(target)).canonical_request;
        prop_assert_eq!(canonical(&shouted), canonical(&whispered));
    }
}
