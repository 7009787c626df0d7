//! S3's REST API (2006-03-01). The parameters of a query are written in alphabetical order, in which they
//! are signed, so the signer need not sort them.

use std::sync::Arc;

use contract::{Addressing, ListObjects, Signing};
use http::Method;

use super::{BuildError, Parameters, Request, ServiceTarget};
use crate::encode;
use crate::endpoint::{Origin, Service};

/// [`ListBuckets`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html), for all regions
/// of this account. Only an account with more than 10,000 buckets has a second page.
pub(super) fn list_buckets(s3: ServiceTarget<'_>, page: Option<&str>) -> Request {
    let mut query = Parameters::default();
    query.add_if_given("continuation-token", page);
    get(s3, Arc::clone(s3.origin), "/".to_owned(), query)
}

/// [`ListObjectsV2`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html), always
/// with `encoding-type=url`: a key may have characters in it that XML cannot carry.
pub(super) fn list_objects(
    s3: ServiceTarget<'_>,
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

/// [`GetObject`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html), for presigning.
///
/// The path is exactly the key: to S3, `a//b` and `../x` are names like any other. Clients that resolve
/// such segments (curl without `--path-as-is`, browsers, everything based on WHATWG URLs) request a path
/// that was not signed, and are refused. No other spelling would prevent that.
pub(super) fn get_object(
    s3: ServiceTarget<'_>,
    bucket: &str,
    key: &str,
) -> Result<Request, BuildError> {
    if key.is_empty() {
        return Err(BuildError::EmptyKey);
    }
    let (origin, path) = in_bucket(s3, bucket, key)?;
    Ok(get(s3, origin, path, Parameters::default()))
}

fn get(s3: ServiceTarget<'_>, origin: Arc<Origin>, path: String, query: Parameters) -> Request {
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

/// Origin and path of `key` in `bucket`, or of the bucket if `key` is empty.
fn in_bucket(
    s3: ServiceTarget<'_>,
    bucket: &str,
    key: &str,
) -> Result<(Arc<Origin>, String), BuildError> {
    check_bucket(bucket)?;
    let ServiceTarget { target, origin } = s3;
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

/// Refuses a bucket that would change the rest of the URL. All other rules are S3's to check.
fn check_bucket(bucket: &str) -> Result<(), BuildError> {
    let reason = match bucket {
        "" => "it is empty",
        "." | ".." => "URL parsers resolve it as a dot segment",
        _ if bucket.contains('/') => "it has a slash in it, and S3 would take the rest for a key",
        _ => return Ok(()),
    };
    Err(BuildError::Bucket { bucket: bucket.to_owned(), reason })
}
