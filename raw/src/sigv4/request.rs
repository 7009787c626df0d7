use super::Error;
use crate::encode::{self, Slash};
use std::fmt;

/// A request before it is signed, in the bytes that will be sent.
#[derive(Clone, Copy)]
pub struct SignableRequest<'a> {
    /// For example `GET`.
    pub method: &'a str,
    /// The scheme of the URL. It is not signed; only [`presign`](super::presign) writes it.
    pub scheme: Scheme,
    /// Host and port as HTTP clients send them in `Host`: without the scheme's default port.
    pub host: &'a str,
    /// The path, percent-encoded. Empty counts as `/`.
    pub path: &'a str,
    /// The query without its `?`, percent-encoded. Empty if there is none.
    pub query: &'a str,
    /// Names in any case and values as they will be sent, in order.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body. Empty if there is none.
    pub body: &'a [u8],
}

/// The scheme of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `http`, port 80.
    Http,
    /// `https`, port 443.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The scheme of `url`, and the text after its `://`.
    fn cut(url: &str) -> Option<(Self, &str)> {
        [Self::Https, Self::Http].into_iter().find_map(|scheme| {
            let (name, rest) = url.split_at_checked(scheme.as_str().len())?;
            let rest = rest.strip_prefix("://")?;
            name.eq_ignore_ascii_case(scheme.as_str()).then_some((scheme, rest))
        })
    }

    fn default_port(self) -> &'static str {
        match self {
            Self::Http => ":80",
            Self::Https => ":443",
        }
    }
}

impl<'a> SignableRequest<'a> {
    /// A request to `url` without headers and body; add them with `SignableRequest { headers, body, ..request }`.
    ///
    /// The URL is split and not normalised: path and query stay as they are. A URL library does not
    /// promise that (RFC 3986 lets it resolve `..`, which S3 does not). The scheme's default port is
    /// dropped, as HTTP clients drop it from `Host`.
    ///
    /// # Errors
    /// The method is not a token, or the URL is not absolute, has no host, has a user name, or has a
    /// character that must be percent-encoded. An HTTP client would encode such a character, or cut a
    /// fragment off, after signing.
    pub fn new(method: &'a str, url: &'a str) -> Result<Self, Error> {
        check_method(method)?;
        let error = |problem| Error::Url { url: url.to_owned(), problem };
        let (scheme, rest) =
            Scheme::cut(url).ok_or_else(|| error("begins with neither https:// nor http://"))?;
        let (host, rest) = split_before(rest, |byte| matches!(byte, b'/' | b'?' | b'#'));
        let (path, query) = split_before(rest, |byte| byte == b'?');
        let query = query.strip_prefix('?').unwrap_or_default();
        let host = host.strip_suffix(scheme.default_port()).unwrap_or(host);
        if host.is_empty() {
            return Err(error("has no host"));
        }
        if !host.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(error("has a host that is neither a name nor an address"));
        }
        if host.contains('@') {
            return Err(error("has a user name, which no AWS service accepts"));
        }
        if let Some(character) = url.chars().find(|character| !is_sendable(*character)) {
            return Err(Error::UrlCharacter {
                url: url.to_owned(),
                character,
                escaped: escaped(url),
            });
        }
        Ok(Self { method, scheme, host, path, query, headers: &[], body: &[] })
    }

    /// The path as it is sent.
    pub(super) fn absolute_path(&self) -> &'a str {
        if self.path.is_empty() { "/" } else { self.path }
    }

    /// The value of the first header of that name, in any case.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let mut headers = self.headers.iter();
        headers.find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Refuses a request that cannot be sent. The characters of host and path are checked only in
    /// [`SignableRequest::new`], where they come from outside.
    pub(super) fn check(&self) -> Result<(), Error> {
        check_method(self.method)?;
        if self.host.is_empty() {
            return Err(Error::NoHost);
        }
        if !self.absolute_path().starts_with('/') {
            return Err(Error::RelativePath { path: self.path.to_owned() });
        }
        Ok(())
    }
}

