//! HTTP: from bytes to [`ReceivedRequest`], to the service that is meant, and back.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use time::OffsetDateTime;
use tokio::sync::oneshot;

use crate::answer::{Answer, RequestIds};
use crate::authenticate::Records;
use crate::delivery::{Broken, Delivery, LONGEST_SILENCE, Payload};
use crate::fault::{Fault, Outcome};
use crate::identity::Identity;
use crate::recording::ExchangeLog;
use crate::refusal::Refusal;
use crate::s3::{self, S3};
use crate::verify::ReceivedRequest;
use crate::{execute_api, query_api};

/// Longest body of a request that is read, in bytes. No request here has a body to speak of.
const LARGEST_BODY: usize = 1024 * 1024;

/// Everything that answers.
pub(crate) struct Services {
    pub(crate) identities: Vec<Identity>,
    pub(crate) ids: RequestIds,
    pub(crate) s3: S3,
    pub(crate) ec2: query_api::QueryApi,
    pub(crate) delay: Duration,
    /// How long a client may take over the head of a request, and again over its body.
    pub(crate) patience: Duration,
    pub(crate) fault: Option<Fault>,
    pub(crate) log: Option<Arc<ExchangeLog>>,
}

/// Who is called.
#[derive(Clone, Copy)]
pub(crate) enum Service {
    S3,
    Ec2,
    ExecuteApi,
}

/// Serves until `stop` is dropped. Connections end with the runtime.
pub(crate) async fn serve(
    listener: TcpListener,
    services: Arc<Services>,
    stop: oneshot::Receiver<()>,
) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let accept = async {
        loop {
            // Running out of file descriptors, say, passes: wait for connections to end.
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            // Answers are small, and one that waits for an acknowledgement costs 40 ms.
            let _ = stream.set_nodelay(true);
            if services.fault == Some(Fault::Reset) {
                // Then the end of a connection is a RST, which says what a FIN would not.
                let _ = stream.set_zero_linger();
            }
            let services = Arc::clone(&services);
            tokio::spawn(async move {
                let service = service_fn(|request| respond(&services, request));
                // A client that sends garbage or goes away ends its own connection only; and a
                // fault may want it to end.
                let _ = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(services.patience)
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    };
    tokio::select! {
        () = accept => {}
        _ = stop => {}
    }
}

async fn respond(
    services: &Services,
    request: Request<Incoming>,
) -> Result<Response<Payload>, Broken> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_BODY).collect();
    let body = match tokio::time::timeout(services.patience, body).await {
        Ok(Ok(body)) => body.to_bytes().into(),
        Ok(Err(_)) => return Ok(unread(services, "RequestBodyTooLarge", TOO_LARGE)),
        Err(_elapsed) => return Ok(unread(services, "RequestTimeout", TOO_SLOW)),
    };
    let target = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let received = ReceivedRequest {
        method: head.method.as_str().to_owned(),
        target: target.to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect(),
        body,
    };
    if !services.delay.is_zero() {
        tokio::time::sleep(services.delay).await;
    }
    let now = OffsetDateTime::now_utc();
    if services.fault.is_none() && services.log.is_none() {
        return Ok(render(services.answer(&received, now)));
    }
    let entry = services.log.as_ref().map(|log| log.begin(&received));
    let outcome = match services.fault {
        None => Outcome::Answer(Delivery::whole(services.answer(&received, now))),
        Some(fault) => fault.strike(services, &received, now),
    };
    match outcome {
        Outcome::Answer(delivery) => Ok(delivery.into_response(entry, now)),
        Outcome::Nothing => Err(Broken),
        Outcome::Silence => {
            tokio::time::sleep(LONGEST_SILENCE).await;
            Err(Broken)
        }
    }
}

/// Header values are UTF-8 where they can be, and ISO 8859-1 otherwise (RFC 9110, section 5.5).
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

impl Service {
    /// One host serves all: by prefix or host name API Gateway, by what only the Query API sends
    /// EC2, and everything else S3, whose buckets could have any path.
    pub(crate) fn of(received: &ReceivedRequest) -> Self {
        if execute_api::is_addressed_by(received) {
            Service::ExecuteApi
        } else if query_api::is_addressed_by(received) {
            Service::Ec2
        } else {
            Service::S3
        }
    }
}

impl Services {
    pub(crate) fn answer(&self, received: &ReceivedRequest, now: OffsetDateTime) -> Answer {
        let records = Records { identities: &self.identities, now };
        let id = self.ids.next();
        match Service::of(received) {
            Service::S3 => self.s3.answer(received, records, &id),
            Service::Ec2 => self.ec2.answer(received, records, &id),
            Service::ExecuteApi => execute_api::answer(received, records, &id),
        }
    }

    /// The refusal, as the service that is called words it.
    pub(crate) fn refuse(&self, received: &ReceivedRequest, refusal: Refusal) -> Answer {
        let id = self.ids.next();
        match Service::of(received) {
            Service::S3 => s3::refuse(received, refusal, &id),
            Service::Ec2 => query_api::refuse(&refusal, &id),
            Service::ExecuteApi => execute_api::refuse(refusal, &id),
        }
    }
}

fn render(mut answer: Answer) -> Response<Payload> {
    let body = std::mem::take(&mut answer.body);
    answer.into_head().map(|()| Either::Left(Full::new(body)))
}

const TOO_LARGE: &str = "The body is larger than this endpoint reads, or it broke off.";
const TOO_SLOW: &str = "The body did not end within the time that this endpoint waits for one.";

/// The refusal of a request whose body was not read to its end.
fn unread(services: &Services, code: &str, message: &str) -> Response<Payload> {
    let id = services.ids.next();
    let refusal = Refusal::beyond_the_facts(400, code, message);
    let document = refusal.s3_document(&id.short(), &id.opaque(32));
    let mut response = render(Answer::new(refusal.status, "application/xml", document));
    // What is left of the body would be read as the next request.
    response
        .headers_mut()
        .insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
    response
}
