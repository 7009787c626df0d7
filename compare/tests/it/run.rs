//! All fourteen scenarios against the embedded endpoint, and the contents of their answers.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::program::Program;

const NAMES: [&str; 14] = [
    "s3-list-buckets",
    "s3-list-objects",
    "s3-list-objects-paged",
    "s3-presigned-get",
    "ec2-describe-images",
    "ec2-latest-ami",
    "ec2-run-instances-dry-run",
    "ec2-run-instances",
    "ec2-wait-running",
    "ec2-create-tags",
    "ec2-describe-instances",
    "ec2-terminate-instances",
    "api-invoke",
    "api-invoke-unsigned",
];

/// The result of `compare --format json`, made once for all tests because a run takes a second.
pub(crate) fn agreed() -> &'static Value {
    static RUN: LazyLock<Value> = LazyLock::new(|| Program::new(["--format", "json"]).json(0));
    &RUN
}

/// The scenario `name` of a run.
#[track_caller]
pub(crate) fn scenario<'a>(run: &'a Value, name: &str) -> &'a Value {
    let all = run["scenarios"].as_array().expect("a list of scenarios");
    let found = all.iter().find(|scenario| scenario["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is not in {run:#}"))
}

/// The names of the scenarios of a run, in order.
pub(crate) fn names(run: &Value) -> Vec<&str> {
    let all = run["scenarios"].as_array().expect("a list of scenarios");
    all.iter().map(|scenario| scenario["name"].as_str().expect("a name")).collect()
}

/// The answers of raw and of the SDK in scenario `name`.
fn answers(name: &str) -> [&'static Value; 2] {
    let scenario = scenario(agreed(), name);
    [&scenario["raw"]["answer"], &scenario["sdk"]["answer"]]
}

fn list<'a>(answer: &'a Value, field: &str) -> &'a Vec<Value> {
    answer[field].as_array().unwrap_or_else(|| panic!("{field} is not a list in {answer}"))
}

#[test]
fn all_fourteen_scenarios_agree_and_end_as_expected() {
    let run = agreed();
    assert_eq!(names(run), NAMES);
    assert_eq!(run["agree"], true);
    assert_eq!(run["target"]["kind"], "sandbox");
    for scenario in run["scenarios"].as_array().unwrap() {
        assert_eq!(scenario["same"], true, "{scenario:#}");
        assert_eq!(scenario["differences"], json!([]));
        for side in ["raw", "sdk"] {
            let side = &scenario[side];
            assert_eq!(side["outcome"], scenario["expected"], "{scenario:#}");
            let answered = side["answer"].as_object().is_some_and(|answer| !answer.is_empty());
            assert_eq!(answered, side["outcome"] == "ok", "{scenario:#}");
        }
    }
}

#[test]
fn run_is_the_default_verb() {
    let args = ["run", "--format", "json", "--only", "api"];
    for args in [&args[..], &args[1..]] {
        let run = Program::new(args).json(0);
        assert_eq!(names(&run), ["api-invoke", "api-invoke-unsigned"]);
    }
}

#[test]
fn every_bucket_is_listed() {
    for answer in answers("s3-list-buckets") {
        let names: Vec<_> = list(answer, "buckets").iter().map(|bucket| &bucket["name"]).collect();
        assert_eq!(names, ["archive", "empty", "europe", "notes"]);
    }
}

#[test]
fn one_page_of_a_bucket_is_a_thousand_keys() {
    for answer in answers("s3-list-objects") {
        assert_eq!(answer["bucket"], "archive");
        assert_eq!(list(answer, "objects").len(), 1000);
        assert_eq!(answer["truncated"], true);
    }
}

#[test]
fn all_2500_keys_come_in_three_pages_with_their_awkward_characters() {
    let paged = scenario(agreed(), "s3-list-objects-paged");
    for side in ["raw", "sdk"] {
        let side = &paged[side];
        assert_eq!(side["requests"], 3);
        assert_eq!(side["answer"]["page_size"], 1000);
        assert_eq!(side["answer"]["truncated"], false);
        let objects = list(&side["answer"], "objects");
        assert_eq!(objects.len(), 2500);
        for awkward in ["awkward/a+b=c", "awkward/line\nfeed", "awkward//double//slash"] {
            let found = objects.iter().find(|object| object["key"] == awkward);
            assert!(found.is_some(), "{awkward:?}");
        }
    }
}

#[test]
fn the_presigned_urls_of_both_sides_fetch_the_same_object() {
    let [raw, sdk] = answers("s3-presigned-get");
    for answer in [raw, sdk] {
        assert_eq!(answer["key"], "about.txt");
        assert_eq!(answer["status"], 200);
        assert!(answer["length"].as_u64().unwrap() > 100);
        assert_eq!(answer["sha256"].as_str().unwrap().len(), 64);
        assert!(answer["url"].as_str().unwrap().contains("X-Amz-Signature="));
    }
    assert_eq!(raw["sha256"], sdk["sha256"]);
    assert_ne!(raw["url"], sdk["url"], "the URLs are shown, not compared");
}

