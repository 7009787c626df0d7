//! A proxy makes one side wrong on purpose, and the run shows exactly that difference.

use sandbox::Sandbox;
use serde_json::{Value, json};

use crate::{
    program::Program,
    run::scenario,
    schema,
    server::{self, Message, Side, forward, sandbox},
};

/// A proxy that removes `key` from the listings that one side gets.
fn without_key(sandbox: &Sandbox, wrong: Side, key: &'static str) -> String {
    server::proxy(sandbox, move |request, endpoint| {
        let answer = forward(endpoint, &request);
        Some(if request.side() == wrong { remove(answer, key) } else { answer })
    })
}

fn remove(answer: Message, key: &str) -> Message {
    let text = answer.text();
    let Some(at) = text.find(&format!("<Key>{key}</Key>")) else { return answer };
    let begin = text[..at].rfind("<Contents>").expect("a key is in its element");
    let end = at + text[at..].find("</Contents>").expect("the element ends") + "</Contents>".len();
    let count = |count: usize| format!("<KeyCount>{count}</KeyCount>");
    let text = format!("{}{}", &text[..begin], &text[end..]);
    // With a correct count the document is that of a smaller bucket.
    let keys = text.matches("<Contents>").count();
    answer.with_body(text.replace(&count(keys + 1), &count(keys)))
}

/// Flips the lowest bit of the signature.
fn with_a_bit_flipped(request: Message) -> Message {
    const FIELD: &str = "Signature=";
    let Some(field) = request.head.find(FIELD) else { return request };
    let last = field + FIELD.len() + 63;
    let digit =
        u8::from_str_radix(&request.head[last..=last], 16).expect("a digit of the signature");
    let mut head = request.head.clone();
    head.replace_range(last..=last, &format!("{:x}", digit ^ 1));
    Message { head, ..request }
}

/// Lists the bucket `notes` at `endpoint`.
fn listing(sandbox: &Sandbox, endpoint: &str, format: &str) -> crate::program::Ended {
    let args = ["--only", "s3-list-objects", "--bucket", "notes", "--format", format];
    Program::at(sandbox, "admin", args).env("AWS_ENDPOINT_URL", endpoint).run().expect(1)
}

fn is_greeting(value: &Value) -> bool {
    value["key"] == "greeting.txt" && value["size"].is_u64() && value["etag"].is_string()
}

#[test]
fn a_key_that_only_the_sdk_does_not_get_is_the_one_difference() {
    let sandbox = sandbox();
    let proxy = without_key(&sandbox, Side::Sdk, "greeting.txt");
    let run = listing(&sandbox, &proxy, "json").json();
    schema::holds("run", &run);
    assert_eq!(run["agree"], false);
    let listing = scenario(&run, "s3-list-objects");
    assert_eq!(listing["same"], false);
    let differences = listing["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 1, "{differences:#?}");
    assert_eq!(differences[0]["path"], "/objects/1");
    assert!(is_greeting(&differences[0]["raw"]), "{}", differences[0]);
    assert_eq!(differences[0]["sdk"], Value::Null);
}

#[test]
fn a_key_that_only_raw_does_not_get_is_the_one_difference() {
    let sandbox = sandbox();
    let proxy = without_key(&sandbox, Side::Raw, "greeting.txt");
    let run = listing(&sandbox, &proxy, "json").json();
    let differences = scenario(&run, "s3-list-objects")["differences"].as_array().unwrap().clone();
    assert_eq!(differences.len(), 1, "{differences:#?}");
    assert_eq!(differences[0]["path"], "/objects/1");
    assert_eq!(differences[0]["raw"], Value::Null);
    assert!(is_greeting(&differences[0]["sdk"]), "{}", differences[0]);
}

#[test]
fn text_and_markdown_show_the_path_and_the_values_of_a_difference() {
    let sandbox = sandbox();
    let proxy = without_key(&sandbox, Side::Sdk, "greeting.txt");
    let text = listing(&sandbox, &proxy, "text").stdout;
    let markdown = listing(&sandbox, &proxy, "markdown").stdout;
    for shown in [text, markdown] {
        assert!(shown.contains("differs"), "{shown}");
        assert!(shown.contains("/objects/1"), "{shown}");
        assert!(shown.contains(r#"{"key":"greeting.txt""#), "{shown}");
        assert!(shown.contains("differing: 1, unexpected: 0"), "{shown}");
    }
}

#[test]
fn a_key_missing_from_2500_is_one_difference_in_every_listing_that_should_have_it() {
    let sandbox = sandbox();
    let proxy = without_key(&sandbox, Side::Sdk, "data/2023/01/part-0007.csv");
    let args = ["--only", "s3-list-objects-paged", "--format", "json"];
    let run = Program::at(&sandbox, "admin", args).env("AWS_ENDPOINT_URL", &proxy).json(1);
    for name in ["s3-list-objects", "s3-list-objects-paged"] {
        let differences = scenario(&run, name)["differences"].as_array().unwrap();
        assert_eq!(differences.len(), 1, "{name}: {} differences", differences.len());
        assert_eq!(differences[0]["raw"]["key"], "data/2023/01/part-0007.csv");
        assert_eq!(differences[0]["sdk"], Value::Null);
    }
}

/// Flips a bit in the signature of one side. That side is refused, and that is the difference.
#[track_caller]
fn refused_with_a_bit_flipped(wrong: Side, only: &str, code: &str) {
    let sandbox = sandbox();
    let proxy = server::proxy(&sandbox, move |request, endpoint| {
        let is_wrong = request.side() == wrong;
        let request = if is_wrong { with_a_bit_flipped(request) } else { request };
        Some(forward(endpoint, &request))
    });
    let args = ["--only", only, "--format", "json"];
    let run = Program::at(&sandbox, "admin", args).env("AWS_ENDPOINT_URL", &proxy).json(1);
    schema::holds("run", &run);
    let scenario = scenario(&run, only);
    let (raw, sdk, refused) = match wrong {
        Side::Raw => ("refused", "ok", "raw"),
        Side::Sdk => ("ok", "refused", "sdk"),
    };
    let expected = json!([{"path": "/outcome", "raw": raw, "sdk": sdk}]);
    assert_eq!(scenario["differences"], expected);
    assert_eq!(scenario[refused]["failure"]["code"], code);
    assert_eq!(run["agree"], false);
}

#[test]
fn a_signature_with_one_bit_flipped_is_refused_on_that_side_only() {
    for wrong in [Side::Raw, Side::Sdk] {
        refused_with_a_bit_flipped(wrong, "s3-list-buckets", "SignatureDoesNotMatch");
        refused_with_a_bit_flipped(wrong, "ec2-describe-images", "AuthFailure");
    }
}

#[test]
fn the_same_error_on_both_sides_is_no_difference_but_not_a_success() {
    let sandbox = sandbox();
    let proxy = server::proxy(&sandbox, |request, endpoint| {
        Some(forward(endpoint, &with_a_bit_flipped(request)))
    });
    let args = ["--only", "s3-list-buckets", "--format", "json"];
    let run = Program::at(&sandbox, "admin", args).env("AWS_ENDPOINT_URL", &proxy).json(1);
    let buckets = scenario(&run, "s3-list-buckets");
    assert_eq!(buckets["same"], true);
    assert_eq!(buckets["differences"], json!([]));
    assert_eq!(run["agree"], false);
    for side in ["raw", "sdk"] {
        assert_eq!(buckets[side]["failure"]["code"], "SignatureDoesNotMatch");
    }
}
