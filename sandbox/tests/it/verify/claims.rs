//! The syntax of the Authorization header and of the query of a presigned URL.

use std::fmt::Write as _;

use sandbox::verify::Verification;

use super::signed::SignedRequest;
use super::{INCOMPLETE, KEY, MISMATCH, assert_accepted, assert_refused};

/// Verifies a request whose headers were changed after signing.
fn changed(service: &'static str, from: &str, to: &str) -> Verification {
    let signed = SignedRequest::of(service);
    let mut received = signed.in_header();
    for (_, value) in &mut received.headers {
        *value = value.replace(from, to);
    }
    assert_ne!(received, signed.in_header(), "{from:?} does not occur");
    signed.verify(&received)
}

#[test]
fn refusals_name_the_mistake_and_show_the_computed_texts() {
    let signature = SignedRequest::of("iam").authorization();
    let (_, signature) = signature.rsplit_once('=').unwrap();
    for (from, to, code, hint) in [
        ("AKID", "OTHER", "InvalidClientTokenId", "OTHEREXAMPLE"),
        ("us-east-1", "eu-west-1", MISMATCH, "region, not 'eu-west-1'"),
        ("/iam/", "/other/", MISMATCH, "correct service: 'iam'"),
        ("/20150830/", "/20150831/", MISMATCH, "'20150831' != '20150830'"),
        ("host;", "", MISMATCH, "'host' must be"),
        (signature, &signature.to_uppercase(), MISMATCH, "does not match"),
        (&signature[..4], "", MISMATCH, "does not match"),
    ] {
        let verification = changed("iam", from, to);
        assert_refused(&verification, code, hint);
        assert!(verification.canonical_request.unwrap().starts_with("GET\n/\n\n"), "{from}");
        assert!(verification.string_to_sign.unwrap().contains("/us-east-1/iam/aws4_request\n"));
    }
}

#[test]
fn malformed_claims_are_refused_without_texts() {
    for (from, to, hint) in [
        ("Signature=", "Nothing=", "'Signature'"),
        ("Credential=", "Credential", "missing equal-sign"),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512", "scheme"),
        ("/aws4_request", "", "exactly 5 slash-delimited"),
        ("20150830T123600Z", "noon", "Date"),
        // Only the Date header may have the HTTP format.
        ("20150830T123600Z", "Sun, 30 Aug 2015 12:36:00 GMT", "Date"),
        ("20150830T123600Z", "+20150830T123600Z", "Date"),
        ("20150830T123600Z", "2015-08-30T12:36:00Z", "Date"),
    ] {
        let verification = changed("iam", from, to);
        assert_refused(&verification, INCOMPLETE, hint);
        assert_eq!((verification.canonical_request, verification.string_to_sign), (None, None));
    }
    for service in ["s3", "iam"] {
        let date = ("date".to_owned(), "Sun, 30 Aug 2015 12:36:00 GMT".to_owned());
        let signed =
            SignedRequest::of(service).without("x-amz-date").with(|it| it.headers.push(date));
        assert_accepted(&signed.sign_all().verify_header());
    }
}

#[test]
fn a_presigned_url_is_valid_for_a_second_to_a_week() {
    for service in ["s3", "execute-api"] {
        let verify = |expires| SignedRequest::of(service).verify_query(expires, "");
        for good in ["1", "604800"] {
            assert_accepted(&verify(good));
        }
        for (bad, hint) in [
            ("0", "the minimum is 1"),
            ("+300", "not a number"),
            ("", "not a number"),
            ("3e2", "not a number"),
            ("-1", "negative"),
            ("604801", "more than a week"),
        ] {
            assert_refused(&verify(bad), INCOMPLETE, hint);
        }
    }
}

