//! How an answer gets onto the wire: whole, or not, where a fault has it so.

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

use crate::answer::{Answer, http_date};
use crate::recording::LogEntry;

/// Before a connection is broken: long enough for what was sent to be read, since a reset may
/// overtake it.
const BEFORE_THE_BREAK: Duration = Duration::from_millis(20);

/// Before a connection that a fault holds open is broken after all: no client that is tested waits so
/// long, and one that went away without saying so is not waited for.
pub(crate) const LONGEST_SILENCE: Duration = Duration::from_mins(10);

/// What hyper sends. The one for measured calls carries nothing that they do not need.
pub(crate) type Payload = Either<Full<Bytes>, Body>;

/// An answer, the pieces of its body, and what comes after them.
pub(crate) struct Delivery {
    /// Its body is not used.
    head: Answer,
    pieces: VecDeque<Bytes>,
    /// What Content-Length says; absent where none is sent.
    promised: Option<u64>,
    ending: Ending,
}

/// What comes after the last piece.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The end of the answer.
    Regular,
    /// The end of the connection.
    Break,
    /// Nothing any more, and the connection stays open, for [`LONGEST_SILENCE`].
    Silence,
}

/// The connection is to end here.
#[derive(Debug, thiserror::Error)]
#[error("the fault that is played breaks the connection here")]
pub(crate) struct Broken;

impl From<Infallible> for Broken {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Delivery {
    /// All of it.
    pub(crate) fn whole(mut answer: Answer) -> Self {
        let body = std::mem::take(&mut answer.body);
        // An empty piece would announce a body where there is none, such as in an answer to HEAD.
        Delivery::in_pieces(
            answer,
            Some(body).filter(|body| !body.is_empty()).into_iter().collect(),
        )
    }

    /// All of it, the body in these pieces.
    pub(crate) fn in_pieces(head: Answer, pieces: VecDeque<Bytes>) -> Self {
        let promised = pieces.iter().map(|piece| piece.len() as u64).sum();
        Delivery { head, pieces, promised: Some(promised), ending: Ending::Regular }
    }

    /// These pieces, of a length that is not said, and nothing after them.
    pub(crate) fn without_end(head: Answer, pieces: VecDeque<Bytes>) -> Self {
        Delivery { head, pieces, promised: None, ending: Ending::Silence }
    }

    /// The first half of it, and then that `ending`.
    pub(crate) fn half(mut answer: Answer, ending: Ending) -> Self {
        let body = std::mem::take(&mut answer.body);
        let half = body.slice(..body.len() / 2);
        let promised = Some(body.len() as u64);
        Delivery { head: answer, pieces: [half].into(), promised, ending }
    }

    /// The answer for hyper, noted in `entry` as it goes out.
    pub(crate) fn into_response(
        self,
        entry: Option<LogEntry>,
        now: OffsetDateTime,
    ) -> Response<Payload> {
        let Delivery { head, pieces, promised, ending } = self;
        let mut response = head.into_head();
        if let Some(entry) = &entry {
            // hyper would add these two itself, and then nobody could say what they were.
            let length = promised.map(|length| ("content-length", length.to_string()));
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
        response.map(|()| Either::Right(Body { pieces, promised, ending, entry, pause: None }))
    }
}

/// The body of an answer, piece by piece.
pub(crate) struct Body {
    pieces: VecDeque<Bytes>,
    promised: Option<u64>,
    ending: Ending,
    entry: Option<LogEntry>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(piece) = self.pieces.pop_front() {
            if let Some(entry) = &mut self.entry {
                entry.sent(&piece);
            }
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        let pause = match self.ending {
            Ending::Regular => return Poll::Ready(None),
            Ending::Silence => LONGEST_SILENCE,
            Ending::Break => BEFORE_THE_BREAK,
        };
        let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        pause.as_mut().poll(context).map(|()| Some(Err(Broken)))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.ending == Ending::Regular
    }

    fn size_hint(&self) -> SizeHint {
        self.promised.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
