use super::{Parameter, TestRegion, filter, launch, values};

fn tag<'a>(id: &'a str, key: &'a str, value: &'a str) -> [Parameter<'a>; 3] {
    [("ResourceId.1", id), ("Tag.1.Key", key), ("Tag.1.Value", value)]
}

#[test]
fn tags_are_added_and_overwritten() {
    let region = TestRegion::new();
    let ids = region.launch("2", &[]);
    let document = region.call(
        "CreateTags",
        &[
            ("ResourceId.2", &ids[1]),
            ("ResourceId.5", &ids[0]),
            ("Tag.3.Key", "Name"),
            ("Tag.3.Value", "a & b"),
            ("Tag.1.Key", "empty"),
        ],
    );
    assert_eq!(
        document,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <CreateTagsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n    \
         <requestId>11111111-2222-4333-8444-555555555555</requestId>\n    \
         <return>true</return>\n\
         </CreateTagsResponse>"
    );
    region.call("CreateTags", &tag(&ids[0], "Name", "c"));
    let described = region.describe_instances(&[]);
    assert_eq!(values(&described, "key"), ["Name", "empty", "Name", "empty"]);
    assert_eq!(values(&described, "value"), ["c", "a &amp; b"]);
    assert_eq!(described.matches("<value/>").count(), 2);
}

#[test]
fn images_volumes_and_the_network_can_be_tagged() {
    let mut region = TestRegion::new();
    let volume_tags = [
        ("TagSpecification.1.ResourceType", "volume"),
        ("TagSpecification.1.Tag.1.Key", "disk"),
        ("TagSpecification.1.Tag.1.Value", "root"),
    ];
    region.launch("1", &volume_tags);
    region.wait(10);
    let described = region.describe_instances(&[]);
    assert!(described.contains("<tagSet/>"));
    let image = region.newest("x86_64");
    region.call("CreateTags", &tag(&image, "team", "blue"));
    for element in ["volumeId", "subnetId", "vpcId", "groupId"] {
        region.call("CreateTags", &tag(&values(&described, element)[0], "team", "blue"));
    }
    let found = region.describe_images(&filter("tag:team", "blue"));
    assert_eq!(values(&found, "imageId"), [image]);
    assert_eq!(values(&found, "key"), ["team"]);
}

#[test]
fn a_resource_has_at_most_fifty_tags() {
    let region = TestRegion::new();
    let ids = region.launch("2", &[]);
    let names: Vec<_> =
        (1..=50).map(|number| (format!("Tag.{number}.Key"), format!("key {number}"))).collect();
    let mut fifty = vec![("ResourceId.1", ids[0].as_str())];
    fifty.extend(names.iter().map(|(name, key)| (name.as_str(), key.as_str())));
    region.call("CreateTags", &fifty);
    region.call("CreateTags", &tag(&ids[0], "key 50", "again"));

    let both = [&tag(&ids[1], "one more", "x")[..], &[("ResourceId.2", &ids[0])]].concat();
    let message = "The resultant tag set must not have more than 50 user tags.";
    region.assert_refused("CreateTags", &both, "TagLimitExceeded", message);
    let described = region.describe_instances(&[]);
    assert_eq!(values(&described, "key").len(), 50, "all resources or none");
}

#[test]
fn keys_and_values_have_limits() {
    let region = TestRegion::new();
    let id = region.launch("1", &[]).remove(0);
    // Limits count characters, not bytes.
    let (key, value) = ("é".repeat(128), "é".repeat(256));
    region.call("CreateTags", &tag(&id, &key, &value));
    let null = "Value ( '' ) for parameter Tag key is invalid. Tag key cannot be null or empty.";
    for (key, value, message) in [
        (&*format!("{key}é"), "", "Tag key exceeds the maximum length of 128 characters"),
        ("k", &*format!("{value}é"), "Tag value exceeds the maximum length of 256 characters"),
        ("aws:x", "", "Tag keys starting with 'aws:' are reserved for internal use"),
        ("", "x", null),
    ] {
        let parameters = tag(&id, key, value);
        region.assert_refused("CreateTags", &parameters, "InvalidParameterValue", message);
    }
    let twice = [&tag(&id, "k", "1")[..], &[("Tag.2.Key", "k"), ("Tag.2.Value", "2")]].concat();
    let message = "Duplicate tag key 'k' specified.";
    region.assert_refused("CreateTags", &twice, "InvalidParameterValue", message);
}

#[test]
fn invalid_resources_are_refused() {
    let region = TestRegion::new();
    for (id, code) in [
        ("i-0abcdef1234567890", "InvalidInstanceID.NotFound"),
        ("ami-0abcdef1234567890", "InvalidAMIID.NotFound"),
        ("vol-0abcdef1234567890", "InvalidVolume.NotFound"),
        ("subnet-0abcdef1234567890", "InvalidID"),
        ("i-eCHmOTcEW0OZ9KbNe", "InvalidID"),
        ("", "InvalidID"),
    ] {
        region.assert_refused("CreateTags", &tag(id, "k", "v"), code, "");
    }
    let id = region.launch("1", &[]).remove(0);
    for parameter in [("ResourceId.1", &*id), ("Tag.1.Key", "k")] {
        region.assert_refused("CreateTags", &[parameter], "MissingParameter", "");
    }
    let image = region.newest("x86_64");
    let more = [("TagSpecification.1.ResourceType", "vpc"), ("TagSpecification.1.Tag.1.Key", "k")];
    let parameters = [&launch(&image, "t3.micro", "1")[..], &more].concat();
    let message = "'vpc' is not a valid taggable resource type for this operation.";
    region.assert_refused("RunInstances", &parameters, "InvalidParameterValue", message);
}
