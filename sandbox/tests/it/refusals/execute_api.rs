//! API Gateway has five minutes of patience, and shows what it would have signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::Sandbox;
use sha2::{Digest as _, Sha256};

use super::{assert_plays, sandbox};
use crate::support::{self, Answer, Call, EMPTY, Wire, compact, minutes};

fn call(sandbox: &Sandbox, identity: &str) -> Call {
    let url = sandbox.api_url();
    let path = url.strip_prefix(sandbox.endpoint()).unwrap();
    Call::by(sandbox, identity, path).with(|it| it.service = "execute-api")
}

fn api(wire: &Wire, case: &str, filled: &[(&str, &str)]) -> Answer {
    let answer = wire.send();
    assert_plays(&answer, "execute-api", case, filled);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("x-amzn-requestid").len(), 36);
    assert!(!answer.header("x-amz-apigw-id").is_empty());
    answer
}

#[test]
fn those_who_may_are_told_who_they_are() {
    let sandbox = sandbox();
    for identity in ["admin", "temporary", "invoker"] {
        let answer = call(&sandbox, identity).signed().send();
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["caller"], sandbox.identity(identity).unwrap().arn, "{answer:?}");
    }
    let asked = call(&sandbox, "admin").with(|it| it.target.push_str("?b=x%20y&a=%C3%A9"));
    for wire in [asked.clone().signed(), asked.presigned("60")] {
        let body: serde_json::Value = serde_json::from_str(&wire.send().body).unwrap();
        assert_eq!(body["query"].to_string(), r#"[["b","x y"],["a","é"]]"#);
    }
}

#[test]
fn a_wrong_path_or_method_is_answered_like_a_missing_signature() {
    let sandbox = sandbox();
    let case =
        "MissingAuthenticationToken: no Authorization on an IAM method, unknown path or method";
    api(&call(&sandbox, "admin").plain(), case, &[]);
    let nowhere = call(&sandbox, "admin").with(|it| it.target.push_str("/no/such"));
    api(&nowhere.signed(), case, &[]);
    api(&call(&sandbox, "admin").with(|it| it.method = "DELETE").signed(), case, &[]);
}

#[test]
fn a_malformed_header_is_named_even_where_there_is_nothing() {
    let sandbox = sandbox();
    for target in ["", "/no/such"] {
        let with = |authorization: &str| {
            let call = call(&sandbox, "admin").with(|it| it.target.push_str(target));
            call.plain().with(|it| it.set("authorization", authorization))
        };
        let bearer = "Bearer sometoken";
        let hash = STANDARD.encode(Sha256::digest(bearer));
        let case = "IncompleteSignatureException, Authorization not key=value (newer)";
        api(&with(bearer), case, &[("base64(sha256(value))", &hash)]);
        let case = "IncompleteSignatureException, parts missing";
        api(&with("EXAMPLE"), case, &[("value", "EXAMPLE")]);
    }
}

#[test]
fn key_and_token_are_looked_up() {
    let sandbox = sandbox();
    let case = "UnrecognizedClientException (unknown access key, or bad session token)";
    let nobody = call(&sandbox, "admin").with(|it| it.access_key_id = "AKIANOBODY".into());
    api(&nobody.signed(), case, &[]);
    for token in [None, Some("no".to_owned())] {
        api(&call(&sandbox, "temporary").with(|it| it.session_token = token).signed(), case, &[]);
    }
    api(&call(&sandbox, "expired").signed(), "ExpiredTokenException", &[]);
    // Unlike S3, it takes a token that was added after signing.
    let late = call(&sandbox, "temporary").with(|it| it.unsigned = vec!["x-amz-security-token"]);
    assert_eq!(late.signed().send().status, 200);
}

#[test]
fn the_clock_may_be_off_by_five_minutes() {
    let sandbox = sandbox();
    let at = |off| call(&sandbox, "admin").with(|it| it.at = minutes(off)).signed().send();
    for (off, case) in
        [(-6, "clock behind (signature expired)"), (6, "clock ahead (signature not yet current)")]
    {
        let answer = at(off);
        let times: Vec<&str> =
            answer.body.split([' ', '(']).filter(|word| word.ends_with('Z')).collect();
        let [sent, limit, now] = times[..] else { panic!("three times in {}", answer.body) };
        assert!((sent < limit) == (off < 0) && (limit < now) == (off < 0), "{times:?}");
        let filled = [("x-amz-date", sent), ("limit", limit), ("server now", now)];
        assert_plays(&answer, "execute-api", case, &filled);
    }
    assert_eq!((at(-4).status, at(4).status), (200, 200));
}

