//! What to run and what to work on.

use sandbox::Sandbox;
use serde_json::Value;

use crate::{
    program::Program,
    run::{names, scenario},
};

fn sandbox() -> Sandbox {
    Sandbox::start(sandbox::Options::default()).expect("a sandbox")
}

fn json(program: Program, code: i32) -> Value {
    program.run().expect(code).json()
}

#[test]
fn what_a_named_scenario_needs_runs_first_and_appears_too() {
    let words = ["run", "--format", "json", "--only", "s3-presigned-get"];
    let run = json(Program::new(words), 0);
    assert_eq!(names(&run), ["s3-list-buckets", "s3-list-objects", "s3-presigned-get"]);
}

#[test]
fn only_takes_services_and_names_in_any_order() {
    let words = ["--format", "json", "--only", "api", "--only", "ec2-latest-ami,s3-list-buckets"];
    let run = json(Program::new(words), 0);
    let expected = ["s3-list-buckets", "ec2-latest-ami", "api-invoke", "api-invoke-unsigned"];
    assert_eq!(names(&run), expected);
}

#[test]
fn a_named_bucket_and_key_need_no_search() {
    let words = [
        "--format",
        "json",
        "--only",
        "s3-presigned-get",
        "--bucket",
        "archive",
        "--key",
        "awkward/caf\u{e9} composed",
    ];
    let run = json(Program::new(words), 0);
    assert_eq!(names(&run), ["s3-presigned-get"]);
    let answer = &scenario(&run, "s3-presigned-get")["sdk"]["answer"];
    assert_eq!(answer["key"], "awkward/caf\u{e9} composed");
    assert_eq!(answer["status"], 200);
}

#[test]
fn a_bucket_of_few_keys_is_paged_two_by_two() {
    let words = ["--format", "json", "--only", "s3-list-objects-paged", "--bucket", "notes"];
    let run = json(Program::new(words), 0);
    for side in ["raw", "sdk"] {
        let side = &scenario(&run, "s3-list-objects-paged")[side];
        assert_eq!(side["answer"]["page_size"], 2);
        assert_eq!(side["answer"]["objects"].as_array().unwrap().len(), 3);
        assert_eq!(side["requests"], 2);
    }
}

#[test]
fn an_empty_bucket_has_no_object_to_presign() {
    let words = ["--format", "json", "--only", "s3", "--bucket", "empty"];
    let run = json(Program::new(words), 0);
    let presigned = scenario(&run, "s3-presigned-get");
    assert_eq!(presigned["raw"]["outcome"], "skipped");
    assert!(presigned["sdk"]["reason"].as_str().unwrap().contains("--key"));
}

#[test]
fn a_bucket_that_is_not_there_is_refused_on_both_sides_alike() {
    let words = ["--format", "json", "--only", "s3-list-objects", "--bucket", "nope"];
    let run = json(Program::new(words), 1);
    let listing = scenario(&run, "s3-list-objects");
    assert_eq!(listing["same"], true);
    assert_eq!(run["agree"], false);
    for side in ["raw", "sdk"] {
        assert_eq!(listing[side]["outcome"], "refused");
        assert_eq!(listing[side]["failure"]["status"], 404);
        assert_eq!(listing[side]["failure"]["code"], "NoSuchBucket");
        assert!(listing[side]["failure"]["request_id"].is_string());
    }
}

#[test]
fn a_bucket_of_another_region_is_refused_at_home_and_listed_there() {
    let sandbox = sandbox();
    let words = ["--format", "json", "--only", "s3-list-objects", "--bucket", "europe"];
    let run = json(Program::at(&sandbox, "admin", words), 1);
    let listing = scenario(&run, "s3-list-objects");
    assert_eq!(listing["same"], true, "{listing:#}");
    for side in ["raw", "sdk"] {
        assert_eq!(listing[side]["failure"]["status"], 301);
        assert_eq!(listing[side]["failure"]["code"], "PermanentRedirect");
    }
    let there = Program::at(&sandbox, "admin", words).env("AWS_REGION", "eu-west-1");
    let run = json(there, 0);
    assert_eq!(run["target"]["region"], "eu-west-1");
    let objects = &scenario(&run, "s3-list-objects")["raw"]["answer"]["objects"];
    assert_eq!(objects.as_array().unwrap().len(), 3);
}

