use super::{Region, refused, values};

fn tag<'a>(id: &'a str, key: &'a str, value: &'a str) -> [(&'a str, &'a str); 3] {
    [("ResourceId.1", id), ("Tag.1.Key", key), ("Tag.1.Value", value)]
}

#[test]
fn tags_are_added_and_overwritten() {
    let region = Region::new();
    let ids = region.launch("2", &[]);
    let answer = region.answer(
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
        answer,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <CreateTagsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n    \
         <requestId>11111111-2222-4333-8444-555555555555</requestId>\n    \
         <return>true</return>\n\
         </CreateTagsResponse>"
    );
    region.answer("CreateTags", &tag(&ids[0], "Name", "c"));
    let described = region.answer("DescribeInstances", &[]);
    assert_eq!(values(&described, "key"), ["Name", "empty", "Name", "empty"]);
    assert_eq!(values(&described, "value"), ["c", "a &amp; b"]);
    assert_eq!(described.matches("<value/>").count(), 2);
}

#[test]
fn images_and_volumes_and_the_network_can_be_tagged() {
    let mut region = Region::new();
    let volume_tags = [
        ("TagSpecification.1.ResourceType", "volume"),
        ("TagSpecification.1.Tag.1.Key", "disk"),
        ("TagSpecification.1.Tag.1.Value", "root"),
    ];
    region.launch("1", &volume_tags);
    region.wait(10);
    let described = region.answer("DescribeInstances", &[]);
    assert!(described.contains("<tagSet/>"));
    let image = region.newest("x86_64");
    for id in [
        &image,
        &values(&described, "volumeId")[0],
        &values(&described, "subnetId")[0],
        &values(&described, "vpcId")[0],
        &values(&described, "groupId")[0],
    ] {
        region.answer("CreateTags", &tag(id, "team", "blue"));
    }
    let found = region
        .answer("DescribeImages", &[("Filter.1.Name", "tag:team"), ("Filter.1.Value.1", "blue")]);
    assert_eq!(values(&found, "imageId"), [image]);
    assert_eq!(values(&found, "key"), ["team"]);
}

#[test]
fn there_are_at_most_fifty() {
    let region = Region::new();
    let ids = region.launch("2", &[]);
    let names: Vec<_> =
        (1..=50).map(|number| (format!("Tag.{number}.Key"), format!("key {number}"))).collect();
    let mut fifty = vec![("ResourceId.1", ids[0].as_str())];
    fifty.extend(names.iter().map(|(name, key)| (name.as_str(), key.as_str())));
    region.answer("CreateTags", &fifty);
    region.answer("CreateTags", &tag(&ids[0], "key 50", "again"));

    let both = [&tag(&ids[1], "one more", "x")[..], &[("ResourceId.2", &ids[0])]].concat();
    assert_eq!(
        region.bad_request("CreateTags", &both),
        refused("TagLimitExceeded", "The resultant tag set must not have more than 50 user tags.")
    );
    let described = region.answer("DescribeInstances", &[]);
    assert_eq!(values(&described, "key").len(), 50, "all resources or none");
}

#[test]
fn keys_and_values_have_their_limits() {
    let region = Region::new();
    let id = region.launch("1", &[]).remove(0);
    // Characters, not bytes.
    let (key, value) = ("é".repeat(128), "é".repeat(256));
    region.answer("CreateTags", &tag(&id, &key, &value));
    for (key, value, message) in [
        (&*format!("{key}é"), "", "Tag key exceeds the maximum length of 128 characters"),
        ("k", &*format!("{value}é"), "Tag value exceeds the maximum length of 256 characters"),
        ("aws:x", "", "Tag keys starting with 'aws:' are reserved for internal use"),
        (
            "",
            "x",
            "Value ( '' ) for parameter Tag key is invalid. Tag key cannot be null or empty.",
        ),
    ] {
        assert_eq!(
            region.bad_request("CreateTags", &tag(&id, key, value)),
            refused("InvalidParameterValue", message)
        );
    }
    let twice = [&tag(&id, "k", "1")[..], &[("Tag.2.Key", "k"), ("Tag.2.Value", "2")]].concat();
    assert_eq!(region.bad_request("CreateTags", &twice).1, "Duplicate tag key 'k' specified.");
}

#[test]
fn what_cannot_be_tagged_is_refused() {
    let region = Region::new();
    for (id, code) in [
        ("i-0abcdef1234567890", "InvalidInstanceID.NotFound"),
        ("ami-0abcdef1234567890", "InvalidAMIID.NotFound"),
        ("vol-0abcdef1234567890", "InvalidVolume.NotFound"),
        ("subnet-0abcdef1234567890", "InvalidID"),
        ("i-eCHmOTcEW0OZ9KbNe", "InvalidID"),
        ("", "InvalidID"),
    ] {
        assert_eq!(region.bad_request("CreateTags", &tag(id, "k", "v")).0, code, "{id}");
    }
    let id = region.launch("1", &[]).remove(0);
    assert_eq!(region.bad_request("CreateTags", &[("ResourceId.1", &id)]).0, "MissingParameter");
    assert_eq!(region.bad_request("CreateTags", &[("Tag.1.Key", "k")]).0, "MissingParameter");
}

#[test]
fn a_launch_tags_only_what_it_makes() {
    let region = Region::new();
    let image = region.newest("x86_64");
    let parameters = [
        ("ImageId", image.as_str()),
        ("InstanceType", "t3.micro"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("TagSpecification.1.ResourceType", "vpc"),
        ("TagSpecification.1.Tag.1.Key", "k"),
    ];
    assert_eq!(
        region.bad_request("RunInstances", &parameters),
        refused(
            "InvalidParameterValue",
            "'vpc' is not a valid taggable resource type for this operation."
        )
    );
}
