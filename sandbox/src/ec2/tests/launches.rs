use super::{Region, refused, values};

fn launch<'a>(image: &'a str, instance_type: &'a str) -> [(&'a str, &'a str); 4] {
    [("ImageId", image), ("InstanceType", instance_type), ("MinCount", "1"), ("MaxCount", "1")]
}

#[test]
fn an_instance_is_written_like_the_real_one() {
    let region = Region::new();
    let image = region.newest("x86_64");
    let parameters = [
        ("ClientToken", "token-1"),
        ("KeyName", "key & lock"),
        ("Placement.AvailabilityZone", "eu-west-1b"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", "<a>"),
    ];
    let answer =
        region.answer("RunInstances", &[&launch(&image, "t3.micro")[..], &parameters].concat());
    assert_eq!(answer, include_str!("run_instances.xml").trim_end());
}

#[test]
fn a_launch_needs_an_image_and_counts() {
    let region = Region::new();
    let image = region.newest("x86_64");
    let whole = launch(&image, "t3.micro");
    for missing in ["ImageId", "MinCount", "MaxCount"] {
        let parameters: Vec<_> =
            whole.iter().copied().filter(|(name, _)| *name != missing).collect();
        assert_eq!(
            region.bad_request("RunInstances", &parameters),
            refused(
                "MissingParameter",
                &format!("The request must contain the parameter {missing}")
            )
        );
    }
    for (minimum, maximum, message) in [
        ("0", "1", "Minimum instance count must be greater than zero"),
        ("1", "-1", "Maximum instance count must be greater than zero"),
        (
            "3",
            "2",
            "Minimum instance count (3) must not be greater than maximum instance count (2)",
        ),
    ] {
        let parameters = [("ImageId", &*image), ("MinCount", minimum), ("MaxCount", maximum)];
        assert_eq!(
            region.bad_request("RunInstances", &parameters),
            refused("InvalidParameterValue", message)
        );
    }
}

#[test]
fn an_image_that_does_not_fit_the_instance_type_is_refused() {
    let region = Region::new();
    let (x86, arm) = (region.newest("x86_64"), region.newest("arm64"));
    for (image, instance_type, start) in [
        (
            &arm,
            "t3.micro",
            "The architecture 'x86_64' of the specified instance type does not match the architecture 'arm64' of the specified AMI. ",
        ),
        (
            &x86,
            "t4g.micro",
            "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI. ",
        ),
        (
            &arm,
            "t2.micro",
            "The architecture 'i386,x86_64' of the specified instance type does not match the architecture 'arm64' of the specified AMI. ",
        ),
        (&x86, "t9.micro", "Invalid value 't9.micro' for InstanceType."),
        (&x86, "t3", "Invalid value 't3' for InstanceType."),
    ] {
        let (code, message) = region.bad_request("RunInstances", &launch(image, instance_type));
        assert_eq!(code, "InvalidParameterValue");
        assert!(message.starts_with(start), "{message}");
    }
    let without_type = [("ImageId", x86.as_str()), ("MinCount", "1"), ("MaxCount", "1")];
    assert_eq!(region.bad_request("RunInstances", &without_type).0, "InvalidParameterCombination");
    for (image, instance_type) in [(&x86, "t2.micro"), (&x86, "m7i.large"), (&arm, "c8g.medium")] {
        assert!(region.call("RunInstances", &launch(image, instance_type)).is_ok());
    }
}

#[test]
fn an_image_that_cannot_be_launched_is_named() {
    let region = Region::new();
    for (image, code) in [
        ("ami-0abcdef1234567890", "InvalidAMIID.NotFound"),
        ("ami-xyz", "InvalidAMIID.Malformed"),
        (super::super::catalogue::FOREIGN_IMAGE, "AuthFailure"),
    ] {
        assert_eq!(region.bad_request("RunInstances", &launch(image, "t3.micro")).0, code);
    }
}

#[test]
fn a_client_token_launches_once() {
    let mut region = Region::new();
    let token = [("ClientToken", "once")];
    let first = region.launch("2", &token);
    region.wait(1);
    assert_eq!(region.launch("2", &token), first);
    assert_eq!(region.states().len(), 2);
    let tagged = [("ClientToken", "once"), ("KeyName", "other")];
    let image = region.newest("x86_64");
    let other = [&launch(&image, "t3.micro")[..], &tagged].concat();
    assert_eq!(
        region.bad_request("RunInstances", &other),
        refused(
            "IdempotentParameterMismatch",
            "Arguments on this idempotent request are inconsistent with arguments used in previous \
             request(s)."
        )
    );
    assert_ne!(region.launch("2", &[("ClientToken", "twice")]), first);
    assert_ne!(region.launch("2", &[]), region.launch("2", &[]));
}

#[test]
fn the_token_of_a_terminated_instance_is_spent() {
    let mut region = Region::new();
    let token = [("ClientToken", "spent")];
    let id = region.launch("1", &token).remove(0);
    region.answer("TerminateInstances", &[("InstanceId.1", &id)]);
    assert_eq!(region.launch("1", &token), [id]);
    region.wait(5);
    let image = region.newest("x86_64");
    let again = [&launch(&image, "t3.micro")[..], &token].concat();
    assert_eq!(region.bad_request("RunInstances", &again).0, "IdempotentInstanceTerminated");
    let long = "x".repeat(65);
    let token = [&launch(&image, "t3.micro")[..], &[("ClientToken", &long)]].concat();
    assert_eq!(region.bad_request("RunInstances", &token).0, "InvalidParameterValue");
}

#[test]
fn the_vcpus_of_the_region_run_out_and_come_back() {
    let mut region = Region::new();
    // 256 vCPUs are 128 of t3.micro.
    let image = region.newest("x86_64");
    let parameters = |minimum, maximum| {
        [
            ("ImageId", &*image),
            ("InstanceType", "t3.micro"),
            ("MinCount", minimum),
            ("MaxCount", maximum),
        ]
    };
    let first = values(&region.answer("RunInstances", &parameters("100", "100")), "instanceId");
    let rest = values(&region.answer("RunInstances", &parameters("1", "1000")), "instanceId");
    assert_eq!(rest.len(), 28);
    let (code, message) = region.bad_request("RunInstances", &parameters("1", "1"));
    assert_eq!(code, "VcpuLimitExceeded");
    assert!(message.contains("current vCPU limit of 256 allows"), "{message}");

    let names: Vec<_> = (1..=100).map(|number| format!("InstanceId.{number}")).collect();
    let ids: Vec<_> =
        names.iter().map(String::as_str).zip(first.iter().map(String::as_str)).collect();
    region.answer("TerminateInstances", &ids);
    region.wait(1);
    assert!(region.call("RunInstances", &parameters("1", "1")).is_ok());
}

#[test]
fn what_is_asked_for_is_echoed() {
    let region = Region::new();
    let image = region.newest("x86_64");
    let more = [
        ("SecurityGroupId.1", "sg-0abcdef1234567890"),
        ("SubnetId", "subnet-0abcdef1234567890"),
        ("Placement.Tenancy", "dedicated"),
        ("Monitoring.Enabled", "true"),
        ("EbsOptimized", "true"),
        ("MetadataOptions.HttpEndpoint", "disabled"),
        ("DisableApiTermination", "false"),
        ("UserData", "IyEvYmluL3No"),
    ];
    let answer = region.answer("RunInstances", &[&launch(&image, "t3.micro")[..], &more].concat());
    for text in [
        "<groupId>sg-0abcdef1234567890</groupId>",
        "<subnetId>subnet-0abcdef1234567890</subnetId>",
        "<tenancy>dedicated</tenancy>",
        "<monitoring>\n                <state>pending</state>",
        "<ebsOptimized>true</ebsOptimized>",
        "<httpEndpoint>disabled</httpEndpoint>",
    ] {
        assert!(answer.contains(text), "{text}");
    }
    let zone = [&launch(&image, "t3.micro")[..], &[("Placement.AvailabilityZone", "eu-west-1z")]];
    assert_eq!(
        region.bad_request("RunInstances", &zone.concat()),
        refused("InvalidParameterValue", "Invalid availability zone: [eu-west-1z]")
    );
}

#[test]
fn what_would_go_unheeded_is_refused() {
    let region = Region::new();
    let image = region.newest("x86_64");
    for more in [
        ("DisableApiTermination", "true"),
        ("LaunchTemplate.LaunchTemplateName", "web"),
        ("NetworkInterface.1.DeviceIndex", "0"),
        ("Placement.HostId", "h-1"),
    ] {
        let parameters = [&launch(&image, "t3.micro")[..], &[more]].concat();
        assert_eq!(region.bad_request("RunInstances", &parameters).0, "Unsupported", "{more:?}");
    }
}
