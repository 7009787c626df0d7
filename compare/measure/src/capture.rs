//! An answer as JSON: what was asked and what came back, the same fields for both sides.

use contract::{Answer, Operation, Signing, Tag};
use serde_json::{Map, Value, json};

/// `answer` with what `operation` asked for, as one JSON object.
#[must_use]
pub(crate) fn answer(operation: &Operation, answer: &Answer) -> Value {
    let mut object = asked(operation);
    let came_back = match answer {
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
    if let Value::Object(fields) = came_back {
        object.extend(fields);
    }
    Value::Object(object)
}

fn asked(operation: &Operation) -> Map<String, Value> {
    let asked = match operation {
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
    };
    match asked {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn filters(filters: &[contract::Filter]) -> Value {
    filters.iter().map(|filter| (filter.name.clone(), Value::from(&*filter.values))).collect()
}

fn tags(tags: &[Tag]) -> Value {
    tags.iter().map(|tag| (tag.key.clone(), Value::from(&*tag.value))).collect()
}
