use super::{Region, refused};

const ACTIONS: [&str; 5] =
    ["CreateTags", "DescribeImages", "DescribeInstances", "RunInstances", "TerminateInstances"];

#[test]
fn an_unknown_action_is_refused_by_name() {
    assert_eq!(
        Region::new().bad_request("DescribeLoadBalancers", &[]),
        refused(
            "InvalidAction",
            "The action DescribeLoadBalancers is not valid for this web service."
        )
    );
}

#[test]
fn an_unknown_parameter_is_refused_by_the_part_that_is_unknown() {
    let region = Region::new();
    for (name, part) in [
        ("ImageType", "ImageType"),
        ("Filter.1.Item.1", "Item"),
        ("Filter.x.Name", "x"),
        ("Filter.1.Value.1.More", "More"),
        ("Owner", "Owner"),
    ] {
        assert_eq!(
            region.bad_request("DescribeImages", &[(name, "x")]),
            refused("UnknownParameter", &format!("The parameter {part} is not recognized"))
        );
    }
}

#[test]
fn the_parts_of_a_query_signature_are_no_parameters() {
    let parameters = [
        ("Action", "DescribeInstances"),
        ("Version", "2016-11-15"),
        ("X-Amz-Signature", "0"),
        ("X-Amz-Security-Token", "t"),
    ];
    assert!(Region::new().call("DescribeInstances", &parameters).is_ok());
}

#[test]
fn a_dry_run_tells_what_would_have_happened() {
    let region = Region::new();
    let image = region.newest("x86_64");
    let instance = region.launch("1", &[]).remove(0);
    let parameters: [&[(&str, &str)]; 5] = [
        &[("ResourceId.1", &instance), ("Tag.1.Key", "a"), ("Tag.1.Value", "b")],
        &[],
        &[],
        &[("ImageId", &image), ("InstanceType", "t3.micro"), ("MinCount", "1"), ("MaxCount", "1")],
        &[("InstanceId.1", &instance)],
    ];
    for (action, parameters) in ACTIONS.iter().zip(parameters) {
        let dry = [parameters, &[("DryRun", "true")]].concat();
        let error = region.refusal(action, &dry);
        assert_eq!((error.status, error.code.as_str()), (412, "DryRunOperation"), "{action}");
        assert_eq!(error.message, "Request would have succeeded, but DryRun flag is set.");
        assert!(region.call(action, &[parameters, &[("DryRun", "false")]].concat()).is_ok());
    }
    // One from before the loop, one from it.
    assert_eq!(region.states().len(), 2);

    let dry =
        [("ImageId", "ami-00000001"), ("MinCount", "1"), ("MaxCount", "1"), ("DryRun", "true")];
    assert_eq!(region.refusal("RunInstances", &dry).code, "InvalidAMIID.NotFound");
}

#[test]
fn a_caller_without_permission_is_refused_first() {
    let mut region = Region::new();
    region.denied = &[
        "ec2:CreateTags",
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:RunInstances",
        "ec2:TerminateInstances",
    ];
    for action in ACTIONS {
        let error = region.refusal(action, &[("DryRun", "true")]);
        assert_eq!((error.status, error.code.as_str()), (403, "UnauthorizedOperation"));
        let is_short = error.message == "You are not authorized to perform this operation.";
        assert_eq!(is_short, action.starts_with("Describe"), "{}", error.message);
    }
    let message = region
        .refusal("CreateTags", &[("ResourceId.1", "ami-0abcdef1234567890"), ("Tag.1.Key", "k")])
        .message;
    assert!(message.starts_with(
        "You are not authorized to perform this operation. User: \
         arn:aws:iam::111122223333:user/tester is not authorized to perform: ec2:CreateTags on \
         resource: arn:aws:ec2:eu-west-1::image/ami-0abcdef1234567890 because no identity-based \
         policy allows the ec2:CreateTags action. Encoded authorization failure message: "
    ));
}

#[test]
fn tags_of_a_launch_need_the_permission_to_tag() {
    let mut region = Region::new();
    let image = region.newest("x86_64");
    region.denied = &["ec2:CreateTags"];
    let launch = [
        ("ImageId", image.as_str()),
        ("InstanceType", "t3.micro"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
    ];
    let tag = [
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", "x"),
    ];
    assert!(region.call("RunInstances", &launch).is_ok());
    let error = region.refusal("RunInstances", &[&launch[..], &tag].concat());
    assert!(error.message.contains(
        "perform: ec2:CreateTags on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* "
    ));
}

#[test]
fn values_must_be_of_their_kind() {
    let region = Region::new();
    for (name, value) in [("DryRun", "maybe"), ("MaxResults", "ten"), ("MaxResults", "")] {
        let (code, message) = region.bad_request("DescribeInstances", &[(name, value)]);
        assert_eq!(code, "InvalidParameterValue");
        let start = format!("Value ({value}) for parameter {name} is invalid. ");
        assert!(message.starts_with(&start), "{message}");
    }
    assert_eq!(
        region.bad_request("DescribeInstances", &[("MaxResults", "4")]).1,
        "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5."
    );
}

#[test]
fn filters_have_their_limits() {
    let region = Region::new();
    let long = "x".repeat(256);
    let too_long = [("Filter.1.Name", "image-id"), ("Filter.1.Value.1", long.as_str())];
    assert_eq!(region.bad_request("DescribeInstances", &too_long).0, "FilterLimitExceeded");
    let names: Vec<_> = (1..=201).map(|number| format!("Filter.1.Value.{number}")).collect();
    let mut too_many = vec![("Filter.1.Name", "image-id")];
    too_many.extend(names.iter().map(|name| (name.as_str(), "x")));
    assert_eq!(region.bad_request("DescribeInstances", &too_many).0, "FilterLimitExceeded");
    too_many.pop();
    assert!(region.call("DescribeInstances", &too_many).is_ok());
}
