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
