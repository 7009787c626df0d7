//! Where calls go, with which keys and region, and how the output names where each of these came from.

use std::time::Duration;

use sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::{
    launch::all_ended,
    program::Program,
    run::{names, scenario},
    server::sandbox,
};

/// A port on which nothing listens.
pub(crate) const CLOSED: &str = "http://127.0.0.1:9";
pub(crate) const BUCKETS: [&str; 4] = ["--format", "json", "--only", "s3-list-buckets"];

/// `compare run` with only `s3-list-buckets`, and `more`.
pub(crate) fn buckets(more: &[&str]) -> Program {
    Program::new(BUCKETS.iter().chain(more))
}

fn from(run: &Value) -> &str {
    run["target"]["credentials_from"].as_str().expect("where the credentials came from")
}

pub(crate) fn notes(run: &Value) -> String {
    run["target"]["notes"].to_string()
}

fn profile(name: &str, sandbox: &Sandbox) -> String {
    let admin = sandbox.identity("admin").unwrap();
    let (id, secret) = (&admin.access_key_id, &admin.secret_access_key);
    format!("[{name}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
}

#[test]
fn everything_agrees_at_another_endpoint_and_what_was_launched_is_ended() {
    // Instances that run at once, because at another endpoint the SDK's waiter sleeps 15 seconds.
    let sandbox = Sandbox::start(Options { boot_time: Duration::ZERO, ..Options::default() })
        .expect("a sandbox");
    let api_url = sandbox.api_url();
    let args = ["--format", "json", "--endpoint-url", sandbox.endpoint(), "--api-url", &api_url];
    let run =
        Program::new(args).keys(&sandbox, "admin").env("AWS_DEFAULT_REGION", "us-east-1").json(0);
    assert_eq!(names(&run).len(), 14);
    assert_eq!(run["target"]["kind"], "endpoint");
    assert_eq!(run["target"]["endpoint"], sandbox.endpoint());
    assert!(from(&run).contains("the environment"), "{run}");
    assert!(notes(&run).contains("AWS_DEFAULT_REGION"), "{run}");
    all_ended(&sandbox, 2);
}

#[test]
fn an_env_file_is_read_and_named_and_overridden_by_the_environment() {
    let sandbox = sandbox();
    let admin = sandbox.identity("admin").unwrap();
    let keys = format!(
        "# keys\nAWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY=\"{}\"\nAWS_REGION=us-east-1\n",
        admin.access_key_id, admin.secret_access_key
    );
    let at = ["--endpoint-url", sandbox.endpoint()];
    let program = || buckets(&at).secret(&admin.secret_access_key);
    let run = program().file(".env", &keys).json(0);
    assert!(from(&run).contains(".env"), "{run}");
    assert!(notes(&run).contains("AWS_REGION, .env"), "{run}");

    let named = [&at[..], &["--env-file", "keys.env"]].concat();
    let run = buckets(&named)
        .secret(&admin.secret_access_key)
        .file("keys.env", &keys)
        .file(".env", "AWS_REGION=eu-west-1\n")
        .json(0);
    assert!(from(&run).contains("keys.env"), "{run}");
    assert_eq!(run["target"]["region"], "us-east-1");
    buckets(&named).run().expect_error(2, &["keys.env", "cannot be read"]);

    let other = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE\nAWS_SECRET_ACCESS_KEY=of-the-file\n\
                 AWS_REGION=us-east-1\n";
    let run = program().file(".env", other).secret("of-the-file").keys(&sandbox, "admin").json(0);
    assert!(from(&run).contains("the environment"), "{run}");
    assert!(!from(&run).contains(".env"), "{run}");
}

#[test]
fn a_static_profile_gives_keys_and_region_and_is_named() {
    let sandbox = sandbox();
    let credentials = format!(
        "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = of-the-default\n\n{}",
        profile("work", &sandbox)
    );
    let program = |args: &[&str]| {
        buckets(args)
            .file(".aws/credentials", &credentials)
            .file(".aws/config", "[profile work]\nregion = us-east-1\n")
            .secret(&sandbox.identity("admin").unwrap().secret_access_key)
            .secret("of-the-default")
            .env("AWS_ENDPOINT_URL", sandbox.endpoint())
    };
    // The option overrides keys in the environment; the variable does not.
    let by_option = program(&["--profile", "work"]).example_keys();
    let by_variable = program(&[]).env("AWS_PROFILE", "work");
    for run in [by_option.json(0), by_variable.json(0)] {
        assert!(from(&run).contains("the profile `work`"), "{run}");
        assert!(notes(&run).contains("region from the profile `work`"), "{run}");
    }
    let run = program(&["--region", "us-east-1"]).json(1);
    assert!(from(&run).contains("the profile `default`"), "{run}");
    let failure = &scenario(&run, "s3-list-buckets")["raw"]["failure"];
    assert_eq!(failure["code"], "InvalidAccessKeyId");
}

#[test]
fn a_target_or_an_endpoint_option_overrides_the_variable() {
    let sandbox = sandbox();
    let run = Program::at(&sandbox, "admin", BUCKETS).json(0);
    assert_eq!(run["target"]["kind"], "endpoint");
    assert_eq!(run["target"]["endpoint"], sandbox.endpoint());
    assert!(notes(&run).contains("AWS_ENDPOINT_URL"), "{run}");

    let args = BUCKETS.into_iter().chain(["--target", "sandbox"]);
    let run = Program::at(&sandbox, "admin", args).json(0);
    assert_eq!(run["target"]["kind"], "sandbox");
    assert_ne!(run["target"]["endpoint"], sandbox.endpoint());
    assert!(notes(&run).contains("AWS_ENDPOINT_URL"), "{run}");

    let other = self::sandbox();
    let args = BUCKETS.into_iter().chain(["--endpoint-url", other.endpoint()]);
    let run = Program::at(&sandbox, "admin", args).keys(&other, "admin").json(0);
    assert_eq!(run["target"]["endpoint"], other.endpoint());
    assert!(notes(&run).contains("--endpoint-url"), "{run}");
}

#[test]
fn the_region_option_overrides_aws_region_and_that_aws_default_region() {
    let sandbox = sandbox();
    let region = |program: Program| {
        let run = program.env("AWS_DEFAULT_REGION", "eu-north-1").run();
        run.json()["target"]["region"].as_str().unwrap().to_owned()
    };
    let args = BUCKETS.into_iter().chain(["--region", "us-east-1"]);
    let option = Program::at(&sandbox, "admin", args).env("AWS_REGION", "eu-west-1");
    assert_eq!(region(option), "us-east-1");
    assert_eq!(region(Program::at(&sandbox, "admin", BUCKETS)), "us-east-1");
    let empty = Program::at(&sandbox, "admin", BUCKETS).env("AWS_REGION", "");
    assert_eq!(region(empty), "eu-north-1");
}

#[test]
fn another_server_is_in_us_east_1_unless_a_region_is_set() {
    let sandbox = sandbox();
    let run = buckets(&["--endpoint-url", sandbox.endpoint()]).keys(&sandbox, "admin").json(0);
    assert_eq!(run["target"]["region"], "us-east-1");
    assert!(notes(&run).contains("region from"), "{run}");
}

#[test]
fn the_embedded_endpoint_ignores_keys_and_region_of_the_environment() {
    let run =
        buckets(&[]).env("AWS_ACCESS_KEY_ID", "half a pair").env("AWS_REGION", "eu-west-1").json(0);
    assert_eq!(run["target"]["kind"], "sandbox");
    assert_eq!(run["target"]["region"], "us-east-1");
    assert!(from(&run).contains("sandbox"), "{run}");
}

const S3_AND_EC2: [&str; 4] = ["--format", "json", "--only", "s3-list-buckets,ec2-describe-images"];

#[test]
fn each_service_has_the_endpoint_that_its_own_variable_names() {
    let (s3, ec2) = (sandbox(), sandbox());
    // Each sandbox has its own keys and refuses those of the other.
    let run = Program::new(S3_AND_EC2)
        .keys(&s3, "admin")
        .env("AWS_ENDPOINT_URL_S3", s3.endpoint())
        .env("AWS_ENDPOINT_URL", ec2.endpoint())
        .run()
        .json();
    assert_eq!(run["target"]["kind"], "endpoint");
    let shown = run["target"]["endpoint"].as_str().unwrap();
    assert_eq!(shown, format!("{} (S3), {} (EC2)", s3.endpoint(), ec2.endpoint()));
    assert!(notes(&run).contains("endpoint from AWS_ENDPOINT_URL_S3"), "{run}");
    for side in ["raw", "sdk"] {
        assert_eq!(scenario(&run, "s3-list-buckets")[side]["outcome"], "ok", "{run:#}");
    }
}

#[test]
fn scenarios_of_a_service_without_an_endpoint_are_skipped() {
    let sandbox = sandbox();
    let run = Program::new(S3_AND_EC2)
        .keys(&sandbox, "admin")
        .env("AWS_ENDPOINT_URL_S3", sandbox.endpoint())
        .json(0);
    for side in ["raw", "sdk"] {
        let images = &scenario(&run, "ec2-describe-images")[side];
        assert_eq!(images["outcome"], "skipped", "{run:#}");
        assert!(images["reason"].as_str().unwrap().contains("AWS_ENDPOINT_URL_EC2"), "{images}");
        assert_eq!(scenario(&run, "s3-list-buckets")[side]["outcome"], "ok");
    }
}

#[test]
fn a_profile_names_endpoints_for_all_services_and_for_one() {
    let sandbox = sandbox();
    let config = format!(
        "[default]\nregion = us-east-1\nservices = local\nendpoint_url = {CLOSED}\n\
         [services local]\ns3 =\n  endpoint_url = {}\n",
        sandbox.endpoint()
    );
    let program = || {
        buckets(&[])
            .file(".aws/credentials", &profile("default", &sandbox))
            .file(".aws/config", &config)
            .secret(&sandbox.identity("admin").unwrap().secret_access_key)
    };
    let run = program().json(0);
    assert!(run["target"]["endpoint"].as_str().unwrap().starts_with(sandbox.endpoint()), "{run}");
    assert!(notes(&run).contains("endpoint_url for s3 of the services `local`"), "{run}");
    // A variable overrides the files.
    program().env("AWS_ENDPOINT_URL", CLOSED).run().expect_error(3, &["cannot be reached"]);
    let run = program().env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE").json(0);
    assert_eq!(run["target"]["kind"], "sandbox");
    assert!(notes(&run).contains("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS overrides it"), "{run}");
}

#[test]
fn an_endpoint_or_a_proxy_from_a_file_does_not_get_keys_from_the_environment() {
    let sandbox = sandbox();
    let with_file = |line: &str| buckets(&[]).keys(&sandbox, "admin").file(".env", line);
    let endpoint = with_file(&format!("AWS_ENDPOINT_URL_S3={}", sandbox.endpoint()));
    endpoint.run().expect_error(3, &["AWS_ENDPOINT_URL_S3", ".env", "the environment"]);
    let proxy = with_file(&format!("http_proxy={}", sandbox.endpoint()));
    let proxy = proxy.env("AWS_ENDPOINT_URL", "http://bucket.example");
    proxy.run().expect_error(3, &["http_proxy", ".env", "the environment"]);
}

#[test]
fn fips_and_dual_stack_are_an_error_on_aws_and_a_note_elsewhere() {
    let sandbox = sandbox();
    for name in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
        buckets(&["--target", "aws", "--region", "us-east-1"])
            .example_keys()
            .env(name, "true")
            .run()
            .expect_error(3, &[name, "AWS_ENDPOINT_URL_S3"]);
        for (value, is_noted) in [("true", true), ("false", false)] {
            let run = Program::at(&sandbox, "admin", BUCKETS).env(name, value).json(0);
            assert_eq!(notes(&run).contains(&format!("{name} (")), is_noted, "{run}");
        }
    }
}

