//! `compare errors`: the whole catalogue, checked against the recorded facts.

use std::{collections::HashSet, sync::LazyLock};

use findings::errors::ErrorResults;
use measure::errors::catalogue::{self, Case};
use serde::Deserialize as _;
use serde_json::Value;

use crate::{
    program::{Ended, Program},
    schema::holds,
};

/// The whole catalogue, played once for all tests, because the SDK's retries take time.
static WHOLE: LazyLock<Value> =
    LazyLock::new(|| Program::new(["errors", "--format", "json"]).run().expect(0).json());

fn cases() -> impl Iterator<Item = (&'static Case, &'static Value)> {
    let found = WHOLE["cases"].as_array().expect("cases");
    assert_eq!(found.len(), catalogue::all().count());
    catalogue::all().zip(found)
}

fn case(id: &str) -> &'static Value {
    let (_, found) = cases().find(|(case, _)| case.id == id).expect("a case");
    found
}

fn errors(args: &[&str]) -> Ended {
    Program::new(["errors"].iter().chain(args)).run()
}

#[test]
fn every_case_is_played_and_fits_the_schema() {
    holds("errors", &WHOLE);
    assert!(cases().count() >= 50);
    let mut ids = HashSet::new();
    for (case, found) in cases() {
        assert_eq!(found["id"], case.id);
        assert!(ids.insert(case.id), "{} is there twice", case.id);
        assert_eq!(found["problem"], Value::Null, "{}", case.id);
    }
    for cause in ["mistake", "fault", "permission", "resource"] {
        assert!(cases().any(|(_, found)| found["cause"] == cause), "{cause}");
    }
}

#[test]
fn a_panic_of_the_sdk_is_reported_as_its_error() {
    let found = case("s3-access-key-id-with-line-break");
    assert_eq!(found["wire"]["status"], Value::Null, "neither side sends anything");
    assert_eq!(found["sdk"]["outcome"], "failed");
    let text = |side: &str, field: &str| found[side][field].as_str().expect("text").to_owned();
    assert!(text("sdk", "display").starts_with("the SDK panicked: "), "{found}");
    assert!(text("sdk", "error_context").contains(" at aws-runtime-"), "{found}");
    assert_eq!(found["raw"]["outcome"], "failed");
    assert!(text("raw", "display").contains("access key id"), "{found}");
}

#[test]
fn facts_only_in_debug_output_are_distinguished_from_lost_facts() {
    let results = ErrorResults::deserialize(&*WHOLE).expect("the result type of `errors`");
    let mut only_in_a_dump = 0;
    for case in results.cases.iter().filter(|case| case.is_comparable()) {
        let sdk = &case.sdk;
        let debug = &sdk.kept_by.debug;
        assert!(sdk.only_in_debug().all(|name| debug.iter().any(|held| held == name)));
        assert!(sdk.found_nowhere().all(|name| debug.iter().all(|held| held != name)));
        assert_eq!(sdk.only_in_debug().count() + sdk.found_nowhere().count(), sdk.lost.len());
        only_in_a_dump += sdk.only_in_debug().count();
    }
    assert!(only_in_a_dump > 0);
    let text = render::errors::markdown::kept_and_remarkable(&results);
    assert!(text.contains(&format!("Only in the SDK's `{{:?}}` ({only_in_a_dump})")), "{text}");
    assert!(text.contains("Nowhere in the SDK's error, not even in `{:?}` ("), "{text}");
}

#[test]
fn an_endless_body_stops_at_raws_limit_and_at_the_sdks_time_out() {
    let found = case("s3-endless-body");
    let error = |side: &str| found[side]["error_context"].as_str().expect("text");
    assert_eq!(
        (&found["raw"]["outcome"], &found["sdk"]["outcome"]),
        (&"failed".into(), &"failed".into())
    );
    assert!(error("raw").contains("more than the 4000000 bytes"), "{found:#}");
    assert!(error("sdk").contains("timeout"), "{found:#}");
}

/// Reads what the endpoint recorded; neither client takes part.
#[test]
fn each_response_has_the_status_shape_and_message_of_its_fact() {
    let mut held = 0;
    for (case, found) in cases() {
        let Some(fact) = case.fact().filter(|fact| fact.is_verified()) else { continue };
        let (wire, id) = (&found["wire"], case.id);
        let body = wire["body"].as_str().expect("a body");
        assert_eq!(wire["status"].as_u64(), fact.status.map(u64::from), "{id}");
        let (expected, shown) = (shape(fact.body.as_deref().expect("an example")), shape(body));
        if wire["cut"] == true {
            assert!(shown.len() > 3 && expected.starts_with(&shown), "{id}: {shown:?}");
        } else {
            assert_eq!(shown, expected, "{id}");
        }
        let facts = found["facts"].as_array().expect("facts");
        let value = |name: &str| facts.iter().find(|it| it["name"] == name).map(|it| &it["value"]);
        assert_eq!(value("code").and_then(Value::as_str), fact.code.as_deref(), "{id}");
        let message = value("message").and_then(Value::as_str).expect("a message");
        let pattern = fact.message.as_deref().expect("a message");
        assert!(fits(message, pattern.trim()), "{id}: {message:?} against {pattern:?}");
        held += 1;
    }
    assert!(held >= 50, "{held}");
}

