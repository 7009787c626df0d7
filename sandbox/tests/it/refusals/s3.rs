//! S3's refusals, in the order of its checks.

use std::fmt::Write as _;

use super::{arn, assert_matches_fact, start};
use crate::support::{
    EMPTY_SHA256, HttpRequest, HttpResponse, TestCall, compact, exchange, minutes, sha256_hex,
};

/// Sends a request and compares the response with the fact of that case.
#[track_caller]
fn check(request: &HttpRequest, case: &str, values: &[&str]) -> HttpResponse {
    let response = request.send();
    assert_matches_fact(&response, "s3", case, values);
    assert_eq!(response.header("server"), "AmazonS3");
    assert_eq!(response.header("x-amz-request-id"), response.element("RequestId").unwrap());
    assert_eq!(response.header("x-amz-id-2"), response.element("HostId").unwrap());
    response
}

/// Checks a refusal with status 400 for which there is no fact.
#[track_caller]
fn assert_refused(response: &HttpResponse, code: &str, hint: &str) {
    assert_eq!((response.status, &*response.element("Code").unwrap()), (400, code));
    let message = response.element("Message").unwrap();
    assert!(message.contains(hint), "{message}");
}

#[test]
fn syntax_errors_in_headers_are_named() {
    let sandbox = start();
    let signed = || TestCall::by(&sandbox, "admin", "/").signed();
    let today = compact(minutes(0))[..8].to_owned();
    let key = &sandbox.identity("admin").unwrap().access_key_id;
    for (from, to, case, values) in [
        ("Credential=", "Other=", "components missing", &[][..]),
        ("SignedHeaders=", "Other=", "components missing", &[]),
        ("Signature=", "Other=", "components missing", &[]),
        ("/aws4_request", "", "bad Credential form", &[]),
        (key, "", "empty access key", &[]),
        (&today, "today", "bad credential date", &["today"]),
        ("aws4_request", "aws5_request", "wrong terminator", &["aws5_request"]),
    ] {
        let request = signed().with(|it| it.authorization(from, to));
        check(&request, &format!("AuthorizationHeaderMalformed, {case}"), values);
    }
    let malformed = "AuthorizationHeaderMalformed, component malformed";
    let two_values = "Credential=aws_access_key_id= AKID";
    for (value, case, values) in [
        ("Bearer x", "Authorization with an unknown scheme", &[][..]),
        ("AWS4-HMAC-SHA256", "Authorization without exactly one space", &[]),
        ("AWS AKID:c2ln", "SigV2 refused", &[]),
        ("AWS4-HMAC-SHA256 Credential", malformed, &["Credential"]),
        (&format!("AWS4-HMAC-SHA256 {two_values}"), malformed, &[two_values]),
        ("AWS4-HMAC-SHA256 Credential=a, Signature=", malformed, &[" Signature="]),
    ] {
        let response = check(&signed().with(|it| it.set("authorization", value)), case, values);
        let argument = response.element("ArgumentValue");
        assert!(argument.is_none_or(|argument| argument == value));
    }
    check(&signed().with(|it| it.remove("x-amz-date")), "AccessDenied, no date", &[]);
    check(&signed().with(|it| it.set("x-amz-date", "noon")), "AccessDenied, no date", &[]);
}

#[test]
fn syntax_errors_in_queries_are_named() {
    let sandbox = start();
    let call = |target| TestCall::by(&sandbox, "admin", target);
    let missing = "query parameters missing (SigV4)";
    for (from, to, case) in [
        ("X-Amz-Algorithm=", "x=", missing),
        ("X-Amz-Credential=", "x=", missing),
        ("X-Amz-Date=", "x=", missing),
        ("X-Amz-SignedHeaders=", "x=", missing),
        ("X-Amz-Expires=", "x=", missing),
        ("X-Amz-Signature=", "x=", missing),
        ("HMAC", "RSA", "X-Amz-Algorithm"),
        ("%2Faws4_request", "", "Credential malformed"),
        ("%2F", "%252F", "Credential malformed"),
        ("X-Amz-Date=2", "X-Amz-Date=x", "X-Amz-Date form"),
    ] {
        let request = call("/").presigned("60").with(|it| it.edit_target(from, to));
        check(&request, &format!("presigned URL, {case}"), &[]);
    }
    for (expires, case) in [
        ("604801", "X-Amz-Expires too large"),
        ("-1", "X-Amz-Expires negative"),
        ("soon", "X-Amz-Expires not a number"),
        ("+300", "X-Amz-Expires not a number"),
    ] {
        check(&call("/").presigned(expires), &format!("presigned URL, {case}"), &[]);
    }
    let error = "AuthorizationQueryParametersError";
    assert_refused(&call("/").presigned("0").send(), error, "X-Amz-Expires");
    for more in ["&X-Amz-Signature=0", "&X-Amz-Date=x", "&x-amz-expires=1"] {
        let repeated = call("/").presigned("60").with(|it| it.target.push_str(more));
        assert_refused(&repeated.send(), error, "more than once");
    }
    let sigv2 = "/archive/about.txt?AWSAccessKeyId=x&Expires=1&Signature=y";
    check(&call(sigv2).plain(), "SigV2 refused", &[]);
}