#[test]
fn other_servers_may_have_regions_that_aws_has_not() {
    let sandbox = sandbox();
    let args = ["--endpoint-url", sandbox.endpoint(), "--region", "RegionOne"];
    let run = buckets(&args).keys(&sandbox, "admin").run().json();
    assert_eq!(run["target"]["region"], "RegionOne");
    for side in ["raw", "sdk"] {
        // The sandbox is in another region and refuses, as S3 does.
        let failure = &scenario(&run, "s3-list-buckets")[side]["failure"];
        assert_eq!(failure["code"], "AuthorizationHeaderMalformed", "{run:#}");
    }
}

#[test]
fn a_region_in_capitals_is_an_error_on_aws_only_and_sigv4a_is_not_offered() {
    let sign = |region: &str, url: &str| {
        let args = ["sign", "--service", "s3", "--region", region, url];
        Program::new(args).example_keys().run()
    };
    sign("RegionOne", "https://swift.example/b").expect(0);
    sign("US-EAST-1", "https://minio.example/b").expect(0);
    sign("US-EAST-1", "https://s3.us-east-1.amazonaws.com/b")
        .expect_error(2, &["did you mean `us-east-1`"]);
    sign("*", "https://abc.mrap.accesspoint.s3-global.amazonaws.com/k")
        .expect_error(2, &["SigV4a"]);
}
