//! What is kept of an error response.

use contract::{Client as _, InvokeApi, Operation, Signing, Stage};
use raw::Client;
use raw::parse::{ErrorResponse, ParseError};

use crate::documents::describe_images;
use crate::listings::list_objects;
use crate::script::{Server, answer};
use crate::{credentials, failure, local, response};

#[test]
fn every_element_of_s3s_error_document_is_kept() {
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
    let error = error_response(&Operation::ListBuckets, 403, &headers, body);
    assert_eq!(error.status, 403);
    assert_eq!(error.code.as_deref(), Some("SignatureDoesNotMatch"));
    assert_eq!(
        error.message.as_deref(),
        Some("The request signature we calculated does not match.")
    );
    assert_eq!(error.request_id.as_deref(), Some("EXAMPLEREQUESTID"));
    assert_eq!(error.host_id.as_deref(), Some("EXAMPLE+host/id="));
    assert_eq!(
        details(&error),
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
        error.to_string(),
        "refused with 403 SignatureDoesNotMatch: The request signature we calculated does not match \
         (AWSAccessKeyId AKIDEXAMPLE, x-amz-bucket-region eu-west-1, request id EXAMPLEREQUESTID, host id EXAMPLE+host/id=)"
    );
}

#[test]
fn both_forms_of_the_query_services_errors_are_read() {
    let errors = "<Error><Type>Sender</Type><Code>AuthFailure</Code><Message>No.</Message></Error>";
    for body in [
        format!("<Response><Errors>{errors}</Errors><RequestID>id-1</RequestID></Response>"),
        format!("<ErrorResponse xmlns=\"x\">{errors}<RequestId>id-1</RequestId></ErrorResponse>"),
    ] {
        let error = error_response(&describe_images(), 401, &[], &body);
        assert_eq!(error.code.as_deref(), Some("AuthFailure"));
        assert_eq!(error.message.as_deref(), Some("No."));
        assert_eq!(error.request_id.as_deref(), Some("id-1"));
        assert_eq!(details(&error), [("Type", "Sender")]);
    }
}

#[test]
fn the_second_error_of_a_document_is_a_detail() {
    let body = "<Response><Errors><Error><Code>A</Code><Message>a</Message></Error>\
                <Error><Code>B</Code><Message>b</Message></Error></Errors></Response>";
    let error = error_response(&describe_images(), 400, &[], body);
    assert_eq!((error.code.as_deref(), error.message.as_deref()), (Some("A"), Some("a")));
    assert_eq!(details(&error), [("Code", "B"), ("Message", "b")]);
}

#[test]
fn an_error_document_with_status_200_is_an_error() {
    let body = "<Error><Code>InternalError</Code><Message>We failed</Message></Error>";
    let error = error_response(&Operation::ListBuckets, 200, &[("x-amz-request-id", "R")], body);
    assert_eq!((error.status, error.code.as_deref()), (200, Some("InternalError")));
    assert_eq!(error.request_id.as_deref(), Some("R"));
}

#[test]
fn api_gateways_message_is_read_in_both_spellings() {
    for member in ["message", "Message"] {
        let body = format!("{{\"{member}\": \"User: … is not authorized\", \"n\": 1}}");
        let headers = [
            ("x-amzn-requestid", "uuid"),
            ("x-amzn-errortype", "AccessDeniedException:http://internal.amazon.com/coral/"),
            ("x-amz-apigw-id", "opaque="),
        ];
        let error = error_response(&invoke(), 403, &headers, &body);
        assert_eq!(error.code.as_deref(), Some("AccessDeniedException"));
        assert_eq!(error.message.as_deref(), Some("User: … is not authorized"));
        assert_eq!(error.request_id.as_deref(), Some("uuid"));
        assert_eq!(
            details(&error),
            [
                ("n", "1"),
                ("x-amzn-errortype", "AccessDeniedException:http://internal.amazon.com/coral/"),
                ("x-amz-apigw-id", "opaque="),
            ]
        );
    }
}

