//! What went over the wire, kept for whoever asks: seen from the endpoint, which treats every
//! client alike and needs nothing from any.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::verify::ReceivedRequest;

/// Beyond so many exchanges the oldest is forgotten.
const MOST_EXCHANGES: usize = 1024;
/// So much of a body is kept.
const MOST_OF_A_BODY: usize = 4 * 1024;

/// Whether a sandbox keeps what it is sent and what it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recording {
    /// It keeps nothing, so that measured calls pay nothing.
    #[default]
    Off,
    /// It keeps the latest 1,024 exchanges until they are asked for.
    On,
}

/// One request, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedExchange {
    /// As it arrived.
    pub request: RecordedRequest,
    /// As it was put on the wire; none where the connection ended, or was held, without one.
    pub answer: Option<RecordedResponse>,
}

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRequest {
    /// As on the request line.
    pub method: String,
    /// The path and query, as on the request line.
    pub target: String,
    /// By lower-case name; those of one name in the order of their arrival.
    pub headers: Vec<(String, String)>,
    /// What came behind them.
    pub body: RecordedBody,
}

/// An answer as it was put on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedResponse {
    /// The HTTP status.
    pub status: u16,
    /// By lower-case name, in their order.
    pub headers: Vec<(String, String)>,
    /// What was sent of the body, which a fault may keep shorter than its Content-Length.
    pub body: RecordedBody,
}

/// The bytes of a body, or the beginning of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedBody {
    /// The first 4 KiB.
    pub start: Vec<u8>,
    /// The length of all of it, in bytes.
    pub length: u64,
    /// The SHA-256 of all of it, in lower-case hexadecimal.
    pub sha256: String,
}

impl RecordedBody {
    fn of(bytes: &[u8]) -> Self {
        let mut digest = BodyDigest::default();
        digest.add(bytes);
        digest.body()
    }

    /// Whether [`RecordedBody::start`] is all of it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.start.len() as u64 == self.length
    }
}

/// The exchanges that nobody has asked for yet.
#[derive(Default)]
pub(crate) struct ExchangeLog(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    /// Each with its number, rising.
    exchanges: VecDeque<(u64, RecordedExchange)>,
    begun: u64,
}

impl ExchangeLog {
    /// Notes a request whose answer is still to come.
    pub(crate) fn begin(self: &Arc<Self>, received: &ReceivedRequest) -> LogEntry {
        let request = RecordedRequest {
            method: received.method.clone(),
            target: received.target.clone(),
            headers: received.headers.clone(),
            body: RecordedBody::of(&received.body),
        };
        let mut entries = self.entries();
        let number = entries.begun;
        entries.begun += 1;
        if entries.exchanges.len() == MOST_EXCHANGES {
            entries.exchanges.pop_front();
        }
        entries.exchanges.push_back((number, RecordedExchange { request, answer: None }));
        LogEntry { log: Arc::clone(self), number, digest: BodyDigest::default() }
    }

    /// Every exchange since the last time, in the order in which the requests came.
    pub(crate) fn drain(&self) -> Vec<RecordedExchange> {
        self.entries().exchanges.drain(..).map(|(_, exchange)| exchange).collect()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // An entry is written in one piece: a panic elsewhere leaves none half-done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One exchange of the log, to be completed while its answer goes out.
pub(crate) struct LogEntry {
    log: Arc<ExchangeLog>,
    number: u64,
    digest: BodyDigest,
}

impl LogEntry {
    /// Notes the head of the answer.
    pub(crate) fn head(&self, status: u16, headers: Vec<(String, String)>) {
        let body = self.digest.body();
        self.change(|exchange| exchange.answer = Some(RecordedResponse { status, headers, body }));
    }

    /// Notes a further piece of the body. At once, and not at its end: whoever sees the answer may
    /// ask for the exchange before the server gets to anything else, and some bodies never end.
    pub(crate) fn sent(&mut self, piece: &[u8]) {
        self.digest.add(piece);
        let body = self.digest.body();
        self.change(|exchange| {
            if let Some(answer) = &mut exchange.answer {
                answer.body = body;
            }
        });
    }

    /// Does nothing where the exchange has been asked for or forgotten meanwhile.
    fn change(&self, change: impl FnOnce(&mut RecordedExchange)) {
        let mut entries = self.log.entries();
        if let Ok(at) = entries.exchanges.binary_search_by_key(&self.number, |(number, _)| *number)
        {
            change(&mut entries.exchanges[at].1);
        }
    }
}

/// What is known of a body so far.
#[derive(Default)]
struct BodyDigest {
    start: Vec<u8>,
    length: u64,
    hash: Sha256,
}

impl BodyDigest {
    fn add(&mut self, bytes: &[u8]) {
        let room = MOST_OF_A_BODY - self.start.len();
        self.start.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len() as u64;
        self.hash.update(bytes);
    }

    fn body(&self) -> RecordedBody {
        let mut sha256 = String::with_capacity(64);
        for byte in self.hash.clone().finalize() {
            let _ = write!(sha256, "{byte:02x}");
        }
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
    fn a_long_body_keeps_its_beginning_its_length_and_its_hash() {
        let log = Arc::new(ExchangeLog::default());
        let mut entry = log.begin(&received("/"));
        entry.head(200, Vec::new());
        for _ in 0..3 {
            entry.sent(&[b'a'; 4000]);
        }
        let body = log.drain().remove(0).answer.unwrap().body;
        let whole = RecordedBody::of(&[b'a'; 12_000]);
        assert_eq!((&body, body.start.len(), body.is_whole()), (&whole, 4096, false));
    }

    #[test]
    fn the_oldest_exchanges_are_forgotten_and_late_answers_do_no_harm() {
        let log = Arc::new(ExchangeLog::default());
        let entries: Vec<_> = (0..=MOST_EXCHANGES)
            .map(|number| log.begin(&received(&format!("/{number}"))))
            .collect();
        for (status, entry) in (0..).zip(&entries) {
            entry.head(status, Vec::new());
        }
        let exchanges = log.drain();
        assert_eq!(exchanges.len(), MOST_EXCHANGES);
        for (number, exchange) in (1..).zip(&exchanges) {
            assert_eq!(exchange.request.target, format!("/{number}"));
            assert_eq!(exchange.answer.as_ref().unwrap().status, number);
        }
        entries[7].head(500, Vec::new());
        assert!(log.drain().is_empty());
    }
}
