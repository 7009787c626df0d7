//! `verify --jsonl`: the verdict on signed requests, and on requests that were changed after signing.

use serde_json::{Value, json};

use crate::{
    program::Program,
    sign_jsonl::{answer, answers, job, signed, unsigned},
};

/// A request that raw signed, with the signature in a header or in the query.
fn good(location: &str) -> Value {
    let mut job = job(1);
    job["location"] = json!(location);
    signed(&job, &answer("sign", &job))
}

fn verdict(line: &Value) -> Value {
    answer("verify", line)
}

#[test]
fn a_correct_signature_is_accepted_and_the_servers_steps_are_shown() {
    for location in ["header", "query"] {
        let line = good(location);
        let verdict = verdict(&line);
        assert_eq!(verdict["verdict"], "accepted", "{verdict:#}");
        assert_eq!(verdict["code"], Value::Null);
        assert!(verdict["canonical_request"].as_str().unwrap().starts_with("GET\n/\n"));
        assert!(verdict["string_to_sign"].as_str().unwrap().starts_with("AWS4-HMAC-SHA256\n"));
    }
}

#[test]
fn a_change_to_anything_signed_is_refused() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 6] = [
        ("the method", |line| line["method"] = json!("PUT")),
        ("a parameter", |line| replace(&mut line["url"], "a=1", "a=2")),
        ("the path", |line| replace(&mut line["url"], "com/", "com/x")),
        ("a header", |line| line["headers"][1][1] = json!("w")),
        ("the body", |line| line["body_base64"] = json!("eA==")),
        ("the secret", |line| line["secret_access_key"] = json!("another")),
    ];
    for location in ["header", "query"] {
        let good = good(location);
        for (what, change) in changes {
            let mut bad = good.clone();
            change(&mut bad);
            assert_ne!(bad, good, "{what} was not changed");
            let verdict = verdict(&bad);
            assert_eq!(verdict["verdict"], "refused", "{what}, {location}: {verdict:#}");
            assert_eq!(verdict["code"], "SignatureDoesNotMatch", "{what}, {location}");
        }
    }
}

fn replace(value: &mut Value, old: &str, new: &str) {
    *value = json!(value.as_str().expect("text").replace(old, new));
}

#[test]
fn a_signature_with_any_bit_flipped_is_refused() {
    let line = good("header");
    let mut changed = Vec::new();
    for digit in 0..64 {
        for bit in 0..4 {
            let mut line = line.clone();
            let headers = line["headers"].as_array_mut().expect("headers");
            let authorization = headers.iter_mut().find(|header| header[0] == "authorization");
            let value = &mut authorization.expect("a signature")[1];
            let mut text = value.as_str().expect("text").to_owned();
            let at = text.len() - 64 + digit;
            let old = u8::from_str_radix(&text[at..=at], 16).expect("a digit");
            text.replace_range(at..=at, &format!("{:x}", old ^ (1 << bit)));
            *value = json!(text);
            changed.push(line);
        }
    }
    for verdict in answers("verify", &changed) {
        assert_eq!(verdict["verdict"], "refused", "{verdict:#}");
    }
}

#[test]
fn a_signature_is_valid_for_15_minutes_and_a_url_for_the_time_it_states() {
    let at = |location: &str, now: &str| {
        let mut line = good(location);
        line["now"] = json!(now);
        verdict(&line)["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(at("header", "20150830T125000Z"), "accepted");
    assert_eq!(at("header", "20150830T125200Z"), "refused");
    assert_eq!(at("header", "20150830T122000Z"), "refused");
    assert_eq!(at("query", "20150830T133500Z"), "accepted");
    assert_eq!(at("query", "20150830T133700Z"), "refused");
}

#[test]
fn the_scope_must_name_the_service_and_the_region() {
    for field in ["service", "region"] {
        let mut line = good("header");
        line[field] = json!("another");
        let verdict = verdict(&line);
        assert_eq!(verdict["verdict"], "refused", "{field}");
        assert!(verdict["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
}

#[test]
fn a_request_without_a_signature_is_refused() {
    let verdict = verdict(&unsigned(&job(1)));
    assert_eq!(verdict["verdict"], "refused");
    assert!(verdict["code"].is_string());
}

#[test]
fn the_word_x_amz_signature_in_a_fragment_does_not_make_a_presigned_url() {
    let mut job = job(1);
    job["service"] = json!("s3");
    job["body_base64"] = json!("aGVsbG8=");
    let mut line = signed(&job, &answer("sign", &job));
    // A fragment is not sent. Without the header, the hash is that of the body.
    line["url"] = json!(format!("{}#X-Amz-Signature=", line["url"].as_str().unwrap()));
    assert_eq!(verdict(&line)["verdict"], "accepted");
    let headers = line["headers"].as_array_mut().unwrap();
    headers.retain(|header| header[0] != "x-amz-content-sha256");
    let verdict = verdict(&line);
    let canonical = verdict["canonical_request"].as_str().unwrap();
    assert!(!canonical.ends_with("UNSIGNED-PAYLOAD"), "{canonical}");
}

#[test]
fn bad_lines_are_refused_in_order_and_the_next_is_read() {
    let good = good("header");
    let with = |field: &str, value: Value| {
        let mut line = good.clone();
        line[field] = value;
        line.to_string()
    };
    let bad = [
        ("{".to_owned(), Value::Null),
        ("{\"id\": \"five\"}".to_owned(), json!("five")),
        (with("now", json!("now")), json!(1)),
        (with("body_base64", json!("=")), json!(1)),
        (with("payload", json!("some")), json!(1)),
        (with("headers", json!([["one"]])), json!(1)),
        (with("body", json!("hello")), json!(1)),
        (with("token", json!("token")), json!(1)),
    ];
    let good = good.to_string();
    let lines: Vec<_> = bad.iter().flat_map(|(line, _)| [line.as_str(), &good]).collect();
    let input = lines.join("\n");
    let ended = Program::new(["verify", "--jsonl"]).input(input).run().expect(0);
    let verdicts = ended.json_lines();
    assert_eq!(verdicts.len(), 2 * bad.len());
    for (pair, (line, id)) in verdicts.chunks(2).zip(&bad) {
        assert_eq!(pair[0]["id"], *id, "{line}");
        assert_eq!(pair[0]["verdict"], "refused", "{line}");
        assert_eq!(pair[0]["code"], "InvalidRequest", "{line}");
        assert_eq!(pair[1]["verdict"], "accepted");
    }
}
