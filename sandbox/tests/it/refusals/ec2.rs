//! EC2's refusals, in the order of its checks.

use sandbox::Sandbox;

use super::{arn, assert_matches_fact, start};
use crate::support::{HttpRequest, TestCall, ec2_call, minutes};

const MALFORMED: &str = "IncompleteSignature: malformed Authorization (documented only)";
const FAILURE: &str = "AuthFailure: unknown key, wrong secret, bad signature (SigV4)";

/// Sends a request and compares the response with the fact of that case.
#[track_caller]
fn check(request: &HttpRequest, case: &str, values: &[&str]) {
    let response = request.send();
    assert_matches_fact(&response, "ec2", case, values);
    assert_eq!(response.header("x-amzn-requestid"), response.element("RequestID").unwrap());
}

#[test]
fn authentication_failures_say_little() {
    let sandbox = start();
    let call = |identity| ec2_call(&sandbox, identity, "Action=DescribeInstances");
    let admin = |change: fn(&mut TestCall)| call("admin").with(change).signed();
    for identity in ["admin", "temporary"] {
        assert_eq!(call(identity).signed().send().status, 200);
    }
    let scope = "credential scoped to the wrong region or service";
    for (request, case) in [
        (call("admin").plain(), "unsigned request"),
        (call("admin").plain().with(|it| it.set("authorization", "Bearer x")), MALFORMED),
        (admin(|it| it.access_key_id = "AKIANOBODY".into()), FAILURE),
        (call("temporary").with(|it| it.session_token = None).signed(), FAILURE),
        (call("expired").signed(), "expired session token"),
        (admin(|it| it.at = minutes(-16)), "clock skew"),
        (admin(|it| it.at = minutes(16)), "clock skew"),
        (admin(|it| it.region = "eu-west-1"), scope),
        (admin(|it| it.service = "s3"), scope),
        (admin(|it| it.service = "lambda"), scope),
        (admin(|it| it.unsigned = vec!["host"]), FAILURE),
        (admin(|it| it.secret_access_key = "wrong".into()), FAILURE),
        (call("admin").signed().with(|it| it.body.push('1')), FAILURE),
        (call("invoker").signed(), "UnauthorizedOperation, short form"),
    ] {
        check(&request, case, &[]);
    }
}

#[test]
fn what_the_signature_does_not_cover_is_refused() {
    let sandbox = start();
    let call = || {
        ec2_call(&sandbox, "admin", "Action=DescribeInstances")
            .with(|it| it.unsigned = vec!["content-type"])
    };
    for value in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "anything"] {
        let signed = call().with(|it| it.push("x-amz-content-sha256", value));
        let unsigned = signed.clone().with(|it| it.unsigned.push("x-amz-content-sha256"));
        check(&signed.signed(), FAILURE, &[]);
        check(&unsigned.signed(), FAILURE, &[]);
        let ignored = call().signed().with(|it| it.set("x-amz-content-sha256", value));
        assert_eq!(ignored.send().status, 200, "{value}");
    }
    for request in [
        call().signed().with(|it| it.push("authorization", "Bearer x")),
        call().signed().with(|it| it.push("host", "other")),
        call().with(|it| it.target = "/?AWSAccessKeyId=x&Signature=y".into()).signed(),
    ] {
        check(&request, MALFORMED, &[]);
    }
    let slash = call().with(|it| it.access_key_id = "team/key".into()).signed().send();
    assert_eq!((slash.status, &*slash.element("Code").unwrap()), (401, "AuthFailure"));
    assert!(slash.element("Message").unwrap().contains("exactly 5 slash-delimited elements"));
}

#[test]
fn a_form_is_read_whatever_its_unsigned_content_type() {
    let sandbox = start();
    let form = ec2_call(&sandbox, "admin", "DryRun=true").with(|it| {
        it.target = "/?Action=DescribeInstances".into();
        it.unsigned = vec!["content-type"];
    });
    let form = form.signed();
    check(&form, "DryRunOperation", &[]);
    check(&form.with(|it| it.set("content-type", "text/plain")), "DryRunOperation", &[]);
}

#[test]
fn a_query_works_like_a_form() {
    let sandbox = start();
    let target = "/?Action=DescribeInstances&Version=2016-11-15";
    let call = TestCall::by(&sandbox, "admin", target).with(|it| it.service = "ec2");
    for request in [call.clone().signed(), call.presigned("60")] {
        let response = request.send();
        assert_eq!(response.status, 200, "{response:?}");
        assert!(response.body.contains("<DescribeInstancesResponse"), "{}", response.body);
    }
}

