//! `compare sign`: one request, both signers, every step; and what it prints really works.

use std::process::Command;

use sandbox::Sandbox;
use serde_json::Value;

use crate::{
    program::{Ended, Program},
    schema::holds,
    server::{Message, forward},
};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// What AWS's documentation of `SigV4` arrives at for its example.
const DOCUMENTED: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
const EXAMPLE: [&str; 7] = [
    "sign",
    "GET",
    "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
    "--time",
    "20150830T123600Z",
    "-H",
    "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
];

fn example(words: &[&str]) -> Program {
    Program::new(EXAMPLE.iter().chain(words))
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

#[test]
fn the_documented_example_shows_each_step_and_ends_in_the_documented_signature() {
    let shown = example(&[]).run().expect(0).stdout;
    let steps = [
        "1. Canonical request (raw and sdk)",
        "  GET\n  /\n  Action=ListUsers&Version=2010-05-08\n  \
           content-type:application/x-www-form-urlencoded; charset=utf-8\n  \
           host:iam.amazonaws.com\n  x-amz-date:20150830T123600Z\n",
        "  content-type;host;x-amz-date\n  \
           e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
        "2. Hash of the canonical request (raw and sdk)",
        "3. String to sign (raw and sdk)",
        "  AWS4-HMAC-SHA256\n  20150830T123600Z\n  20150830/us-east-1/iam/aws4_request\n  \
           f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59\n",
        "4. Signature (raw and sdk)",
        DOCUMENTED,
        "5. Where it goes",
        "Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request",
    ];
    let mut rest = shown.as_str();
    for step in steps {
        let (_, after) = rest.split_once(step).unwrap_or_else(|| panic!("{step} in {shown}"));
        rest = after;
    }
}

#[test]
fn each_side_alone_ends_in_the_documented_signature() {
    for side in ["raw", "sdk"] {
        let signed = example(&["--side", side, "--format", "json"]).run().expect(0).json();
        assert_eq!(signed[side]["signature"], DOCUMENTED);
        assert!(text(&signed[side]["authorization"]).ends_with(DOCUMENTED));
        assert_eq!(signed.as_object().unwrap().len(), 1);
    }
}

#[test]
fn the_verdict_of_the_verifier_follows_the_steps() {
    let ended = example(&[]).run().expect(0);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("an example from AWS's documentation"), "{}", ended.stderr);
    let (_, verdict) = ended.stdout.split_once("6. The verdict").expect("a verdict");
    assert_eq!(verdict, " of the sandbox's verifier (raw and sdk)\n  accepted\n\n");
}

/// `aws-sigv4` cannot read this URL.
#[test]
fn the_failure_of_one_side_does_not_hide_the_answer_of_the_other() {
    let sign = |words: &[&str]| {
        Program::new(["sign", "https://iam.amazonaws.com/a<b"].iter().chain(words))
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
            .run()
    };
    let text = sign(&[]).expect(1);
    assert!(text.stdout.contains("4. Signature (raw)"), "{}", text.stdout);
    assert!(text.stderr.contains("error: sdk: aws-sigv4 refuses"), "{}", text.stderr);

    let document = sign(&["--format", "json"]).expect(1).json();
    holds("sign", &document);
    assert_eq!(document["raw"]["error"], Value::Null);
    assert_eq!(document["raw"]["judged"]["verdict"], "accepted");
    assert!(self::text(&document["sdk"]["error"]).contains("aws-sigv4 refuses"));
    assert_eq!(document["sdk"]["signature"], Value::Null);

    sign(&["--side", "sdk"]).expect_error(1, &["aws-sigv4 refuses"]);
    sign(&["--side", "raw"]).expect(0);
}

