//! One HTTP attempt: the request goes out as it was signed, the answer is read to its end.
//!
//! Nothing here follows a redirect (S3's 301 names no place, and each request is signed for one
//! host), decompresses, or reads the environment.

mod assemble;
mod error;

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::OnceLock;

use contract::{CaBundle, Phase, Proxies, Target, Timeouts, without_userinfo};
use reqwest::header::HeaderMap;
use reqwest::{Certificate, Proxy, Url, redirect};

use crate::observe;
use crate::spent::Spent;

pub(crate) use assemble::assemble;
pub use error::{SendError, SendProblem};

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
    /// No more than [`LONGEST_ERROR`]: the status is an error's, or the answer too long to be used.
    Beginning,
    /// What had come when the connection, or the time for it, ended.
    BrokenOff,
}

/// Of an error's body no more is read. AWS's longest, S3's about a signature with a long session
/// token, stays far below; and whoever sends 200 MB to say no is not to be waited for.
pub const LONGEST_ERROR: usize = 1 << 20;

/// Of a success's body no more is read, and what is longer is no answer: otherwise whoever answers
/// decides how much memory a call takes.
pub const LONGEST_ANSWER: usize = 256 << 20;

/// What comes before the body.
#[derive(Debug, Clone)]
pub struct Head {
    /// HTTP status.
    pub status: u16,
    /// By lower-case name.
    pub headers: HeaderMap,
}

/// Sends requests, and keeps connections open between them.
pub(crate) struct Sender {
    timeouts: Timeouts,
    proxies: Option<Proxies>,
    ca_bundle: Option<CaBundle>,
    plain: reqwest::Client,
    /// Made when first needed: reading the system's certificates costs more than many calls over
    /// loopback, and a machine without any can still speak plain HTTP.
    trusting: OnceLock<reqwest::Client>,
}

impl Sender {
    pub(crate) fn new(target: &Target) -> Result<Self, SendError> {
        // rustls asks for one choice per process; whoever made it before has made it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let Target { timeouts, proxy: proxies, ca_bundle, .. } = target.clone();
        let plain = client(timeouts, proxies.as_ref(), Trust::Nobody)?;
        Ok(Self { timeouts, proxies, ca_bundle, plain, trusting: OnceLock::new() })
    }

    /// Sends `request`, counts it in `spent`, and reads the answer to its end or to the limits.
    pub(crate) async fn send(
        &self,
        request: reqwest::Request,
        spent: &mut Spent,
    ) -> Result<Response, SendError> {
        let _here = observe::enter(|| ());
        let client = self.client_for(request.url())?;
        spent.requests += 1;
        observe::sending(&request);
        observe::begin(Phase::Transmit);
        let failed = |url: Option<&Url>, problem, source: Option<reqwest::Error>| SendError {
            // There is none in the error of a URL that reqwest cannot read, and this it has read.
            called: url.map(|url| url.origin().ascii_serialization()).unwrap_or_default(),
            proxy: url.and_then(|url| proxy_for(self.proxies.as_ref()?, url)).map(without_userinfo),
            problem,
            answer: None,
            source: source.map(reqwest::Error::without_url),
        };
        let mut answer = match client.execute(request).await {
            Ok(answer) => answer,
            Err(error) => {
                let url = error.url().cloned();
                return Err(failed(url.as_ref(), self.problem(&error), Some(error)));
            }
        };
        observe::begin(Phase::Parse);
        let head = Head {
            status: answer.status().as_u16(),
            headers: std::mem::take(answer.headers_mut()),
        };
        let longest = if head.is_success() { LONGEST_ANSWER } else { LONGEST_ERROR };
        let left = spent.bytes_left();
        let (mut body, end) = read(&mut answer, longest.min(left)).await;
        spent.read(body.len());
        let (extent, broken) = match end {
            Ok(Extent::Beginning) if head.is_success() => {
                body.truncate(LONGEST_ERROR);
                let problem = if left < longest {
                    SendProblem::CallTooLong(spent.limits().bytes)
                } else {
                    SendProblem::BodyTooLong(longest)
                };
                (Extent::Beginning, Some((problem, None)))
            }
            Ok(extent) => (extent, None),
            Err(error) => {
                let (received, after) = (body.len(), self.timeouts.attempt);
                let problem = if error.is_timeout() {
                    SendProblem::BodyTimeout { received, after }
                } else {
                    SendProblem::BodyCut(received)
                };
                (Extent::BrokenOff, Some((problem, Some(error))))
            }
        };
        let response = Response { head, body, extent };
        observe::received(&response);
        match broken {
            None => Ok(response),
            Some((problem, error)) => {
                let url = answer.url();
                Err(SendError {
                    answer: Some(Box::new(response)),
                    ..failed(Some(url), problem, error)
                })
            }
        }
    }

