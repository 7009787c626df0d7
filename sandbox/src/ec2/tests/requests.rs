use super::{TestRegion, filter, launch};

const ACTIONS: [&str; 5] =
    ["CreateTags", "DescribeImages", "DescribeInstances", "RunInstances", "TerminateInstances"];

#[test]
fn unknown_actions_and_parameters_are_refused_by_name() {
    let region = TestRegion::new();
    let message = "The action DescribeLoadBalancers is not valid for this web service.";
    region.assert_refused("DescribeLoadBalancers", &[], "InvalidAction", message);
    for (name, part) in [
        ("ImageType", "ImageType"),
        ("Filter.1.Item.1", "Item"),
        ("Filter.x.Name", "x"),
        ("Filter.1.Value.1.More", "More"),
        ("Owner", "Owner"),
    ] {
        let message = format!("The parameter {part} is not recognized");
        region.assert_refused("DescribeImages", &[(name, "x")], "UnknownParameter", &message);
    }
}

#[test]
fn parameters_of_a_query_signature_are_ignored() {
    TestRegion::new().describe_instances(&[
        ("Action", "DescribeInstances"),
        ("Version", "2016-11-15"),
        ("X-Amz-Signature", "0"),
        ("X-Amz-Security-Token", "t"),
    ]);
}

#[test]
fn a_dry_run_reports_success_without_effect() {
    let region = TestRegion::new();
    let image = region.newest("x86_64");
    let instance = region.launch("1", &[]).remove(0);
    let parameters: [&[(&str, &str)]; 5] = [
        &[("ResourceId.1", &instance), ("Tag.1.Key", "a"), ("Tag.1.Value", "b")],
        &[],
        &[],
        &launch(&image, "t3.micro", "1"),
        &[("InstanceId.1", &instance)],
    ];
    for (action, parameters) in ACTIONS.iter().zip(parameters) {
        let dry = [parameters, &[("DryRun", "true")]].concat();
        let refusal = region.refusal(action, &dry);
        assert_eq!((refusal.status, &*refusal.code), (412, "DryRunOperation"), "{action}");
        assert_eq!(refusal.message, "Request would have succeeded, but DryRun flag is set.");
        region.call(action, &[parameters, &[("DryRun", "false")]].concat());
    }
    assert_eq!(region.states().len(), 2, "one from before the loop and one from it");

    let dry = [&launch("ami-00000001", "t3.micro", "1")[..], &[("DryRun", "true")]].concat();
    region.assert_refused("RunInstances", &dry, "InvalidAMIID.NotFound", "");
}

#[test]
fn permissions_are_checked_first() {
    let mut region = TestRegion::new();
    region.denied = &[
        "ec2:CreateTags",
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:RunInstances",
        "ec2:TerminateInstances",
    ];
    for action in ACTIONS {
        let refusal = region.refusal(action, &[("DryRun", "true")]);
        assert_eq!((refusal.status, &*refusal.code), (403, "UnauthorizedOperation"));
        let is_short = refusal.message == "You are not authorized to perform this operation.";
        assert_eq!(is_short, action.starts_with("Describe"), "{refusal:?}");
    }
    let tag = [("ResourceId.1", "ami-0abcdef1234567890"), ("Tag.1.Key", "k")];
    let message = region.refusal("CreateTags", &tag).message;
    assert!(message.starts_with(
        "You are not authorized to perform this operation. User: \
         arn:aws:iam::111122223333:user/tester is not authorized to perform: ec2:CreateTags on \
         resource: arn:aws:ec2:eu-west-1::image/ami-0abcdef1234567890 because no identity-based \
         policy allows the ec2:CreateTags action. Encoded authorization failure message: "
    ));
}

#[test]
fn tags_of_a_launch_require_the_permission_to_tag() {
    let mut region = TestRegion::new();
    let image = region.newest("x86_64");
    region.denied = &["ec2:CreateTags"];
    let launch = launch(&image, "t3.micro", "1");
    let tag = [
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", "x"),
    ];
    region.call("RunInstances", &launch);
    let refusal = region.refusal("RunInstances", &[&launch[..], &tag].concat());
    assert!(refusal.message.contains(
        "perform: ec2:CreateTags on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* "
    ));
}

#[test]
fn values_must_have_their_type() {
    let region = TestRegion::new();
    for (name, value) in [("DryRun", "maybe"), ("MaxResults", "ten"), ("MaxResults", "")] {
        let message = format!("Value ({value}) for parameter {name} is invalid. ");
        let parameters = [(name, value)];
        let code = "InvalidParameterValue";
        region.assert_refused("DescribeInstances", &parameters, code, &message);
    }
    let message =
        "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.";
    let small = [("MaxResults", "4")];
    region.assert_refused("DescribeInstances", &small, "InvalidParameterValue", message);
}

#[test]
fn filters_have_limits() {
    let region = TestRegion::new();
    let long = "x".repeat(256);
    let long = filter("image-id", &long);
    region.assert_refused("DescribeInstances", &long, "FilterLimitExceeded", "");
    let names: Vec<_> = (1..=201).map(|number| format!("Filter.1.Value.{number}")).collect();
    let mut many = vec![("Filter.1.Name", "image-id")];
    many.extend(names.iter().map(|name| (name.as_str(), "x")));
    region.assert_refused("DescribeInstances", &many, "FilterLimitExceeded", "");
    many.pop();
    region.describe_instances(&many);
}
