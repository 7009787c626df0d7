//! The client with each fault of the sandbox: an incomplete answer is always an error, every fact that
//! arrived is kept, and an error of 200 MB is not read to its end.

use std::time::{Duration, Instant};

use contract::{
    Addressing, Answer, Client as _, Clock, Credentials, Endpoint, Failure, InvokeApi, Operation,
    Reply, Signing, Stage,
};
use raw::Client;
use sandbox::{Fault, Options, Sandbox};

use crate::detail;
use crate::documents::describe_images;
use crate::listings::list_objects_of;

const PATIENCE: Duration = Duration::from_millis(400);
/// The limit of a call: more than any complete answer here, and reached quickly.
const MAX_BYTES: u64 = 4_000_000;

#[tokio::test]
async fn every_fault_is_an_error_with_advice() {
    for fault in Fault::ALL {
        for operation in [Operation::ListBuckets, list_objects_of("archive"), describe_images()] {
            let reply = call(fault, &operation).await;
            let failure = reply.result.expect_err("no answer");
            assert_eq!(reply.requests, 1, "{fault:?}");
            let lines = failure.display.lines().count();
            assert!(lines == 1 && failure.display.len() < 800, "{fault:?}: {}", failure.display);
            assert!(failure.advice.is_some(), "{fault:?}: {}", failure.display);
        }
    }
}

