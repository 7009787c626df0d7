//! A recording of the requests that arrived and the responses that were sent. It is made at the
//! endpoint, so it needs no help from the client.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::verify::{ReceivedRequest, hex};

/// How many exchanges are kept; the oldest are dropped.
const EXCHANGE_LIMIT: usize = 1024;
/// How many bytes of a body are kept.
const BODY_LIMIT: usize = 4 * 1024;

/// Whether a sandbox records requests and responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recording {
    /// Nothing is recorded, so measured calls have no overhead.
    #[default]
    Off,
    /// The latest 1,024 exchanges are kept until [`Sandbox::exchanges`](crate::Sandbox::exchanges)
    /// takes them.
    On,
}

/// One request and its response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedExchange {
    /// The request.
    pub request: RecordedRequest,
    /// The response; `None` if the connection was closed or kept open without one.
    pub response: Option<RecordedResponse>,
}

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRequest {
    /// The method, as on the request line.
    pub method: String,
    /// The path and query, as on the request line.
    pub target: String,
    /// Lower-case names and values; repeated headers in order of arrival.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: RecordedBody,
}

/// A response as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedResponse {
    /// The HTTP status.
    pub status: u16,
    /// Lower-case names and values, in the order in which they were sent.
    pub headers: Vec<(String, String)>,
    /// What was sent of the body. A fault may make it shorter than Content-Length.
    pub body: RecordedBody,
}

/// The beginning of a body, with the length and hash of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedBody {
    /// The first 4 KiB.
    pub start: Vec<u8>,
    /// The length of the whole body, in bytes.
    pub length: u64,
    /// The SHA-256 of the whole body, in lower-case hexadecimal.
    pub sha256: String,
}

impl RecordedBody {
    fn of(bytes: &[u8]) -> Self {
        let mut digest = BodyDigest::default();
        digest.add(bytes);
        digest.body()
    }

    /// Whether [`RecordedBody::start`] is the whole body.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.start.len() as u64 == self.length
    }
}

/// The exchanges that have not been taken yet.
#[derive(Default)]
pub(crate) struct ExchangeLog(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    /// Exchanges with their numbers, in ascending order.
    exchanges: VecDeque<(u64, RecordedExchange)>,
    next_number: u64,
}

impl ExchangeLog {
    /// Records a request; the response is added through the entry.
    pub(crate) fn begin(self: &Arc<Self>, received: &ReceivedRequest) -> LogEntry {
        let request = RecordedRequest {
            method: received.method.clone(),
            target: received.target.clone(),
            headers: received.headers.clone(),
            body: RecordedBody::of(&received.body),
        };
        let mut entries = self.entries();
        let number = entries.next_number;
        entries.next_number += 1;
        if entries.exchanges.len() == EXCHANGE_LIMIT {
            entries.exchanges.pop_front();
        }
        entries.exchanges.push_back((number, RecordedExchange { request, response: None }));
        LogEntry { log: Arc::clone(self), number, digest: BodyDigest::default() }
    }

    /// Takes all exchanges, in the order of their requests.
    pub(crate) fn drain(&self) -> Vec<RecordedExchange> {
        self.entries().exchanges.drain(..).map(|(_, exchange)| exchange).collect()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // Every change is complete before the lock is released, so a poisoned log is still valid.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An exchange in the log whose response is being sent.
pub(crate) struct LogEntry {
    log: Arc<ExchangeLog>,
    number: u64,
    digest: BodyDigest,
}

impl LogEntry {
    /// Records the head of the response.
    pub(crate) fn head(&self, status: u16, headers: Vec<(String, String)>) {
        let body = self.digest.body();
        self.change(|exchange| {
            exchange.response = Some(RecordedResponse { status, headers, body });
        });
    }

    /// Records a further piece of the body. This happens before the piece is sent, because a client
    /// that has read it may take the exchange at once, and because some bodies never end.
    pub(crate) fn sent(&mut self, piece: &[u8]) {
        self.digest.add(piece);
        let body = self.digest.body();
        self.change(|exchange| {
            if let Some(response) = &mut exchange.response {
                response.body = body;
            }
        });
    }

    /// Does nothing if the exchange has been taken or dropped in the meantime.
    fn change(&self, change: impl FnOnce(&mut RecordedExchange)) {
        let mut entries = self.log.entries();
        if let Ok(at) = entries.exchanges.binary_search_by_key(&self.number, |(number, _)| *number)
        {
            change(&mut entries.exchanges[at].1);
        }
    }
}

/// A body as far as it is known: its beginning, length and hash.
#[derive(Default)]
struct BodyDigest {
    start: Vec<u8>,
    length: u64,
    hash: Sha256,
}

impl BodyDigest {
    fn add(&mut self, bytes: &[u8]) {
        let room = BODY_LIMIT - self.start.len();
        self.start.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len() as u64;
        self.hash.update(bytes);
    }

    fn body(&self) -> RecordedBody {
        let sha256 = hex(&self.hash.clone().finalize());
        RecordedBody { start: self.start.clone(), length: self.length, sha256 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(target: &str) -> ReceivedRequest {
        let (method, target, body) = ("GET".to_owned(), target.to_owned(), b"ask".to_vec());
        ReceivedRequest { method, target, headers: Vec::new(), body }
    }

    #[test]
    fn a_long_body_is_recorded_as_beginning_length_and_hash() {
        let log = Arc::new(ExchangeLog::default());
        let mut entry = log.begin(&received("/"));
        entry.head(200, Vec::new());
        for _ in 0..3 {
            entry.sent(&[b'a'; 4000]);
        }
        let body = log.drain().remove(0).response.unwrap().body;
        let whole = RecordedBody::of(&[b'a'; 12_000]);
        assert_eq!((&body, body.start.len(), body.is_whole()), (&whole, 4096, false));
    }

    #[test]
    fn the_oldest_exchanges_are_dropped_and_late_responses_ignored() {
        let log = Arc::new(ExchangeLog::default());
        let entries: Vec<_> = (0..=EXCHANGE_LIMIT)
            .map(|number| log.begin(&received(&format!("/{number}"))))
            .collect();
        for (status, entry) in (0..).zip(&entries) {
            entry.head(status, Vec::new());
        }
        let exchanges = log.drain();
        assert_eq!(exchanges.len(), EXCHANGE_LIMIT);
        for (number, exchange) in (1..).zip(&exchanges) {
            assert_eq!(exchange.request.target, format!("/{number}"));
            assert_eq!(exchange.response.as_ref().unwrap().status, number);
        }
        entries[7].head(500, Vec::new());
        assert!(log.drain().is_empty());
    }
}
