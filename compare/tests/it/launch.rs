//! What is launched, and that nothing of it is left: not on AWS's hosts without leave, not after a
//! failure half-way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sandbox::{Options, Sandbox};

use crate::{
    program::Program,
    run::scenario,
    schema,
    server::{Message, Side, forward, serve},
};

fn sandbox() -> Sandbox {
    Sandbox::start(Options { boot_time: Duration::ZERO, ..Options::default() }).expect("a sandbox")
}

/// Fails unless `count` instances were launched and all of them have come to their end.
#[track_caller]
pub(crate) fn all_ended(sandbox: &Sandbox, count: usize) {
    let states = sandbox.instance_states();
    assert_eq!(states.len(), count, "{states:?}");
    for (id, state) in &states {
        assert!(["shutting-down", "terminated"].contains(&&**state), "{id} is {state}");
    }
    // It takes a moment from one to the other.
    let deadline = Instant::now() + Duration::from_secs(5);
    while sandbox.instance_states().iter().any(|(_, state)| state != "terminated") {
        assert!(Instant::now() < deadline, "{:?}", sandbox.instance_states());
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn nothing_is_launched_on_a_host_of_amazons_without_leave() {
    let sandbox = sandbox();
    let endpoint = sandbox.endpoint().to_owned();
    let proxy = serve(move |request| {
        assert_eq!(request.header("host"), Some("ec2.us-east-1.amazonaws.com"));
        Some(forward(&endpoint, &request))
    });
    let host = "http://ec2.us-east-1.amazonaws.com";
    let program = |words: &[&'static str]| {
        let all = ["--format", "json", "--only", "ec2", "--endpoint-url", host];
        Program::new(all.iter().chain(words))
            .keys(&sandbox, "admin")
            .env("AWS_REGION", "us-east-1")
            .env("http_proxy", &proxy)
    };
    let run = program(&[]).run().expect(0).json();
    let launches =
        ["ec2-run-instances", "ec2-wait-running", "ec2-create-tags", "ec2-terminate-instances"];
    for name in launches {
        for side in ["raw", "sdk"] {
            let side = &scenario(&run, name)[side];
            assert_eq!(side["outcome"], "skipped", "{name}");
            assert!(side["reason"].as_str().unwrap().contains("--allow-launch"), "{side}");
        }
    }
    for name in ["ec2-latest-ami", "ec2-run-instances-dry-run", "ec2-describe-instances"] {
        assert_eq!(scenario(&run, name)["sdk"]["outcome"], "ok", "{name}");
    }
    assert_eq!(sandbox.instance_states(), [], "reading and rehearsing launch nothing");

    let run = program(&["--allow-launch"]).run().expect(0).json();
    assert_eq!(scenario(&run, "ec2-run-instances")["raw"]["outcome"], "ok");
    all_ended(&sandbox, 2);
}

#[test]
fn a_launch_without_the_scenario_that_ends_it_is_ended_all_the_same() {
    let sandbox = sandbox();
    let ended = Program::at(&sandbox, "admin", ["run", "--only", "ec2-create-tags"]).run();
    let ended = ended.expect(0);
    for (id, _) in sandbox.instance_states() {
        assert!(ended.stderr.contains(&id), "{id} is not in: {}", ended.stderr);
    }
    all_ended(&sandbox, 2);
}

#[test]
fn what_one_side_launched_is_ended_where_the_other_was_refused() {
    let sandbox = sandbox();
    let endpoint = sandbox.endpoint().to_owned();
    let proxy = serve(move |request| {
        if request.is_launch() && request.side() == Side::Sdk {
            let document = "<Response><Errors><Error><Code>InsufficientInstanceCapacity</Code>\
                            <Message>None left.</Message></Error></Errors>\
                            <RequestID>00000000-0000-4000-8000-000000000000</RequestID></Response>";
            return Some(Message::answer("400 Bad Request", "text/xml", document));
        }
        Some(forward(&endpoint, &request))
    });
    let words = ["--format", "json", "--only", "ec2-run-instances,ec2-terminate-instances"];
    let ended = Program::at(&sandbox, "admin", words).env("AWS_ENDPOINT_URL", &proxy).run();
    let run = ended.expect(1).json();
    let launch = scenario(&run, "ec2-run-instances");
    assert_eq!(launch["raw"]["outcome"], "ok");
    assert_eq!(launch["sdk"]["failure"]["code"], "InsufficientInstanceCapacity");
    assert_eq!(scenario(&run, "ec2-terminate-instances")["raw"]["outcome"], "failed");
    all_ended(&sandbox, 1);
}

/// The launch happens, and its answer never arrives: nobody knows the instance's id.
fn answers_of_launches_are_lost(of: Side) {
    let sandbox = sandbox();
    let endpoint = sandbox.endpoint().to_owned();
    let lost = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&lost);
    let proxy = serve(move |request| {
        let answer = forward(&endpoint, &request);
        if request.is_launch() && request.side() == of {
            counter.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(answer)
    });
    let words = ["--format", "json", "--only", "ec2-run-instances"];
    let ended = Program::at(&sandbox, "admin", words).env("AWS_ENDPOINT_URL", &proxy).run();
    let ended = ended.expect(1);
    let run = ended.json();
    let launch = &scenario(&run, "ec2-run-instances")[match of {
        Side::Raw => "raw",
        Side::Sdk => "sdk",
    }];
    assert_eq!(launch["outcome"], "failed");
    assert_eq!(launch["requests"], lost.load(Ordering::Relaxed), "each attempt is counted");
    for (id, _) in sandbox.instance_states() {
        assert!(ended.stderr.contains(&id), "{id} is not in: {}", ended.stderr);
    }
    // The SDK tries again with the same client token, which launches nothing more.
    all_ended(&sandbox, 2);
}

#[test]
fn a_launch_whose_answer_is_lost_to_raw_is_found_by_its_token_and_ended() {
    answers_of_launches_are_lost(Side::Raw);
}

#[test]
fn a_launch_whose_answer_is_lost_to_the_sdk_is_found_by_its_token_and_ended() {
    answers_of_launches_are_lost(Side::Sdk);
}

#[test]
fn cleanup_ends_what_a_killed_run_left_behind() {
    let sandbox =
        Sandbox::start(Options { boot_time: Duration::from_mins(10), ..Options::default() })
            .expect("a sandbox");
    let mut running = Program::at(&sandbox, "admin", ["run", "--only", "ec2"]).start();
    let deadline = Instant::now() + Duration::from_secs(20);
    while sandbox.instance_states().len() < 2 {
        assert!(Instant::now() < deadline, "nothing was launched");
        thread::sleep(Duration::from_millis(5));
    }
    running.child().kill().expect("it can be killed");
    running.child().wait().expect("it ends");
    let left: Vec<_> = sandbox.instance_states();
    assert!(left.iter().all(|(_, state)| state == "pending"), "{left:?}");

    let answer = Program::at(&sandbox, "admin", ["cleanup", "--format", "json"]).run();
    let answer = answer.expect(0).json();
    schema::holds("cleanup", &answer);
    let ids = answer["terminated"].as_array().unwrap();
    assert_eq!(ids.len(), 2, "{answer}");
    all_ended(&sandbox, 2);

    let again = Program::at(&sandbox, "admin", ["cleanup"]).run().expect(0);
    assert!(again.stdout.contains("nothing of ours is running"), "{}", again.stdout);
}
