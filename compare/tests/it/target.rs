//! Where the calls go and as whom, and that the output says where each of these came from.

use std::time::Duration;

use sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::{
    program::Program,
    run::{names, scenario},
};

/// One whose instances run at once: at an endpoint that is not the embedded one, the SDK's waiter
/// sleeps 15 seconds between two looks.
fn sandbox() -> Sandbox {
    Sandbox::start(Options { boot_time: Duration::ZERO, ..Options::default() }).expect("a sandbox")
}

fn env_file(sandbox: &Sandbox) -> String {
    let admin = sandbox.identity("admin").unwrap();
    format!(
        "# keys\nAWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY=\"{}\"\nAWS_REGION=us-east-1\n",
        admin.access_key_id, admin.secret_access_key
    )
}

fn secret(sandbox: &Sandbox) -> String {
    sandbox.identity("admin").unwrap().secret_access_key.clone()
}

fn from(run: &Value) -> &str {
    run["target"]["credentials_from"].as_str().expect("where the credentials came from")
}

fn notes(run: &Value) -> String {
    run["target"]["notes"].to_string()
}

const BUCKETS: [&str; 4] = ["--format", "json", "--only", "s3-list-buckets"];

#[test]
fn everything_agrees_at_an_endpoint_that_is_named_and_ends_what_it_launched() {
    let sandbox = sandbox();
    let api_url = sandbox.api_url();
    let words = ["run", "--format", "json", "--endpoint-url", sandbox.endpoint(), "--api-url"];
    let run = Program::new(words.into_iter().chain([api_url.as_str()]))
        .keys(&sandbox, "admin")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .run()
        .expect(0)
        .json();
    assert_eq!(names(&run).len(), 14);
    assert_eq!(run["target"]["kind"], "endpoint");
    assert_eq!(run["target"]["endpoint"], sandbox.endpoint());
    assert!(from(&run).contains("the environment"), "{run}");
    assert!(notes(&run).contains("AWS_DEFAULT_REGION"), "{run}");
    let states = sandbox.instance_states();
    assert_eq!(states.len(), 2, "one for each side");
    for (id, state) in states {
        assert!(["shutting-down", "terminated"].contains(&&*state), "{id} is {state}");
    }
}

#[test]
fn a_dot_env_file_in_the_current_folder_is_read_and_named() {
    let sandbox = sandbox();
    let run = Program::new(BUCKETS.into_iter().chain(["--endpoint-url", sandbox.endpoint()]))
        .file(".env", &env_file(&sandbox))
        .secret(&secret(&sandbox))
        .run()
        .expect(0)
        .json();
    assert!(from(&run).contains(".env"), "{run}");
    assert!(notes(&run).contains("AWS_REGION, .env"), "{run}");
}

#[test]
fn another_env_file_is_read_where_it_is_named_and_an_absent_one_is_an_error() {
    let sandbox = sandbox();
    let words = BUCKETS.into_iter().chain(["--endpoint-url", sandbox.endpoint()]);
    let words: Vec<_> = words.chain(["--env-file", "keys.env"]).collect();
    let run = Program::new(&words)
        .file("keys.env", &env_file(&sandbox))
        .file(".env", "AWS_REGION=eu-west-1\n")
        .secret(&secret(&sandbox))
        .run()
        .expect(0)
        .json();
    assert!(from(&run).contains("keys.env"), "{run}");
    assert_eq!(run["target"]["region"], "us-east-1");
    Program::new(&words).run().expect_error(2, &["keys.env", "cannot be read"]);
}

#[test]
fn what_the_environment_has_wins_over_the_env_file() {
    let sandbox = sandbox();
    let words = BUCKETS.into_iter().chain(["--endpoint-url", sandbox.endpoint()]);
    let file = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE\nAWS_SECRET_ACCESS_KEY=of-the-file\n\
                AWS_REGION=us-east-1\n";
    let run = Program::new(words)
        .file(".env", file)
        .secret("of-the-file")
        .keys(&sandbox, "admin")
        .run()
        .expect(0)
        .json();
    assert!(from(&run).contains("the environment"), "{run}");
    assert!(!from(&run).contains(".env"), "{run}");
}

