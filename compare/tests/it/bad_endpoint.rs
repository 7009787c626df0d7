//! Endpoints that cannot be reached, or whose answers cannot be read.

use std::{
    net::TcpListener,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    program::Program,
    run::scenario,
    schema,
    server::{Message, forward, proxy, sandbox, serve},
};

fn program(endpoint: &str, args: &[&str]) -> Program {
    let at = ["--endpoint-url", endpoint, "--region", "us-east-1"];
    Program::new(args.iter().chain(&at)).example_keys()
}

#[test]
fn a_closed_endpoint_is_named_with_what_to_check() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("its number"));
    drop(listener);
    let parts = [&*endpoint, "cannot be reached", "refused", "Is anything listening there"];
    program(&endpoint, &[]).run().expect_error(3, &parts);
    program(&endpoint, &["--only", "ec2"]).run().expect_error(3, &parts);
    program(&endpoint, &["cleanup"]).run().expect_error(3, &[&endpoint]);
}

#[test]
fn a_host_that_does_not_resolve_is_named() {
    let parts = ["http://nowhere.invalid", "cannot be reached", "not found"];
    program("http://nowhere.invalid", &[]).run().expect_error(3, &parts);
}

#[test]
fn tls_to_a_plain_http_port_is_reported_as_a_tls_failure() {
    let sandbox = sandbox();
    let endpoint = sandbox.endpoint().replace("http:", "https:");
    let parts = [&*endpoint, "no TLS session", "Does the endpoint speak TLS"];
    program(&endpoint, &[]).run().expect_error(3, &parts);
}

#[test]
fn an_endpoint_that_never_answers_is_given_up_after_the_time_out() {
    let silent = serve(|_| {
        thread::sleep(Duration::from_secs(30));
        None
    });
    let args = ["--timeout", "0.2", "--only", "s3-list-buckets"];
    program(&silent, &args).run().expect_error(3, &[&silent, "cannot be reached", "200ms"]);
}

#[test]
fn an_endpoint_that_closes_the_connection_cannot_be_reached() {
    let rude = serve(|_| None);
    program(&rude, &["--only", "s3"]).run().expect_error(3, &[&rude, "without an answer"]);
}

/// The results of both sides at an endpoint that gives the same answer to everything.
#[track_caller]
fn both_read(answer: Message, only: &str) -> [Value; 2] {
    let endpoint = serve(move |_| Some(answer.clone()));
    let run = program(&endpoint, &["--format", "json", "--only", only]).json(1);
    schema::holds("run", &run);
    assert_eq!(run["agree"], false);
    ["raw", "sdk"].map(|side| scenario(&run, only)[side].clone())
}

#[test]
fn html_in_place_of_xml_is_a_failed_response_on_both_sides() {
    for only in ["s3-list-buckets", "ec2-describe-images"] {
        let html = "<!DOCTYPE html><html><body><h1>It works!</h1></body></html>";
        for side in both_read(Message::answer("200 OK", "text/html", html), only) {
            assert_eq!(side["outcome"], "failed", "{side:#}");
            assert_eq!(side["failure"]["stage"], "response");
        }
    }
}

#[test]
fn a_502_in_html_from_a_gateway_is_shown_with_its_status() {
    let html = "<html><head><title>502 Bad Gateway</title></head></html>";
    let answer = Message::answer("502 Bad Gateway", "text/html", html);
    for side in both_read(answer, "s3-list-buckets") {
        assert_eq!(side["failure"]["status"], 502, "{side:#}");
        assert_eq!(side["failure"]["code"], Value::Null);
    }
}

#[test]
fn an_answer_that_is_not_http_is_no_success() {
    let garbage = Message { head: "SSH-2.0-OpenSSH_9.9\r\n\r\n".to_owned(), body: Vec::new() };
    let endpoint = serve(move |_| Some(garbage.clone()));
    let ended = program(&endpoint, &["--format", "json", "--only", "s3-list-buckets"]).run();
    assert!([1, 3].contains(&ended.code), "exit {}: {}", ended.code, ended.stderr);
}