#[test]
fn a_page_of_another_server_is_quoted_from_its_beginning() {
    let html = format!("<html>\n<head><title>502 Bad Gateway</title>{}</head>", "é".repeat(500));
    let headers = [("content-type", "text/html"), ("server", "nginx")];
    let error = error_response(&Operation::ListBuckets, 502, &headers, &html);
    assert_eq!((error.code.as_deref(), error.message.as_deref()), (None, None));
    let quoted = error.detail("body").unwrap();
    assert_eq!(quoted.chars().count(), 200);
    assert!(html.starts_with(quoted));
    assert_eq!(error.detail("server"), Some("nginx"));
    let shown = error.to_string();
    assert!(
        shown.starts_with(
            "refused with 502, not an AWS error document (text/html): \"502 Bad Gateway éé"
        ),
        "{shown}"
    );
}

#[test]
fn an_error_with_an_empty_body_says_so() {
    let error = error_response(&Operation::ListBuckets, 400, &[("x-amz-request-id", "R")], "");
    assert_eq!(error.to_string(), "refused with 400, with an empty body (request id R)");
}

#[test]
fn a_cut_error_document_keeps_the_facts_before_the_cut() {
    let whole = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message>\
                 <RequestId>R</RequestId></Error>";
    for end in 0..whole.len() {
        let error = error_response(&Operation::ListBuckets, 503, &[], &whole[..end]);
        let code = (end >= whole.find("<Message>").unwrap()).then_some("SlowDown");
        assert_eq!(error.code.as_deref(), code, "{}", &whole[..end]);
        assert!(error.detail("body").is_some(), "the beginning of the body is kept");
    }
    let whole = error_response(&Operation::ListBuckets, 503, &[], whole);
    assert!(whole.error.is_none() && whole.detail("body").is_none());
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_names_the_region() {
    let body = "<Error><Code>PermanentRedirect</Code><Message>Use the endpoint.</Message>\
                <Endpoint>bucket.s3-eu-central-1.amazonaws.com</Endpoint><Bucket>bucket</Bucket>\
                <RequestId>R</RequestId><HostId>H</HostId></Error>";
    let headers = "x-amz-bucket-region: eu-central-1\r\nlocation: http://127.0.0.1:9/\r\n";
    let server = Server::start(vec![answer(301, headers, body)]);
    let failure = failure(&server.endpoint, &list_objects()).await;
    assert_eq!((failure.stage, failure.status), (Stage::Service, Some(301)));
    assert_eq!(failure.code.as_deref(), Some("PermanentRedirect"));
    assert!(failure.advice.unwrap().contains("Use the region eu-central-1"));
    assert!(failure.details.contains(&("Bucket".into(), "bucket".into())));
}

#[tokio::test]
async fn secrets_in_an_answer_are_not_shown() {
    let token = "FwoGZXIvYXdzEXAMPLE+TOKEN/==";
    let hex: Vec<String> = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let body = format!(
        "<Error><Code>InvalidToken</Code><Message>Bad: {token}</Message><Token-0>{token}</Token-0>\
         <CanonicalRequest>x-amz-security-token:{token}</CanonicalRequest>\
         <CanonicalRequestBytes>3a {}</CanonicalRequestBytes>\
         <Query>X-Amz-Security-Token={}</Query></Error>",
        hex.join(" "),
        raw::encode::query(token),
    );
    let page = format!("<html>{token} wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY</html>");
    // An excerpt of a body that ends within the token, and a document that breaks off there.
    let (cut, entity) =
        (format!("{}{token}", " ".repeat(180)), format!("<Error>&{token};</Error>"));
    for body in [body, page, cut, entity] {
        let server = Server::start(vec![answer(400, "", &body)]);
        let credentials = credentials().with_session_token(token);
        let client = Client::new(local(&server.endpoint), credentials).unwrap();
        let failure = client.call(&Operation::ListBuckets).await.result.unwrap_err();
        let shown = format!("{failure:?} {client:?}");
        for secret in [token, "EXAMPLE+TOKEN", "EXAMPLE%2BTOKEN", &hex.join(" "), "wJalrXUtnFEMI"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(shown.contains("** redacted **"));
    }
}

fn details(error: &ErrorResponse) -> Vec<(&str, &str)> {
    error.details.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn error_response(
    operation: &Operation,
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: &str,
) -> ErrorResponse {
    match raw::parse::parse(operation, &response(status, headers, body)) {
        Err(ParseError::Refused(response)) => *response,
        other => panic!("{other:?}"),
    }
}

fn invoke() -> Operation {
    let url = "https://example.invalid/".to_owned();
    Operation::InvokeApi(InvokeApi { url, signing: Signing::Unsigned })
}
