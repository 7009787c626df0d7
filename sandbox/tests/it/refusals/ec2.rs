//! EC2 has one answer for nearly everything.

use super::{assert_plays, sandbox};
use crate::support::{Call, Wire, minutes};

#[test]
fn ec2_is_mute_about_signatures() {
    let sandbox = sandbox();
    let call = |identity: &str| {
        Call::by(&sandbox, identity, "/").with(|it| {
            it.method = "POST";
            it.service = "ec2";
            it.body = "Action=DescribeInstances&Version=2016-11-15".into();
            it.headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
        })
    };
    let ec2 = |wire: &Wire, case: &str| {
        let answer = wire.send();
        assert_plays(&answer, "ec2", case, &[]);
        assert_eq!(answer.header("content-type"), "text/xml;charset=UTF-8");
        assert_eq!(answer.header("x-amzn-requestid"), answer.element("RequestID").unwrap());
    };
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
    ec2(&call("admin").with(|it| it.service = "s3").signed(), case);
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
