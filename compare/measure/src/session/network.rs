//! Proxies and root certificates. They are resolved once for both sides, which would read the variables
//! differently.

use std::{fs, path::PathBuf};

use contract::{CaBundle, Proxies, Timeouts, without_userinfo};
use url::Url;

use super::{
    credentials::{Keys, may_see_keys},
    settings::Settings,
};
use crate::{
    environment::{Environment, Origin},
    error::ExitError,
    http_client,
};

/// Proxies and certificates, and where they were set.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub(super) proxies: Option<Proxies>,
    pub(super) ca_bundle: Option<CaBundle>,
    /// Each setting and its origin: the owner of a proxy or certificate can read what is sent.
    set: Vec<(String, Origin)>,
    /// Notes for the user.
    pub(super) notes: Vec<String>,
}

impl Network {
    /// The settings for requests to `urls`.
    ///
    /// # Errors
    /// Exit 3: one of `urls` needs a proxy or certificates that cannot be used.
    pub(super) fn resolve(
        environment: &Environment,
        settings: Settings<'_>,
        urls: &[Url],
    ) -> Result<Self, ExitError> {
        let mut network = Self::default();
        network.add_proxies(environment, urls)?;
        if urls.iter().any(|url| url.scheme() == "https") {
            network.add_ca_bundle(environment, settings)?;
        }
        Ok(network)
    }

    /// Checks that the proxies and certificates may see `keys`.
    ///
    /// # Errors
    /// Exit 3: a setting and the keys come from different places.
    pub(super) fn may_see_keys(&self, keys: &Keys) -> Result<(), ExitError> {
        self.set.iter().try_for_each(|(what, origin)| may_see_keys(what, origin, &keys.origin))
    }

    fn add_proxies(&mut self, environment: &Environment, urls: &[Url]) -> Result<(), ExitError> {
        let no_proxy = environment.first(&["NO_PROXY", "no_proxy"]);
        let mut proxies = Proxies {
            no_proxy: no_proxy.as_ref().map_or(String::new(), |(_, list, _)| (*list).to_owned()),
            ..Proxies::default()
        };
        for scheme in ["http", "https"] {
            let names: &[&str] = match scheme {
                "https" => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
                // Not HTTP_PROXY: in CGI scripts a request's header sets it (httpoxy).
                _ => &["http_proxy", "ALL_PROXY", "all_proxy"],
            };
            let Some((name, text, origin)) = environment.first(names) else { continue };
            let proxy = match proxy_url(text) {
                Ok(proxy) => proxy,
                Err(why) => {
                    // With any URL, to find out which requests would use the proxy.
                    let with_proxy = Proxies {
                        http: Some(String::new()),
                        https: Some(String::new()),
                        ..proxies.clone()
                    };
                    let why = format!(
                        "the proxy in {name} ({origin}) {why}; it is not shown, because it may \
                         contain a password"
                    );
                    if urls.iter().any(|url| url.scheme() == scheme && uses(&with_proxy, url)) {
                        return Err(ExitError::unavailable(why)
                            .help("write it as http://HOST:PORT, or unset the variable"));
                    }
                    self.notes.push(format!("{why}. No {scheme} request needs it"));
                    continue;
                }
            };
            let shown = without_userinfo(&proxy);
            self.set.push((format!("the proxy ({name})"), origin.clone()));
            match scheme {
                "https" => proxies.https = Some(proxy),
                _ => proxies.http = Some(proxy),
            }
            for url in urls.iter().filter(|url| url.scheme() == scheme) {
                let host = url.host_str().unwrap_or_default();
                self.notes.push(match (uses(&proxies, url), &no_proxy) {
                    (true, _) => format!("{host} through the proxy {shown}, from {name}, {origin}"),
                    (false, Some((no_proxy, ..))) => {
                        format!("{host} without the proxy of {name}: {no_proxy} exempts it")
                    }
                    (false, None) => continue,
                });
            }
        }
        let any = proxies.http.is_some() || proxies.https.is_some();
        self.proxies = any.then_some(proxies);
        Ok(())
    }

    fn add_ca_bundle(
        &mut self,
        environment: &Environment,
        settings: Settings<'_>,
    ) -> Result<(), ExitError> {
        let variable = environment
            .get("AWS_CA_BUNDLE")
            .map(|(path, origin)| (path, "AWS_CA_BUNDLE".to_owned(), origin));
        let Some((path, by, origin)) = variable.or_else(|| settings.get("ca_bundle")) else {
            return Ok(());
        };
        let unusable = |why: String| {
            ExitError::unavailable(format!("the CA bundle {path} ({by}, {origin}) {why}"))
                .help("use a file of PEM certificates, or unset it to trust the system's")
        };
        let path = PathBuf::from(path);
        let pem = fs::read(&path).map_err(|error| unusable(format!("cannot be read: {error}")))?;
        check_certificates(&pem).map_err(unusable)?;
        self.notes.push(format!("root certificates from {}, {by}, {origin}", path.display()));
        self.set.push((format!("the CA bundle ({by})"), origin));
        self.ca_bundle = Some(CaBundle { path, pem: pem.into() });
        Ok(())
    }
}

/// Checks that an HTTP client can trust `pem`: the SDK's panics if it cannot.
fn check_certificates(pem: &[u8]) -> Result<(), String> {
    let unreadable = |error: reqwest::Error| {
        format!("contains a certificate that cannot be read: {}", http_client::last_cause(&error))
    };
    let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(unreadable)?;
    if certificates.is_empty() {
        return Err("contains no PEM certificate".to_owned());
    }
    let client = http_client::builder(Timeouts::default()).tls_certs_only(certificates).build();
    client.map(drop).map_err(unreadable)
}

fn uses(proxies: &Proxies, url: &Url) -> bool {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return false;
    };
    proxies.for_request(url.scheme(), host, port).is_some()
}

/// Parses the URL of a proxy. The scheme defaults to `http:`, as in curl and the AWS CLI.
fn proxy_url(text: &str) -> Result<String, String> {
    let text = text.trim();
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&with_scheme).map_err(|error| format!("is not a URL: {error}"))?;
    match url.scheme() {
        "http" | "https" => Ok(url.as_str().trim_end_matches('/').to_owned()),
        other => Err(format!("has the scheme `{other}`; only http and https are supported")),
    }
}

#[cfg(test)]
mod tests {
    use super::proxy_url;

    #[test]
    fn the_scheme_of_a_proxy_defaults_to_http() {
        for (text, url) in [
            ("proxy.example:3128", "http://proxy.example:3128"),
            ("me:hush@proxy.example:3128", "http://me:hush@proxy.example:3128"),
            (" http://proxy.example ", "http://proxy.example"),
            ("https://proxy.example:443/", "https://proxy.example"),
            ("[::1]:3128", "http://[::1]:3128"),
        ] {
            assert_eq!(proxy_url(text).as_deref(), Ok(url), "{text}");
        }
        for text in ["socks5://proxy.example", "http://me:hush@[", ""] {
            let why = proxy_url(text).unwrap_err();
            assert!(!why.contains("hush"), "{why}");
        }
    }
}
