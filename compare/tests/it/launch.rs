//! What is launched, and that nothing of it is left: not on AWS's hosts without leave, not after a
//! failure half-way.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use contract::{
    Answer, Client as _, Credentials, DryRun, Endpoint, Operation, RunInstances, Target,
};
use sandbox::{Options, Sandbox};
use serde_json::json;

use crate::{
    program::{Ended, Program, Running},
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

/// Runs against `sandbox` through a proxy that does `deed` to requests.
fn run_through(
    sandbox: &Sandbox,
    only: &str,
    deed: impl Fn(Message, &str) -> Option<Message> + Send + Sync + 'static,
) -> Ended {
    let endpoint = sandbox.endpoint().to_owned();
    let proxy = serve(move |request| deed(request, &endpoint));
    let words = ["--format", "json", "--only", only];
    Program::at(sandbox, "admin", words).env("AWS_ENDPOINT_URL", &proxy).run()
}

fn error(status: &str, code: &str) -> Message {
    let document = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>No.</Message></Error></Errors>\
         <RequestID>00000000-0000-4000-8000-000000000000</RequestID></Response>"
    );
    Message::answer(status, "text/xml;charset=UTF-8", &document)
}

#[track_caller]
fn all_named(sandbox: &Sandbox, ended: &Ended) {
    for (id, _) in sandbox.instance_states() {
        assert!(ended.stderr.contains(&id), "{id} is not in: {}", ended.stderr);
    }
}

#[test]
fn a_launch_that_is_carried_out_and_then_answered_with_a_5xx_is_ended() {
    let sandbox = sandbox();
    let ended = run_through(&sandbox, "ec2-run-instances", |request, endpoint| {
        let answer = forward(endpoint, &request);
        Some(if request.is_launch() {
            error("500 Internal Server Error", "InternalError")
        } else {
            answer
        })
    });
    let ended = ended.expect(1);
    assert_eq!(scenario(&ended.json(), "ec2-run-instances")["raw"]["outcome"], "refused");
    all_named(&sandbox, &ended);
    all_ended(&sandbox, 2);
}

#[test]
fn a_refusal_of_a_retry_does_not_prove_that_nothing_was_launched() {
    let sandbox = sandbox();
    let attempts = AtomicUsize::new(0);
    let ended = run_through(&sandbox, "ec2-run-instances", move |request, endpoint| {
        if request.is_launch() && request.side() == Side::Sdk {
            if attempts.fetch_add(1, Ordering::Relaxed) > 0 {
                return Some(error("400 Bad Request", "IdempotentParameterMismatch"));
            }
            forward(endpoint, &request);
            return None;
        }
        Some(forward(endpoint, &request))
    });
    let ended = ended.expect(1);
    assert_eq!(scenario(&ended.json(), "ec2-run-instances")["sdk"]["requests"], 2);
    all_named(&sandbox, &ended);
    all_ended(&sandbox, 2);
}

#[test]
fn a_launch_that_is_shown_only_after_a_while_is_found_and_ended() {
    let sandbox = sandbox();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let ended = run_through(&sandbox, "ec2-run-instances", move |request, endpoint| {
        let answer = forward(endpoint, &request);
        if request.is_launch() {
            return None;
        }
        if request.text().contains("Action=DescribeInstances")
            && counter.fetch_add(1, Ordering::Relaxed) < 6
        {
            let nothing = "<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
                           <requestId>00000000-0000-4000-8000-000000000000</requestId>\
                           <reservationSet/></DescribeInstancesResponse>";
            return Some(Message::answer("200 OK", "text/xml;charset=UTF-8", nothing));
        }
        Some(answer)
    });
    let ended = ended.expect(1);
    assert!(asked.load(Ordering::Relaxed) > 6, "it asked on");
    all_named(&sandbox, &ended);
    all_ended(&sandbox, 2);
}

#[test]
fn a_launch_that_is_never_found_is_named_by_its_client_token() {
    let sandbox = sandbox();
    let (sender, tokens) = mpsc::channel();
    let ended = run_through(&sandbox, "ec2-run-instances", move |request, endpoint| {
        if request.is_launch() {
            let token = request.field("ClientToken");
            sender.send(token).expect("the test listens");
            return Some(error("503 Service Unavailable", "RequestLimitExceeded"));
        }
        Some(forward(endpoint, &request))
    });
    let ended = ended.expect(1);
    for token in tokens.try_iter() {
        assert!(ended.stderr.contains(&token), "{token} is not in: {}", ended.stderr);
    }
    assert!(ended.stderr.contains("`compare cleanup --run "), "{}", ended.stderr);
    assert_eq!(sandbox.instance_states(), []);
}

