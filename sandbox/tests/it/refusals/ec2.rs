//! EC2 has one answer for nearly everything.

use sandbox::Sandbox;

use super::{assert_plays, sandbox};
use crate::support::{Call, Wire, minutes};

fn call(sandbox: &Sandbox, identity: &str, parameters: &str) -> Call {
    Call::by(sandbox, identity, "/").with(|it| {
        it.method = "POST";
        it.service = "ec2";
        it.body = format!("{parameters}&Version=2016-11-15");
        it.headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
    })
}

fn refused(wire: &Wire, case: &str, filled: &[(&str, &str)]) {
    let answer = wire.send();
    assert_plays(&answer, "ec2", case, filled);
    assert_eq!(answer.header("x-amzn-requestid"), answer.element("RequestID").unwrap());
}

#[test]
fn ec2_is_mute_about_signatures() {
    let sandbox = sandbox();
    let call = |identity: &str| call(&sandbox, identity, "Action=DescribeInstances");
    let ec2 = |wire: &Wire, case: &str| refused(wire, case, &[]);
    assert_eq!(call("admin").signed().send().status, 200);
    assert_eq!(call("temporary").signed().send().status, 200);
    ec2(&call("admin").plain(), "unsigned request");
    let case = "IncompleteSignature: malformed Authorization (documented only)";
    ec2(&call("admin").plain().with(|it| it.set("authorization", "Bearer x")), case);
    let failure = "AuthFailure: unknown key, wrong secret, bad signature (SigV4)";
    ec2(&call("admin").with(|it| it.access_key_id = "AKIANOBODY".into()).signed(), failure);
    ec2(&call("temporary").with(|it| it.session_token = None).signed(), failure);
    ec2(&call("expired").signed(), "expired session token");
    ec2(&call("admin").with(|it| it.at = minutes(-16)).signed(), "clock skew");
    ec2(&call("admin").with(|it| it.at = minutes(16)).signed(), "clock skew");
    let case = "credential scoped to the wrong region or service";
    ec2(&call("admin").with(|it| it.region = "eu-west-1").signed(), case);
    for service in ["s3", "lambda"] {
        ec2(&call("admin").with(|it| it.service = service).signed(), case);
    }
    ec2(&call("admin").with(|it| it.unsigned = vec!["host"]).signed(), failure);
    ec2(&call("admin").with(|it| it.secret_access_key = "wrong".into()).signed(), failure);
    ec2(&call("admin").signed().with(|it| it.body.push('1')), failure);
    let denied = call("invoker").signed().send();
    assert_eq!(
        (denied.status, denied.element("Code").unwrap().as_str()),
        (403, "UnauthorizedOperation")
    );
}

#[test]
fn ec2_says_what_is_not_there_or_not_possible() {
    let sandbox = sandbox();
    let ask = |parameters: &str| call(&sandbox, "admin", parameters).signed();
    let ec2 = |parameters: &str, case: &str, filled: &[(&str, &str)]| {
        refused(&ask(parameters), case, filled);
    };
    let (ami, instance) = ("ami-0abcdef1234567890", "i-0abcdef1234567890");
    let describe = "Action=DescribeImages&ImageId.1=";
    ec2(&format!("{describe}{ami}"), "InvalidAMIID.NotFound", &[("ami", ami)]);
    ec2(&format!("{describe}ami-"), "InvalidAMIID.Malformed", &[("value", "ami-")]);
    let terminate = "Action=TerminateInstances&InstanceId.1=";
    ec2(&format!("{terminate}{instance}"), "InvalidInstanceID.NotFound", &[("id", instance)]);
    ec2(&format!("{terminate}me"), "InvalidInstanceID.Malformed", &[("value", "me")]);
    ec2("Action=Fly", "InvalidAction", &[("action", "Fly")]);
    let parameter = [("name", "ImageId")];
    ec2("Action=RunInstances&MinCount=1&MaxCount=1", "MissingParameter", &parameter);

    let images = ask("Action=DescribeImages&Owner.1=amazon&Filter.1.Name=architecture&\
                      Filter.1.Value.1=x86_64&Filter.2.Name=name&Filter.2.Value.1=al2023-ami-2023.*")
        .send();
    let image = images.element("imageId").unwrap();
    let launch = |instance_type: &str, more: &str| {
        format!(
            "Action=RunInstances&ImageId={image}&InstanceType={instance_type}&MinCount=1&MaxCount=1{more}"
        )
    };
    ec2(&launch("t3.micro", "&DryRun=true"), "DryRunOperation", &[]);
    ec2(&launch("u7i-12tb.224xlarge", ""), "VcpuLimitExceeded", &[("n", "256")]);
    let case = "InvalidParameterValue, instance type";
    ec2(&launch("t9.pico", ""), case, &[("value", "t9.pico")]);
    assert_eq!(ask(&launch("t3.micro", "&ClientToken=once")).send().status, 200);
    ec2(&launch("t3.small", "&ClientToken=once"), "IdempotentParameterMismatch", &[]);

    let reader = &sandbox.identity("reader").unwrap().arn;
    let answer = call(&sandbox, "reader", &launch("t3.micro", "")).signed().send();
    let message = answer.element("Message").unwrap();
    let (_, blob) = message.rsplit_once(' ').unwrap();
    let filled = [
        ("arn", &**reader),
        ("action", "ec2:RunInstances"),
        ("arn", "arn:aws:ec2:us-east-1:111122223333:instance/*"),
        ("reason", "because no identity-based policy allows the ec2:RunInstances action"),
        ("blob", blob),
    ];
    assert_plays(&answer, "ec2", "UnauthorizedOperation, with the encoded message", &filled);
    let silent = call(&sandbox, "invoker", "Action=DescribeImages").signed();
    refused(&silent, "UnauthorizedOperation, short form", &[]);
}

