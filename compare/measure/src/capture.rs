//! An answer as JSON: what was asked and what came back, the same fields for both sides.

use contract::{
    Answer, Bucket, Image, Instance, Object, Operation, Pages, Signing, StateChange, Tag,
};
use serde_json::{Map, Value, json};

/// `answer` with what `operation` asked for, as one JSON object.
#[must_use]
pub(crate) fn answer(operation: &Operation, answer: &Answer) -> Value {
    let mut object = asked(operation);
    let came_back = match answer {
        Answer::Buckets(buckets) => json!({ "buckets": list(buckets, bucket) }),
        Answer::Objects(listing) => json!({
            "objects": list(&listing.objects, self::object),
            "common_prefixes": listing.common_prefixes,
            "truncated": listing.truncated,
        }),
        Answer::Presigned(presigned) => json!({ "url": presigned.url }),
        Answer::Images(images) => json!({ "images": list(images, image) }),
        Answer::LatestImage(latest) => json!({ "image": latest.as_deref().map(image) }),
        Answer::WouldSucceed => json!({ "would_succeed": true }),
        Answer::Instances(instances) => json!({ "instances": list(instances, instance) }),
        Answer::Tagged => json!({ "tagged": true }),
        Answer::StateChanges(changes) => json!({ "state_changes": list(changes, state_change) }),
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
        Operation::ListObjects(input) => json!({
            "bucket": input.bucket,
            "prefix": input.prefix,
            "delimiter": input.delimiter,
            "page_size": input.page_size,
            "pages": match input.pages { Pages::First => "first", Pages::All => "all" },
        }),
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

fn list<T>(items: &[T], to_json: fn(&T) -> Value) -> Vec<Value> {
    items.iter().map(to_json).collect()
}

fn bucket(bucket: &Bucket) -> Value {
    json!({ "name": bucket.name, "created": bucket.created, "region": bucket.region })
}

fn object(object: &Object) -> Value {
    json!({
        "key": object.key,
        "size": object.size,
        "etag": object.etag,
        "last_modified": object.last_modified,
        "storage_class": object.storage_class,
    })
}

fn image(image: &Image) -> Value {
    json!({
        "id": image.id,
        "name": image.name,
        "description": image.description,
        "owner_id": image.owner_id,
        "owner_alias": image.owner_alias,
        "created": image.created,
        "architecture": image.architecture,
        "state": image.state,
        "platform": image.platform,
        "root_device_name": image.root_device_name,
        "root_device_type": image.root_device_type,
        "virtualization_type": image.virtualization_type,
    })
}

fn instance(instance: &Instance) -> Value {
    json!({
        "id": instance.id,
        "image_id": instance.image_id,
        "instance_type": instance.instance_type,
        "state": instance.state,
        "launched": instance.launched,
        "availability_zone": instance.availability_zone,
        "private_ip": instance.private_ip,
        "client_token": instance.client_token,
        "tags": tags(&instance.tags),
    })
}

fn state_change(change: &StateChange) -> Value {
    json!({ "id": change.id, "previous": change.previous, "current": change.current })
}

fn filters(filters: &[contract::Filter]) -> Value {
    filters.iter().map(|filter| (filter.name.clone(), Value::from(&*filter.values))).collect()
}

fn tags(tags: &[Tag]) -> Value {
    tags.iter().map(|tag| (tag.key.clone(), Value::from(&*tag.value))).collect()
}
