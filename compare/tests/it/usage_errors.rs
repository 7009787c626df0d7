//! Words of the call that cannot be meant: exit 2, one message, nothing on standard output.

use crate::program::Program;

fn refused<const N: usize>(words: [&str; N], parts: &[&str]) {
    Program::new(words).run().expect_error(2, parts);
}

#[test]
fn an_unknown_scenario_gets_the_nearest() {
    refused(["run", "--only", "s3-list-bucket"], &["`s3-list-bucket`", "`s3-list-buckets`"]);
    refused(["--only", "ec"], &["`ec`", "`ec2`"]);
}

#[test]
fn an_unknown_verb_gets_the_nearest() {
    refused(["clenup"], &["clenup", "'cleanup'"]);
    refused(["sandbx", "--port", "0"], &["sandbx", "'sandbox'"]);
}

#[test]
fn an_unknown_option_or_value_is_named() {
    refused(["run", "--formt", "json"], &["--formt", "--format"]);
    refused(["run", "--format", "yaml"], &["yaml", "json", "markdown"]);
    refused(["run", "--target", "azure"], &["azure", "sandbox", "aws"]);
    refused(["--color", "sometimes"], &["sometimes", "never"]);
    refused(["completions", "tcsh"], &["tcsh", "bash"]);
}

#[test]
fn a_region_that_does_not_exist_gets_the_nearest() {
    refused(["--region", "us-est-1"], &["`us-est-1`", "`us-east-1`"]);
    refused(["--region", "eu_west_1", "--target", "aws"], &["`eu_west_1`", "`eu-west-1`"]);
    refused(["--region", "", "--target", "aws"], &["region"]);
}

#[test]
fn an_endpoint_is_scheme_host_and_port() {
    let endpoint = |url, part: &str| refused(["--endpoint-url", url], &[part, "http://127.0.0.1"]);
    endpoint("127.0.0.1:5000", "has no scheme");
    endpoint("localhost:5000", "has no scheme");
    endpoint("ftp://127.0.0.1", "`ftp`");
    endpoint("http://127.0.0.1:5000/path", "has a path");
    endpoint("http://127.0.0.1:5000?a=b", "has a query");
    endpoint("http://127.0.0.1:99999", "is invalid");
    endpoint("", "has no scheme");
}

#[test]
fn an_endpoint_in_the_environment_is_held_to_the_same() {
    let program = Program::new(["run"]).env("AWS_ENDPOINT_URL", "127.0.0.1:5000");
    program.run().expect_error(2, &["127.0.0.1:5000", "has no scheme"]);
}

#[test]
fn a_password_in_an_endpoint_is_refused_and_not_shown() {
    for url in ["http://me:hunter2@127.0.0.1:5000", "https://hunter2@127.0.0.1/path"] {
        let program = Program::new(["--endpoint-url", url]).secret("hunter2");
        program.run().expect_error(2, &["AWS_SECRET_ACCESS_KEY"]);
    }
}

#[test]
fn two_places_at_once_are_one_too_many() {
    let words = ["--target", "aws", "--endpoint-url", "http://127.0.0.1:5000"];
    refused(words, &["--target", "--endpoint-url"]);
}

#[test]
fn a_time_out_is_a_number_of_seconds_above_zero() {
    for timeout in ["0", "-1", "soon", "nan", "inf", "1e300"] {
        Program::new([format!("--timeout={timeout}")])
            .run()
            .expect_error(2, &[timeout, "not a number of seconds above zero"]);
    }
}

#[test]
fn a_route_is_an_http_url() {
    let program =
        Program::new(["--endpoint-url", "http://127.0.0.1:1", "--api-url", "prod/caller"])
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
            .env("AWS_REGION", "us-east-1");
    program.run().expect_error(2, &["`prod/caller`", "execute-api"]);
}

#[test]
fn a_broken_line_of_an_env_file_is_named_by_its_number_and_not_shown() {
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
fn the_embedded_endpoint_too_reads_the_env_file_and_tells_of_its_broken_line() {
    let program = Program::new(["--only", "s3-list-buckets"]).file(".env", "hush-hush\n");
    let ended = program.secret("hush-hush").run().expect(0);
    assert!(ended.stderr.contains("line 1"), "{}", ended.stderr);
}

#[test]
fn a_request_to_sign_has_a_url_a_time_and_headers_that_are_some() {
    let sign = |words: &[&str], code: i32, parts: &[&str]| {
        let words = ["sign", "--service", "s3", "--region", "us-east-1"].iter().chain(words);
        Program::new(words)
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
            .run()
            .expect_error(code, parts);
    };
    let url = "https://example.amazonaws.com/";
    sign(&["example.amazonaws.com/a"], 2, &["example.amazonaws.com/a"]);
    sign(&["GET", "ftp://example.amazonaws.com/"], 2, &["ftp"]);
    sign(&["https:///path"], 2, &["https:///path"]);
    sign(&[url, "--time", "yesterday"], 2, &["yesterday", "20150830T123600Z"]);
    sign(&[url, "--time", "20150230T123600Z"], 2, &["20150230T123600Z"]);
    sign(&[url, "-H", "hush-hush"], 2, &["'Name: value'"]);
    sign(&[url, "--body-file", "not-there"], 2, &["not-there"]);
    sign(&[url, "-H", "X-Note: one\r\nX-Two: two"], 1, &["X-Note"]);
    sign(&[url, "--presign", "--expires", "99999999", "--side", "raw"], 1, &["604800"]);
    sign(&["G T", url], 2, &["method"]);
}

#[test]
fn a_request_to_sign_says_which_service_and_region_it_is_for() {
    let sign = |words: &[&str], part: &str| {
        Program::new(["sign", "https://example.org/"].iter().chain(words))
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush")
            .run()
            .expect_error(1, &[part]);
    };
    sign(&["--service", "s3"], "--region");
    sign(&["--region", "us-east-1"], "--service");
}

#[test]
fn sign_and_verify_say_what_they_take() {
    refused(["sign"], &["[METHOD] URL"]);
    refused(["sign", "GET", "https://a.example/", "more"], &["more"]);
    refused(["sign", "--jsonl", "https://a.example/"], &["--jsonl"]);
    refused(["verify"], &["--jsonl"]);
}
