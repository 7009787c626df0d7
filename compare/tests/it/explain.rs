//! `compare explain`: the steps of an operation on both sides.

use sandbox::{Options, Recording, Sandbox};
use serde_json::{Value, json};

use crate::{
    program::Program,
    run::{agreed, names},
    schema::holds,
    server::sandbox,
};

fn explain(operation: &str) -> Value {
    let answer = Program::new(["explain", operation, "--format", "json"]).json(0);
    holds("explain", &answer);
    answer
}

#[test]
fn from_the_sdks_request_raw_makes_the_sdks_signature_in_every_signed_scenario() {
    for operation in names(agreed()).into_iter().filter(|name| *name != "api-invoke-unsigned") {
        let answer = explain(operation);
        let proof = &answer["proof"];
        assert_eq!(proof["holds"], true, "{operation}");
        assert_eq!(proof["sdk_signature"], proof["raw_signature_of_the_same"], "{operation}");
        assert_eq!(proof["sdk_signature"], answer["sdk"]["signature"]["signature"], "{operation}");
        for side in ["raw", "sdk"] {
            let signature = &answer[side]["signature"];
            let carried = signature["carried"].as_str().expect("a header or a URL");
            let value = signature["signature"].as_str().expect("a signature");
            assert!(carried.contains(value), "{operation}: {carried}");
            assert_eq!(answer[side]["parsed"]["outcome"], "ok", "{operation}");
        }
    }
}

#[test]
fn with_a_session_token_the_proof_holds_and_the_token_is_masked() {
    let sandbox = sandbox();
    for operation in ["s3-list-buckets", "s3-presigned-get", "ec2-describe-images"] {
        for format in ["json", "text", "markdown"] {
            let args = ["explain", operation, "--format", format];
            let ended = Program::at(&sandbox, "temporary", args).run().expect(0);
            assert!(ended.stdout.contains("** redacted **"), "{operation} {format}");
            if format == "json" {
                assert_eq!(ended.json()["proof"]["holds"], true, "{operation}");
            }
        }
    }
}

#[test]
fn an_unsigned_request_has_no_steps_and_shows_its_refusal() {
    let answer = explain("api-invoke-unsigned");
    assert_eq!(answer["proof"], Value::Null);
    assert_eq!(answer["raw"]["signature"], Value::Null);
    assert_eq!(answer["sdk"]["response"]["start_line"], "HTTP/1.1 403");
    let text = Program::new(["explain", "api-invoke-unsigned"]).run().expect(0).stdout;
    assert!(text.contains("Neither side signs anything here"), "{text}");
    assert!(text.contains("Missing Authentication Token"), "{text}");
}

#[test]
fn every_header_has_a_reason_and_those_of_the_http_client_are_included() {
    for operation in ["s3-list-objects", "s3-presigned-get", "ec2-run-instances", "api-invoke"] {
        let answer = explain(operation);
        let rows = answer["headers"].as_array().expect("rows");
        for row in rows {
            assert_ne!(row["why"], "", "{operation}: {}", row["name"]);
        }
        let row = |name: &str| rows.iter().find(|row| row["name"] == name);
        let host = row("host").expect("a host");
        for side in ["raw", "sdk"] {
            assert_eq!(host[side]["signed"], true, "{operation}");
        }
        if operation == "s3-list-objects" {
            let id = row("amz-sdk-invocation-id").expect("the SDK's id");
            assert_eq!((&id["raw"], &id["sdk"]["signed"]), (&Value::Null, &json!(false)));
        }
    }
}

/// `explain` has a written list of the headers that the HTTP clients add.
#[test]
fn the_headers_shown_are_the_headers_that_arrive() {
    let options = Options { recording: Recording::On, ..Options::default() };
    let sandbox = Sandbox::start(options).expect("a sandbox");
    let api_url = sandbox.api_url();
    for operation in ["s3-list-buckets", "s3-list-objects", "ec2-describe-images", "api-invoke"] {
        let args = ["explain", operation, "--format", "json", "--api-url", &api_url];
        let answer = Program::at(&sandbox, "admin", args).run().expect(0).json();
        let exchanges = sandbox.exchanges();
        let [.., raw, sdk] = exchanges.as_slice() else { panic!("two calls at least") };
        for (side, exchange) in [("raw", raw), ("sdk", sdk)] {
            let shown = answer[side]["request"]["headers"].as_array().expect("headers");
            let mut shown: Vec<(String, String)> = shown
                .iter()
                .map(|header| serde_json::from_value(header.clone()).expect("a pair"))
                .collect();
            let mut arrived = exchange.request.headers.clone();
            shown.sort();
            arrived.sort();
            assert_eq!(shown, arrived, "{operation} {side}");
        }
    }
}

