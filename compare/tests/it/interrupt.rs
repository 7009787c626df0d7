//! Signals: whatever was launched is ended before the program is.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use sandbox::{Options, Sandbox};

use crate::{
    launch::all_ended,
    program::Program,
    server::{forward, serve},
};

/// Runs against a sandbox whose instances take ten minutes to boot, sends `signal` once `launched`
/// of them are pending, and expects `code` and nothing left.
#[track_caller]
fn interrupted(signal: &str, launched: usize, code: i32) {
    let options = Options { boot_time: Duration::from_mins(10), ..Options::default() };
    let sandbox = Sandbox::start(options).expect("a sandbox");
    let words = ["run", "--format", "json", "--endpoint-url", sandbox.endpoint(), "--only", "ec2"];
    let mut running = Program::at(&sandbox, "admin", words).start();
    let deadline = Instant::now() + Duration::from_secs(20);
    while sandbox.instance_states().len() < launched {
        assert!(Instant::now() < deadline, "nothing was launched");
        assert!(running.child().try_wait().expect("a child").is_none(), "it ended by itself");
        thread::sleep(Duration::from_millis(1));
    }
    running.signal(signal);

    let ended = running.wait().expect(code);
    assert_eq!(ended.stdout, "", "there is no result");
    assert!(ended.stderr.contains(&format!("SIG{signal}")), "{}", ended.stderr);
    let states = sandbox.instance_states();
    assert!(states.len() >= launched);
    for (id, _) in &states {
        assert!(ended.stderr.contains(id.as_str()), "{id} is not in: {}", ended.stderr);
    }
    all_ended(&sandbox, states.len());
}

#[test]
fn sigint_between_two_launches_ends_what_was_launched() {
    interrupted("INT", 1, 130);
}

#[test]
fn sigint_while_both_instances_are_pending_ends_both() {
    interrupted("INT", 2, 130);
}

#[test]
fn sigterm_ends_what_was_launched() {
    interrupted("TERM", 2, 143);
}

#[test]
fn sighup_of_a_closed_terminal_ends_what_was_launched() {
    interrupted("HUP", 2, 129);
}

#[test]
fn a_second_signal_ends_at_once_and_names_what_is_left() {
    let options = Options { boot_time: Duration::from_mins(10), ..Options::default() };
    let sandbox = Sandbox::start(options).expect("a sandbox");
    let endpoint = sandbox.endpoint().to_owned();
    let (sender, ending) = mpsc::channel();
    let proxy = serve(move |request| {
        if request.text().contains("Action=TerminateInstances") {
            // The test may have ended by then.
            let _ = sender.send(());
            thread::sleep(Duration::from_secs(30));
        }
        Some(forward(&endpoint, &request))
    });
    let program = Program::at(&sandbox, "admin", ["run", "--only", "ec2"]);
    let running = program.env("AWS_ENDPOINT_URL", &proxy).start();
    let deadline = Instant::now() + Duration::from_secs(20);
    while sandbox.instance_states().len() < 2 {
        assert!(Instant::now() < deadline, "nothing was launched");
        thread::sleep(Duration::from_millis(1));
    }
    running.signal("INT");
    ending.recv_timeout(Duration::from_secs(20)).expect("it cleans up");
    running.signal("HUP");
    running.signal("INT");
    let ended = running.wait().expect(130);
    let left = sandbox.instance_states();
    assert_eq!(left.len(), 2, "{left:?}");
    for (id, _) in &left {
        assert!(ended.stderr.contains(&format!("instance {id}")), "{}", ended.stderr);
    }
    assert!(ended.stderr.contains("`compare cleanup --run "), "{}", ended.stderr);
}

#[test]
fn a_signal_before_any_launch_ends_the_run_at_once() {
    let (sender, asked) = mpsc::channel();
    let silent = serve(move |_| {
        // The test may have ended by then.
        let _ = sender.send(());
        thread::sleep(Duration::from_secs(30));
        None
    });
    let sandbox = Sandbox::start(Options::default()).expect("a sandbox");
    let running = Program::at(&sandbox, "admin", ["run", "--endpoint-url", &silent]).start();
    asked.recv_timeout(Duration::from_secs(20)).expect("a first call");
    let signalled = Instant::now();
    running.signal("INT");
    let ended = running.wait().expect(130);
    assert!(signalled.elapsed() < Duration::from_secs(5), "{:?}", signalled.elapsed());
    assert!(!ended.stderr.contains("terminated"), "{}", ended.stderr);
}
