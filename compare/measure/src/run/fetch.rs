//! Fetches presigned URLs of both sides with one plain HTTP client, which knows nothing of AWS.
//!
//! Anybody with the URL can use it, so it goes only to the host it was signed for: the client follows no
//! redirect and sends no `Referer`.

use contract::{Failure, Stage, Target};
use raw::sigv4::Hex;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::http_client;

/// Limit of an error response's body, in bytes. S3's error documents are far shorter.
const MAX_ERROR_BYTES: usize = 1 << 20;

/// Fetches presigned URLs.
pub(super) struct Fetcher {
    target: Target,
}

/// What the answer shows of an object.
#[derive(Debug)]
pub(super) struct Fetched {
    /// HTTP status: 200.
    pub(super) status: u16,
    /// Bytes.
    pub(super) length: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub(super) sha256: String,
}

impl Fetcher {
    /// A fetcher with the proxies, certificates, time-outs and limits of `target`.
    pub(super) fn new(target: &Target) -> Self {
        Self { target: target.clone() }
    }

    /// Builds a client for `url`. A new one for each URL, because a fetch is not timed and plain HTTP must
    /// work without root certificates.
    fn client_for(&self, url: &Url) -> reqwest::Result<reqwest::Client> {
        let Target { timeouts, proxy, ca_bundle, .. } = &self.target;
        let proxy = proxy.as_ref().and_then(|proxies| {
            proxies.for_request(url.scheme(), url.host_str()?, url.port_or_known_default()?)
        });
        let mut client = http_client::builder(*timeouts);
        if let Some(proxy) = proxy {
            client = client.proxy(reqwest::Proxy::all(proxy)?);
        }
        let needs_tls =
            url.scheme() == "https" || proxy.is_some_and(|proxy| proxy.starts_with("https:"));
        client = match ca_bundle {
            Some(bundle) if needs_tls => {
                client.tls_certs_only(reqwest::Certificate::from_pem_bundle(&bundle.pem)?)
            }
            None if needs_tls => client,
            _ => client.tls_certs_only([]),
        };
        client.build()
    }

    /// Reads the object at `url` to its end, and keeps its length and hash.
    ///
    /// # Errors
    /// The URL cannot be sent as it was signed, the response is incomplete, its status is not 200, or the
    /// object exceeds the target's limit.
    pub(super) async fn fetch(&self, url: &str) -> Result<Fetched, Failure> {
        let url = as_signed(url)?;
        let client = self.client_for(&url).map_err(|error| {
            Failure::new(Stage::Build, format!("no HTTP client can be built: {}", detail(&error)))
        })?;
        let mut response = client.get(url).send().await.map_err(|error| failed(error, None))?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(refused(status, response).await);
        }
        let (mut length, mut hash) = (0, Sha256::new());
        while let Some(chunk) =
            response.chunk().await.map_err(|error| failed(error, Some(status)))?
        {
            length += chunk.len() as u64;
            if length > self.target.limits.bytes {
                return Err(self.too_long(status));
            }
            hash.update(&chunk);
        }
        let sha256 = Hex::of(hash.finalize().into()).as_str().to_owned();
        Ok(Fetched { status, length, sha256 })
    }

    fn too_long(&self, status: u16) -> Failure {
        let text = format!(
            "the object is longer than the limit of {} bytes; choose another with --key, or raise \
             the limit with --max-bytes",
            self.target.limits.bytes
        );
        Failure { status: Some(status), ..Failure::new(Stage::Response, text) }
    }
}

/// The failure for a response whose status is not 200.
async fn refused(status: u16, mut response: reqwest::Response) -> Failure {
    let mut body = Vec::new();
    // If the body breaks off, its beginning still helps.
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ERROR_BYTES {
            body.truncate(MAX_ERROR_BYTES);
            break;
        }
    }
    let body = String::from_utf8_lossy(&body);
    let code = between(&body, "<Code>", "</Code>").filter(|_| status >= 400);
    // Without a code it is not a refusal by S3.
    let stage = if code.is_some() { Stage::Service } else { Stage::Response };
    let not_followed = if (300..400).contains(&status) {
        ", a redirect, which is not followed: the URL is signed for this host"
    } else {
        ""
    };
    Failure {
        status: Some(status),
        code,
        message: between(&body, "<Message>", "</Message>"),
        context: format!("the presigned URL yielded {status}{not_followed}: {body}"),
        ..Failure::new(stage, format!("the presigned URL yielded {status}{not_followed}"))
    }
}

/// The failure for `error`, without the URL, which contains a signature and may contain a session token.
fn failed(error: reqwest::Error, status: Option<u16>) -> Failure {
    let stage = match status {
        _ if error.is_timeout() => Stage::Timeout,
        Some(_) => Stage::Response,
        None => Stage::Dispatch,
    };
    let text = format!("the presigned URL was not fetched: {}", detail(&error.without_url()));
    Failure { status, ..Failure::new(stage, text) }
}

fn detail(error: &reqwest::Error) -> String {
    let cause = http_client::last_cause(error);
    if cause == error.to_string() { cause } else { format!("{error}: {cause}") }
}

/// Parses `url`, if the plain client will send it as it was signed. Parsing resolves the dots in
/// `a/../b`, which S3 does not.
fn as_signed(url: &str) -> Result<Url, Failure> {
    let parsed = Url::parse(url).map_err(|error| {
        Failure::new(Stage::Build, format!("there is no presigned URL: {error}"))
    })?;
    if parsed.path()
        == raw::sigv4::SignableRequest::new("GET", url).map_or("", |request| request.path)
    {
        return Ok(parsed);
    }
    Err(Failure::new(
        Stage::Build,
        "the key has a path segment of dots, which the plain client would resolve before sending; \
         choose another object with --key",
    ))
}

fn between(text: &str, open: &str, close: &str) -> Option<String> {
    let (_, rest) = text.split_once(open)?;
    rest.split_once(close).map(|(value, _)| value.to_owned())
}