fn check_method(method: &str) -> Result<(), Error> {
    if is_token(method) { Ok(()) } else { Err(Error::Method { method: method.to_owned() }) }
}

/// Refuses a header that cannot be sent as given.
pub(super) fn check_header(name: &str, value: &str) -> Result<(), Error> {
    if !is_token(name) {
        return Err(Error::HeaderName { name: name.to_owned() });
    }
    match value.bytes().find(|byte| byte.is_ascii_control() && *byte != b'\t') {
        Some(byte) => Err(Error::HeaderValue { name: name.to_owned(), character: byte.into() }),
        None => Ok(()),
    }
}

/// Refuses white space that was pasted along, other control characters, and characters outside ASCII.
pub(super) fn check_credential(what: &'static str, text: &str) -> Result<(), Error> {
    match text.chars().find(|character| !character.is_ascii_graphic()) {
        Some(character) => Err(Error::Credentials { what, character }),
        None => Ok(()),
    }
}

/// Whether a character may be in the path or the query of a request line.
fn is_sendable(character: char) -> bool {
    character.is_ascii_graphic() && character != '#'
}

/// `url` with every other character percent-encoded.
fn escaped(url: &str) -> String {
    url.chars().fold(String::with_capacity(url.len()), |mut escaped, character| {
        if is_sendable(character) {
            escaped.push(character);
        } else {
            encode::push(&mut escaped, character.encode_utf8(&mut [0; 4]), Slash::Encoded);
        }
        escaped
    })
}

fn split_before(text: &str, ends: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(ends).unwrap_or(text.len()))
}

/// RFC 9110, 5.6.2.
pub(super) fn is_token(text: &str) -> bool {
    let is_token_character =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_character)
}

/// Leaves out the body and the values of headers, which may be secrets.
impl fmt::Debug for SignableRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignableRequest")
            .field("method", &self.method)
            .field("scheme", &self.scheme)
            .field("host", &self.host)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Scheme, SignableRequest};

    #[test]
    fn a_url_is_split_and_not_changed() {
        let request = SignableRequest::new("GET", "https://h.example/a/../b//%7e?x=/?&y").unwrap();
        assert_eq!(
            (request.scheme, request.host, request.path, request.query),
            (Scheme::Https, "h.example", "/a/../b//%7e", "x=/?&y")
        );
        let bare = SignableRequest::new("GET", "http://h.example?a").unwrap();
        assert_eq!((bare.host, bare.path, bare.query), ("h.example", "", "a"));
    }

    #[test]
    fn only_the_default_port_of_the_scheme_is_dropped() {
        let host = |url| SignableRequest::new("GET", url).unwrap().host;
        assert_eq!(host("https://h:443/"), "h");
        assert_eq!(host("http://h:80/"), "h");
        assert_eq!(host("http://h:443/"), "h:443");
        assert_eq!(host("http://127.0.0.1:9000/"), "127.0.0.1:9000");
        assert_eq!(host("https://[::1]:443/"), "[::1]");
    }

    #[test]
    fn a_url_that_cannot_be_called_is_refused_with_the_reason() {
        let message = |url| SignableRequest::new("GET", url).unwrap_err().to_string();
        assert!(message("s3://bucket/key").contains("begins with neither"));
        assert!(message("https:///key").contains("has no host"));
        assert!(message("https://me:pw@h/").contains("user name"));
        assert!(message("https://h a/").contains("neither a name nor an address"));
    }

    #[test]
    fn a_url_that_needs_encoding_is_refused_with_the_encoded_url() {
        for (url, escaped) in [
            ("https://h/a b?c d", "https://h/a%20b?c%20d"),
            ("https://h/café", "https://h/caf%C3%A9"),
            ("https://h/a#b", "https://h/a%23b"),
            ("https://h#b", "https://h%23b"),
            ("https://h/?a=\r\n", "https://h/?a=%0D%0A"),
        ] {
            let message = SignableRequest::new("GET", url).unwrap_err().to_string();
            assert!(message.ends_with(&format!("percent-encoded: {escaped}")), "{message}");
        }
    }
}