/// The tags of an XML document or the keys of a JSON object, in order.
fn shape(body: &str) -> Vec<String> {
    if let Ok(Value::Object(members)) = serde_json::from_str(body) {
        return members.into_iter().map(|(key, _)| key).collect();
    }
    let tags = body.split('<').skip(1).filter_map(|part| part.split_once('>'));
    tags.map(|(tag, _)| tag.to_owned()).collect()
}

/// Whether `text` is `pattern` with each `{…}` replaced by something.
fn fits(text: &str, pattern: &str) -> bool {
    let mut rest = text;
    let mut pieces = pattern.split('{').enumerate().map(|(index, piece)| match index {
        0 => piece,
        _ => piece.split_once('}').map_or(piece, |(_, after)| after),
    });
    let is_first = pieces.next().and_then(|first| rest.strip_prefix(first));
    let Some(after_first) = is_first else { return false };
    rest = after_first;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty() || pattern.ends_with('}')
}

#[test]
fn a_message_fits_its_pattern_or_does_not() {
    assert!(fits("a 'x' is wrong", "a '{sent}' is wrong"));
    assert!(fits("for x", "for {name}"));
    assert!(!fits("a 'x' is wrong, really", "a '{sent}' is wrong"));
    assert!(!fits("b 'x' is wrong", "a '{sent}' is wrong"));
}

/// Checks `kept_by` with a plain text search. That search knows nothing of escapes or word boundaries, so
/// only values for which it cannot go wrong are checked.
#[test]
fn kept_facts_are_in_the_texts_and_lost_facts_are_not() {
    let mut held = 0;
    for (case, found) in cases() {
        for (name, side) in ["raw", "sdk"].map(|name| (name, &found[name])) {
            let has_failed = ["refused", "failed"].iter().any(|it| side["outcome"] == *it);
            let facts = side["facts"].as_array().expect("facts");
            assert!(has_failed || facts.is_empty(), "{}: {name} received nothing", case.id);
            for fact in facts {
                let kept_by = |way: &str| is_among(&side["kept_by"][way], &fact["name"]);
                let value = fact["value"].as_str().expect("a value").trim_end_matches('.');
                let ways = ["display", "error_context", "debug"];
                let texts = ways.map(|way| (way, side[way].as_str().expect("a text")));
                for (way, text) in texts.into_iter().filter(|(_, text)| !text.ends_with('…')) {
                    let context = format!("{}: {name}, {way}: {value:?} in {text:?}", case.id);
                    if is_plain(value) && kept_by(way) {
                        assert!(text.contains(value), "{context}");
                        held += 1;
                    }
                    if is_plain(value) && value.len() > 12 && !kept_by(way) {
                        assert!(!text.contains(value), "{context}");
                        held += 1;
                    }
                }
                let is_lost = !["display", "error_context", "api"].into_iter().any(kept_by);
                assert_eq!(is_among(&side["lost"], &fact["name"]), is_lost, "{}", case.id);
            }
        }
    }
    assert!(held > 1000, "{held}");
}

fn is_among(names: &Value, name: &Value) -> bool {
    names.as_array().expect("names").contains(name)
}

/// Whether `value` looks the same whatever escapes it and however white space is folded.
fn is_plain(value: &str) -> bool {
    !value.contains(['"', '\\', '\n', '\'', '<', '&']) && !value.contains("  ")
}

#[test]
fn raw_is_never_silently_wrong_and_the_sdk_is_for_a_truncated_listing() {
    for (case, found) in cases() {
        assert_eq!(found["raw"]["silently_wrong"], false, "{}", case.id);
    }
    for id in ["s3-listing-cut", "ec2-listing-cut"] {
        let sdk = &case(id)["sdk"];
        assert_eq!(sdk["silently_wrong"], true, "{id}");
        let list = if id.starts_with("s3") { "objects" } else { "images" };
        let count = |which: &str| sdk["answers"][which][list].as_array().expect("a list").len();
        let (wrong, right) = (count("wrong"), count("right"));
        assert!(wrong < right, "{id}: {wrong} of {right}");
        let note = sdk["note"].as_str().expect("a note");
        assert!(note.starts_with(&format!("{wrong} of {right} {list}")), "{note}");
        assert_eq!(case(id)["raw"]["outcome"], "failed", "{id}");
    }
}

