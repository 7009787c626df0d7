//! Endpoints that cannot be reached, and such as answer what nobody can read.

use std::{net::TcpListener, thread, time::Duration};

use sandbox::Sandbox;
use serde_json::Value;

use crate::{
    program::Program,
    run::scenario,
    schema,
    server::{Message, forward, serve},
};

fn program(endpoint: &str, words: &[&str]) -> Program {
    Program::new(["--endpoint-url", endpoint].iter().chain(words))
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
        .env("AWS_REGION", "us-east-1")
}

fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}", listener.local_addr().expect("its number"))
}

#[test]
fn a_closed_endpoint_is_named_with_what_to_look_at() {
    let endpoint = closed();
    let parts = [&*endpoint, "cannot be reached", "refused", "Is anything listening there"];
    program(&endpoint, &[]).run().expect_error(3, &parts);
    program(&endpoint, &["--only", "ec2"]).run().expect_error(3, &parts);
}

#[test]
fn cleanup_at_a_closed_endpoint_says_so() {
    let endpoint = closed();
    let words = ["cleanup", "--endpoint-url", &endpoint, "--region", "us-east-1"];
    Program::new(words)
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
        .run()
        .expect_error(3, &[&endpoint]);
}

#[test]
fn a_host_that_does_not_resolve_is_named() {
    let parts = ["http://nowhere.invalid", "cannot be reached", "not found"];
    program("http://nowhere.invalid", &[]).run().expect_error(3, &parts);
}

#[test]
fn tls_where_plain_http_is_spoken_is_a_failure_of_tls() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
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
    let words = ["--timeout", "0.2", "--only", "s3-list-buckets"];
    program(&silent, &words).run().expect_error(3, &[&silent, "cannot be reached", "200ms"]);
}

#[test]
fn an_endpoint_that_hangs_up_is_not_reached() {
    let rude = serve(|_| None);
    program(&rude, &["--only", "s3"]).run().expect_error(3, &[&rude, "without an answer"]);
}

/// What both sides make of an endpoint that answers everything with `answer`.
#[track_caller]
fn read(answer: Message, only: &str) -> Value {
    let endpoint = serve(move |_| Some(answer.clone()));
    let words = ["--format", "json", "--only", only];
    let run = program(&endpoint, &words).run().expect(1).json();
    schema::holds("run", &run);
    assert_eq!(run["agree"], false);
    scenario(&run, only).clone()
}

#[test]
fn html_in_place_of_xml_is_a_broken_answer_on_both_sides() {
    for only in ["s3-list-buckets", "ec2-describe-images"] {
        let html = "<!DOCTYPE html><html><body><h1>It works!</h1></body></html>";
        let found = read(Message::answer("200 OK", "text/html", html), only);
        for side in ["raw", "sdk"] {
            assert_eq!(found[side]["outcome"], "failed", "{found:#}");
            assert_eq!(found[side]["failure"]["stage"], "response");
        }
    }
}

#[test]
fn a_document_that_ends_early_is_a_broken_answer_and_never_a_shorter_list() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    let endpoint = sandbox.endpoint().to_owned();
    let proxy = serve(move |request| {
        let answer = crate::server::forward(&endpoint, &request);
        let half = answer.text()[..answer.body.len() / 2].to_owned();
        Some(answer.with_body(half))
    });
    let words = ["--format", "json", "--only", "s3-list-buckets,ec2-describe-images"];
    let ended = Program::at(&sandbox, "admin", words).env("AWS_ENDPOINT_URL", &proxy).run();
    let run = ended.expect(1).json();
    for name in ["s3-list-buckets", "ec2-describe-images"] {
        assert_eq!(scenario(&run, name)["raw"]["outcome"], "failed", "{run:#}");
        assert_eq!(scenario(&run, name)["raw"]["failure"]["stage"], "response");
    }
}

#[test]
fn a_gateways_502_in_html_is_shown_with_its_status() {
    let html = "<html><head><title>502 Bad Gateway</title></head></html>";
    let found = read(Message::answer("502 Bad Gateway", "text/html", html), "s3-list-buckets");
    for side in ["raw", "sdk"] {
        assert_eq!(found[side]["failure"]["status"], 502, "{found:#}");
        assert_eq!(found[side]["failure"]["code"], Value::Null);
    }
}

#[test]
fn what_is_not_http_at_all_is_a_broken_answer() {
    let garbage = Message { head: "SSH-2.0-OpenSSH_9.9\r\n\r\n".to_owned(), body: Vec::new() };
    let endpoint = serve(move |_| Some(garbage.clone()));
    let ended = program(&endpoint, &["--format", "json", "--only", "s3-list-buckets"]).run();
    assert!([1, 3].contains(&ended.code), "exit {}: {}", ended.code, ended.stderr);
}

