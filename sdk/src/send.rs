//! The HTTP client for calls without a service client.

use std::sync::OnceLock;

use contract::{Failure, Proxies, Stage, Target};

use crate::{connector::Tls, error::from_error};

/// HTTP clients with the time-outs, proxies and certificates of the target.
#[derive(Debug)]
pub(crate) struct HttpClients {
    target: Target,
    plain: reqwest::Client,
    /// Built on first use, so that plain HTTP works on a machine without root certificates.
    tls: OnceLock<reqwest::Client>,
}

impl HttpClients {
    /// Clients for `target`.
    ///
    /// # Errors
    /// A failure of stage `build` if the URL of a proxy is invalid.
    pub(crate) fn new(target: &Target) -> Result<Self, Failure> {
        let plain = http_client(target, Trust::None)?;
        Ok(Self { target: target.clone(), plain, tls: OnceLock::new() })
    }

    /// Whether requests to `url` need TLS.
    ///
    /// # Errors
    /// As [`HttpClients::client_for`].
    pub(crate) fn tls_for(&self, url: &reqwest::Url) -> Result<Tls, Failure> {
        self.client_for(url)?;
        Ok(if needs_tls(&self.target, url) { Tls::Needed } else { Tls::Unused })
    }

    /// The client for `url`.
    ///
    /// # Errors
    /// A failure of stage `build` if `url` needs TLS and there are no usable root certificates.
    pub(crate) fn client_for(&self, url: &reqwest::Url) -> Result<&reqwest::Client, Failure> {
        if !needs_tls(&self.target, url) {
            return Ok(&self.plain);
        }
        if let Some(client) = self.tls.get() {
            return Ok(client);
        }
        let client = http_client(&self.target, Trust::Roots)?;
        Ok(self.tls.get_or_init(|| client))
    }
}

/// Whether a request to `url` is encrypted, to the host or to the proxy.
fn needs_tls(target: &Target, url: &reqwest::Url) -> bool {
    let proxy = target.proxy.as_ref().and_then(|proxies| proxy_for(proxies, url));
    url.scheme() == "https" || proxy.is_some_and(|proxy| proxy.starts_with("https:"))
}

fn proxy_for<'p>(proxies: &'p Proxies, url: &reqwest::Url) -> Option<&'p str> {
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    proxies.for_request(url.scheme(), host, port)
}

/// The root certificates to trust.
#[derive(Clone, Copy)]
enum Trust {
    /// The target's bundle, or the system's certificates.
    Roots,
    None,
}

fn http_client(target: &Target, trust: Trust) -> Result<reqwest::Client, Failure> {
    let failed = |error: reqwest::Error| {
        let failure = from_error(Stage::Build, &error);
        let hint = match trust {
            Trust::None => "is the URL of the proxy valid?",
            Trust::Roots => {
                "are there root certificates (of the system, in SSL_CERT_FILE or AWS_CA_BUNDLE)?"
            }
        };
        let display = format!("the HTTP client cannot be built; {hint} {}", failure.context);
        Failure { display, ..failure }
    };
    // A second call finds ring already installed; that is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(target.timeouts.connect)
        .timeout(target.timeouts.attempt);
    if let Some(proxies) = target.proxy.clone() {
        // An invalid URL from the closure below would be ignored, and the request sent directly.
        for url in [&proxies.http, &proxies.https].into_iter().flatten() {
            reqwest::Proxy::all(url).map_err(failed)?;
        }
        let through = move |url: &reqwest::Url| proxy_for(&proxies, url).map(str::to_owned);
        client = client.proxy(reqwest::Proxy::custom(through));
    }
    client = match (trust, &target.ca_bundle) {
        (Trust::None, _) => client.tls_certs_only([]),
        (Trust::Roots, None) => client,
        (Trust::Roots, Some(bundle)) => client
            .tls_certs_only(reqwest::Certificate::from_pem_bundle(&bundle.pem).map_err(failed)?),
    };
    client.build().map_err(failed)
}
