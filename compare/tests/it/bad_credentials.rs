//! Credentials that are missing, half there, or refused.

use sandbox::Sandbox;

use crate::{program::Program, run::scenario};

const SOMEWHERE: [&str; 4] = ["--endpoint-url", "http://127.0.0.1:1", "--region", "us-east-1"];

fn sandbox() -> Sandbox {
    Sandbox::start(sandbox::Options::default()).expect("a sandbox")
}

#[test]
fn no_credentials_at_an_endpoint_say_where_they_are_looked_for() {
    let parts = ["no credentials", "AWS_ACCESS_KEY_ID", "./.env", "--profile"];
    Program::new(SOMEWHERE).run().expect_error(3, &parts);
    Program::new(["cleanup"].iter().chain(&SOMEWHERE)).run().expect_error(3, &parts);
}

#[test]
fn no_credentials_on_aws_say_where_they_are_looked_for() {
    let parts = ["no credentials", "AWS_ACCESS_KEY_ID", "./.env", "--profile"];
    Program::new(["--target", "aws", "--region", "us-east-1"]).run().expect_error(3, &parts);
}

#[test]
fn no_credentials_to_sign_with_say_where_they_are_looked_for() {
    let words = ["sign", "https://iam.amazonaws.com/?Action=ListUsers"];
    Program::new(words).run().expect_error(3, &["no credentials", "AWS_ACCESS_KEY_ID"]);
}

#[test]
fn half_a_key_pair_says_which_half_is_there_and_where() {
    for words in [&SOMEWHERE[..], &["--target", "aws"], &["sign", "https://iam.amazonaws.com/"]] {
        Program::new(words)
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
            .env("AWS_REGION", "us-east-1")
            .run()
            .expect_error(3, &["AWS_SECRET_ACCESS_KEY is set (the environment)", "_KEY_ID is not"]);
        Program::new(words)
            .file(".env", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE\nAWS_REGION=us-east-1\n")
            .run()
            .expect_error(3, &["AWS_ACCESS_KEY_ID is set (.env)", "AWS_SECRET_ACCESS_KEY is not"]);
    }
}

#[test]
fn an_empty_half_is_no_half() {
    Program::new(SOMEWHERE)
        .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
        .env("AWS_ACCESS_KEY_ID", "")
        .run()
        .expect_error(3, &["half a key pair"]);
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let words = SOMEWHERE.iter().chain(&["--profile", "wrok"]);
    Program::new(words)
        .file(
            ".aws/credentials",
            "[work]\naws_access_key_id = A\naws_secret_access_key = hush-hush\n",
        )
        .secret("hush-hush")
        .run()
        .expect_error(3, &["no credentials", "wrok"]);
}

#[test]
fn a_profile_with_half_a_key_pair_is_named() {
    let words = SOMEWHERE.iter().chain(&["--profile", "work"]);
    Program::new(words)
        .file(".aws/credentials", "[work]\naws_secret_access_key = hush-hush\n")
        .secret("hush-hush")
        .run()
        .expect_error(3, &["no credentials", "work"]);
}

#[test]
fn a_profile_that_needs_a_request_makes_none() {
    let words = SOMEWHERE.iter().chain(&["--profile", "role"]);
    let config = "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/a\n\
                  source_profile = work\n[profile work]\naws_access_key_id = A\n\
                  aws_secret_access_key = hush-hush\n";
    let program = Program::new(words).file(".aws/config", config).secret("hush-hush");
    program.run().expect_error(3, &["no credentials"]);
}

#[test]
fn no_region_on_aws_says_how_to_name_one() {
    let program = |words: &[&str]| {
        Program::new(words)
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
    };
    let host = "http://ec2.eu-west-1.amazonaws.com";
    for words in [["--target", "aws"], ["--endpoint-url", host]] {
        program(&words).run().expect_error(3, &["no region", "--region"]);
    }
}

#[test]
fn a_wrong_secret_is_refused_by_each_service_in_its_own_words() {
    let sandbox = sandbox();
    let api_url = sandbox.api_url();
    let only = "s3-list-buckets,ec2-describe-images,api-invoke";
    let words = ["--format", "json", "--only", only, "--api-url", &api_url];
    let run = Program::at(&sandbox, "admin", words)
        .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
        .run()
        .expect(1)
        .json();
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
fn a_refusal_that_quotes_the_request_does_not_show_its_session_token() {
    let sandbox = sandbox();
    let only = "s3-list-buckets,s3-list-objects,ec2-describe-images";
    for format in ["text", "json", "markdown"] {
        let words = ["--format", format, "--only", only, "--bucket", "notes"];
        // S3 answers with the canonical request, which holds the token.
        Program::at(&sandbox, "temporary", words)
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
            .run()
            .expect(1);
    }
}

#[test]
fn an_unknown_key_is_refused_alike() {
    let sandbox = sandbox();
    let words = ["--format", "json", "--only", "s3-list-buckets"];
    let program = Program::at(&sandbox, "admin", words).env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    let run = program.run().expect(1).json();
    let refused = scenario(&run, "s3-list-buckets");
    assert_eq!(refused["same"], true);
    assert_eq!(refused["raw"]["failure"]["code"], "InvalidAccessKeyId");
}

/// What this project began with: one side shows at once what is wrong, the other does not say.
#[test]
fn the_default_table_shows_what_each_side_prints_for_credentials_that_are_stale() {
    let sandbox = sandbox();
    let words = ["--only", "s3-list-buckets,ec2-describe-images"];
    let text = Program::at(&sandbox, "expired", words).run().expect(1).stdout;
    for (row, code) in
        [(" s3-list-buckets", "ExpiredToken"), (" ec2-describe-images", "RequestExpired")]
    {
        let (_, below) = text.split_once(row).unwrap_or_else(|| panic!("{row} in {text}"));
        let (raw, rest) = below.split_once("sdk prints  ").expect("the SDK's words");
        assert!(raw.contains("raw prints  ") && raw.contains(code), "{text}");
        assert!(raw.contains("credentials"), "raw says what to do: {text}");
        assert_eq!(rest.lines().next(), Some("service error"), "{text}");
    }
}
