//! Servers that never end: each call stops at the limits of its target.

use std::time::{Duration, Instant};

use contract::{CallLimits, Client as _, DescribeInstances, Operation, Reply, Stage};
use raw::Client;

use crate::documents::describe_images;
use crate::listings::list_objects;
use crate::script::{Server, ok};
use crate::{credentials, local};

#[tokio::test]
async fn an_endless_listing_ends_at_the_limit_of_pages() {
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
async fn an_endless_listing_ends_at_the_limit_of_time() {
    let limits =
        CallLimits { time: Duration::from_millis(200), pages: u32::MAX, ..CallLimits::default() };
    for (operation, page) in endless_listings() {
        let endpoint = Server::forever(move |number| ok(&page(number)));
        let started = Instant::now();
        let reply = call(&endpoint, limits, &operation).await;
        let failure = reply.result.expect_err("no answer");
        assert_eq!(failure.stage, Stage::Timeout, "{failure}");
        assert!(failure.display.contains("did not end within 200ms"), "{failure}");
        assert!(reply.requests > 1 && started.elapsed() < Duration::from_secs(10), "{failure}");
    }
}

#[tokio::test]
async fn an_endless_listing_ends_at_the_limit_of_bytes() {
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

/// Makes the page with a number, which has a token for another page.
type EndlessPage = fn(usize) -> String;

/// Every operation that follows tokens, with its pages.
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

pub(crate) fn instances(number: usize) -> String {
    format!(
        "<DescribeInstancesResponse><reservationSet/><nextToken>t{number}</nextToken>\
         </DescribeInstancesResponse>"
    )
}

async fn call(endpoint: &str, limits: CallLimits, operation: &Operation) -> Reply {
    let mut target = local(endpoint);
    target.limits = limits;
    target.timeouts.attempt = Duration::from_mins(5);
    Client::new(target, credentials()).unwrap().call(operation).await
}
