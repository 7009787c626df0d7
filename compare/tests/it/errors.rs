//! `compare errors`: the catalogue as a whole, held against the facts it stands on.

use std::{collections::HashSet, sync::LazyLock};

use insta::assert_snapshot;
use measure::errors::catalogue::{self, Case};
use serde_json::Value;

use crate::{
    evidence::evidence,
    program::{Ended, Program},
    schema::holds,
};

/// One run for all that look at the whole of it: it waits for the SDK's retries.
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

fn errors(words: &[&str]) -> Ended {
    Program::new(["errors"].iter().chain(words)).run()
}

#[test]
fn every_case_is_played_and_holds_the_schema() {
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
fn a_panic_of_the_sdk_is_what_the_sdk_says_in_that_case() {
    let found = case("s3-access-key-id-with-line-break");
    assert_eq!(found["wire"]["status"], Value::Null, "neither side sends anything");
    assert_eq!(found["sdk"]["outcome"], "failed");
    let said = |side: &str, way: &str| found[side][way].as_str().expect("text").to_owned();
    assert!(said("sdk", "display").starts_with("the SDK panicked: "), "{found}");
    assert!(said("sdk", "error_context").contains(" at aws-runtime-"), "{found}");
    assert_eq!(found["raw"]["outcome"], "failed");
    assert!(said("raw", "display").contains("access key id"), "{found}");
}

#[test]
fn what_only_a_dump_holds_is_told_from_what_nothing_holds() {
    let findings = evidence().errors;
    let mut only_in_a_dump = 0;
    for case in findings.cases.iter().filter(|case| case.is_comparable()) {
        let sdk = &case.sdk;
        let debug = &sdk.kept_by.debug;
        assert!(sdk.only_in_debug().all(|name| debug.iter().any(|held| held == name)));
        assert!(sdk.found_nowhere().all(|name| debug.iter().all(|held| held != name)));
        assert_eq!(sdk.only_in_debug().count() + sdk.found_nowhere().count(), sdk.lost.len());
        only_in_a_dump += sdk.only_in_debug().count();
    }
    assert!(only_in_a_dump > 0);
    let text = render::errors::markdown::kept_and_remarkable(&findings);
    assert!(text.contains(&format!("Only in the SDK's `{{:?}}` ({only_in_a_dump})")), "{text}");
    assert!(text.contains("Nowhere in the SDK's error, not even in `{:?}` ("), "{text}");
}

#[test]
fn an_endless_body_ends_at_raws_limit_and_at_the_sdks_time_out() {
    let found = case("s3-endless-body");
    let said = |side: &str| found[side]["error_context"].as_str().expect("text");
    assert_eq!(
        (&found["raw"]["outcome"], &found["sdk"]["outcome"]),
        (&"failed".into(), &"failed".into())
    );
    assert!(said("raw").contains("more than the 4000000 bytes"), "{found:#}");
    assert!(said("sdk").contains("timeout"), "{found:#}");
}

/// Read off the record of the endpoint, with no part of either client.
#[test]
fn what_was_on_the_wire_has_the_status_the_shape_and_the_words_of_the_fact() {
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
        let said = found["facts"].as_array().expect("facts");
        let said = |name: &str| said.iter().find(|it| it["name"] == name).map(|it| &it["value"]);
        assert_eq!(said("code").and_then(Value::as_str), fact.code.as_deref(), "{id}");
        let message = said("message").and_then(Value::as_str).expect("a message");
        let pattern = fact.message.as_deref().expect("a message");
        assert!(fits(message, pattern.trim()), "{id}: {message:?} against {pattern:?}");
        held += 1;
    }
    assert!(held >= 50, "{held}");
}

/// The tags of an XML document in their order, or the keys of a JSON object.
fn shape(body: &str) -> Vec<String> {
    if let Ok(Value::Object(members)) = serde_json::from_str(body) {
        return members.into_iter().map(|(key, _)| key).collect();
    }
    let tags = body.split('<').skip(1).filter_map(|part| part.split_once('>'));
    tags.map(|(tag, _)| tag.to_owned()).collect()
}

/// Whether `text` is `pattern` with something in the place of each `{…}`.
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

