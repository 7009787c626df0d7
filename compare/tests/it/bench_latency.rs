//! `compare bench latency` and `selfcheck`. In an unoptimised build on a busy machine times mean nothing, so
//! the tests check everything else.

use serde_json::Value;

use crate::{program::Program, schema::holds};

const BRIEFLY: [&str; 6] = ["bench", "latency", "--pairs", "20", "--only", "s3-list-buckets"];

/// The result. The exit code is 0, or 3 if the machine was so noisy that raw differed from itself.
fn measured(program: Program) -> Value {
    let ended = program.run();
    let answer = ended.json();
    assert_eq!(ended.code == 0, answer["a_a"]["holds"] == true, "{}", ended.stderr);
    assert!([0, 3].contains(&ended.code), "{}", ended.stderr);
    answer
}

#[test]
fn every_operation_is_measured_on_every_arm() {
    let args = ["bench", "latency", "--pairs", "10", "--format", "json"];
    let answer = measured(Program::new(args));
    holds("bench-latency", &answer);
    let operations = answer["operations"].as_array().expect("operations");
    assert_eq!(operations.len(), 5);
    for operation in operations {
        assert_eq!(operation["rounds"], 10, "{operation}");
        for arm in operation["arms"].as_array().expect("arms") {
            let value = |at: &str| arm[at]["value"].as_f64().expect("microseconds");
            assert!(0.0 < value("median_us"), "{arm}");
            assert!(value("median_us") <= value("p90_us"), "{arm}");
            assert!(value("p90_us") <= value("p99_us"), "{arm}");
        }
        let phases = operation["waterfall"].as_array().expect("phases");
        let spent = |phase: &str, side: &str| {
            let phase = phases.iter().find(|found| found["phase"] == phase).expect("the phase");
            phase[side].as_f64().expect("microseconds")
        };
        for phase in ["sign", "transmit", "parse"] {
            assert!(spent(phase, "raw_us") > 0.0 && spent(phase, "sdk_us") > 0.0, "{operation}");
        }
        let has_client = operation["name"] != "api-invoke";
        for phase in ["credentials", "endpoint", "serialise"] {
            assert_eq!(spent(phase, "sdk_us") > 0.0, has_client, "{operation}");
        }
    }
}

#[test]
fn saved_samples_can_be_shown_again_and_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("samples.json").to_str().expect("UTF-8").to_owned();
    let json = ["--format", "json"];
    let args = BRIEFLY.iter().copied().chain(["--save", &file]).chain(json);
    let before = measured(Program::new(args));
    let load = ["bench", "latency", "--load", &file];
    assert_eq!(measured(Program::new(load.iter().chain(&json))), before);

    let again = ["--load", &file];
    let changes = Program::new(load.iter().chain(&again).chain(&json)).json(0);
    for change in changes["changes"].as_array().expect("changes") {
        assert_eq!(change["verdict"], "no-difference", "{change}");
    }
    Program::new(["bench", "latency", "--load", "not-there.json"])
        .run()
        .expect_error(2, &["not-there.json"]);
    Program::new(["bench", "latency", "--load", "empty.json"])
        .file("empty.json", "{}")
        .run()
        .expect_error(2, &["empty.json", "--save"]);
}

#[test]
fn a_simulated_round_trip_is_in_every_time_and_calls_may_overlap() {
    let more = ["--rtt", "5ms", "--concurrency", "4", "--format", "json"];
    let answer = measured(Program::new(BRIEFLY.iter().chain(&more)));
    assert_eq!(answer["rtt_ms"], 5.0);
    assert_eq!(answer["operations"][0]["rounds"], 20);
    for arm in answer["operations"][0]["arms"].as_array().expect("arms") {
        assert!(arm["median_us"]["value"].as_f64() >= Some(5000.0), "{arm}");
    }
}

#[test]
fn wrong_arguments_are_usage_errors() {
    let with = |more: &[&str]| Program::new(["bench", "latency"].iter().chain(more)).run();
    with(&["--only", "ec2-run-instances"]).expect_error(2, &["ec2-run-instances"]);
    with(&["--only", "s3-list-bucket"]).expect_error(2, &["s3-list-buckets"]);
    with(&["--rtt", "5"]).expect_error(2, &["30ms"]);
    with(&["--pairs", "0"]).expect_error(2, &["--pairs"]);
}

#[test]
fn bench_all_has_the_result_of_every_subject_and_the_selfcheck_counts_its_verdicts() {
    let ended = Program::new(["bench", "all", "--quick", "--format", "json"]).run();
    let all = ended.json();
    holds("bench-all", &all);
    for subject in ["selfcheck", "signing", "latency", "parse", "startup"] {
        holds(&format!("bench-{subject}"), &all[subject]);
    }
    let answer = &all["selfcheck"];
    let holds = [&answer["holds"], &all["latency"]["a_a"]["holds"]];
    assert_eq!(ended.code == 0, holds.iter().all(|holds| **holds == true));
    let tally = |of: &str| {
        let of = &answer[of];
        assert_eq!(of["runs"], 100);
        of["right"].as_u64() >= of["needed"].as_u64()
    };
    assert_eq!(tally("nothing") && tally("delay"), answer["holds"] == true);
}
