//! Sends a response to hyper: whole, or damaged by a fault.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::Response;
use hyper::body::{Frame, SizeHint};
use time::OffsetDateTime;
use tokio::time::Sleep;

use crate::recording::LogEntry;
use crate::response::{ServiceResponse, http_date};

/// The delay before a connection is aborted. It lets the client read what was sent, which a reset
/// could otherwise discard.
const ABORT_DELAY: Duration = Duration::from_millis(20);

/// How long a fault keeps a connection open without sending anything: longer than any tested client
/// waits, but not forever, because a client may vanish without closing the connection.
pub(crate) const HANG_LIMIT: Duration = Duration::from_mins(10);

/// The body type for hyper. Measured calls use `Full`, which has no overhead for faults or recording.
pub(crate) type ResponseBody = Either<Full<Bytes>, PiecewiseBody>;

/// A response, the pieces of its body, and what happens after the last one.
pub(crate) struct Delivery {
    /// Status and headers; its body is unused.
    head: ServiceResponse,
    pieces: VecDeque<Bytes>,
    /// The value of Content-Length; `None` if the header is not sent.
    content_length: Option<u64>,
    ending: Ending,
}

/// What happens after the last piece.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The response ends.
    Complete,
    /// The connection ends.
    Abort,
    /// The connection stays open and silent for [`HANG_LIMIT`].
    Hang,
}

/// Makes hyper end the connection.
#[derive(Debug, thiserror::Error)]
#[error("the injected fault aborts the connection")]
pub(crate) struct ConnectionAborted;

impl From<Infallible> for ConnectionAborted {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Delivery {
    /// The whole response.
    pub(crate) fn whole(mut response: ServiceResponse) -> Self {
        let body = std::mem::take(&mut response.body);
        // An empty piece would announce a body, which a response to HEAD must not have.
        Delivery::in_pieces(
            response,
            Some(body).filter(|body| !body.is_empty()).into_iter().collect(),
        )
    }

    /// The whole response, with its body in these pieces.
    pub(crate) fn in_pieces(head: ServiceResponse, pieces: VecDeque<Bytes>) -> Self {
        let content_length = pieces.iter().map(|piece| piece.len() as u64).sum();
        Delivery { head, pieces, content_length: Some(content_length), ending: Ending::Complete }
    }

    /// These pieces without a Content-Length, after which the connection hangs.
    pub(crate) fn endless(head: ServiceResponse, pieces: VecDeque<Bytes>) -> Self {
        Delivery { head, pieces, content_length: None, ending: Ending::Hang }
    }

    /// The first half of the body, followed by `ending`.
    pub(crate) fn half(mut response: ServiceResponse, ending: Ending) -> Self {
        let body = std::mem::take(&mut response.body);
        let half = body.slice(..body.len() / 2);
        let content_length = Some(body.len() as u64);
        Delivery { head: response, pieces: [half].into(), content_length, ending }
    }

    /// Converts the delivery for hyper, and records in `entry` what is sent.
    pub(crate) fn into_response(
        self,
        entry: Option<LogEntry>,
        now: OffsetDateTime,
    ) -> Response<ResponseBody> {
        let Delivery { head, pieces, content_length, ending } = self;
        let mut response = head.into_head();
        if let Some(entry) = &entry {
            // hyper would add these two after the headers have been recorded.
            let length = content_length.map(|length| ("content-length", length.to_string()));
            for (name, value) in length.into_iter().chain([("date", http_date(now))]) {
                if let Ok(value) = value.parse() {
                    response.headers_mut().entry(name).or_insert(value);
                }
            }
            let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into();
            let headers = response.headers().iter();
            let headers = headers.map(|(name, value)| (name.to_string(), text(value))).collect();
            entry.head(response.status().as_u16(), headers);
        }
        response.map(|()| {
            Either::Right(PiecewiseBody { pieces, content_length, ending, entry, pause: None })
        })
    }
}

/// A body that is sent piece by piece.
pub(crate) struct PiecewiseBody {
    pieces: VecDeque<Bytes>,
    content_length: Option<u64>,
    ending: Ending,
    entry: Option<LogEntry>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl hyper::body::Body for PiecewiseBody {
    type Data = Bytes;
    type Error = ConnectionAborted;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ConnectionAborted>>> {
        if let Some(piece) = self.pieces.pop_front() {
            if let Some(entry) = &mut self.entry {
                entry.sent(&piece);
            }
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        let pause = match self.ending {
            Ending::Complete => return Poll::Ready(None),
            Ending::Hang => HANG_LIMIT,
            Ending::Abort => ABORT_DELAY,
        };
        let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        pause.as_mut().poll(context).map(|()| Some(Err(ConnectionAborted)))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.ending == Ending::Complete
    }

    fn size_hint(&self) -> SizeHint {
        self.content_length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
