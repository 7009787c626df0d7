//! What a signature does not cover must not change the meaning of a request.

use super::signed::{S3_LIKE, SignedRequest};
use super::{INCOMPLETE, MISMATCH, assert_accepted, assert_refused};
use crate::support::EMPTY_SHA256;

#[test]
fn correct_signatures_are_accepted() {
    for service in ["ec2", "execute-api", "iam"].into_iter().chain(S3_LIKE) {
        assert_accepted(&SignedRequest::of(service).verify_header());
        assert_accepted(&SignedRequest::of(service).verify_query("300", ""));
    }
}

#[test]
fn services_other_than_s3_always_hash_the_body() {
    for value in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "anything"] {
        for service in ["ec2", "execute-api", "iam"] {
            let good = SignedRequest::of(service).with_unsigned("x-amz-content-sha256", value);
            let bad = good.clone().with(|it| it.payload = value.into());
            for signed in [bad.clone(), bad.sign_all()] {
                assert_refused(&signed.verify_header(), MISMATCH, "does not match");
            }
            for signed in [good.clone(), good.sign_all()] {
                assert_accepted(&signed.verify_header());
            }
        }
    }
}

#[test]
fn the_payload_rule_depends_on_the_claim_and_not_on_the_url() {
    for (query, canonical) in [
        ("x=X-Amz-Signature=1", "x=X-Amz-Signature%3D1"),
        ("X-Amz-Signature%3D=1", "X-Amz-Signature%3D=1"),
    ] {
        let signed =
            SignedRequest::of("s3").without("x-amz-content-sha256").with_query(query, canonical);
        assert_accepted(&signed.verify_header());
        let unsigned = signed.with(|it| it.payload = "UNSIGNED-PAYLOAD".into());
        assert_refused(&unsigned.verify_header(), MISMATCH, "does not match");
    }
}

#[test]
fn s3_requires_the_token_of_a_presigned_url_to_be_signed() {
    let token = ("x-amz-security-token", "token");
    let with_token = |service| SignedRequest::of(service).with(|it| it.token = Some(token.1));
    let in_header = |service| with_token(service).with_unsigned(token.0, token.1);
    let hint = "'x-amz-security-token' must be";
    assert_refused(&in_header("s3").verify_query("300", ""), MISMATCH, hint);
    assert_accepted(&in_header("iam").verify_query("300", ""));
    assert_accepted(&with_token("s3").verify_query("300", "&X-Amz-Security-Token=token"));
}

#[test]
fn headers_that_are_read_once_must_not_be_repeated() {
    for (service, name) in [
        ("s3", "host"),
        ("s3", "x-amz-date"),
        ("s3", "x-amz-content-sha256"),
        ("iam", "host"),
        ("iam", "x-amz-date"),
    ] {
        let signed = SignedRequest::of(service).with(|it| {
            let header = it.headers.iter().find(|(sent, _)| sent == name).unwrap().clone();
            it.headers.push(header.clone());
            let line = it.canonical_headers.iter_mut().find(|(sent, _)| sent == name).unwrap();
            line.1 = format!("{0},{0}", header.1);
        });
        let hint = format!("'{name}' more than once");
        assert_refused(&signed.verify_header(), INCOMPLETE, &hint);
    }
    let token = "x-amz-security-token";
    let once =
        SignedRequest::of("iam").with(|it| it.token = Some("token")).with_unsigned(token, "token");
    assert_accepted(&once.verify_header());
    let twice = once.with_unsigned(token, "another").verify_header();
    assert_refused(&twice, INCOMPLETE, "'x-amz-security-token' more than once");
    let other =
        SignedRequest::of("iam").with_unsigned("my-header", "a").with_unsigned("my-header", "b");
    let other = other.with(|it| it.canonical_headers.insert(1, ("my-header".into(), "a,b".into())));
    assert_accepted(&other.verify_header());
}

#[test]
fn the_host_must_be_present() {
    for service in ["s3", "iam"] {
        let absent = SignedRequest::of(service).with(|it| {
            it.headers.retain(|(name, _)| name != "host");
            it.canonical_headers[0].1.clear();
        });
        let blank = absent.clone().with_unsigned("host", " ");
        for signed in [SignedRequest::of(service).without("host"), absent, blank] {
            assert_refused(&signed.verify_header(), INCOMPLETE, "no Host");
        }
    }
}

#[test]
fn only_s3_takes_a_missing_signed_header_as_empty() {
    let verify = |service, name: &str| {
        let signed = SignedRequest::of(service).with(|it| {
            it.canonical_headers.push((name.into(), String::new()));
            it.canonical_headers.sort();
        });
        signed.verify_header()
    };
    assert_accepted(&verify("s3", "transfer-encoding"));
    let hint =
        "'connection' is named as a SignedHeader, but it does not exist in the HTTP request.";
    for service in ["execute-api", "ec2", "iam"] {
        assert_refused(&verify(service, "connection"), INCOMPLETE, hint);
        assert_accepted(&verify(service, "content-length"));
    }
}

#[test]
fn s3_checks_the_hash_in_the_header() {
    let verify = |value: &str| {
        let mut received = SignedRequest::of("s3").in_header();
        received.headers[1].1 = value.into();
        SignedRequest::of("s3").verify(&received)
    };
    assert_accepted(&verify(EMPTY_SHA256));
    for (value, code, hint) in [
        (&*EMPTY_SHA256.replace('e', "f"), MISMATCH, "the body's SHA-256"),
        ("x", INCOMPLETE, "neither a SHA-256 nor a known value"),
        ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", INCOMPLETE, "signed with AWS4-HMAC-SHA256"),
    ] {
        assert_refused(&verify(value), code, hint);
    }
}