#[test]
fn the_latest_image_is_the_newest_of_hundreds_that_fits_the_instance_type() {
    let only = ["--format", "json", "--only", "ec2-latest-ami,ec2-describe-images"];
    let run = Program::new(only.iter().chain(&["--ami-name", "*"])).json(0);
    for side in ["raw", "sdk"] {
        let images = list(&scenario(&run, "ec2-describe-images")[side]["answer"], "images");
        assert!(images.len() >= 200, "{}", images.len());
        let fits = images.iter().filter(|image| image["architecture"] == "x86_64");
        let text = |image: &Value, field: &str| image[field].as_str().unwrap().to_owned();
        let newest = fits.max_by_key(|image| (text(image, "created"), text(image, "id"))).unwrap();
        let latest = &scenario(&run, "ec2-latest-ami")[side]["answer"]["image"];
        assert_eq!(latest, newest);
    }
}

#[test]
fn an_arm_instance_type_gets_an_arm_image() {
    let only = ["--format", "json", "--only", "ec2-run-instances-dry-run"];
    let arm = ["--instance-type", "t4g.micro", "--ami-name", "al2023-ami-2023.*"];
    let run = Program::new(only.iter().chain(&arm)).json(0);
    let image = &scenario(&run, "ec2-latest-ami")["sdk"]["answer"]["image"];
    assert_eq!(image["architecture"], "arm64");
    let dry_run = &scenario(&run, "ec2-run-instances-dry-run")["raw"]["answer"];
    assert_eq!(dry_run["instance_type"], "t4g.micro");
}

#[test]
fn a_dry_run_that_would_succeed_is_ok() {
    for answer in answers("ec2-run-instances-dry-run") {
        assert_eq!(answer["would_succeed"], true);
    }
}

#[test]
fn each_side_launches_tags_describes_and_terminates_its_own_instance() {
    let instance = |name: &str, side: usize| list(answers(name)[side], "instances")[0].clone();
    for side in [0, 1] {
        let launched = instance("ec2-run-instances", side);
        assert_eq!(launched["state"], "pending");
        let waited = instance("ec2-wait-running", side);
        assert_eq!(waited["state"], "running");
        let described = instance("ec2-describe-instances", side);
        assert_eq!(described["state"], "running");
        let tags = described["tags"].as_object().unwrap();
        assert!(tags["Name"].as_str().unwrap().starts_with("compare-"));
        assert_eq!(tags["stage"], "a&b,ü");
        let tagged = answers("ec2-create-tags")[side];
        assert_eq!(tagged["tagged"], true);
        assert_eq!(tagged["resources"], json!([launched["id"]]));
        let change = &list(answers("ec2-terminate-instances")[side], "state_changes")[0];
        assert_eq!(change["previous"], "running");
        assert_eq!(change["current"], "shutting-down");
        for other in [&waited["id"], &described["id"], &change["id"]] {
            assert_eq!(other, &launched["id"]);
        }
    }
    let ids = [0, 1].map(|side| instance("ec2-run-instances", side)["id"].clone());
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn the_route_answers_a_signed_call_and_refuses_an_unsigned_one() {
    for answer in answers("api-invoke") {
        assert_eq!(answer["status"], 200);
        assert!(answer["body"].is_object(), "{answer}");
    }
    let unsigned = scenario(agreed(), "api-invoke-unsigned");
    for side in ["raw", "sdk"] {
        let failure = &unsigned[side]["failure"];
        assert_eq!(failure["status"], 403);
        assert_eq!(failure["code"], "MissingAuthenticationTokenException");
    }
}

#[test]
fn requests_are_counted_and_only_calls_that_read_are_timed_repeatedly() {
    let once =
        ["ec2-run-instances", "ec2-wait-running", "ec2-create-tags", "ec2-terminate-instances"];
    for scenario in agreed()["scenarios"].as_array().unwrap() {
        let name = scenario["name"].as_str().unwrap();
        for side in ["raw", "sdk"] {
            let requests = scenario[side]["requests"].as_u64().unwrap();
            match name {
                "s3-list-objects-paged" => assert_eq!(requests, 3),
                "ec2-wait-running" => assert!(requests >= 2, "pending at first: {requests}"),
                _ => assert_eq!(requests, 1, "{name}"),
            }
            let n = scenario[side]["latency_us"]["n"].as_u64().unwrap();
            let range = if once.contains(&name) { 1..=1 } else { 3..=10 };
            assert!(range.contains(&n), "{name}: {n} timed calls");
            assert!(scenario[side]["latency_us"]["median"].as_f64().unwrap() > 0.0);
        }
    }
}
