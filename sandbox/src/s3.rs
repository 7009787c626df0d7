//! S3, to read from: buckets and objects listed, looked up and fetched, the rest refused.

mod address;
mod list_buckets;
mod list_objects;
mod listing;
mod object;
mod operation;

use time::OffsetDateTime;

use self::address::Address;
use self::operation::Operation;
use crate::answer::{Answer, RequestId};
use crate::authenticate::Records;
use crate::authenticate::s3::{Caller, Place, judge};
use crate::facts::s3 as facts;
use crate::refusal::Refusal;
use crate::store::{self, Bucket, HOME_REGION};
use crate::verify::{ReceivedRequest, query_pairs};

/// The XML namespace of S3's answers, errors excepted.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const XML: &str = "application/xml";
/// The canonical user that owns every bucket.
const OWNER_ID: &str = "9df0a1c7e3b24f58a6d1c0b7f2e4938155aa0c6d7b8e9f10213243546576879b";

/// The buckets, and who may do what with them.
pub(crate) struct S3 {
    buckets: Vec<Bucket>,
}

/// One request to S3 that found its caller.
struct Request<'a> {
    received: &'a ReceivedRequest,
    address: Address<'a>,
    /// The query, decoded, without what belongs to the signature.
    parameters: Vec<(String, String)>,
}

impl Request<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl S3 {
    pub(crate) fn new() -> Self {
        S3 { buckets: store::buckets() }
    }

    pub(crate) fn bucket_names(&self) -> Vec<String> {
        self.buckets.iter().map(|bucket| bucket.name.to_owned()).collect()
    }

    /// Answers one request, refusals included.
    pub(crate) fn answer(
        &self,
        received: &ReceivedRequest,
        records: Records<'_>,
        id: &RequestId,
    ) -> Answer {
        match self.try_answer(received, records) {
            Ok(answer) => with_ids(answer, id),
            Err(refusal) => refuse(received, refusal, id),
        }
    }

    fn try_answer(
        &self,
        received: &ReceivedRequest,
        records: Records<'_>,
    ) -> Result<Answer, Refusal> {
        let address = Address::of(received);
        let bucket = address.bucket.as_deref().and_then(|name| self.bucket(name));
        let place = Place {
            endpoint_region: address.region.unwrap_or(HOME_REGION),
            bucket: bucket.map(|bucket| (bucket.name, bucket.region)),
        };
        let caller = judge(received, place, records)?;
        let parameters = query_pairs(received)
            .filter(|(name, _)| !name.starts_with("X-Amz-"))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let request = Request { received, address, parameters };
        let operation = Operation::of(&request)?;
        permit(caller, operation, &request, bucket)?;
        self.perform(operation, &request, bucket)
    }

    fn perform(
        &self,
        operation: Operation,
        request: &Request<'_>,
        bucket: Option<&Bucket>,
    ) -> Result<Answer, Refusal> {
        if operation == Operation::ListBuckets {
            return list_buckets::answer(&self.buckets, request);
        }
        let bucket = bucket.ok_or_else(|| no_such_bucket(request))?;
        match operation {
            Operation::ListBuckets | Operation::HeadBucket => {
                Ok(Answer::new(200, XML, "").with("x-amz-access-point-alias", "false"))
            }
            Operation::GetBucketLocation => Ok(location(bucket)),
            Operation::ListObjectsV2 => list_objects::version_2(bucket, request),
            Operation::ListObjects => list_objects::version_1(bucket, request),
            Operation::GetObject | Operation::HeadObject => object::answer(bucket, request),
        }
        .map(|answer| match operation {
            Operation::GetObject | Operation::HeadObject | Operation::GetBucketLocation => answer,
            _ => answer.with("x-amz-bucket-region", bucket.region),
        })
    }

    fn bucket(&self, name: &str) -> Option<&Bucket> {
        self.buckets.iter().find(|bucket| bucket.name == name)
    }
}

/// The answer in which S3 says no.
pub(crate) fn refuse(received: &ReceivedRequest, refusal: Refusal, id: &RequestId) -> Answer {
    // An answer to HEAD has no body, so its status has to say it all.
    let body = match received.method.as_str() {
        "HEAD" => String::new(),
        _ => refusal.s3_document(&id.short(), &host_id(id)),
    };
    let mut answer = Answer::new(refusal.status, XML, body);
    answer.headers.extend(refusal.headers);
    with_ids(answer, id)
}

fn with_ids(answer: Answer, id: &RequestId) -> Answer {
    answer
        .with("x-amz-request-id", id.short())
        .with("x-amz-id-2", host_id(id))
        .with("server", "AmazonS3")
}

fn host_id(id: &RequestId) -> String {
    id.opaque(32)
}

/// Whether the caller's policies allow it. To the anonymous caller S3 says whether a bucket
/// exists, but not that a key does.
fn permit(
    caller: Caller<'_>,
    operation: Operation,
    request: &Request<'_>,
    bucket: Option<&Bucket>,
) -> Result<(), Refusal> {
    match caller {
        Caller::Anonymous if request.address.bucket.is_some() && bucket.is_none() => {
            Err(no_such_bucket(request))
        }
        Caller::Anonymous => Err(Refusal::of(facts::ANONYMOUS)),
        Caller::Known(identity) if identity.may(operation.action()) => Ok(()),
        Caller::Known(identity) => Err(Refusal::of(facts::NOT_ALLOWED)
            .fill_first("arn", &identity.arn)
            .fill("arn", &request.address.arn())
            .fill("action", operation.action())),
    }
}

fn no_such_bucket(request: &Request<'_>) -> Refusal {
    let name = request.address.bucket.as_deref().unwrap_or_default();
    let case =
        if is_bucket_name(name) { facts::NO_SUCH_BUCKET } else { facts::INVALID_BUCKET_NAME };
    Refusal::of(case).detail("BucketName", name)
}

/// Whether a bucket could have this name ("Bucket naming rules" in the S3 User Guide).
fn is_bucket_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let ends = |b: Option<u8>| b.is_some_and(|b| b != b'-' && b != b'.');
    (3..=63).contains(&name.len())
        && name.bytes().all(allowed)
        && ends(name.bytes().next())
        && ends(name.bytes().next_back())
}

/// The home region is the one that has no name here.
fn location(bucket: &Bucket) -> Answer {
    let element = match bucket.region {
        HOME_REGION => format!("<LocationConstraint xmlns=\"{NAMESPACE}\"/>"),
        region => {
            format!("<LocationConstraint xmlns=\"{NAMESPACE}\">{region}</LocationConstraint>")
        }
    };
    Answer::new(200, XML, format!("{}{element}", crate::refusal::XML_DECLARATION))
}

/// `2026-01-01T00:00:00.000Z`: S3 writes milliseconds, and they are always zero.
fn timestamp(at: OffsetDateTime) -> String {
    const FORM: &[time::format_description::BorrowedFormatItem<'_>] =
        time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
    at.format(FORM).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules() {
        for name in ["abc", "a.b-c", "123", &"x".repeat(63)] {
            assert!(is_bucket_name(name), "{name}");
        }
        for name in ["ab", "Example", "under_score", "-abc", "abc-", ".ab", "", &"x".repeat(64)] {
            assert!(!is_bucket_name(name), "{name}");
        }
    }

    #[test]
    fn every_bucket_has_a_valid_name() {
        for bucket in store::buckets() {
            assert!(is_bucket_name(bucket.name), "{}", bucket.name);
        }
    }
}
