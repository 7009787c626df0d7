//! What the service, or a proxy in front of it, does wrong.

use findings::errors::Cause;
use raw::endpoint::Service::{self, Ec2, ExecuteApi, S3};
use sandbox::Fault;

use super::{Basis, Case, Play};

/// The time limit, in milliseconds, for an answer that never comes.
const SHORT: u64 = 300;

// Sources: what the sandbox's answers are modelled on.
const RIGHT_ANSWER: &str = "the correct answer of S3 or EC2, damaged by the sandbox";
const NGINX: &str = "the page that nginx shows when the server behind it is down";
const ENVOY: &str = "the sentence that Envoy sends when the server behind it hangs up";
const PORTAL: &str = "the login page of a public network";
const NOTHING: &str = "no answer";
const TRAP: &str = "the \"billion laughs\" attack on XML parsers";
const LONG: &str = "AWS's document for an internal error, padded to 200 MB";
const PADDED: &str = "the correct answer of S3, followed by 200 MB of white space";

pub(super) const ALL: &[Case] = &[
    // AWS answers with an error.
    wire_fact(
        "s3-slow-down",
        S3,
        Fault::Throttled,
        "S3 throttles the caller.",
        "SlowDown (throttled)",
    ),
    wire_fact(
        "s3-internal-error",
        S3,
        Fault::InternalError,
        "S3 has an internal error.",
        "InternalError",
    ),
    wire_fact(
        "ec2-request-limit-exceeded",
        Ec2,
        Fault::Throttled,
        "EC2 throttles the caller.",
        "RequestLimitExceeded, newer",
    ),
    wire_fact(
        "ec2-internal-error",
        Ec2,
        Fault::InternalError,
        "EC2 has an internal error.",
        "InternalError",
    ),
    wire_fact(
        "api-too-many-requests",
        ExecuteApi,
        Fault::Throttled,
        "API Gateway throttles the caller.",
        "throttled",
    ),
    wire_fact(
        "api-integration-failure",
        ExecuteApi,
        Fault::InternalError,
        "The integration behind the route fails.",
        "integration failure",
    ),
    fault(
        "s3-error-in-success",
        S3,
        Fault::ErrorInSuccess,
        Some(200),
        "S3 runs into an error after it has sent status 200.",
        "AWS documents it for CopyObject and CompleteMultipartUpload; played here for a listing",
    ),
    // A proxy answers.
    fault("s3-gateway-page", S3, Fault::GatewayPage, Some(502), PROXY_PAGE, NGINX),
    fault("ec2-gateway-page", Ec2, Fault::GatewayPage, Some(502), PROXY_PAGE, NGINX),
    fault("api-gateway-page", ExecuteApi, Fault::GatewayPage, Some(502), PROXY_PAGE, NGINX),
    fault("s3-not-xml", S3, Fault::NotXml, Some(503), PROXY_TEXT, ENVOY),
    fault("ec2-not-xml", Ec2, Fault::NotXml, Some(503), PROXY_TEXT, ENVOY),
    fault("s3-login-page", S3, Fault::LoginPage, Some(200), LOGIN, PORTAL),
    fault("ec2-login-page", Ec2, Fault::LoginPage, Some(200), LOGIN, PORTAL),
    // The body is empty.
    fault(
        "s3-empty-error",
        S3,
        Fault::EmptyError,
        Some(503),
        "The answer is a 503 with an empty body.",
        NOTHING,
    ),
    fault(
        "ec2-empty-error",
        Ec2,
        Fault::EmptyError,
        Some(503),
        "The answer is a 503 with an empty body.",
        NOTHING,
    ),
    fault("s3-empty-success", S3, Fault::EmptySuccess, Some(200), EMPTY, RIGHT_ANSWER),
    fault("ec2-empty-success", Ec2, Fault::EmptySuccess, Some(200), EMPTY, RIGHT_ANSWER),
    // The answer is incomplete.
    fault("s3-listing-cut", S3, Fault::CutDocument, Some(200), CUT, RIGHT_ANSWER),
    fault("ec2-listing-cut", Ec2, Fault::CutDocument, Some(200), CUT, RIGHT_ANSWER),
    fault("s3-body-cut", S3, Fault::CutBody, Some(200), BODY_CUT, RIGHT_ANSWER),
    fault("ec2-body-cut", Ec2, Fault::CutBody, Some(200), BODY_CUT, RIGHT_ANSWER),
    fault(
        "s3-connection-reset",
        S3,
        Fault::Reset,
        Some(200),
        "The connection is reset in the middle of the body.",
        RIGHT_ANSWER,
    ),
    fault(
        "s3-stalled-body",
        S3,
        Fault::Stall,
        Some(200),
        "The body stalls half-way and never ends.",
        RIGHT_ANSWER,
    )
    .with_timeout(SHORT),
    // The answer harms its reader.
    fault("s3-bad-utf8", S3, Fault::BadUtf8, Some(200), NOT_UTF8, RIGHT_ANSWER),
    fault("ec2-bad-utf8", Ec2, Fault::BadUtf8, Some(200), NOT_UTF8, RIGHT_ANSWER),
    fault("s3-endless-body", S3, Fault::EndlessBody, Some(200), ENDLESS, PADDED)
        .with_timeout(SHORT),
    fault(
        "s3-huge-error",
        S3,
        Fault::HugeError,
        Some(500),
        "The error document is 200 MB long.",
        LONG,
    ),
    fault(
        "s3-nested-entities",
        S3,
        Fault::NestedEntities,
        Some(500),
        "An error document of about 500 bytes has entities that expand to two thousand million characters.",
        TRAP,
    ),
    // There is no answer.
    fault(
        "s3-no-answer",
        S3,
        Fault::NoAnswer,
        None,
        "The connection is closed without an answer.",
        NOTHING,
    ),
    fault(
        "s3-slow-answer",
        S3,
        Fault::Silence,
        None,
        "The answer takes longer than the time-out.",
        NOTHING,
    )
    .with_timeout(SHORT),
    fault(
        "ec2-slow-answer",
        Ec2,
        Fault::Silence,
        None,
        "The answer takes longer than the time-out.",
        NOTHING,
    )
    .with_timeout(SHORT),
    unreachable("s3-closed-port", S3, Play::ClosedPort, "Nothing listens on the port."),
    unreachable(
        "s3-unknown-host",
        S3,
        Play::UnknownHost,
        "The host name of the endpoint has no address.",
    ),
    unreachable(
        "ec2-unknown-host",
        Ec2,
        Play::UnknownHost,
        "The host name of the endpoint has no address.",
    ),
];