#[test]
fn raw_fails_on_a_document_that_ends_early_and_never_returns_a_shorter_list() {
    let sandbox = sandbox();
    let proxy = proxy(&sandbox, |request, endpoint| {
        let answer = forward(endpoint, &request);
        let half = answer.text()[..answer.body.len() / 2].to_owned();
        Some(answer.with_body(half))
    });
    let args = ["--format", "json", "--only", "s3-list-buckets,ec2-describe-images"];
    let run = Program::at(&sandbox, "admin", args).env("AWS_ENDPOINT_URL", &proxy).json(1);
    for name in ["s3-list-buckets", "ec2-describe-images"] {
        assert_eq!(scenario(&run, name)["raw"]["outcome"], "failed", "{run:#}");
        assert_eq!(scenario(&run, name)["raw"]["failure"]["stage"], "response");
    }
}

#[test]
fn an_endless_listing_fails_on_both_sides_at_the_limit_of_pages() {
    let sandbox = sandbox();
    let page = AtomicUsize::new(0);
    let proxy = proxy(&sandbox, move |request, endpoint| {
        if !request.head.contains("list-type=2") {
            return Some(forward(endpoint, &request));
        }
        let page = page.fetch_add(1, Ordering::SeqCst);
        let listing = format!(
            "<ListBucketResult><IsTruncated>true</IsTruncated>\
             <NextContinuationToken>t{page}</NextContinuationToken></ListBucketResult>"
        );
        Some(Message::answer("200 OK", "application/xml", &listing))
    });
    let args = ["--only", "s3-list-objects-paged", "--bucket", "archive", "--max-pages", "7"];
    let args = args.iter().chain(&["--format", "json"]);
    let run = Program::at(&sandbox, "admin", args).env("AWS_ENDPOINT_URL", &proxy).json(1);
    for side in ["raw", "sdk"] {
        let side = &scenario(&run, "s3-list-objects-paged")[side];
        assert_eq!((&side["outcome"], &side["requests"]), (&Value::from("failed"), &7.into()));
        let display = side["failure"]["display"].as_str().unwrap();
        assert!(display.contains("more after 7"), "{display}");
    }
}

#[test]
fn an_api_url_is_escaped_once_for_both_sides_or_rejected() {
    let sandbox = sandbox();
    let api_url = format!("{} x", sandbox.api_url());
    let args = ["--format", "json", "--only", "api-invoke", "--api-url", &api_url];
    let run = Program::at(&sandbox, "admin", args).run().json();
    let found = scenario(&run, "api-invoke");
    assert_eq!(found["same"], true, "{found:#}");
    assert_ne!(found["sdk"]["failure"]["stage"], "build", "{found:#}");
    for (url, part) in [
        ("x", "not an http or https URL"),
        ("http://me:hunter2@route.example/", "a user name or a password"),
        ("http://route.example/#top", "fragment"),
    ] {
        for target in [&["--target", "sandbox"][..], &["--endpoint-url", sandbox.endpoint()]] {
            let args = ["run", "--only", "api-invoke", "--api-url", url];
            Program::new(args.iter().chain(target))
                .keys(&sandbox, "admin")
                .secret("hunter2")
                .run()
                .expect_error(2, &[part]);
        }
    }
}

#[test]
fn a_token_that_a_server_sends_back_is_masked_in_the_error_of_every_verb() {
    let quotes = serve(|request| {
        let token = request.header("x-amz-security-token").unwrap_or_default();
        let body = format!(
            "<Response><Errors><Error><Code>InvalidToken</Code><Message>The token {token} is not valid\
             </Message></Error></Errors><RequestID>1</RequestID></Response>"
        );
        Some(Message::answer("400 Bad Request", "text/xml", &body))
    });
    for args in [
        &["cleanup"][..],
        &["run", "--only", "ec2-describe-images"],
        &["explain", "ec2-describe-images", "--format=text"],
        &["paths", "ec2-describe-images", "--format=json"],
    ] {
        let ended = program(&quotes, args)
            .env("AWS_SESSION_TOKEN", " a-token-that-nobody-may-see ")
            .secret("a-token-that-nobody-may-see")
            .run();
        assert!([0, 1, 3].contains(&ended.code), "{args:?}: {}", ended.stderr);
    }
}
