//! `compare explain`: the steps of an operation on both sides.

use sandbox::{Options, Recording, Sandbox};
use serde_json::{Value, json};

use crate::{program::Program, schema::holds};

const SIGNED: [&str; 13] = [
    "s3-list-buckets",
    "s3-list-objects",
    "s3-list-objects-paged",
    "s3-presigned-get",
    "ec2-describe-images",
    "ec2-latest-ami",
    "ec2-run-instances-dry-run",
    "ec2-run-instances",
    "ec2-wait-running",
    "ec2-create-tags",
    "ec2-describe-instances",
    "ec2-terminate-instances",
    "api-invoke",
];

#[test]
fn raw_given_the_sdks_request_makes_the_sdks_signature_in_every_signed_scenario() {
    for operation in SIGNED {
        let answer =
            Program::new(["explain", operation, "--format", "json"]).run().expect(0).json();
        holds("explain", &answer);
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
fn with_a_session_token_the_proof_holds_too_and_the_token_is_not_shown() {
    let sandbox = Sandbox::start(Options::default()).expect("a sandbox");
    for operation in ["s3-list-buckets", "s3-presigned-get", "ec2-describe-images"] {
        for format in ["json", "text", "markdown"] {
            let words = ["explain", operation, "--format", format];
            let ended = Program::at(&sandbox, "temporary", words).run().expect(0);
            assert!(ended.stdout.contains("** redacted **"), "{operation} {format}");
            if format == "json" {
                assert_eq!(ended.json()["proof"]["holds"], true, "{operation}");
            }
        }
    }
}

#[test]
fn an_unsigned_request_has_no_steps_and_its_refusal_is_shown() {
    let words = ["explain", "api-invoke-unsigned"];
    let answer = Program::new(words.iter().chain(&["--format", "json"])).run().expect(0).json();
    holds("explain", &answer);
    assert_eq!(answer["proof"], Value::Null);
    assert_eq!(answer["raw"]["signature"], Value::Null);
    assert_eq!(answer["sdk"]["response"]["start_line"], "HTTP/1.1 403");
    let text = Program::new(words).run().expect(0).stdout;
    assert!(text.contains("Neither side signs anything here"), "{text}");
    assert!(text.contains("Missing Authentication Token"), "{text}");
}

#[test]
fn every_header_has_its_reason_and_those_that_http_adds_are_there() {
    for operation in ["s3-list-objects", "s3-presigned-get", "ec2-run-instances", "api-invoke"] {
        let answer =
            Program::new(["explain", operation, "--format", "json"]).run().expect(0).json();
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

/// What the HTTP clients add is written down in `explain`, and held here against what arrives.
#[test]
fn the_headers_are_those_that_arrive() {
    let options = Options { recording: Recording::On, ..Options::default() };
    let sandbox = Sandbox::start(options).expect("a sandbox");
    let api_url = sandbox.api_url();
    for operation in ["s3-list-buckets", "s3-list-objects", "ec2-describe-images", "api-invoke"] {
        let words = ["explain", operation, "--format", "json", "--api-url", &api_url];
        let answer = Program::at(&sandbox, "admin", words).run().expect(0).json();
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

/// Real output, with what differs from run to run under one name for each kind.
#[test]
fn real_operations_at_80_and_160_columns() {
    let settings = volatile();
    let _guard = settings.bind_to_scope();
    for (operation, width) in
        [("s3-list-objects", "80"), ("s3-list-objects", "160"), ("ec2-run-instances", "80")]
    {
        let ended = Program::new(["explain", operation]).env("COLUMNS", width).run().expect(0);
        insta::assert_snapshot!(format!("{operation}_{width}"), ended.stdout);
    }
}

/// Each is of one length, so lines are folded alike from run to run: within a value too, whose rest
/// then begins the next line.
fn volatile() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    for (pattern, name) in [
        (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d", "HTTP DATE"),
        // The second may turn between the two answers.
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
fn keys_are_shown_on_demand_and_the_sandboxs_alone() {
    let words = ["explain", "s3-list-buckets", "--format", "json"];
    let masked = Program::new(words).run().expect(0).json();
    let shown = Program::new(words.iter().chain(&["--show-secrets"])).run().expect(0).json();
    let key = |answer: &Value| answer["raw"]["signature"]["signing_key"][3]["value"].clone();
    assert_eq!(key(&masked), "** redacted **");
    assert_eq!(key(&shown).as_str().map(str::len), Some(64));

    let sandbox = Sandbox::start(Options::default()).expect("a sandbox");
    Program::at(&sandbox, "admin", words.iter().chain(&["--show-secrets"]))
        .run()
        .expect_error(2, &["--show-secrets", "sandbox"]);
}

#[test]
fn an_unknown_operation_gets_the_nearest() {
    Program::new(["explain", "s3-list-object"])
        .run()
        .expect_error(2, &["s3-list-object", "s3-list-objects"]);
    // A service is a name for `run --only`, and no operation.
    Program::new(["explain", "s3"]).run().expect_error(2, &["did you mean `s3-list-"]);
}

#[test]
fn what_stands_in_the_way_is_named() {
    Program::new(["explain", "api-invoke", "--endpoint-url", "http://127.0.0.1:9"])
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .secret_env("AWS_SECRET_ACCESS_KEY", "not-to-be-printed")
        .run()
        .expect_error(3, &["api-invoke", "--api-url"]);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [80, 119, 120, 160] {
        let words = ["explain", "ec2-run-instances"];
        let ended = Program::new(words).env("COLUMNS", &width.to_string()).run().expect(0);
        let widest = ended.stdout.lines().max_by_key(|line| line.chars().count()).expect("lines");
        assert!(widest.chars().count() <= width, "{width}: {widest}");
    }
}
