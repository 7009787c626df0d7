//! Faults: failures of the service, or of something between client and service. A sandbox that is
//! started with a fault applies it to every request.
//!
//! A *fault* is the service's, a *mistake* is the caller's. The sandbox injects faults only;
//! mistakes it refuses.

mod damage;

use std::collections::VecDeque;

use bytes::Bytes;
use time::OffsetDateTime;

use crate::delivery::{Delivery, Ending};
use crate::facts;
use crate::identity::ACCOUNT_ID;
use crate::query_api;
use crate::refusal::Refusal;
use crate::response::ServiceResponse;
use crate::router::{AwsService, Router};
use crate::verify::ReceivedRequest;
use crate::xml::XML_DECLARATION;

/// The length of the padding of [`Fault::HugeError`] and [`Fault::EndlessBody`], in bytes.
const PADDING_LENGTH: usize = 200 * 1000 * 1000;
/// The padding is sent in pieces of this length, in bytes; only one is in memory.
const PADDING_PIECE: usize = 64 * 1024;

/// nginx's page for an upstream server that is down.
const GATEWAY_PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
/// Envoy's text for an upstream server that closed the connection.
const UPSTREAM_TEXT: &str = "upstream connect error or disconnect/reset before headers. reset \
    reason: connection termination";
/// A captive portal's page, as in a hotel.
const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
    <title>Log in to the network</title></head>\n<body><form method=\"post\" action=\"/login\">\
    <p>Log in, please.</p><input name=\"room\"><br></form></body>\n</html>\n";

/// A way in which a service, or a proxy in front of it, fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The service throttles the client: S3's 503 `SlowDown`, EC2's 503 `RequestLimitExceeded`, API
    /// Gateway's 429 `TooManyRequestsException`.
    Throttled,
    /// The service fails: S3's and EC2's 500 `InternalError`, API Gateway's 502
    /// `InternalServerErrorException`.
    InternalError,
    /// The document of [`Fault::InternalError`] with status 200, as S3 sends it when it fails after
    /// it has begun to respond.
    ErrorInSuccess,
    /// A proxy's HTML page: 502.
    GatewayPage,
    /// A proxy's plain text, neither XML nor JSON: 503.
    NotXml,
    /// Status 503 without a body or even a Content-Type.
    EmptyError,
    /// The correct head with status 200, without the body.
    EmptySuccess,
    /// A captive portal's HTML page with status 200.
    LoginPage,
    /// The correct response, cut short, with a Content-Length that matches what is sent. The document
    /// is cut after a complete item near the middle of its list, so that a parser that takes the end
    /// of the bytes for the end of the list returns a shorter list.
    CutDocument,
    /// The first half of the correct body, with the Content-Length of the whole; then the connection
    /// is closed.
    CutBody,
    /// Like [`Fault::CutBody`], but the connection is reset (RST).
    Reset,
    /// The connection is closed after the request, without a response.
    NoAnswer,
    /// The correct response with an invalid UTF-8 byte, 0xE9, inserted: `é` in ISO 8859-1.
    BadUtf8,
    /// The status and document of [`Fault::InternalError`], padded to 200 MB.
    HugeError,
    /// The correct response, but with 200 MB of white space instead of the last end tag, and without
    /// a Content-Length. Then the connection stays open.
    EndlessBody,
    /// The status of [`Fault::InternalError`] with an error document of about 500 bytes whose message
    /// consists of nested entities: two thousand million characters when expanded.
    NestedEntities,
    /// No response; the connection stays open.
    Silence,
    /// The head and the first half of the correct body; then nothing more, and the connection stays
    /// open.
    Stall,
}

/// What the server does with a request.
pub(crate) enum Effect {
    Respond(Delivery),
    /// Closes the connection without a response.
    Close,
    /// Keeps the connection open without a response.
    Hang,
}

impl Fault {
    /// Every fault, the mildest first.
    pub const ALL: [Fault; 18] = [
        Fault::Throttled,
        Fault::InternalError,
        Fault::ErrorInSuccess,
        Fault::GatewayPage,
        Fault::NotXml,
        Fault::EmptyError,
        Fault::EmptySuccess,
        Fault::LoginPage,
        Fault::CutDocument,
        Fault::CutBody,
        Fault::Reset,
        Fault::NoAnswer,
        Fault::BadUtf8,
        Fault::HugeError,
        Fault::EndlessBody,
        Fault::NestedEntities,
        Fault::Silence,
        Fault::Stall,
    ];

