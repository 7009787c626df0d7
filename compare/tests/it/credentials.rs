//! Keys that are missing, incomplete, mixed, expired or refused.

use crate::{program::Program, run::scenario, server::sandbox};

/// Options of a call that never gets as far as the endpoint.
pub(crate) const SOMEWHERE: [&str; 4] =
    ["--endpoint-url", "http://127.0.0.1:1", "--region", "us-east-1"];
const AWS: [&str; 4] = ["--target", "aws", "--region", "us-east-1"];
pub(crate) const SIGN: [&str; 2] = ["sign", "https://iam.amazonaws.com/"];
pub(crate) const SIGN_HTTP: [&str; 4] = ["sign", "--format", "http", "https://iam.amazonaws.com/"];

#[test]
fn without_credentials_the_error_says_where_they_are_looked_for() {
    let places = ["no credentials", "AWS_ACCESS_KEY_ID", "./.env", "--profile"];
    Program::new(SOMEWHERE).run().expect_error(3, &places);
    Program::new(["cleanup"].iter().chain(&SOMEWHERE)).run().expect_error(3, &places);
    Program::new(AWS).run().expect_error(3, &places);
    Program::new(SIGN).run().expect_error(3, &places[..2]);
}

#[test]
fn half_a_key_pair_says_which_half_is_set_and_where() {
    for args in [&SOMEWHERE[..], &["--target", "aws"], &SIGN] {
        Program::new(args)
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
            .env("AWS_REGION", "us-east-1")
            .run()
            .expect_error(3, &["AWS_SECRET_ACCESS_KEY is set (the environment)", "_KEY_ID is not"]);
        Program::new(args)
            .file(".env", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE\nAWS_REGION=us-east-1\n")
            .run()
            .expect_error(3, &["AWS_ACCESS_KEY_ID is set (.env)", "AWS_SECRET_ACCESS_KEY is not"]);
    }
    let empty = Program::new(SOMEWHERE).example_keys().env("AWS_ACCESS_KEY_ID", "");
    empty.run().expect_error(3, &["half a key pair"]);
}

#[test]
fn keys_come_from_one_source_or_not_at_all() {
    let pair = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE\nAWS_SECRET_ACCESS_KEY=hush-of-the-file\n";
    for args in [&SOMEWHERE[..], &SIGN] {
        let program = |file: &str| Program::new(args).secret("hush-of-the-file").file(".env", file);
        let mixed = |part| ["credentials from two places", part, ".env", "the environment"];
        for (file, part) in [
            ("AWS_SESSION_TOKEN=a-token\n", "AWS_SESSION_TOKEN"),
            ("AWS_SECURITY_TOKEN=a-token\n", "AWS_SECURITY_TOKEN"),
            ("AWS_CREDENTIAL_EXPIRATION=2030-01-01T00:00:00Z\n", "AWS_CREDENTIAL_EXPIRATION"),
            ("AWS_SECRET_ACCESS_KEY=hush\n", "AWS_SECRET_ACCESS_KEY"),
        ] {
            program(file).example_keys().run().expect_error(3, &mixed(part));
        }
        let token = program(pair).env("AWS_SESSION_TOKEN", "a-token");
        token.run().expect_error(3, &mixed("AWS_SESSION_TOKEN"));
        let profile = program(pair).env("AWS_PROFILE", "work");
        profile.run().expect_error(3, &mixed("AWS_PROFILE"));
        program("AWS_SECRET_ACCESS_KEY=hush-of-the-file\n")
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .run()
            .expect_error(3, &mixed("AWS_SECRET_ACCESS_KEY"));
    }
}

#[test]
fn two_different_session_tokens_are_an_error_and_the_older_variable_works() {
    let program =
        || Program::new(SIGN_HTTP).example_keys().env("AWS_SECURITY_TOKEN", "older-token");
    let signed = program().run().expect(0).stdout;
    assert!(signed.to_lowercase().contains("x-amz-security-token: older-token"), "{signed}");
    let two = program().env("AWS_SESSION_TOKEN", "a-token");
    two.run().expect_error(3, &["two session tokens"]);
}

#[test]
fn an_empty_session_token_counts_as_absent() {
    let sandbox = sandbox();
    let args = ["--only", "s3-list-buckets"];
    Program::at(&sandbox, "admin", args).env("AWS_SESSION_TOKEN", "").run().expect(0);
    let file = "AWS_ACCESS_KEY_ID=AKID\nAWS_SECRET_ACCESS_KEY=hush-hush\nAWS_SESSION_TOKEN=\n";
    let signed = Program::new(SIGN_HTTP).file(".env", file).secret("hush-hush").run().expect(0);
    assert!(!signed.stdout.to_lowercase().contains("x-amz-security-token"), "{}", signed.stdout);
}

#[test]
fn the_expiration_of_keys_is_noted() {
    let sandbox = sandbox();
    let notes = |end: &str| {
        let args = ["--format", "json", "--only", "s3-list-buckets"];
        let program = Program::at(&sandbox, "admin", args).env("AWS_CREDENTIAL_EXPIRATION", end);
        program.run().json()["target"]["notes"].to_string()
    };
    assert!(notes("2020-01-01T00:00:00Z").contains("the keys expired at 2020-01-01T00:00:00Z"));
    assert!(notes("2999-01-01T00:00:00Z").contains("the keys expire at 2999-01-01T00:00:00Z"));
    assert!(notes("tomorrow").contains("AWS_CREDENTIAL_EXPIRATION is not a time"));
}

#[test]
fn without_a_region_for_aws_the_error_says_how_to_set_one() {
    let host = "http://ec2.eu-west-1.amazonaws.com";
    for args in [["--target", "aws"], ["--endpoint-url", host]] {
        Program::new(args).example_keys().run().expect_error(3, &["no region", "--region"]);
    }
}

#[test]
fn each_service_refuses_a_wrong_secret_with_its_own_code() {
    let sandbox = sandbox();
    let api_url = sandbox.api_url();
    let only = "s3-list-buckets,ec2-describe-images,api-invoke";
    let args = ["--format", "json", "--only", only, "--api-url", &api_url];
    let run = Program::at(&sandbox, "admin", args)
        .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
        .json(1);
    for (name, code) in [
        ("s3-list-buckets", "SignatureDoesNotMatch"),
        ("ec2-describe-images", "AuthFailure"),
        ("api-invoke", "InvalidSignatureException"),
    ] {
        let refused = scenario(&run, name);
        assert_eq!(refused["same"], true, "{refused:#}");
        for side in ["raw", "sdk"] {
            assert_eq!(refused[side]["outcome"], "refused");
            assert_eq!(refused[side]["failure"]["code"], code);
        }
    }
}

#[test]
fn an_unknown_access_key_id_is_refused_alike() {
    let args = ["--format", "json", "--only", "s3-list-buckets"];
    let sandbox = sandbox();
    let program = Program::at(&sandbox, "admin", args).env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    let run = program.json(1);
    let refused = scenario(&run, "s3-list-buckets");
    assert_eq!(refused["same"], true);
    assert_eq!(refused["raw"]["failure"]["code"], "InvalidAccessKeyId");
}

/// The finding that this project began with: only one side shows what is wrong.
#[test]
fn the_table_shows_what_each_side_prints_for_expired_credentials() {
    let args = ["--only", "s3-list-buckets,ec2-describe-images"];
    let text = Program::at(&sandbox(), "expired", args).run().expect(1).stdout;
    for (row, code) in
        [(" s3-list-buckets", "ExpiredToken"), (" ec2-describe-images", "RequestExpired")]
    {
        let (_, below) = text.split_once(row).unwrap_or_else(|| panic!("{row} in {text}"));
        let (raw, rest) = below.split_once("sdk prints  ").expect("the SDK's message");
        assert!(raw.contains("raw prints  ") && raw.contains(code), "{text}");
        assert!(raw.contains("credentials"), "raw says what to do: {text}");
        assert_eq!(rest.lines().next(), Some("service error"), "{text}");
    }
}

/// aws-runtime unwraps a header value that it makes from the access key id.
#[test]
fn a_carriage_return_in_the_access_key_id_makes_the_sdk_panic_and_the_run_reports_it() {
    let sandbox = sandbox();
    let id = format!("{}\r", sandbox.identity("admin").expect("an identity").access_key_id);
    let at = |args: &[&str]| Program::at(&sandbox, "admin", args).env("AWS_ACCESS_KEY_ID", &id);
    let ended = at(&["--only", "s3-list-buckets", "--format", "json"]).run().expect(1);
    assert_eq!(ended.stderr, "");
    let run = ended.json();
    let display = |side: &str| run["scenarios"][0][side]["failure"]["display"].to_string();
    assert!(display("raw").contains("the access key id has"), "{run}");
    assert!(display("sdk").contains("the SDK panicked: "), "{run}");
    at(&["paths", "s3-list-buckets"]).run().expect_error(3, &["the SDK panicked: "]);
    at(&["cleanup"]).run().expect_error(3, &["the access key id has"]);
}
