//! S3, read only: lists buckets and objects, gets objects, and refuses everything else.

mod address;
mod document;
mod list_buckets;
mod list_objects;
mod listing;
mod object;
mod operation;
mod request;

use self::address::Address;
use self::document::{NAMESPACE, XML};
use self::operation::S3Operation;
use self::request::S3Request;
use crate::authenticate::AuthContext;
use crate::authenticate::s3::{Principal, S3Target, authenticate};
use crate::facts::s3 as facts;
use crate::refusal::Refusal;
use crate::request_id::RequestId;
use crate::response::ServiceResponse;
use crate::store::{self, Bucket, HOME_REGION};
use crate::verify::{ReceivedRequest, query_pairs};

/// S3 with its buckets.
pub(crate) struct S3 {
    buckets: Vec<Bucket>,
}

impl S3 {
    pub(crate) fn new() -> Self {
        S3 { buckets: store::buckets() }
    }

    pub(crate) fn bucket_names(&self) -> Vec<String> {
        self.buckets.iter().map(|bucket| bucket.name.to_owned()).collect()
    }

    /// Responds to one request.
    pub(crate) fn handle(
        &self,
        received: &ReceivedRequest,
        context: AuthContext<'_>,
        id: &RequestId,
    ) -> ServiceResponse {
        match self.try_handle(received, context) {
            Ok(response) => with_ids(response, id),
            Err(refusal) => error_response(received, refusal, id),
        }
    }

    fn try_handle(
        &self,
        received: &ReceivedRequest,
        context: AuthContext<'_>,
    ) -> Result<ServiceResponse, Refusal> {
        let address = Address::of(received);
        let bucket = address.bucket.as_deref().and_then(|name| self.bucket(name));
        let target = S3Target {
            endpoint_region: address.region.unwrap_or(HOME_REGION),
            bucket: bucket.map(|bucket| (bucket.name, bucket.region)),
        };
        let principal = authenticate(received, target, context)?;
        let parameters = query_pairs(received)
            .filter(|(name, _)| !name.starts_with("X-Amz-"))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let request = S3Request { received, address, parameters };
        let operation = S3Operation::of(&request)?;
        permit(principal, operation, &request, bucket)?;
        self.perform(operation, &request, bucket)
    }

    fn perform(
        &self,
        operation: S3Operation,
        request: &S3Request<'_>,
        bucket: Option<&Bucket>,
    ) -> Result<ServiceResponse, Refusal> {
        let found = || bucket.ok_or_else(|| no_such_bucket(request));
        match operation {
            S3Operation::ListBuckets => list_buckets::handle(&self.buckets, request),
            S3Operation::HeadBucket => Ok(ServiceResponse::new(200, XML, "")
                .with("x-amz-access-point-alias", "false")
                .with("x-amz-bucket-region", found()?.region)),
            S3Operation::GetBucketLocation => found().map(location),
            S3Operation::ListObjectsV2 => list_objects::version_2(found()?, request),
            S3Operation::ListObjects => list_objects::version_1(found()?, request),
            S3Operation::GetObject | S3Operation::HeadObject => object::handle(found()?, request),
        }
    }

    fn bucket(&self, name: &str) -> Option<&Bucket> {
        self.buckets.iter().find(|bucket| bucket.name == name)
    }
}

/// S3's response to a refused request.
pub(crate) fn error_response(
    received: &ReceivedRequest,
    refusal: Refusal,
    id: &RequestId,
) -> ServiceResponse {
    // A response to HEAD has no body, only a status.
    let body = match received.method.as_str() {
        "HEAD" => String::new(),
        _ => refusal.s3_document(&id.short(), &host_id(id)),
    };
    let mut response = ServiceResponse::new(refusal.status, XML, body);
    response.headers.extend(refusal.headers);
    with_ids(response, id)
}

fn with_ids(response: ServiceResponse, id: &RequestId) -> ServiceResponse {
    response
        .with("x-amz-request-id", id.short())
        .with("x-amz-id-2", host_id(id))
        .with("server", "AmazonS3")
}

fn host_id(id: &RequestId) -> String {
    id.opaque(32)
}

/// Checks whether the caller's policy allows the operation. S3 tells an anonymous caller whether a
/// bucket exists, but not whether a key does.
fn permit(
    principal: Principal<'_>,
    operation: S3Operation,
    request: &S3Request<'_>,
    bucket: Option<&Bucket>,
) -> Result<(), Refusal> {
    match principal {
        Principal::Anonymous if request.address.bucket.is_some() && bucket.is_none() => {
            Err(no_such_bucket(request))
        }
        Principal::Anonymous => Err(Refusal::from_fact(facts::ANONYMOUS)),
        Principal::Identity(identity) if identity.may(operation.action()) => Ok(()),
        Principal::Identity(identity) => Err(Refusal::from_fact(facts::NOT_ALLOWED).fill(&[
            &identity.arn,
            operation.action(),
            &request.address.arn(),
            operation.action(),
        ])),
    }
}

fn no_such_bucket(request: &S3Request<'_>) -> Refusal {
    let name = request.address.bucket.as_deref().unwrap_or_default();
    let case =
        if is_bucket_name(name) { facts::NO_SUCH_BUCKET } else { facts::INVALID_BUCKET_NAME };
    Refusal::from_fact(case).detail("BucketName", name)
}

/// Whether the name is valid ("Bucket naming rules" in the S3 User Guide).
fn is_bucket_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let ends = |b: Option<u8>| b.is_some_and(|b| b != b'-' && b != b'.');
    (3..=63).contains(&name.len())
        && name.bytes().all(allowed)
        && ends(name.bytes().next())
        && ends(name.bytes().next_back())
}

/// The home region, us-east-1, is an empty element.
fn location(bucket: &Bucket) -> ServiceResponse {
    let element = match bucket.region {
        HOME_REGION => format!("<LocationConstraint xmlns=\"{NAMESPACE}\"/>"),
        region => {
            format!("<LocationConstraint xmlns=\"{NAMESPACE}\">{region}</LocationConstraint>")
        }
    };
    ServiceResponse::new(200, XML, format!("{}{element}", crate::xml::XML_DECLARATION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules() {
        let own = store::buckets().into_iter().map(|bucket| bucket.name);
        for name in ["abc", "a.b-c", "123", &"x".repeat(63)].into_iter().chain(own) {
            assert!(is_bucket_name(name), "{name}");
        }
        for name in ["ab", "Example", "under_score", "-abc", "abc-", ".ab", "", &"x".repeat(64)] {
            assert!(!is_bucket_name(name), "{name}");
        }
    }
}
