//! S3 says a lot, and in an order of its own.

use std::fmt::Write as _;

use super::{assert_plays, sandbox};
use crate::support::{self, Answer, Call, EMPTY, Wire, compact, minutes};

fn s3(answer: &Wire, case: &str, filled: &[(&str, &str)]) -> Answer {
    let answer = answer.send();
    assert_plays(&answer, "s3", case, filled);
    assert_eq!(answer.header("content-type"), "application/xml");
    assert_eq!(answer.header("server"), "AmazonS3");
    assert_eq!(answer.header("x-amz-request-id"), answer.element("RequestId").unwrap());
    assert_eq!(answer.header("x-amz-id-2"), answer.element("HostId").unwrap());
    answer
}

#[test]
fn s3_names_what_is_wrong_with_the_form_of_a_header() {
    let sandbox = sandbox();
    let spoiled = |from: &str, to: &str| {
        Call::by(&sandbox, "admin", "/").signed().with(|it| it.authorization(from, to))
    };
    let replaced = |value: &str| {
        Call::by(&sandbox, "admin", "/").signed().with(|it| it.set("authorization", value))
    };
    let today = compact(minutes(0))[..8].to_owned();
    let key = sandbox.identity("admin").unwrap().access_key_id.clone();

    let answer = s3(&replaced("Bearer x"), "Authorization with an unknown scheme", &[]);
    assert_eq!(answer.element("ArgumentValue").unwrap(), "Bearer x");
    s3(&replaced("AWS4-HMAC-SHA256"), "Authorization without exactly one space", &[]);
    s3(&replaced("AWS AKID:c2ln"), "SigV2 refused", &[]);
    let case = "AuthorizationHeaderMalformed, component malformed";
    s3(&replaced("AWS4-HMAC-SHA256 Credential"), case, &[("part", "Credential")]);
    let twofold = "Credential=aws_access_key_id= AKID";
    s3(&replaced(&format!("AWS4-HMAC-SHA256 {twofold}")), case, &[("part", twofold)]);
    let empty = "AWS4-HMAC-SHA256 Credential=a, Signature=";
    s3(&replaced(empty), case, &[("part", " Signature=")]);
    let case = "AuthorizationHeaderMalformed, components missing";
    for part in ["Credential=", "SignedHeaders=", "Signature="] {
        s3(&spoiled(part, "Other="), case, &[]);
    }
    let case = "AuthorizationHeaderMalformed, bad Credential form";
    s3(&spoiled("/aws4_request", ""), case, &[]);
    s3(&spoiled(&key, ""), "AuthorizationHeaderMalformed, empty access key", &[]);
    let case = "AuthorizationHeaderMalformed, bad credential date";
    s3(&spoiled(&today, "today"), case, &[("sent", "today")]);
    let case = "AuthorizationHeaderMalformed, wrong terminator";
    s3(&spoiled("aws4_request", "aws5_request"), case, &[("sent", "aws5_request")]);
    for change in ["x-amz-date", "nothing"] {
        let wire = Call::by(&sandbox, "admin", "/").signed().with(|it| {
            it.remove(change);
            it.headers.retain(|(name, _)| name != "x-amz-date");
        });
        s3(&wire, "AccessDenied, no date", &[]);
    }
    let wire = Call::by(&sandbox, "admin", "/").signed().with(|it| it.set("x-amz-date", "noon"));
    s3(&wire, "AccessDenied, no date", &[]);
}

#[test]
fn s3_names_what_is_wrong_with_the_form_of_a_query() {
    let sandbox = sandbox();
    let spoiled = |from: &str, to: &str| {
        Call::by(&sandbox, "admin", "/").presigned("60").with(|it| {
            assert!(it.target.contains(from), "{}", it.target);
            it.target = it.target.replacen(from, to, 1);
        })
    };
    let case = "presigned URL, query parameters missing (SigV4)";
    for part in ["Algorithm", "Credential", "Date", "SignedHeaders", "Expires", "Signature"] {
        s3(&spoiled(&format!("X-Amz-{part}="), "x="), case, &[]);
    }
    s3(&spoiled("HMAC", "RSA"), "presigned URL, X-Amz-Algorithm", &[]);
    s3(&spoiled("%2Faws4_request", ""), "presigned URL, Credential malformed", &[]);
    s3(&spoiled("%2F", "%252F"), "presigned URL, Credential malformed", &[]);
    s3(&spoiled("X-Amz-Date=2", "X-Amz-Date=x"), "presigned URL, X-Amz-Date form", &[]);
    for (expires, case) in [
        ("604801", "presigned URL, X-Amz-Expires too large"),
        ("-1", "presigned URL, X-Amz-Expires negative"),
        ("soon", "presigned URL, X-Amz-Expires not a number"),
    ] {
        s3(&Call::by(&sandbox, "admin", "/").presigned(expires), case, &[]);
    }
    let old = "/archive/about.txt?AWSAccessKeyId=x&Expires=1&Signature=y";
    s3(&Call::by(&sandbox, "admin", old).plain(), "SigV2 refused", &[]);
}

