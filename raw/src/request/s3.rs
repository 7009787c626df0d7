//! S3's REST API (2006-03-01). The parameters of a query are written in alphabetical order, in which
//! they are signed: so the signer need not move them.

use std::sync::Arc;

use contract::{Addressing, ListObjects, Signing};
use reqwest::Method;

use super::{At, BuildError, Parameters, Request};
use crate::encode;
use crate::endpoint::{Origin, Service};

/// [`ListBuckets`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html), of this
/// account, all regions. Only an account of more than 10,000 buckets has a second page.
pub(super) fn list_buckets(s3: At<'_>, page: Option<&str>) -> Request {
    let mut query = Parameters::default();
    query.add_if_given("continuation-token", page);
    get(s3, Arc::clone(s3.origin), "/".to_owned(), query)
}

/// [`ListObjectsV2`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html), always
/// with `encoding-type=url`: a key may hold characters that XML cannot.
pub(super) fn list_objects(
    s3: At<'_>,
    input: &ListObjects,
    page: Option<&str>,
) -> Result<Request, BuildError> {
    let (origin, path) = in_bucket(s3, &input.bucket, "")?;
    let page_size = input.page_size.map(|keys| keys.to_string());
    let mut query = Parameters::default();
    query.add_if_given("continuation-token", page);
    query.add_if_given("delimiter", input.delimiter.as_deref());
    query.add("encoding-type", "url");
    query.add("list-type", "2");
    query.add_if_given("max-keys", page_size.as_deref());
    query.add_if_given("prefix", input.prefix.as_deref());
    Ok(get(s3, origin, path, query))
}

/// [`GetObject`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html), to be presigned.
///
/// The path is the key to the letter: `a//b` and `../x` are names like any other to S3. Clients that
/// resolve such segments (curl without `--path-as-is`, browsers, everything on WHATWG URLs) ask for
/// something else than was signed, and are refused; no other spelling would keep them from it.
pub(super) fn get_object(s3: At<'_>, bucket: &str, key: &str) -> Result<Request, BuildError> {
    if key.is_empty() {
        return Err(BuildError::EmptyKey);
    }
    let (origin, path) = in_bucket(s3, bucket, key)?;
    Ok(get(s3, origin, path, Parameters::default()))
}

fn get(s3: At<'_>, origin: Arc<Origin>, path: String, query: Parameters) -> Request {
    Request {
        method: Method::GET,
        origin,
        path,
        query: query.0,
        headers: Vec::new(),
        body: Vec::new(),
        service: Service::S3,
        region: s3.target.region.clone(),
        signing: Signing::Signed,
    }
}

/// Where `key` of `bucket` is found, or the bucket itself where the key is empty.
fn in_bucket(s3: At<'_>, bucket: &str, key: &str) -> Result<(Arc<Origin>, String), BuildError> {
    check_bucket(bucket)?;
    let At { target, origin } = s3;
    Ok(match origin.addressing(target.addressing, bucket) {
        Addressing::VirtualHosted => {
            (Arc::new(origin.with_bucket(bucket)), format!("/{}", encode::path(key)))
        }
        Addressing::Path if key.is_empty() => {
            (Arc::clone(origin), format!("/{}", encode::query(bucket)))
        }
        Addressing::Path => {
            (Arc::clone(origin), format!("/{}/{}", encode::query(bucket), encode::path(key)))
        }
    })
}

/// Whether a name is a good one is for S3 to say; here it only must not leave its place in the URL.
fn check_bucket(bucket: &str) -> Result<(), BuildError> {
    let reason = match bucket {
        "" => "it is empty",
        "." | ".." => "every URL parser would resolve it",
        _ if bucket.contains('/') => "it holds a slash, so the rest would be taken for a key",
        _ => return Ok(()),
    };
    Err(BuildError::Bucket { bucket: bucket.to_owned(), reason })
}