#[test]
fn ec2_takes_a_query_as_well_as_a_form() {
    let sandbox = sandbox();
    let target = "/?Action=DescribeInstances&Version=2016-11-15";
    let call = Call::by(&sandbox, "admin", target).with(|it| it.service = "ec2");
    for wire in [call.clone().signed(), call.presigned("60")] {
        let answer = wire.send();
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.contains("<DescribeInstancesResponse"), "{}", answer.body);
    }
}

#[test]
fn ec2_wants_an_action() {
    let sandbox = sandbox();
    let call = Call::by(&sandbox, "admin", "/").with(|it| {
        (it.method, it.service) = ("POST", "ec2");
        it.headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
    });
    let answer = call.signed().send();
    assert_eq!((answer.status, answer.element("Code").unwrap().as_str()), (400, "MissingAction"));
}

#[test]
fn ec2_has_one_version_here() {
    let sandbox = sandbox();
    for (version, sent) in
        [("&Version=latest", "latest"), ("&Version=2010-03-31", "2010-03-31"), ("", "")]
    {
        let call = call(&sandbox, "admin", "").with(|it| {
            it.body = format!("Action=DescribeInstances{version}");
        });
        let answer = call.signed().send();
        assert_eq!((answer.status, &*answer.element("Code").unwrap()), (400, "NoSuchVersion"));
        let message = format!("The requested version ({sent}) of service AmazonEC2 does not exist");
        assert_eq!(answer.element("Message").unwrap(), message);
    }
}

#[test]
fn a_query_for_another_service_is_told_what_is_offered() {
    let sandbox = sandbox();
    for service in ["sts", "iam"] {
        let call = call(&sandbox, "admin", "").with(|it| {
            it.service = service;
            it.body = "Action=GetCallerIdentity&Version=2011-06-15".into();
        });
        let answer = call.signed().send();
        assert_eq!(answer.element("Code").unwrap(), "ServiceNotOffered");
        let message = answer.element("Message").unwrap();
        assert!(message.contains(&format!("'{service}'")), "{message}");
        assert!(message.contains("S3, EC2 and one REST API"), "{message}");
    }
}

#[test]
fn a_filter_without_the_number_of_its_value_is_named_by_its_list() {
    let sandbox = sandbox();
    let parameters = "Action=DescribeInstances&Filter.1.Name=tag-value&Filter.1.Value=foo";
    let wire = call(&sandbox, "admin", parameters).signed();
    refused(&wire, "UnknownParameter", &[("name", "Filter")]);
}

#[test]
fn ec2_refuses_what_its_signature_does_not_cover() {
    let sandbox = sandbox();
    let call = |sha256: Option<&str>| {
        call(&sandbox, "admin", "Action=DescribeInstances").with(|it| {
            let header = sha256.map(|word| ("x-amz-content-sha256".to_owned(), word.to_owned()));
            it.headers.extend(header);
            it.unsigned = vec!["content-type"];
        })
    };
    let malformed = "IncompleteSignature: malformed Authorization (documented only)";
    let failure = "AuthFailure: unknown key, wrong secret, bad signature (SigV4)";
    for word in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "anything"] {
        refused(&call(Some(word)).signed(), failure, &[]);
        let unsigned =
            call(Some(word)).with(|it| it.unsigned.push("x-amz-content-sha256")).signed();
        refused(&unsigned, failure, &[]);
        let beside = call(None).signed().with(|it| it.set("x-amz-content-sha256", word));
        assert_eq!(beside.send().status, 200, "{word}");
    }
    let twice = call(None).signed().with(|it| {
        it.headers.push(("authorization".into(), "Bearer x".into()));
    });
    refused(&twice, malformed, &[]);
    let slash = call(None).with(|it| it.access_key_id = "team/key".into()).signed().send();
    assert_eq!((slash.status, &*slash.element("Code").unwrap()), (401, "AuthFailure"));
    assert!(slash.element("Message").unwrap().contains("exactly 5 slash-delimited elements"));
    let hosts = call(None).signed().with(|it| it.headers.push(("host".into(), "other".into())));
    refused(&hosts, malformed, &[]);
    let version_2 = "/?AWSAccessKeyId=x&Signature=y";
    refused(&call(None).with(|it| it.target = version_2.into()).signed(), malformed, &[]);
}

#[test]
fn a_form_is_read_whatever_its_unsigned_content_type_says() {
    let sandbox = sandbox();
    let signed = call(&sandbox, "admin", "DryRun=true").with(|it| {
        it.target = "/?Action=DescribeInstances".into();
        it.unsigned = vec!["content-type"];
    });
    let signed = signed.signed();
    refused(&signed, "DryRunOperation", &[]);
    refused(&signed.with(|it| it.set("content-type", "text/plain")), "DryRunOperation", &[]);
}
