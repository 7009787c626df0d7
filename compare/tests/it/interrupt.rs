//! Signals: the program terminates what it launched before it ends.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    cleanup::slow_sandbox,
    launch::{all_named_and_ended, wait_for_launches},
    program::Program,
    server::{forward, proxy, sandbox, serve},
};

/// Sends `signal` to a run once `launched` of its instances are pending. Expects exit `code`, no result,
/// and every instance ended.
#[track_caller]
fn interrupted(signal: &str, launched: usize, code: i32) {
    let sandbox = slow_sandbox();
    let args = ["run", "--format", "json", "--only", "ec2"];
    let running = Program::at(&sandbox, "admin", args).start();
    wait_for_launches(&sandbox, launched);
    running.signal(signal);

    let ended = running.wait().expect(code);
    assert_eq!(ended.stdout, "", "there is no result");
    ended.warns(&format!("SIG{signal}"));
    let count = sandbox.instance_states().len();
    assert!(count >= launched);
    all_named_and_ended(&sandbox, count, &ended);
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
    let sandbox = slow_sandbox();
    let (sender, ending) = mpsc::channel();
    let proxy = proxy(&sandbox, move |request, endpoint| {
        if request.calls("TerminateInstances") {
            // Fails if the test has ended.
            let _ = sender.send(());
            thread::sleep(Duration::from_secs(30));
        }
        Some(forward(endpoint, &request))
    });
    let program = Program::at(&sandbox, "admin", ["run", "--only", "ec2"]);
    let running = program.env("AWS_ENDPOINT_URL", &proxy).start();
    wait_for_launches(&sandbox, 2);
    running.signal("INT");
    ending.recv_timeout(Duration::from_secs(20)).expect("it cleans up");
    running.signal("HUP");
    running.signal("INT");
    let ended = running.wait().expect(130);
    let left = sandbox.instance_states();
    assert_eq!(left.len(), 2, "{left:?}");
    for (id, _) in &left {
        ended.warns(&format!("instance {id}"));
    }
    ended.warns("`compare cleanup --run ");
}

#[test]
fn a_signal_before_any_launch_ends_the_run_at_once() {
    let (sender, called) = mpsc::channel();
    let silent = serve(move |_| {
        // Fails if the test has ended.
        let _ = sender.send(());
        thread::sleep(Duration::from_secs(30));
        None
    });
    let running = Program::at(&sandbox(), "admin", ["run", "--endpoint-url", &silent]).start();
    called.recv_timeout(Duration::from_secs(20)).expect("a first call");
    let signalled = Instant::now();
    running.signal("INT");
    let ended = running.wait().expect(130);
    assert!(signalled.elapsed() < Duration::from_secs(5), "{:?}", signalled.elapsed());
    assert!(!ended.stderr.contains("terminated"), "{}", ended.stderr);
}
