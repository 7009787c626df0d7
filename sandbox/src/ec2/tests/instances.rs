use std::collections::BTreeSet;

use super::{Region, refused, values};

#[test]
fn an_instance_goes_through_its_states_by_time() {
    let mut region = Region::new();
    let id = region.launch("1", &[]).remove(0);
    assert_eq!(region.states(), ["pending"]);
    region.wait(9);
    assert_eq!(region.states(), ["pending"]);
    region.wait(1);
    assert_eq!(region.states(), ["running"]);
    let running = region.answer("DescribeInstances", &[]);
    assert_eq!(values(&running, "status"), ["attached"]);
    assert!(!running.contains("<stateReason>"));

    let ended = region.answer("TerminateInstances", &[("InstanceId.1", &id)]);
    assert_eq!(values(&ended, "name"), ["shutting-down", "running"]);
    assert_eq!(values(&ended, "code"), ["32", "16"]);
    assert_eq!(region.states(), ["shutting-down"]);
    region.wait(5);
    assert_eq!(region.states(), ["terminated"]);
    assert_eq!(region.ec2.instance_states(), [(id.clone(), "terminated".to_owned())]);

    let described = region.answer("DescribeInstances", &[("InstanceId.1", &id)]);
    assert_eq!(values(&described, "reason"), ["User initiated (2026-01-01 00:00:10 GMT)"]);
    assert!(described.contains("<message>Client.UserInitiatedShutdown: User initiated shutdown<"));
    for gone in ["<privateDnsName/>", "<blockDeviceMapping/>", "<groupSet/>"] {
        assert!(described.contains(gone), "{gone}");
    }
    for gone in ["privateIpAddress", "subnetId", "vpcId"] {
        assert!(values(&described, gone).is_empty(), "{gone}");
    }
}

#[test]
fn an_end_during_the_start_is_final() {
    let mut region = Region::new();
    let id = region.launch("1", &[]).remove(0);
    let ended = region.answer("TerminateInstances", &[("InstanceId.1", &id)]);
    assert_eq!(values(&ended, "name"), ["shutting-down", "pending"]);
    region.wait(3);
    let again = region.answer("TerminateInstances", &[("InstanceId.1", &id)]);
    assert_eq!(values(&again, "name"), ["shutting-down", "shutting-down"]);
    // The second call did not start the shut-down over.
    region.wait(2);
    let once_more = region.answer("TerminateInstances", &[("InstanceId.1", &id)]);
    assert_eq!(values(&once_more, "name"), ["terminated", "terminated"]);
    region.wait(100);
    assert_eq!(region.states(), ["terminated"]);
}

#[test]
fn one_unknown_id_keeps_all_others_up() {
    let region = Region::new();
    let id = region.launch("1", &[]).remove(0);
    let missing = ("InstanceId.2", "i-0abcdef1234567890");
    assert_eq!(
        region.bad_request("TerminateInstances", &[("InstanceId.1", &id), missing]),
        refused(
            "InvalidInstanceID.NotFound",
            "The instance ID 'i-0abcdef1234567890' does not exist"
        )
    );
    assert_eq!(region.states(), ["pending"]);
    assert_eq!(
        region.bad_request("DescribeInstances", &[missing, ("InstanceId.7", "i-00000007")]).1,
        "The instance IDs 'i-0abcdef1234567890, i-00000007' do not exist"
    );
    assert_eq!(
        region.bad_request("DescribeInstances", &[("InstanceId.1", "foobar")]),
        refused("InvalidInstanceID.Malformed", r#"Invalid id: "foobar""#)
    );
    assert_eq!(
        region.bad_request("TerminateInstances", &[]),
        refused("MissingParameter", "The request must contain the parameter InstanceId")
    );
}

#[test]
fn instances_of_one_launch_are_one_reservation() {
    let region = Region::new();
    let pair = region.launch("2", &[]);
    let single = region.launch("1", &[]);
    let answer = region.answer("DescribeInstances", &[]);
    assert_eq!(values(&answer, "reservationId").len(), 2);
    assert_eq!(values(&answer, "instanceId"), [pair.clone(), single.clone()].concat());
    assert_eq!(values(&answer, "amiLaunchIndex"), ["0", "1", "0"]);
    let ips: BTreeSet<_> = values(&answer, "privateIpAddress").into_iter().collect();
    assert_eq!(ips.len(), 3);

    let two = region
        .answer("DescribeInstances", &[("InstanceId.3", &single[0]), ("InstanceId.9", &pair[1])]);
    assert_eq!(values(&two, "instanceId"), [pair[1].clone(), single[0].clone()]);
    let empty = Region::new().answer("DescribeInstances", &[]);
    assert!(empty.contains("    <reservationSet/>\n"), "{empty}");
}

#[test]
fn filters_find_instances() {
    let mut region = Region::new();
    let tags = [
        ("ClientToken", "t-1"),
        ("KeyName", "k"),
        ("TagSpecification.4.ResourceType", "instance"),
        ("TagSpecification.4.Tag.2.Key", "Name"),
        ("TagSpecification.4.Tag.2.Value", "web 1"),
    ];
    let web = region.launch("1", &tags).remove(0);
    let ended = region.launch("1", &[]).remove(0);
    region.answer("TerminateInstances", &[("InstanceId.1", &ended)]);
    region.wait(10);

    let find = |name: &str, value: &str| {
        let filter = [("Filter.1.Name", name), ("Filter.1.Value.5", value)];
        values(&region.answer("DescribeInstances", &filter), "instanceId")
    };
    let (web, both) = (vec![web], 2);
    assert_eq!(find("tag:Name", "web*"), web);
    assert_eq!(find("tag-key", "N?me"), web);
    assert_eq!(find("client-token", "t-1"), web);
    assert_eq!(find("key-name", "k"), web);
    assert_eq!(find("instance-state-name", "running"), web);
    assert_eq!(find("instance-id", &ended), [&*ended]);
    assert_eq!(find("instance-state-code", "48"), [ended]);
    assert_eq!(find("instance-type", "t3.*").len(), both);
    assert_eq!(find("image-id", &region.newest("x86_64")).len(), both);
    assert_eq!(find("vpc-id", "vpc-*"), web);
    assert!(find("tag:name", "*").is_empty());
    assert!(find("ip-address", "*").is_empty());
    let unknown = [("Filter.1.Name", "public-ip"), ("Filter.1.Value.1", "1")];
    assert_eq!(
        region.bad_request("DescribeInstances", &unknown),
        refused("InvalidParameterValue", "The filter 'public-ip' is invalid")
    );
}

#[test]
fn pages_cut_reservations_where_they_must() {
    let region = Region::new();
    let ids = [region.launch("4", &[]), region.launch("4", &[])].concat();
    let first = region.answer("DescribeInstances", &[("MaxResults", "5")]);
    assert_eq!(values(&first, "instanceId"), ids[..5]);
    assert_eq!(values(&first, "reservationId").len(), 2);
    let token = values(&first, "nextToken").remove(0);
    let second = region.answer("DescribeInstances", &[("MaxResults", "5"), ("NextToken", &token)]);
    assert_eq!(values(&second, "instanceId"), ids[5..]);
    assert!(values(&second, "nextToken").is_empty());
    assert_eq!(
        region
            .bad_request("DescribeInstances", &[("MaxResults", "5"), ("InstanceId.1", &ids[0])])
            .1,
        "The parameter instancesSet cannot be used with the parameter maxResults"
    );
}
