//! Fetching a presigned URL from a server that does not answer as S3 would.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::Value;

use crate::{
    program::Program,
    run::scenario,
    server::{Message, forward, proxy, sandbox, serve},
};

/// Plays the scenario at a proxy that answers presigned URLs with `object`.
fn fetched(args: &[&str], object: impl Fn() -> Message + Send + Sync + 'static) -> Value {
    let sandbox = sandbox();
    let proxy = proxy(&sandbox, move |request, endpoint| {
        let is_presigned = request.head.contains("X-Amz-Signature=");
        Some(if is_presigned { object() } else { forward(endpoint, &request) })
    });
    let all = ["run", "--only", "s3-presigned-get", "--bucket", "notes", "--key", "greeting.txt"];
    let args = all.iter().chain(&["--format", "json"]).chain(args);
    let run = Program::at(&sandbox, "admin", args).env("AWS_ENDPOINT_URL", &proxy).json(1);
    scenario(&run, "s3-presigned-get").clone()
}

#[test]
fn a_redirect_of_a_presigned_url_is_not_followed() {
    let called = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&called);
    let stranger = serve(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        Some(Message::answer("200 OK", "text/plain", "not the object"))
    });
    let found = fetched(&[], move || {
        let moved = Message::answer("302 Found", "text/plain", "");
        let location = format!("content-length: 0\r\nlocation: {stranger}/\r\n");
        Message { head: moved.head.replace("content-length: 0\r\n", &location), ..moved }
    });
    assert_eq!(called.load(Ordering::SeqCst), 0);
    for side in ["raw", "sdk"] {
        assert_eq!(found[side]["outcome"], "failed", "{found:#}");
        let failure = &found[side]["failure"];
        assert_eq!(failure["status"], 302);
        assert!(failure["display"].as_str().unwrap().contains("not followed"), "{failure}");
    }
}

#[test]
fn an_object_is_read_only_up_to_the_limit() {
    let found = fetched(&["--max-bytes", "1000000"], || {
        Message::answer("200 OK", "text/plain", &"x".repeat(5_000_000))
    });
    for side in ["raw", "sdk"] {
        assert_eq!(found[side]["outcome"], "failed", "{found:#}");
        let display = found[side]["failure"]["display"].as_str().unwrap();
        assert!(display.contains("longer than the limit of 1000000 bytes"), "{display}");
    }
}

#[test]
fn a_success_without_the_object_is_a_failure() {
    let found = fetched(&[], || Message::answer("204 No Content", "text/plain", ""));
    for side in ["raw", "sdk"] {
        assert_eq!(found[side]["outcome"], "failed", "{found:#}");
        assert_eq!(found[side]["failure"]["status"], 204);
    }
}