#[test]
fn action_version_and_service_must_be_supported() {
    let sandbox = start();
    let version =
        |sent: &str| format!("The requested version ({sent}) of service AmazonEC2 does not exist");
    let identity = "Action=GetCallerIdentity&Version=2011-06-15";
    let offers = "This sandbox offers only S3, EC2 and one REST API of API Gateway.";
    let service = |name: &str| format!("The request is signed for '{name}'. {offers}");
    let missing = "The request is missing its Action parameter.".to_owned();
    for (service, body, code, message) in [
        ("ec2", "", "MissingAction", missing),
        ("ec2", "Action=DescribeInstances&Version=latest", "NoSuchVersion", version("latest")),
        (
            "ec2",
            "Action=DescribeInstances&Version=2010-03-31",
            "NoSuchVersion",
            version("2010-03-31"),
        ),
        ("ec2", "Action=DescribeInstances", "NoSuchVersion", version("")),
        ("sts", identity, "ServiceNotOffered", service("sts")),
        ("iam", identity, "ServiceNotOffered", service("iam")),
    ] {
        let call = ec2_call(&sandbox, "admin", "").with(|it| {
            it.service = service;
            it.body = body.into();
        });
        let response = call.signed().send();
        assert_eq!((response.status, response.element("Code").as_deref()), (400, Some(code)));
        assert_eq!(response.element("Message").unwrap(), message);
    }
}

/// The parameters of a launch of the first image in the catalogue.
fn launch(sandbox: &Sandbox, instance_type: &str, more: &str) -> String {
    let filters = "Action=DescribeImages&Owner.1=amazon&Filter.1.Name=architecture&\
                   Filter.1.Value.1=x86_64&Filter.2.Name=name&Filter.2.Value.1=al2023-ami-2023.*";
    let images = ec2_call(sandbox, "admin", filters).signed().send();
    let image = images.element("imageId").unwrap();
    format!(
        "Action=RunInstances&ImageId={image}&InstanceType={instance_type}&MinCount=1&MaxCount=1{more}"
    )
}

#[test]
fn invalid_calls_are_refused() {
    let sandbox = start();
    let launch = |instance_type, more| launch(&sandbox, instance_type, more);
    let once = launch("t3.micro", "&ClientToken=once");
    assert_eq!(ec2_call(&sandbox, "admin", &once).signed().send().status, 200);
    let (ami, instance) = ("ami-0abcdef1234567890", "i-0abcdef1234567890");
    let image = |id| format!("Action=DescribeImages&ImageId.1={id}");
    let terminate = |id| format!("Action=TerminateInstances&InstanceId.1={id}");
    let no_number = "Action=DescribeInstances&Filter.1.Name=tag-value&Filter.1.Value=foo";
    for (parameters, case, values) in [
        (image(ami), "InvalidAMIID.NotFound", &[ami][..]),
        (image("ami-"), "InvalidAMIID.Malformed", &["ami-"]),
        (terminate(instance), "InvalidInstanceID.NotFound", &[instance]),
        (terminate("me"), "InvalidInstanceID.Malformed", &["me"]),
        ("Action=Fly".into(), "InvalidAction", &["Fly"]),
        ("Action=RunInstances&MinCount=1&MaxCount=1".into(), "MissingParameter", &["ImageId"]),
        (no_number.into(), "UnknownParameter", &["Filter"]),
        (launch("t3.micro", "&DryRun=true"), "DryRunOperation", &[]),
        (launch("u7i-12tb.224xlarge", ""), "VcpuLimitExceeded", &["256"]),
        (launch("t9.pico", ""), "InvalidParameterValue, instance type", &["t9.pico"]),
        (launch("t3.small", "&ClientToken=once"), "IdempotentParameterMismatch", &[]),
    ] {
        check(&ec2_call(&sandbox, "admin", &parameters).signed(), case, values);
    }
}

#[test]
fn an_unauthorized_change_is_explained() {
    let sandbox = start();
    let response = ec2_call(&sandbox, "reader", &launch(&sandbox, "t3.micro", "")).signed().send();
    let message = response.element("Message").unwrap();
    let (_, blob) = message.rsplit_once(' ').unwrap();
    let values = [
        arn(&sandbox, "reader"),
        "ec2:RunInstances",
        "arn:aws:ec2:us-east-1:111122223333:instance/*",
        "because no identity-based policy allows the ec2:RunInstances action",
        blob,
    ];
    let case = "UnauthorizedOperation, with the encoded message";
    assert_matches_fact(&response, "ec2", case, &values);
}
