//! The advice in an error, beyond what the service says.

use std::time::{Duration, SystemTime};

use ::sandbox::{Options, Sandbox};
use contract::{
    Addressing, Client as _, Clock, Credentials, DryRun, Endpoint, Failure, InvokeApi, Operation,
    SecretKey, Signing,
};
use raw::observe::Steps;
use raw::parse::ParseError;
use raw::{Client, Error, ErrorContext};

use crate::documents::{describe_images, run_instances};
use crate::listings::list_objects_of;
use crate::script::{Act, Server, answer};
use crate::suite::credentials;
use crate::{detail, failure, response};

const UNKNOWN: &str = "AKIAIOSFODNN7EXAMPLE";

/// A caller's credentials, region and clock.
struct Caller {
    credentials: Credentials,
    region: &'static str,
    now: SystemTime,
}

#[tokio::test]
async fn ec2s_one_message_for_all_signature_errors_is_narrowed_down() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let (admin, temporary) =
        (sandbox.identity("admin").unwrap(), sandbox.identity("temporary").unwrap());
    let secret = &admin.secret_access_key;
    let other: String = secret.chars().rev().collect();
    let of_admin = |secret: &str| Credentials::new(&admin.access_key_id, secret);
    let tokenless = Credentials::new(&temporary.access_key_id, &temporary.secret_access_key);
    for (credentials, found, left) in [
        (of_admin(&other), "", "the secret belongs to another key"),
        (Credentials::new(UNKNOWN, secret), "", "the access key is inactive, deleted"),
        (of_admin(&format!("{secret}\n")), "the secret ends with a line break", ""),
        (of_admin(&format!(" {secret}")), "the secret begins with white space", ""),
        (of_admin(&secret[..39]), "the secret has 39 characters", ""),
        (tokenless, "its session token is missing", ""),
    ] {
        let failure = refused(&sandbox, Caller::now(credentials), &describe_images()).await;
        assert_eq!(failure.code.as_deref(), Some("AuthFailure"));
        let advice = failure.advice.as_deref().unwrap();
        assert!(advice.contains("Ruled out here: the clock ("), "{advice}");
        assert!(advice.contains("Left: ") && advice.contains(left), "{advice}");
        assert!(advice.contains(found), "{advice}");
        let has_warning = advice.contains("Look at the credentials first: ");
        assert_eq!(has_warning, !found.is_empty(), "{advice}");
        let rules_out_form = advice.contains("the form of access key and secret");
        assert_eq!(rules_out_form, found.is_empty(), "{advice}");
        assert!(!format!("{failure:?}").contains(&secret[..39]), "{failure:?}");
    }
    for off in [16, 600] {
        let late = SystemTime::now() - Duration::from_mins(off);
        let caller = Caller { now: late, ..Caller::now(of_admin(secret)) };
        let advice = refused(&sandbox, caller, &describe_images()).await.advice.unwrap();
        assert!(advice.contains("it is the clock: this machine"), "{advice}");
    }
    let elsewhere = Caller { region: "eu-west-1", ..Caller::now(of_admin(secret)) };
    let advice = refused(&sandbox, elsewhere, &describe_images()).await.advice.unwrap();
    assert!(advice.contains("the call was signed for eu-west-1, and the endpoint"), "{advice}");
}

#[tokio::test]
async fn the_region_of_a_bucket_is_advised() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let admin = Caller::now(credentials(&sandbox, "admin"));
    let failure = refused(&sandbox, admin, &list_objects_of("europe")).await;
    assert!(failure.advice.unwrap().contains("Use the region eu-west-1"));
}

#[tokio::test]
async fn an_expired_token_that_the_service_repeats_is_not_shown() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let expired = credentials(&sandbox, "expired");
    let token = expired.session_token.clone().unwrap();
    let failure = refused(&sandbox, Caller::now(expired), &Operation::ListBuckets).await;
    assert!(!format!("{failure:?}").contains(token.expose()), "{failure:?}");
}

