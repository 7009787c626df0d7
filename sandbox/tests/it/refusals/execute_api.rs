//! API Gateway's refusals, in the order of its checks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::{arn, assert_matches_fact, start};
use crate::support::{
    EMPTY_SHA256, HttpRequest, HttpResponse, api_call, compact, minutes, sha256_hex,
};

/// Sends a request and compares the response with the fact of that case.
#[track_caller]
fn check(request: &HttpRequest, case: &str, values: &[&str]) -> HttpResponse {
    let response = request.send();
    assert_matches_fact(&response, "execute-api", case, values);
    assert_eq!(response.header("x-amzn-requestid").len(), 36);
    assert!(!response.header("x-amz-apigw-id").is_empty());
    response
}

#[test]
fn authorized_callers_get_their_arn_and_query() {
    let sandbox = start();
    for identity in ["admin", "temporary", "invoker"] {
        let response = api_call(&sandbox, identity).signed().send();
        let body: serde_json::Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(body["caller"], arn(&sandbox, identity), "{response:?}");
    }
    let call = api_call(&sandbox, "admin").with(|it| it.target.push_str("?b=x%20y&a=%C3%A9"));
    for request in [call.clone().signed(), call.presigned("60")] {
        let body: serde_json::Value = serde_json::from_str(&request.send().body).unwrap();
        assert_eq!(body["query"].to_string(), r#"[["b","x y"],["a","é"]]"#);
    }
}

#[test]
fn an_unknown_path_or_method_looks_like_a_missing_signature() {
    let sandbox = start();
    let call = || api_call(&sandbox, "admin");
    for request in [
        call().plain(),
        call().with(|it| it.target.push_str("/no/such")).signed(),
        call().with(|it| it.method = "DELETE").signed(),
    ] {
        let case =
            "MissingAuthenticationToken: no Authorization on an IAM method, unknown path or method";
        check(&request, case, &[]);
    }
}

#[test]
fn a_malformed_header_is_reported_before_an_unknown_path() {
    let sandbox = start();
    let hash = STANDARD.encode(Sha256::digest("Bearer sometoken"));
    for path in ["", "/no/such"] {
        for (authorization, case, value) in [
            ("Bearer sometoken", "Authorization not key=value (newer)", &*hash),
            ("EXAMPLE", "parts missing", "EXAMPLE"),
        ] {
            let call = api_call(&sandbox, "admin").with(|it| it.target.push_str(path));
            let request = call.plain().with(|it| it.set("authorization", authorization));
            check(&request, &format!("IncompleteSignatureException, {case}"), &[value]);
        }
    }
}

#[test]
fn key_and_token_are_checked() {
    let sandbox = start();
    let call = |identity| api_call(&sandbox, identity);
    let case = "UnrecognizedClientException (unknown access key, or bad session token)";
    for call in [
        call("admin").with(|it| it.access_key_id = "AKIANOBODY".into()),
        call("temporary").with(|it| it.session_token = None),
        call("temporary").with(|it| it.session_token = Some("no".into())),
    ] {
        check(&call.signed(), case, &[]);
    }
    check(&call("expired").signed(), "ExpiredTokenException", &[]);
    // Unlike S3, API Gateway accepts a token that was added after signing.
    let late = call("temporary").with(|it| it.unsigned = vec!["x-amz-security-token"]);
    assert_eq!(late.signed().send().status, 200);
}

#[test]
fn the_clock_may_be_off_by_five_minutes() {
    let sandbox = start();
    let at = |off| api_call(&sandbox, "admin").with(|it| it.at = minutes(off)).signed().send();
    for (off, case) in
        [(-6, "clock behind (signature expired)"), (6, "clock ahead (signature not yet current)")]
    {
        let response = at(off);
        let times: Vec<&str> =
            response.body.split([' ', '(']).filter(|word| word.ends_with('Z')).collect();
        let [sent, limit, now] = times[..] else { panic!("three times in {}", response.body) };
        assert!((sent < limit) == (off < 0) && (limit < now) == (off < 0), "{times:?}");
        assert_matches_fact(&response, "execute-api", case, &[sent, limit, now]);
    }
    assert_eq!((at(-4).status, at(4).status), (200, 200));
}

#[test]
fn region_and_service_of_the_scope_are_checked() {
    let sandbox = start();
    let call = || api_call(&sandbox, "admin");
    let elsewhere = call().with(|it| it.region = "eu-west-1").signed();
    check(&elsewhere, "credential scoped to another region", &["eu-west-1"]);
    let other = call().with(|it| it.service = "lambda").signed();
    check(&other, "credential scoped to another service", &[]);
}

#[test]
fn a_wrong_signature_shows_what_should_have_been_signed() {
    let sandbox = start();
    let call = api_call(&sandbox, "admin").with(|it| it.secret_access_key = "wrong".into());
    let (path, stamp) = (call.target.clone(), compact(call.at));
    let request = call.signed();
    let canonical = format!(
        "GET\n{path}\n\nhost:{}\nx-amz-date:{stamp}\n\nhost;x-amz-date\n{EMPTY_SHA256}",
        request.header("host").unwrap()
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{stamp}\n{}/us-east-1/execute-api/aws4_request\n{}",
        &stamp[..8],
        sha256_hex(canonical.as_bytes())
    );
    check(&request, "InvalidSignatureException, long form", &[&canonical, &to_sign]);
}

#[test]
fn an_access_denial_masks_the_account() {
    let sandbox = start();
    let method = "arn:aws:execute-api:us-east-1:********3333:a1b2c3d4e5/prod/GET/caller";
    let values = [arn(&sandbox, "reader"), method];
    let response = check(&api_call(&sandbox, "reader").signed(), "not authorized (IAM)", &values);
    assert!(response.body.starts_with("{\"Message\":"), "{}", response.body);
}

#[test]
fn what_the_signature_does_not_cover_is_refused() {
    let sandbox = start();
    let call = || api_call(&sandbox, "admin");
    let with_hash = |value: &str| call().with(|it| it.push("x-amz-content-sha256", value));
    let unsigned_hash =
        |value| with_hash(value).with(|it| it.unsigned = vec!["x-amz-content-sha256"]).signed();
    let (incomplete, invalid) = ("IncompleteSignatureException", "InvalidSignatureException");
    let absent = "'connection-x' is named as a SignedHeader, but it does not exist in the HTTP \
                  request.";
    for (request, error, hint) in [
        (with_hash("UNSIGNED-PAYLOAD").signed(), invalid, "The Canonical String"),
        (with_hash("anything").signed(), invalid, "The Canonical String"),
        (unsigned_hash("UNSIGNED-PAYLOAD"), invalid, "The Canonical String"),
        (unsigned_hash("anything"), invalid, "The Canonical String"),
        (call().with(|it| it.unsigned = vec!["host"]).signed(), invalid, "'Host'"),
        (
            call().signed().with(|it| it.push("authorization", "Bearer x")),
            incomplete,
            "more than once",
        ),
        (call().signed().with(|it| it.push("host", "other")), incomplete, "more than once"),
        (
            call().signed().with(|it| it.authorization("=host;", "=connection-x;host;")),
            incomplete,
            absent,
        ),
        (
            call().signed().with(|it| it.authorization("Credential=", "Credential= ")),
            incomplete,
            "key=value pair (missing equal-sign)",
        ),
        (call().presigned("0"), incomplete, "X-Amz-Expires"),
    ] {
        let response = request.send();
        assert_eq!((response.status, response.header("x-amzn-errortype")), (403, error));
        assert!(response.body.contains(hint), "{}", response.body);
    }
    for value in ["UNSIGNED-PAYLOAD", "anything"] {
        let ignored = call().signed().with(|it| it.set("x-amz-content-sha256", value));
        assert_eq!(ignored.send().status, 200, "{value}");
    }
}
