//! `compare sign`: one request, both signers, every step; and the output works when it is sent.

use std::process::Command;

use sandbox::Sandbox;
use serde_json::{Value, json};

use crate::{
    program::{Ended, Program},
    schema::holds,
    server::{Message, forward, sandbox},
};

pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// The signature in AWS's documentation of `SigV4` for its example.
const DOCUMENTED: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
const URL: &str = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";

/// `compare sign` with the keys of AWS's example.
fn sign(args: &[&str]) -> Program {
    Program::new(["sign"].iter().chain(args))
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
}

/// AWS's example, with `more` arguments.
fn example(more: &[&str]) -> Program {
    let content_type = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
    sign(&[&["GET", URL, "--time", "20150830T123600Z", "-H", content_type][..], more].concat())
}

fn json(args: &[&str]) -> Value {
    sign(&[args, &["--format", "json"]].concat()).json(0)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not text"))
}

#[test]
fn the_documented_example_shows_each_step_and_the_documented_signature() {
    let ended = example(&[]).run().expect(0);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    ended.warns("an example from AWS's documentation");
    let mut rest = ended.stdout.as_str();
    for step in [
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
        "6. The verdict",
    ] {
        let (_, after) = rest.split_once(step).unwrap_or_else(|| panic!("{step} in {rest}"));
        rest = after;
    }
    assert_eq!(rest, " of the sandbox's verifier (raw and sdk)\n  accepted\n\n");
}

#[test]
fn each_side_by_itself_makes_the_documented_signature() {
    for side in ["raw", "sdk"] {
        let signed = example(&["--side", side, "--format", "json"]).json(0);
        assert_eq!(signed[side]["signature"], DOCUMENTED);
        assert!(text(&signed[side]["authorization"]).ends_with(DOCUMENTED));
        assert_eq!(signed.as_object().unwrap().len(), 1);
    }
}

#[test]
fn the_method_is_get_by_default() {
    assert!(text(&json(&[URL])["raw"]["canonical_request"]).starts_with("GET\n"));
}

#[test]
fn a_token_added_after_signing_does_not_change_the_signature() {
    let program = example(&["--token", "afterwards"]);
    let program = program.secret_env("AWS_SESSION_TOKEN", "a+token/of+some+length==");
    let shown = program.run().expect(0).stdout;
    assert!(shown.contains(DOCUMENTED) && shown.contains("accepted"), "{shown}");
}

#[test]
fn both_sides_sign_a_session_token_alike_and_show_it_in_the_steps() {
    for args in [&["--format", "json"][..], &["--format", "json", "--presign"]] {
        let program = example(args).env("AWS_SESSION_TOKEN", "AQoDYXdzEPT//////////wEXAMPLE==");
        let signed = program.json(0);
        for step in ["canonical_request", "string_to_sign", "signature"] {
            assert_eq!(signed["raw"][step], signed["sdk"][step], "{step}");
        }
        assert_ne!(signed["raw"]["signature"], DOCUMENTED);
        let canonical = text(&signed["sdk"]["canonical_request"]);
        assert!(canonical.to_lowercase().contains("x-amz-security-token"), "{canonical}");
        assert!(!canonical.contains("redacted"), "{canonical}");
    }
}

/// `aws-sigv4` cannot parse this URL.
#[test]
fn the_failure_of_one_side_does_not_hide_the_answer_of_the_other() {
    let sign = |args: &[&str]| sign(&[&["https://iam.amazonaws.com/a<b"], args].concat()).run();
    let ended = sign(&[]).expect(1);
    assert!(ended.stdout.contains("4. Signature (raw)"), "{}", ended.stdout);
    ended.warns("error: sdk: aws-sigv4 refuses");

    let document = sign(&["--format", "json"]).expect(1).json();
    holds("sign", &document);
    assert_eq!(document["raw"]["error"], Value::Null);
    assert_eq!(document["raw"]["judged"]["verdict"], "accepted");
    assert!(text(&document["sdk"]["error"]).contains("aws-sigv4 refuses"));
    assert_eq!(document["sdk"]["signature"], Value::Null);

    sign(&["--side", "sdk"]).expect_error(1, &["aws-sigv4 refuses"]);
    sign(&["--side", "raw"]).expect(0);
}