#[test]
fn a_static_profile_gives_keys_and_region_and_is_named() {
    let sandbox = sandbox();
    let admin = sandbox.identity("admin").unwrap();
    let credentials = format!(
        "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = of-the-default\n\n\
         [work]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        admin.access_key_id, admin.secret_access_key
    );
    let program = |words: &[&'static str]| {
        Program::new(BUCKETS.iter().chain(words))
            .file(".aws/credentials", &credentials)
            .file(".aws/config", "[profile work]\nregion = us-east-1\n")
            .secret(&admin.secret_access_key)
            .secret("of-the-default")
            .env("AWS_ENDPOINT_URL", sandbox.endpoint())
    };
    let by_option = program(&["--profile", "work"])
        // An option goes before what happens to be in the environment.
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", "of-the-environment");
    let by_variable = program(&[]).env("AWS_PROFILE", "work");
    for run in [by_option.run().expect(0).json(), by_variable.run().expect(0).json()] {
        assert!(from(&run).contains("the profile `work`"), "{run}");
        assert!(notes(&run).contains("region from the profile `work`"), "{run}");
    }
    let run = program(&["--region", "us-east-1"]).run().expect(1).json();
    assert!(from(&run).contains("the profile `default`"), "{run}");
    let failure = &scenario(&run, "s3-list-buckets")["raw"]["failure"];
    assert_eq!(failure["code"], "InvalidAccessKeyId");
}

#[test]
fn the_variable_for_the_endpoint_is_honoured_and_named() {
    let sandbox = sandbox();
    let run = Program::at(&sandbox, "admin", BUCKETS).run().expect(0).json();
    assert_eq!(run["target"]["kind"], "endpoint");
    assert_eq!(run["target"]["endpoint"], sandbox.endpoint());
    assert!(notes(&run).contains("AWS_ENDPOINT_URL"), "{run}");
}

#[test]
fn an_explicit_target_or_endpoint_beats_the_variable() {
    let sandbox = sandbox();
    let words = BUCKETS.into_iter().chain(["--target", "sandbox"]);
    let run = Program::at(&sandbox, "admin", words).run().expect(0).json();
    assert_eq!(run["target"]["kind"], "sandbox");
    assert_ne!(run["target"]["endpoint"], sandbox.endpoint());
    assert!(notes(&run).contains("AWS_ENDPOINT_URL"), "{run}");

    let other = self::sandbox();
    let words = BUCKETS.into_iter().chain(["--endpoint-url", other.endpoint()]);
    let run = Program::at(&sandbox, "admin", words).keys(&other, "admin").run().expect(0).json();
    assert_eq!(run["target"]["endpoint"], other.endpoint());
    assert!(notes(&run).contains("--endpoint-url"), "{run}");
}

#[test]
fn the_region_option_beats_the_variables_which_go_in_their_order() {
    let sandbox = sandbox();
    let region = |program: Program| {
        let run = program.env("AWS_DEFAULT_REGION", "eu-north-1").run();
        run.json()["target"]["region"].as_str().unwrap().to_owned()
    };
    let words = BUCKETS.into_iter().chain(["--region", "us-east-1"]);
    let option = Program::at(&sandbox, "admin", words).env("AWS_REGION", "eu-west-1");
    assert_eq!(region(option), "us-east-1");
    assert_eq!(region(Program::at(&sandbox, "admin", BUCKETS)), "us-east-1");
    let empty = Program::at(&sandbox, "admin", BUCKETS).env("AWS_REGION", "");
    assert_eq!(region(empty), "eu-north-1");
}

#[test]
fn a_server_that_is_not_aws_is_taken_to_be_in_us_east_1_where_nothing_names_a_region() {
    let sandbox = sandbox();
    let words = BUCKETS.into_iter().chain(["--endpoint-url", sandbox.endpoint()]);
    let run = Program::new(words).keys(&sandbox, "admin").run().expect(0).json();
    assert_eq!(run["target"]["region"], "us-east-1");
    assert!(notes(&run).contains("region from"), "{run}");
}

#[test]
fn the_embedded_endpoint_asks_the_environment_for_no_keys() {
    let run = Program::new(BUCKETS)
        .env("AWS_ACCESS_KEY_ID", "half a pair")
        .env("AWS_REGION", "eu-west-1")
        .run()
        .expect(0)
        .json();
    assert_eq!(run["target"]["kind"], "sandbox");
    assert_eq!(run["target"]["region"], "us-east-1");
    assert!(from(&run).contains("sandbox"), "{run}");
}

/// A port where nobody listens.
const CLOSED: &str = "http://127.0.0.1:9";

