//! The fetch of a presigned URL by one plain HTTP client, which knows nothing of AWS: for both sides.
//!
//! The URL is as good as a key, so it goes to the host it was signed for and nowhere else: no redirect
//! is followed, and no `Referer` names it.

use contract::{Failure, Stage, Target};
use raw::sigv4::Hex;
use sha2::{Digest as _, Sha256};
use url::Url;

/// Longest answer that is kept, in bytes, where the status is not 200. S3's error documents are far
/// shorter.
const LONGEST_ERROR: usize = 1 << 20;

/// Fetches presigned URLs.
pub(super) struct Fetcher {
    target: Target,
    /// Longest object that is read, in bytes.
    longest: u64,
}

/// An object, as far as it is shown.
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
    /// A fetcher under the proxies, certificates, time-outs and limits of `target`.
    pub(super) fn new(target: &Target) -> Self {
        Self { target: target.clone(), longest: target.limits.bytes }
    }

    /// A client for `url`. It is made anew for each: a fetch is not timed, and a machine without root
    /// certificates can fetch over plain HTTP.
    fn client_for(&self, url: &Url) -> reqwest::Result<reqwest::Client> {
        let Target { timeouts, proxy, ca_bundle, .. } = &self.target;
        let proxy = proxy.as_ref().and_then(|proxies| {
            proxies.for_request(url.scheme(), url.host_str()?, url.port_or_known_default()?)
        });
        let mut client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.attempt);
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

    /// Reads the object at `url` to its end, keeping only its length and its hash.
    ///
    /// # Errors
    /// A [`Failure`] where the URL cannot be sent as it was signed, where no whole answer came, where
    /// its status is not 200, or where the object is longer than the target's limit.
    pub(super) async fn fetch(&self, url: &str) -> Result<Fetched, Failure> {
        let url = as_signed(url)?;
        let client = self.client_for(&url).map_err(|error| {
            Failure::new(Stage::Build, format!("no HTTP client can be made: {}", innermost(&error)))
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
            if length > self.longest {
                return Err(self.too_long(status));
            }
            hash.update(&chunk);
        }
        let sha256 = Hex::of(hash.finalize().into()).as_str().to_owned();
        Ok(Fetched { status, length, sha256 })
    }

    fn too_long(&self, status: u16) -> Failure {
        let text = format!(
            "the object is longer than the {} bytes that are read of one; --key names another \
             object, --max-bytes sets the limit",
            self.longest
        );
        Failure { status: Some(status), ..Failure::new(Stage::Response, text) }
    }
}

/// What an answer with another status than 200 says.
async fn refused(status: u16, mut response: reqwest::Response) -> Failure {
    let mut body = Vec::new();
    // Half a document still says more than nothing: an error that ends it is no other failure.
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ERROR {
            body.truncate(LONGEST_ERROR);
            break;
        }
    }
    let body = String::from_utf8_lossy(&body);
    let code = between(&body, "<Code>", "</Code>").filter(|_| status >= 400);
    // Without a code it is not S3's no, but no usable answer.
    let stage = if code.is_some() { Stage::Service } else { Stage::Response };
    let not_followed = if (300..400).contains(&status) {
        ", a redirect: it is not followed, because the URL carries a signature for this host"
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

/// Without the URL, which carries a signature and may carry a session token.
fn failed(error: reqwest::Error, status: Option<u16>) -> Failure {
    let stage = match status {
        _ if error.is_timeout() => Stage::Timeout,
        Some(_) => Stage::Response,
        None => Stage::Dispatch,
    };
    let text = format!("the presigned URL was not fetched: {}", innermost(&error.without_url()));
    Failure { status, ..Failure::new(stage, text) }
}

/// The error and its last cause, which says most.
fn innermost(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.last().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// The URL as the plain client takes it, if that is the URL that was signed: it would resolve the
/// dots in `a/../b`, which S3 does not.
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
        "the key has dots as a part of its path, which the plain client would resolve before it \
         sends the URL; --key names another object",
    ))
}

fn between(text: &str, open: &str, close: &str) -> Option<String> {
    let (_, rest) = text.split_once(open)?;
    rest.split_once(close).map(|(value, _)| value.to_owned())
}