#[test]
fn region_service_and_host_have_to_be_signed_for() {
    let sandbox = sandbox();
    let elsewhere = call(&sandbox, "admin").with(|it| it.region = "eu-west-1").signed();
    api(&elsewhere, "credential scoped to another region", &[("sent", "eu-west-1")]);
    let other = call(&sandbox, "admin").with(|it| it.service = "lambda").signed();
    api(&other, "credential scoped to another service", &[]);
    let hostless = call(&sandbox, "admin").with(|it| it.unsigned = vec!["host"]).signed().send();
    assert_eq!(hostless.header("x-amzn-errortype"), "InvalidSignatureException");
}

#[test]
fn a_wrong_signature_is_shown_the_right_texts() {
    let sandbox = sandbox();
    let wrong = call(&sandbox, "admin").with(|it| it.secret_access_key = "wrong".into());
    let (path, stamp) = (wrong.target.clone(), compact(wrong.at));
    let wire = wrong.signed();
    let canonical = format!(
        "GET\n{path}\n\nhost:{}\nx-amz-date:{stamp}\n\nhost;x-amz-date\n{EMPTY}",
        wire.header("host").unwrap()
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{stamp}\n{}/us-east-1/execute-api/aws4_request\n{}",
        &stamp[..8],
        support::sha256_hex(canonical.as_bytes())
    );
    let filled = [("canonical request", &*canonical), ("string to sign", &to_sign)];
    api(&wire, "InvalidSignatureException, long form", &filled);
}

#[test]
fn a_denial_masks_the_account() {
    let sandbox = sandbox();
    let arn = &sandbox.identity("reader").unwrap().arn;
    let method = "arn:aws:execute-api:us-east-1:********3333:a1b2c3d4e5/prod/GET/caller";
    let filled =
        [("arn", &**arn), ("arn with the account masked but its last four digits", method)];
    let answer = api(&call(&sandbox, "reader").signed(), "not authorized (IAM)", &filled);
    assert!(answer.body.starts_with("{\"Message\":"), "{}", answer.body);
}

#[test]
fn api_gateway_refuses_what_its_signature_does_not_cover() {
    let sandbox = sandbox();
    let refused = |wire: &Wire, error: &str, hint: &str| {
        let answer = wire.send();
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (403, error));
        assert!(answer.body.contains(hint), "{}", answer.body);
    };
    let with_hash = |word: &str| {
        call(&sandbox, "admin").with(|it| {
            it.headers.push(("x-amz-content-sha256".into(), word.into()));
        })
    };
    for word in ["UNSIGNED-PAYLOAD", "anything"] {
        refused(&with_hash(word).signed(), "InvalidSignatureException", "The Canonical String");
        let unsigned = with_hash(word).with(|it| it.unsigned = vec!["x-amz-content-sha256"]);
        refused(&unsigned.signed(), "InvalidSignatureException", "The Canonical String");
        let beside =
            call(&sandbox, "admin").signed().with(|it| it.set("x-amz-content-sha256", word));
        assert_eq!(beside.send().status, 200, "{word}");
    }
    let incomplete = "IncompleteSignatureException";
    let good = || call(&sandbox, "admin").signed();
    let twice = good().with(|it| it.headers.push(("authorization".into(), "Bearer x".into())));
    refused(&twice, incomplete, "more than once");
    let hosts = good().with(|it| it.headers.push(("host".into(), "other".into())));
    refused(&hosts, incomplete, "more than once");
    let absent = good().with(|it| it.authorization("=host;", "=connection-x;host;"));
    let words = "'connection-x' is named as a SignedHeader, but it does not exist in the HTTP \
                 request.";
    refused(&absent, incomplete, words);
    let blank = good().with(|it| it.authorization("Credential=", "Credential= "));
    refused(&blank, incomplete, "key=value pair (missing equal-sign)");
    let zero = call(&sandbox, "admin").presigned("0");
    refused(&zero, incomplete, "X-Amz-Expires");
}