#[test]
fn s3_takes_one_signature_only() {
    let sandbox = sandbox();
    let refused = |wire: &Wire| {
        let answer = wire.send();
        assert_eq!(answer.status, 400);
        assert_eq!(answer.element("Code").unwrap(), "InvalidArgument");
        let message = answer.element("Message").unwrap();
        assert!(message.starts_with("Only one auth mechanism allowed"), "{message}");
    };
    let presigned = Call::by(&sandbox, "admin", "/").presigned("60");
    for target in [&*presigned.target, "/?AWSAccessKeyId=x&Expires=1&Signature=y", "/?Signature=y"]
    {
        refused(&Call::by(&sandbox, "admin", target).signed());
    }
    refused(&Call::by(&sandbox, "admin", "/").signed().with(|it| {
        it.headers.push(("authorization".into(), "Bearer x".into()));
    }));
    refused(&presigned.with(|it| it.target.push_str("&Signature=y")));
}

#[test]
fn s3_refuses_what_a_signature_does_not_cover() {
    let sandbox = sandbox();
    let good = || Call::by(&sandbox, "admin", "/").signed();
    let refused = |answer: &Answer, code: &str, hint: &str| {
        assert_eq!((answer.status, &*answer.element("Code").unwrap()), (400, code));
        let message = answer.element("Message").unwrap();
        assert!(message.contains(hint), "{message}");
    };
    let hosts = good().with(|it| it.headers.push(("host".into(), "other".into())));
    refused(&hosts.send(), "InvalidRequest", "'host' more than once");
    let nowhere = good().with(|it| {
        it.remove("host");
        it.authorization("=host;", "=");
    });
    let mut old = "GET / HTTP/1.0\r\n".to_owned();
    for (name, value) in &nowhere.headers {
        let _ = write!(old, "{name}: {value}\r\n");
    }
    old.push_str("\r\n");
    let old = support::exchange(sandbox.endpoint(), old.as_bytes());
    refused(&old, "InvalidRequest", "no Host header");

    let signature = good().with(|it| {
        let authorization = it.header("authorization").unwrap().to_owned();
        let (_, signature) = authorization.rsplit_once(' ').unwrap();
        it.set("authorization", &format!("{authorization}, {signature}"));
    });
    refused(&signature.send(), "AuthorizationHeaderMalformed", "more than one 'Signature'");
    for more in ["X-Amz-Signature=0", "X-Amz-Date=x", "x-amz-expires=1"] {
        let twice = Call::by(&sandbox, "admin", "/").presigned("60");
        let twice = twice.with(|it| it.target = format!("{}&{more}", it.target));
        refused(&twice.send(), "AuthorizationQueryParametersError", "more than once");
    }
    let zero = Call::by(&sandbox, "admin", "/").presigned("0").send();
    refused(&zero, "AuthorizationQueryParametersError", "X-Amz-Expires");
    let case = "presigned URL, X-Amz-Expires not a number";
    s3(&Call::by(&sandbox, "admin", "/").presigned("+300"), case, &[]);
    let late = Call::by(&sandbox, "temporary", "/").with(|it| it.session_token = None);
    let token = sandbox.identity("temporary").unwrap().session_token.clone().unwrap();
    let late = late.presigned("60").with(|it| it.set("x-amz-security-token", &token));
    s3(&late, "session token header sent but not in SignedHeaders", &[]);

    let word = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    let chunked = Call::by(&sandbox, "admin", "/").with(|it| {
        it.headers.push(("x-amz-content-sha256".into(), word.into()));
        it.body = "garbage".into();
    });
    refused(&chunked.signed().send(), "IncompleteBody", "signed chunks");
}

