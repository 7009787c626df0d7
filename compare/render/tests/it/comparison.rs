//! What users see of a comparison, word by word, so that a change of it is seen in review.

use findings::{
    machine::{BuildKind, Machine},
    run::{
        Difference, FailureReport, LatencySummary, Outcome, RunResult, ScenarioResult, SideResult,
        TargetInfo,
    },
    scenario::Scenario,
};
use render::{markdown, terminal};
use serde_json::{Value, json};

fn side(answer: Value, requests: u32, micros: f64) -> SideResult {
    SideResult {
        outcome: Outcome::Ok,
        reason: None,
        answer: Some(answer),
        failure: None,
        requests,
        latency_us: LatencySummary { median: micros, n: 10, low: micros / 2.0, high: micros * 2.0 },
    }
}

fn refused(
    status: u16,
    code: &str,
    display: &str,
    context: &str,
    advice: Option<&str>,
) -> SideResult {
    let failure = FailureReport {
        stage: "service".into(),
        status: Some(status),
        code: Some(code.to_owned()),
        message: Some("No.".to_owned()),
        request_id: Some("R1".to_owned()),
        display: display.to_owned(),
        context: context.to_owned(),
        advice: advice.map(str::to_owned),
        details: Vec::new(),
    };
    SideResult {
        outcome: Outcome::Refused,
        answer: None,
        failure: Some(failure),
        ..side(Value::Null, 1, 1234.0)
    }
}

fn finding(
    scenario: Scenario,
    raw: SideResult,
    sdk: SideResult,
    differences: Vec<Difference>,
) -> ScenarioResult {
    ScenarioResult {
        name: scenario,
        service: scenario.service(),
        expected: scenario.expected(),
        same: differences.is_empty(),
        differences,
        raw,
        sdk,
    }
}

fn comparison(scenarios: Vec<ScenarioResult>) -> RunResult {
    RunResult {
        target: TargetInfo {
            kind: "endpoint".into(),
            endpoint: "http://127.0.0.1:5000".to_owned(),
            region: "us-east-1".to_owned(),
            credentials_from: "the profile `work`".to_owned(),
            notes: vec!["endpoint from --endpoint-url".to_owned()],
        },
        machine: Machine {
            build: BuildKind::Unoptimised,
            platform: "linux x86_64".to_owned(),
            processor: Some("Made up 9000".to_owned()),
            processors: 2,
            date: "2026-01-01".to_owned(),
        },
        agree: scenarios.iter().all(ScenarioResult::agrees),
        scenarios,
        elapsed_ms: 1250,
    }
}

/// One scenario of each verdict.
fn one_of_each() -> RunResult {
    let long = "x".repeat(200);
    let difference =
        |path: &str, raw: Value, sdk: Value| Difference { path: path.to_owned(), raw, sdk };
    let skipped = || SideResult::skipped("nothing is launched on AWS without --allow-launch");
    let unexpected =
        |display: &str, context: &str| refused(403, "AuthFailure", display, context, None);
    comparison(vec![
        finding(
            Scenario::S3ListBuckets,
            side(json!({"buckets": []}), 1, 327.4),
            side(json!({"buckets": []}), 1, 608.0),
            Vec::new(),
        ),
        finding(
            Scenario::S3ListObjectsPaged,
            side(json!({"objects": 2}), 3, 21_000.0),
            side(json!({"objects": 1}), 4, 1_250_000.0),
            vec![
                difference("/objects/1", json!({"key": "greeting.txt"}), Value::Null),
                difference("/objects/0/etag", json!("a"), json!(long)),
            ],
        ),
        finding(
            Scenario::Ec2DescribeImages,
            unexpected("refused with 403 AuthFailure", "refused with 403 AuthFailure"),
            unexpected("service error", "service error: AuthFailure: No."),
            Vec::new(),
        ),
        finding(Scenario::Ec2RunInstances, skipped(), skipped(), Vec::new()),
        finding(
            Scenario::ApiInvokeUnsigned,
            refused(
                403,
                "MissingAuthenticationTokenException",
                "no token",
                "no token",
                Some("sign it"),
            ),
            refused(403, "MissingAuthenticationTokenException", "403", "403", None),
            Vec::new(),
        ),
    ])
}