/// By a search that knows nothing of escapes or of where a value begins and ends: it is held to the
/// values of which both find the same.
#[test]
fn what_is_kept_is_in_the_texts_and_what_is_not_is_not() {
    let mut held = 0;
    for (case, found) in cases() {
        for (name, side) in ["raw", "sdk"].map(|name| (name, &found[name])) {
            let has_failed = ["refused", "failed"].iter().any(|it| side["outcome"] == *it);
            let facts = side["facts"].as_array().expect("facts");
            assert!(has_failed || facts.is_empty(), "{}: {name} was told nothing", case.id);
            for fact in facts {
                let kept_by = |way: &str| is_among(&side["kept_by"][way], &fact["name"]);
                let value = fact["value"].as_str().expect("a value").trim_end_matches('.');
                let ways = ["display", "error_context", "debug"];
                let texts = ways.map(|way| (way, side[way].as_str().expect("a text")));
                for (way, text) in texts.into_iter().filter(|(_, text)| !text.ends_with('…')) {
                    let place = format!("{}: {name}, {way}: {value:?} in {text:?}", case.id);
                    if is_plain(value) && kept_by(way) {
                        assert!(text.contains(value), "{place}");
                        held += 1;
                    }
                    if is_plain(value) && value.len() > 12 && !kept_by(way) {
                        assert!(!text.contains(value), "{place}");
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

/// Whether neither escapes nor white space can change how it looks.
fn is_plain(value: &str) -> bool {
    !value.contains(['"', '\\', '\n', '\'', '<', '&']) && !value.contains("  ")
}

#[test]
fn raw_is_never_silently_wrong_and_the_sdk_is_where_a_listing_is_cut() {
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
fn raw_says_where_what_was_signed_is_not_what_was_sent() {
    for (id, part) in [
        ("s3-query-not-sorted", "CanonicalQueryString"),
        ("s3-space-as-plus", "CanonicalQueryString"),
        ("s3-path-encoded-twice", "CanonicalURI"),
        ("s3-host-with-wrong-port", "host"),
        ("api-path-encoded-once", "CanonicalURI"),
    ] {
        let words = case(id)["raw"]["display"].as_str().expect("words");
        assert!(words.contains(part), "{id}: {words}");
    }
    let words = case("s3-signature-does-not-match")["raw"]["display"].as_str().expect("words");
    assert!(words.contains("secret key is wrong"), "{words}");
    let words = case("s3-signature-in-capitals")["raw"]["display"].as_str().expect("words");
    assert!(words.contains("small letters") && !words.contains("secret"), "{words}");
}

/// The service said no, in its own words: then raw has a word on what to do.
#[test]
fn raw_says_of_every_refusal_what_to_do_next() {
    for (case, found) in cases() {
        let has_code =
            found["facts"].as_array().expect("facts").iter().any(|fact| fact["name"] == "code");
        if found["raw"]["outcome"] == "refused" && has_code {
            assert_ne!(found["raw"]["advice"], Value::Null, "{}", case.id);
        }
    }
}

/// What is wrong is among the causes that raw leaves open.
#[test]
fn raw_leaves_the_true_cause_of_a_mute_refusal_open() {
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
fn what_the_sdk_does_not_let_its_user_do_is_a_point_for_it() {
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
fn the_sdk_retries_what_passes_and_corrects_its_clock() {
    assert_eq!(case("s3-slow-down")["sdk"]["attempts"], 3);
    assert_eq!(case("s3-slow-down")["raw"]["attempts"], 1);
    assert_eq!(case("s3-slow-down")["sdk"]["note"], Value::Null);
    let skewed = &case("s3-request-time-too-skewed")["sdk"];
    assert!(skewed["note"].as_str().expect("a note").contains("the answer's Date"), "{skewed}");
    assert_eq!((&skewed["outcome"], &skewed["attempts"]), (&"ok".into(), &2.into()));
}

/// Tokens of the sandbox begin like those of AWS, whoever made them.
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
fn an_unknown_case_gets_the_nearest() {
    errors(&["s3-signature-doesnt-match"])
        .expect_error(2, &["s3-signature-doesnt-match", "`s3-signature-does-not-match`"]);
    errors(&["s3-requst-time"]).expect_error(2, &["`s3-request-time-too-skewed`"]);
    errors(&["slow-down"]).expect_error(2, &["`s3-slow-down`"]);
    let unlike = errors(&["zzz"]).expect(2).stderr;
    assert!(unlike.contains("no case `zzz`") && !unlike.contains("mean"), "{unlike}");
}

#[test]
fn one_case_is_shown_in_full() {
    let shown = errors(&["s3-request-time-too-skewed"]).expect(0).stdout;
    insta::with_settings!({filters => volatile()}, {
        assert_snapshot!(shown, @r#"
        s3-request-time-too-skewed
        The clock is 10 hours behind: local time was used as UTC.
        source: https://github.com/ex-aws/ex_aws/issues/159 (issue-thread)

        The service answered 403 RequestTimeTooSkewed
          content-type: application/xml
          x-amz-request-id: REQUESTID
          x-amz-id-2: HOSTID
          server: AmazonS3
          content-length: 431
          date: DATE

          <?xml version="1.0" encoding="UTF-8"?>
          <Error>
          <Code>RequestTimeTooSkewed</Code>
          <Message>The difference between the request time and the current time is too l
          arge.</Message>
          <RequestTime>TIMESTAMP</RequestTime>
          <ServerTime>TIME</ServerTime>
          <MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>
          <RequestId>REQUESTID</RequestId>
          <HostId>HOSTID</HostId>
          </Error>
          (line breaks between elements were added)

        Facts in it
          status                      403
          code                        RequestTimeTooSkewed
          message                     The difference between the request time and the c…
          RequestTime                 TIMESTAMP
          ServerTime                  TIME
          MaxAllowedSkewMilliseconds  900000
          request_id                  REQUESTID
          host_id                     HOSTID

        raw: refused; 1 attempt, DURATION
          {}         ListObjectsV2 at http://127.0.0.1:PORT/notes: refused with 403
                     RequestTimeTooSkewed: The difference between the request time and
                     the current time is too large (RequestTime TIMESTAMP,
                     ServerTime TIME, MaxAllowedSkewMilliseconds 900000,
                     request id REQUESTID, host id
                     HOSTID). Set the clock: this
                     machine's clock is DURATION behind the service's
          {} keeps   status, code, message, RequestTime, ServerTime,
                     MaxAllowedSkewMilliseconds, request_id, host_id
          full keeps status, code, message, RequestTime, ServerTime,
                     MaxAllowedSkewMilliseconds, request_id, host_id
          accessors  status, code, message, RequestTime, ServerTime,
                     MaxAllowedSkewMilliseconds, request_id, host_id
          {:?} has   status, code, message, RequestTime, ServerTime,
                     MaxAllowedSkewMilliseconds, request_id, host_id
          only {:?}  nothing
          lost       nothing

        sdk: the right answer; 2 attempts, DURATION
          note       it corrected its clock by the answer's Date, retried, and succeeded
        "#);
    });
}

#[test]
fn what_the_sdk_says_is_shown_beside_what_raw_says() {
    let shown = errors(&["s3-access-denied", "--format", "markdown"]).expect(0).stdout;
    insta::with_settings!({filters => volatile()}, {
        assert_snapshot!(shown, @r#"
        ## `s3-access-denied`

        No policy allows the caller to list the bucket.

        Source: https://github.com/schubergphilis/terraform-aws-mcaf-securityhub-findings-manager/pull/64 (issue-thread)

        The service answered 403 AccessDenied:

        ````
        content-type: application/xml
        x-amz-request-id: REQUESTID
        x-amz-id-2: HOSTID
        server: AmazonS3
        content-length: 395
        date: DATE

        <?xml version="1.0" encoding="UTF-8"?>
        <Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/invoker is not authorized to perform: s3:ListBucket on resource: &quot;arn:aws:s3:::notes&quot; because no identity-based policy allows the s3:ListBucket action</Message><RequestId>REQUESTID</RequestId><HostId>HOSTID</HostId></Error>
        ````

        Facts in it:

        - status: `403`
        - code: `AccessDenied`
        - message: `User: arn:aws:iam::111122223333:user/invoker is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::notes" because no identity-based policy allows the s3:ListBucket action`
        - request_id: `REQUESTID`
        - host_id: `HOSTID`

        **raw**: refused; 1 attempt, DURATION

        ````
        ListObjectsV2 at http://127.0.0.1:PORT/notes: refused with 403 AccessDenied: User: arn:aws:iam::111122223333:user/invoker is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::notes" because no identity-based policy allows the s3:ListBucket action (request id REQUESTID, host id HOSTID). The signature is good; the identity's policies do not allow this
        ````

        - `{}` keeps: status, code, message, request_id, host_id
        - the printed causes keep: status, code, message, request_id, host_id
        - accessors have: status, code, message, request_id, host_id
        - `{:?}` has: status, code, message, request_id, host_id
        - only `{:?}` has: nothing
        - lost: nothing

        **sdk**: refused; 1 attempt, DURATION

        ````
        service error
        ````

        In full (and a copy of `{:?}`, left out here):

        ````
        service error: unhandled error (AccessDenied): Error { code: "AccessDenied", message: "User: arn:aws:iam::111122223333:user/invoker is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::notes\" because no identity-based policy allows the s3:ListBucket action", IDS }
        ````

        - `{}` keeps: nothing
        - the printed causes keep: code, message, request_id, host_id
        - accessors have: status, code, message, request_id, host_id
        - `{:?}` has: status, code, message, request_id, host_id
        - only `{:?}` has: nothing
        - lost: nothing
        "#);
    });
}

#[test]
fn a_service_names_its_cases_and_they_fit_a_terminal() {
    for width in [60, 80] {
        let words = ["errors", "api", "s3-closed-port"];
        let shown = Program::new(words).env("COLUMNS", &width.to_string()).run().expect(0).stdout;
        assert!(shown.contains("api-clock-behind") && shown.contains("no SDK client"), "{shown}");
        // Where no fact came, the words of both.
        assert!(
            shown.contains("raw {}: ListObjectsV2") && shown.contains("sdk {}: dispatch failure")
        );
        assert!(shown.lines().all(|line| line.chars().count() <= width), "{shown}");
    }
}

/// What differs from run to run.
fn volatile() -> Vec<(&'static str, &'static str)> {
    vec![
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"\d{8}T\d{6}Z", "TIMESTAMP"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
        (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "DATE"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
        (r"[A-Za-z0-9+/]{43}=", "HOSTID"),
        (r"\b[0-9A-HJKMNP-TV-Z]{16}\b", "REQUESTID"),
        (r"\d+ h \d+ min", "DURATION"),
        (r"\d+(\.\d+)? (µs|ms|s)\b", "DURATION"),
        // The SDK keeps both in a map, whose order is random.
        (r#"((, )?(s3_extended_request_id|aws_request_id): "\w+"){2}"#, ", IDS"),
    ]
}
