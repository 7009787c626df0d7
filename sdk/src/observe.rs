//! Instrumentation: what the SDK signed and sent for one call. An interceptor sees every attempt, and the
//! signer logs the canonical request that it hashed.

pub mod trace;

pub(crate) mod timing;

use std::{
    cell::{Cell, RefCell},
    fmt,
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept, OverriddenHooks,
            context::{
                AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
            },
        },
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    instrument::WithSubscriber as _,
    span,
};

/// One HTTP attempt of the SDK.
#[derive(Clone, Default)]
pub struct Exchange {
    /// `GET` or `POST`.
    pub method: String,
    /// The URL as it was signed.
    pub url: String,
    /// The headers given to the HTTP client, which adds `host`, and `content-length` if it is missing.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none.
    pub body: Vec<u8>,
    /// What the signer logged; `None` if the request was not signed.
    pub signing: Option<SigningLog>,
    /// The response, if one was read to its end.
    pub response: Option<Response>,
}

/// An HTTP response.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The headers, in the order received.
    pub headers: Vec<(String, String)>,
    /// The complete body.
    pub body: Vec<u8>,
}

/// What the crate `aws-sigv4` logs about a signature.
#[derive(Clone, Default)]
pub struct SigningLog {
    /// The canonical request. The signer redacts the values of headers that hold secrets; see
    /// [`SigningLog::with_headers`]. It does not redact a token in the query.
    pub canonical_request: String,
}

tokio::task_local! {
    // Paginators and waiters do not accept interceptors, so the interceptor of the service client counts
    // for the call that runs in its task.
    static ATTEMPTS: Cell<u32>;
    // Separate from the count, because a measured call is only counted.
    static OBSERVED: RefCell<Observed>;
}

#[derive(Default)]
struct Observed {
    /// The log of a request that is signed but not yet sent.
    signing: Option<SigningLog>,
    exchanges: Vec<Exchange>,
}

/// Runs `call` and counts its HTTP attempts.
pub(crate) async fn counting_attempts<T>(call: impl Future<Output = T>) -> (T, u32) {
    ATTEMPTS
        .scope(Cell::new(0), async {
            let value = call.await;
            (value, ATTEMPTS.with(Cell::get))
        })
        .await
}

/// Runs `call` and returns its HTTP attempts, in order.
pub(crate) async fn observing<T>(call: impl Future<Output = T>) -> (T, Vec<Exchange>) {
    let observed = OBSERVED.scope(RefCell::default(), async {
        let value = call.await;
        (value, OBSERVED.with(|observed| std::mem::take(&mut observed.borrow_mut().exchanges)))
    });
    observed.with_subscriber(SigningListener).await
}

/// Runs `signing` and returns what the signer logged, if it got that far.
pub fn signing_log<T>(signing: impl FnOnce() -> T) -> (T, Option<SigningLog>) {
    OBSERVED.sync_scope(RefCell::default(), || {
        let value = tracing::subscriber::with_default(SigningListener, signing);
        (value, OBSERVED.with(|observed| observed.borrow_mut().signing.take()))
    })
}

impl SigningLog {
    /// The canonical request with `token` in place of the redacted one. This is the text that was hashed
    /// if `token` was sent, which the signature proves.
    #[must_use]
    pub fn with_token(&self, token: &str) -> String {
        self.with_headers(&[("x-amz-security-token", token)])
    }

    /// The canonical request with the values of `headers` in place of redacted ones: tokens, cookies and
    /// the keys of SSE-C. A name may occur twice.
    #[must_use]
    pub fn with_headers(&self, headers: &[(&str, &str)]) -> String {
        let lines: Vec<_> = self.canonical_request.split('\n').collect();
        let restored = lines.iter().map(|line| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let values: Vec<_> = headers
                .iter()
                .filter(|(given, _)| given.eq_ignore_ascii_case(name))
                .map(|(_, value)| single_spaced(value))
                .collect();
            if value.starts_with("** redacted (length=") && !values.is_empty() {
                format!("{name}:{}", values.join(","))
            } else {
                (*line).to_owned()
            }
        });
        restored.collect::<Vec<_>>().join("\n")
    }
}

/// A header value as the signer writes it: trimmed, and with single spaces.
fn single_spaced(value: &str) -> String {
    value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Hides headers, URL and response, which may contain a token.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Hides the canonical request, which may contain a token of the query.
impl fmt::Debug for SigningLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningLog").finish_non_exhaustive()
    }
}

/// Counts one attempt, and records it if the call is observed.
pub(crate) fn sending(exchange: impl FnOnce() -> Exchange) {
    // Fails outside `counting_attempts` and `observing`; then nothing is recorded.
    let _ = ATTEMPTS.try_with(|attempts| attempts.set(attempts.get() + 1));
    let _ = OBSERVED.try_with(|observed| {
        let mut observed = observed.borrow_mut();
        let signing = observed.signing.take();
        observed.exchanges.push(Exchange { signing, ..exchange() });
    });
}

/// Records the response of the last attempt, if the call is observed.
pub(crate) fn received(response: impl FnOnce() -> Response) {
    let _ = OBSERVED.try_with(|observed| {
        if let Some(exchange) = observed.borrow_mut().exchanges.last_mut() {
            exchange.response = Some(response());
        }
    });
}

/// The interceptor that sees every attempt of a service client.
#[derive(Debug)]
pub(crate) struct ObserveAttempts;

impl Intercept for ObserveAttempts {
    fn name(&self) -> &'static str {
        "ObserveAttempts"
    }

    // The SDK skips the other hooks.
    fn overridden_hooks(&self) -> OverriddenHooks {
        OverriddenHooks::READ_BEFORE_TRANSMIT | OverriddenHooks::READ_AFTER_DESERIALIZATION
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        sending(|| {
            let request = context.request();
            Exchange {
                method: request.method().to_owned(),
                url: request.uri().to_owned(),
                headers: owned(request.headers().iter()),
                body: request.body().bytes().unwrap_or_default().to_vec(),
                ..Exchange::default()
            }
        });
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        received(|| {
            let response = context.response();
            Response {
                status: response.status().as_u16(),
                headers: owned(response.headers().iter()),
                body: response.body().bytes().unwrap_or_default().to_vec(),
            }
        });
        Ok(())
    }
}

fn owned<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> Vec<(String, String)> {
    headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Receives the event in which the signer logs what it hashed.
struct SigningListener;

impl Subscriber for SigningListener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "aws_sigv4::http_request::sign"
            && metadata.fields().field("canonical_request").is_some()
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut CanonicalRequestField);
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}
    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}
    fn enter(&self, _span: &span::Id) {}
    fn exit(&self, _span: &span::Id) {}
}

struct CanonicalRequestField;

impl Visit for CanonicalRequestField {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "canonical_request" {
            let _ = OBSERVED.try_with(|observed| {
                let canonical_request = format!("{value:?}");
                observed.borrow_mut().signing = Some(SigningLog { canonical_request });
            });
        }
    }
}
