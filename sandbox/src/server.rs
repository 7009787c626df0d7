//! The HTTP server: reads each request, has the router or the configured fault respond, and sends
//! the response.

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

use crate::delivery::{ConnectionAborted, Delivery, HANG_LIMIT, ResponseBody};
use crate::fault::{Effect, Fault};
use crate::recording::ExchangeLog;
use crate::refusal::Refusal;
use crate::response::ServiceResponse;
use crate::router::Router;
use crate::verify::ReceivedRequest;

/// The longest request body that is read, in bytes. No operation here needs a long one.
const BODY_LIMIT: usize = 1024 * 1024;

const BODY_TOO_LARGE: &str = "The body is larger than this endpoint reads, or it broke off.";
const BODY_TOO_SLOW: &str =
    "The body did not end within the time that this endpoint waits for one.";

/// What every connection shares.
pub(crate) struct Server {
    pub(crate) router: Router,
    pub(crate) delay: Duration,
    /// How long a client may take to send the head of a request, and then to send its body.
    pub(crate) request_timeout: Duration,
    pub(crate) fault: Option<Fault>,
    pub(crate) log: Option<Arc<ExchangeLog>>,
}

/// Serves until `stop` is dropped. Open connections end with the runtime.
pub(crate) async fn serve(listener: TcpListener, server: Arc<Server>, stop: oneshot::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let accept = async {
        loop {
            // A failure such as too few file descriptors passes when other connections end.
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            // Responses are small; waiting for an acknowledgement would cost 40 ms.
            let _ = stream.set_nodelay(true);
            if server.fault == Some(Fault::Reset) {
                // Without lingering, closing the socket sends RST instead of FIN.
                let _ = stream.set_zero_linger();
            }
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                let service = service_fn(|request| respond(&server, request));
                // An error ends this connection only: the client sent garbage or went away, or a
                // fault aborted the connection.
                let _ = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(server.request_timeout)
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
    server: &Server,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, ConnectionAborted> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, BODY_LIMIT).collect();
    let body = match tokio::time::timeout(server.request_timeout, body).await {
        Ok(Ok(body)) => body.to_bytes().into(),
        Ok(Err(_)) => return Ok(refuse_body(server, "RequestBodyTooLarge", BODY_TOO_LARGE)),
        Err(_elapsed) => return Ok(refuse_body(server, "RequestTimeout", BODY_TOO_SLOW)),
    };
    let target = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let received = ReceivedRequest {
        method: head.method.as_str().to_owned(),
        target: target.to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), header_text(value.as_bytes())))
            .collect(),
        body,
    };
    if !server.delay.is_zero() {
        tokio::time::sleep(server.delay).await;
    }
    let now = OffsetDateTime::now_utc();
    if server.fault.is_none() && server.log.is_none() {
        return Ok(whole(server.router.handle(&received, now)));
    }
    let entry = server.log.as_ref().map(|log| log.begin(&received));
    let effect = match server.fault {
        None => Effect::Respond(Delivery::whole(server.router.handle(&received, now))),
        Some(fault) => fault.apply(&server.router, &received, now),
    };
    match effect {
        Effect::Respond(delivery) => Ok(delivery.into_response(entry, now)),
        Effect::Close => Err(ConnectionAborted),
        Effect::Hang => {
            tokio::time::sleep(HANG_LIMIT).await;
            Err(ConnectionAborted)
        }
    }
}

/// Header values are read as UTF-8, or as ISO 8859-1 where they are not UTF-8 (RFC 9110, section
/// 5.5).
fn header_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn whole(mut response: ServiceResponse) -> Response<ResponseBody> {
    let body = std::mem::take(&mut response.body);
    response.into_head().map(|()| Either::Left(Full::new(body)))
}

/// The response to a request whose body could not be read to its end.
fn refuse_body(server: &Server, code: &str, message: &str) -> Response<ResponseBody> {
    let id = server.router.ids.next();
    let refusal = Refusal::without_fact(400, code, message);
    let document = refusal.s3_document(&id.short(), &id.opaque(32));
    let mut response = whole(ServiceResponse::new(refusal.status, "application/xml", document));
    // Otherwise the rest of the body would be read as the next request.
    response
        .headers_mut()
        .insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
    response
}
