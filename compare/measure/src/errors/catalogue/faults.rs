//! What the service, or whatever stands before it, does wrong.

use findings::errors::Cause;
use raw::endpoint::Service::{self, Ec2, ExecuteApi, S3};
use sandbox::Fault;

use super::{Basis, Case, Play};

/// So long a client waits for what never comes.
const SHORT: u64 = 300;

/// Of what is cut, damaged or held up by no doing of AWS's.
const RIGHT_ANSWER: &str = "S3's or EC2's right answer, damaged by the sandbox";
const NGINX: &str = "the page of nginx before a server that is down";
const ENVOY: &str = "the sentence of Envoy before a server that hung up";
const PORTAL: &str = "the page of a network that wants a login first";
const NOTHING: &str = "no answer at all";
const TRAP: &str = "the document that XML parsers are attacked with (\"billion laughs\")";
const LONG: &str = "AWS's document for an internal error, with 200 MB of padding in it";
const PADDED: &str = "S3's right answer with white space for its end, played for 200 MB";

pub(super) const ALL: &[Case] = &[
    // With AWS's own words.
    said(
        "s3-slow-down",
        S3,
        Fault::Throttled,
        "S3 asks for fewer requests.",
        "SlowDown (throttled)",
    ),
    said("s3-internal-error", S3, Fault::InternalError, "S3 fails.", "InternalError"),
    said(
        "ec2-request-limit-exceeded",
        Ec2,
        Fault::Throttled,
        "EC2 asks for fewer requests.",
        "RequestLimitExceeded, newer",
    ),
    said("ec2-internal-error", Ec2, Fault::InternalError, "EC2 fails.", "InternalError"),
    said(
        "api-too-many-requests",
        ExecuteApi,
        Fault::Throttled,
        "API Gateway asks for fewer requests.",
        "throttled",
    ),
    said(
        "api-integration-failure",
        ExecuteApi,
        Fault::InternalError,
        "What is behind the route fails.",
        "integration failure",
    ),
    fault(
        "s3-error-in-success",
        S3,
        Fault::ErrorInSuccess,
        Some(200),
        "S3 notices an error after it has sent its 200.",
        "AWS documents it for CopyObject and CompleteMultipartUpload; played here for a listing",
    ),
    // With the words of something before it.
    fault("s3-gateway-page", S3, Fault::GatewayPage, Some(502), PROXY_PAGE, NGINX),
    fault("ec2-gateway-page", Ec2, Fault::GatewayPage, Some(502), PROXY_PAGE, NGINX),
    fault("api-gateway-page", ExecuteApi, Fault::GatewayPage, Some(502), PROXY_PAGE, NGINX),
    fault("s3-not-xml", S3, Fault::NotXml, Some(503), PROXY_TEXT, ENVOY),
    fault("ec2-not-xml", Ec2, Fault::NotXml, Some(503), PROXY_TEXT, ENVOY),
    fault("s3-login-page", S3, Fault::LoginPage, Some(200), LOGIN, PORTAL),
    fault("ec2-login-page", Ec2, Fault::LoginPage, Some(200), LOGIN, PORTAL),
    // Without words.
    fault("s3-empty-error", S3, Fault::EmptyError, Some(503), "A 503 has no body.", NOTHING),
    fault("ec2-empty-error", Ec2, Fault::EmptyError, Some(503), "A 503 has no body.", NOTHING),
    fault("s3-empty-success", S3, Fault::EmptySuccess, Some(200), EMPTY, RIGHT_ANSWER),
    fault("ec2-empty-success", Ec2, Fault::EmptySuccess, Some(200), EMPTY, RIGHT_ANSWER),
    // Half an answer.
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
        "The body stops half-way and never ends.",
        RIGHT_ANSWER,
    )
    .with_patience(SHORT),
    // An answer that harms its reader.
    fault("s3-bad-utf8", S3, Fault::BadUtf8, Some(200), NOT_UTF8, RIGHT_ANSWER),
    fault("ec2-bad-utf8", Ec2, Fault::BadUtf8, Some(200), NOT_UTF8, RIGHT_ANSWER),
    fault("s3-endless-body", S3, Fault::EndlessBody, Some(200), ENDLESS, PADDED)
        .with_patience(SHORT),
    fault("s3-huge-error", S3, Fault::HugeError, Some(500), "An error of 200 MB.", LONG),
    fault(
        "s3-nested-entities",
        S3,
        Fault::NestedEntities,
        Some(500),
        "An error of some 500 bytes that would be two thousand million characters.",
        TRAP,
    ),
    // No answer.
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
    .with_patience(SHORT),
    fault(
        "ec2-slow-answer",
        Ec2,
        Fault::Silence,
        None,
        "The answer takes longer than the time-out.",
        NOTHING,
    )
    .with_patience(SHORT),
    nobody("s3-closed-port", S3, Play::ClosedPort, "Nobody listens at the port."),
    nobody("s3-unknown-host", S3, Play::UnknownHost, "The endpoint's name has no address."),
    nobody("ec2-unknown-host", Ec2, Play::UnknownHost, "The endpoint's name has no address."),
];

const ENDLESS: &str = "The body of a listing does not end: raw stops at its limit, here of 4 MB, \
                       and the SDK has none but the time-out.";
const PROXY_PAGE: &str = "A proxy answers in the place of the service, with a page in HTML.";
const PROXY_TEXT: &str = "A proxy answers in the place of the service, with a sentence.";
const LOGIN: &str = "Whoever owns the network answers, with a page and a 200.";
const EMPTY: &str = "A 200 has no body.";
const CUT: &str = "The listing is cut behind one of its items, and its Content-Length fits.";
const BODY_CUT: &str = "The connection ends in the middle of the body.";
const NOT_UTF8: &str = "One byte of a listing is no UTF-8.";

const fn said(
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

const fn nobody(id: &'static str, service: Service, play: Play, what: &'static str) -> Case {
    Case::new(
        id,
        service,
        Cause::Fault,
        what,
        Basis::Played { status: None, source: NOTHING },
        play,
    )
}