/// `text` without colour codes and without spaces at line ends.
fn plain(text: &str) -> String {
    let stripped = anstream::adapter::strip_str(text).to_string();
    stripped.trim_matches('\n').lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_terminal_shows_a_row_for_each_scenario_and_its_errors_below() {
    insta::assert_snapshot!(plain(&terminal::comparison(&one_of_each(), 100)), @r#"
    raw (reqwest, SigV4 by hand) and sdk (aws-sdk-rust)

      calls go to  http://127.0.0.1:5000 (endpoint), us-east-1
      credentials  the profile `work`
      note         endpoint from --endpoint-url

     scenario               both sides          requests      raw      sdk  sdk ÷ raw
     s3-list-buckets        ✓ same                     1   327 µs   608 µs        1.9
     s3-list-objects-paged  ✗ differs              3 / 4  21.0 ms   1.25 s       59.5
     ec2-describe-images    ✗ same, unexpected         1  1.23 ms  1.23 ms        1.0
       raw prints  refused with 403 AuthFailure
       sdk prints  service error
     ec2-run-instances      – skipped
     api-invoke-unsigned    ✓ same refusal             1  1.23 ms  1.23 ms        1.0
       raw prints  no token
       sdk prints  403

    s3-list-objects-paged: differs
      /objects/1
        raw  {"key":"greeting.txt"}
        sdk  null
      /objects/0/etag
        raw  "a"
        sdk  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…

    ec2-describe-images: same, unexpected
      sdk  403 AuthFailure
           in full: service error: AuthFailure: No.

    ec2-run-instances: skipped, nothing is launched on AWS without --allow-launch

    api-invoke-unsigned: same refusal
      raw  403 MissingAuthenticationTokenException
           advice: sign it

    4 of 5 scenarios played; differing: 1, unexpected: 1; 1 skipped (1.2 s)

    Times are medians of at most ten calls, raw and sdk by turns (linux x86_64, 2 processors), and only
    indicative. A call that launches, waits, tags or terminates is timed once. The time of
    s3-presigned-get is that of making the URL. This build is not optimised; quote the times of `cargo
    run --release -p compare`.

    Next: compare --format json | less          every answer, field by field
    "#);
}

#[test]
fn markdown_has_the_same_rows_and_remarks() {
    insta::assert_snapshot!(markdown::comparison(&one_of_each()), @r#"
    Calls went to http://127.0.0.1:5000 (endpoint), region us-east-1; credentials: the profile `work`.

    | scenario | both sides | requests | raw | sdk | sdk ÷ raw |
    | --- | --- | ---: | ---: | ---: | ---: |
    | `s3-list-buckets` | same | 1 | 327 µs (164 µs to 655 µs) | 608 µs (304 µs to 1.22 ms) | 1.9 |
    | `s3-list-objects-paged` | differs | 3 / 4 | 21.0 ms (10.5 ms to 42.0 ms) | 1.25 s (625 ms to 2.50 s) | 59.5 |
    | `ec2-describe-images` | same, unexpected | 1 | 1.23 ms (617 µs to 2.47 ms) | 1.23 ms (617 µs to 2.47 ms) | 1.0 |
    | `ec2-run-instances` | skipped |  |  |  |  |
    | `api-invoke-unsigned` | same refusal | 1 | 1.23 ms (617 µs to 2.47 ms) | 1.23 ms (617 µs to 2.47 ms) | 1.0 |

    4 of 5 scenarios played; differing: 1, unexpected: 1; 1 skipped (1.2 s)

    Times are medians of at most ten calls, raw and sdk by turns (linux x86_64, 2 processors), and only indicative. A call that launches, waits, tags or terminates is timed once. The time of s3-presigned-get is that of making the URL. This build is not optimised; quote the times of `cargo run --release -p compare`.

    **s3-list-objects-paged**
    - `/objects/1`: raw `{"key":"greeting.txt"}`, sdk `null`
    - `/objects/0/etag`: raw `"a"`, sdk `"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`

    **ec2-describe-images**
    - raw (403 AuthFailure) prints: `refused with 403 AuthFailure`
    - sdk (403 AuthFailure) prints: `service error`

    **ec2-run-instances**: nothing is launched on AWS without --allow-launch

    **api-invoke-unsigned**
    - raw (403 MissingAuthenticationTokenException) prints: `no token`
    - sdk (403 MissingAuthenticationTokenException) prints: `403`
    "#);
}

#[test]
fn agreement_has_no_remark() {
    let agreed = comparison(vec![finding(
        Scenario::S3ListBuckets,
        side(json!({"buckets": []}), 1, 9.876),
        side(json!({"buckets": []}), 1, 98.76),
        Vec::new(),
    )]);
    insta::assert_snapshot!(plain(&terminal::comparison(&agreed, 100)), @r#"
    raw (reqwest, SigV4 by hand) and sdk (aws-sdk-rust)

      calls go to  http://127.0.0.1:5000 (endpoint), us-east-1
      credentials  the profile `work`
      note         endpoint from --endpoint-url

     scenario         both sides  requests      raw      sdk  sdk ÷ raw
     s3-list-buckets  ✓ same             1  9.88 µs  98.8 µs       10.0

    1 of 1 scenarios played, all with the same result on both sides (1.2 s)

    Times are medians of at most ten calls, raw and sdk by turns (linux x86_64, 2 processors), and only
    indicative. A call that launches, waits, tags or terminates is timed once. The time of
    s3-presigned-get is that of making the URL. This build is not optimised; quote the times of `cargo
    run --release -p compare`.

    Next: compare --format json | less          every answer, field by field
    "#);
}

#[test]
fn problems_are_red_and_agreement_is_green() {
    let shown = terminal::comparison(&one_of_each(), 100);
    let colour = |word: &str| {
        let (before, _) = shown.split_once(word).unwrap_or_else(|| panic!("{word} in {shown}"));
        before.rsplit_once("\u{1b}[").expect("a colour before it").1.to_owned()
    };
    let green = colour("✓ same ");
    let red = colour("✗ differs");
    assert_ne!(green, red);
    assert_eq!(colour("✗ same, unexpected"), red);
    assert_eq!(colour("✓ same refusal"), green);
    assert!(![green, red].contains(&colour("– skipped")));
}
