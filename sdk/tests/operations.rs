//! The suite of `contract::Client` for the SDK, and what only the SDK does.

#[path = "../../contract/tests/suite/operations.rs"]
mod suite;

use std::{net::TcpListener, time::Duration};

use contract::{Answer, Client as _, Credentials, Operation, PresignGet, Stage, Target};
use sdk::Client;
use suite::{serve, target};

fn connect(target: Target, credentials: Credentials) -> Client {
    Client::new(target, credentials).expect("a client")
}

#[tokio::test]
async fn a_refusal_displays_one_phrase() {
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wrong");
    let sandbox = suite::start();
    let client = connect(target(sandbox.endpoint()), credentials);
    let failure = client.call(&Operation::ListBuckets).await.result.unwrap_err();
    assert_eq!(failure.display, "service error");
    assert!(failure.context.contains("InvalidAccessKeyId"), "{}", failure.context);
}

#[tokio::test]
async fn a_closed_port_is_tried_three_times() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client =
        connect(target(&format!("http://{closed}")), Credentials::new("AKIDEXAMPLE", "secret"));
    let reply = client.call(&Operation::ListBuckets).await;
    let failure = reply.result.unwrap_err();
    assert_eq!((failure.stage, reply.requests), (Stage::Dispatch, 3));
    assert_eq!(failure.display, "dispatch failure");
}

/// A claim of the report: to the SDK, a truncated listing under a matching content-length is not an
/// error. Only a missing required field reveals it; a cut between two buckets does not.
#[tokio::test]
async fn a_truncated_listing_is_a_shorter_list_to_the_sdk() {
    const HEAD: &str = "<?xml version=\"1.0\"?><ListAllMyBucketsResult><Buckets><Bucket><Name>one\
         </Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>";
    let list = async |document| {
        let endpoint = serve("200 OK", document);
        let client = connect(target(&endpoint), Credentials::new("AKIDEXAMPLE", "secret"));
        client.call(&Operation::ListBuckets).await.result
    };
    let between_buckets = list(|_| format!("{HEAD}<Bucke")).await;
    assert!(matches!(between_buckets, Ok(Answer::Buckets(buckets)) if buckets.len() == 1));
    let failure = list(|_| format!("{HEAD}<Bucket><Na")).await.unwrap_err();
    assert!(failure.display.contains("a bucket without a name"), "{failure:?}");
}

#[tokio::test]
async fn bad_credentials_are_neither_sent_nor_presigned_with() {
    let secret = "abcdEFGHijklMNOPqrstUVWXyz0123456789/+AB";
    let target = target("http://127.0.0.1:1");
    let swapped = Credentials::new(secret, "AKIAABCDEFGHIJKLMNOP");
    let failure = Client::new(target.clone(), swapped).unwrap_err();
    assert_eq!(failure.stage, Stage::Build);
    assert!(failure.display.contains("swapped"), "{}", failure.display);
    assert!(!format!("{failure:?}").contains(&secret[..8]), "{failure:?}");

    let client = connect(target, Credentials::new("AKIDEXAMPLE\r", secret));
    let presign = Operation::PresignGet(PresignGet {
        bucket: "archive".into(),
        key: "about.txt".into(),
        expires: Duration::from_mins(1),
    });
    let failure = client.call(&presign).await.result.unwrap_err();
    assert!(failure.display.contains("ends with a line break"), "{}", failure.display);
}
