//! Launches: none on AWS without permission, and whatever fails half-way, every instance is terminated.

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

use crate::{
    program::{Ended, Program},
    run::scenario,
    server::{Message, Side, forward, proxy},
};

/// Its instances boot at once.
fn sandbox() -> Sandbox {
    Sandbox::start(Options { boot_time: Duration::ZERO, ..Options::default() }).expect("a sandbox")
}

/// Fails unless `count` instances were launched and all of them end.
#[track_caller]
pub(crate) fn all_ended(sandbox: &Sandbox, count: usize) {
    let states = sandbox.instance_states();
    assert_eq!(states.len(), count, "{states:?}");
    for (id, state) in &states {
        assert!(["shutting-down", "terminated"].contains(&&**state), "{id} is {state}");
    }
    // Shutting down takes a moment.
    let deadline = Instant::now() + Duration::from_secs(5);
    while sandbox.instance_states().iter().any(|(_, state)| state != "terminated") {
        assert!(Instant::now() < deadline, "{:?}", sandbox.instance_states());
        thread::sleep(Duration::from_millis(10));
    }
}

/// Fails unless standard error names each of `count` instances, and all of them end.
#[track_caller]
pub(crate) fn all_named_and_ended(sandbox: &Sandbox, count: usize, ended: &Ended) {
    for (id, _) in sandbox.instance_states() {
        ended.warns(&id);
    }
    all_ended(sandbox, count);
}

/// Waits until `count` instances have been launched.
pub(crate) fn wait_for_launches(sandbox: &Sandbox, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while sandbox.instance_states().len() < count {
        assert!(Instant::now() < deadline, "nothing was launched");
        thread::sleep(Duration::from_millis(1));
    }
}

const AMAZON: &str = "http://ec2.us-east-1.amazonaws.com";

/// A program for which a proxy plays the host [`AMAZON`].
fn at_amazon(sandbox: &Sandbox, args: &[&str]) -> Program {
    let proxy = proxy(sandbox, |request, endpoint| {
        assert_eq!(request.header("host"), AMAZON.strip_prefix("http://"));
        Some(forward(endpoint, &request))
    });
    Program::new(["--endpoint-url", AMAZON, "--format", "json"].iter().chain(args))
        .keys(sandbox, "admin")
        .env("AWS_REGION", "us-east-1")
        .env("http_proxy", &proxy)
}

#[test]
fn nothing_is_launched_on_an_amazon_host_without_permission() {
    let sandbox = sandbox();
    let run = at_amazon(&sandbox, &["--only", "ec2"]).json(0);
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
    assert_eq!(sandbox.instance_states(), [], "reads and dry runs launch nothing");

    let run = at_amazon(&sandbox, &["--only", "ec2", "--allow-launch"]).json(0);
    assert_eq!(scenario(&run, "ec2-run-instances")["raw"]["outcome"], "ok");
    all_ended(&sandbox, 2);
}

#[test]
fn without_a_ledger_on_disk_nothing_is_launched_on_an_amazon_host() {
    let sandbox = sandbox();
    at_amazon(&sandbox, &["--only", "ec2-run-instances", "--allow-launch"])
        .env("COMPARE_LEDGER_DIR", "/dev/null/ledger")
        .run()
        .expect_error(3, &["nothing is launched", "/dev/null/ledger", "COMPARE_LEDGER_DIR"]);
    assert_eq!(sandbox.instance_states(), []);
}

#[test]
fn a_launch_is_ended_even_if_the_scenario_that_ends_it_is_not_run() {
    let sandbox = sandbox();
    let ended = Program::at(&sandbox, "admin", ["run", "--only", "ec2-create-tags"]).run();
    all_named_and_ended(&sandbox, 2, &ended.expect(0));
}

