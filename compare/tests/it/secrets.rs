//! No verb prints the caller's secret key. Only `sign` prints a session token.

use sandbox::Sandbox;

use crate::{output::listed, program::Program, server::sandbox};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../report/data.json");

/// Arguments with which `verb` handles the caller's keys, if it can. A verb that is not listed here runs
/// without arguments.
fn calls(verb: &str) -> Vec<Vec<&str>> {
    match verb {
        "run" => vec![vec!["--only", "s3,api,ec2-describe-images"]],
        "explain" => {
            vec![vec!["s3-list-objects"], vec!["s3-presigned-get"], vec!["ec2-run-instances"]]
        }
        // The tests of `errors` check the whole catalogue for the keys of its own sandbox.
        "errors" => vec![vec!["s3-temporary-key-with-wrong-secret", "s3-invalid-token"]],
        "paths" => vec![vec!["s3-list-buckets"], vec!["s3-presigned-get"]],
        "bench" => vec![
            vec!["latency", "--pairs", "5", "--only", "s3-list-buckets"],
            vec!["startup", "--quick"],
        ],
        "sign" => {
            vec![vec!["--region", "us-east-1", "https://iam.amazonaws.com/?Action=ListUsers"]]
        }
        "verify" => vec![vec!["--jsonl"]],
        "report" => vec![vec!["--data", DATA]],
        "completions" => vec![vec!["bash"]],
        // It prints the keys that it made for this run, and runs until it is stopped.
        "sandbox" | "help" => Vec::new(),
        _ => vec![Vec::new()],
    }
}

fn formats(verb: &str) -> &'static [&'static [&'static str]] {
    match verb {
        "verify" | "completions" => &[&[]],
        "sign" => &[
            &["--format", "text"],
            &["--format", "json"],
            &["--format", "http"],
            &["--format", "curl"],
        ],
        _ => &[&["--format", "text"], &["--format", "json"], &["--format", "markdown"]],
    }
}

/// The program with temporary keys of `sandbox`.
fn with_temporary_keys(sandbox: &Sandbox, args: &[&str]) -> Program {
    let identity = sandbox.identity("temporary").expect("temporary keys");
    let token = identity.session_token.as_deref().expect("a token");
    let program = Program::at(sandbox, "admin", args)
        .env("AWS_ACCESS_KEY_ID", &identity.access_key_id)
        .env("AWS_SESSION_TOKEN", token)
        .secret_env("AWS_SECRET_ACCESS_KEY", &identity.secret_access_key);
    if args[0] == "sign" { program } else { program.secret(token) }
}

#[test]
fn no_verb_prints_a_secret() {
    let sandbox = sandbox();
    for verb in listed() {
        for call in calls(&verb) {
            for format in formats(&verb) {
                let args = [&[&*verb][..], &call, format].concat();
                let ended = with_temporary_keys(&sandbox, &args).run();
                assert!([0, 3].contains(&ended.code), "{args:?}: {}", ended.stderr);
            }
        }
    }
}

/// S3 sends back the canonical request, with the token in a header, and once more in hexadecimal.
#[test]
fn a_token_that_the_service_sends_back_is_masked() {
    let sandbox = sandbox();
    let only = "s3-list-buckets,s3-list-objects,ec2-describe-images";
    let run = ["run", "--bucket", "notes", "--only", only];
    for args in [&run[..], &["explain", "s3-list-buckets"]] {
        for format in ["text", "json", "markdown"] {
            let ended = with_temporary_keys(&sandbox, &[args, &["--format", format]].concat())
                .secret_env("AWS_SECRET_ACCESS_KEY", "a-wrong-secret-that-nobody-may-see")
                .run();
            assert!(ended.stdout.contains("SignatureDoesNotMatch"), "{}", ended.stderr);
        }
    }
}
