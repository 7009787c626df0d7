//! `ListBuckets`, whole or in pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::document::{NAMESPACE, OWNER_ID, XML};
use super::request::S3Request;
use crate::facts::s3 as facts;
use crate::refusal::Refusal;
use crate::regions::COMMERCIAL;
use crate::response::ServiceResponse;
use crate::store::Bucket;
use crate::xml::timestamp;
use crate::xml::{XML_DECLARATION, element};

/// Any of these parameters makes S3 add the region and ARN of each bucket.
const SELECTING: [&str; 4] = ["max-buckets", "continuation-token", "prefix", "bucket-region"];

pub(super) fn handle(
    buckets: &[Bucket],
    request: &S3Request<'_>,
) -> Result<ServiceResponse, Refusal> {
    let most = max_buckets(request)?;
    let region = bucket_region(request)?;
    let after = request.parameter("continuation-token").map(read_token).transpose()?;
    let prefix = request.parameter("prefix");
    let detailed = SELECTING.iter().any(|name| request.parameter(name).is_some());

    let mut matching = buckets
        .iter()
        .filter(|bucket| after.as_deref().is_none_or(|after| bucket.name > after))
        .filter(|bucket| prefix.is_none_or(|prefix| bucket.name.starts_with(prefix)))
        .filter(|bucket| region.is_none_or(|region| bucket.region == region))
        .peekable();

    let mut xml = format!("{XML_DECLARATION}<ListAllMyBucketsResult xmlns=\"{NAMESPACE}\"><Owner>");
    element(&mut xml, "ID", OWNER_ID);
    xml.push_str("</Owner><Buckets>");
    let mut last = None;
    for bucket in matching.by_ref().take(most) {
        xml.push_str("<Bucket>");
        element(&mut xml, "Name", bucket.name);
        element(&mut xml, "CreationDate", &timestamp(bucket.created));
        if detailed {
            element(&mut xml, "BucketRegion", bucket.region);
            element(&mut xml, "BucketArn", &format!("arn:aws:s3:::{}", bucket.name));
        }
        xml.push_str("</Bucket>");
        last = Some(bucket.name);
    }
    xml.push_str("</Buckets>");
    if let (Some(last), Some(_)) = (last, matching.peek()) {
        element(&mut xml, "ContinuationToken", &STANDARD.encode(last));
    }
    if let Some(prefix) = prefix {
        element(&mut xml, "Prefix", prefix);
    }
    xml.push_str("</ListAllMyBucketsResult>");
    Ok(ServiceResponse::new(200, XML, xml))
}

/// The page size: 1 to 10,000, and 10,000 by default.
fn max_buckets(request: &S3Request<'_>) -> Result<usize, Refusal> {
    const MOST: usize = 10_000;
    let Some(text) = request.parameter("max-buckets") else { return Ok(MOST) };
    text.parse().ok().filter(|most| (1..=MOST).contains(most)).ok_or_else(|| {
        // The limits are documented (API_ListBuckets), the message is not.
        let message = "Argument max-buckets must be an integer between 1 and 10000";
        Refusal::without_fact(400, "InvalidArgument", message)
            .detail("ArgumentName", "max-buckets")
            .detail("ArgumentValue", text)
    })
}

fn bucket_region<'a>(request: &'a S3Request<'_>) -> Result<Option<&'a str>, Refusal> {
    match request.parameter("bucket-region") {
        Some(region) if !COMMERCIAL.contains(&region) => {
            Err(Refusal::from_fact(facts::BUCKET_REGION)
                .fill(&[region])
                .detail("ArgumentName", "bucket-region"))
        }
        region => Ok(region),
    }
}

fn read_token(token: &str) -> Result<String, Refusal> {
    STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
        Refusal::from_fact(facts::CONTINUATION_TOKEN).detail("ArgumentName", "continuation-token")
    })
}
