use super::{TestRegion, distinct, filter, values};

#[test]
fn an_instance_changes_its_state_over_time() {
    let mut region = TestRegion::new();
    let id = region.launch("1", &[]).remove(0);
    assert_eq!(region.states(), ["pending"]);
    region.wait(9);
    assert_eq!(region.states(), ["pending"]);
    region.wait(1);
    assert_eq!(region.states(), ["running"]);
    let running = region.describe_instances(&[]);
    assert_eq!(values(&running, "status"), ["attached"]);
    assert!(!running.contains("<stateReason>"));

    let terminated = region.terminate(&id);
    assert_eq!(values(&terminated, "name"), ["shutting-down", "running"]);
    assert_eq!(values(&terminated, "code"), ["32", "16"]);
    assert_eq!(region.states(), ["shutting-down"]);
    region.wait(5);
    assert_eq!(region.states(), ["terminated"]);
    assert_eq!(region.ec2.instance_states(), [(id.clone(), "terminated".to_owned())]);

    let described = region.describe_instances(&[("InstanceId.1", &id)]);
    assert_eq!(values(&described, "reason"), ["User initiated (2026-01-01 00:00:10 GMT)"]);
    assert!(described.contains("<message>Client.UserInitiatedShutdown: User initiated shutdown<"));
    for empty in ["<privateDnsName/>", "<blockDeviceMapping/>", "<groupSet/>"] {
        assert!(described.contains(empty), "{empty}");
    }
    for absent in ["privateIpAddress", "subnetId", "vpcId"] {
        assert!(values(&described, absent).is_empty(), "{absent}");
    }
}

#[test]
fn terminating_twice_does_not_restart_the_shutdown() {
    let mut region = TestRegion::new();
    let id = region.launch("1", &[]).remove(0);
    for (seconds, states) in [
        (3, ["shutting-down", "pending"]),
        (2, ["shutting-down", "shutting-down"]),
        (100, ["terminated", "terminated"]),
    ] {
        assert_eq!(values(&region.terminate(&id), "name"), states);
        region.wait(seconds);
    }
    assert_eq!(region.states(), ["terminated"]);
}

#[test]
fn invalid_parameters_are_refused() {
    let region = TestRegion::new();
    let id = region.launch("1", &[]).remove(0);
    let first = ("InstanceId.1", &*id);
    let missing = ("InstanceId.2", "i-0abcdef1234567890");
    let two = [missing, ("InstanceId.7", "i-00000007")];
    for (action, parameters, code, message) in [
        (
            "TerminateInstances",
            &[first, missing][..],
            "InvalidInstanceID.NotFound",
            "The instance ID 'i-0abcdef1234567890' does not exist",
        ),
        (
            "DescribeInstances",
            &two,
            "InvalidInstanceID.NotFound",
            "The instance IDs 'i-0abcdef1234567890, i-00000007' do not exist",
        ),
        (
            "DescribeInstances",
            &[("InstanceId.1", "foobar")],
            "InvalidInstanceID.Malformed",
            r#"Invalid id: "foobar""#,
        ),
        (
            "TerminateInstances",
            &[],
            "MissingParameter",
            "The request must contain the parameter InstanceId",
        ),
        (
            "DescribeInstances",
            &[("MaxResults", "5"), first],
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        ),
        (
            "DescribeInstances",
            &filter("public-ip", "1"),
            "InvalidParameterValue",
            "The filter 'public-ip' is invalid",
        ),
    ] {
        region.assert_refused(action, parameters, code, message);
    }
    assert_eq!(region.states(), ["pending"], "one missing id keeps the others running");
}

#[test]
fn the_instances_of_a_launch_are_one_reservation() {
    let region = TestRegion::new();
    let pair = region.launch("2", &[]);
    let single = region.launch("1", &[]);
    let document = region.describe_instances(&[]);
    assert_eq!(values(&document, "reservationId").len(), 2);
    assert_eq!(values(&document, "instanceId"), [pair.clone(), single.clone()].concat());
    assert_eq!(values(&document, "amiLaunchIndex"), ["0", "1", "0"]);
    assert_eq!(distinct(&document, "privateIpAddress").len(), 3);

    let ids = [("InstanceId.3", &*single[0]), ("InstanceId.9", &pair[1])];
    let two = region.describe_instances(&ids);
    assert_eq!(values(&two, "instanceId"), [pair[1].clone(), single[0].clone()]);
    let empty = TestRegion::new().describe_instances(&[]);
    assert!(empty.contains("    <reservationSet/>\n"), "{empty}");
}

#[test]
fn filters_select_by_their_attributes() {
    let mut region = TestRegion::new();
    let tags = [
        ("ClientToken", "t-1"),
        ("KeyName", "k"),
        ("TagSpecification.4.ResourceType", "instance"),
        ("TagSpecification.4.Tag.2.Key", "Name"),
        ("TagSpecification.4.Tag.2.Value", "web 1"),
    ];
    let web = region.launch("1", &tags).remove(0);
    let terminated = region.launch("1", &[]).remove(0);
    region.terminate(&terminated);
    region.wait(10);

    let image = region.newest("x86_64");
    let (web, both) = ([&*web], [&*web, &*terminated]);
    for (name, value, expected) in [
        ("tag:Name", "web*", &web[..]),
        ("tag-key", "N?me", &web),
        ("client-token", "t-1", &web),
        ("key-name", "k", &web),
        ("instance-state-name", "running", &web),
        ("instance-id", &terminated, &[&terminated]),
        ("instance-state-code", "48", &[&terminated]),
        ("instance-type", "t3.*", &both),
        ("image-id", &image, &both),
        ("vpc-id", "vpc-*", &web),
        ("tag:name", "*", &[]),
        ("ip-address", "*", &[]),
    ] {
        let document = region.describe_instances(&filter(name, value));
        assert_eq!(values(&document, "instanceId"), expected, "{name}");
    }
}

#[test]
fn a_page_may_split_a_reservation() {
    let region = TestRegion::new();
    let ids = [region.launch("4", &[]), region.launch("4", &[])].concat();
    let first = region.describe_instances(&[("MaxResults", "5")]);
    assert_eq!(values(&first, "instanceId"), ids[..5]);
    assert_eq!(values(&first, "reservationId").len(), 2);
    let token = values(&first, "nextToken").remove(0);
    let second = region.describe_instances(&[("MaxResults", "5"), ("NextToken", &token)]);
    assert_eq!(values(&second, "instanceId"), ids[5..]);
    assert!(values(&second, "nextToken").is_empty());
}
