use super::super::catalogue::FOREIGN_IMAGE;
use super::{Parameter, TestRegion, launch, values};

#[test]
fn an_instance_has_all_fields_of_a_real_one() {
    let region = TestRegion::new();
    let image = region.newest("x86_64");
    let more = [
        ("ClientToken", "token-1"),
        ("KeyName", "key & lock"),
        ("Placement.AvailabilityZone", "eu-west-1b"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", "<a>"),
    ];
    let document = region.call("RunInstances", &with(&image, &more));
    assert_eq!(document, include_str!("run_instances.xml").trim_end());
}

/// The parameters of a launch of `t3.micro`, and more.
fn with<'a>(image: &'a str, more: &[Parameter<'a>]) -> Vec<Parameter<'a>> {
    [&launch(image, "t3.micro", "1")[..], more].concat()
}

/// The parameters of a launch with these counts.
fn counts<'a>(image: &'a str, minimum: &'a str, maximum: &'a str) -> [Parameter<'a>; 4] {
    let [image, instance_type, ..] = launch(image, "t3.micro", "");
    [image, instance_type, ("MinCount", minimum), ("MaxCount", maximum)]
}

#[test]
fn image_and_counts_are_required() {
    let region = TestRegion::new();
    let image = region.newest("x86_64");
    for missing in ["ImageId", "MinCount", "MaxCount"] {
        let mut parameters = with(&image, &[]);
        parameters.retain(|(name, _)| *name != missing);
        let message = format!("The request must contain the parameter {missing}");
        region.assert_refused("RunInstances", &parameters, "MissingParameter", &message);
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
        let parameters = counts(&image, minimum, maximum);
        region.assert_refused("RunInstances", &parameters, "InvalidParameterValue", message);
    }
}

#[test]
fn image_and_instance_type_must_be_compatible() {
    let region = TestRegion::new();
    let (x86, arm) = (region.newest("x86_64"), region.newest("arm64"));
    let mismatch = |of_type: &str, of_image: &str| {
        format!(
            "The architecture '{of_type}' of the specified instance type does not match the \
             architecture '{of_image}' of the specified AMI. "
        )
    };
    for (image, instance_type, message) in [
        (&arm, "t3.micro", mismatch("x86_64", "arm64")),
        (&x86, "t4g.micro", mismatch("arm64", "x86_64")),
        (&arm, "t2.micro", mismatch("i386,x86_64", "arm64")),
        (&x86, "t9.micro", "Invalid value 't9.micro' for InstanceType.".to_owned()),
        (&x86, "t3", "Invalid value 't3' for InstanceType.".to_owned()),
    ] {
        let parameters = launch(image, instance_type, "1");
        region.assert_refused("RunInstances", &parameters, "InvalidParameterValue", &message);
    }
    let without_type = [("ImageId", &*x86), ("MinCount", "1"), ("MaxCount", "1")];
    region.assert_refused("RunInstances", &without_type, "InvalidParameterCombination", "");
    for (image, instance_type) in [(&x86, "t2.micro"), (&x86, "m7i.large"), (&arm, "c8g.medium")] {
        region.call("RunInstances", &launch(image, instance_type, "1"));
    }
}

#[test]
fn invalid_parameters_are_refused() {
    let region = TestRegion::new();
    let image = region.newest("x86_64");
    let long = "x".repeat(65);
    let zone = "Invalid availability zone: [eu-west-1z]";
    for (image, more, code, message) in [
        ("ami-0abcdef1234567890", &[][..], "InvalidAMIID.NotFound", ""),
        ("ami-xyz", &[], "InvalidAMIID.Malformed", ""),
        (FOREIGN_IMAGE, &[], "AuthFailure", ""),
        (&image, &[("ClientToken", &*long)], "InvalidParameterValue", ""),
        (&image, &[("Placement.AvailabilityZone", "eu-west-1z")], "InvalidParameterValue", zone),
        // These are supported by EC2, but not by the sandbox.
        (&image, &[("DisableApiTermination", "true")], "Unsupported", ""),
        (&image, &[("LaunchTemplate.LaunchTemplateName", "web")], "Unsupported", ""),
        (&image, &[("NetworkInterface.1.DeviceIndex", "0")], "Unsupported", ""),
        (&image, &[("Placement.HostId", "h-1")], "Unsupported", ""),
    ] {
        region.assert_refused("RunInstances", &with(image, more), code, message);
    }
}

#[test]
fn a_client_token_launches_once() {
    let mut region = TestRegion::new();
    let token = [("ClientToken", "once")];
    let first = region.launch("2", &token);
    region.wait(1);
    assert_eq!(region.launch("2", &token), first);
    assert_eq!(region.states().len(), 2);
    let image = region.newest("x86_64");
    let other = with(&image, &[("ClientToken", "once"), ("KeyName", "other")]);
    let message = "Arguments on this idempotent request are inconsistent with arguments used in \
                   previous request(s).";
    region.assert_refused("RunInstances", &other, "IdempotentParameterMismatch", message);
    assert_ne!(region.launch("2", &[("ClientToken", "twice")]), first);
    assert_ne!(region.launch("2", &[]), region.launch("2", &[]));
}

#[test]
fn the_token_of_a_terminated_instance_is_spent() {
    let mut region = TestRegion::new();
    let token = [("ClientToken", "spent")];
    let id = region.launch("1", &token).remove(0);
    region.terminate(&id);
    assert_eq!(region.launch("1", &token), [id]);
    region.wait(5);
    let again = region.newest("x86_64");
    let again = with(&again, &token);
    region.assert_refused("RunInstances", &again, "IdempotentInstanceTerminated", "");
}

#[test]
fn terminated_instances_release_their_vcpus() {
    let mut region = TestRegion::new();
    let image = region.newest("x86_64");
    let launch = |region: &TestRegion, minimum, maximum| {
        values(&region.call("RunInstances", &counts(&image, minimum, maximum)), "instanceId")
    };
    // The limit of 256 vCPUs allows 128 t3.micro.
    let first = launch(&region, "100", "100");
    assert_eq!(launch(&region, "1", "1000").len(), 28);
    let refusal = region.refusal("RunInstances", &counts(&image, "1", "1"));
    assert_eq!((refusal.status, &*refusal.code), (400, "VcpuLimitExceeded"));
    assert!(refusal.message.contains("current vCPU limit of 256 allows"), "{refusal:?}");

    for id in first {
        region.terminate(&id);
    }
    region.wait(1);
    assert_eq!(launch(&region, "1", "1").len(), 1);
}

#[test]
fn options_are_returned() {
    let region = TestRegion::new();
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
    let document = region.call("RunInstances", &with(&image, &more));
    for text in [
        "<groupId>sg-0abcdef1234567890</groupId>",
        "<subnetId>subnet-0abcdef1234567890</subnetId>",
        "<tenancy>dedicated</tenancy>",
        "<monitoring>\n                <state>pending</state>",
        "<ebsOptimized>true</ebsOptimized>",
        "<httpEndpoint>disabled</httpEndpoint>",
    ] {
        assert!(document.contains(text), "{text}");
    }
}
