//! What can go wrong at the service or on the way to it. A sandbox with a fault plays it for every
//! request.
//!
//! A *fault* is the service's; a *mistake* would be the caller's, and the sandbox has none of those:
//! it only refuses them.

mod damage;

use std::collections::VecDeque;

use bytes::Bytes;
use time::OffsetDateTime;

use crate::answer::Answer;
use crate::delivery::{Delivery, Ending};
use crate::facts;
use crate::identity::ACCOUNT_ID;
use crate::query_api;
use crate::refusal::{Refusal, XML_DECLARATION};
use crate::server::{Service, Services};
use crate::verify::ReceivedRequest;

/// The least that the bodies of [`Fault::HugeError`] and [`Fault::EndlessBody`] are long.
const HUGE: usize = 200 * 1000 * 1000;
/// Of which each piece is so long: what is in memory of it.
const HUGE_PIECE: usize = 64 * 1024;

/// What nginx sends for a server behind it that is down.
const GATEWAY_PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
/// What Envoy sends for a server behind it that hung up.
const UPSTREAM_TEXT: &str = "upstream connect error or disconnect/reset before headers. reset \
    reason: connection termination";
/// What a hotel sends for whatever was asked.
const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
    <title>Log in to the network</title></head>\n<body><form method=\"post\" action=\"/login\">\
    <p>Log in, please.</p><input name=\"room\"><br></form></body>\n</html>\n";

/// One way in which a service, or what stands before it, fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The service has enough: S3's 503 `SlowDown`, EC2's 503 `RequestLimitExceeded`, API Gateway's
    /// 429 `TooManyRequestsException`.
    Throttled,
    /// The service is broken: S3's and EC2's 500 `InternalError`, API Gateway's 502
    /// `InternalServerErrorException`.
    InternalError,
    /// The document of [`Fault::InternalError`] with the status 200, as S3 does it where it notices
    /// an error after it has begun to answer.
    ErrorInSuccess,
    /// A proxy's page, in HTML: 502.
    GatewayPage,
    /// A proxy's sentence, neither XML nor JSON: 503.
    NotXml,
    /// Nothing but a status: 503, and not even a Content-Type.
    EmptyError,
    /// The right head, 200 included, and no body.
    EmptySuccess,
    /// A page in HTML with the status 200, from whoever owns the network.
    LoginPage,
    /// The right answer without its end, and with a Content-Length that fits: the document is cut
    /// behind a whole item of its list (of several, about the middle one), so a reader that takes
    /// the end of the bytes for the end of the list has a list, and a shorter one.
    CutDocument,
    /// Half of the right answer's body, whose Content-Length promises all of it; then the
    /// connection is closed.
    CutBody,
    /// As [`Fault::CutBody`], but the connection is reset (RST).
    Reset,
    /// The connection is closed once the request has come, without a byte in answer.
    NoAnswer,
    /// The right answer with one byte in it, 0xE9, that is no UTF-8: `é` in ISO 8859-1.
    BadUtf8,
    /// The status and document of [`Fault::InternalError`], 200 MB long.
    HugeError,
    /// The right answer, whose document does not end: its last end tag never comes, and white space
    /// comes instead, for 200 MB. Its length is not said. Then the connection stays open.
    EndlessBody,
    /// The status of [`Fault::InternalError`] and an error document of some 500 bytes whose message
    /// is made of nested entities: expanded, two thousand million characters.
    NestedEntities,
    /// No answer, while the connection stays open.
    Silence,
    /// The head and half the body of the right answer, and then no more, while the connection stays
    /// open.
    Stall,
}

/// What becomes of an answer.
pub(crate) enum Outcome {
    /// This.
    Answer(Delivery),
    /// The connection ends.
    Nothing,
    /// The connection stays open, and that is all.
    Silence,
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

