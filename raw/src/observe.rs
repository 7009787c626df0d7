//! What this client signed and sent, for whoever wants to explain it: the steps themselves, kept as
//! they were taken, not taken again.

use std::any::type_name_of_val;
use std::cell::RefCell;
use std::fmt;

use contract::{Phase, Timeline};
use reqwest::header::HeaderMap;

use crate::parse::parse;
use crate::request::Request;
use crate::send::{Response, Sender};
use crate::sigv4::{self, Presigned, Signed};

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

impl Exchange {
    /// The functions of this crate that it passed through, in order. The names are the compiler's, so
    /// that none can be one of the past.
    #[must_use]
    pub fn functions(&self) -> Vec<&'static str> {
        let mut functions = vec![type_name_of_val(&Request::new)];
        // What is presigned is for others to send.
        let is_presigned = self.steps.as_ref().is_some_and(|steps| steps.carried == self.url);
        match &self.steps {
            Some(_) if is_presigned => functions.push(type_name_of_val(&sigv4::presign)),
            Some(_) => functions.push(type_name_of_val(&sigv4::sign)),
            None => {}
        }
        if !is_presigned {
            functions.push(type_name_of_val(&Sender::send));
        }
        if self.response.is_some() {
            functions.push(type_name_of_val(&parse));
        }
        functions
    }
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

tokio::task_local! {
    static OBSERVED: RefCell<Observed>;
}

#[derive(Default)]
struct Observed {
    /// Signed, and not yet sent.
    steps: Option<Steps>,
    exchanges: Vec<Exchange>,
}

/// Runs `call` and returns every attempt that was made for it, in order.
pub(crate) async fn observing<T>(call: impl Future<Output = T>) -> (T, Vec<Exchange>) {
    let observed = OBSERVED.scope(RefCell::default(), async {
        let value = call.await;
        (value, OBSERVED.with(|observed| std::mem::take(&mut observed.borrow_mut().exchanges)))
    });
    observed.await
}

tokio::task_local! {
    static TIMELINE: RefCell<Timeline>;
}

/// Runs `call`, and says when which phase of it began.
pub(crate) async fn timing<T>(call: impl Future<Output = T>) -> (T, Timeline) {
    let timed = TIMELINE.scope(RefCell::new(Timeline::beginning_with(Phase::Serialise)), async {
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
        observed.exchanges.push(exchange);
    });
}

/// This came back for it.
pub(crate) fn received(response: &Response) {
    let _ = OBSERVED.try_with(|observed| {
        if let Some(exchange) = observed.borrow_mut().exchanges.last_mut() {
            exchange.response = Some(response.clone());
        }
    });
}

/// A URL was signed, for somebody else to send.
pub(crate) fn presigned(presigned: &Presigned<'_>) {
    let _ = OBSERVED.try_with(|observed| {
        observed.borrow_mut().exchanges.push(Exchange {
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
