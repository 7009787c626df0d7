//! The steps of an operation, as a reader sees them.

use findings::{
    explain::{Explanation, Http, KeyStep, Proof, SignatureSteps, Walk, grammar, headers},
    run::{LatencySummary, Outcome, SideResult, TargetInfo},
    scenario::Scenario,
};
use serde_json::json;

#[test]
fn snapshots_for_terminals_markdown_and_json() {
    let explanation = explanation();
    insta::assert_snapshot!("explain_80", render::explain::text(&explanation, 80));
    insta::assert_snapshot!("explain_160", render::explain::text(&explanation, 160));
    insta::assert_snapshot!("explain_markdown", render::explain::markdown(&explanation));
    let json = serde_json::to_string_pretty(&explanation).expect("plain data");
    insta::assert_snapshot!("explain_json", json);
}

/// A listing with fixed values: signatures and hashes are placeholders of the right length.
fn explanation() -> Explanation {
    let raw = walk(
        "/photos?list-type=2",
        &[("host", "127.0.0.1:9000"), ("x-amz-date", "20260101T000000Z")],
        'a',
    );
    let sdk = walk(
        "/photos/?list-type=2",
        &[
            ("host", "127.0.0.1:9000"),
            ("x-amz-date", "20260101T000000Z"),
            (
                "x-amz-user-agent",
                "aws-sdk-rust/1.0.0 ua/2.1 api/s3/1.0.0 os/linux lang/rust/1.95.0",
            ),
        ],
        'b',
    );
    let texts = [&raw, &sdk]
        .map(|walk| walk.signature.as_ref().expect("it is signed").canonical_request.clone());
    Explanation {
        target: TargetInfo {
            kind: "sandbox".into(),
            endpoint: "http://127.0.0.1:9000".to_owned(),
            region: "us-east-1".to_owned(),
            credentials_from: "made for this run by the sandbox".to_owned(),
            notes: Vec::new(),
        },
        operation: Scenario::S3ListObjects,
        service: Scenario::S3ListObjects.service(),
        headers: headers::rows(&raw, &sdk),
        differences: grammar::differences(&texts[0], &texts[1]),
        proof: Some(Proof {
            sdk_signature: "b".repeat(64),
            raw_signature_of_the_same: "b".repeat(64),
            holds: true,
        }),
        raw,
        sdk,
    }
}

fn walk(target: &str, headers: &[(&str, &str)], filler: char) -> Walk {
    let hash = String::from(filler).repeat(64);
    let (path, query) = target.split_once('?').expect("a query");
    let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    let lines = lines.join("\n");
    let signed = names.join(";");
    let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
    Walk {
        signature: Some(SignatureSteps {
            canonical_request: format!("GET\n{path}\n{query}\n{lines}\n\n{signed}\n{hash}"),
            canonical_request_hash: hash.clone(),
            string_to_sign: format!(
                "AWS4-HMAC-SHA256\n20260101T000000Z\n20260101/us-east-1/s3/aws4_request\n{hash}"
            ),
            credential_scope: "20260101/us-east-1/s3/aws4_request".to_owned(),
            signing_key: vec![KeyStep {
                name: "DateKey".into(),
                formula: "HMAC-SHA256(\"AWS4\" + secret key, \"20260101\")".to_owned(),
                value: "** redacted **".to_owned(),
            }],
            signature: hash.clone(),
            carried: format!("AWS4-HMAC-SHA256 …, SignedHeaders={signed}, Signature={hash}"),
        }),
        request: Http {
            start_line: format!("GET {target} HTTP/1.1"),
            target: target.to_owned(),
            headers: headers.collect(),
            body: String::new(),
            body_length: 0,
        },
        response: Some(Http {
            start_line: "HTTP/1.1 200".to_owned(),
            target: String::new(),
            headers: vec![("content-type".to_owned(), "application/xml".to_owned())],
            body: "<ListBucketResult><Name>photos</Name>".to_owned(),
            body_length: 4000,
        }),
        parsed: SideResult {
            outcome: Outcome::Ok,
            reason: None,
            answer: Some(json!({ "bucket": "photos", "objects": [] })),
            failure: None,
            requests: 1,
            latency_us: LatencySummary::default(),
        },
    }
}
