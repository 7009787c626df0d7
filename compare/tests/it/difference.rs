//! One side wrong on purpose, by a proxy between it and the endpoint: the run shows exactly that.

use sandbox::Sandbox;
use serde_json::{Value, json};

use crate::{
    program::Program,
    run::scenario,
    schema,
    server::{Message, Side, forward, serve},
};

fn sandbox() -> Sandbox {
    Sandbox::start(sandbox::Options::default()).expect("a sandbox")
}

/// The endpoint of a proxy before `sandbox` that changes the requests and answers of one side.
fn proxy(
    sandbox: &Sandbox,
    wrong: Side,
    request: fn(Message) -> Message,
    answer: fn(Message) -> Message,
) -> String {
    let endpoint = sandbox.endpoint().to_owned();
    serve(move |message| {
        Some(if message.side() == wrong {
            answer(forward(&endpoint, &request(message)))
        } else {
            forward(&endpoint, &message)
        })
    })
}

fn unchanged(message: Message) -> Message {
    message
}

/// Without the element of the listing that has this key.
fn without_greeting(answer: Message) -> Message {
    let text = answer.text();
    let Some(key) = text.find("<Key>greeting.txt</Key>") else { return answer };
    let begin = text[..key].rfind("<Contents>").expect("a key is in its element");
    let end = key + text[key..].find("</Contents>").expect("the element ends") + 11;
    let body = format!("{}{}", &text[..begin], &text[end..]);
    // An honest count, so that the document is a good one of a smaller bucket.
    answer.with_body(body.replace("<KeyCount>3</KeyCount>", "<KeyCount>2</KeyCount>"))
}

/// With the lowest bit of the signature's last digit the other way round.
fn with_a_bit_off(request: Message) -> Message {
    const FIELD: &str = "Signature=";
    let Some(field) = request.head.find(FIELD) else { return request };
    let last = field + FIELD.len() + 63;
    let digit =
        u8::from_str_radix(&request.head[last..=last], 16).expect("a digit of the signature");
    let mut head = request.head.clone();
    head.replace_range(last..=last, &format!("{:x}", digit ^ 1));
    Message { head, ..request }
}

/// What `compare run` says of the bucket `notes` with `endpoint` for its endpoint.
fn listing(sandbox: &Sandbox, endpoint: &str, format: &str) -> crate::program::Ended {
    let words = ["--only", "s3-list-objects", "--bucket", "notes", "--format", format];
    Program::at(sandbox, "admin", words).env("AWS_ENDPOINT_URL", endpoint).run().expect(1)
}

fn is_greeting(value: &Value) -> bool {
    value["key"] == "greeting.txt" && value["size"].is_u64() && value["etag"].is_string()
}

#[test]
fn a_key_that_the_sdk_is_not_told_of_is_the_one_difference() {
    let sandbox = sandbox();
    let proxy = proxy(&sandbox, Side::Sdk, unchanged, without_greeting);
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
fn a_key_that_raw_is_not_told_of_is_the_one_difference() {
    let sandbox = sandbox();
    let proxy = proxy(&sandbox, Side::Raw, unchanged, without_greeting);
    let run = listing(&sandbox, &proxy, "json").json();
    let differences = scenario(&run, "s3-list-objects")["differences"].as_array().unwrap().clone();
    assert_eq!(differences.len(), 1, "{differences:#?}");
    assert_eq!(differences[0]["path"], "/objects/1");
    assert_eq!(differences[0]["raw"], Value::Null);
    assert!(is_greeting(&differences[0]["sdk"]), "{}", differences[0]);
}

#[test]
fn text_and_markdown_show_path_and_values_of_a_difference() {
    let sandbox = sandbox();
    let proxy = proxy(&sandbox, Side::Sdk, unchanged, without_greeting);
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
    fn without_one_part(answer: Message) -> Message {
        let text = answer.text();
        let Some(key) = text.find("<Key>data/2023/01/part-0007.csv</Key>") else { return answer };
        let begin = text[..key].rfind("<Contents>").expect("a key is in its element");
        let end = key + text[key..].find("</Contents>").expect("the element ends") + 11;
        let body = format!("{}{}", &text[..begin], &text[end..]);
        answer.with_body(body.replace("<KeyCount>1000</KeyCount>", "<KeyCount>999</KeyCount>"))
    }
    let sandbox = sandbox();
    let proxy = proxy(&sandbox, Side::Sdk, unchanged, without_one_part);
    let words = ["--only", "s3-list-objects-paged", "--format", "json"];
    let ended = Program::at(&sandbox, "admin", words).env("AWS_ENDPOINT_URL", &proxy).run();
    let run = ended.expect(1).json();
    for name in ["s3-list-objects", "s3-list-objects-paged"] {
        let differences = scenario(&run, name)["differences"].as_array().unwrap();
        assert_eq!(differences.len(), 1, "{name}: {} differences", differences.len());
        assert_eq!(differences[0]["raw"]["key"], "data/2023/01/part-0007.csv");
        assert_eq!(differences[0]["sdk"], Value::Null);
    }
}

/// One bit off on one side: that side is refused, and that is the difference.
#[track_caller]
fn one_bit_off(wrong: Side, only: &str, code: &str) {
    let sandbox = sandbox();
    let proxy = proxy(&sandbox, wrong, with_a_bit_off, unchanged);
    let words = ["--only", only, "--format", "json"];
    let ended = Program::at(&sandbox, "admin", words).env("AWS_ENDPOINT_URL", &proxy).run();
    let run = ended.expect(1).json();
    schema::holds("run", &run);
    let scenario = scenario(&run, only);
    let (raw, sdk, failed) = match wrong {
        Side::Raw => ("refused", "ok", "raw"),
        Side::Sdk => ("ok", "refused", "sdk"),
    };
    let expected = json!([{"path": "/outcome", "raw": raw, "sdk": sdk}]);
    assert_eq!(scenario["differences"], expected);
    assert_eq!(scenario[failed]["failure"]["code"], code);
    assert_eq!(run["agree"], false);
}

#[test]
fn one_bit_off_in_a_signature_of_raws_is_refused_by_s3() {
    one_bit_off(Side::Raw, "s3-list-buckets", "SignatureDoesNotMatch");
}

#[test]
fn one_bit_off_in_a_signature_of_the_sdks_is_refused_by_s3() {
    one_bit_off(Side::Sdk, "s3-list-buckets", "SignatureDoesNotMatch");
}

#[test]
fn one_bit_off_in_a_signature_is_refused_by_ec2_on_either_side() {
    one_bit_off(Side::Raw, "ec2-describe-images", "AuthFailure");
    one_bit_off(Side::Sdk, "ec2-describe-images", "AuthFailure");
}

#[test]
fn the_same_wrong_on_both_sides_is_no_difference_and_no_success() {
    let sandbox = sandbox();
    let endpoint = sandbox.endpoint().to_owned();
    let proxy = serve(move |request| Some(forward(&endpoint, &with_a_bit_off(request))));
    let words = ["--only", "s3-list-buckets", "--format", "json"];
    let ended = Program::at(&sandbox, "admin", words).env("AWS_ENDPOINT_URL", &proxy).run();
    let run = ended.expect(1).json();
    let buckets = scenario(&run, "s3-list-buckets");
    assert_eq!(buckets["same"], true);
    assert_eq!(buckets["differences"], json!([]));
    assert_eq!(run["agree"], false);
    for side in ["raw", "sdk"] {
        assert_eq!(buckets[side]["failure"]["code"], "SignatureDoesNotMatch");
    }
}
