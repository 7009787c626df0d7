//! The same request, read from everything that may show it; and what cannot be read.

use diagnose::read::{Shown, requests};

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/es/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc";

fn one(text: &str) -> Shown {
    let mut shown = requests(text.as_bytes()).expect("a request");
    assert_eq!(shown.len(), 1);
    shown.remove(0)
}

/// Method, target, host, Authorization and body.
fn parts(shown: &Shown) -> [String; 5] {
    let request = &shown.request;
    [
        request.method.clone(),
        request.target.clone(),
        request.header("host").unwrap_or_default().to_owned(),
        request.header("authorization").unwrap_or_default().to_owned(),
        String::from_utf8_lossy(&request.body).into_owned(),
    ]
}

fn expected(body: &str) -> [String; 5] {
    ["POST", "/a%20b?x=1&y", "search.example.com", AUTHORIZATION, body].map(str::to_owned)
}

#[test]
fn http_text_ends_its_body_where_content_length_says() {
    let head = format!(
        "POST /a%20b?x=1&y HTTP/1.1\r\nHost: search.example.com\r\nAuthorization: {AUTHORIZATION}\r\n"
    );
    assert_eq!(parts(&one(&format!("{head}\r\n{{\"it's\": 1}}"))), expected("{\"it's\": 1}"));
    assert_eq!(parts(&one(&format!("\n{head}Content-Length: 2\r\n\r\n{{}}\n\n"))), expected("{}"));
    let folded = head.replace(", SignedHeaders", ",\r\n SignedHeaders");
    assert_eq!(parts(&one(&format!("{folded}\n"))), expected(""));
}

#[test]
fn a_curl_command_is_taken_apart_as_a_shell_does() {
    let command = format!(
        "curl --path-as-is -X 'POST' -H 'host: search.example.com' \\\n  -H \"Authorization: {AUTHORIZATION}\" --data-raw '{{\"it'\\''s\": 1}}' 'https://search.example.com/a%20b?x=1&y'"
    );
    assert_eq!(parts(&one(&command)), expected("{\"it's\": 1}"));
    let chrome = format!(
        "curl 'https://search.example.com/a%20b?x=1&y' -H 'authorization: {AUTHORIZATION}' --data-raw $'{{\"it\\'s\": 1}}' --compressed"
    );
    assert_eq!(parts(&one(&chrome)), expected("{\"it's\": 1}"));
    let without_type = one("curl https://h/ -H 'Content-Type:' -d a=b");
    assert_eq!(without_type.request.header("content-type"), None);
    let with_type = one("curl https://h/ -d a=b");
    assert_eq!(with_type.request.header("content-type"), Some("application/x-www-form-urlencoded"));
}

#[test]
fn the_log_of_curl_has_the_answer_too() {
    let log = format!(
        "*   Trying 192.0.2.1:443...\n* Connected\n> POST /a%20b?x=1&y HTTP/1.1\r\n> Host: search.example.com\r\n> Authorization: {AUTHORIZATION}\r\n>\r\n< HTTP/1.1 403 Forbidden\r\n< x-amzn-errortype: InvalidSignatureException\r\n<\r\n{{\"message\":\"no\"}}\n* Closing"
    );
    let shown = one(&log);
    assert_eq!(parts(&shown), expected(""));
    let answer = shown.answer.expect("an answer");
    assert!(
        answer.contains("403 Forbidden") && answer.contains("{\"message\":\"no\"}"),
        "{answer}"
    );
    assert!(!answer.contains("Closing"), "{answer}");
}

#[test]
fn a_presigned_url_and_a_har_file_are_requests() {
    let url =
        "https://notes.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=abc";
    let request = one(url).request;
    assert_eq!(
        (request.method.as_str(), request.header("host")),
        ("GET", Some("notes.s3.amazonaws.com"))
    );
    let har = serde_json::json!({"log": {"entries": [
        {"request": {"method": "GET", "url": "https://h/favicon.ico", "headers": []}},
        {"request": {
            "method": "POST", "url": "https://search.example.com/a%20b?x=1&y",
            "headers": [{"name": "Authorization", "value": AUTHORIZATION}], "postData": {"text": "{}"},
        }, "response": {"content": {"text": "no"}}},
    ]}});
    let shown = one(&har.to_string());
    assert_eq!(parts(&shown), expected("{}"));
    assert_eq!(shown.answer.as_deref(), Some("no"));
}

#[test]
fn a_log_of_botocore_shows_what_was_signed() {
    let log = "2026-01-02 12:00:00,000 - MainThread - botocore.auth - DEBUG - CanonicalRequest:\nGET\n/\nx=1\nhost:h\nx-amz-date:20260102T120000Z\n\nhost;x-amz-date\ne3b0\n2026-01-02 12:00:00,001 - MainThread - botocore.auth - DEBUG - StringToSign:\nAWS4-HMAC-SHA256\n20260102T120000Z\n20260102/us-east-1/es/aws4_request\nabcd\n2026-01-02 12:00:00,002 - MainThread - botocore.auth - DEBUG - Signature:\nfeed\n";
    let request = one(log).request;
    assert_eq!((request.target.as_str(), request.header("host")), ("/?x=1", Some("h")));
    let authorization = request.header("authorization").expect("put together");
    assert!(
        authorization.ends_with("SignedHeaders=host;x-amz-date, Signature=feed"),
        "{authorization}"
    );
}

#[test]
fn what_is_no_request_is_refused_in_one_line() {
    for (input, expected) in [
        ("", "empty"),
        ("hello", "begins with \"hello\""),
        ("GET / HTTP/1.1\nHost\n\n", "has no colon"),
        ("curl -H @file https://h/", "reads headers from a file"),
        ("curl -d @file https://h/", "reads the body from file"),
        ("curl -F a=b https://h/", "-F"),
        ("curl 'https://h/", "not closed"),
        ("curl -s", "no URL"),
        ("{\"log\": {\"entries\": []}}", "no request"),
        ("CanonicalRequest:\nStringToSign:\n", "shows no CanonicalRequest"),
    ] {
        let error = requests(input.as_bytes()).expect_err(input).to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{input:?}: {error}");
    }
}

/// Bytes of every kind, cut at every place: an error or a request, and never a panic.
#[test]
fn no_input_panics() {
    let seeds = [
        "POST / HTTP/1.1\nHost: h\n\n\u{fffd}",
        "curl -H $'a: \\x4\\u00' \"\\\"\" 'x",
        "> GET / HTTP/1.1\n>\n< HTTP/1.1 200\n<\nx",
        "https://h?X-Amz-Credential=%&%2&%zz",
        "{\"log\": {\"entries\": [{\"request\": {}}]}}",
    ];
    for seed in seeds {
        for end in 0..=seed.len() {
            let mut bytes = seed.as_bytes()[..end].to_vec();
            let _ = requests(&bytes);
            bytes.push(0xff);
            for shown in requests(&bytes).unwrap_or_default() {
                let _ = diagnose::claim::Claim::read(&shown.request);
            }
        }
    }
}
