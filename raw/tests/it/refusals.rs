//! What is kept of a service's no.

use contract::{InvokeApi, Operation, Signing};
use raw::parse::{ErrorResponse, ParseError};

use crate::answers::describe_images;
use crate::response;

#[test]
fn every_element_of_s3s_document_is_kept() {
    let body = r#"<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match.</Message><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256
20260101T000000Z</StringToSign><CanonicalRequest>GET
/a&amp;b</CanonicalRequest><Empty/><RequestId>EXAMPLEREQUESTID</RequestId><HostId>EXAMPLE+host/id=</HostId></Error>"#;
    let headers = [
        ("x-amz-request-id", "EXAMPLEREQUESTID"),
        ("x-amz-id-2", "another host id"),
        ("x-amz-bucket-region", "eu-west-1"),
        ("content-type", "application/xml"),
        ("connection", "close"),
    ];
    let refusal = refusal(&Operation::ListBuckets, 403, &headers, body);
    assert_eq!(refusal.status, 403);
    assert_eq!(refusal.code.as_deref(), Some("SignatureDoesNotMatch"));
    assert_eq!(
        refusal.message.as_deref(),
        Some("The request signature we calculated does not match.")
    );
    assert_eq!(refusal.request_id.as_deref(), Some("EXAMPLEREQUESTID"));
    assert_eq!(refusal.host_id.as_deref(), Some("EXAMPLE+host/id="));
    assert_eq!(
        details(&refusal),
        [
            ("AWSAccessKeyId", "AKIDEXAMPLE"),
            ("StringToSign", "AWS4-HMAC-SHA256\n20260101T000000Z"),
            ("CanonicalRequest", "GET\n/a&b"),
            ("Empty", ""),
            ("x-amz-id-2", "another host id"),
            ("x-amz-bucket-region", "eu-west-1"),
            ("content-type", "application/xml"),
        ]
    );
    assert_eq!(
        refusal.to_string(),
        "refused with 403 SignatureDoesNotMatch: The request signature we calculated does not match \
         (AWSAccessKeyId AKIDEXAMPLE, x-amz-bucket-region eu-west-1, request id EXAMPLEREQUESTID, host id EXAMPLE+host/id=)"
    );
}

#[test]
fn both_forms_of_the_query_services_are_read() {
    let errors = "<Error><Type>Sender</Type><Code>AuthFailure</Code><Message>No.</Message></Error>";
    for body in [
        format!("<Response><Errors>{errors}</Errors><RequestID>id-1</RequestID></Response>"),
        format!("<ErrorResponse xmlns=\"x\">{errors}<RequestId>id-1</RequestId></ErrorResponse>"),
    ] {
        let refusal = refusal(&describe_images(), 401, &[], &body);
        assert_eq!(refusal.code.as_deref(), Some("AuthFailure"));
        assert_eq!(refusal.message.as_deref(), Some("No."));
        assert_eq!(refusal.request_id.as_deref(), Some("id-1"));
        assert_eq!(details(&refusal), [("Type", "Sender")]);
    }
}

#[test]
fn the_second_error_of_a_document_is_a_detail() {
    let body = "<Response><Errors><Error><Code>A</Code><Message>a</Message></Error>\
                <Error><Code>B</Code><Message>b</Message></Error></Errors></Response>";
    let refusal = refusal(&describe_images(), 400, &[], body);
    assert_eq!((refusal.code.as_deref(), refusal.message.as_deref()), (Some("A"), Some("a")));
    assert_eq!(details(&refusal), [("Code", "B"), ("Message", "b")]);
}

#[test]
fn a_200_with_an_error_in_it_is_a_refusal() {
    let body = "<Error><Code>InternalError</Code><Message>We failed</Message></Error>";
    let refusal = refusal(&Operation::ListBuckets, 200, &[("x-amz-request-id", "R")], body);
    assert_eq!((refusal.status, refusal.code.as_deref()), (200, Some("InternalError")));
    assert_eq!(refusal.request_id.as_deref(), Some("R"));
}

#[test]
fn api_gateway_is_understood_in_both_spellings() {
    for member in ["message", "Message"] {
        let body = format!("{{\"{member}\": \"User: … is not authorized\", \"n\": 1}}");
        let headers = [
            ("x-amzn-requestid", "uuid"),
            ("x-amzn-errortype", "AccessDeniedException:http://internal.amazon.com/coral/"),
            ("x-amz-apigw-id", "opaque="),
        ];
        let refusal = refusal(&invoke(), 403, &headers, &body);
        assert_eq!(refusal.code.as_deref(), Some("AccessDeniedException"));
        assert_eq!(refusal.message.as_deref(), Some("User: … is not authorized"));
        assert_eq!(refusal.request_id.as_deref(), Some("uuid"));
        assert_eq!(
            details(&refusal),
            [
                ("n", "1"),
                ("x-amzn-errortype", "AccessDeniedException:http://internal.amazon.com/coral/"),
                ("x-amz-apigw-id", "opaque="),
            ]
        );
    }
}

#[test]
fn a_page_of_somebody_elses_is_quoted_from_its_beginning() {
    let html = format!("<html>\n<head><title>502 Bad Gateway</title>{}</head>", "é".repeat(500));
    let headers = [("content-type", "text/html"), ("server", "nginx")];
    let refusal = refusal(&Operation::ListBuckets, 502, &headers, &html);
    assert_eq!((refusal.code.as_deref(), refusal.message.as_deref()), (None, None));
    let quoted = refusal.detail("body").unwrap();
    assert_eq!(quoted.chars().count(), 200);
    assert!(html.starts_with(quoted));
    assert_eq!(refusal.detail("server"), Some("nginx"));
    let shown = refusal.to_string();
    assert!(
        shown.starts_with(
            "refused with 502, not an AWS error document (text/html): \"502 Bad Gateway éé"
        ),
        "{shown}"
    );
}

#[test]
fn a_refusal_without_a_body_says_so() {
    let refusal = refusal(&Operation::ListBuckets, 400, &[("x-amz-request-id", "R")], "");
    assert_eq!(refusal.to_string(), "refused with 400, with an empty body (request id R)");
}

#[test]
fn an_error_document_that_is_cut_keeps_what_came() {
    let whole = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message>\
                 <RequestId>R</RequestId></Error>";
    for end in 0..whole.len() {
        let refusal = refusal(&Operation::ListBuckets, 503, &[], &whole[..end]);
        let code = (end >= whole.find("<Message>").unwrap()).then_some("SlowDown");
        assert_eq!(refusal.code.as_deref(), code, "{}", &whole[..end]);
        assert!(refusal.detail("body").is_some(), "the rest is there to be read");
    }
    let whole = refusal(&Operation::ListBuckets, 503, &[], whole);
    assert!(whole.error.is_none() && whole.detail("body").is_none());
}

fn details(refusal: &ErrorResponse) -> Vec<(&str, &str)> {
    refusal.details.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn refusal(
    operation: &Operation,
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: &str,
) -> ErrorResponse {
    match raw::parse::parse(operation, &response(status, headers, body)) {
        Err(ParseError::Refused(refusal)) => *refusal,
        other => panic!("{other:?}"),
    }
}

fn invoke() -> Operation {
    let url = "https://example.invalid/".to_owned();
    Operation::InvokeApi(InvokeApi { url, signing: Signing::Unsigned })
}