/// Runs the scenarios `only` against `sandbox` through a proxy.
fn run_through(
    sandbox: &Sandbox,
    only: &str,
    answer: impl Fn(Message, &str) -> Option<Message> + Send + Sync + 'static,
) -> Ended {
    let args = ["--format", "json", "--only", only];
    let proxy = proxy(sandbox, answer);
    Program::at(sandbox, "admin", args).env("AWS_ENDPOINT_URL", &proxy).run()
}

fn error(status: &str, code: &str) -> Message {
    let document = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>No.</Message></Error></Errors>\
         <RequestID>00000000-0000-4000-8000-000000000000</RequestID></Response>"
    );
    Message::answer(status, "text/xml;charset=UTF-8", &document)
}

/// A successful response of `action`.
fn success(action: &str, elements: &str) -> Message {
    let document = format!(
        "<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <requestId>00000000-0000-4000-8000-000000000000</requestId>{elements}</{action}Response>"
    );
    Message::answer("200 OK", "text/xml;charset=UTF-8", &document)
}

#[test]
fn what_one_side_launched_is_ended_if_the_other_was_refused() {
    let sandbox = sandbox();
    let only = "ec2-run-instances,ec2-terminate-instances";
    let ended = run_through(&sandbox, only, |request, endpoint| {
        if request.is_launch() && request.side() == Side::Sdk {
            return Some(error("400 Bad Request", "InsufficientInstanceCapacity"));
        }
        Some(forward(endpoint, &request))
    });
    let run = ended.expect(1).json();
    let launch = scenario(&run, "ec2-run-instances");
    assert_eq!(launch["raw"]["outcome"], "ok");
    assert_eq!(launch["sdk"]["failure"]["code"], "InsufficientInstanceCapacity");
    assert_eq!(scenario(&run, "ec2-terminate-instances")["raw"]["outcome"], "failed");
    all_ended(&sandbox, 1);
}

/// The launch happens, but the side does not get the response, and so not the instance's id.
#[test]
fn a_launch_whose_response_is_lost_is_found_by_its_token_and_ended() {
    for (side, name) in [(Side::Raw, "raw"), (Side::Sdk, "sdk")] {
        let sandbox = sandbox();
        let lost = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&lost);
        let ended = run_through(&sandbox, "ec2-run-instances", move |request, endpoint| {
            let answer = forward(endpoint, &request);
            if request.is_launch() && request.side() == side {
                counter.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            Some(answer)
        });
        let ended = ended.expect(1);
        let run = ended.json();
        let launch = &scenario(&run, "ec2-run-instances")[name];
        assert_eq!(launch["outcome"], "failed");
        assert_eq!(launch["requests"], lost.load(Ordering::Relaxed), "each attempt is counted");
        // The SDK retries with the same client token, which launches nothing more.
        all_named_and_ended(&sandbox, 2, &ended);
    }
}

#[test]
fn a_launch_that_succeeds_but_is_answered_with_a_5xx_is_ended() {
    let sandbox = sandbox();
    let ended = run_through(&sandbox, "ec2-run-instances", |request, endpoint| {
        let answer = forward(endpoint, &request);
        let failed = || error("500 Internal Server Error", "InternalError");
        Some(if request.is_launch() { failed() } else { answer })
    });
    let ended = ended.expect(1);
    assert_eq!(scenario(&ended.json(), "ec2-run-instances")["raw"]["outcome"], "refused");
    all_named_and_ended(&sandbox, 2, &ended);
}

#[test]
fn a_refused_retry_does_not_prove_that_nothing_was_launched() {
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
    all_named_and_ended(&sandbox, 2, &ended);
}

#[test]
fn a_launch_that_is_listed_only_after_a_while_is_found_and_ended() {
    let sandbox = sandbox();
    let listings = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&listings);
    let ended = run_through(&sandbox, "ec2-run-instances", move |request, endpoint| {
        let answer = forward(endpoint, &request);
        if request.is_launch() {
            return None;
        }
        if request.calls("DescribeInstances") && counter.fetch_add(1, Ordering::Relaxed) < 6 {
            return Some(success("DescribeInstances", "<reservationSet/>"));
        }
        Some(answer)
    });
    assert!(listings.load(Ordering::Relaxed) > 6, "it keeps asking");
    all_named_and_ended(&sandbox, 2, &ended.expect(1));
}