#[test]
fn s3_looks_up_the_key_and_then_the_token() {
    let sandbox = sandbox();
    let unknown =
        Call::by(&sandbox, "admin", "/").with(|it| it.access_key_id = "AKIANOBODY".into());
    let answer = s3(&unknown.clone().signed(), "InvalidAccessKeyId (unknown access key)", &[]);
    assert_eq!(answer.element("AWSAccessKeyId").unwrap(), "AKIANOBODY");
    s3(&unknown.presigned("60"), "InvalidAccessKeyId (unknown access key)", &[]);

    let tokenless = Call::by(&sandbox, "temporary", "/").with(|it| it.session_token = None);
    let case = "temporary key (ASIA...) used without its session token";
    s3(&tokenless.signed(), case, &[]);
    let wrong =
        Call::by(&sandbox, "temporary", "/").with(|it| it.session_token = Some("no".into()));
    let answer = s3(&wrong.signed(), "InvalidToken (bad session token)", &[]);
    assert_eq!(answer.element("Token-0").unwrap(), "no");
    let foreign = Call::by(&sandbox, "admin", "/").with(|it| it.session_token = Some("no".into()));
    s3(&foreign.signed(), "InvalidToken (bad session token)", &[]);
    for wire in [
        Call::by(&sandbox, "expired", "/").signed(),
        Call::by(&sandbox, "expired", "/").presigned("60"),
    ] {
        s3(&wire, "ExpiredToken (expired session token)", &[]);
    }
}

#[test]
fn s3_judges_the_clock_before_the_scope() {
    let sandbox = sandbox();
    for off in [-16, 16] {
        let call = Call::by(&sandbox, "admin", "/").with(|it| it.at = minutes(off));
        let sent = compact(call.at);
        let answer = s3(&call.signed(), "RequestTimeTooSkewed (clock skew > 15 min)", &[]);
        assert_eq!(answer.element("RequestTime").unwrap(), sent);
        assert_eq!(answer.element("ServerTime").unwrap().len(), "2026-01-01T00:15:43Z".len());
        assert_eq!(answer.element("MaxAllowedSkewMilliseconds").unwrap(), "900000");
    }
    for off in [-14, 14] {
        let call = Call::by(&sandbox, "admin", "/").with(|it| it.at = minutes(off));
        assert_eq!(call.signed().send().status, 200);
    }
    let both = Call::by(&sandbox, "admin", "/").with(|it| {
        it.at = minutes(-16);
        it.region = "eu-west-1";
    });
    s3(&both.signed(), "RequestTimeTooSkewed (clock skew > 15 min)", &[]);
    let early = Call::by(&sandbox, "admin", "/").with(|it| it.at = minutes(16));
    let answer = s3(&early.clone().presigned("60"), "presigned URL, X-Amz-Date in the future", &[]);
    let milliseconds = format!("{}000", early.at.unix_timestamp());
    assert_eq!(answer.element("X-Amz-Date").unwrap(), milliseconds);
    assert!(answer.element("ServerTime").unwrap() < answer.element("Expires").unwrap());
}

#[test]
fn s3_wants_the_date_the_region_and_the_service_in_the_scope() {
    let sandbox = sandbox();
    let today = compact(minutes(0))[..8].to_owned();
    let wire = Call::by(&sandbox, "admin", "/").signed();
    let wire = wire.with(|it| it.authorization(&format!("/{today}/"), "/20150830/"));
    let case = "AuthorizationHeaderMalformed, credential date differs from x-amz-date";
    s3(&wire, case, &[]);

    let elsewhere = Call::by(&sandbox, "admin", "/").with(|it| it.region = "ap-south-1");
    let filled = [("sent", "ap-south-1"), ("right", "us-east-1")];
    let case = "AuthorizationHeaderMalformed, wrong region";
    let answer = s3(&elsewhere.clone().signed(), case, &filled);
    assert_eq!(answer.element("Region").unwrap(), "us-east-1");
    s3(&elsewhere.presigned("60"), "presigned URL, wrong region", &filled);

    let case = "AuthorizationHeaderMalformed, wrong service";
    let call = Call::by(&sandbox, "admin", "/").with(|it| it.service = "ec2");
    s3(&call.clone().signed(), case, &[("sent", "ec2")]);
    s3(&call.presigned("60"), "presigned URL, wrong service", &[("sent", "ec2")]);
    let wire = Call::by(&sandbox, "admin", "/").presigned("60");
    let day = format!("%2F{today}%2F");
    let wire = wire.with(|it| it.target = it.target.replacen(&day, "%2F20150830%2F", 1));
    let case = "presigned URL, credential date differs from X-Amz-Date";
    s3(&wire, case, &[("sent", "20150830"), ("date", &today)]);
}

