//! One HTTP attempt: sends a request as it was signed and reads the response to its end.
//!
//! Nothing here follows redirects (a signature is valid for one host, and the 301 of S3 has no `Location`),
//! decompresses bodies or reads the environment.

mod assemble;
mod error;

use std::error::Error as StdError;
use std::io;
use std::sync::OnceLock;

use contract::{CaBundle, Phase, Proxies, Target, Timeouts, without_userinfo};
use reqwest::{Certificate, Proxy, Url, redirect};

use crate::observe;
use crate::response::{Extent, Head, MAX_BODY, MAX_ERROR_BODY, Response};
use crate::usage::Usage;

pub(crate) use assemble::assemble;
pub use error::{SendError, SendErrorKind};

/// The most that is reserved for a body because its Content-Length promises it.
const MAX_RESERVED: usize = 16 << 20;

/// Sends requests, and keeps connections open between them.
pub(crate) struct Sender {
    timeouts: Timeouts,
    proxies: Option<Proxies>,
    ca_bundle: Option<CaBundle>,
    plain: reqwest::Client,
    /// The client for TLS. It is built when it is first needed: reading the system's certificates takes
    /// longer than many calls over loopback, and a machine without certificates can still use HTTP.
    tls: OnceLock<reqwest::Client>,
}

impl Sender {
    pub(crate) fn new(target: &Target) -> Result<Self, SendError> {
        // rustls wants one provider per process. A second call finds it installed, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let Target { timeouts, proxy: proxies, ca_bundle, .. } = target.clone();
        let plain = http_client(timeouts, proxies.as_ref(), Trust::Nothing)?;
        Ok(Self { timeouts, proxies, ca_bundle, plain, tls: OnceLock::new() })
    }

    /// Sends `request`, counts it in `usage`, and reads the response to its end or to the limits.
    pub(crate) async fn send(
        &self,
        request: reqwest::Request,
        usage: &mut Usage,
    ) -> Result<Response, SendError> {
        let _here = observe::enter(|| ());
        let client = self.client_for(request.url())?;
        usage.requests += 1;
        observe::sending(&request);
        observe::begin(Phase::Transmit);
        let mut response = match client.execute(request).await {
            Ok(response) => response,
            Err(error) => {
                let url = error.url().cloned();
                return Err(self.error(url.as_ref(), self.error_kind(&error), Some(error)));
            }
        };
        observe::begin(Phase::Parse);
        let head = Head {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
        };
        let max = if head.is_success() { MAX_BODY } else { MAX_ERROR_BODY };
        let left = usage.bytes_left();
        let (mut body, end) = read_body(&mut response, max.min(left)).await;
        usage.count_bytes(body.len());
        let (extent, failure) = match end {
            Ok(Extent::Beginning) if head.is_success() => {
                body.truncate(MAX_ERROR_BODY);
                let kind = if left < max {
                    SendErrorKind::CallTooLong(usage.limits().bytes)
                } else {
                    SendErrorKind::BodyTooLong(max)
                };
                (Extent::Beginning, Some((kind, None)))
            }
            Ok(extent) => (extent, None),
            Err(error) => {
                let kind = self.body_error_kind(&error, body.len());
                (Extent::BrokenOff, Some((kind, Some(error))))
            }
        };
        let received = Response { head, body, extent };
        observe::received(&received);
        match failure {
            None => Ok(received),
            Some((kind, source)) => {
                let error = self.error(Some(response.url()), kind, source);
                Err(SendError { response: Some(Box::new(received)), ..error })
            }
        }
    }