#[tokio::test]
async fn a_wrong_secret_is_proved_if_the_service_shows_what_it_read() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let invoke = InvokeApi { url: sandbox.api_url() + "?b=x%20y", signing: Signing::Signed };
    for identity in ["admin", "temporary"] {
        let right = credentials(&sandbox, identity);
        let secret: String = right.secret_key.expose().chars().rev().collect();
        let credentials = Credentials { secret_key: SecretKey::new(&secret), ..right };
        for operation in [list_objects_of("archive"), Operation::InvokeApi(invoke.clone())] {
            let failure = refused(&sandbox, Caller::now(credentials.clone()), &operation).await;
            let advice = failure.advice.as_deref().unwrap();
            assert!(advice.starts_with("The service read exactly what was signed"), "{advice}");
            for name in ["CanonicalRequest", "StringToSign"] {
                assert!(detail(&failure, name).is_some_and(|text| text.lines().count() > 3));
            }
            assert!(failure.display.len() < 800, "{}", failure.display);
            if let Some(token) = &credentials.session_token {
                assert!(!format!("{failure:?}").contains(token.expose()), "{failure:?}");
            }
        }
    }
}

#[test]
fn a_change_on_the_way_is_named_without_showing_the_token() {
    let token = "FwoGZXIvYXdzEXAMPLETOKEN/==";
    let credentials = crate::credentials().with_session_token(token);
    let canonical_request = format!(
        "GET\n/\nlist-type=2\nhost:a.example\nx-amz-security-token:{token}\n\nhost;x-amz-security-token\nabc"
    );
    let error = |read: &str| {
        let body = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message><CanonicalRequest>{read}\
             </CanonicalRequest></Error>"
        );
        let kind = raw::parse::parse(&Operation::ListBuckets, &response(403, &[], &body));
        let context = ErrorContext {
            operation: "ListBuckets",
            url: None,
            region: "eu-west-1",
            credentials: &credentials,
            signed_at: crate::now(),
            signed: Some(Steps {
                canonical_request: canonical_request.clone(),
                string_to_sign: "AWS4-HMAC-SHA256".to_owned(),
                signature: String::new(),
                carried: String::new(),
            }),
        };
        Error::new(kind.unwrap_err().into(), &context)
    };
    for (from, to, expected) in [
        (
            "a.example",
            "b.example",
            "host in CanonicalHeaders differs at byte 0: signed \"a.example\", read \"b.example\"",
        ),
        ("list-type=2", "list-type=2+x", "CanonicalQueryString differs at byte 11"),
        // A token that was cut on the way, which a search for the whole token does not find.
        ("TOKEN/==", "", "CanonicalHeaders differ in the value of x-amz-security-token"),
    ] {
        let error = error(&canonical_request.replace(from, to));
        assert!(error.advice().unwrap().contains(expected), "{error}");
        let (shown, in_full) = (error.to_string(), format!("{error:#}"));
        assert!(!shown.contains("EXAMPLETOKEN") && !in_full.contains(token), "{in_full}");
        assert!(in_full.contains("\n  CanonicalRequest:\n    GET\n    /"), "{in_full}");
    }
}

#[tokio::test]
async fn a_secret_used_as_access_key_is_neither_sent_nor_shown() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    for secret in
        ["wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"]
    {
        let swapped = Credentials::new(secret, UNKNOWN);
        let failure = refused(&sandbox, Caller::now(swapped), &list_objects_of("archive")).await;
        assert_eq!((&failure.status, &failure.code), (&None, &None), "there is no answer");
        assert!(failure.display.contains("swapped"), "{failure}");
        assert!(!format!("{failure:?}{failure}").contains(secret), "{failure}");
    }
}

#[test]
fn the_debug_output_of_a_response_omits_its_body() {
    let shown = format!("{:?}", response(200, &[], "<Token>"));
    assert!(shown.contains("7 bytes") && !shown.contains("60, 84"), "{shown}");
}

#[tokio::test]
async fn facts_in_the_message_become_details() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let [reader, admin] = ["reader", "admin"].map(|name| credentials(&sandbox, name));
    let launch = run_instances(DryRun::No);
    let failure = refused(&sandbox, Caller::now(reader), &launch).await;
    let encoded = detail(&failure, "EncodedMessage").unwrap();
    assert!(failure.message.as_deref().unwrap().ends_with(encoded));
    assert!(failure.display.contains("message: ") && !failure.display.contains(encoded));
    assert!(failure.advice.unwrap().contains("decode-authorization-message"));

    let late =
        Caller { now: SystemTime::now() - Duration::from_mins(7), ..Caller::now(admin.clone()) };
    let invoke = InvokeApi { url: sandbox.api_url(), signing: Signing::Signed };
    let failure = refused(&sandbox, late, &Operation::InvokeApi(invoke)).await;
    assert!(detail(&failure, "RequestTime") < detail(&failure, "ServerTime"), "{failure:?}");
    assert!(failure.advice.unwrap().contains("7 min"));

    let elsewhere = Caller { region: "eu-west-1", ..Caller::now(admin) };
    let failure = refused(&sandbox, elsewhere, &list_objects_of("archive")).await;
    assert_eq!(detail(&failure, "Region"), Some("us-east-1"));
    assert!(failure.advice.unwrap().contains("Use the region us-east-1"));
}