#[test]
fn a_launch_that_is_never_found_is_named_by_its_client_token() {
    let sandbox = sandbox();
    let (sender, tokens) = mpsc::channel();
    let ended = run_through(&sandbox, "ec2-run-instances", move |request, endpoint| {
        if request.is_launch() {
            sender.send(request.field("ClientToken")).expect("the test listens");
            return Some(error("503 Service Unavailable", "RequestLimitExceeded"));
        }
        Some(forward(endpoint, &request))
    });
    let ended = ended.expect(1);
    for token in tokens.try_iter() {
        ended.warns(&token);
    }
    ended.warns("`compare cleanup --run ");
    assert_eq!(sandbox.instance_states(), []);
}

#[test]
fn a_dry_run_that_launches_fails_on_both_sides_and_is_ended() {
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
        let elements = format!(
            "<reservationId>r-1</reservationId><instancesSet><item><instanceId>{}</instanceId></item>\
             </instancesSet>",
            instances[0].id
        );
        Some(success("RunInstances", &elements))
    });
    let ended = ended.expect(1);
    let run = ended.json();
    let launch = scenario(&run, "ec2-run-instances-dry-run");
    for side in ["raw", "sdk"] {
        assert_eq!(launch[side]["outcome"], "failed", "{side}");
        let display = launch[side]["failure"]["display"].as_str().unwrap();
        assert!(display.contains("carried out") && display.contains("i-"), "{display}");
    }
    all_named_and_ended(&sandbox, 2, &ended);
}

#[test]
fn an_instance_has_ended_only_if_the_service_says_so_of_that_very_instance() {
    let sandbox = sandbox();
    let lies = AtomicUsize::new(0);
    let only = "ec2-run-instances,ec2-terminate-instances";
    let ended = run_through(&sandbox, only, move |request, endpoint| {
        if !request.calls("TerminateInstances") {
            return Some(forward(endpoint, &request));
        }
        let (id, state) = match lies.fetch_add(1, Ordering::Relaxed) {
            0 | 2 => (request.field("InstanceId.1"), "running"),
            1 | 3 => ("i-0123456789abcdef0".to_owned(), "shutting-down"),
            _ => return Some(forward(endpoint, &request)),
        };
        let elements = format!(
            "<instancesSet><item><instanceId>{id}</instanceId>\
             <currentState><code>16</code><name>{state}</name></currentState>\
             <previousState><code>16</code><name>running</name></previousState></item></instancesSet>"
        );
        Some(success("TerminateInstances", &elements))
    });
    all_named_and_ended(&sandbox, 2, &ended);
}

#[test]
fn an_instance_that_cannot_be_ended_is_named_and_the_other_is_still_ended() {
    let sandbox = sandbox();
    let (sender, kept) = mpsc::channel();
    let stubborn = Mutex::new(None);
    let ended = run_through(&sandbox, "ec2-run-instances", move |request, endpoint| {
        if request.calls("TerminateInstances") {
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
    ended.warns(&format!("instance {kept}: "));
    ended.warns("OperationNotPermitted");
    let states = sandbox.instance_states();
    let alive: Vec<_> = states.iter().filter(|(_, state)| state == "running").collect();
    assert_eq!(alive.len(), 1, "{states:?}");
    assert_eq!(alive[0].0, kept);
}

#[test]
fn a_run_that_ends_leaves_no_ledger() {
    let sandbox = sandbox();
    let folder = tempfile::tempdir().expect("a folder for ledgers");
    Program::at(&sandbox, "admin", ["--only", "ec2-terminate-instances"])
        .env("COMPARE_LEDGER_DIR", folder.path().to_str().expect("a path in UTF-8"))
        .run()
        .expect(0);
    assert_eq!(std::fs::read_dir(folder.path()).expect("it was made").count(), 0);
}
