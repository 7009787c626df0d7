//! Signals: whatever was launched is ended before the program is.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use sandbox::{Options, Sandbox};

use crate::{launch::all_ended, program::Program, server::serve};

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
