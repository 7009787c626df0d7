//! The S3 operation that a request asks for.

use super::request::S3Request;
use crate::facts::s3 as facts;
use crate::refusal::Refusal;

/// The supported operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
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

impl Operation {
    pub(super) fn of(request: &S3Request<'_>) -> Result<Operation, Refusal> {
        let method = request.received.method.as_str();
        let address = &request.address;
        if UNSUPPORTED.split_whitespace().any(|name| request.parameter(name).is_some()) {
            return Err(not_supported());
        }
        match (method, &address.bucket, &address.key) {
            ("GET", None, _) => Ok(Operation::ListBuckets),
            (_, None, _) => Err(not_allowed(method, "SERVICE")),
            ("GET", Some(_), None) if request.parameter("location").is_some() => {
                Ok(Operation::GetBucketLocation)
            }
            ("GET", Some(_), None) if request.parameter("list-type") == Some("2") => {
                Ok(Operation::ListObjectsV2)
            }
            ("GET", Some(_), None) => Ok(Operation::ListObjects),
            ("HEAD", Some(_), None) => Ok(Operation::HeadBucket),
            ("GET", Some(_), Some(_)) => Ok(Operation::GetObject),
            ("HEAD", Some(_), Some(_)) => Ok(Operation::HeadObject),
            ("PUT" | "DELETE" | "POST" | "OPTIONS", Some(_), _) => Err(not_supported()),
            (_, Some(_), None) => Err(not_allowed(method, "BUCKET")),
            (_, Some(_), Some(_)) => Err(not_allowed(method, "OBJECT")),
        }
    }

    /// The permission that the operation requires.
    pub(super) fn action(self) -> &'static str {
        match self {
            Operation::ListBuckets => "s3:ListAllMyBuckets",
            Operation::GetBucketLocation => "s3:GetBucketLocation",
            Operation::HeadBucket | Operation::ListObjectsV2 | Operation::ListObjects => {
                "s3:ListBucket"
            }
            Operation::GetObject | Operation::HeadObject => "s3:GetObject",
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
