//! Writes operations and answers as JSON, with the same fields for both sides.

use contract::{Answer, Operation, Signing, Tag};
use serde_json::{Map, Value, json};

/// The input of `operation` and its `answer`, as one JSON object.
#[must_use]
pub(crate) fn answer(operation: &Operation, answer: &Answer) -> Value {
    let output = match answer {
        Answer::Buckets(buckets) => json!({ "buckets": buckets }),
        Answer::Objects(listing) => json!(listing),
        Answer::Presigned(presigned) => json!(presigned),
        Answer::Images(images) => json!({ "images": images }),
        Answer::LatestImage(latest) => json!({ "image": latest }),
        Answer::WouldSucceed => json!({ "would_succeed": true }),
        Answer::Instances(instances) => json!({ "instances": instances }),
        Answer::Tagged => json!({ "tagged": true }),
        Answer::StateChanges(changes) => json!({ "state_changes": changes }),
        Answer::Api(response) => json!({
            "status": response.status,
            "content_type": response.content_type,
            "body": serde_json::from_str(&response.body).unwrap_or(Value::from(&*response.body)),
        }),
    };
    let mut object = Map::new();
    for value in [input(operation), output] {
        if let Value::Object(fields) = value {
            object.extend(fields);
        }
    }
    Value::Object(object)
}

fn input(operation: &Operation) -> Value {
    match operation {
        Operation::ListObjects(input) => json!(input),
        Operation::PresignGet(input) => json!({
            "bucket": input.bucket,
            "key": input.key,
            "expires_in_seconds": input.expires.as_secs(),
        }),
        Operation::DescribeImages(input) | Operation::LatestImage(input) => json!({
            "owners": input.owners,
            "filters": filters(&input.filters),
        }),
        Operation::RunInstances(input) => json!({
            "image_id": input.image_id,
            "instance_type": input.instance_type,
            "tags": tags(&input.tags),
        }),
        Operation::ListBuckets
        | Operation::WaitUntilRunning(_)
        | Operation::TerminateInstances(_) => json!({}),
        Operation::CreateTags(input) => json!({
            "resources": input.resources,
            "tags": tags(&input.tags),
        }),
        Operation::DescribeInstances(input) => json!({ "filters": filters(&input.filters) }),
        Operation::InvokeApi(input) => json!({
            "url": input.url,
            "signed": input.signing == Signing::Signed,
        }),
    }
}

fn filters(filters: &[contract::Filter]) -> Value {
    filters.iter().map(|filter| (filter.name.clone(), Value::from(&*filter.values))).collect()
}

fn tags(tags: &[Tag]) -> Value {
    tags.iter().map(|tag| (tag.key.clone(), Value::from(&*tag.value))).collect()
}