#[test]
fn s3_sends_those_away_who_look_for_a_bucket_in_the_wrong_region() {
    let sandbox = sandbox();
    let case = "PermanentRedirect (bucket in another region)";
    for wire in [
        Call::by(&sandbox, "admin", "/europe?list-type=2").signed(),
        Call::by(&sandbox, "admin", "/europe?list-type=2").presigned("60"),
        Call::by(&sandbox, "admin", "/europe?list-type=2").plain(),
    ] {
        let answer = s3(&wire, case, &[]);
        assert_eq!(answer.header("x-amz-bucket-region"), "eu-west-1");
        assert_eq!(answer.header("location"), "");
        assert_eq!(answer.element("Endpoint").unwrap(), "europe.s3-eu-west-1.amazonaws.com");
        assert_eq!(answer.element("Bucket").unwrap(), "europe");
    }
    let third = Call::by(&sandbox, "admin", "/europe").with(|it| it.region = "ap-south-1").signed();
    let filled = [("sent", "ap-south-1"), ("right", "eu-west-1")];
    let answer = s3(&third, "AuthorizationHeaderMalformed, wrong region", &filled);
    assert_eq!(answer.element("Region").unwrap(), "eu-west-1");
    assert_eq!(answer.header("x-amz-bucket-region"), "eu-west-1");
    let there = Call::by(&sandbox, "admin", "/europe").with(|it| it.region = "eu-west-1");
    assert_eq!(there.signed().send().status, 200);
}

#[test]
fn s3_wants_the_headers_that_matter_signed() {
    let sandbox = sandbox();
    let case = "AccessDenied, x-amz-* header sent but not signed";
    let wire = Call::by(&sandbox, "admin", "/").with(|it| {
        it.headers.push(("x-amz-meta-a".into(), "b".into()));
        it.unsigned = vec!["x-amz-meta-a", "x-amz-date"];
    });
    let answer = s3(&wire.signed(), case, &[]);
    assert_eq!(answer.element("HeadersNotSigned").unwrap(), "x-amz-date, x-amz-meta-a");
    let wire = Call::by(&sandbox, "admin", "/").with(|it| it.unsigned = vec!["host"]);
    assert_eq!(s3(&wire.signed(), case, &[]).element("HeadersNotSigned").unwrap(), "host");

    let late =
        Call::by(&sandbox, "temporary", "/").with(|it| it.unsigned = vec!["x-amz-security-token"]);
    let case = "session token header sent but not in SignedHeaders";
    let answer = s3(&late.signed(), case, &[]);
    assert_eq!(answer.element("HeadersNotSigned").unwrap(), "x-amz-security-token");

    let hash =
        Call::by(&sandbox, "admin", "/").with(|it| it.unsigned = vec!["x-amz-content-sha256"]);
    assert_eq!(hash.signed().send().status, 200, "S3 does not mind this one");
}

#[test]
fn s3_wants_to_know_the_hash_of_the_body() {
    let sandbox = sandbox();
    let wire = Call::by(&sandbox, "admin", "/").signed();
    let missing = wire.clone().with(|it| {
        it.remove("x-amz-content-sha256");
        it.authorization("x-amz-content-sha256;", "");
    });
    s3(&missing, "missing x-amz-content-sha256 (SigV4 header auth)", &[]);
    let odd = wire.clone().with(|it| it.set("x-amz-content-sha256", "nonsense"));
    let answer = s3(&odd, "x-amz-content-sha256 not a valid value", &[]);
    assert_eq!(answer.element("ArgumentValue").unwrap(), "nonsense");
    let other = wire.with(|it| it.body = "surprise".into());
    let case = "XAmzContentSHA256Mismatch (body hash differs from header)";
    let answer = s3(&other, case, &[]);
    assert_eq!(answer.element("ClientComputedContentSHA256").unwrap(), EMPTY);
    let computed = support::sha256_hex(b"surprise");
    assert_eq!(answer.element("S3ComputedContentSHA256").unwrap(), computed);

    let unsigned = Call::by(&sandbox, "admin", "/").with(|it| {
        it.headers.push(("x-amz-content-sha256".into(), "UNSIGNED-PAYLOAD".into()));
    });
    assert_eq!(unsigned.signed().send().status, 200);
}