#[test]
fn each_service_has_the_endpoint_that_its_own_variable_names() {
    let (s3, ec2) = (sandbox(), sandbox());
    let words = ["--format", "json", "--only", "s3-list-buckets,ec2-describe-images"];
    // Each sandbox has keys of its own: those of the other are refused.
    let run = Program::new(words)
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
fn a_service_without_an_endpoint_is_skipped_and_sent_to_nobody() {
    let sandbox = sandbox();
    let words = ["--format", "json", "--only", "s3-list-buckets,ec2-describe-images"];
    let program = |words: &[&'static str]| {
        Program::new(words).keys(&sandbox, "admin").env("AWS_ENDPOINT_URL_S3", sandbox.endpoint())
    };
    let run = program(&words).run().expect(0).json();
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
    let admin = sandbox.identity("admin").unwrap();
    let credentials = format!(
        "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        admin.access_key_id, admin.secret_access_key
    );
    let config = format!(
        "[default]\nregion = us-east-1\nservices = local\nendpoint_url = {CLOSED}\n\
         [services local]\ns3 =\n  endpoint_url = {}\n",
        sandbox.endpoint()
    );
    let program = || {
        Program::new(BUCKETS)
            .file(".aws/credentials", &credentials)
            .file(".aws/config", &config)
            .secret(&admin.secret_access_key)
    };
    let run = program().run().expect(0).json();
    assert!(run["target"]["endpoint"].as_str().unwrap().starts_with(sandbox.endpoint()), "{run}");
    assert!(notes(&run).contains("endpoint_url for s3 of the services `local`"), "{run}");
    // A variable goes before the files.
    program().env("AWS_ENDPOINT_URL", CLOSED).run().expect_error(3, &["cannot be reached"]);
    let ignored = program().env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE").run();
    let run = ignored.expect(0).json();
    assert_eq!(run["target"]["kind"], "sandbox");
    assert!(notes(&run).contains("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS overrides it"), "{run}");
}

#[test]
fn an_endpoint_or_proxy_of_a_file_does_not_see_the_keys_of_the_environment() {
    let sandbox = sandbox();
    for (line, what) in [
        (format!("AWS_ENDPOINT_URL_S3={}", sandbox.endpoint()), "AWS_ENDPOINT_URL_S3"),
        (format!("http_proxy={}", sandbox.endpoint()), "http_proxy"),
    ] {
        let program = Program::new(BUCKETS).keys(&sandbox, "admin").file(".env", &line);
        let program = match what {
            "http_proxy" => program.env("AWS_ENDPOINT_URL", "http://bucket.example"),
            _ => program,
        };
        program.run().expect_error(3, &[what, ".env", "the environment"]);
    }
}

#[test]
fn a_ca_bundle_is_named_and_one_that_cannot_be_used_is_an_error() {
    let https = ["--format", "json", "--only", "s3-list-buckets", "--endpoint-url"];
    let program = |bundle: &str| {
        Program::new(https.into_iter().chain(["https://127.0.0.1:9"]))
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
            .env("AWS_CA_BUNDLE", bundle)
            .file("empty.pem", "")
            .file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    };
    program("absent.pem").run().expect_error(3, &["absent.pem", "AWS_CA_BUNDLE", "cannot be read"]);
    program("empty.pem").run().expect_error(3, &["empty.pem", "no PEM certificate"]);
    program("broken.pem").run().expect_error(3, &["broken.pem", "cannot be read"]);
}

#[test]
fn kinds_of_hosts_that_are_not_looked_up_are_said() {
    for name in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
        Program::new(["--target", "aws", "--region", "us-east-1", "--only", "s3-list-buckets"])
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
            .env(name, "true")
            .run()
            .expect_error(3, &[name, "AWS_ENDPOINT_URL_S3"]);
        let sandbox = sandbox();
        let run = Program::at(&sandbox, "admin", BUCKETS).env(name, "true").run().expect(0).json();
        assert!(notes(&run).contains(&format!("{name} (")), "{run}");
        let run = Program::at(&sandbox, "admin", BUCKETS).env(name, "false").run().expect(0).json();
        assert!(!notes(&run).contains(name), "{run}");
    }
}

