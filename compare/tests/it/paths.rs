//! `compare paths`: what runs on each side between a call and its result, and what it costs.

use std::process::Command;

use findings::scenario::{Expected, Scenario};
use serde_json::{Value, json};

use crate::{program::Program, schema::holds, server::sandbox};

fn paths<'w>(args: impl IntoIterator<Item = &'w str>) -> Value {
    let args = ["paths", "--format", "json"].into_iter().chain(args);
    let answer = Program::new(args).json(0);
    holds("paths", &answer);
    answer
}

fn names<'v>(side: &'v Value, kind: &str) -> Vec<&'v str> {
    let phases = side["phases"].as_array().expect("phases").iter();
    let names = phases.filter(|phase| phase["kind"] == kind).map(|phase| &phase["name"]);
    names.map(|name| name.as_str().expect("a name")).collect()
}

fn listed<'v>(side: &'v Value, field: &str) -> Vec<&'v str> {
    let list = side[field].as_array().expect("a list").iter();
    list.map(|item| item.as_str().or(item["name"].as_str()).expect("a name")).collect()
}

fn count(value: &Value) -> u64 {
    value.as_u64().expect("a count")
}

/// In the order of <https://docs.rs/aws-smithy-runtime-api/1.20/aws_smithy_runtime_api/client/interceptors/trait.Intercept.html>.
const HOOKS: [&str; 19] = [
    "read_before_execution",
    "modify_before_serialization",
    "read_before_serialization",
    "read_after_serialization",
    "modify_before_retry_loop",
    "read_before_attempt",
    "modify_before_signing",
    "read_before_signing",
    "read_after_signing",
    "modify_before_transmit",
    "read_before_transmit",
    "read_after_transmit",
    "modify_before_deserialization",
    "read_before_deserialization",
    "read_after_deserialization",
    "modify_before_attempt_completion",
    "read_after_attempt",
    "modify_before_completion",
    "read_after_execution",
];

#[test]
fn raw_lists_the_functions_that_ran_and_the_sdk_all_its_hooks_in_order() {
    let found = paths(["s3-list-buckets"]);
    assert_eq!(
        names(&found["raw"], "function"),
        [
            "raw::client::Client::attempt",
            "raw::request::Request::at",
            "raw::client::Client::sign",
            "raw::sigv4::sign",
            "raw::sigv4::CanonicalRequest::new",
            "raw::sigv4::StringToSign::new",
            "raw::sigv4::SigningKey::derive",
            "raw::sigv4::SigningKey::sign",
            "raw::sigv4::Authorization::new",
            "raw::send::assemble::assemble",
            "raw::send::Sender::send",
            "raw::parse::parse"
        ]
    );

    let sdk = &found["sdk"];
    assert_eq!(names(sdk, "hook"), HOOKS);
    for span in ["S3.ListBuckets", "try_op", "serialization", "try_attempt", "deserialization"] {
        assert!(names(sdk, "span").contains(&span), "{span} is not among the spans");
    }
    let interceptors = listed(sdk, "interceptors");
    for interceptor in ["UserAgentInterceptor", "InvocationIdInterceptor", "TokenBucketProvider"] {
        assert!(interceptors.contains(&interceptor), "{interceptor}: {interceptors:?}");
    }
    assert!(!interceptors.contains(&"TraceHooks"), "our instrumentation is excluded");
    assert!(listed(sdk, "retry_classifiers").contains(&"AWS Error Code"));
    let plugins = listed(sdk, "plugins");
    for plugin in ["default_retry_config_plugin", "ServiceRuntimePlugin"] {
        assert!(plugins.contains(&plugin), "{plugin}: {plugins:?}");
    }
}

#[test]
fn an_interceptor_is_shown_where_it_acts() {
    let found = paths(["s3-list-buckets"]);
    let interceptors = found["sdk"]["interceptors"].as_array().expect("interceptors");
    let hooks = |name: &str| {
        let found = interceptors.iter().find(|one| one["name"] == name).expect(name);
        listed(found, "hooks")
    };
    assert_eq!(
        hooks("InvocationIdInterceptor"),
        ["modify_before_retry_loop", "modify_before_transmit"]
    );
    assert_eq!(hooks("ObserveAttempts"), ["read_before_transmit", "read_after_deserialization"]);
}

#[test]
fn raw_allocates_less_in_every_scenario_that_succeeds() {
    for &scenario in Scenario::ALL {
        let found = paths([scenario.name()]);
        let heap = |side: &str| count(&found[side]["heap"]["allocations"]);
        // Raw's error message costs more allocations than the SDK's.
        let less = heap("raw") < heap("sdk") || scenario.expected() == Expected::Refused;
        assert!(0 < heap("raw") && less, "{scenario}: {found}");
        assert_ne!(found["sdk"]["phases"], json!([]), "{scenario}");
        match scenario {
            Scenario::S3PresignedGet => assert_eq!(found["bare"], Value::Null, "nothing is sent"),
            _ => assert!(count(&found["bare"]["heap"]["allocations"]) < heap("raw"), "{scenario}"),
        }
    }
}

