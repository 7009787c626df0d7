//! No verb prints the caller's secret key, and only those that are for it a session token.

use sandbox::{Options, Sandbox};

use crate::{output::listed, program::Program};

/// What may be printed of the caller's keys.
#[derive(Clone, Copy)]
enum Token {
    Masked,
    InFull,
}

/// Every verb with words that have it deal with the caller's keys.
fn calls(verb: &str) -> Vec<(Vec<&str>, Token)> {
    let masked = |words: &[&'static str]| (words.to_vec(), Token::Masked);
    match verb {
        "run" => vec![masked(&["run", "--only", "s3,api,ec2-describe-images"])],
        "explain" => ["s3-list-objects", "s3-presigned-get", "ec2-run-instances"]
            .map(|operation| (vec!["explain", operation], Token::Masked))
            .into(),
        // The whole catalogue is held against the keys of its own sandbox in `errors`' tests.
        "errors" => {
            vec![masked(&["errors", "s3-temporary-key-with-wrong-secret", "s3-invalid-token"])]
        }
        "paths" => {
            vec![masked(&["paths", "s3-list-buckets"]), masked(&["paths", "s3-presigned-get"])]
        }
        "cleanup" => vec![masked(&["cleanup"])],
        "bench" => {
            vec![
                masked(&["bench", "latency", "--pairs", "5", "--only", "s3-list-buckets"]),
                masked(&["bench", "startup", "--quick"]),
            ]
        }
        "sign" => vec![(
            vec!["sign", "--region", "us-east-1", "https://iam.amazonaws.com/?Action=ListUsers"],
            Token::InFull,
        )],
        // It asks nobody for keys.
        "verify" => vec![masked(&["verify", "--jsonl"])],
        // Nor do these.
        "footprint" => vec![masked(&["footprint"])],
        // It measures at an endpoint of its own, or renders what it measured there.
        "report" => {
            vec![masked(&[
                "report",
                "--check",
                "--out",
                concat!(env!("CARGO_MANIFEST_DIR"), "/.."),
            ])]
        }
        "completions" => vec![masked(&["completions", "bash"])],
        // Its own, made for this run, are what it is for; it runs until it is stopped.
        "sandbox" | "help" => Vec::new(),
        other => panic!("`{other}` is not among the verbs that this test knows"),
    }
}

fn formats(verb: &str) -> &'static [&'static str] {
    match verb {
        "verify" | "completions" => &[],
        "sign" => &["text", "json", "http", "curl"],
        _ => &["text", "json", "markdown"],
    }
}

#[test]
fn no_verb_prints_a_secret() {
    let sandbox = Sandbox::start(Options::default()).expect("a sandbox");
    let identity = sandbox.identity("temporary").expect("temporary keys");
    let token = identity.session_token.as_deref().expect("a token");
    for verb in listed() {
        for (words, shown) in calls(&verb) {
            let formats = formats(&verb).iter().map(|format| vec!["--format", *format]);
            let formats: Vec<_> = formats.collect();
            let formats = if formats.is_empty() { vec![Vec::new()] } else { formats };
            for format in formats {
                let program = Program::new(words.iter().chain(&format))
                    .env("AWS_ENDPOINT_URL", sandbox.endpoint())
                    .env("AWS_REGION", sandbox.region())
                    .env("AWS_ACCESS_KEY_ID", &identity.access_key_id)
                    .env("AWS_SESSION_TOKEN", token)
                    .secret_env("AWS_SECRET_ACCESS_KEY", &identity.secret_access_key);
                let ended = match shown {
                    Token::Masked => program.secret(token).run(),
                    Token::InFull => program.run(),
                };
                assert!([0, 3].contains(&ended.code), "{words:?}: {}", ended.stderr);
            }
        }
    }
}

/// S3 sends back what it computed, the token's header included, and once more byte by byte.
#[test]
fn what_the_service_echoes_is_masked_too() {
    let sandbox = Sandbox::start(Options::default()).expect("a sandbox");
    let identity = sandbox.identity("temporary").expect("temporary keys");
    let token = identity.session_token.as_deref().expect("a token");
    for words in [&["run", "--only", "s3-list-buckets"][..], &["explain", "s3-list-buckets"]] {
        for format in ["text", "json", "markdown"] {
            let ended = Program::new(words.iter().chain(&["--format", format]))
                .env("AWS_ENDPOINT_URL", sandbox.endpoint())
                .env("AWS_REGION", sandbox.region())
                .env("AWS_ACCESS_KEY_ID", &identity.access_key_id)
                .secret_env("AWS_SESSION_TOKEN", token)
                .secret_env("AWS_SECRET_ACCESS_KEY", "a-wrong-secret-that-nobody-may-see")
                .run();
            assert!(ended.stdout.contains("SignatureDoesNotMatch"), "{}", ended.stderr);
        }
    }
}