#[test]
fn s3_lets_presigned_urls_die_in_time() {
    let sandbox = sandbox();
    let call = Call::by(&sandbox, "admin", "/").with(|it| it.at = minutes(-2));
    let answer = s3(&call.clone().presigned("60"), "presigned URL expired (SigV4)", &[]);
    assert_eq!(answer.element("X-Amz-Expires").unwrap(), "60");
    assert!(answer.element("Expires").unwrap() < answer.element("ServerTime").unwrap());
    assert_eq!(call.presigned("600").send().status, 200);
    let old = Call::by(&sandbox, "admin", "/").with(|it| it.at = minutes(-60 * 24));
    assert_eq!(old.presigned("604800").send().status, 200);
}

#[test]
fn s3_shows_what_should_have_been_signed() {
    let sandbox = sandbox();
    let call = Call::by(&sandbox, "admin", "/archive?list-type=2&prefix=a%26b")
        .with(|it| it.secret_access_key = "wrong".into());
    let wire = call.clone().signed();
    let case = "SignatureDoesNotMatch (SigV4, header or presigned)";
    let answer = s3(&wire, case, &[]);
    assert_eq!(
        answer.error_elements(),
        [
            "Code",
            "Message",
            "AWSAccessKeyId",
            "StringToSign",
            "SignatureProvided",
            "StringToSignBytes",
            "CanonicalRequest",
            "CanonicalRequestBytes",
            "RequestId",
            "HostId"
        ]
    );
    let stamp = compact(call.at);
    let canonical = format!(
        "GET\n/archive\nlist-type=2&prefix=a%26b\nhost:{}\nx-amz-content-sha256:{EMPTY}\n\
         x-amz-date:{stamp}\n\nhost;x-amz-content-sha256;x-amz-date\n{EMPTY}",
        wire.header("host").unwrap()
    );
    assert_eq!(answer.element("CanonicalRequest").unwrap(), canonical);
    let to_sign = answer.element("StringToSign").unwrap();
    assert!(to_sign.ends_with(&support::sha256_hex(canonical.as_bytes())), "{to_sign}");
    assert!(answer.element("CanonicalRequestBytes").unwrap().starts_with("47 45 54 0a 2f"));
    let sent = wire.header("authorization").unwrap();
    assert!(sent.ends_with(&answer.element("SignatureProvided").unwrap()), "{sent}");
    s3(&call.presigned("60"), case, &[]);
}

#[test]
fn s3_asks_the_policies_before_it_looks_for_the_resource() {
    let sandbox = sandbox();
    s3(&Call::by(&sandbox, "admin", "/").plain(), "no auth (anonymous) / denied, old style", &[]);
    let about = "/archive/about.txt";
    s3(&Call::by(&sandbox, "admin", about).plain(), "no auth (anonymous) / denied, old style", &[]);
    s3(&Call::by(&sandbox, "admin", "/nobody").plain(), "NoSuchBucket", &[]);

    let arn = sandbox.identity("invoker").unwrap().arn.clone();
    let case = "AccessDenied new style, no identity-based policy";
    for (target, action, resource) in [
        ("/", "s3:ListAllMyBuckets", "arn:aws:s3:::*"),
        ("/archive?list-type=2", "s3:ListBucket", "arn:aws:s3:::archive"),
        ("/archive/no/such/key", "s3:GetObject", "arn:aws:s3:::archive/no/such/key"),
        ("/nobody?location", "s3:GetBucketLocation", "arn:aws:s3:::nobody"),
    ] {
        let wire = Call::by(&sandbox, "invoker", target).signed();
        let filled = [("arn", &*arn), ("action", action), ("arn", resource), ("action", action)];
        s3(&wire, case, &filled);
        assert_ne!(Call::by(&sandbox, "reader", target).signed().send().status, 403);
    }
}