#[test]
fn a_presigned_url_is_made_and_not_sent() {
    let found = paths(["s3-presigned-get"]);
    let functions = names(&found["raw"], "function");
    assert!(functions.contains(&"raw::sigv4::PresignedUrl::new"), "{functions:?}");
    assert!(!functions.contains(&"raw::send::Sender::send"), "{functions:?}");
    assert!(!names(&found["sdk"], "hook").contains(&"read_after_transmit"));
}

#[test]
fn for_the_api_the_sdk_calls_its_signer_and_an_http_client() {
    let found = paths(["api-invoke"]);
    let functions = names(&found["sdk"], "function");
    assert!(functions[0].starts_with("aws_sigv4::"), "{functions:?}");
    assert!(functions[1].ends_with("Client::execute"), "{functions:?}");
    assert_eq!(found["sdk"]["interceptors"], json!([]));
    let unsigned = paths(["api-invoke-unsigned"]);
    assert!(!names(&unsigned["raw"], "function").contains(&"raw::sigv4::sign"));
    assert_eq!(unsigned["raw"]["outcome"], "refused");
}

/// The functions that raw runs for a page with a cached signing key.
const RAW_PAGE: usize = 11;

#[test]
fn every_page_runs_its_functions_and_hooks() {
    let found = paths(["s3-list-objects-paged"]);
    let pages = usize::try_from(count(&found["raw"]["requests"])).expect("a few");
    assert!(pages > 1);
    assert_eq!(names(&found["raw"], "function").len(), RAW_PAGE * pages);
    assert_eq!(names(&found["sdk"], "hook").len(), HOOKS.len() * pages);
    let text = Program::new(["paths", "s3-list-objects-paged"]).run().expect(0).stdout;
    assert!(text.contains(&format!("the same, {pages} times in total")), "{text}");
}

#[test]
fn two_runs_see_the_same_and_count_the_same() {
    for operation in ["s3-list-buckets", "s3-list-objects", "ec2-run-instances-dry-run"] {
        let (first, second) = (paths([operation]), paths([operation]));
        for side in ["raw", "sdk"] {
            for field in ["phases", "interceptors", "retry_classifiers", "plugins"] {
                assert_eq!(first[side][field], second[side][field], "{operation} {side} {field}");
            }
        }
        // How many reads a long answer takes depends on the machine.
        if operation != "s3-list-objects" {
            for side in ["raw", "sdk", "bare"] {
                assert_eq!(first[side]["heap"], second[side]["heap"], "{operation} {side}");
            }
        }
    }
}

/// Without valgrind, checks only that the error says so.
#[test]
fn instructions_are_counted_by_crate_and_raw_executes_fewer() {
    let args = ["paths", "s3-list-buckets", "--instructions", "--format", "json"];
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Program::new(args).run().expect_error(3, &["valgrind", "try:"]);
    }
    let (first, second) = (Program::new(args).run(), Program::new(args).run());
    let (first, second) = (first.expect(0).json(), second.expect(0).json());
    holds("paths", &first);
    for side in ["raw", "sdk", "bare"] {
        let all = &first[side]["instructions"];
        for parts in ["groups", "crates"] {
            let parts = all[parts].as_array().expect("parts").iter();
            let (instructions, functions): (Vec<_>, Vec<_>) =
                parts.map(|part| (count(&part["instructions"]), count(&part["functions"]))).unzip();
            assert_eq!(instructions.iter().sum::<u64>(), count(&all["total"]), "{side}");
            assert_eq!(functions.iter().sum::<u64>(), count(&all["functions"]), "{side}");
        }
        // Random ids, hash seeds and the time differ between runs.
        let (one, other) = (count(&all["total"]), count(&second[side]["instructions"]["total"]));
        assert!(one.abs_diff(other) * 100 < one, "{side}: {one}, then {other}");
    }
    let total = |side: &str| count(&first[side]["instructions"]["total"]);
    assert!(total("bare") < total("raw") && total("raw") < total("sdk"));
    let names = |side: &str| {
        let crates = first[side]["instructions"]["crates"].as_array().expect("crates").iter();
        crates.map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    for (side, part) in [("raw", "raw"), ("raw", "sha2"), ("raw", "hyper"), ("bare", "reqwest")] {
        assert!(names(side).iter().any(|name| name == part), "{part} is not in {side}");
    }
    assert!(names("sdk").iter().any(|name| name.starts_with("aws_smithy_")));
    for side in ["raw", "bare"] {
        let foreign: Vec<_> =
            names(side).into_iter().filter(|name| name.starts_with("aws_")).collect();
        assert!(foreign.is_empty(), "{side} runs {foreign:?}");
    }
}

#[test]
fn without_valgrind_only_instructions_cannot_be_counted() {
    let args = ["paths", "s3-list-buckets"];
    Program::new(args).env("PATH", "").run().expect(0);
    Program::new(args.iter().chain(&["--instructions"]))
        .env("PATH", "")
        .run()
        .expect_error(3, &["valgrind", "not installed", "apt install valgrind"]);
}

#[test]
fn at_another_endpoint_what_was_launched_is_ended() {
    let sandbox = sandbox();
    let args = ["paths", "ec2-run-instances", "--format", "json"];
    holds("paths", &Program::at(&sandbox, "temporary", args).json(0));
    let left = Program::at(&sandbox, "admin", ["cleanup", "--format", "json"]).json(0);
    assert_eq!(left["terminated"], json!([]));
}
