//! The SDK's HTTP client, with the proxies and certificates of the target.

use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use contract::{CaBundle, Failure, Proxies, Stage};

/// Whether any connection may be encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    /// Yes; root certificates are read.
    Needed,
    /// No; root certificates are not read. A debug build of the SDK's connector panics when it reads
    /// them on a machine that has none.
    Unused,
}

/// An HTTP client of the SDK on rustls and ring, which raw uses too. If there are proxies, the URL of
/// each request decides which connector it takes.
pub(crate) fn http_client(
    proxies: Option<&Proxies>,
    ca_bundle: Option<&CaBundle>,
    tls: Tls,
) -> Result<SharedHttpClient, Failure> {
    let provider = Provider::Rustls(CryptoMode::Ring);
    let trusted = match (tls, ca_bundle) {
        (Tls::Unused, _) => TrustStore::empty(),
        (Tls::Needed, None) => TrustStore::default(),
        (Tls::Needed, Some(bundle)) => {
            TrustStore::empty().with_pem_certificate(bundle.pem.to_vec())
        }
    };
    let context = TlsContext::builder().with_trust_store(trusted).build().map_err(|error| {
        Failure::new(Stage::Build, format!("the SDK cannot set up TLS: {error}"))
    })?;
    let builder = || Builder::new().tls_provider(provider.clone()).tls_context(context.clone());
    let Some(proxies) = proxies else { return Ok(builder().build_https()) };
    let through = |url: &Option<String>| {
        let Some(url) = url else { return Ok(None) };
        let proxy = ProxyConfig::all(url.as_str()).map_err(|_| {
            let url = contract::without_userinfo(url);
            Failure::new(Stage::Build, format!("the proxy's URL `{url}` cannot be used"))
        })?;
        let (provider, context) = (provider.clone(), context.clone());
        Ok::<_, Failure>(Some(Builder::new().build_with_connector_fn(
            move |settings, components| {
                let mut connector = Connector::builder()
                    .proxy_config(proxy.clone())
                    .tls_provider(provider.clone())
                    .tls_context(context.clone());
                connector.set_connector_settings(settings.cloned());
                connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
                connector.build()
            },
        )))
    };
    Ok(SharedHttpClient::new(PerRequest {
        direct: builder().build_https(),
        http: through(&proxies.http)?,
        https: through(&proxies.https)?,
        proxies: proxies.clone(),
    }))
}

/// HTTP clients or connectors, one of which is chosen for each request.
#[derive(Debug)]
struct PerRequest<T> {
    direct: T,
    /// Uses the proxy for `http:` URLs.
    http: Option<T>,
    /// Uses the proxy for `https:` URLs.
    https: Option<T>,
    proxies: Proxies,
}

impl HttpClient for PerRequest<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = |client: &SharedHttpClient| client.http_connector(settings, components);
        SharedHttpConnector::new(PerRequest {
            direct: connector(&self.direct),
            http: self.http.as_ref().map(connector),
            https: self.https.as_ref().map(connector),
            proxies: self.proxies.clone(),
        })
    }
}

impl HttpConnector for PerRequest<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let through = reqwest::Url::parse(request.uri()).ok().and_then(|url| {
            let (host, port) = (url.host_str()?, url.port_or_known_default()?);
            self.proxies.for_request(url.scheme(), host, port)?;
            if url.scheme() == "https" { self.https.as_ref() } else { self.http.as_ref() }
        });
        through.unwrap_or(&self.direct).call(request)
    }
}
