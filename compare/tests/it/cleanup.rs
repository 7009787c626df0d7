//! `compare cleanup`: ends what killed runs left behind, and leaves runs under way alone.

use std::{thread, time::Duration};

use sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::{
    launch::{all_ended, wait_for_launches},
    program::{Program, Running},
    schema,
    server::{forward, proxy},
};

/// Its instances boot for ten minutes.
pub(crate) fn slow_sandbox() -> Sandbox {
    let options = Options { boot_time: Duration::from_mins(10), ..Options::default() };
    Sandbox::start(options).expect("a sandbox")
}

/// A run that has two pending instances.
fn run_with_two_instances(sandbox: &Sandbox) -> Running {
    let running = Program::at(sandbox, "admin", ["run", "--only", "ec2"]).start();
    wait_for_launches(sandbox, 2);
    running
}

/// The ids that `compare cleanup` terminated, and its whole answer.
fn cleanup(sandbox: &Sandbox, args: &[&str]) -> (Vec<Value>, Value) {
    let all = ["cleanup", "--format", "json"];
    let answer = Program::at(sandbox, "admin", all.iter().chain(args)).json(0);
    schema::holds("cleanup", &answer);
    (answer["terminated"].as_array().expect("a list").clone(), answer)
}

#[track_caller]
fn all_pending(sandbox: &Sandbox) {
    let states = sandbox.instance_states();
    assert!(states.iter().all(|(_, state)| state == "pending"), "{states:?}");
}

#[test]
fn cleanup_needs_a_target() {
    for args in [vec!["cleanup"], vec!["cleanup", "--target", "sandbox"]] {
        Program::new(args).run().expect_error(2, &["needs a target", "--endpoint-url"]);
    }
}

#[test]
fn cleanup_leaves_a_run_under_way_alone_unless_that_run_is_named() {
    let sandbox = slow_sandbox();
    let running = run_with_two_instances(&sandbox);
    let (terminated, answer) = cleanup(&sandbox, &["--older-than", "0s"]);
    assert!(terminated.is_empty(), "{answer}");
    let alone = answer["left_alone"].as_array().unwrap();
    assert_eq!(alone.len(), 2, "{answer}");
    for instance in alone {
        assert!(instance["why"].as_str().unwrap().contains("under way"), "{instance}");
    }
    let run = alone[0]["run"].as_str().expect("the tag names the run").to_owned();
    assert!(cleanup(&sandbox, &["--run", "another"]).0.is_empty());
    all_pending(&sandbox);

    assert_eq!(cleanup(&sandbox, &["--run", &run]).0.len(), 2);
    running.signal("TERM");
    running.wait().expect(143);
    all_ended(&sandbox, 2);
}

#[test]
fn cleanup_ends_what_a_killed_run_left_behind() {
    let sandbox = slow_sandbox();
    run_with_two_instances(&sandbox).kill();
    all_pending(&sandbox);
    assert_eq!(cleanup(&sandbox, &[]).0.len(), 2);
    all_ended(&sandbox, 2);

    let again = Program::at(&sandbox, "admin", ["cleanup"]).run().expect(0);
    assert!(again.stdout.contains("nothing of ours is running"), "{}", again.stdout);
}

#[test]
fn cleanup_finds_a_killed_runs_untagged_instances_by_their_tokens() {
    let sandbox = slow_sandbox();
    let folder = tempfile::tempdir().expect("a folder for ledgers");
    let proxy = proxy(&sandbox, |request, endpoint| {
        let answer = forward(endpoint, &request);
        if request.is_launch() {
            thread::sleep(Duration::from_secs(30));
        }
        let (mut text, mut untagged) = (answer.text(), String::new());
        while let Some((before, rest)) = text.split_once("<tagSet>") {
            let (_, after) = rest.split_once("</tagSet>").expect("an end");
            untagged.push_str(before);
            text = after.to_owned();
        }
        untagged.push_str(&text);
        Some(answer.with_body(untagged))
    });
    let at = |args: &[&'static str]| {
        Program::at(&sandbox, "admin", args)
            .env("AWS_ENDPOINT_URL", &proxy)
            .env("COMPARE_LEDGER_DIR", folder.path().to_str().expect("a path in UTF-8"))
    };
    let running = at(&["run", "--only", "ec2-run-instances"]).start();
    wait_for_launches(&sandbox, 1);
    running.kill();

    let answer = at(&["cleanup", "--format", "json"]).json(0);
    assert_eq!(answer["terminated"].as_array().unwrap().len(), 1, "{answer}");
    all_ended(&sandbox, 1);
    let left = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 0, "the ledger is gone once everything has ended");
}
