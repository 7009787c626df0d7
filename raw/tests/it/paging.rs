//! Listings of several pages.

use contract::{Answer, Operation, Pages, Reply, Stage};

use crate::documents::describe_images;
use crate::listings::list_objects;
use crate::script::{Act, Server, ok};
use crate::{call, failure};

#[tokio::test]
async fn every_page_is_requested_once() {
    let server = Server::start(vec![
        objects("a", Some("t+1")),
        objects("b", Some("t2")),
        objects("c", None),
    ]);
    let reply = call(&server.endpoint, &list_objects()).await;
    assert_eq!((keys(&reply), reply.requests), (vec!["a", "b", "c"], 3));
    let requests = server.requests();
    assert!(
        requests[1]
            .starts_with("GET /bucket?continuation-token=t%2B1&encoding-type=url&list-type=2 ")
    );
    assert!(requests[2].starts_with("GET /bucket?continuation-token=t2&"));
}

#[tokio::test]
async fn only_the_first_page_is_requested_if_that_is_wanted() {
    let server = Server::start(vec![objects("a", Some("t1"))]);
    let mut first = list_objects();
    if let Operation::ListObjects(input) = &mut first {
        input.pages = Pages::First;
    }
    let reply = call(&server.endpoint, &first).await;
    assert_eq!((keys(&reply), reply.requests), (vec!["a"], 1));
}

#[tokio::test]
async fn a_token_that_comes_back_is_an_error() {
    let pages = [("a", "t1"), ("b", "t2"), ("a", "t1")];
    let server =
        Server::start(pages.map(|(key, token)| objects(key, Some(token))).into_iter().collect());
    let failure = failure(&server.endpoint, &list_objects()).await;
    assert_eq!(failure.stage, Stage::Response);
    assert!(failure.display.contains("the continuation token \"t1\" twice"), "{failure}");
}

#[tokio::test]
async fn the_newest_image_is_found_across_pages() {
    let page = |id: &str, created: &str, next: &str| {
        ok(&format!(
            "<DescribeImagesResponse><imagesSet><item><imageId>{id}</imageId>\
             <creationDate>{created}</creationDate></item></imagesSet><nextToken>{next}</nextToken>\
             </DescribeImagesResponse>"
        ))
    };
    let server = Server::start(vec![
        page("ami-1", "2026-01-02T00:00:00.000Z", "more"),
        page("ami-2", "2026-01-01T00:00:00.000Z", ""),
    ]);
    let Operation::DescribeImages(input) = describe_images() else { unreachable!() };
    let reply = call(&server.endpoint, &Operation::LatestImage(input)).await;
    let Ok(Answer::LatestImage(Some(image))) = &reply.result else { panic!("{reply:?}") };
    assert_eq!((image.id.as_str(), reply.requests), ("ami-1", 2));
}

/// A page with one key, and with the token of the next page if there is one.
fn objects(key: &str, next: Option<&str>) -> Act {
    let next = next.map_or("<IsTruncated>false</IsTruncated>".to_owned(), |token| {
        format!(
            "<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"
        )
    });
    ok(&format!("<ListBucketResult>{next}<Contents><Key>{key}</Key></Contents></ListBucketResult>"))
}

fn keys(reply: &Reply) -> Vec<&str> {
    match &reply.result {
        Ok(Answer::Objects(listing)) => {
            listing.objects.iter().map(|object| object.key.as_str()).collect()
        }
        other => panic!("{other:?}"),
    }
}