    fn client_for(&self, url: &Url) -> Result<&reqwest::Client, SendError> {
        let proxy = self.proxies.as_ref().and_then(|proxies| proxy_for(proxies, url));
        let proxy_speaks_tls = proxy.is_some_and(|proxy| proxy.starts_with("https:"));
        if url.scheme() == "http" && !proxy_speaks_tls {
            return Ok(&self.plain);
        }
        if let Some(client) = self.trusting.get() {
            return Ok(client);
        }
        let trust = self.ca_bundle.as_ref().map_or(Trust::SystemRoots, Trust::Bundle);
        let client = client(self.timeouts, self.proxies.as_ref(), trust)?;
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
}

/// The body of `answer`, or its first `longest` bytes, or what came of it before the error.
async fn read(
    answer: &mut reqwest::Response,
    longest: usize,
) -> (Vec<u8>, Result<Extent, reqwest::Error>) {
    let promised = answer.content_length().and_then(|length| usize::try_from(length).ok());
    let mut body = Vec::with_capacity(promised.unwrap_or(0).min(MOST_TO_RESERVE).min(longest));
    let end = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if chunk.len() > longest - body.len() => {
                body.extend_from_slice(&chunk[..longest - body.len()]);
                break Ok(Extent::Beginning);
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break Ok(Extent::Whole),
            Err(error) => break Err(error),
        }
    };
    (body, end)
}

/// Beyond that, what a header promises is believed as it comes.
const MOST_TO_RESERVE: usize = 16 << 20;

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

/// Whom a connection may trust.
#[derive(Clone, Copy)]
enum Trust<'a> {
    SystemRoots,
    /// These alone.
    Bundle(&'a CaBundle),
    Nobody,
}

fn client(
    timeouts: Timeouts,
    proxies: Option<&Proxies>,
    trust: Trust<'_>,
) -> Result<reqwest::Client, SendError> {
    let build = || {
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.attempt);
        if let Some(proxies) = proxies.cloned() {
            // A function's URL that cannot be read would be passed over, and the proxy with it.
            for url in [&proxies.http, &proxies.https].into_iter().flatten() {
                Proxy::all(url)?;
            }
            let through = move |url: &Url| proxy_for(&proxies, url).map(str::to_owned);
            builder = builder.proxy(Proxy::custom(through));
        }
        match trust {
            Trust::SystemRoots => builder,
            Trust::Bundle(bundle) => {
                builder.tls_certs_only(Certificate::from_pem_bundle(&bundle.pem)?)
            }
            Trust::Nobody => builder.tls_certs_only([]),
        }
        .build()
    };
    build().map_err(|source| SendError {
        called: String::new(),
        proxy: None,
        problem: SendProblem::Setup,
        answer: None,
        source: Some(source),
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

fn proxy_for<'p>(proxies: &'p Proxies, url: &Url) -> Option<&'p str> {
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    proxies.for_request(url.scheme(), host, port)
}

#[cfg(test)]
mod tests {
    use super::{Extent, read};

    #[tokio::test]
    async fn a_body_is_read_to_its_end_or_to_the_limit() {
        for (longest, expected, extent) in [
            (7, "a body", Extent::Whole),
            (6, "a body", Extent::Whole),
            (5, "a bod", Extent::Beginning),
        ] {
            let mut answer = reqwest::Response::from(hyper::Response::new("a body"));
            let (body, end) = read(&mut answer, longest).await;
            assert_eq!((&body[..], end.unwrap()), (expected.as_bytes(), extent));
        }
    }
}