    /// What the request gets instead of its answer.
    pub(crate) fn strike(
        self,
        services: &Services,
        received: &ReceivedRequest,
        now: OffsetDateTime,
    ) -> Outcome {
        let right = || services.answer(received, now);
        let broken = || services.refuse(received, internal_error(received));
        let proxy = |name: &str, answer: Answer| answer.with("server", name);
        let answer = match self {
            Fault::Throttled => services.refuse(received, throttled(received)),
            Fault::InternalError => broken(),
            Fault::ErrorInSuccess => Answer { status: 200, ..broken() },
            Fault::GatewayPage => proxy("nginx", Answer::new(502, "text/html", GATEWAY_PAGE)),
            Fault::NotXml => proxy("envoy", Answer::new(503, "text/plain", UPSTREAM_TEXT)),
            Fault::EmptyError => Answer { status: 503, headers: Vec::new(), body: Bytes::new() },
            Fault::EmptySuccess => with_body(right(), |_| Vec::new()),
            Fault::LoginPage => Answer::new(200, "text/html; charset=utf-8", LOGIN_PAGE),
            Fault::CutDocument => with_body(right(), |body| body[..damage::cut(body)].to_vec()),
            Fault::BadUtf8 => with_body(right(), damage::spoil_text),
            Fault::NestedEntities => {
                let Answer { status, .. } = broken();
                Answer::new(status, "application/xml", nested_entities())
            }
            Fault::HugeError => return Outcome::Answer(huge(broken())),
            Fault::EndlessBody => return Outcome::Answer(endless(right())),
            Fault::CutBody | Fault::Reset => {
                return Outcome::Answer(Delivery::half(right(), Ending::Break));
            }
            Fault::Stall => return Outcome::Answer(Delivery::half(right(), Ending::Silence)),
            Fault::NoAnswer => return Outcome::Nothing,
            Fault::Silence => return Outcome::Silence,
        };
        Outcome::Answer(Delivery::whole(answer))
    }
}

fn throttled(received: &ReceivedRequest) -> Refusal {
    match Service::of(received) {
        Service::S3 => Refusal::of(facts::s3::SLOW_DOWN),
        Service::Ec2 => Refusal::of(facts::ec2::REQUEST_LIMIT_EXCEEDED)
            .fill("account", ACCOUNT_ID)
            .fill("action", &format!("ec2:{}", query_api::action(received))),
        Service::ExecuteApi => Refusal::of(facts::execute_api::THROTTLED),
    }
}

fn internal_error(received: &ReceivedRequest) -> Refusal {
    Refusal::of(match Service::of(received) {
        Service::S3 => facts::s3::INTERNAL_ERROR,
        Service::Ec2 => facts::ec2::INTERNAL_ERROR,
        Service::ExecuteApi => facts::execute_api::INTEGRATION_FAILED,
    })
}

/// The answer with another body, of whose length nothing has been said yet.
fn with_body(mut answer: Answer, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Answer {
    answer.headers.retain(|(name, _)| *name != "content-length");
    answer.body = change(&answer.body).into();
    answer
}

/// The error document with one member more, of nothing but padding.
fn huge(answer: Answer) -> Delivery {
    let (end, before, after) = if answer.body.starts_with(b"{") {
        ("}", ",\"padding\":\"", "\"")
    } else {
        ("</Error>", "<Padding>", "</Padding>")
    };
    let at = damage::find_last(&answer.body, end).unwrap_or(answer.body.len());
    let mut pieces = VecDeque::from([answer.body.slice(..at), Bytes::from(before)]);
    pieces.extend(padding());
    pieces.extend([Bytes::from(after), answer.body.slice(at..)]);
    Delivery::in_pieces(answer, pieces)
}

/// The document up to its last end tag, and then padding.
fn endless(answer: Answer) -> Delivery {
    let answer = with_body(answer, <[u8]>::to_vec);
    let end = damage::find_last(&answer.body, "</").unwrap_or(answer.body.len());
    let mut pieces = VecDeque::from([answer.body.slice(..end)]);
    pieces.extend(padding());
    Delivery::without_end(answer, pieces)
}

/// 200 MB of spaces, of which a piece is in memory.
fn padding() -> impl Iterator<Item = Bytes> {
    std::iter::repeat_n(Bytes::from(vec![b' '; HUGE_PIECE]), HUGE.div_ceil(HUGE_PIECE))
}

/// "Billion laughs": nine entities, each of ten of the one before.
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
    fn nested_entities_are_few_bytes_and_many_characters() {
        let document = nested_entities();
        assert!((500..560).contains(&document.len()), "{}", document.len());
        assert_eq!(document.matches("<!ENTITY").count(), 10);
        assert!(document.contains("<!ENTITY j \"&i;&i;"), "{document}");
    }
}