#[test]
fn a_dry_run_that_is_carried_out_fails_on_both_sides_and_is_ended() {
    let sandbox = sandbox();
    let admin = sandbox.identity("admin").expect("an admin");
    let credentials = Credentials::new(&admin.access_key_id, &admin.secret_access_key);
    let endpoint = Endpoint::Url(sandbox.endpoint().to_owned());
    let target = Target::new(sandbox.region(), endpoint);
    let ended = run_through(&sandbox, "ec2-run-instances-dry-run", move |request, endpoint| {
        if !request.text().contains("DryRun=true") {
            return Some(forward(endpoint, &request));
        }
        let launch = Operation::RunInstances(RunInstances {
            image_id: request.field("ImageId"),
            instance_type: "t3.micro".to_owned(),
            tags: Vec::new(),
            client_token: request.field("ClientToken"),
            dry_run: DryRun::No,
        });
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let client = raw::Client::new(target.clone(), credentials.clone()).expect("a client");
        let reply = runtime.block_on(client.call(&launch)).result.expect("a launch");
        let Answer::Instances(instances) = reply else { panic!("{reply:?}") };
        let document = format!(
            "<RunInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
             <requestId>00000000-0000-4000-8000-000000000000</requestId><reservationId>r-1</reservationId>\
             <instancesSet><item><instanceId>{}</instanceId></item></instancesSet></RunInstancesResponse>",
            instances[0].id
        );
        Some(Message::answer("200 OK", "text/xml;charset=UTF-8", &document))
    });
    let ended = ended.expect(1);
    let run = ended.json();
    let launch = scenario(&run, "ec2-run-instances-dry-run");
    for side in ["raw", "sdk"] {
        assert_eq!(launch[side]["outcome"], "failed", "{side}");
        let display = launch[side]["failure"]["display"].as_str().unwrap();
        assert!(display.contains("carried out") && display.contains("i-"), "{display}");
    }
    all_named(&sandbox, &ended);
    all_ended(&sandbox, 2);
}

#[test]
fn an_instance_has_ended_only_where_the_service_says_so_of_this_very_one() {
    let sandbox = sandbox();
    let lies = AtomicUsize::new(0);
    let only = "ec2-run-instances,ec2-terminate-instances";
    let ended = run_through(&sandbox, only, move |request, endpoint| {
        if !request.text().contains("Action=TerminateInstances") {
            return Some(forward(endpoint, &request));
        }
        let (id, state) = match lies.fetch_add(1, Ordering::Relaxed) {
            0 | 2 => (request.field("InstanceId.1"), "running"),
            1 | 3 => ("i-0123456789abcdef0".to_owned(), "shutting-down"),
            _ => return Some(forward(endpoint, &request)),
        };
        let document = format!(
            "<TerminateInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
             <requestId>00000000-0000-4000-8000-000000000000</requestId><instancesSet><item>\
             <instanceId>{id}</instanceId><currentState><code>16</code><name>{state}</name></currentState>\
             <previousState><code>16</code><name>running</name></previousState></item></instancesSet>\
             </TerminateInstancesResponse>"
        );
        Some(Message::answer("200 OK", "text/xml;charset=UTF-8", &document))
    });
    all_named(&sandbox, &ended);
    all_ended(&sandbox, 2);
}

#[test]
fn an_instance_that_cannot_be_ended_is_named_and_keeps_no_other_alive() {
    let sandbox = sandbox();
    let (sender, kept) = mpsc::channel();
    let stubborn = Mutex::new(None);
    let ended = run_through(&sandbox, "ec2-run-instances", move |request, endpoint| {
        if request.text().contains("Action=TerminateInstances") {
            let id = request.field("InstanceId.1");
            let stubborn = stubborn.lock().unwrap().get_or_insert_with(|| id.clone()).clone();
            if id == stubborn {
                sender.send(id).expect("the test listens");
                return Some(error("400 Bad Request", "OperationNotPermitted"));
            }
        }
        Some(forward(endpoint, &request))
    });
    let ended = ended.expect(1);
    let kept = kept.recv().expect("one is kept alive");
    assert!(ended.stderr.contains(&format!("instance {kept}: ")), "{}", ended.stderr);
    assert!(ended.stderr.contains("OperationNotPermitted"), "{}", ended.stderr);
    let states = sandbox.instance_states();
    let alive: Vec<_> = states.iter().filter(|(_, state)| state == "running").collect();
    assert_eq!(alive.len(), 1, "{states:?}");
    assert_eq!(alive[0].0, kept);
}

#[test]
fn without_a_ledger_on_disk_nothing_is_launched_on_a_host_of_amazons() {
    let sandbox = sandbox();
    let endpoint = sandbox.endpoint().to_owned();
    let proxy = serve(move |request| Some(forward(&endpoint, &request)));
    let host = "http://ec2.us-east-1.amazonaws.com";
    Program::new(["--only", "ec2-run-instances", "--allow-launch", "--endpoint-url", host])
        .keys(&sandbox, "admin")
        .env("AWS_REGION", "us-east-1")
        .env("http_proxy", &proxy)
        .env("COMPARE_LEDGER_DIR", "/dev/null/ledger")
        .run()
        .expect_error(3, &["nothing is launched", "/dev/null/ledger", "COMPARE_LEDGER_DIR"]);
    assert_eq!(sandbox.instance_states(), []);
}