    fn client_for(&self, url: &Url) -> Result<&reqwest::Client, SendError> {
        let proxy = self.proxies.as_ref().and_then(|proxies| proxy_for(proxies, url));
        let proxy_uses_tls = proxy.is_some_and(|proxy| proxy.starts_with("https:"));
        if url.scheme() == "http" && !proxy_uses_tls {
            return Ok(&self.plain);
        }
        if let Some(client) = self.tls.get() {
            return Ok(client);
        }
        let trust = self.ca_bundle.as_ref().map_or(Trust::SystemRoots, Trust::Bundle);
        let client = http_client(self.timeouts, self.proxies.as_ref(), trust)?;
        Ok(self.tls.get_or_init(|| client))
    }

    fn error(
        &self,
        url: Option<&Url>,
        kind: SendErrorKind,
        source: Option<reqwest::Error>,
    ) -> SendError {
        SendError {
            // reqwest's error lacks the URL only if it could not be parsed, and this one was.
            origin: url.map(|url| url.origin().ascii_serialization()).unwrap_or_default(),
            proxy: url.and_then(|url| proxy_for(self.proxies.as_ref()?, url)).map(without_userinfo),
            kind,
            response: None,
            source: source.map(reqwest::Error::without_url),
        }
    }

    fn error_kind(&self, error: &reqwest::Error) -> SendErrorKind {
        if error.is_timeout() && error.is_connect() {
            SendErrorKind::ConnectTimeout(self.timeouts.connect)
        } else if error.is_timeout() {
            SendErrorKind::Timeout(self.timeouts.attempt)
        } else if error.is_dns() {
            SendErrorKind::HostNotFound
        } else if causes(error).any(is_tls_error) {
            SendErrorKind::NoTls
        } else if error.is_connect() {
            SendErrorKind::NoConnection
        } else if causes(error)
            .any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse))
        {
            SendErrorKind::NotHttp
        } else {
            SendErrorKind::Closed
        }
    }

    fn body_error_kind(&self, error: &reqwest::Error, received: usize) -> SendErrorKind {
        if error.is_timeout() {
            SendErrorKind::BodyTimeout { received, after: self.timeouts.attempt }
        } else {
            SendErrorKind::BodyCut(received)
        }
    }
}

/// Reads the body of `response` to its end or to `max` bytes. After an error, returns what arrived
/// before it as well.
async fn read_body(
    response: &mut reqwest::Response,
    max: usize,
) -> (Vec<u8>, Result<Extent, reqwest::Error>) {
    let promised = response.content_length().and_then(|length| usize::try_from(length).ok());
    let mut body = Vec::with_capacity(promised.unwrap_or(0).min(MAX_RESERVED).min(max));
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if chunk.len() > max - body.len() => {
                body.extend_from_slice(&chunk[..max - body.len()]);
                break Ok(Extent::Beginning);
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break Ok(Extent::Whole),
            Err(error) => break Err(error),
        }
    };
    (body, end)
}

/// The certificate authorities that a connection trusts.
#[derive(Clone, Copy)]
enum Trust<'a> {
    SystemRoots,
    /// Only these.
    Bundle(&'a CaBundle),
    Nothing,
}

fn http_client(
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
            // `Proxy::custom` would ignore an invalid URL, and the request would bypass the proxy.
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
            Trust::Nothing => builder.tls_certs_only([]),
        }
        .build()
    };
    build().map_err(|source| SendError {
        origin: String::new(),
        proxy: None,
        kind: SendErrorKind::Setup,
        response: None,
        source: Some(source),
    })
}

fn causes<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// Looks into an `io::Error` too, whose `source` skips the error that it wraps.
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
    use super::read_body;
    use crate::response::Extent;

    #[tokio::test]
    async fn a_body_is_read_to_its_end_or_to_the_limit() {
        for (max, expected, extent) in [
            (7, "a body", Extent::Whole),
            (6, "a body", Extent::Whole),
            (5, "a bod", Extent::Beginning),
        ] {
            let mut response = reqwest::Response::from(hyper::Response::new("a body"));
            let (body, end) = read_body(&mut response, max).await;
            assert_eq!((&body[..], end.unwrap()), (expected.as_bytes(), extent));
        }
    }
}
