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
fn an_endpoint_from_a_file_sees_that_files_keys_alone() {
    let sandbox = sandbox();
    let admin = sandbox.identity("admin").expect("keys");
    let (id, secret) = (&admin.access_key_id, &admin.secret_access_key);
    let endpoint = format!("AWS_ENDPOINT_URL={}\nAWS_REGION=us-east-1\n", sandbox.endpoint());
    let words = ["--only", "s3-list-buckets"];
    let parts = ["AWS_ENDPOINT_URL", ".env", "the environment", "--endpoint-url"];
    Program::new(words)
        .file(".env", &endpoint)
        .keys(&sandbox, "temporary")
        .run()
        .expect_error(3, &parts);
    let profile = format!("[work]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    Program::new(words.iter().chain(&["--profile", "work"]))
        .file(".env", &endpoint)
        .file(".aws/credentials", &profile)
        .secret(secret)
        .run()
        .expect_error(3, &["AWS_ENDPOINT_URL", ".env", "the profiles"]);

    let keys = format!("{endpoint}AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\n");
    Program::new(words).file(".env", &keys).secret(secret).run().expect(0);
    Program::new(words.iter().chain(&["--endpoint-url", sandbox.endpoint()]))
        .file(".env", &endpoint)
        .keys(&sandbox, "admin")
        .run()
        .expect(0);
}

#[test]
fn keys_come_from_one_place_or_not_at_all() {
    let pair = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE\nAWS_SECRET_ACCESS_KEY=hush-of-the-file\n";
    let with_keys = |program: Program| {
        program
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
    };
    for words in [&SOMEWHERE[..], &["sign", "https://iam.amazonaws.com/"]] {
        let program = |file: &str| Program::new(words).file(".env", file);
        let mixed = |part| ["credentials from two places", part, ".env", "the environment"];
        for (file, part) in [
            ("AWS_SESSION_TOKEN=a-token\n", "AWS_SESSION_TOKEN"),
            ("AWS_SECURITY_TOKEN=a-token\n", "AWS_SECURITY_TOKEN"),
            ("AWS_CREDENTIAL_EXPIRATION=2030-01-01T00:00:00Z\n", "AWS_CREDENTIAL_EXPIRATION"),
            ("AWS_SECRET_ACCESS_KEY=hush\n", "AWS_SECRET_ACCESS_KEY"),
        ] {
            with_keys(program(file)).run().expect_error(3, &mixed(part));
        }
        let token = program(pair).secret("hush-of-the-file").env("AWS_SESSION_TOKEN", "a-token");
        token.run().expect_error(3, &mixed("AWS_SESSION_TOKEN"));
        let profile = program(pair).secret("hush-of-the-file").env("AWS_PROFILE", "work");
        profile.run().expect_error(3, &mixed("AWS_PROFILE"));
        program("AWS_SECRET_ACCESS_KEY=hush-of-the-file\n")
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .run()
            .expect_error(3, &mixed("AWS_SECRET_ACCESS_KEY"));
    }
}

#[test]
fn a_whole_set_of_keys_in_the_environment_covers_the_one_in_the_file() {
    let file = "AWS_ACCESS_KEY_ID=AKIDOTHER\nAWS_SECRET_ACCESS_KEY=hush-of-the-file\n\
                AWS_SESSION_TOKEN=token-of-the-file\nAWS_PROFILE=work\n";
    let ended = Program::new(["sign", "--format", "http", "https://iam.amazonaws.com/"])
        .file(".env", file)
        .secret("hush-of-the-file")
        .secret("token-of-the-file")
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
        .run()
        .expect(0);
    assert!(ended.stdout.contains("Credential=AKIDEXAMPLE/"), "{}", ended.stdout);
    assert!(ended.stderr.contains("the keys in .env are not used"), "{}", ended.stderr);
    assert!(ended.stderr.contains("AWS_PROFILE in .env is not used"), "{}", ended.stderr);
}

#[test]
fn two_session_tokens_that_differ_are_an_error_and_the_older_name_is_known() {
    let program = |words: &[&str]| {
        Program::new(words)
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
            .env("AWS_SECURITY_TOKEN", "the-older-token")
    };
    let words = ["sign", "--format", "http", "https://iam.amazonaws.com/"];
    let signed = program(&words).run().expect(0).stdout;
    assert!(signed.to_lowercase().contains("x-amz-security-token: the-older-token"), "{signed}");
    let two = program(&words).env("AWS_SESSION_TOKEN", "a-token");
    two.run().expect_error(3, &["two session tokens"]);
}

#[test]
fn keys_that_have_expired_are_said_to_have() {
    let sandbox = sandbox();
    let run = |end: &str| {
        let words = ["--format", "json", "--only", "s3-list-buckets"];
        let program = Program::at(&sandbox, "admin", words).env("AWS_CREDENTIAL_EXPIRATION", end);
        program.run().json()["target"]["notes"].to_string()
    };
    assert!(run("2020-01-01T00:00:00Z").contains("the keys expired at 2020-01-01T00:00:00Z"));
    assert!(run("2999-01-01T00:00:00Z").contains("the keys expire at 2999-01-01T00:00:00Z"));
    assert!(run("tomorrow").contains("AWS_CREDENTIAL_EXPIRATION is not a time"));
}

#[test]
fn a_line_of_the_env_file_that_is_for_others_stops_no_verb() {
    let lines = "APP_NAME=My App\nGREETING=it's me\nCFG={\"a\": 1, \"b\": \"x y\"}\nMY-VAR=1\n\
                 this is no assignment\nAWS_ACCESS_KEY_ID=AKIDEXAMPLE\n\
                 AWS_SECRET_ACCESS_KEY=hush-hush\n";
    for words in [
        &["--only", "s3-list-buckets"][..],
        &["explain", "s3-list-buckets"],
        &["sign", "https://iam.amazonaws.com/"],
    ] {
        let program = Program::new(words).file(".env", lines).secret("hush-hush");
        let ended = program.run().expect(0);
        let warnings = ended.stderr.matches("warning:").count();
        assert_eq!(warnings, 1, "{}", ended.stderr);
        assert!(ended.stderr.contains(".env, line 5 is not NAME=value"), "{}", ended.stderr);
        Program::new(words.iter().chain(&["--env-file", ".env"]))
            .file(".env", lines)
            .secret("hush-hush")
            .run()
            .expect_error(2, &["line 5"]);
    }
}

#[test]
fn an_env_file_that_is_a_folder_or_utf_16_is_said_to_be() {
    let sign = || Program::new(["sign", "https://iam.amazonaws.com/"]);
    let folder = sign().file(".env/bin", "");
    folder.run().expect_error(3, &["the env file .env cannot be read", "no credentials"]);
    sign().file(".env", "A\0=\0b\0\n\0").run().expect_error(2, &["UTF-16"]);
}

#[test]
fn a_variable_of_awss_that_a_file_cannot_set_is_named() {
    let program = Program::new(["--only", "s3-list-buckets"]);
    let ended = program.file(".env", "AWS_ROLE_ARN=arn:aws:iam::1:role/a\n").run().expect(0);
    assert!(ended.stderr.contains("AWS_ROLE_ARN in .env is not used"), "{}", ended.stderr);
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
fn a_profile_that_needs_a_request_says_what_to_do_in_one_line() {
    let config = "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/a\n\
                  source_profile = work\nregion = us-east-1\n[profile work]\n\
                  aws_access_key_id = A\naws_secret_access_key = hush-hush\n[profile sso]\n\
                  sso_session = s\nsso_account_id = 111122223333\nsso_role_name = R\n\
                  region = us-east-1\n[sso-session s]\nsso_region = eu-west-1\n\
                  sso_start_url = https://x.awsapps.com/start\n";
    let sign = ["sign", "https://iam.amazonaws.com/"];
    for (name, does) in [("role", "assumes a role"), ("sso", "IAM Identity Center (SSO)")] {
        for words in [&SOMEWHERE[..], &sign] {
            let program = Program::new(words).file(".aws/config", config).secret("hush-hush");
            let export = format!("aws configure export-credentials --profile {name} --format env");
            let parts = ["no credentials", does, "--target aws", &export];
            program.env("AWS_PROFILE", name).run().expect_error(3, &parts);
        }
    }
}

#[test]
fn a_profile_file_that_cannot_be_parsed_is_named_with_the_line() {
    let words = ["sign", "--format", "http", "https://iam.amazonaws.com/"];
    let default = "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = hush-hush\n";
    for profile in [&[][..], &["--profile", "default"]] {
        let program = |file: &str| {
            let program = Program::new(words.iter().chain(profile)).secret("hush-hush");
            program.file(".aws/credentials", file)
        };
        let broken = program(&format!("{default}[hush-hush\n"));
        broken.run().expect_error(3, &[".aws/credentials, line 4", "has no ]"]);
        let broken = program(&format!("{default}hush-hush\n"));
        broken.run().expect_error(3, &[".aws/credentials, line 4", "is not name = value"]);
        for good in [format!("\u{feff}{default}"), default.replace("\naws", "\n    aws")] {
            let signed = program(&good).run().expect(0).stdout;
            assert!(signed.contains("Credential=AKIDEXAMPLE/"), "{signed}");
        }
    }
    // Keys in variables need no profile.
    let ended = Program::new(words)
        .file(".aws/config", "a word\n")
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
        .run()
        .expect(0);
    assert!(ended.stderr.contains(".aws/config, line 1"), "{}", ended.stderr);
}

#[test]
fn profiles_are_found_under_quoted_names_other_variables_and_in_other_files() {
    let keys = "aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = hush-hush\n";
    let sign = |words: &[&str]| {
        let words = ["sign", "--format", "http", "https://iam.amazonaws.com/"].iter().chain(words);
        Program::new(words).secret("hush-hush")
    };
    let quoted = format!("[profile \"my work\"]\n{keys}");
    let other = format!("[other]\n{keys}");
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
        let signed = program.run().expect(0).stdout;
        assert!(signed.contains("Credential=AKIDEXAMPLE/"), "{signed}");
    }
    let bare = sign(&["--profile", "work"]).file(".aws/config", "[work]\nregion = us-east-1\n");
    bare.run().expect_error(3, &["no profile `work`", "write [profile work]"]);
}

#[test]
fn a_profile_variable_or_a_token_that_is_not_used_is_said_to_be() {
    let keys = "aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = hush-hush\n";
    let signed = Program::new(["sign", "--format", "http", "https://iam.amazonaws.com/"])
        .file(".aws/credentials", &format!("[used]\n{keys}"))
        .secret("hush-hush")
        .env("AWS_PROFILE", "used")
        .env("AWS_DEFAULT_PROFILE", "other")
        .env("AWS_SESSION_TOKEN", "a-token")
        .run()
        .expect(0);
    for note in ["AWS_PROFILE is used; AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN (the environ"] {
        assert!(signed.stderr.contains(note), "{}", signed.stderr);
    }
    assert!(!signed.stdout.contains("a-token"), "{}", signed.stdout);
}

#[test]
fn a_command_is_run_for_a_profile_of_the_callers_own_and_for_none_that_a_file_chose() {
    let config = "[profile made]\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \
                  \"AKIDEXAMPLE\", \"SecretAccessKey\": \"hush-hush\"}'\n";
    let sign = || {
        let words = ["sign", "--format", "http", "--profile", "made", "https://iam.amazonaws.com/"];
        Program::new(words).secret("hush-hush")
    };
    let signed = sign().file(".aws/config", config).run().expect(0).stdout;
    assert!(signed.contains("Credential=AKIDEXAMPLE/"), "{signed}");
    let chosen = sign().file("config", config).file(".env", "AWS_CONFIG_FILE=config\n");
    chosen.run().expect_error(3, &["credential_process", ".env"]);
}

#[test]
fn keys_of_the_environment_are_not_used_on_aws_where_a_profile_is_named_by_option() {
    Program::new(["--target", "aws", "--region", "us-east-1", "--profile", "wrok"])
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
        .run()
        .expect_error(3, &["no credentials", "no profile `wrok`"]);
}

const SECRET: &str = "abcdEFGHijklMNOPqrstUVWXyz0123456789/+AB";

#[test]
fn swapped_keys_are_named_and_the_secret_is_neither_sent_nor_shown() {
    let sandbox = sandbox();
    let at = ["--endpoint-url", sandbox.endpoint(), "--region", "us-east-1"];
    let with = |words: &[&'static str]| words.iter().copied().chain(at).collect::<Vec<_>>();
    let sign = "https://iam.amazonaws.com/";
    for words in [
        with(&["run"]),
        with(&["explain", "s3-list-buckets"]),
        with(&["paths", "s3-list-buckets"]),
        with(&["cleanup"]),
        vec!["--target", "aws", "--region", "us-east-1"],
        vec!["sign", sign],
        vec!["sign", "--side", "sdk", "--presign", sign],
    ] {
        let program = || Program::new(&words).secret(SECRET);
        let in_variables = program()
            .env("AWS_ACCESS_KEY_ID", SECRET)
            .env("AWS_SECRET_ACCESS_KEY", "AKIAABCDEFGHIJKLMNOP");
        let file =
            format!("AWS_ACCESS_KEY_ID={SECRET}\nAWS_SECRET_ACCESS_KEY=AKIAABCDEFGHIJKLMNOP\n");
        let profile = format!(
            "[default]\naws_access_key_id = {SECRET}\n\
             aws_secret_access_key = AKIAABCDEFGHIJKLMNOP\n"
        );
        for program in [
            in_variables,
            program().file(".env", &file),
            program().file(".aws/credentials", &profile),
        ] {
            program.run().expect_error(3, &["swapped"]);
        }
    }
    for side in ["raw", "sdk"] {
        let line = serde_json::json!({
            "url": sign, "time": "20150830T123600Z", "access_key_id": SECRET,
            "secret_access_key": "AKIAABCDEFGHIJKLMNOP", "side": side,
        });
        let program = Program::new(["sign", "--jsonl"]).secret(SECRET).input(line.to_string());
        let answer = &program.run().expect(0).json_lines()[0];
        assert!(answer["error"].as_str().unwrap().contains("swapped"), "{answer}");
        assert!(answer["signature"].is_null(), "{answer}");
    }
}

#[test]
fn an_id_with_slashes_is_signed_for_a_foreign_server_and_for_none_of_awss() {
    let with = |words: &[&str]| {
        Program::new(words)
            .env("AWS_ACCESS_KEY_ID", "a/key+id/of/20/chars")
            .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
    };
    let sign = ["sign", "--service", "s3", "--region", "us-east-1", "http://127.0.0.1:9000/b/k"];
    with(&sign).run().expect(0);
    let aws = ["--target", "aws", "--region", "us-east-1"];
    with(&aws).run().expect_error(3, &["the access key id is not one of AWS"]);
    // Forty of base64 are a secret, whatever stands in the secret's place.
    let secret = Program::new(aws).env("AWS_ACCESS_KEY_ID", &SECRET.replace(['/', '+'], "a"));
    secret
        .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
        .secret(&SECRET.replace(['/', '+'], "a"))
        .run()
        .expect_error(3, &["looks like a secret"]);
}

#[test]
fn a_blank_in_an_id_or_a_token_is_refused_before_anything_is_sent() {
    for words in [&SOMEWHERE[..], &["sign", "--side", "sdk", "https://iam.amazonaws.com/"]] {
        let program = |id: &str| {
            Program::new(words)
                .env("AWS_ACCESS_KEY_ID", id)
                .secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
        };
        let parts = ["access key id ends with white space", "AWS_ACCESS_KEY_ID"];
        program("AKIDEXAMPLE ").run().expect_error(3, &parts);
        let token = program("AKIDEXAMPLE").env("AWS_SESSION_TOKEN", "a\ntoken");
        token.run().expect_error(3, &["session token contains a line break"]);
    }
}

#[test]
fn placeholders_of_tutorials_stop_a_call_of_aws_and_are_noted_elsewhere() {
    let sandbox = sandbox();
    let with = |words: &[&str], id: &str| {
        Program::new(words).env("AWS_ACCESS_KEY_ID", id).secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
    };
    let aws = ["--target", "aws", "--region", "us-east-1"];
    let sign = ["sign", "--format", "http", "https://iam.amazonaws.com/"];
    for (id, what) in [
        ("your-access-key-id", "placeholder from a tutorial"),
        ("<YOUR_ACCESS_KEY>", "placeholder from a tutorial"),
        ("AKIAIOSFODNN7EXAMPLE", "example from AWS's documentation"),
    ] {
        with(&aws, id).run().expect_error(3, &[what]);
        let signed = with(&sign, id).run().expect(0);
        assert!(signed.stderr.contains("note: ") && signed.stderr.contains(what));
    }
    let words = ["--format", "json", "--only", "s3-list-buckets", "--endpoint-url"];
    let words: Vec<_> = words.into_iter().chain([sandbox.endpoint()]).collect();
    let run = with(&words, "changeme").run().expect(1).json();
    assert!(run["target"]["notes"].to_string().contains("placeholder"), "{run}");
}

#[test]
fn sign_says_what_is_odd_about_a_secret() {
    for (secret, what) in [
        ("abc\n", "ends with a line break"),
        ("abc\r", "ends with a line break"),
        ("abc ", "ends with white space"),
        ("\"abc\"", "quotation mark"),
        ("abc\u{200b}", "an invisible or a non-ASCII character"),
        ("abc%", "other characters than letters"),
        ("abcdEFGHijklMNOPqrstUVWXyz0123456789/+ABC", "41 characters"),
    ] {
        let program = |url: &str| {
            let words =
                ["sign", "--region", "us-east-1", "--service", "s3", "--format", "json", url];
            Program::new(words)
                .env("AWS_ACCESS_KEY_ID", "AKIAABCDEFGHIJKLMNOP")
                .env("AWS_SECRET_ACCESS_KEY", secret)
        };
        let signed = program("https://s3.amazonaws.com/").run().expect(0);
        let notes = signed.stderr.matches("note: the secret").count();
        assert!(notes == 1 && signed.stderr.contains(what), "{secret:?}: {}", signed.stderr);
        assert!(signed.json()["raw"]["notes"].to_string().contains("the secret"), "{secret:?}");
        // The form of AWS's secrets is no law for others.
        let foreign = program("http://127.0.0.1:9000/").run().expect(0);
        let has_awss_form = !what.contains("letters") && !what.contains("41");
        assert_eq!(foreign.stderr.contains(what), has_awss_form, "{}", foreign.stderr);
    }
}

#[test]
fn an_empty_session_token_is_none() {
    let sandbox = sandbox();
    let words = ["--only", "s3-list-buckets"];
    Program::at(&sandbox, "admin", words).env("AWS_SESSION_TOKEN", "").run().expect(0);
    let sign = Program::new(["sign", "--format", "http", "https://iam.amazonaws.com/"]).file(
        ".env",
        "AWS_ACCESS_KEY_ID=AKID\nAWS_SECRET_ACCESS_KEY=hush-hush\nAWS_SESSION_TOKEN=\n",
    );
    let signed = sign.secret("hush-hush").run().expect(0).stdout.to_lowercase();
    assert!(!signed.contains("x-amz-security-token"), "{signed}");
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

/// aws-runtime unwraps the header that it makes of the access key id.
#[test]
fn a_line_break_behind_the_access_key_id_makes_one_side_panic_and_the_answer_whole() {
    let sandbox = sandbox();
    let id = format!("{}\r", sandbox.identity("admin").expect("an identity").access_key_id);
    let at = |words: &[&str]| Program::at(&sandbox, "admin", words).env("AWS_ACCESS_KEY_ID", &id);
    let ended = at(&["--only", "s3-list-buckets", "--format", "json"]).run().expect(1);
    assert_eq!(ended.stderr, "");
    let found = ended.json();
    let said = |side: &str| found["scenarios"][0][side]["failure"]["display"].to_string();
    assert!(said("raw").contains("the access key id has"), "{found}");
    assert!(said("sdk").contains("the SDK panicked: "), "{found}");
    at(&["paths", "s3-list-buckets"]).run().expect_error(3, &["the SDK panicked: "]);
    at(&["cleanup"]).run().expect_error(3, &["the access key id has"]);
}
