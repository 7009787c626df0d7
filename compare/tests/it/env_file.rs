//! `.env` and `--env-file`.

use crate::{
    credentials::{SIGN, SIGN_HTTP},
    program::Program,
    server::sandbox,
};

#[test]
fn an_endpoint_from_a_file_gets_only_the_keys_of_that_file() {
    let sandbox = sandbox();
    let admin = sandbox.identity("admin").expect("keys");
    let (id, secret) = (&admin.access_key_id, &admin.secret_access_key);
    let endpoint = format!("AWS_ENDPOINT_URL={}\nAWS_REGION=us-east-1\n", sandbox.endpoint());
    let args = ["--only", "s3-list-buckets"];
    Program::new(args)
        .file(".env", &endpoint)
        .keys(&sandbox, "temporary")
        .run()
        .expect_error(3, &["AWS_ENDPOINT_URL", ".env", "the environment", "--endpoint-url"]);
    let profile = format!("[work]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    Program::new(args.iter().chain(&["--profile", "work"]))
        .file(".env", &endpoint)
        .file(".aws/credentials", &profile)
        .secret(secret)
        .run()
        .expect_error(3, &["AWS_ENDPOINT_URL", ".env", "the profiles"]);

    let keys = format!("{endpoint}AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\n");
    Program::new(args).file(".env", &keys).secret(secret).run().expect(0);
    Program::new(args.iter().chain(&["--endpoint-url", sandbox.endpoint()]))
        .file(".env", &endpoint)
        .keys(&sandbox, "admin")
        .run()
        .expect(0);
}

#[test]
fn a_complete_set_of_keys_in_the_environment_overrides_the_one_in_the_file() {
    let file = "AWS_ACCESS_KEY_ID=AKIDOTHER\nAWS_SECRET_ACCESS_KEY=hush-of-the-file\n\
                AWS_SESSION_TOKEN=token-of-the-file\nAWS_PROFILE=work\n";
    let ended = Program::new(SIGN_HTTP)
        .file(".env", file)
        .secret("hush-of-the-file")
        .secret("token-of-the-file")
        .example_keys()
        .run()
        .expect(0);
    assert!(ended.stdout.contains("Credential=AKIDEXAMPLE/"), "{}", ended.stdout);
    ended.warns("the keys in .env are not used");
    ended.warns("AWS_PROFILE in .env is not used");
}

#[test]
fn a_line_for_another_program_in_dot_env_stops_no_verb_but_does_in_a_named_file() {
    let lines = "APP_NAME=My App\nGREETING=it's me\nCFG={\"a\": 1, \"b\": \"x y\"}\nMY-VAR=1\n\
                 this is no assignment\nAWS_ACCESS_KEY_ID=AKIDEXAMPLE\n\
                 AWS_SECRET_ACCESS_KEY=hush-hush\n";
    for args in [&["--only", "s3-list-buckets"][..], &["explain", "s3-list-buckets"], &SIGN] {
        let program = |more: &[&'static str]| {
            Program::new(args.iter().chain(more)).file(".env", lines).secret("hush-hush")
        };
        let ended = program(&[]).run().expect(0);
        let warnings = ended.stderr.matches("warning:").count();
        assert_eq!(warnings, 1, "{}", ended.stderr);
        ended.warns(".env, line 5 is not NAME=value");
        program(&["--env-file", ".env"]).run().expect_error(2, &["line 5"]);
    }
}

#[test]
fn a_broken_line_is_named_by_its_number_and_not_shown() {
    for (file, number) in [
        ("AWS_SECRET_ACCESS_KEY hush-hush\n", 1),
        ("# keys\nAWS_REGION=us-east-1\n\nAWS_SECRET_ACCESS_KEY: hush-hush\nA=b\n", 4),
        ("AWS_REGION=us-east-1\nAWS_SECRET_ACCESS_KEY=\"hush-hush\n", 2),
        ("A=b\r\nAWS_SECRET_ACCESS_KEY hush-hush\r\n", 2),
        ("A=\"one\ntwo\"\nAWS_SECRET_ACCESS_KEY=\"hush-hush\nC=d\n", 3),
    ] {
        Program::new(["--target", "aws"])
            .file(".env", file)
            .secret("hush")
            .run()
            .expect_error(2, &[".env", &format!("line {number} "), "the line is not shown"]);
    }
}

#[test]
fn the_embedded_endpoint_warns_of_a_broken_line_too() {
    let program = Program::new(["--only", "s3-list-buckets"]).file(".env", "hush-hush\n");
    program.secret("hush-hush").run().expect(0).warns("line 1");
}

#[test]
fn a_folder_or_utf_16_in_place_of_the_file_is_an_error() {
    let folder = Program::new(SIGN).file(".env/bin", "");
    folder.run().expect_error(3, &["the env file .env cannot be read", "no credentials"]);
    Program::new(SIGN).file(".env", "A\0=\0b\0\n\0").run().expect_error(2, &["UTF-16"]);
}

#[test]
fn an_aws_variable_that_a_file_cannot_set_is_named() {
    let program = Program::new(["--only", "s3-list-buckets"]);
    let ended = program.file(".env", "AWS_ROLE_ARN=arn:aws:iam::1:role/a\n").run().expect(0);
    ended.warns("AWS_ROLE_ARN in .env is not used");
}