#[tokio::test]
async fn a_routes_answer_may_be_any_text_but_not_an_error_or_cut() {
    for fault in Fault::ALL {
        let result = call(fault, &invoke()).await.result;
        let passes = matches!(fault, Fault::EmptySuccess | Fault::LoginPage);
        assert_eq!(result.is_ok(), passes, "{fault:?}: {result:?}");
        if let Ok(answer) = result {
            assert!(matches!(answer, Answer::Api(api) if api.status == 200), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn each_fault_has_its_stage_and_status() {
    for (fault, stage, status) in [
        (Fault::Throttled, Stage::Service, Some(503)),
        (Fault::InternalError, Stage::Service, Some(500)),
        (Fault::ErrorInSuccess, Stage::Service, Some(200)),
        (Fault::GatewayPage, Stage::Response, Some(502)),
        (Fault::NotXml, Stage::Response, Some(503)),
        (Fault::EmptyError, Stage::Response, Some(503)),
        (Fault::EmptySuccess, Stage::Response, Some(200)),
        (Fault::LoginPage, Stage::Response, Some(200)),
        (Fault::CutDocument, Stage::Response, Some(200)),
        (Fault::CutBody, Stage::Response, Some(200)),
        (Fault::Reset, Stage::Response, Some(200)),
        (Fault::NoAnswer, Stage::Dispatch, None),
        (Fault::BadUtf8, Stage::Response, Some(200)),
        (Fault::HugeError, Stage::Service, Some(500)),
        (Fault::EndlessBody, Stage::Response, Some(200)),
        (Fault::NestedEntities, Stage::Service, Some(500)),
        (Fault::Silence, Stage::Timeout, None),
        (Fault::Stall, Stage::Timeout, Some(200)),
    ] {
        let failure = failure(fault, &list_objects_of("archive")).await;
        assert_eq!((failure.stage, failure.status), (stage, status), "{fault:?}: {failure}");
    }
}

#[tokio::test]
async fn an_unusable_answer_keeps_its_ids_and_headers() {
    for fault in
        [Fault::EmptySuccess, Fault::CutDocument, Fault::CutBody, Fault::Reset, Fault::Stall]
    {
        let failure = failure(fault, &list_objects_of("archive")).await;
        let [request_id, host_id] =
            [&failure.request_id, &failure.host_id].map(|id| id.clone().expect("an id"));
        assert!(failure.display.contains(&request_id) && failure.display.contains(&host_id));
        assert_eq!(detail(&failure, "server"), Some("AmazonS3"), "{fault:?}");
        assert_eq!(detail(&failure, "x-amz-bucket-region"), Some("us-east-1"), "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_answers_instead_of_the_service_is_named() {
    let failure = failure(Fault::GatewayPage, &list_objects_of("archive")).await;
    assert!(
        failure.display.contains("502, not an AWS error document (text/html): \"502 Bad Gateway ")
    );
    assert!(failure.advice.unwrap().contains("calls itself \"nginx\""));
    assert!(detail_of(Fault::NotXml, "body").await.starts_with("upstream connect error"));
    assert!(detail_of(Fault::LoginPage, "body").await.contains("Log in to the network"));
}

#[tokio::test]
async fn each_fault_of_a_success_is_explained() {
    for (fault, message, advice) in [
        (Fault::EmptySuccess, "the body is empty", "the body is missing"),
        (Fault::LoginPage, "(text/html; charset=utf-8): \"Log in to the", "An HTML page"),
        (Fault::CutDocument, "ends early, at byte", "Every byte that was promised arrived"),
        (Fault::CutBody, "the answer (200) broke off after", "Nothing of this answer was used"),
        (Fault::Reset, "bytes of its body: Connection reset", "Nothing of this answer was used"),
        (Fault::BadUtf8, "invalid utf-8", "AWS sends UTF-8"),
        (Fault::EndlessBody, "more than the 4000000 bytes", "Ask for less at a time"),
        (Fault::Stall, "did not end within 400ms", "allow an attempt more time"),
        (Fault::Silence, "no answer from", "allow an attempt more time"),
    ] {
        let failure = failure(fault, &list_objects_of("archive")).await;
        assert!(failure.display.contains(message), "{fault:?}: {failure}");
        assert!(failure.advice.as_deref().unwrap().contains(advice), "{fault:?}: {failure}");
    }
}

#[tokio::test]
async fn only_the_beginning_of_a_huge_error_is_read() {
    for operation in [list_objects_of("archive"), describe_images(), invoke()] {
        let started = Instant::now();
        let failure = failure(Fault::HugeError, &operation).await;
        assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
        assert!(failure.code.is_some() && failure.message.is_some(), "{failure}");
        assert!(failure.request_id.is_some(), "{failure}");
        assert!(failure.display.contains("; only the first 1048576 bytes of 2000"), "{failure}");
        assert!(failure.display.contains(" were read. "), "{failure}");
        let kept: usize = failure.details.iter().map(|(_, value)| value.len()).sum();
        assert!(kept < 1000, "{kept} bytes of details");
    }
}

#[tokio::test]
async fn entities_are_not_expanded_and_the_code_is_kept() {
    let failure = failure(Fault::NestedEntities, &describe_images()).await;
    assert_eq!(failure.code.as_deref(), Some("InternalError"));
    assert!(failure.display.contains("the entity &j; is not one of XML"), "{failure}");
}

async fn detail_of(fault: Fault, name: &str) -> String {
    let failure = failure(fault, &describe_images()).await;
    detail(&failure, name).expect("the detail").to_owned()
}

async fn failure(fault: Fault, operation: &Operation) -> Failure {
    call(fault, operation).await.result.expect_err("no answer")
}

/// Calls a sandbox that has the fault. [`invoke`] gets the sandbox's URL.
async fn call(fault: Fault, operation: &Operation) -> Reply {
    let sandbox = Sandbox::start(Options { fault: Some(fault), ..Options::default() }).unwrap();
    let admin = sandbox.identity("admin").unwrap();
    let endpoint = Endpoint::Url(sandbox.endpoint().to_owned());
    let mut target = crate::target(endpoint, Addressing::Path);
    (target.region, target.clock) = (sandbox.region().to_owned(), Clock::System);
    target.timeouts.attempt = PATIENCE;
    target.limits.bytes = MAX_BYTES;
    let credentials = Credentials::new(&admin.access_key_id, &admin.secret_access_key);
    let client = Client::new(target, credentials).unwrap();
    match operation {
        Operation::InvokeApi(input) => {
            let url = sandbox.api_url();
            client.call(&Operation::InvokeApi(InvokeApi { url, ..input.clone() })).await
        }
        operation => client.call(operation).await,
    }
}

fn invoke() -> Operation {
    Operation::InvokeApi(InvokeApi { url: String::new(), signing: Signing::Signed })
}
