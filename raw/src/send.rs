//! One HTTP attempt: the request goes out as it was signed, the answer is read to its end.
//!
//! Nothing here follows a redirect (S3's 301 names no place, and each request is signed for one
//! host), decompresses, or reads the environment.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use contract::{Phase, Stage, Target, Timeouts};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Proxy, Url, redirect};

use crate::observe;
use crate::request::{BuildError, Request};

/// What came back.
#[derive(Clone)]
pub struct Response {
    /// Status and headers.
    pub head: Head,
    /// All of it, or its beginning: [`Response::extent`] says which.
    pub body: Vec<u8>,
    /// How much of the body this is.
    pub extent: Extent,
}

/// Not the body: it may be long, and may quote a session token.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("head", &self.head)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("extent", &self.extent)
            .finish()
    }
}

/// How much of a body was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All that was to come.
    Whole,
    /// No more than [`LONGEST_ERROR`], because the status is an error's.
    Beginning,
    /// What had come when the connection, or the time for it, ended.
    BrokenOff,
}

/// Of an error's body no more is read. AWS's longest, S3's about a signature with a long session
/// token, stays far below; and whoever sends 200 MB to say no is not to be waited for.
pub const LONGEST_ERROR: usize = 1 << 20;

/// What comes before the body.
#[derive(Debug, Clone)]
pub struct Head {
    /// HTTP status.
    pub status: u16,
    /// By lower-case name.
    pub headers: HeaderMap,
}

/// Why there is no answer, or no whole one.
#[derive(Debug)]
pub struct SendError {
    /// Who was called, and through whom.
    pub called: String,
    /// What went wrong.
    pub problem: SendProblem,
    /// What had come of an answer by then.
    pub answer: Option<Box<Response>>,
    /// What the HTTP client says, with the system's and the TLS library's words below.
    source: reqwest::Error,
}

/// What can go wrong between two hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendProblem {
    /// The HTTP client could not be set up: bad proxy, or no root certificates.
    Setup,
    /// The name has no address.
    Unresolved,
    /// Nobody took the connection.
    NoConnection,
    /// The connection stands, but not its encryption.
    NoTls,
    /// The connection took longer than this.
    ConnectTimeout(Duration),
    /// The connection ended before an answer began.
    Closed,
    /// No answer for so long.
    Timeout(Duration),
    /// Something came that is not HTTP.
    NotHttp,
    /// The body ended after so many bytes, and not as the headers promised.
    BodyCut(usize),
    /// The body did not end in time.
    BodyTimeout {
        /// Bytes that came.
        received: usize,
        /// The limit.
        after: Duration,
    },
}

/// Sends requests, and keeps connections open between them.
pub(crate) struct Sender {
    timeouts: Timeouts,
    proxy: Option<String>,
    plain: reqwest::Client,
    /// Made when first needed: reading the system's certificates costs more than many calls over
    /// loopback, and a machine without any can still speak plain HTTP.
    trusting: OnceLock<reqwest::Client>,
}

impl Sender {
    pub(crate) fn new(target: &Target) -> Result<Self, SendError> {
        // rustls asks for one choice per process; whoever made it before has made it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (timeouts, proxy) = (target.timeouts, target.proxy.clone());
        let plain = client(timeouts, proxy.as_deref(), Trust::Nobody)?;
        Ok(Self { timeouts, proxy, plain, trusting: OnceLock::new() })
    }