#[test]
fn cleanup_needs_a_target() {
    for words in [vec!["cleanup"], vec!["cleanup", "--target", "sandbox"]] {
        Program::new(words).run().expect_error(2, &["needs a target", "--endpoint-url"]);
    }
}

/// A run with two pending instances, which boot for ten minutes.
fn running_with_two_instances(program: Program, sandbox: &Sandbox) -> Running {
    let running = program.start();
    let deadline = Instant::now() + Duration::from_secs(20);
    while sandbox.instance_states().len() < 2 {
        assert!(Instant::now() < deadline, "nothing was launched");
        thread::sleep(Duration::from_millis(5));
    }
    running
}

fn slow_sandbox() -> Sandbox {
    let options = Options { boot_time: Duration::from_mins(10), ..Options::default() };
    Sandbox::start(options).expect("a sandbox")
}

#[test]
fn cleanup_leaves_a_run_under_way_alone_unless_it_is_to_end_all() {
    let sandbox = slow_sandbox();
    let program = Program::at(&sandbox, "admin", ["run", "--only", "ec2"]);
    let running = running_with_two_instances(program, &sandbox);
    let cleanup = |words: &[&'static str]| {
        let all = ["cleanup", "--format", "json"];
        let ended = Program::at(&sandbox, "admin", all.iter().chain(words)).run().expect(0).json();
        schema::holds("cleanup", &ended);
        ended
    };
    let spared = cleanup(&["--older-than", "0s"]);
    assert_eq!(spared["terminated"], json!([]));
    let alone = spared["left_alone"].as_array().unwrap();
    assert_eq!(alone.len(), 2, "{spared}");
    for instance in alone {
        assert!(instance["why"].as_str().unwrap().contains("under way"), "{instance}");
    }
    let run = alone[0]["run"].as_str().expect("the tag names the run").to_owned();
    assert_eq!(cleanup(&["--run", "another"])["terminated"], json!([]));
    let states = sandbox.instance_states();
    assert!(states.iter().all(|(_, state)| state == "pending"), "{states:?}");

    let words = ["cleanup", "--format", "json", "--run", &run];
    let ended = Program::at(&sandbox, "admin", words).run().expect(0).json();
    assert_eq!(ended["terminated"].as_array().unwrap().len(), 2, "{ended}");
    running.signal("TERM");
    running.wait().expect(143);
    all_ended(&sandbox, 2);
}

#[test]
fn a_killed_runs_launches_are_ended_by_their_tokens_where_their_tags_never_arrived() {
    let sandbox = slow_sandbox();
    let folder = tempfile::tempdir().expect("a folder for ledgers");
    let endpoint = sandbox.endpoint().to_owned();
    let proxy = serve(move |request| {
        let answer = forward(&endpoint, &request);
        if request.is_launch() {
            thread::sleep(Duration::from_secs(30));
        }
        let (mut text, mut bare) = (answer.text(), String::new());
        while let Some((before, rest)) = text.split_once("<tagSet>") {
            let (_, after) = rest.split_once("</tagSet>").expect("an end");
            bare.push_str(before);
            text = after.to_owned();
        }
        bare.push_str(&text);
        Some(answer.with_body(bare))
    });
    let at = |words: &[&'static str]| {
        Program::at(&sandbox, "admin", words)
            .env("AWS_ENDPOINT_URL", &proxy)
            .env("COMPARE_LEDGER_DIR", folder.path().to_str().expect("a path in UTF-8"))
    };
    let mut running = at(&["run", "--only", "ec2-run-instances"]).start();
    let deadline = Instant::now() + Duration::from_secs(20);
    while sandbox.instance_states().is_empty() {
        assert!(Instant::now() < deadline, "nothing was launched");
        thread::sleep(Duration::from_millis(5));
    }
    running.child().kill().expect("it can be killed");
    running.child().wait().expect("it ends");

    let answer = at(&["cleanup", "--format", "json"]).run().expect(0).json();
    assert_eq!(answer["terminated"].as_array().unwrap().len(), 1, "{answer}");
    all_ended(&sandbox, 1);
    let left = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 0, "all is accounted for");
}

#[test]
fn a_run_that_ends_leaves_no_ledger() {
    let sandbox = sandbox();
    let folder = tempfile::tempdir().expect("a folder for ledgers");
    Program::at(&sandbox, "admin", ["--only", "ec2-terminate-instances"])
        .env("COMPARE_LEDGER_DIR", folder.path().to_str().expect("a path in UTF-8"))
        .run()
        .expect(0);
    assert_eq!(std::fs::read_dir(folder.path()).expect("it was there").count(), 0);
}

#[test]
fn cleanup_ends_what_a_killed_run_left_behind() {
    let sandbox = slow_sandbox();
    let program = Program::at(&sandbox, "admin", ["run", "--only", "ec2"]);
    let mut running = running_with_two_instances(program, &sandbox);
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