    /// Applies the fault to one request.
    pub(crate) fn apply(
        self,
        router: &Router,
        received: &ReceivedRequest,
        now: OffsetDateTime,
    ) -> Effect {
        let correct = || router.handle(received, now);
        let internal_error = || router.refuse(received, internal_error_of(received));
        let proxy = |name: &str, response: ServiceResponse| response.with("server", name);
        let response = match self {
            Fault::Throttled => router.refuse(received, throttled(received)),
            Fault::InternalError => internal_error(),
            Fault::ErrorInSuccess => ServiceResponse { status: 200, ..internal_error() },
            Fault::GatewayPage => {
                proxy("nginx", ServiceResponse::new(502, "text/html", GATEWAY_PAGE))
            }
            Fault::NotXml => proxy("envoy", ServiceResponse::new(503, "text/plain", UPSTREAM_TEXT)),
            Fault::EmptyError => {
                ServiceResponse { status: 503, headers: Vec::new(), body: Bytes::new() }
            }
            Fault::EmptySuccess => with_body(correct(), |_| Vec::new()),
            Fault::LoginPage => ServiceResponse::new(200, "text/html; charset=utf-8", LOGIN_PAGE),
            Fault::CutDocument => with_body(correct(), |body| body[..damage::cut(body)].to_vec()),
            Fault::BadUtf8 => with_body(correct(), damage::insert_bad_utf8),
            Fault::NestedEntities => {
                let ServiceResponse { status, .. } = internal_error();
                ServiceResponse::new(status, "application/xml", nested_entities())
            }
            Fault::HugeError => return Effect::Respond(huge(internal_error())),
            Fault::EndlessBody => return Effect::Respond(endless(correct())),
            Fault::CutBody | Fault::Reset => {
                return Effect::Respond(Delivery::half(correct(), Ending::Abort));
            }
            Fault::Stall => return Effect::Respond(Delivery::half(correct(), Ending::Hang)),
            Fault::NoAnswer => return Effect::Close,
            Fault::Silence => return Effect::Hang,
        };
        Effect::Respond(Delivery::whole(response))
    }
}

fn throttled(received: &ReceivedRequest) -> Refusal {
    match AwsService::of(received) {
        AwsService::S3 => Refusal::from_fact(facts::s3::SLOW_DOWN),
        AwsService::Ec2 => Refusal::from_fact(facts::ec2::REQUEST_LIMIT_EXCEEDED)
            .fill(&[ACCOUNT_ID, &format!("ec2:{}", query_api::action(received))]),
        AwsService::ExecuteApi => Refusal::from_fact(facts::execute_api::THROTTLED),
    }
}

fn internal_error_of(received: &ReceivedRequest) -> Refusal {
    Refusal::from_fact(match AwsService::of(received) {
        AwsService::S3 => facts::s3::INTERNAL_ERROR,
        AwsService::Ec2 => facts::ec2::INTERNAL_ERROR,
        AwsService::ExecuteApi => facts::execute_api::INTEGRATION_FAILED,
    })
}

/// Changes the body, and removes a Content-Length that no longer matches.
fn with_body(
    mut response: ServiceResponse,
    change: impl FnOnce(&[u8]) -> Vec<u8>,
) -> ServiceResponse {
    response.headers.retain(|(name, _)| *name != "content-length");
    response.body = change(&response.body).into();
    response
}

/// The error document with a further member that consists of padding.
fn huge(response: ServiceResponse) -> Delivery {
    let (end, before, after) = if response.body.starts_with(b"{") {
        ("}", ",\"padding\":\"", "\"")
    } else {
        ("</Error>", "<Padding>", "</Padding>")
    };
    let at = damage::find_last(&response.body, end).unwrap_or(response.body.len());
    let mut pieces = VecDeque::from([response.body.slice(..at), Bytes::from(before)]);
    pieces.extend(padding());
    pieces.extend([Bytes::from(after), response.body.slice(at..)]);
    Delivery::in_pieces(response, pieces)
}

/// The document up to its last end tag, followed by padding.
fn endless(response: ServiceResponse) -> Delivery {
    let response = with_body(response, <[u8]>::to_vec);
    let end = damage::find_last(&response.body, "</").unwrap_or(response.body.len());
    let mut pieces = VecDeque::from([response.body.slice(..end)]);
    pieces.extend(padding());
    Delivery::endless(response, pieces)
}

/// Spaces in pieces that share one buffer.
fn padding() -> impl Iterator<Item = Bytes> {
    let piece = Bytes::from(vec![b' '; PADDING_PIECE]);
    std::iter::repeat_n(piece, PADDING_LENGTH.div_ceil(PADDING_PIECE))
}

/// A "billion laughs" document: each of nine entities repeats the one before it ten times.
fn nested_entities() -> String {
    let entity = |name: char, text: &str| format!("<!ENTITY {name} \"{text}\">");
    let mut declarations = entity('a', "ha");
    for name in 'b'..='j' {
        let before = char::from(name as u8 - 1);
        declarations.push_str(&entity(name, &format!("&{before};").repeat(10)));
    }
    format!(
        "{XML_DECLARATION}<!DOCTYPE Error [{declarations}]><Error><Code>InternalError</Code>\
         <Message>&j;</Message></Error>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_entities_fit_into_a_few_hundred_bytes() {
        let document = nested_entities();
        assert!((500..560).contains(&document.len()), "{}", document.len());
        assert_eq!(document.matches("<!ENTITY").count(), 10);
        assert!(document.contains("<!ENTITY j \"&i;&i;"), "{document}");
    }
}