#[test]
fn the_text_at_80_and_160_columns() {
    let settings = volatile();
    let _guard = settings.bind_to_scope();
    for (operation, width) in
        [("s3-list-objects", "80"), ("s3-list-objects", "160"), ("ec2-run-instances", "80")]
    {
        let ended = Program::new(["explain", operation]).env("COLUMNS", width).run().expect(0);
        insta::assert_snapshot!(format!("{operation}_{width}"), ended.stdout);
    }
}

/// Filters for what differs from run to run. Each value has a fixed length, so lines fold alike in every run;
/// but they may fold within a value, whose rest then begins the next line.
fn volatile() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    for (pattern, name) in [
        (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d", "HTTP DATE"),
        // The two dates may differ by a second.
        (
            r"(?m)^  date .*DATE GMT(\n +sdk .*DATE GMT| +the same| +HTTP DATE GMT)?$",
            "  date HTTP DATE",
        ),
        (r"\b\d{8}T\d{6}Z", "TIME"),
        (r"127\.0\.0\.1:\d{5}", "127.0.0.1:PORT"),
        (r"<requestId>[0-9a-f-]+\s+[0-9a-f-]+<", "<requestId>UUID<"),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
        (r"AKIA[A-Z2-7]{9,15}\s+[A-Z2-7]{1,7}/", "ACCESS KEY ID/"),
        (r"AKIA[A-Z2-7]{16}", "ACCESS KEY ID"),
        (r"\b[0-9A-HJ-NP-TV-Z]{16}\b", "REQUEST ID"),
        (r"[0-9A-Za-z+/]{43}=", "HOST ID"),
        (r"compare-[0-9a-f]{1,15}\s+[0-9a-f]{1,15}\b", "compare-RUN"),
        (r"compare-[0-9a-f]{16}\b", "compare-RUN"),
        (r"Signature=[0-9a-f]+", "Signature=HASH"),
        (r"[0-9a-f]{20,64}\b", "HASH"),
        (r"(?m)^( +)[0-9a-f]{1,64}( {3,}\S+)?$", "${1}HASH${2}"),
        (r"\b20\d{6}/", "DAY/"),
        (r#"\b20\d{6}""#, "DAY\""),
        (r"\bi-[0-9a-f]{17}", "i-INSTANCE"),
    ] {
        settings.add_filter(pattern, name);
    }
    settings
}

#[test]
fn keys_are_shown_on_request_but_only_the_sandboxs() {
    let args = ["explain", "s3-list-buckets", "--format", "json"];
    let masked = Program::new(args).json(0);
    let shown = Program::new(args.iter().chain(&["--show-secrets"])).json(0);
    let key = |answer: &Value| answer["raw"]["signature"]["signing_key"][3]["value"].clone();
    assert_eq!(key(&masked), "** redacted **");
    assert_eq!(key(&shown).as_str().map(str::len), Some(64));

    Program::at(&sandbox(), "admin", args.iter().chain(&["--show-secrets"]))
        .run()
        .expect_error(2, &["--show-secrets", "sandbox"]);
}

#[test]
fn an_unknown_operation_gets_the_nearest_name_and_a_skipped_one_the_reason() {
    for verb in ["explain", "paths"] {
        Program::new([verb, "s3-list-object"])
            .run()
            .expect_error(2, &["s3-list-object", "s3-list-objects"]);
        // `run --only` accepts a service, but these verbs do not.
        Program::new([verb, "s3"]).run().expect_error(2, &["did you mean `s3-list-"]);
        Program::new([verb, "api-invoke", "--endpoint-url", "http://127.0.0.1:9"])
            .example_keys()
            .run()
            .expect_error(3, &["api-invoke", "--api-url"]);
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [80, 119, 120, 160] {
        let args = ["explain", "ec2-run-instances"];
        let ended = Program::new(args).env("COLUMNS", &width.to_string()).run().expect(0);
        let widest = ended.stdout.lines().max_by_key(|line| line.chars().count()).expect("lines");
        assert!(widest.chars().count() <= width, "{width}: {widest}");
    }
}