#[test]
fn hosts_that_no_proxy_names_are_called_directly_in_every_form() {
    let sandbox = sandbox();
    let address = sandbox.endpoint().replace("http://", "");
    let local = sandbox.endpoint().replace("127.0.0.1", "localhost");
    for (exempt, endpoint) in [
        ("127.0.0.0/8", sandbox.endpoint()),
        (&*address, sandbox.endpoint()),
        ("example.org, LocalHost", &*local),
        ("*", sandbox.endpoint()),
    ] {
        let run = Program::new(BUCKETS.into_iter().chain(["--endpoint-url", endpoint]))
            .keys(&sandbox, "admin")
            .env("http_proxy", CLOSED)
            .env("no_proxy", exempt)
            .run()
            .expect(0)
            .json();
        assert!(notes(&run).contains("without the proxy of http_proxy"), "{exempt}: {run}");
    }
}

#[test]
fn the_hosts_of_a_run_choose_the_proxy_each_for_itself() {
    let sandbox = sandbox();
    let words = ["--format", "json", "--only", "s3-list-buckets,api-invoke", "--api-url"];
    let run = Program::new(words.into_iter().chain(["http://route.invalid/x"]))
        .keys(&sandbox, "admin")
        .env("AWS_ENDPOINT_URL", sandbox.endpoint())
        .env("http_proxy", CLOSED)
        .env("NO_PROXY", "127.0.0.1")
        .run()
        .json();
    for side in ["raw", "sdk"] {
        assert_eq!(scenario(&run, "s3-list-buckets")[side]["outcome"], "ok", "{run:#}");
        // Through the proxy, where nobody listens; without it the name would not be found.
        let failure = &scenario(&run, "api-invoke")[side]["failure"];
        assert_eq!(failure["stage"], "dispatch", "{run:#}");
    }
    let display = &scenario(&run, "api-invoke")["raw"]["failure"]["display"];
    assert!(
        display.as_str().unwrap().contains("through the proxy http://127.0.0.1:9"),
        "{display}"
    );
}

#[test]
fn no_proxy_counts_on_aws_too() {
    let words = ["--target", "aws", "--region", "eu-west-1", "--only", "s3-list-buckets"];
    let ended = Program::new(words.into_iter().chain(["--timeout", "1"]))
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
        .env("HTTPS_PROXY", CLOSED)
        .env("NO_PROXY", "localhost,.AMAZONAWS.com")
        .run();
    assert!(!ended.stderr.contains("through the proxy"), "{}", ended.stderr);
}

#[test]
fn a_machine_without_root_certificates_speaks_plain_http() {
    let sandbox = sandbox();
    let api_url = sandbox.api_url();
    let words = ["--format", "json", "--only", "s3-presigned-get,ec2-describe-images,api"];
    let program = |endpoint: &str| {
        Program::new(words.into_iter().chain(["--endpoint-url", endpoint, "--api-url", &api_url]))
            .keys(&sandbox, "admin")
            .env("SSL_CERT_FILE", "/nonexistent")
            .env("SSL_CERT_DIR", "/nonexistent")
    };
    let run = program(sandbox.endpoint()).run().expect(0).json();
    assert_eq!(run["agree"], true, "{run:#}");
    let https = sandbox.endpoint().replace("http:", "https:");
    program(&https).run().expect_error(3, &["certificates"]);
}

#[test]
fn servers_of_others_have_regions_of_their_own() {
    let sandbox = sandbox();
    let words = BUCKETS.into_iter().chain(["--endpoint-url", sandbox.endpoint(), "--region"]);
    let run = Program::new(words.chain(["RegionOne"])).keys(&sandbox, "admin").run().json();
    assert_eq!(run["target"]["region"], "RegionOne");
    for side in ["raw", "sdk"] {
        // The sandbox is in another region and says so, as S3 does.
        let failure = &scenario(&run, "s3-list-buckets")[side]["failure"];
        assert_eq!(failure["code"], "AuthorizationHeaderMalformed", "{run:#}");
    }
}

#[test]
fn a_region_of_aws_is_compared_without_case_and_sigv4a_is_not_offered() {
    let sign = |region: &str, url: &str| {
        Program::new(["sign", "--service", "s3", "--region", region, url])
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
            .run()
    };
    sign("RegionOne", "https://swift.example/b").expect(0);
    sign("US-EAST-1", "https://minio.example/b").expect(0);
    sign("US-EAST-1", "https://s3.us-east-1.amazonaws.com/b")
        .expect_error(2, &["did you mean `us-east-1`"]);
    sign("*", "https://abc.mrap.accesspoint.s3-global.amazonaws.com/k")
        .expect_error(2, &["SigV4a"]);
}
