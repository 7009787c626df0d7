//! Servers that never end: each call stops at the limits of its target.

use std::time::{Duration, Instant};

use contract::{
    Addressing, CallLimits, Client as _, DescribeInstances, Endpoint, Failure, Operation, Reply,
    Stage, Target, WaitUntilRunning,
};
use raw::Client;

use crate::answers::describe_images;
use crate::listings::list_objects;
use crate::script::{Act, Server, ok};
use crate::{credentials, target};

/// No test waits for it.
const LONG: Duration = Duration::from_mins(5);

#[tokio::test]
async fn a_listing_whose_every_token_is_new_ends_at_the_limit_of_pages() {
    let limits = CallLimits { pages: 5, ..CallLimits::default() };
    for (operation, page) in endless_listings() {
        let endpoint = Server::forever(move |number| ok(&page(number)));
        let reply = call(&endpoint, limits, &operation).await;
        let failure = reply.result.expect_err("no answer");
        assert_eq!((failure.stage, reply.requests), (Stage::Response, 5), "{failure}");
        assert!(failure.display.contains("more after 5 answers"), "{failure}");
        assert!(failure.advice.is_some());
    }
}

#[tokio::test]
async fn a_call_ends_when_its_time_is_up_however_many_answers_come() {
    let limits =
        CallLimits { time: Duration::from_millis(200), pages: u32::MAX, ..CallLimits::default() };
    for (operation, page) in endless_listings() {
        let endpoint = Server::forever(move |number| ok(&page(number)));
        let begun = Instant::now();
        let reply = call(&endpoint, limits, &operation).await;
        let failure = reply.result.expect_err("no answer");
        assert_eq!(failure.stage, Stage::Timeout, "{failure}");
        assert!(failure.display.contains("did not end within 200ms"), "{failure}");
        assert!(reply.requests > 1 && begun.elapsed() < Duration::from_secs(10), "{failure}");
    }
}

#[tokio::test]
async fn all_answers_of_a_call_together_are_bounded() {
    let limits = CallLimits { bytes: 10_000, ..CallLimits::default() };
    for (operation, page) in endless_listings() {
        let endpoint = Server::forever(move |number| {
            ok(&(page(number) + &format!("<!--{}-->", "x".repeat(4000))))
        });
        let reply = call(&endpoint, limits, &operation).await;
        let failure = reply.result.expect_err("no answer");
        assert_eq!((failure.stage, reply.requests), (Stage::Response, 3), "{failure}");
        assert!(failure.display.contains("more than the 10000 bytes"), "{failure}");
    }
}

#[tokio::test]
async fn a_body_without_end_is_read_to_the_limit_and_no_further() {
    let limits = CallLimits { bytes: 1_000_000, ..CallLimits::default() };
    for operation in [list_objects(), describe_images(), Operation::ListBuckets] {
        let endpoint =
            Server::forever(|_| Act::Flood(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".into()));
        let failure = failure(&endpoint, limits, &operation).await;
        assert_eq!((failure.stage, failure.status), (Stage::Response, Some(200)), "{failure}");
        assert!(failure.display.contains("more than the 1000000 bytes"), "{failure}");
    }
}

#[tokio::test]
async fn a_wait_ends_in_the_middle_of_a_poll() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<";
    let endpoint = Server::forever(|_| Act::Stall(head.into()));
    let begun = Instant::now();
    let failure = failure(&endpoint, CallLimits::default(), &wait()).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(failure.stage, Stage::Wait, "{failure}");
    assert!(failure.display.contains("i-1 is not asked about yet"), "{failure}");
}

#[tokio::test]
async fn a_wait_ends_when_its_time_is_up_though_a_poll_has_page_after_page() {
    let endpoint = Server::forever(|number| ok(&instances(number)));
    let limits = CallLimits { pages: u32::MAX, ..CallLimits::default() };
    let failure = failure(&endpoint, limits, &wait()).await;
    assert_eq!(failure.stage, Stage::Wait, "{failure}");
}

/// The page of that number, which promises another.
type EndlessPage = fn(usize) -> String;

/// Every operation that follows tokens, and a page of it.
fn endless_listings() -> Vec<(Operation, EndlessPage)> {
    let Operation::DescribeImages(images_wanted) = describe_images() else { unreachable!() };
    let all = DescribeInstances { instance_ids: Vec::new(), filters: Vec::new() };
    vec![
        (Operation::ListBuckets, buckets),
        (list_objects(), objects),
        (describe_images(), images),
        (Operation::LatestImage(images_wanted), images),
        (Operation::DescribeInstances(all), instances),
    ]
}

fn buckets(number: usize) -> String {
    format!(
        "<ListAllMyBucketsResult><Buckets/><ContinuationToken>t{number}</ContinuationToken>\
         </ListAllMyBucketsResult>"
    )
}

fn objects(number: usize) -> String {
    format!(
        "<ListBucketResult><IsTruncated>true</IsTruncated>\
         <NextContinuationToken>t{number}</NextContinuationToken></ListBucketResult>"
    )
}

fn images(number: usize) -> String {
    format!(
        "<DescribeImagesResponse><imagesSet/><nextToken>t{number}</nextToken>\
         </DescribeImagesResponse>"
    )
}

fn instances(number: usize) -> String {
    format!(
        "<DescribeInstancesResponse><reservationSet/><nextToken>t{number}</nextToken>\
         </DescribeInstancesResponse>"
    )
}

/// 200 ms at the pace of these tests.
fn wait() -> Operation {
    let at_most = Duration::from_secs(200);
    Operation::WaitUntilRunning(WaitUntilRunning { instance_ids: vec!["i-1".into()], at_most })
}

async fn call(endpoint: &str, limits: CallLimits, operation: &Operation) -> Reply {
    let mut target =
        Target { limits, ..target(Endpoint::Url(endpoint.to_owned()), Addressing::Path) };
    target.timeouts.attempt = LONG;
    Client::new(target, credentials()).unwrap().call(operation).await
}

async fn failure(endpoint: &str, limits: CallLimits, operation: &Operation) -> Failure {
    call(endpoint, limits, operation).await.result.expect_err("no answer")
}
