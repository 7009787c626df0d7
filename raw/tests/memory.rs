//! The memory that reading an answer takes: a small multiple of its length, whatever it contains.

use contract::{DescribeImages, DescribeInstances, Operation};
use raw::response::{Extent, Head, Response};
use reqwest::header::HeaderMap;

/// Length of the documents in bytes: so long that other allocations do not matter.
const LENGTH: usize = 2_000_000;

#[test]
fn no_document_takes_more_than_a_few_times_its_length() {
    let images = Operation::DescribeImages(DescribeImages { owners: vec![], filters: vec![] });
    let instances =
        Operation::DescribeInstances(DescribeInstances { instance_ids: vec![], filters: vec![] });
    for (operation, before, repeated) in [
        (&images, "<DescribeImagesResponse><imagesSet>", "<item><imageId>a</imageId></item>"),
        (&images, "<DescribeImagesResponse><imagesSet>", "<item><imageId/></item>"),
        (&images, "<DescribeImagesResponse>", "<a>"),
        (&images, "<DescribeImagesResponse><imagesSet><item><imageId>", "&lt;"),
        (&images, "<Error>", "<a/>"),
        (&images, "<Error>", "<a>"),
        (&images, "<Response><Errors><Error><Message>", "\r\n"),
        (
            &instances,
            "<DescribeInstancesResponse><reservationSet><item><instancesSet>",
            "<item><instanceId>a</instanceId></item>",
        ),
        (&instances, "<DescribeInstancesResponse><reservationSet>", "<item><instancesSet/></item>"),
        (
            &Operation::ListBuckets,
            "<ListAllMyBucketsResult><Buckets>",
            "<Bucket><Name>a</Name></Bucket>",
        ),
    ] {
        let body = format!("{before}{}", repeated.repeat(LENGTH / repeated.len())).into_bytes();
        let length = u64::try_from(body.len()).unwrap();
        let head = Head { status: 200, headers: HeaderMap::new() };
        let response = Response { head, body, extent: Extent::Whole };
        let taken = allocation_counter::measure(|| {
            raw::parse::parse(operation, &response).expect_err("none of the documents ends");
        });
        let times = taken.bytes_max / length;
        assert!(times < 8, "{times} times the length of {before}{repeated}…");
    }
}
