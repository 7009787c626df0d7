//! Wrong arguments: exit 2, one message, nothing on standard output.

use crate::program::Program;

fn refused<const N: usize>(args: [&str; N], parts: &[&str]) {
    Program::new(args).run().expect_error(2, parts);
}

#[test]
fn an_unknown_scenario_gets_the_nearest_name() {
    refused(["run", "--only", "s3-list-bucket"], &["`s3-list-bucket`", "`s3-list-buckets`"]);
    refused(["--only", "ec"], &["`ec`", "`ec2`"]);
}

#[test]
fn an_unknown_verb_gets_the_nearest_name() {
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
fn an_unknown_region_gets_the_nearest_name() {
    refused(["--region", "us-est-1"], &["`us-est-1`", "`us-east-1`"]);
    refused(["--region", "eu_west_1", "--target", "aws"], &["`eu_west_1`", "`eu-west-1`"]);
    refused(["--region", "", "--target", "aws"], &["region"]);
}

#[test]
fn an_endpoint_must_be_scheme_host_and_port() {
    let endpoint = |url, part: &str| refused(["--endpoint-url", url], &[part, "http://127.0.0.1"]);
    endpoint("127.0.0.1:5000", "has no scheme");
    endpoint("localhost:5000", "has no scheme");
    endpoint("ftp://127.0.0.1", "`ftp`");
    endpoint("http://127.0.0.1:5000/path", "has a path");
    endpoint("http://127.0.0.1:5000?a=b", "has a query");
    endpoint("http://127.0.0.1:99999", "is invalid");
    endpoint("", "has no scheme");
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
fn a_target_and_an_endpoint_exclude_each_other() {
    let args = ["--target", "aws", "--endpoint-url", "http://127.0.0.1:5000"];
    refused(args, &["--target", "--endpoint-url"]);
}

#[test]
fn a_time_out_must_be_above_zero_seconds() {
    for timeout in ["0", "-1", "soon", "nan", "inf", "1e300"] {
        Program::new([format!("--timeout={timeout}")])
            .run()
            .expect_error(2, &[timeout, "not a number of seconds above zero"]);
    }
}

#[test]
fn an_api_url_must_be_an_http_url() {
    let args = ["--endpoint-url", "http://127.0.0.1:1", "--api-url", "prod/caller"];
    let program = Program::new(args).example_keys().env("AWS_REGION", "us-east-1");
    program.run().expect_error(2, &["`prod/caller`", "execute-api"]);
}

#[test]
fn a_request_to_sign_must_have_a_valid_url_time_method_and_headers() {
    let sign = |args: &[&str], code: i32, parts: &[&str]| {
        let args = ["sign", "--service", "s3", "--region", "us-east-1"].iter().chain(args);
        Program::new(args).secret("hush-hush").example_keys().run().expect_error(code, parts);
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
fn a_request_to_sign_needs_a_service_and_a_region() {
    let sign = |args: &[&str], part: &str| {
        let program = Program::new(["sign", "https://example.org/"].iter().chain(args));
        program.example_keys().run().expect_error(1, &[part]);
    };
    sign(&["--service", "s3"], "--region");
    sign(&["--region", "us-east-1"], "--service");
}

#[test]
fn sign_and_verify_say_which_arguments_they_need() {
    refused(["sign"], &["[METHOD] URL"]);
    refused(["sign", "GET", "https://a.example/", "more"], &["more"]);
    refused(["sign", "--jsonl", "https://a.example/"], &["--jsonl"]);
    refused(["verify"], &["--jsonl"]);
}