#[test]
fn a_request_must_be_signed_exactly_once() {
    let sandbox = start();
    let signed = |target: &str| TestCall::by(&sandbox, "admin", target).signed();
    let presigned = TestCall::by(&sandbox, "admin", "/").presigned("60");
    for request in [
        signed(&presigned.target),
        signed("/?AWSAccessKeyId=x&Expires=1&Signature=y"),
        signed("/?Signature=y"),
        signed("/").with(|it| it.push("authorization", "Bearer x")),
        presigned.with(|it| it.target.push_str("&Signature=y")),
    ] {
        assert_refused(&request.send(), "InvalidArgument", "Only one auth mechanism allowed");
    }
}

#[test]
fn what_the_signature_does_not_cover_is_refused() {
    let sandbox = start();
    let call = || TestCall::by(&sandbox, "admin", "/");
    let hosts = call().signed().with(|it| it.push("host", "other")).send();
    assert_refused(&hosts, "InvalidRequest", "'host' more than once");
    let hostless = call().signed().with(|it| {
        it.remove("host");
        it.authorization("=host;", "=");
    });
    // Only HTTP/1.0 allows a request without Host.
    let mut http10 = "GET / HTTP/1.0\r\n".to_owned();
    for (name, value) in &hostless.headers {
        let _ = write!(http10, "{name}: {value}\r\n");
    }
    http10.push_str("\r\n");
    let hostless = exchange(sandbox.endpoint(), http10.as_bytes());
    assert_refused(&hostless, "InvalidRequest", "no Host header");

    let repeated = call().signed().with(|it| {
        let authorization = it.header("authorization").unwrap().to_owned();
        let (_, signature) = authorization.rsplit_once(' ').unwrap();
        it.set("authorization", &format!("{authorization}, {signature}"));
    });
    let hint = "more than one 'Signature'";
    assert_refused(&repeated.send(), "AuthorizationHeaderMalformed", hint);

    let chunked = call().with(|it| {
        it.push("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
        it.body = "garbage".into();
    });
    assert_refused(&chunked.signed().send(), "IncompleteBody", "signed chunks");
}

#[test]
fn the_key_is_checked_before_the_token() {
    let sandbox = start();
    let call = |identity| TestCall::by(&sandbox, identity, "/");
    let unknown = call("admin").with(|it| it.access_key_id = "AKIANOBODY".into());
    for request in [unknown.clone().signed(), unknown.presigned("60")] {
        let response = check(&request, "InvalidAccessKeyId (unknown access key)", &[]);
        assert_eq!(response.element("AWSAccessKeyId").unwrap(), "AKIANOBODY");
    }
    let missing = call("temporary").with(|it| it.session_token = None).signed();
    check(&missing, "temporary key (ASIA...) used without its session token", &[]);
    for identity in ["temporary", "admin"] {
        let wrong = call(identity).with(|it| it.session_token = Some("no".into())).signed();
        let response = check(&wrong, "InvalidToken (bad session token)", &[]);
        assert_eq!(response.element("Token-0").unwrap(), "no");
    }
    for request in [call("expired").signed(), call("expired").presigned("60")] {
        check(&request, "ExpiredToken (expired session token)", &[]);
    }
}

#[test]
fn the_clock_is_checked_before_the_scope() {
    let sandbox = start();
    let at = |off| TestCall::by(&sandbox, "admin", "/").with(|it| it.at = minutes(off));
    let skewed = "RequestTimeTooSkewed (clock skew > 15 min)";
    for call in [at(-16), at(16), at(-16).with(|it| it.region = "eu-west-1")] {
        let sent = compact(call.at);
        let response = check(&call.signed(), skewed, &[]);
        assert_eq!(response.element("RequestTime").unwrap(), sent);
        assert_eq!(response.element("ServerTime").unwrap().len(), "2026-01-01T00:15:43Z".len());
        assert_eq!(response.element("MaxAllowedSkewMilliseconds").unwrap(), "900000");
    }
    assert_eq!([-14, 14].map(|off| at(off).signed().send().status), [200, 200]);
    let early = at(16);
    let response =
        check(&early.clone().presigned("60"), "presigned URL, X-Amz-Date in the future", &[]);
    let milliseconds = format!("{}000", early.at.unix_timestamp());
    assert_eq!(response.element("X-Amz-Date").unwrap(), milliseconds);
    assert!(response.element("ServerTime").unwrap() < response.element("Expires").unwrap());
}

#[test]
fn date_region_and_service_of_the_scope_are_checked() {
    let sandbox = start();
    let call = || TestCall::by(&sandbox, "admin", "/");
    let today = compact(minutes(0))[..8].to_owned();
    let old = call().signed().with(|it| it.authorization(&format!("/{today}/"), "/20150830/"));
    let case = "AuthorizationHeaderMalformed, credential date differs from x-amz-date";
    check(&old, case, &[]);
    let old = call().presigned("60");
    let old = old.with(|it| it.edit_target(&format!("%2F{today}%2F"), "%2F20150830%2F"));
    let case = "presigned URL, credential date differs from X-Amz-Date";
    check(&old, case, &["20150830", &today]);

    let elsewhere = call().with(|it| it.region = "ap-south-1");
    let values = ["ap-south-1", "us-east-1"];
    for (request, case) in [
        (elsewhere.clone().signed(), "AuthorizationHeaderMalformed, wrong region"),
        (elsewhere.presigned("60"), "presigned URL, wrong region"),
    ] {
        assert_eq!(check(&request, case, &values).element("Region").unwrap(), "us-east-1");
    }
    let other = call().with(|it| it.service = "ec2");
    check(&other.clone().signed(), "AuthorizationHeaderMalformed, wrong service", &["ec2"]);
    check(&other.presigned("60"), "presigned URL, wrong service", &["ec2"]);
}

#[test]
fn requests_for_a_bucket_in_another_region_are_redirected() {
    let sandbox = start();
    let call = || TestCall::by(&sandbox, "admin", "/europe?list-type=2");
    for request in [call().signed(), call().presigned("60"), call().plain()] {
        let response = check(&request, "PermanentRedirect (bucket in another region)", &[]);
        assert_eq!(response.header("x-amz-bucket-region"), "eu-west-1");
        assert_eq!(response.header("location"), "");
        assert_eq!(response.element("Endpoint").unwrap(), "europe.s3-eu-west-1.amazonaws.com");
        assert_eq!(response.element("Bucket").unwrap(), "europe");
    }
    let third = call().with(|it| it.region = "ap-south-1").signed();
    let case = "AuthorizationHeaderMalformed, wrong region";
    let response = check(&third, case, &["ap-south-1", "eu-west-1"]);
    assert_eq!(response.element("Region").unwrap(), "eu-west-1");
    assert_eq!(response.header("x-amz-bucket-region"), "eu-west-1");
    let right = call().with(|it| it.region = "eu-west-1");
    assert_eq!(right.signed().send().status, 200);
}

#[test]
fn the_host_and_amz_headers_must_be_signed() {
    let sandbox = start();
    let call = |identity| TestCall::by(&sandbox, identity, "/");
    let unsigned = |identity, name| call(identity).with(|it| it.unsigned = vec![name]).signed();
    let two = call("admin").with(|it| {
        it.push("x-amz-meta-a", "b");
        it.unsigned = vec!["x-amz-meta-a", "x-amz-date"];
    });
    let case = "AccessDenied, x-amz-* header sent but not signed";
    let token_case = "session token header sent but not in SignedHeaders";
    let token = sandbox.identity("temporary").unwrap().session_token.clone().unwrap();
    let late = call("temporary").with(|it| it.session_token = None).presigned("60");
    for (request, case, names) in [
        (two.signed(), case, "x-amz-date, x-amz-meta-a"),
        (unsigned("admin", "host"), case, "host"),
        (unsigned("temporary", "x-amz-security-token"), token_case, "x-amz-security-token"),
        (
            late.with(|it| it.set("x-amz-security-token", &token)),
            token_case,
            "x-amz-security-token",
        ),
    ] {
        let response = check(&request, case, &[]);
        assert_eq!(response.element("HeadersNotSigned").unwrap(), names);
    }
    assert_eq!(unsigned("admin", "x-amz-content-sha256").send().status, 200);
}

#[test]
fn the_hash_of_the_body_is_checked() {
    let sandbox = start();
    let call = || TestCall::by(&sandbox, "admin", "/");
    let missing = call().signed().with(|it| {
        it.remove("x-amz-content-sha256");
        it.authorization("x-amz-content-sha256;", "");
    });
    check(&missing, "missing x-amz-content-sha256 (SigV4 header auth)", &[]);
    let invalid = call().signed().with(|it| it.set("x-amz-content-sha256", "nonsense"));
    let response = check(&invalid, "x-amz-content-sha256 not a valid value", &[]);
    assert_eq!(response.element("ArgumentValue").unwrap(), "nonsense");
    let other = call().signed().with(|it| it.body = "surprise".into());
    let case = "XAmzContentSHA256Mismatch (body hash differs from header)";
    let response = check(&other, case, &[]);
    assert_eq!(response.element("ClientComputedContentSHA256").unwrap(), EMPTY_SHA256);
    let computed = response.element("S3ComputedContentSHA256").unwrap();
    assert_eq!(computed, sha256_hex(b"surprise"));
    let unsigned = call().with(|it| it.push("x-amz-content-sha256", "UNSIGNED-PAYLOAD"));
    assert_eq!(unsigned.signed().send().status, 200);
}

#[test]
fn presigned_urls_expire() {
    let sandbox = start();
    let presigned = |off, expires| {
        TestCall::by(&sandbox, "admin", "/").with(|it| it.at = minutes(off)).presigned(expires)
    };
    let response = check(&presigned(-2, "60"), "presigned URL expired (SigV4)", &[]);
    assert_eq!(response.element("X-Amz-Expires").unwrap(), "60");
    assert!(response.element("Expires").unwrap() < response.element("ServerTime").unwrap());
    assert_eq!(presigned(-2, "600").send().status, 200);
    assert_eq!(presigned(-60 * 24, "604800").send().status, 200);
}

#[test]
fn a_wrong_signature_shows_what_should_have_been_signed() {
    let sandbox = start();
    let call = TestCall::by(&sandbox, "admin", "/archive?list-type=2&prefix=a%26b")
        .with(|it| it.secret_access_key = "wrong".into());
    let request = call.clone().signed();
    let case = "SignatureDoesNotMatch (SigV4, header or presigned)";
    let response = check(&request, case, &[]);
    let canonical = format!(
        "GET\n/archive\nlist-type=2&prefix=a%26b\nhost:{}\nx-amz-content-sha256:{EMPTY_SHA256}\n\
         x-amz-date:{}\n\nhost;x-amz-content-sha256;x-amz-date\n{EMPTY_SHA256}",
        request.header("host").unwrap(),
        compact(call.at)
    );
    assert_eq!(response.element("CanonicalRequest").unwrap(), canonical);
    let to_sign = response.element("StringToSign").unwrap();
    assert!(to_sign.ends_with(&sha256_hex(canonical.as_bytes())), "{to_sign}");
    assert!(response.element("CanonicalRequestBytes").unwrap().starts_with("47 45 54 0a 2f"));
    let sent = request.header("authorization").unwrap();
    assert!(sent.ends_with(&response.element("SignatureProvided").unwrap()), "{sent}");
    check(&call.presigned("60"), case, &[]);
}

#[test]
fn permissions_are_checked_before_the_resource() {
    let sandbox = start();
    for (target, case) in [
        ("/", "no auth (anonymous) / denied, old style"),
        ("/archive/about.txt", "no auth (anonymous) / denied, old style"),
        ("/nobody", "NoSuchBucket"),
    ] {
        check(&TestCall::by(&sandbox, "admin", target).plain(), case, &[]);
    }
    for (target, action, resource) in [
        ("/", "s3:ListAllMyBuckets", "arn:aws:s3:::*"),
        ("/archive?list-type=2", "s3:ListBucket", "arn:aws:s3:::archive"),
        ("/archive/no/such/key", "s3:GetObject", "arn:aws:s3:::archive/no/such/key"),
        ("/nobody?location", "s3:GetBucketLocation", "arn:aws:s3:::nobody"),
    ] {
        let request = TestCall::by(&sandbox, "invoker", target).signed();
        let values = [arn(&sandbox, "invoker"), action, resource, action];
        check(&request, "AccessDenied new style, no identity-based policy", &values);
        assert_ne!(TestCall::by(&sandbox, "reader", target).signed().send().status, 403);
    }
}