#[test]
fn a_request_must_be_signed_exactly_once() {
    let sigv2 = "AWSAccessKeyId=x&Expires=1&Signature=y";
    for service in ["s3", "ec2", "execute-api"] {
        let signed = SignedRequest::of(service);
        let bare = signed.verify(&signed.unsigned(""));
        assert_refused(&bare, "MissingAuthenticationToken", "neither");
        assert_refused(
            &signed.verify(&signed.unsigned(sigv2)),
            INCOMPLETE,
            "old Signature Version 2",
        );
        for second in [&*signed.authorization(), "Bearer x", ""] {
            let mut received = signed.in_header();
            received.headers.push(("Authorization".into(), second.into()));
            assert_refused(&signed.verify(&received), INCOMPLETE, "more than once");
        }
        for query in [sigv2, "X-Amz-Algorithm=x"] {
            let both = signed.clone().with_query(query, query);
            assert_refused(&both.verify_header(), INCOMPLETE, "more than once");
        }
        let both = signed.verify_query("300", "&AWSAccessKeyId=x&Signature=y");
        assert_refused(&both, INCOMPLETE, "more than once");
    }
    // Outside S3, this may be a parameter of the operation.
    let parameter = SignedRequest::of("execute-api").with_query("Signature=y", "Signature=y");
    assert_accepted(&parameter.verify_header());
    let token = SignedRequest::of("iam").with_unsigned("x-amz-security-token", "x");
    assert_refused(&token.verify_header(), "InvalidClientTokenId", "the key has none");
}

#[test]
fn no_part_of_a_claim_may_be_repeated() {
    for service in ["s3", "iam"] {
        let signed = SignedRequest::of(service);
        for part in ["Credential", "SignedHeaders", "Signature"] {
            let mut received = signed.in_header();
            let authorization = &mut received.headers.last_mut().unwrap().1;
            let (_, rest) = authorization.split_once(&format!("{part}=")).unwrap();
            let value = rest.split(',').next().unwrap().to_owned();
            let _ = write!(authorization, ", {part}={value}");
            let hint = format!("more than one '{part}'");
            assert_refused(&signed.verify(&received), INCOMPLETE, &hint);
        }
        for (more, hint) in [
            ("&X-Amz-Expires=300", "more than once"),
            ("&x-amz-expires=1", "more than once"),
            ("&X-Amz-Signature=0", "more than once"),
            ("&X-Amz-Date=", "more than once"),
            ("&X-Amz-Meta-A=1&X-Amz-Meta-A=2", "'X-Amz-Meta-A' more than once"),
        ] {
            assert_refused(&signed.verify_query("300", more), INCOMPLETE, hint);
        }
        assert_accepted(&signed.verify_query("300", "&a=1&a=2"));
    }
}

#[test]
fn white_space_in_a_credential_splits_it_except_for_s3() {
    let key = KEY.access_key_id;
    for blank in [" ", "\t", "  "] {
        let hint = "'/20150830/us-east-1/execute-api/aws4_request' not a valid key=value pair \
                    (missing equal-sign) in Authorization header";
        let after = changed("execute-api", key, &format!("{key}{blank}"));
        assert_refused(&after, INCOMPLETE, hint);
        let before = changed("iam", key, &format!("{blank}{key}"));
        assert_refused(&before, INCOMPLETE, "equal-sign");
    }
    let s3 = changed("s3", key, &format!("{key} "));
    assert_refused(&s3, "InvalidClientTokenId", "AKIDEXAMPLE ");
    for separator in [",Signature", "  Signature"] {
        assert_accepted(&changed("iam", ", Signature", separator));
    }
}

#[test]
fn only_s3s_rules_allow_a_slash_in_an_access_key() {
    let hint = "Credential must have exactly 5 slash-delimited elements, e.g. \
                keyid/date/region/service/term, got \
                'team/one/key/20150830/us-east-1/iam/aws4_request'";
    let with_slash = |service| SignedRequest::of(service).with(|it| it.key_id = "team/one/key");
    let (s3, iam) = (with_slash("s3"), with_slash("iam"));
    for verification in [s3.verify_header(), s3.verify_query("300", "")] {
        assert_accepted(&verification);
    }
    for verification in [iam.verify_header(), iam.verify_query("300", "")] {
        assert_refused(&verification, INCOMPLETE, hint);
    }
}
