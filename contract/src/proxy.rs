//! Proxies, the hosts that are called directly, and the root certificates.

use std::{fmt, net::IpAddr, path::PathBuf, sync::Arc};

/// The proxies of the environment, as URLs. Scheme and host of each request decide which one it takes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For `http:` URLs.
    pub http: Option<String>,
    /// For `https:` URLs.
    pub https: Option<String>,
    /// Hosts to call directly, in the form of `NO_PROXY`: host names (with their subdomains), addresses
    /// and networks, separated by commas or spaces; or `*`.
    pub no_proxy: String,
}

/// Root certificates that replace the system's.
#[derive(Clone, PartialEq, Eq)]
pub struct CaBundle {
    /// The file that contains them.
    pub path: PathBuf,
    /// The content of the file: PEM certificates.
    pub pem: Arc<[u8]>,
}

impl Proxies {
    /// The URL of the proxy for a request, or `None` for a direct connection. `host` may be an IPv6
    /// address in brackets.
    #[must_use]
    pub fn for_request(&self, scheme: &str, host: &str, port: u16) -> Option<&str> {
        let proxy = if scheme == "https" { &self.https } else { &self.http };
        proxy.as_deref().filter(|_| !is_exempt(&self.no_proxy, host, port))
    }
}

/// Shows the URLs without user names and passwords.
impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |url: &Option<String>| url.as_deref().map(without_userinfo);
        f.debug_struct("Proxies")
            .field("http", &shown(&self.http))
            .field("https", &shown(&self.https))
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}

impl fmt::Debug for CaBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaBundle({}, {} bytes)", self.path.display(), self.pem.len())
    }
}

/// `url` without user name and password, to display it.
#[must_use]
pub fn without_userinfo(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
            if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
        }
        None => url.to_owned(),
    }
}

/// Whether `list` contains the host, by curl's rules
/// (<https://curl.se/libcurl/c/CURLOPT_NOPROXY.html>). A rule may have a port, as in Python and Go.
fn is_exempt(list: &str, host: &str, port: u16) -> bool {
    let host = normalised(host);
    let address = host.parse::<IpAddr>().ok();
    list.split([',', ' ', '\t']).filter(|rule| !rule.is_empty()).any(|rule| match address {
        _ if rule == "*" => true,
        Some(address) => matches_address(rule, address, port),
        None => matches_host(rule, &host, port),
    })
}

fn matches_host(rule: &str, host: &str, port: u16) -> bool {
    let Some(name) = for_port(rule, port) else { return false };
    let name = normalised(name.strip_prefix('.').unwrap_or(name));
    let is_subdomain = || host.strip_suffix(&*name).is_some_and(|before| before.ends_with('.'));
    !name.is_empty() && (host == name || is_subdomain())
}

fn matches_address(rule: &str, address: IpAddr, port: u16) -> bool {
    if let Some((network, bits)) = rule.split_once('/') {
        return match (normalised(network).parse(), bits.parse()) {
            (Ok(network), Ok(bits)) => is_within(address, network, bits),
            _ => false,
        };
    }
    for_port(rule, port).is_some_and(|rule| normalised(rule).parse() == Ok(address))
}

/// Whether the first `bits` bits of both addresses are equal.
fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let (width, different) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (32, u128::from(a.to_bits() ^ b.to_bits())),
        (IpAddr::V6(a), IpAddr::V6(b)) => (128, a.to_bits() ^ b.to_bits()),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    bits <= width && different.checked_shr(width - bits).unwrap_or(0) == 0
}

/// `rule` without its port; `None` if that is a different port from `port`.
fn for_port(rule: &str, port: u16) -> Option<&str> {
    let Some((name, number)) = rule.rsplit_once(':') else { return Some(rule) };
    // Several colons without brackets are an IPv6 address.
    let is_address = number.ends_with(']') || (name.contains(':') && !name.ends_with(']'));
    if is_address {
        return Some(rule);
    }
    (number.parse() == Ok(port)).then_some(name)
}

/// The host in lower case, without the brackets of an IPv6 address and the final dot of a rooted name.
fn normalised(host: &str) -> String {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{Proxies, is_exempt, without_userinfo};

    #[test]
    fn no_proxy_takes_every_form_that_curl_takes() {
        for (list, host) in [
            ("*", "s3.amazonaws.com"),
            ("example.org, amazonaws.com", "s3.eu-west-1.amazonaws.com"),
            ("example.org amazonaws.com", "amazonaws.com"),
            (".amazonaws.com", "s3.amazonaws.com"),
            (".amazonaws.com", "amazonaws.com"),
            ("LocalHost", "localhost"),
            ("localhost", "LOCALHOST."),
            ("localhost.", "localhost"),
            ("localhost:80", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("127.0.0.1:80", "127.0.0.1"),
            ("127.0.0.0/8", "127.0.0.1"),
            ("0.0.0.0/0", "203.0.113.7"),
            ("10.0.0.0/9,127.0.0.1/32", "127.0.0.1"),
            ("::1", "[::1]"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
            ("0:0:0:0:0:0:0:1", "[::1]"),
            ("fd00::/8", "[fd12:3456::1]"),
            ("[fd00::]/8", "fd12::1"),
        ] {
            assert!(is_exempt(list, host, 80), "{list} exempts {host}");
        }
        for (list, host) in [
            ("", "localhost"),
            (".", "localhost"),
            ("amazonaws.com", "notamazonaws.com"),
            ("s3.amazonaws.com", "amazonaws.com"),
            ("localhost:81", "localhost"),
            ("localhost:http", "localhost"),
            ("127.0.0.1:81", "127.0.0.1"),
            ("[::1]:81", "[::1]"),
            ("128.0.0.0/8", "127.0.0.1"),
            ("127.0.0.0/33", "127.0.0.1"),
            ("127.0.0.0/", "127.0.0.1"),
            ("::/0", "127.0.0.1"),
            ("0.0.0.0/0", "localhost"),
            ("0.0.1", "127.0.0.1"),
            ("fe00::/8", "[fd12::1]"),
        ] {
            assert!(!is_exempt(list, host, 80), "{list} does not exempt {host}");
        }
    }

    #[test]
    fn the_scheme_chooses_the_proxy_and_its_password_is_not_shown() {
        let proxies = Proxies {
            http: Some("http://me:hush@plain.example:1".to_owned()),
            https: Some("http://secure.example:2".to_owned()),
            no_proxy: "127.0.0.1".to_owned(),
        };
        let through = |scheme, host| proxies.for_request(scheme, host, 80);
        assert_eq!(through("http", "s3.example"), proxies.http.as_deref());
        assert_eq!(through("https", "s3.example"), proxies.https.as_deref());
        assert_eq!(through("http", "127.0.0.1"), None);
        assert!(!format!("{proxies:?}").contains("hush"), "{proxies:?}");
        assert_eq!(without_userinfo("me:hu@sh@plain.example:1"), "plain.example:1");
    }
}