#[test]
fn no_image_of_that_name_is_a_failure_that_says_which_options_choose_others() {
    let words = ["--format", "json", "--only", "ec2-run-instances", "--ami-name", "no-such-image"];
    let run = json(Program::new(words), 1);
    for side in ["raw", "sdk"] {
        let latest = &scenario(&run, "ec2-latest-ami")[side];
        assert_eq!(latest["outcome"], "failed");
        let display = latest["failure"]["display"].as_str().unwrap();
        assert!(display.contains("no-such-image") && display.contains("--ami-name"), "{display}");
        let launch = &scenario(&run, "ec2-run-instances")[side];
        assert_eq!(launch["outcome"], "failed");
        assert!(launch["failure"]["display"].as_str().unwrap().contains("ec2-latest-ami"));
    }
}

#[test]
fn a_reader_may_not_launch_on_either_side() {
    let sandbox = sandbox();
    let words = ["--format", "json", "--only", "ec2-run-instances,ec2-run-instances-dry-run"];
    let run = json(Program::at(&sandbox, "reader", words), 1);
    for name in ["ec2-run-instances", "ec2-run-instances-dry-run"] {
        let launch = scenario(&run, name);
        assert_eq!(launch["same"], true, "{launch:#}");
        for side in ["raw", "sdk"] {
            assert_eq!(launch[side]["outcome"], "refused");
            assert_eq!(launch[side]["failure"]["status"], 403);
            assert_eq!(launch[side]["failure"]["code"], "UnauthorizedOperation");
        }
    }
    assert_eq!(sandbox.instance_states(), []);
}

#[test]
fn an_expired_token_is_refused_on_both_sides_alike() {
    let sandbox = sandbox();
    let words = ["--format", "json", "--only", "s3-list-buckets,ec2-describe-images"];
    let run = json(Program::at(&sandbox, "expired", words), 1);
    for (name, code) in
        [("s3-list-buckets", "ExpiredToken"), ("ec2-describe-images", "RequestExpired")]
    {
        let refused = scenario(&run, name);
        assert_eq!(refused["same"], true);
        for side in ["raw", "sdk"] {
            assert_eq!(refused[side]["outcome"], "refused");
            assert_eq!(refused[side]["failure"]["code"], code);
        }
    }
}

#[test]
fn temporary_credentials_work_with_their_token() {
    let sandbox = sandbox();
    let api_url = sandbox.api_url();
    let words = ["--format", "json", "--only", "s3,ec2-latest-ami,api", "--api-url", &api_url];
    let run = json(Program::at(&sandbox, "temporary", words), 0);
    assert_eq!(run["agree"], true);
    assert_eq!(names(&run).len(), 7);
    let from = run["target"]["credentials_from"].as_str().unwrap();
    assert!(from.contains("AWS_SESSION_TOKEN"), "{from}");
}

#[test]
fn without_a_route_the_api_scenarios_are_skipped() {
    let sandbox = sandbox();
    let words = ["--format", "json", "--only", "api,s3-list-buckets"];
    let run = json(Program::at(&sandbox, "admin", words), 0);
    for name in ["api-invoke", "api-invoke-unsigned"] {
        for side in ["raw", "sdk"] {
            let side = &scenario(&run, name)[side];
            assert_eq!(side["outcome"], "skipped");
            assert!(side["reason"].as_str().unwrap().contains("--api-url"));
        }
    }
    assert_eq!(run["agree"], true);
}
