//! Converts a signed request to the HTTP client's type, unless that would change what was signed.

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};

use crate::observe;
use crate::request::{BuildError, Request};

/// `request` and `signature`, the headers that signing added, as a request of the HTTP client.
///
/// # Errors
/// If the HTTP client would send another URL than the one that was signed. It uses WHATWG URLs, which
/// resolve dot segments in every spelling and accept fewer host names than DNS.
pub(crate) fn assemble<'h>(
    request: &Request,
    signature: impl Iterator<Item = (&'static str, &'h str)>,
) -> Result<reqwest::Request, BuildError> {
    let _here = observe::enter(|| ());
    let unsendable = |reason| BuildError::Unsendable { url: request.url(), reason };
    let url = as_url(request).map_err(unsendable)?;
    if !request.is_to(url.as_str()) {
        return Err(unsendable(format!("it would send {:?}", url.as_str())));
    }
    let mut assembled = reqwest::Request::new(request.method.clone(), url);
    for (name, value) in request.headers.iter().copied().chain(signature) {
        let value = HeaderValue::from_str(value).map_err(|_| BuildError::Header { name })?;
        assembled.headers_mut().insert(HeaderName::from_static(name), value);
    }
    if !request.body.is_empty() {
        *assembled.body_mut() = Some(request.body.clone().into());
    }
    Ok(assembled)
}

/// The URL of `request`, built from the origin's URL if that has been parsed already.
fn as_url(request: &Request) -> Result<Url, String> {
    let Some(mut url) = request.origin.root.clone() else {
        return Url::parse(&request.url()).map_err(|error| error.to_string());
    };
    if request.path != "/" {
        url.set_path(&request.path);
    }
    if !request.query.is_empty() {
        url.set_query(Some(&request.query));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use contract::Signing;
    use reqwest::Method;

    use super::assemble;
    use crate::endpoint::{Origin, Service};
    use crate::request::{BuildError, Request};

    fn request(path: &str, query: &str) -> Request {
        Request {
            method: Method::GET,
            origin: Origin::from_url(&"http://127.0.0.1:5000".parse().unwrap()).into(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            service: Service::S3,
            region: "eu-west-1".to_owned(),
            signing: Signing::Signed,
        }
    }

    #[test]
    fn the_url_is_sent_exactly_as_it_was_signed() {
        for (path, query) in [("/", ""), ("/a%20b//c", ""), ("/", "list-type=2"), ("/a", "x")] {
            let request = request(path, query);
            let assembled = assemble(&request, std::iter::empty()).unwrap();
            assert_eq!(assembled.url().as_str(), request.url());
        }
        for (path, query, would_be) in [
            ("/a/../b", "", "http://127.0.0.1:5000/b"),
            ("/%2E", "", "http://127.0.0.1:5000/"),
            ("/a b", "", "http://127.0.0.1:5000/a%20b"),
            ("/", "x=\u{e9}", "http://127.0.0.1:5000/?x=%C3%A9"),
            ("/a?b", "", "http://127.0.0.1:5000/a%3Fb"),
        ] {
            match assemble(&request(path, query), std::iter::empty()).unwrap_err() {
                BuildError::Unsendable { url, reason } => {
                    assert_eq!(url, request(path, query).url());
                    assert_eq!(reason, format!("it would send {would_be:?}"));
                }
                other => panic!("{other}"),
            }
        }
    }

    #[test]
    fn every_method_and_any_body_are_sent_as_they_were_signed() {
        for method in [Method::GET, Method::POST, Method::PUT, Method::HEAD, Method::DELETE] {
            let body = vec![0xFF, 0x00];
            let request = Request { method, body, ..request("/a", "") };
            let assembled = assemble(&request, std::iter::empty()).unwrap();
            let signed = request.as_signed();
            assert_eq!(assembled.method().as_str(), signed.method);
            assert_eq!(assembled.body().and_then(reqwest::Body::as_bytes), Some(signed.body));
        }
    }

    #[test]
    fn is_to_accepts_only_the_requests_own_url() {
        for after_path in ["", "?", "b", "?b", "/?b", "?bc", "?b#c"] {
            let url = format!("http://127.0.0.1:5000/a{after_path}");
            for query in ["", "b"] {
                let request = request("/a", query);
                assert_eq!(request.is_to(&url), request.url() == url, "{url} and {query:?}");
            }
        }
        assert!(!request("/a", "").is_to("https://127.0.0.1:5000/a"));
        assert!(!request("/a", "").is_to("http://127.0.0.1:500/a"));
    }
}
