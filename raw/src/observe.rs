//! Instrumentation: what this client ran, signed and sent for one call, recorded where it happens.

use std::any::type_name;
use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use contract::{Phase, Timeline};
use reqwest::header::HeaderMap;

use crate::send::Response;
use crate::sigv4::{Presigned, Signed};

/// What was observed of one call, its pages, polls and retries included.
#[derive(Debug, Clone, Default)]
pub struct Observation {
    /// HTTP attempts and presigned URLs, in order.
    pub exchanges: Vec<Exchange>,
    /// The functions of this crate that noted themselves, in the order in which they were entered.
    pub functions: Vec<Function>,
}

/// A function of this crate that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its path without generic arguments, such as `raw::sigv4::sign`.
    pub name: String,
    /// How many others that noted themselves it ran in.
    pub depth: usize,
}

/// One HTTP attempt, or the making of one presigned URL.
#[derive(Clone)]
pub struct Exchange {
    /// `GET` or `POST`.
    pub method: String,
    /// As it was signed.
    pub url: String,
    /// Those that the HTTP client was given: it adds `host`, `accept` and `content-length` itself.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
    /// How it was signed; none where it was not.
    pub steps: Option<Steps>,
    /// What came back, where something did.
    pub response: Option<Response>,
}

/// The steps of one signature, in AWS's order.
#[derive(Clone, PartialEq, Eq)]
pub struct Steps {
    /// Step 1; it holds the session token, where there is one.
    pub canonical_request: String,
    /// Step 3.
    pub string_to_sign: String,
    /// Step 4.
    pub signature: String,
    /// Step 5: the value of the `Authorization` header, or the presigned URL.
    pub carried: String,
}

/// A header, the query and the answer may hold a token.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A token may stand in the canonical request and in the URL.
impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steps").field("signature", &self.signature).finish_non_exhaustive()
    }
}

impl From<&Signed<'_>> for Steps {
    fn from(signed: &Signed<'_>) -> Self {
        Self {
            canonical_request: signed.canonical_request.as_str().to_owned(),
            string_to_sign: signed.string_to_sign.as_str().to_owned(),
            signature: signed.signature.as_str().to_owned(),
            carried: signed.authorization.as_str().to_owned(),
        }
    }
}

impl From<&Presigned<'_>> for Steps {
    fn from(signed: &Presigned<'_>) -> Self {
        Self {
            canonical_request: signed.canonical_request.as_str().to_owned(),
            string_to_sign: signed.string_to_sign.as_str().to_owned(),
            signature: signed.signature.as_str().to_owned(),
            carried: signed.url.as_str().to_owned(),
        }
    }
}

/// Calls that are observed now, in the whole process. Looked at before anything else: signing takes
/// less than a microsecond, and finding the task's own record would be a noticeable part of it.
static OBSERVERS: AtomicUsize = AtomicUsize::new(0);

tokio::task_local! {
    static OBSERVED: RefCell<Observed>;
}

#[derive(Default)]
struct Observed {
    /// Signed, and not yet sent.
    steps: Option<Steps>,
    /// Functions that have been entered and not left.
    depth: usize,
    seen: Observation,
}

/// Runs `call` and returns what was observed of it.
pub(crate) async fn observing<T>(call: impl Future<Output = T>) -> (T, Observation) {
    let observed = OBSERVED.scope(RefCell::default(), async {
        let _counted = Observer::new();
        let value = call.await;
        (value, OBSERVED.with(|observed| std::mem::take(&mut observed.borrow_mut().seen)))
    });
    observed.await
}

/// One of [`OBSERVERS`], also where the call is abandoned.
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

/// Until it is dropped, functions that are entered run in this one.
#[must_use]
pub(crate) struct Entered {
    is_observed: bool,
}

/// The function around `here`, an empty closure, is entered. The compiler names a closure after the
/// function it is written in, so a function can note no other name than its own.
#[inline]
pub(crate) fn enter<F: Fn()>(_here: F) -> Entered {
    let is_observed = OBSERVERS.load(Ordering::Relaxed) > 0 && note(type_name::<F>());
    Entered { is_observed }
}

/// Whether this task's call is the one that is observed.
#[cold]
fn note(closure: &'static str) -> bool {
    let name = function_around(closure);
    let noted = OBSERVED.try_with(|observed| {
        let mut observed = observed.borrow_mut();
        let depth = observed.depth;
        observed.seen.functions.push(Function { name, depth });
        observed.depth += 1;
    });
    noted.is_ok()
}

/// `a::b<c>::{{closure}}` is a closure in `a::b`.
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
            let _ = OBSERVED.try_with(|observed| observed.borrow_mut().depth -= 1);
        }
    }
}

tokio::task_local! {
    static TIMELINE: RefCell<Timeline>;
}

/// Runs `call`, and says when which phase of it began.
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

/// `phase` begins.
pub(crate) fn begin(phase: Phase) {
    let _ = TIMELINE.try_with(|timeline| timeline.borrow_mut().begin(phase));
}

/// The next request was signed so.
pub(crate) fn signed(steps: impl FnOnce() -> Steps) {
    let _ = OBSERVED.try_with(|observed| observed.borrow_mut().steps = Some(steps()));
}

/// This request goes out.
pub(crate) fn sending(request: &reqwest::Request) {
    let _ = OBSERVED.try_with(|observed| {
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let mut observed = observed.borrow_mut();
        let exchange = Exchange {
            method: request.method().to_string(),
            url: request.url().to_string(),
            headers: owned(request.headers()),
            body: body.to_vec(),
            steps: observed.steps.take(),
            response: None,
        };
        observed.seen.exchanges.push(exchange);
    });
}

/// This came back for it.
pub(crate) fn received(response: &Response) {
    let _ = OBSERVED.try_with(|observed| {
        if let Some(exchange) = observed.borrow_mut().seen.exchanges.last_mut() {
            exchange.response = Some(response.clone());
        }
    });
}

/// A URL was signed, for somebody else to send.
pub(crate) fn presigned(presigned: &Presigned<'_>) {
    let _ = OBSERVED.try_with(|observed| {
        observed.borrow_mut().seen.exchanges.push(Exchange {
            method: "GET".to_owned(),
            url: presigned.url.as_str().to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            steps: Some(presigned.into()),
            response: None,
        });
    });
}

fn owned(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect()
}
