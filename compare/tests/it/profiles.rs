//! Profiles in `~/.aws/config` and `~/.aws/credentials`.

use crate::{
    credentials::{SIGN, SIGN_HTTP, SOMEWHERE},
    program::Program,
};

const KEYS: &str = "aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = hush-hush\n";

fn sign(args: &[&str]) -> Program {
    Program::new(SIGN_HTTP.iter().chain(args)).secret("hush-hush")
}

#[track_caller]
fn signs_with_the_keys(program: Program) {
    let signed = program.run().expect(0).stdout;
    assert!(signed.contains("Credential=AKIDEXAMPLE/"), "{signed}");
}

#[test]
fn a_profile_that_does_not_exist_or_has_half_a_key_pair_is_named() {
    for (profile, section) in [
        ("wrok", format!("[work]\n{KEYS}")),
        ("work", "[work]\naws_secret_access_key = hush-hush\n".to_owned()),
    ] {
        Program::new(SOMEWHERE.iter().chain(&["--profile", profile]))
            .file(".aws/credentials", &section)
            .secret("hush-hush")
            .run()
            .expect_error(3, &["no credentials", profile]);
    }
}

#[test]
fn a_profile_that_needs_a_request_says_what_to_do_in_one_line() {
    let config = format!(
        "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = work\n\
         region = us-east-1\n[profile work]\n{KEYS}[profile sso]\nsso_session = s\n\
         sso_account_id = 111122223333\nsso_role_name = R\nregion = us-east-1\n[sso-session s]\n\
         sso_region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n"
    );
    for (name, does) in [("role", "assumes a role"), ("sso", "IAM Identity Center (SSO)")] {
        for args in [&SOMEWHERE[..], &SIGN] {
            let program = Program::new(args).file(".aws/config", &config).secret("hush-hush");
            let export = format!("aws configure export-credentials --profile {name} --format env");
            let parts = ["no credentials", does, "--target aws", &export];
            program.env("AWS_PROFILE", name).run().expect_error(3, &parts);
        }
    }
}

#[test]
fn a_profile_file_that_cannot_be_parsed_is_named_with_the_line() {
    let default = format!("[default]\n{KEYS}");
    for profile in [&[][..], &["--profile", "default"]] {
        let with = |file: &str| sign(profile).file(".aws/credentials", file);
        for (line, why) in [("[hush-hush", "has no ]"), ("hush-hush", "is not name = value")] {
            let broken = with(&format!("{default}{line}\n"));
            broken.run().expect_error(3, &[".aws/credentials, line 4", why]);
        }
        signs_with_the_keys(with(&format!("\u{feff}{default}")));
        signs_with_the_keys(with(&default.replace("\naws", "\n    aws")));
    }
    // With keys in variables no profile is needed.
    let ended = sign(&[]).file(".aws/config", "a word\n").example_keys().run().expect(0);
    ended.warns(".aws/config, line 1");
}

#[test]
fn profiles_are_found_under_quoted_names_other_variables_and_in_other_files() {
    let quoted = format!("[profile \"my work\"]\n{KEYS}");
    let other = format!("[other]\n{KEYS}");
    for program in [
        sign(&["--profile", "my work"]).file(".aws/config", &quoted),
        sign(&[]).file(".aws/credentials", &other).env("AWS_DEFAULT_PROFILE", "other"),
        sign(&["--profile", "other"])
            .file("keys", &other)
            .file(".env", "AWS_SHARED_CREDENTIALS_FILE=keys\n"),
        sign(&[])
            .file("config", &quoted)
            .file(".env", "AWS_CONFIG_FILE=config\nAWS_PROFILE=\"my work\"\n"),
    ] {
        signs_with_the_keys(program);
    }
    let bare = sign(&["--profile", "work"]).file(".aws/config", "[work]\nregion = us-east-1\n");
    bare.run().expect_error(3, &["no profile `work`", "write [profile work]"]);
}

#[test]
fn a_profile_variable_or_a_token_that_is_not_used_is_noted() {
    let signed = sign(&[])
        .file(".aws/credentials", &format!("[used]\n{KEYS}"))
        .env("AWS_PROFILE", "used")
        .env("AWS_DEFAULT_PROFILE", "other")
        .env("AWS_SESSION_TOKEN", "a-token")
        .run()
        .expect(0);
    signed.warns("AWS_PROFILE is used; AWS_DEFAULT_PROFILE");
    signed.warns("AWS_SESSION_TOKEN (the environ");
    assert!(!signed.stdout.contains("a-token"), "{}", signed.stdout);
}

#[test]
fn a_credential_process_runs_only_if_the_callers_own_config_names_it() {
    let config = "[profile made]\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \
                  \"AKIDEXAMPLE\", \"SecretAccessKey\": \"hush-hush\"}'\n";
    signs_with_the_keys(sign(&["--profile", "made"]).file(".aws/config", config));
    let chosen = sign(&["--profile", "made"])
        .file("config", config)
        .file(".env", "AWS_CONFIG_FILE=config\n");
    chosen.run().expect_error(3, &["credential_process", ".env"]);
}

#[test]
fn on_aws_a_profile_option_overrides_keys_in_the_environment() {
    Program::new(["--target", "aws", "--region", "us-east-1", "--profile", "wrok"])
        .example_keys()
        .run()
        .expect_error(3, &["no credentials", "no profile `wrok`"]);
}
