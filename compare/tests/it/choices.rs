//! Which scenarios run, and on what.

use crate::{
    program::Program,
    run::{names, scenario},
    server::sandbox,
};

#[test]
fn scenarios_that_a_named_one_needs_run_first_and_are_shown() {
    let args = ["run", "--format", "json", "--only", "s3-presigned-get"];
    let run = Program::new(args).json(0);
    assert_eq!(names(&run), ["s3-list-buckets", "s3-list-objects", "s3-presigned-get"]);
}

#[test]
fn only_takes_services_and_names_in_any_order() {
    let args = ["--format", "json", "--only", "api", "--only", "ec2-latest-ami,s3-list-buckets"];
    let run = Program::new(args).json(0);
    let expected = ["s3-list-buckets", "ec2-latest-ami", "api-invoke", "api-invoke-unsigned"];
    assert_eq!(names(&run), expected);
}

#[test]
fn with_a_bucket_and_a_key_nothing_is_listed_first() {
    let only = ["--format", "json", "--only", "s3-presigned-get"];
    let object = ["--bucket", "archive", "--key", "awkward/caf\u{e9} composed"];
    let run = Program::new(only.iter().chain(&object)).json(0);
    assert_eq!(names(&run), ["s3-presigned-get"]);
    let answer = &scenario(&run, "s3-presigned-get")["sdk"]["answer"];
    assert_eq!(answer["key"], "awkward/caf\u{e9} composed");
    assert_eq!(answer["status"], 200);
}

#[test]
fn a_bucket_with_few_keys_is_listed_in_pages_of_two() {
    let args = ["--format", "json", "--only", "s3-list-objects-paged", "--bucket", "notes"];
    let run = Program::new(args).json(0);
    for side in ["raw", "sdk"] {
        let side = &scenario(&run, "s3-list-objects-paged")[side];
        assert_eq!(side["answer"]["page_size"], 2);
        assert_eq!(side["answer"]["objects"].as_array().unwrap().len(), 3);
        assert_eq!(side["requests"], 2);
    }
}

#[test]
fn an_empty_bucket_has_no_object_to_presign() {
    let args = ["--format", "json", "--only", "s3", "--bucket", "empty"];
    let run = Program::new(args).json(0);
    let presigned = scenario(&run, "s3-presigned-get");
    assert_eq!(presigned["raw"]["outcome"], "skipped");
    assert!(presigned["sdk"]["reason"].as_str().unwrap().contains("--key"));
}

#[test]
fn both_sides_are_refused_alike_for_a_bucket_that_does_not_exist() {
    let args = ["--format", "json", "--only", "s3-list-objects", "--bucket", "nope"];
    let run = Program::new(args).json(1);
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
fn a_bucket_of_another_region_is_refused_here_and_listed_there() {
    let sandbox = sandbox();
    let args = ["--format", "json", "--only", "s3-list-objects", "--bucket", "europe"];
    let run = Program::at(&sandbox, "admin", args).json(1);
    let listing = scenario(&run, "s3-list-objects");
    assert_eq!(listing["same"], true, "{listing:#}");
    for side in ["raw", "sdk"] {
        assert_eq!(listing[side]["failure"]["status"], 301);
        assert_eq!(listing[side]["failure"]["code"], "PermanentRedirect");
    }
    let there = Program::at(&sandbox, "admin", args).env("AWS_REGION", "eu-west-1");
    let run = there.json(0);
    assert_eq!(run["target"]["region"], "eu-west-1");
    let objects = &scenario(&run, "s3-list-objects")["raw"]["answer"]["objects"];
    assert_eq!(objects.as_array().unwrap().len(), 3);
}

#[test]
fn no_matching_image_is_a_failure_that_names_the_option() {
    let args = ["--format", "json", "--only", "ec2-run-instances", "--ami-name", "no-such-image"];
    let run = Program::new(args).json(1);
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
fn an_identity_that_may_only_read_cannot_launch_on_either_side() {
    let sandbox = sandbox();
    let args = ["--format", "json", "--only", "ec2-run-instances,ec2-run-instances-dry-run"];
    let run = Program::at(&sandbox, "reader", args).json(1);
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
fn both_sides_are_refused_alike_for_an_expired_token() {
    let sandbox = sandbox();
    let args = ["--format", "json", "--only", "s3-list-buckets,ec2-describe-images"];
    let run = Program::at(&sandbox, "expired", args).json(1);
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
    let args = ["--format", "json", "--only", "s3,ec2-latest-ami,api", "--api-url", &api_url];
    let run = Program::at(&sandbox, "temporary", args).json(0);
    assert_eq!(run["agree"], true);
    assert_eq!(names(&run).len(), 7);
    let from = run["target"]["credentials_from"].as_str().unwrap();
    assert!(from.contains("AWS_SESSION_TOKEN"), "{from}");
}

#[test]
fn without_an_api_url_the_api_scenarios_are_skipped() {
    let sandbox = sandbox();
    let args = ["--format", "json", "--only", "api,s3-list-buckets"];
    let run = Program::at(&sandbox, "admin", args).json(0);
    for name in ["api-invoke", "api-invoke-unsigned"] {
        for side in ["raw", "sdk"] {
            let side = &scenario(&run, name)[side];
            assert_eq!(side["outcome"], "skipped");
            assert!(side["reason"].as_str().unwrap().contains("--api-url"));
        }
    }
    assert_eq!(run["agree"], true);
}
