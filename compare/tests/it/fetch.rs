//! The object behind a presigned URL, fetched from a server that answers otherwise than S3 would.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use sandbox::Sandbox;
use serde_json::Value;

use crate::{
    program::Program,
    run::scenario,
    server::{Message, forward, serve},
};

/// The scenario against a proxy before a sandbox that answers presigned URLs with `object`.
fn fetched(words: &[&str], object: impl Fn() -> Message + Send + Sync + 'static) -> Value {
    let sandbox = Sandbox::start(sandbox::Options::default()).expect("a sandbox");
    let endpoint = sandbox.endpoint().to_owned();
    let proxy = serve(move |request| {
        let is_presigned = request.head.contains("X-Amz-Signature=");
        Some(if is_presigned { object() } else { forward(&endpoint, &request) })
    });
    let all = ["run", "--only", "s3-presigned-get", "--bucket", "notes", "--key", "greeting.txt"];
    let words = all.iter().chain(&["--format", "json"]).chain(words);
    let run = Program::at(&sandbox, "admin", words).env("AWS_ENDPOINT_URL", &proxy).run();
    scenario(&run.expect(1).json(), "s3-presigned-get").clone()
}

#[test]
fn a_presigned_url_goes_to_no_host_that_it_was_not_signed_for() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let stranger = serve(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Some(Message::answer("200 OK", "text/plain", "not the object"))
    });
    let found = fetched(&[], move || {
        let moved = Message::answer("302 Found", "text/plain", "");
        let location = format!("content-length: 0\r\nlocation: {stranger}/\r\n");
        Message { head: moved.head.replace("content-length: 0\r\n", &location), ..moved }
    });
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    for side in ["raw", "sdk"] {
        assert_eq!(found[side]["outcome"], "failed", "{found:#}");
        let failure = &found[side]["failure"];
        assert_eq!(failure["status"], 302);
        assert!(failure["display"].as_str().unwrap().contains("not followed"), "{failure}");
    }
}

#[test]
fn an_object_is_read_up_to_the_limit_and_no_further() {
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
fn an_answer_without_the_object_is_no_object() {
    let found = fetched(&[], || Message::answer("204 No Content", "text/plain", ""));
    for side in ["raw", "sdk"] {
        assert_eq!(found[side]["outcome"], "failed", "{found:#}");
        assert_eq!(found[side]["failure"]["status"], 204);
    }
}