#[tokio::test]
async fn clock_skew_is_measured() {
    let skewed = |ours: &str, theirs: &str| {
        answer(
            403,
            "",
            &format!(
                "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too large.</Message>\
             <RequestTime>{ours}</RequestTime><ServerTime>{theirs}</ServerTime></Error>"
            ),
        )
    };
    for (act, expected) in [
        (skewed("20260101T000000Z", "2026-01-01T00:15:43Z"), "15 min 43 s behind"),
        (skewed("20260101T010000Z", "2026-01-01T00:00:00Z"), "1 h 0 min ahead of"),
        // EC2 does not mention the time, but its answer has a date.
        (auth_failure("date: Thu, 01 Jan 2026 00:20:00 GMT\r\n"), "20 min 0 s behind"),
        (
            auth_failure("date: Thu, 01 Jan 2026 00:00:30 GMT\r\n"),
            "Ruled out here: the clock (30 s off",
        ),
    ] {
        let server = Server::start(vec![act]);
        let failure = failure(&server.endpoint, &describe_images()).await;
        let advice = failure.advice.unwrap();
        assert!(advice.contains(expected), "{advice}");
        assert!(failure.display.ends_with(&advice), "{}", failure.display);
    }
}

#[tokio::test]
async fn api_gateways_code_for_an_old_and_a_wrong_signature_is_told_apart() {
    let headers =
        "x-amzn-errortype: InvalidSignatureException\r\ndate: Thu, 01 Jan 2026 00:07:00 GMT\r\n";
    for (message, expected) in [
        (
            "Signature expired: 20260101T000000Z is now earlier than 20260101T000200Z",
            "7 min 0 s behind",
        ),
        ("The request signature we calculated does not match", "Compare what was signed"),
    ] {
        let server =
            Server::start(vec![answer(403, headers, &format!("{{\"message\":\"{message}\"}}"))]);
        let url = format!("{}/stage/route", server.endpoint);
        let invoke = Operation::InvokeApi(InvokeApi { url, signing: Signing::Signed });
        let failure = failure(&server.endpoint, &invoke).await;
        assert_eq!(failure.code.as_deref(), Some("InvalidSignatureException"));
        assert!(failure.advice.as_deref().unwrap().contains(expected), "{failure}");
    }
}

#[test]
fn details_have_typed_accessors() {
    let body = "<Error><Code>RequestTimeTooSkewed</Code><RequestTime>20260101T000000Z</RequestTime>\
                <ServerTime>2026-01-01T00:15:43Z</ServerTime>\
                <MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>\
                <HeadersNotSigned>x-amz-a, x-amz-b</HeadersNotSigned></Error>";
    let headers = [("x-amz-bucket-region", "eu-west-1"), ("retry-after", "7")];
    let answer = response(403, &headers, body);
    let Err(ParseError::Refused(response)) = raw::parse::parse(&Operation::ListBuckets, &answer)
    else {
        panic!("an error response")
    };
    assert_eq!(response.request_time(), Some(crate::now()));
    assert_eq!(response.server_time(), Some(crate::now() + Duration::from_secs(943)));
    assert_eq!(response.max_allowed_skew(), Some(Duration::from_mins(15)));
    assert_eq!(response.headers_not_signed(), Some("x-amz-a, x-amz-b"));
    assert_eq!(response.expected_region(), Some("eu-west-1"));
    assert_eq!(response.retry_after(), Some(Duration::from_secs(7)));
}

impl Caller {
    fn now(credentials: Credentials) -> Self {
        Self { credentials, region: "us-east-1", now: SystemTime::now() }
    }
}

async fn refused(sandbox: &Sandbox, caller: Caller, operation: &Operation) -> Failure {
    let mut target = crate::target(Endpoint::Url(sandbox.endpoint().to_owned()), Addressing::Path);
    (target.region, target.clock) = (caller.region.to_owned(), Clock::Fixed(caller.now));
    let client = Client::new(target, caller.credentials).unwrap();
    client.call(operation).await.result.expect_err("an error response")
}

fn auth_failure(headers: &str) -> Act {
    answer(
        401,
        headers,
        "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to \
        validate the provided access credentials</Message></Error></Errors><RequestID>R</RequestID></Response>",
    )
}