#[test]
fn raw_names_the_part_where_the_signed_and_the_sent_request_differ() {
    for (id, part) in [
        ("s3-query-not-sorted", "CanonicalQueryString"),
        ("s3-space-as-plus", "CanonicalQueryString"),
        ("s3-path-encoded-twice", "CanonicalURI"),
        ("s3-host-with-wrong-port", "host"),
        ("api-path-encoded-once", "CanonicalURI"),
    ] {
        let display = case(id)["raw"]["display"].as_str().expect("text");
        assert!(display.contains(part), "{id}: {display}");
    }
    let display = case("s3-signature-does-not-match")["raw"]["display"].as_str().expect("text");
    assert!(display.contains("secret key is wrong"), "{display}");
    let display = case("s3-signature-in-capitals")["raw"]["display"].as_str().expect("text");
    assert!(display.contains("small letters") && !display.contains("secret"), "{display}");
}

#[test]
fn raw_advises_on_every_refusal_that_has_a_code() {
    for (case, found) in cases() {
        let has_code =
            found["facts"].as_array().expect("facts").iter().any(|fact| fact["name"] == "code");
        if found["raw"]["outcome"] == "refused" && has_code {
            assert_ne!(found["raw"]["advice"], Value::Null, "{}", case.id);
        }
    }
}

/// Services that say little leave several causes possible.
#[test]
fn raws_advice_includes_the_true_cause_of_a_refusal_without_details() {
    for (id, cause) in [
        ("ec2-wrong-secret", "the secret belongs to another key"),
        ("ec2-unknown-access-key", "the access key"),
        ("ec2-invalid-token", "the session token"),
        ("ec2-wrong-region", "the call was signed for"),
        ("ec2-wrong-service", "another service"),
        ("ec2-body-changed-after-signing", "or the body"),
        ("ec2-header-changed-on-the-way", "changed a signed header"),
        ("ec2-clock-behind", "the clock"),
        ("api-wrong-service", "names another"),
        ("api-wrong-region", "the region of the endpoint"),
        ("ec2-invalid-ami-id-malformed", "not an id"),
    ] {
        let advice = case(id)["raw"]["advice"].as_str().expect("advice");
        assert!(advice.contains(cause), "{id}: {advice}");
    }
}

#[test]
fn a_mistake_that_the_sdk_prevents_is_marked_impossible() {
    let sorted_wrongly = &case("s3-query-not-sorted")["sdk"];
    assert_eq!(
        (&sorted_wrongly["possible"], &sorted_wrongly["attempts"]),
        (&false.into(), &0.into())
    );
    let wrong_secret = &case("s3-signature-does-not-match")["sdk"];
    assert_eq!((&wrong_secret["possible"], &wrong_secret["attempts"]), (&true.into(), &1.into()));
    assert_eq!(wrong_secret["display"], "service error");
    assert!(wrong_secret["lost"].as_array().unwrap().contains(&"StringToSign".into()));
}

#[test]
fn the_sdk_retries_transient_errors_and_corrects_its_clock() {
    assert_eq!(case("s3-slow-down")["sdk"]["attempts"], 3);
    assert_eq!(case("s3-slow-down")["raw"]["attempts"], 1);
    assert_eq!(case("s3-slow-down")["sdk"]["note"], Value::Null);
    let skewed = &case("s3-request-time-too-skewed")["sdk"];
    assert!(skewed["note"].as_str().expect("a note").contains("the answer's Date"), "{skewed}");
    assert_eq!((&skewed["outcome"], &skewed["attempts"]), (&"ok".into(), &2.into()));
}

/// Every session token that the sandbox makes begins like this, as AWS's do.
#[test]
fn no_session_token_is_in_any_output() {
    let token = "IQoJb3JpZ2luX2VjE";
    let in_hexadecimal =
        token.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    let ids = ["s3-temporary-key-with-wrong-secret", "s3-invalid-token", "s3-token-not-signed"];
    for format in ["text", "json", "markdown"] {
        let shown = errors(&[&ids[..], &["--format", format]].concat()).expect(0).stdout;
        assert!(shown.contains("redacted"), "{format}");
        for secret in [token, &in_hexadecimal] {
            assert!(!shown.contains(secret), "{format}: {secret}");
        }
    }
    let whole = WHOLE.to_string();
    assert!(!whole.contains(token) && !whole.contains(&in_hexadecimal));
}

#[test]
fn an_unknown_case_gets_the_nearest_name() {
    errors(&["s3-signature-doesnt-match"])
        .expect_error(2, &["s3-signature-doesnt-match", "`s3-signature-does-not-match`"]);
    errors(&["s3-requst-time"]).expect_error(2, &["`s3-request-time-too-skewed`"]);
    errors(&["slow-down"]).expect_error(2, &["`s3-slow-down`"]);
    let unlike = errors(&["zzz"]).expect(2).stderr;
    assert!(unlike.contains("no case `zzz`") && !unlike.contains("mean"), "{unlike}");
}
