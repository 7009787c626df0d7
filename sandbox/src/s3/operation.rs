//! The S3 operation that a request asks for.

use super::request::S3Request;
use crate::facts::s3 as facts;
use crate::refusal::Refusal;

/// The supported operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum S3Operation {
    ListBuckets,
    HeadBucket,
    GetBucketLocation,
    ListObjectsV2,
    ListObjects,
    GetObject,
    HeadObject,
}

/// Parameters that select an unsupported operation.
const UNSUPPORTED: &str = "
    accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory
    legal-hold lifecycle logging metadataTable metrics notification object-lock ownershipControls
    partNumber policy policyStatus publicAccessBlock replication requestPayment restore retention
    select session tagging torrent uploadId uploads versionId versioning versions website
";

impl S3Operation {
    pub(super) fn of(request: &S3Request<'_>) -> Result<S3Operation, Refusal> {
        let method = request.received.method.as_str();
        let address = &request.address;
        if UNSUPPORTED.split_whitespace().any(|name| request.parameter(name).is_some()) {
            return Err(not_supported());
        }
        match (method, &address.bucket, &address.key) {
            ("GET", None, _) => Ok(S3Operation::ListBuckets),
            (_, None, _) => Err(not_allowed(method, "SERVICE")),
            ("GET", Some(_), None) if request.parameter("location").is_some() => {
                Ok(S3Operation::GetBucketLocation)
            }
            ("GET", Some(_), None) if request.parameter("list-type") == Some("2") => {
                Ok(S3Operation::ListObjectsV2)
            }
            ("GET", Some(_), None) => Ok(S3Operation::ListObjects),
            ("HEAD", Some(_), None) => Ok(S3Operation::HeadBucket),
            ("GET", Some(_), Some(_)) => Ok(S3Operation::GetObject),
            ("HEAD", Some(_), Some(_)) => Ok(S3Operation::HeadObject),
            ("PUT" | "DELETE" | "POST" | "OPTIONS", Some(_), _) => Err(not_supported()),
            (_, Some(_), None) => Err(not_allowed(method, "BUCKET")),
            (_, Some(_), Some(_)) => Err(not_allowed(method, "OBJECT")),
        }
    }

    /// The permission that the operation requires.
    pub(super) fn action(self) -> &'static str {
        match self {
            S3Operation::ListBuckets => "s3:ListAllMyBuckets",
            S3Operation::GetBucketLocation => "s3:GetBucketLocation",
            S3Operation::HeadBucket | S3Operation::ListObjectsV2 | S3Operation::ListObjects => {
                "s3:ListBucket"
            }
            S3Operation::GetObject | S3Operation::HeadObject => "s3:GetObject",
        }
    }
}

fn not_allowed(method: &str, resource_type: &str) -> Refusal {
    Refusal::from_fact(facts::METHOD_NOT_ALLOWED)
        .detail("Method", method)
        .detail("ResourceType", resource_type)
        .header("allow", "GET, HEAD")
}

/// S3 has this operation, but the sandbox does not; the message is the sandbox's own.
fn not_supported() -> Refusal {
    let message = "This sandbox is read-only: it lists buckets and objects, and gets objects.";
    Refusal::without_fact(501, "NotImplemented", message)
}