#[test]
fn an_s3_path_that_the_sides_sign_differently_is_noted_with_a_verdict_for_each() {
    let url = "https://s3.us-west-2.amazonaws.com/b/lake/asset_id=7/x";
    let ended = sign(&[url, "--format", "json"]).run().expect(1);
    let document = ended.json();
    assert_eq!(document["raw"]["judged"]["verdict"], "accepted");
    assert_eq!(document["sdk"]["judged"]["verdict"], "refused");
    for part in [
        "write /b/lake/asset_id%3D7/x",
        "note: sdk: the sandbox's verifier refuses",
        "different signatures",
    ] {
        ended.warns(part);
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
#[test]
fn the_seed_signature_of_a_chunked_upload_is_made_but_not_judged() {
    let mut args = vec!["PUT", "https://s3.amazonaws.com/examplebucket/chunkObject.txt"];
    args.extend(["--time", "20130524T000000Z", "--format", "json"]);
    for header in [
        "x-amz-storage-class: REDUCED_REDUNDANCY",
        "Content-Encoding: aws-chunked",
        "x-amz-decoded-content-length: 66560",
        "Content-Length: 66824",
        "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    ] {
        args.extend(["-H", header]);
    }
    let document = sign(&args)
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        .json(0);
    holds("sign", &document);
    for side in ["raw", "sdk"] {
        let documented = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        assert_eq!(document[side]["signature"], documented);
        assert_eq!(document[side]["judged"], Value::Null);
        let example = "the keys are an example from AWS's documentation and belong to no account";
        assert_eq!(document[side]["notes"], json!([example]));
    }
}

#[test]
fn neither_side_signs_hop_by_hop_headers() {
    for header in [
        "TE: trailers",
        "Keep-Alive: timeout=5",
        "Trailer: x",
        "Upgrade: h2c",
        "Proxy-Authorization: Basic x",
        "Proxy-Authenticate: x",
    ] {
        let signed = json(&[URL, "-H", header]);
        for side in ["raw", "sdk"] {
            let authorization = text(&signed[side]["authorization"]);
            assert!(authorization.contains("SignedHeaders=host;x-amz-date,"), "{authorization}");
            let sent = signed[side]["headers"].to_string();
            assert!(sent.contains(header.split(':').next().unwrap()), "{sent}");
        }
    }
}

#[test]
fn a_url_with_characters_that_must_be_encoded_is_refused_with_the_encoded_url() {
    for (url, encoded) in [
        ("https://iam.amazonaws.com/?Action=GetUser&UserName=a b", "UserName=a%20b"),
        ("https://s3.amazonaws.com/b/a#b", "/b/a%23b"),
        ("https://a.execute-api.us-east-1.amazonaws.com/p/café", "/p/caf%C3%A9"),
    ] {
        sign(&[url]).run().expect_error(2, &[encoded]);
    }
}

#[test]
fn service_and_region_come_from_the_host_and_options_override_them() {
    let scope = |args: &[&str]| {
        let signed = sign(&[args, &["--format", "json"]].concat()).env("AWS_REGION", "sa-east-1");
        let scope =
            text(&signed.json(0)["sdk"]["string_to_sign"]).lines().nth(2).map(str::to_owned);
        scope.expect("a scope")["20150830/".len()..].to_owned()
    };
    let host = "https://bucket.s3.eu-west-1.amazonaws.com/key";
    assert_eq!(scope(&[host]), "eu-west-1/s3/aws4_request");
    assert_eq!(scope(&[host, "--region", "us-west-2"]), "us-west-2/s3/aws4_request");
    assert_eq!(scope(&["https://example.org/", "--service", "ec2"]), "sa-east-1/ec2/aws4_request");
}

#[test]
fn s3_has_its_own_rules_and_options_change_them() {
    let canonical = |args: &[&str]| {
        let url = "https://bucket.s3.eu-west-1.amazonaws.com/a//b/../c%20d";
        let signed = json(&[&[url], args].concat());
        assert_eq!(signed["raw"]["canonical_request"], signed["sdk"]["canonical_request"]);
        text(&signed["raw"]["canonical_request"]).to_owned()
    };
    let s3 = canonical(&[]);
    assert_eq!(s3.lines().nth(1), Some("/a//b/../c%20d"));
    assert!(s3.contains("x-amz-content-sha256:e3b0c442"), "{s3}");
    let general = canonical(&["--service", "glacier"]);
    assert_eq!(general.lines().nth(1), Some("/a/c%2520d"));
    assert!(!general.contains("x-amz-content-sha256"), "{general}");
    let path = ["--path", "normalized", "--encode-path", "twice"];
    let payload = ["--content-sha256", "absent", "--payload", "unsigned"];
    let changed = canonical(&[path, payload].concat());
    assert_eq!(changed.lines().nth(1), Some("/a/c%2520d"));
    assert_eq!(changed.lines().last(), Some("UNSIGNED-PAYLOAD"));
    assert!(!changed.contains("x-amz-content-sha256"), "{changed}");
}

/// `compare sign` with the keys of the sandbox's admin.
fn sign_as_admin(sandbox: &Sandbox, args: &[&str]) -> Ended {
    let all = ["sign", "--region", "us-east-1"].iter().chain(args);
    Program::new(all).keys(sandbox, "admin").run().expect(0)
}

fn message(http: &str) -> Message {
    let (head, body) = http.split_once("\r\n\r\n").expect("a head and a body");
    Message { head: format!("{head}\r\n\r\n"), body: body.as_bytes().to_vec() }
}

#[track_caller]
fn accepted(sandbox: &Sandbox, http: &str) -> String {
    let answer = forward(sandbox.endpoint(), &message(http));
    assert!(answer.head.starts_with("HTTP/1.1 200 "), "{}{}", answer.head, answer.text());
    answer.text()
}

#[test]
fn the_http_text_of_each_side_is_accepted_by_the_endpoint() {
    let sandbox = sandbox();
    for side in ["raw", "sdk", "both"] {
        let url = format!("{}/notes?list-type=2&prefix=gr", sandbox.endpoint());
        let args = [url.as_str(), "--service", "s3", "--format", "http", "--side", side];
        let listing = accepted(&sandbox, &sign_as_admin(&sandbox, &args).stdout);
        assert!(listing.contains("<Key>greeting.txt</Key>"), "{listing}");
    }
}

#[test]
fn the_http_text_of_a_form_is_accepted_and_refused_once_it_is_changed() {
    let sandbox = sandbox();
    let url = format!("{}/", sandbox.endpoint());
    let mut args = vec!["POST", &url, "--service", "ec2", "--format", "http"];
    args.extend(["-H", "Content-Type: application/x-www-form-urlencoded; charset=utf-8"]);
    args.extend(["--body", "Action=DescribeInstances&Version=2016-11-15"]);
    let http = sign_as_admin(&sandbox, &args).stdout;
    assert!(accepted(&sandbox, &http).contains("<DescribeInstancesResponse"));
    let changed = http.replace("DescribeInstances", "DescribeSnapshots");
    let refused = forward(sandbox.endpoint(), &message(&changed));
    assert!(refused.text().contains("AuthFailure"), "{}", refused.text());
}

#[test]
fn a_presigned_url_needs_no_headers() {
    let sandbox = sandbox();
    let url = format!("{}/archive/awkward/a%2Bb%3Dc", sandbox.endpoint());
    let presign = ["--presign", "--expires", "60", "--format", "json"];
    let signed = sign_as_admin(&sandbox, &[&[&*url, "--service", "s3"], &presign[..]].concat());
    let signed = signed.json();
    for side in ["raw", "sdk"] {
        assert_eq!(signed[side]["authorization"], Value::Null);
        let url = text(&signed[side]["url"]);
        assert!(url.contains("X-Amz-Expires=60"), "{url}");
        let target = url.strip_prefix(sandbox.endpoint()).expect("the same endpoint");
        let host = &sandbox.endpoint()["http://".len()..];
        let http = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n\r\n");
        assert!(accepted(&sandbox, &http).contains("awkward/a+b=c"));
    }
}

#[test]
fn a_curl_command_passes_through_the_shell_unchanged() {
    let url = "https://bucket.s3.us-east-1.amazonaws.com/it's?a=$HOME";
    let args =
        ["PUT", url, "--format", "curl", "-H", "X-Note: a \"b\" `c`", "--body", "it's $HOME"];
    let line = sign_as_admin(&sandbox(), &args).stdout;
    assert_eq!(line.lines().count(), 1, "{line}");
    // Replaces curl by a function that prints its arguments.
    let script = format!("curl() {{ printf '%s\\n' \"$@\"; }}; {line}");
    let output = Command::new("sh").args(["-c", &script]).output().expect("there is a shell");
    let arguments = String::from_utf8(output.stdout).expect("text");
    let arguments: Vec<_> = arguments.lines().collect();
    assert_eq!(arguments.last(), Some(&url));
    for expected in ["--path-as-is", "PUT", "X-Note: a \"b\" `c`", "it's $HOME"] {
        assert!(arguments.contains(&expected), "{expected} is not in {arguments:?}");
    }
    assert!(arguments.iter().any(|argument| argument.starts_with("authorization: AWS4-HMAC-")));
}

#[test]
fn a_body_is_read_from_a_file_byte_by_byte() {
    let args = ["PUT", "https://b.s3.us-east-1.amazonaws.com/k", "--format", "json"];
    let signed = sign(&[&args[..], &["--body-file", "body.txt"]].concat());
    let signed = signed.file("body.txt", "abc").json(0);
    // FIPS 180-2, appendix B.1.
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(text(&signed["sdk"]["canonical_request"]).ends_with(hash));
}
