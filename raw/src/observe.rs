//! Instrumentation: which functions one call ran, and what it signed, sent and received. Each record
//! is made in the function that it is about.

use std::any::type_name;
use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use contract::{Phase, Timeline};
use http::HeaderMap;

use crate::response::Response;

/// The record of one call, including its pages, polls and retries.
#[derive(Debug, Clone, Default)]
pub struct Observation {
    /// HTTP attempts and presigned URLs, in order.
    pub exchanges: Vec<Exchange>,
    /// The instrumented functions of this crate that ran, in the order in which they were entered.
    pub functions: Vec<Function>,
}

/// An instrumented function that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The path without generic arguments, such as `raw::sigv4::sign`.
    pub name: String,
    /// How many instrumented functions it ran inside.
    pub depth: usize,
}

/// One HTTP attempt, or one presigned URL that was made.
#[derive(Clone)]
pub struct Exchange {
    /// `GET` or `POST`.
    pub method: String,
    /// The URL that was signed.
    pub url: String,
    /// The headers that were passed to the HTTP client, which adds `host`, `accept` and
    /// `content-length`.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none.
    pub body: Vec<u8>,
    /// The steps of the signature; `None` for an unsigned request.
    pub steps: Option<Steps>,
    /// The response, if one arrived.
    pub response: Option<Response>,
}

/// The steps of one signature, in AWS's order.
#[derive(Clone, PartialEq, Eq)]
pub struct Steps {
    /// Step 1. It contains the session token, if there is one.
    pub canonical_request: String,
    /// Step 3.
    pub string_to_sign: String,
    /// Step 4.
    pub signature: String,
    /// Step 5: the value of the `Authorization` header, or the presigned URL.
    pub carried: String,
}

/// Omits headers, URL and response, which may contain a session token.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Omits the canonical request and the URL, which may contain a session token.
impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steps").field("signature", &self.signature).finish_non_exhaustive()
    }
}

/// How many calls of this process are being observed. Checked first, because signing takes less than
/// a microsecond and the look-up of the task's record would be a noticeable part of that.
static OBSERVERS: AtomicUsize = AtomicUsize::new(0);

#[cfg(feature = "client")]
tokio::task_local! {
    static RECORD: RefCell<Record>;
}

// Without a client there is no call to observe.
#[cfg(not(feature = "client"))]
thread_local! {
    static RECORD: RefCell<Record> = RefCell::default();
}

#[derive(Default)]
struct Record {
    /// The steps of a request that has been signed and not yet sent.
    steps: Option<Steps>,
    /// How many functions have been entered and not left.
    depth: usize,
    observation: Observation,
}

/// Runs `call` and returns its result with the record of it.
#[cfg(feature = "client")]
pub(crate) async fn observing<T>(call: impl Future<Output = T>) -> (T, Observation) {
    let observed = RECORD.scope(RefCell::default(), async {
        let _observer = Observer::new();
        let value = call.await;
        (value, RECORD.with(|record| std::mem::take(&mut record.borrow_mut().observation)))
    });
    observed.await
}

/// Counts in [`OBSERVERS`] until it is dropped, also if the call is cancelled.
struct Observer;

impl Observer {
    fn new() -> Self {
        OBSERVERS.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        OBSERVERS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Marks a function as running until it is dropped.
#[must_use]
pub(crate) struct Entered {
    is_observed: bool,
}

/// Records that the function around the empty closure `_here` is entered. The compiler names a
/// closure after the function that it is written in, so a function can record only its own name.
#[inline]
pub(crate) fn enter<F: Fn()>(_here: F) -> Entered {
    let is_observed = OBSERVERS.load(Ordering::Relaxed) > 0 && record_entry(type_name::<F>());
    Entered { is_observed }
}

/// Records the function around `closure`. Returns whether this task's call is observed.
#[cold]
fn record_entry(closure: &'static str) -> bool {
    let name = function_around(closure);
    let recorded = RECORD.try_with(|record| {
        let mut record = record.borrow_mut();
        let depth = record.depth;
        record.observation.functions.push(Function { name, depth });
        record.depth += 1;
    });
    recorded.is_ok()
}

/// The function in which a closure is written: `a::b` for `a::b<c>::{{closure}}`.
fn function_around(closure: &str) -> String {
    let mut path = String::with_capacity(closure.len());
    let mut brackets = 0_usize;
    let mut before = ' ';
    for character in closure.chars() {
        match character {
            '<' => brackets += 1,
            '>' if before != '-' => brackets = brackets.saturating_sub(1),
            _ if brackets == 0 => path.push(character),
            _ => {}
        }
        before = character;
    }
    path.truncate(path.find("::{{closure}}").unwrap_or(path.len()));
    path
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        if self.is_observed {
            let _ = RECORD.try_with(|record| record.borrow_mut().depth -= 1);
        }
    }
}

#[cfg(feature = "client")]
tokio::task_local! {
    static TIMELINE: RefCell<Timeline>;
}

#[cfg(not(feature = "client"))]
thread_local! {
    static TIMELINE: RefCell<Timeline> = RefCell::new(Timeline::start(Phase::Serialise));
}

/// Runs `call` and returns its result with the time at which each phase began.
#[cfg(feature = "client")]
pub(crate) async fn timing<T>(call: impl Future<Output = T>) -> (T, Timeline) {
    let timed = TIMELINE.scope(RefCell::new(Timeline::start(Phase::Serialise)), async {
        let value = call.await;
        let timeline = TIMELINE.with(|timeline| {
            timeline.borrow_mut().end();
            timeline.borrow().clone()
        });
        (value, timeline)
    });
    timed.await
}

/// Records that `phase` begins.
pub(crate) fn begin(phase: Phase) {
    let _ = TIMELINE.try_with(|timeline| timeline.borrow_mut().begin(phase));
}

/// Records how the next request was signed.
pub(crate) fn signed(steps: impl FnOnce() -> Steps) {
    let _ = RECORD.try_with(|record| record.borrow_mut().steps = Some(steps()));
}

/// Records a request that is about to be sent.
#[cfg(feature = "client")]
pub(crate) fn sending(request: &reqwest::Request) {
    let _ = RECORD.try_with(|record| {
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let mut record = record.borrow_mut();
        let exchange = Exchange {
            method: request.method().to_string(),
            url: request.url().to_string(),
            headers: owned(request.headers()),
            body: body.to_vec(),
            steps: record.steps.take(),
            response: None,
        };
        record.observation.exchanges.push(exchange);
    });
}

/// Records the response to the last request.
pub(crate) fn received(response: &Response) {
    let _ = RECORD.try_with(|record| {
        if let Some(exchange) = record.borrow_mut().observation.exchanges.last_mut() {
            exchange.response = Some(response.clone());
        }
    });
}

/// Records a presigned URL, which is not sent by this client.
pub(crate) fn presigned(steps: impl FnOnce() -> Steps) {
    let _ = RECORD.try_with(|record| {
        let steps = steps();
        record.borrow_mut().observation.exchanges.push(Exchange {
            method: "GET".to_owned(),
            url: steps.carried.clone(),
            headers: Vec::new(),
            body: Vec::new(),
            steps: Some(steps),
            response: None,
        });
    });
}

fn owned(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect()
}
