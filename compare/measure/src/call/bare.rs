//! The bare call: reqwest, with raw's settings, sends copies of requests that were signed beforehand and
//! reads the responses without parsing them. Another HTTP client may be faster.

use contract::Timeouts;
use reqwest::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::{error::ExitError, http_client};

/// A request that was signed beforehand.
#[derive(Clone, Serialize, Deserialize)]
pub struct PreparedRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Status of the response it got.
    status: u16,
}

/// Sends the same bytes in every call.
#[derive(Debug)]
pub struct BareClient {
    client: reqwest::Client,
    /// Each with the status of the expected response.
    requests: Vec<(reqwest::Request, u16)>,
}

impl PreparedRequest {
    /// The request of `exchange`, if it got a response.
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
    /// A client that sends `requests`.
    ///
    /// # Errors
    /// Exit 3: a request is invalid, or the HTTP client cannot be built.
    pub fn new(requests: Vec<PreparedRequest>, timeouts: Timeouts) -> Result<Self, ExitError> {
        let mut client = http_client::builder(timeouts);
        // Like raw: plain HTTP works on a machine without root certificates.
        if requests.iter().all(|request| request.url.starts_with("http:")) {
            client = client.tls_certs_only([]);
        }
        let client = client
            .build()
            .map_err(|error| ExitError::unavailable(format!("the bare call: {error}")))?;
        let requests = requests.into_iter().map(PreparedRequest::into_request);
        Ok(Self { client, requests: requests.collect::<Result<_, _>>()? })
    }

    /// Sends the requests one after the other, and returns how many bytes the response bodies have. Copying
    /// a request stands for building one, which a client does for every call.
    ///
    /// # Errors
    /// Exit 3: a response is missing, or its status is not the expected one.
    pub async fn call(&self) -> Result<usize, ExitError> {
        let mut received = 0;
        let failed = |error| ExitError::unavailable(format!("the bare call failed: {error}"));
        for (request, status) in &self.requests {
            let request = request.try_clone().ok_or_else(|| {
                ExitError::unavailable("the bare call: a stream cannot be sent twice")
            })?;
            let mut answer = self.client.execute(request).await.map_err(failed)?;
            // Like raw: otherwise the number of chunks decides how often the buffer grows.
            let length = answer.content_length().and_then(|length| usize::try_from(length).ok());
            let mut body = Vec::with_capacity(length.unwrap_or_default());
            while let Some(chunk) = answer.chunk().await.map_err(failed)? {
                body.extend_from_slice(&chunk);
            }
            if answer.status() != *status {
                return Err(ExitError::unavailable(format!(
                    "the bare call was answered with {} instead of {status}",
                    answer.status()
                )));
            }
            received += body.len();
        }
        Ok(received)
    }
}