    /// Sends `request`, counts it in `requests`, and reads the answer to its end.
    pub(crate) async fn send(
        &self,
        request: reqwest::Request,
        requests: &mut u32,
    ) -> Result<Response, SendError> {
        // Put into words on failure only.
        let url = request.url().clone();
        let client = self.client_for(&url)?;
        *requests += 1;
        observe::sending(&request);
        observe::begin(Phase::Transmit);
        let failed = |problem, source: reqwest::Error| SendError {
            called: self.called(&url),
            problem,
            answer: None,
            source: source.without_url(),
        };
        let mut answer = match client.execute(request).await {
            Ok(answer) => answer,
            Err(error) => return Err(failed(self.problem(&error), error)),
        };
        observe::begin(Phase::Parse);
        let head = Head {
            status: answer.status().as_u16(),
            headers: std::mem::take(answer.headers_mut()),
        };
        let promised = answer.content_length().and_then(|length| usize::try_from(length).ok());
        let longest = if head.is_success() { usize::MAX } else { LONGEST_ERROR };
        let mut body = Vec::with_capacity(promised.unwrap_or(0).min(MOST_TO_RESERVE).min(longest));
        let extent = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if chunk.len() > longest - body.len() => {
                    body.extend_from_slice(&chunk[..longest - body.len()]);
                    break Extent::Beginning;
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break Extent::Whole,
                Err(error) => {
                    let (received, after) = (body.len(), self.timeouts.attempt);
                    let problem = if error.is_timeout() {
                        SendProblem::BodyTimeout { received, after }
                    } else {
                        SendProblem::BodyCut(received)
                    };
                    let answer = Response { head, body, extent: Extent::BrokenOff };
                    observe::received(&answer);
                    let answer = Some(Box::new(answer));
                    return Err(SendError { answer, ..failed(problem, error) });
                }
            }
        };
        let response = Response { head, body, extent };
        observe::received(&response);
        Ok(response)
    }

    fn client_for(&self, url: &Url) -> Result<&reqwest::Client, SendError> {
        let proxy_speaks_tls = self.proxy.as_ref().is_some_and(|url| url.starts_with("https:"));
        if url.scheme() == "http" && !proxy_speaks_tls {
            return Ok(&self.plain);
        }
        if let Some(client) = self.trusting.get() {
            return Ok(client);
        }
        let client = client(self.timeouts, self.proxy.as_deref(), Trust::SystemRoots)?;
        Ok(self.trusting.get_or_init(|| client))
    }

    fn problem(&self, error: &reqwest::Error) -> SendProblem {
        if error.is_timeout() && error.is_connect() {
            SendProblem::ConnectTimeout(self.timeouts.connect)
        } else if error.is_timeout() {
            SendProblem::Timeout(self.timeouts.attempt)
        } else if error.is_dns() {
            SendProblem::Unresolved
        } else if causes(error).any(is_tls_error) {
            SendProblem::NoTls
        } else if error.is_connect() {
            SendProblem::NoConnection
        } else if causes(error)
            .any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse))
        {
            SendProblem::NotHttp
        } else {
            SendProblem::Closed
        }
    }

    fn called(&self, url: &Url) -> String {
        let origin = url.origin().ascii_serialization();
        match self.proxy.as_deref().map(without_userinfo) {
            Some(proxy) => format!("{origin} (through the proxy {proxy})"),
            None => origin,
        }
    }
}

/// Beyond that, what a header promises is believed as it comes.
const MOST_TO_RESERVE: usize = 16 << 20;

/// `request` with `signature`, the headers that signing added, for the HTTP client.
///
/// # Errors
/// The client is built on WHATWG URLs, which resolve dot segments however they are spelled, and know
/// fewer host names than DNS. What would be sent otherwise than signed is not sent at all.
pub(crate) fn assemble<'h>(
    request: &Request,
    signature: impl Iterator<Item = (&'static str, &'h str)>,
) -> Result<reqwest::Request, BuildError> {
    let signed = request.url();
    let url = match Url::parse(&signed) {
        Ok(url) if url.as_str() == signed => url,
        Ok(other) => {
            let reason = format!("it would send {:?}", other.as_str());
            return Err(BuildError::Unsendable { url: signed, reason });
        }
        Err(error) => {
            return Err(BuildError::Unsendable { url: signed, reason: error.to_string() });
        }
    };
    let method = if request.method == "POST" { Method::POST } else { Method::GET };
    let mut assembled = reqwest::Request::new(method, url);
    for (name, value) in request.headers.iter().copied().chain(signature) {
        let value = HeaderValue::from_str(value).map_err(|_| BuildError::Header { name })?;
        assembled.headers_mut().insert(HeaderName::from_static(name), value);
    }
    if !request.body.is_empty() {
        *assembled.body_mut() = Some(request.body.clone().into());
    }
    Ok(assembled)
}

