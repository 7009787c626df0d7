//! raw's HTTP client with nothing of raw's: reqwest sends copies of requests that were signed
//! beforehand; the answers are read to their end and not parsed. Another HTTP client may be faster.

use contract::Timeouts;
use reqwest::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::error::ExitError;

/// A request that was signed beforehand.
#[derive(Clone, Serialize, Deserialize)]
pub struct PreparedRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// What it was answered with.
    status: u16,
}

/// Sends the same bytes at every time.
#[derive(Debug)]
pub struct BareClient {
    client: reqwest::Client,
    /// With the status of the right answer.
    requests: Vec<(reqwest::Request, u16)>,
}

impl PreparedRequest {
    /// The request of `exchange`, if it was sent and answered.
    #[must_use]
    pub fn of(exchange: &raw::observe::Exchange) -> Option<Self> {
        let status = exchange.response.as_ref()?.head.status;
        Some(Self {
            method: exchange.method.clone(),
            url: exchange.url.clone(),
            headers: exchange.headers.clone(),
            body: exchange.body.clone(),
            status,
        })
    }

    fn into_request(self) -> Result<(reqwest::Request, u16), ExitError> {
        let unavailable = |why: String| ExitError::unavailable(format!("the bare call: {why}"));
        let url = self.url.parse().map_err(|error| unavailable(format!("{error}")))?;
        let method = self.method.parse().map_err(|error| unavailable(format!("{error}")))?;
        let mut request = reqwest::Request::new(method, url);
        for (name, value) in self.headers {
            let name: HeaderName = name.parse().map_err(|error| unavailable(format!("{error}")))?;
            let value =
                HeaderValue::try_from(value).map_err(|error| unavailable(format!("{error}")))?;
            request.headers_mut().insert(name, value);
        }
        if !self.body.is_empty() {
            *request.body_mut() = Some(self.body.into());
        }
        Ok((request, self.status))
    }
}

impl BareClient {
    /// An HTTP client with raw's settings, and what it is to send.
    ///
    /// # Errors
    /// Exit 3 where one of them is no request.
    pub fn new(requests: Vec<PreparedRequest>, timeouts: Timeouts) -> Result<Self, ExitError> {
        // A second call finds the provider already installed; that is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.attempt);
        // As raw's: a machine without root certificates can still speak plain HTTP.
        if requests.iter().all(|request| request.url.starts_with("http:")) {
            client = client.tls_certs_only([]);
        }
        let client = client
            .build()
            .map_err(|error| ExitError::unavailable(format!("the bare call: {error}")))?;
        let requests = requests.into_iter().map(PreparedRequest::into_request);
        Ok(Self { client, requests: requests.collect::<Result<_, _>>()? })
    }

    /// Sends them, one after the other, and says how many bytes of bodies came back.
    ///
    /// A client has to make a request for every call. That it copies one stands for that here.
    ///
    /// # Errors
    /// Exit 3 where one is not answered as it was before.
    pub async fn call(&self) -> Result<usize, ExitError> {
        let mut received = 0;
        let failed = |error| ExitError::unavailable(format!("the bare call failed: {error}"));
        for (request, status) in &self.requests {
            let request = request.try_clone().ok_or_else(|| {
                ExitError::unavailable("the bare call: a stream cannot be sent a second time")
            })?;
            let mut answer = self.client.execute(request).await.map_err(failed)?;
            // As raw does: or the pieces in which it comes decide how often it grows.
            let promised = answer.content_length().and_then(|length| usize::try_from(length).ok());
            let mut body = Vec::with_capacity(promised.unwrap_or_default());
            while let Some(chunk) = answer.chunk().await.map_err(failed)? {
                body.extend_from_slice(&chunk);
            }
            if answer.status() != *status {
                return Err(ExitError::unavailable(format!(
                    "the bare call was answered with {}, and not with {status}",
                    answer.status()
                )));
            }
            received += body.len();
        }
        Ok(received)
    }
}
