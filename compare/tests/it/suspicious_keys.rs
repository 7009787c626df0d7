//! Keys that look wrong: swapped, with white space, placeholders.

use serde_json::json;

use crate::{
    credentials::{SIGN, SIGN_HTTP, SOMEWHERE},
    program::Program,
    server::sandbox,
};

const SECRET: &str = "abcdEFGHijklMNOPqrstUVWXyz0123456789/+AB";
const AWS: [&str; 4] = ["--target", "aws", "--region", "us-east-1"];

fn with_id(args: &[&str], id: &str) -> Program {
    Program::new(args).env("AWS_ACCESS_KEY_ID", id).secret_env("AWS_SECRET_ACCESS_KEY", SECRET)
}

#[test]
fn swapped_keys_are_reported_and_the_secret_is_neither_sent_nor_shown() {
    let sandbox = sandbox();
    let at = ["--endpoint-url", sandbox.endpoint(), "--region", "us-east-1"];
    let at_sandbox = |args: &[&'static str]| [args, &at].concat();
    for args in [
        at_sandbox(&["run"]),
        at_sandbox(&["explain", "s3-list-buckets"]),
        at_sandbox(&["paths", "s3-list-buckets"]),
        at_sandbox(&["cleanup"]),
        AWS.to_vec(),
        SIGN.to_vec(),
        vec!["sign", "--side", "sdk", "--presign", SIGN[1]],
    ] {
        let program = || Program::new(&args).secret(SECRET);
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
        let line = json!({
            "url": SIGN[1], "time": "20150830T123600Z", "access_key_id": SECRET,
            "secret_access_key": "AKIAABCDEFGHIJKLMNOP", "side": side,
        });
        let program = Program::new(["sign", "--jsonl"]).secret(SECRET).input(line.to_string());
        let answer = &program.run().expect(0).json_lines()[0];
        assert!(answer["error"].as_str().unwrap().contains("swapped"), "{answer}");
        assert!(answer["signature"].is_null(), "{answer}");
    }
}

#[test]
fn an_id_with_slashes_is_accepted_for_other_servers_but_not_for_aws() {
    let id = "a/key+id/of/20/chars";
    let sign = ["sign", "--service", "s3", "--region", "us-east-1", "http://127.0.0.1:9000/b/k"];
    with_id(&sign, id).run().expect(0);
    with_id(&AWS, id).run().expect_error(3, &["the access key id is not one of AWS"]);
    // Forty base64 characters are a secret key, whatever else is set as the secret key.
    let secret = SECRET.replace(['/', '+'], "a");
    Program::new(AWS)
        .example_keys()
        .env("AWS_ACCESS_KEY_ID", &secret)
        .secret(&secret)
        .run()
        .expect_error(3, &["looks like a secret"]);
}

#[test]
fn white_space_in_an_id_or_a_token_is_an_error_before_anything_is_sent() {
    for args in [&SOMEWHERE[..], &["sign", "--side", "sdk", SIGN[1]]] {
        let parts = ["access key id ends with white space", "AWS_ACCESS_KEY_ID"];
        with_id(args, "AKIDEXAMPLE ").run().expect_error(3, &parts);
        let token = with_id(args, "AKIDEXAMPLE").env("AWS_SESSION_TOKEN", "a\ntoken");
        token.run().expect_error(3, &["session token contains a line break"]);
    }
}

#[test]
fn placeholders_from_tutorials_stop_a_call_to_aws_and_are_noted_elsewhere() {
    for (id, what) in [
        ("your-access-key-id", "placeholder from a tutorial"),
        ("<YOUR_ACCESS_KEY>", "placeholder from a tutorial"),
        ("AKIAIOSFODNN7EXAMPLE", "example from AWS's documentation"),
    ] {
        with_id(&AWS, id).run().expect_error(3, &[what]);
        let signed = with_id(&SIGN_HTTP, id).run().expect(0);
        assert!(signed.stderr.contains("note: ") && signed.stderr.contains(what));
    }
    let sandbox = sandbox();
    let args = ["--format", "json", "--only", "s3-list-buckets", "--endpoint-url"];
    let run = with_id(&[&args[..], &[sandbox.endpoint()]].concat(), "changeme").json(1);
    assert!(run["target"]["notes"].to_string().contains("placeholder"), "{run}");
}

#[test]
fn sign_notes_what_looks_wrong_about_a_secret_key() {
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
            let args =
                ["sign", "--region", "us-east-1", "--service", "s3", "--format", "json", url];
            Program::new(args)
                .env("AWS_ACCESS_KEY_ID", "AKIAABCDEFGHIJKLMNOP")
                .env("AWS_SECRET_ACCESS_KEY", secret)
        };
        let signed = program("https://s3.amazonaws.com/").run().expect(0);
        let notes = signed.stderr.matches("note: the secret").count();
        assert!(notes == 1 && signed.stderr.contains(what), "{secret:?}: {}", signed.stderr);
        assert!(signed.json()["raw"]["notes"].to_string().contains("the secret"), "{secret:?}");
        // Only AWS's secret keys must have the form of AWS's.
        let foreign = program("http://127.0.0.1:9000/").run().expect(0);
        let is_wrong_everywhere = !what.contains("letters") && !what.contains("41");
        assert_eq!(foreign.stderr.contains(what), is_wrong_everywhere, "{}", foreign.stderr);
    }
}
