//! Converts the SDK's output types to `Answer`. All their fields are optional, even a bucket's name. The
//! SDK reads a truncated document as a shorter list, so the required fields are checked here.

use aws_sdk_ec2::{operation::describe_instances::DescribeInstancesOutput, types as ec2};
use aws_sdk_s3::{operation::list_objects_v2::ListObjectsV2Output, types as s3};
use aws_smithy_types::{DateTime, date_time::Format};
use contract::{Bucket, Failure, Image, Instance, Object, ObjectListing, Stage, StateChange, Tag};

pub(crate) fn bucket(bucket: &s3::Bucket) -> Result<Bucket, Failure> {
    Ok(Bucket {
        name: required(bucket.name(), "a bucket without a name")?,
        created: bucket.creation_date().map(time).transpose()?,
        region: bucket.bucket_region().map(str::to_owned),
    })
}

pub(crate) fn add_page(
    listing: &mut ObjectListing,
    page: &ListObjectsV2Output,
) -> Result<(), Failure> {
    for object in page.contents() {
        listing.objects.push(Object {
            key: required(object.key(), "an object without a key")?,
            size: object.size().and_then(|size| u64::try_from(size).ok()),
            etag: object.e_tag().map(str::to_owned),
            last_modified: object.last_modified().map(time).transpose()?,
            storage_class: object.storage_class().map(|class| class.as_str().to_owned()),
        });
    }
    for common in page.common_prefixes() {
        listing
            .common_prefixes
            .push(required(common.prefix(), "a common prefix without its text")?);
    }
    listing.truncated = page
        .is_truncated()
        .ok_or_else(|| incomplete("a listing that does not say whether it is truncated"))?;
    Ok(())
}

pub(crate) fn image(image: &ec2::Image) -> Result<Image, Failure> {
    Ok(Image {
        id: required(image.image_id(), "an image without an id")?,
        name: owned(image.name()),
        description: owned(image.description()),
        owner_id: owned(image.owner_id()),
        owner_alias: owned(image.image_owner_alias()),
        created: owned(image.creation_date()),
        architecture: image.architecture().map(|value| value.as_str().to_owned()),
        state: image.state().map(|value| value.as_str().to_owned()),
        platform: image.platform().map(|value| value.as_str().to_owned()),
        root_device_name: owned(image.root_device_name()),
        root_device_type: image.root_device_type().map(|value| value.as_str().to_owned()),
        virtualization_type: image.virtualization_type().map(|value| value.as_str().to_owned()),
    })
}

pub(crate) fn reserved(described: &DescribeInstancesOutput) -> Result<Vec<Instance>, Failure> {
    described.reservations().iter().flat_map(ec2::Reservation::instances).map(instance).collect()
}

pub(crate) fn instances(instances: &[ec2::Instance]) -> Result<Vec<Instance>, Failure> {
    instances.iter().map(instance).collect()
}

fn instance(instance: &ec2::Instance) -> Result<Instance, Failure> {
    Ok(Instance {
        id: required(instance.instance_id(), "an instance without an id")?,
        image_id: owned(instance.image_id()),
        instance_type: instance.instance_type().map(|value| value.as_str().to_owned()),
        state: instance.state().and_then(state_name),
        launched: instance.launch_time().map(time).transpose()?,
        availability_zone: owned(instance.placement().and_then(ec2::Placement::availability_zone)),
        private_ip: owned(instance.private_ip_address()),
        client_token: owned(instance.client_token()),
        tags: instance
            .tags()
            .iter()
            .map(|tag| {
                Ok(Tag {
                    key: required(tag.key(), "a tag without a key")?,
                    value: tag.value().unwrap_or_default().to_owned(),
                })
            })
            .collect::<Result<_, Failure>>()?,
    })
}

pub(crate) fn state_change(change: &ec2::InstanceStateChange) -> Result<StateChange, Failure> {
    Ok(StateChange {
        id: required(change.instance_id(), "a state change without an instance id")?,
        previous: change.previous_state().and_then(state_name),
        current: change.current_state().and_then(state_name),
    })
}

fn state_name(state: &ec2::InstanceState) -> Option<String> {
    state.name().map(|name| name.as_str().to_owned())
}

/// ISO 8601 in UTC with milliseconds. The SDK's formatter omits them if they are zero.
fn time(time: &DateTime) -> Result<String, Failure> {
    let text = time
        .fmt(Format::DateTime)
        .map_err(|error| crate::error::from_error(Stage::Response, &error))?;
    Ok(match text.strip_suffix('Z').and_then(|rest| rest.split_once('.')) {
        Some((seconds, fraction)) => format!("{seconds}.{fraction:0<3.3}Z"),
        None => text.replace('Z', ".000Z"),
    })
}

fn owned(value: Option<&str>) -> Option<String> {
    value.map(str::to_owned)
}

fn required(value: Option<&str>, what_is_missing: &str) -> Result<String, Failure> {
    owned(value).ok_or_else(|| incomplete(what_is_missing))
}

fn incomplete(what: &str) -> Failure {
    Failure::new(Stage::Response, format!("the SDK returned {what}: the response was incomplete"))
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::DateTime;

    use super::time;

    #[test]
    fn times_have_milliseconds_even_if_they_are_zero() {
        assert_eq!(time(&DateTime::from_secs(0)).unwrap(), "1970-01-01T00:00:00.000Z");
        assert_eq!(time(&DateTime::from_millis(1_250)).unwrap(), "1970-01-01T00:00:01.250Z");
        assert_eq!(time(&DateTime::from_millis(1_007)).unwrap(), "1970-01-01T00:00:01.007Z");
    }
}