#[test]
fn an_s3_path_that_the_sides_sign_differently_is_noted_with_the_verdict_on_each() {
    let ended = Program::new([
        "sign",
        "https://s3.us-west-2.amazonaws.com/b/lake/asset_id=7/x",
        "--format",
        "json",
    ])
    .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
    .run()
    .expect(1);
    let document = ended.json();
    assert_eq!(document["raw"]["judged"]["verdict"], "accepted");
    assert_eq!(document["sdk"]["judged"]["verdict"], "refused");
    for part in [
        "write /b/lake/asset_id%3D7/x",
        "note: sdk: the sandbox's verifier refuses",
        "different signatures",
    ] {
        assert!(ended.stderr.contains(part), "{part} is not in {}", ended.stderr);
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
#[test]
fn the_first_signature_of_a_chunked_upload_is_made_and_not_judged_without_its_chunks() {
    let ended = Program::new([
        "sign",
        "PUT",
        "https://s3.amazonaws.com/examplebucket/chunkObject.txt",
        "--time",
        "20130524T000000Z",
        "--format",
        "json",
        "-H",
        "x-amz-storage-class: REDUCED_REDUNDANCY",
        "-H",
        "Content-Encoding: aws-chunked",
        "-H",
        "x-amz-decoded-content-length: 66560",
        "-H",
        "Content-Length: 66824",
        "-H",
        "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    ])
    .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    .secret_env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    .run()
    .expect(0);
    let document = ended.json();
    holds("sign", &document);
    for side in ["raw", "sdk"] {
        let documented = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        assert_eq!(document[side]["signature"], documented);
        assert_eq!(document[side]["judged"], Value::Null);
        let example = "the keys are an example from AWS's documentation and belong to no account";
        assert_eq!(document[side]["notes"], serde_json::json!([example]));
    }
}

#[test]
fn hop_by_hop_headers_are_signed_by_neither_side() {
    for header in [
        "TE: trailers",
        "Keep-Alive: timeout=5",
        "Trailer: x",
        "Upgrade: h2c",
        "Proxy-Authorization: Basic x",
        "Proxy-Authenticate: x",
    ] {
        let words = [EXAMPLE[0], EXAMPLE[2], "-H", header, "--format", "json"];
        let signed = Program::new(words)
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
            .run()
            .expect(0)
            .json();
        for side in ["raw", "sdk"] {
            let authorization = text(&signed[side]["authorization"]);
            assert!(authorization.contains("SignedHeaders=host;x-amz-date,"), "{authorization}");
            let sent = signed[side]["headers"].to_string();
            assert!(sent.contains(header.split(':').next().unwrap()), "{sent}");
        }
    }
}

#[test]
fn a_url_with_a_blank_is_refused_with_the_url_that_is_meant() {
    for (url, meant) in [
        ("https://iam.amazonaws.com/?Action=GetUser&UserName=a b", "UserName=a%20b"),
        ("https://s3.amazonaws.com/b/a#b", "/b/a%23b"),
        ("https://a.execute-api.us-east-1.amazonaws.com/p/café", "/p/caf%C3%A9"),
    ] {
        let program = Program::new(["sign", url])
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", SECRET);
        program.run().expect_error(2, &[meant]);
    }
}

#[test]
fn the_token_is_added_after_signing_where_that_is_asked_for() {
    let sign = |words: &[&str]| {
        let program = example(words).secret_env("AWS_SESSION_TOKEN", "a+token/of+some+length==");
        program.run().expect(0)
    };
    let shown = sign(&["--token", "afterwards"]).stdout;
    assert!(shown.contains(DOCUMENTED) && shown.contains("accepted"), "{shown}");
}

#[test]
fn the_method_is_get_where_none_is_given() {
    let words = EXAMPLE.iter().filter(|word| **word != "GET").chain(&["--format", "json"]);
    let signed = Program::new(words)
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
        .run()
        .expect(0)
        .json();
    assert_eq!(signed["raw"]["signature"], DOCUMENTED);
}

#[test]
fn with_a_session_token_both_sides_show_the_same_steps_and_the_token_where_it_is_signed() {
    // It stands in the canonical request, which is what was asked for.
    for words in [&["--format", "json"][..], &["--format", "json", "--presign"]] {
        let program = example(words).env("AWS_SESSION_TOKEN", "AQoDYXdzEPT//////////wEXAMPLE==");
        let signed = program.run().expect(0).json();
        for step in ["canonical_request", "string_to_sign", "signature"] {
            assert_eq!(signed["raw"][step], signed["sdk"][step], "{step}");
        }
        assert_ne!(signed["raw"]["signature"], DOCUMENTED);
        let canonical = text(&signed["sdk"]["canonical_request"]);
        assert!(canonical.to_lowercase().contains("x-amz-security-token"), "{canonical}");
        assert!(!canonical.contains("redacted"), "{canonical}");
    }
}

#[test]
fn service_and_region_come_from_the_host_and_an_option_wins() {
    let scope = |words: &[&str]| {
        let signed = Program::new(["sign", "--format", "json"].iter().chain(words))
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_REGION", "sa-east-1")
            .run()
            .expect(0)
            .json();
        let string_to_sign = text(&signed["sdk"]["string_to_sign"]).to_owned();
        string_to_sign
            .lines()
            .nth(2)
            .expect("the scope")
            .split_once('/')
            .expect("a date")
            .1
            .to_owned()
    };
    let host = "https://bucket.s3.eu-west-1.amazonaws.com/key";
    assert_eq!(scope(&[host]), "eu-west-1/s3/aws4_request");
    assert_eq!(scope(&[host, "--region", "us-west-2"]), "us-west-2/s3/aws4_request");
    assert_eq!(scope(&["https://example.org/", "--service", "ec2"]), "sa-east-1/ec2/aws4_request");
}

#[test]
fn s3_has_rules_of_its_own_and_options_change_them() {
    let canonical = |words: &[&str]| {
        let url = "https://bucket.s3.eu-west-1.amazonaws.com/a//b/../c%20d";
        let signed = Program::new(["sign", url, "--format", "json"].iter().chain(words))
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
            .run()
            .expect(0)
            .json();
        assert_eq!(signed["raw"]["canonical_request"], signed["sdk"]["canonical_request"]);
        text(&signed["raw"]["canonical_request"]).to_owned()
    };
    let own = canonical(&[]);
    assert_eq!(own.lines().nth(1), Some("/a//b/../c%20d"));
    assert!(own.contains("x-amz-content-sha256:e3b0c442"), "{own}");
    let general = canonical(&["--service", "glacier"]);
    assert_eq!(general.lines().nth(1), Some("/a/c%2520d"));
    assert!(!general.contains("x-amz-content-sha256"), "{general}");
    let changed = canonical(&[
        "--path",
        "normalized",
        "--encode-path",
        "twice",
        "--content-sha256",
        "absent",
        "--payload",
        "unsigned",
    ]);
    assert_eq!(changed.lines().nth(1), Some("/a/c%2520d"));
    assert_eq!(changed.lines().last(), Some("UNSIGNED-PAYLOAD"));
    assert!(!changed.contains("x-amz-content-sha256"), "{changed}");
}

/// `compare sign` with the keys of the sandbox's admin.
fn sign(sandbox: &Sandbox, words: &[&str]) -> Ended {
    let all = ["sign", "--region", "us-east-1"].iter().chain(words);
    Program::new(all).keys(sandbox, "admin").run().expect(0)
}

fn message(http: &str) -> Message {
    let (head, body) = http.split_once("\r\n\r\n").expect("a head and a body");
    Message { head: format!("{head}\r\n\r\n"), body: body.as_bytes().to_vec() }
}

#[track_caller]
fn answer(sandbox: &Sandbox, http: &str) -> String {
    let answer = forward(sandbox.endpoint(), &message(http));
    assert!(answer.head.starts_with("HTTP/1.1 200 "), "{}{}", answer.head, answer.text());
    answer.text()
}

#[test]
fn http_text_is_a_request_that_the_endpoint_accepts() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    for side in ["raw", "sdk", "both"] {
        let url = format!("{}/notes?list-type=2&prefix=gr", sandbox.endpoint());
        let words = [url.as_str(), "--service", "s3", "--format", "http", "--side", side];
        let listing = answer(&sandbox, &sign(&sandbox, &words).stdout);
        assert!(listing.contains("<Key>greeting.txt</Key>"), "{listing}");
    }
}

#[test]
fn http_text_of_a_signed_form_is_accepted_and_a_changed_one_is_refused() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    let url = format!("{}/", sandbox.endpoint());
    let words = [
        "POST",
        &url,
        "--service",
        "ec2",
        "--format",
        "http",
        "-H",
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
        "--body",
        "Action=DescribeInstances&Version=2016-11-15",
    ];
    let http = sign(&sandbox, &words).stdout;
    assert!(answer(&sandbox, &http).contains("<DescribeInstancesResponse"));
    let changed = http.replace("DescribeInstances", "DescribeSnapshots");
    let refused = forward(sandbox.endpoint(), &message(&changed));
    assert!(refused.text().contains("AuthFailure"), "{}", refused.text());
}

#[test]
fn a_presigned_url_needs_nothing_but_itself() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    let url = format!("{}/archive/awkward/a%2Bb%3Dc", sandbox.endpoint());
    let words =
        [url.as_str(), "--service", "s3", "--presign", "--expires", "60", "--format", "json"];
    let signed = sign(&sandbox, &words).json();
    for side in ["raw", "sdk"] {
        assert_eq!(signed[side]["authorization"], Value::Null);
        let url = text(&signed[side]["url"]);
        assert!(url.contains("X-Amz-Expires=60"), "{url}");
        let target = url.strip_prefix(sandbox.endpoint()).expect("the same endpoint");
        let host = &sandbox.endpoint()["http://".len()..];
        let http = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n\r\n");
        assert!(answer(&sandbox, &http).contains("awkward/a+b=c"));
    }
}

#[test]
fn a_curl_line_passes_through_the_shell_unharmed() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    let words = [
        "PUT",
        "https://bucket.s3.us-east-1.amazonaws.com/it's?a=$HOME",
        "--format",
        "curl",
        "-H",
        "X-Note: a \"b\" `c`",
        "--body",
        "it's $HOME",
    ];
    let line = sign(&sandbox, &words).stdout;
    assert_eq!(line.lines().count(), 1, "{line}");
    // In curl's place stands a function that prints its arguments.
    let script = format!("curl() {{ printf '%s\\n' \"$@\"; }}; {line}");
    let output = Command::new("sh").args(["-c", &script]).output().expect("there is a shell");
    let arguments = String::from_utf8(output.stdout).expect("text");
    let arguments: Vec<_> = arguments.lines().collect();
    assert_eq!(arguments.last(), Some(&"https://bucket.s3.us-east-1.amazonaws.com/it's?a=$HOME"));
    for expected in ["--path-as-is", "PUT", "X-Note: a \"b\" `c`", "it's $HOME"] {
        assert!(arguments.contains(&expected), "{expected} is not in {arguments:?}");
    }
    assert!(arguments.iter().any(|argument| argument.starts_with("authorization: AWS4-HMAC-")));
}

#[test]
fn a_body_comes_from_a_file_byte_by_byte() {
    let words = ["sign", "PUT", "https://b.s3.us-east-1.amazonaws.com/k", "--format", "json"];
    let signed = Program::new(words.iter().chain(&["--body-file", "body.txt"]))
        .file("body.txt", "abc")
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
        .run()
        .expect(0)
        .json();
    // FIPS 180-2, appendix B.1.
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(text(&signed["sdk"]["canonical_request"]).ends_with(hash));
}