impl Head {
    /// Whether the status is one of success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header's value, where it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What AWS support asks for: S3's `x-amz-request-id`, everybody else's `x-amzn-requestid`.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-amz-request-id").or_else(|| self.header("x-amzn-requestid"))
    }

    /// S3's second id.
    #[must_use]
    pub fn host_id(&self) -> Option<&str> {
        self.header("x-amz-id-2")
    }
}

impl SendError {
    /// How far the call came.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.problem {
            SendProblem::Setup => Stage::Build,
            SendProblem::Unresolved
            | SendProblem::NoConnection
            | SendProblem::NoTls
            | SendProblem::Closed => Stage::Dispatch,
            SendProblem::ConnectTimeout(_)
            | SendProblem::Timeout(_)
            | SendProblem::BodyTimeout { .. } => Stage::Timeout,
            SendProblem::NotHttp | SendProblem::BodyCut(_) => Stage::Response,
        }
    }
}

/// Says the innermost cause too: an error that is printed alone has to be of use.
impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (called, source) = (&self.called, &self.source);
        let cause = causes(source).last().map_or_else(|| source.to_string(), ToString::to_string);
        let head = self.answer.as_ref().map(|answer| &answer.head);
        let promised = head.and_then(|head| head.header("content-length"));
        let promised = promised.map(|length| format!(" of {length}")).unwrap_or_default();
        match self.problem {
            SendProblem::Setup => write!(f, "the HTTP client cannot be set up: {cause}"),
            SendProblem::Unresolved => write!(f, "the host of {called} is not found: {cause}"),
            SendProblem::NoConnection => write!(f, "no connection to {called}: {cause}"),
            SendProblem::NoTls => write!(f, "no TLS session with {called}: {cause}"),
            SendProblem::ConnectTimeout(after) => {
                write!(f, "no connection to {called} within {after:?}")
            }
            SendProblem::Closed => {
                write!(f, "{called} ended the connection without an answer: {cause}")
            }
            SendProblem::Timeout(after) => write!(f, "no answer from {called} within {after:?}"),
            SendProblem::NotHttp => write!(f, "what {called} answered is not HTTP: {cause}"),
            SendProblem::BodyCut(received) => write!(
                f,
                "the answer of {called} broke off after {received}{promised} bytes of its body: {cause}"
            ),
            SendProblem::BodyTimeout { received, after } => write!(
                f,
                "the answer of {called} did not end within {after:?}: {received}{promised} bytes of \
                 its body had come"
            ),
        }
    }
}

impl StdError for SendError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.source)
    }
}

/// Whom a connection may trust.
#[derive(Clone, Copy)]
enum Trust {
    SystemRoots,
    Nobody,
}

fn client(
    timeouts: Timeouts,
    proxy: Option<&str>,
    trust: Trust,
) -> Result<reqwest::Client, SendError> {
    let build = || {
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.attempt);
        if let Some(proxy) = proxy {
            builder = builder.proxy(Proxy::all(proxy)?);
        }
        if let Trust::Nobody = trust {
            builder = builder.tls_certs_only([]);
        }
        builder.build()
    };
    build().map_err(|source| SendError {
        called: String::new(),
        problem: SendProblem::Setup,
        answer: None,
        source,
    })
}

fn causes<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// `io::Error` hides what it wraps from `source`, so it is asked for it.
fn is_tls_error(cause: &(dyn StdError + 'static)) -> bool {
    cause.is::<rustls::Error>()
        || cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .is_some_and(|inner| is_tls_error(inner))
}

/// A proxy's URL may carry a password.
fn without_userinfo(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
            if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
        }
        None => url.to_owned(),
    }
}