const ENDLESS: &str = "The body of a listing does not end: raw stops at its limit, here 4 MB, and the \
                       SDK only at the time-out.";
const PROXY_PAGE: &str = "A proxy answers instead of the service, with an HTML page.";
const PROXY_TEXT: &str = "A proxy answers instead of the service, with a line of text.";
const LOGIN: &str = "A login page of the network answers instead of the service, with status 200.";
const EMPTY: &str = "The answer is a 200 with an empty body.";
const CUT: &str = "The listing ends after one of its items, and Content-Length agrees.";
const BODY_CUT: &str = "The connection is closed in the middle of the body.";
const NOT_UTF8: &str = "One byte of the listing is not valid UTF-8.";

const fn wire_fact(
    id: &'static str,
    service: Service,
    fault: Fault,
    what: &'static str,
    fact: &'static str,
) -> Case {
    Case::new(id, service, Cause::Fault, what, Basis::Fact(fact), Play::Fault(fault))
}

const fn fault(
    id: &'static str,
    service: Service,
    fault: Fault,
    status: Option<u16>,
    what: &'static str,
    source: &'static str,
) -> Case {
    let basis = Basis::Played { status, source };
    Case::new(id, service, Cause::Fault, what, basis, Play::Fault(fault))
}

const fn unreachable(id: &'static str, service: Service, play: Play, what: &'static str) -> Case {
    Case::new(
        id,
        service,
        Cause::Fault,
        what,
        Basis::Played { status: None, source: NOTHING },
        play,
    )
}