#[test]
fn the_password_of_a_proxy_is_not_shown() {
    let closed = closed();
    let bare = closed.replace("http://", "me:hunter2@");
    let socks = "socks5://me:hunter2@127.0.0.1:9".to_owned();
    let broken = "http://me:hunter2@[".to_owned();
    for proxy in [closed.replace("//", "//me:hunter2@"), bare, broken, socks] {
        let ended =
            program("http://bucket.example", &[]).secret("hunter2").env("http_proxy", &proxy).run();
        ended.expect_error(3, &["proxy"]);
    }
}

#[test]
fn a_proxy_without_a_scheme_is_spoken_to_in_http() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    let endpoint = sandbox.endpoint().to_owned();
    let proxy = serve(move |request| {
        request
            .head
            .contains("Basic bWU6aHVudGVyMg==")
            .then(|| crate::server::forward(&endpoint, &request))
    });
    let words = ["--format", "json", "--only", "s3-list-buckets"];
    let run = Program::at(&sandbox, "admin", words)
        .secret("hunter2")
        .env("http_proxy", &proxy.replace("http://", "me:hunter2@"))
        .run()
        .expect(0)
        .json();
    assert!(run["target"]["notes"].to_string().contains("through the proxy"), "{run}");
}

/// A server may send back what it was sent, with `cleanup` as with every other verb.
#[test]
fn what_a_server_quotes_of_a_token_is_masked_in_the_error_of_every_verb() {
    let quotes = serve(|request| {
        let token = request.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("x-amz-security-token").then(|| value.trim().to_owned())
        });
        let body = format!(
            "<Response><Errors><Error><Code>InvalidToken</Code><Message>The token {} is not valid\
             </Message></Error></Errors><RequestID>1</RequestID></Response>",
            token.unwrap_or_default()
        );
        Some(Message::answer("400 Bad Request", "text/xml", &body))
    });
    for words in [
        ["cleanup", "--region", "us-east-1"],
        ["run", "--only", "ec2-describe-images"],
        ["explain", "ec2-describe-images", "--format=text"],
        ["paths", "ec2-describe-images", "--format=json"],
    ] {
        let ended = Program::new(words.iter().copied().chain(["--endpoint-url", &quotes]))
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_SESSION_TOKEN", " a-token-that-nobody-may-see ")
            .secret("a-token-that-nobody-may-see")
            .run();
        assert!([0, 1, 3].contains(&ended.code), "{words:?}: {}", ended.stderr);
    }
}

#[test]
fn the_routes_url_is_escaped_once_for_both_sides_or_refused() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    let api_url = format!("{} x", sandbox.api_url());
    let words = ["--format", "json", "--only", "api-invoke", "--api-url", &api_url];
    let run = Program::at(&sandbox, "admin", words).run().json();
    let found = scenario(&run, "api-invoke");
    assert_eq!(found["same"], true, "{found:#}");
    assert_ne!(found["sdk"]["failure"]["stage"], "build", "{found:#}");
    for (url, part) in [
        ("x", "not an http or https URL"),
        ("http://me:hunter2@route.example/", "a user name or a password"),
        ("http://route.example/#top", "fragment"),
    ] {
        for target in [&["--target", "sandbox"][..], &["--endpoint-url", sandbox.endpoint()]] {
            let words = ["run", "--only", "api-invoke", "--api-url", url];
            Program::new(words.iter().chain(target))
                .keys(&sandbox, "admin")
                .secret("hunter2")
                .run()
                .expect_error(2, &[part]);
        }
    }
}

#[test]
fn a_listing_without_end_fails_on_both_sides_at_the_limit_of_pages() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    let endpoint = sandbox.endpoint().to_owned();
    let token = std::sync::atomic::AtomicUsize::new(0);
    let proxy = serve(move |request| {
        if !request.head.contains("list-type=2") {
            return Some(forward(&endpoint, &request));
        }
        let token = token.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let page = format!(
            "<ListBucketResult><IsTruncated>true</IsTruncated>\
             <NextContinuationToken>t{token}</NextContinuationToken></ListBucketResult>"
        );
        Some(Message::answer("200 OK", "application/xml", &page))
    });
    let words = ["--only", "s3-list-objects-paged", "--bucket", "archive", "--max-pages", "7"];
    let words = words.iter().chain(&["--format", "json"]);
    let run = Program::at(&sandbox, "admin", words).env("AWS_ENDPOINT_URL", &proxy).run();
    let run = run.expect(1).json();
    for side in ["raw", "sdk"] {
        let side = &scenario(&run, "s3-list-objects-paged")[side];
        assert_eq!((&side["outcome"], &side["requests"]), (&Value::from("failed"), &7.into()));
        let display = side["failure"]["display"].as_str().unwrap();
        assert!(display.contains("more after 7"), "{display}");
    }
}
