//! A request as it came over the wire.

use std::borrow::Cow;

/// A request as it came over the wire, nothing decoded and nothing put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedRequest {
    /// The method, as on the request line.
    pub method: String,
    /// The path and query, exactly as on the request line. Empty counts as `/`.
    pub target: String,
    /// The headers, in any case; those of one name in the order of their arrival. Bytes that are
    /// not UTF-8 belong here as ISO 8859-1, the historic meaning of a header (RFC 9110, 5.5).
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl ReceivedRequest {
    /// The path and query that a client of `url` puts on the request line, with nothing
    /// normalised: no dot segment removed, no character escaped or case changed.
    ///
    /// A `url` without a scheme is taken to be a target already. A fragment is not sent.
    #[must_use]
    pub fn target_of(url: &str) -> Cow<'_, str> {
        let sent = url.split_once('#').map_or(url, |(sent, _)| sent);
        let Some((scheme, rest)) = sent.split_once("://") else { return Cow::Borrowed(sent) };
        // A `://` later on (in a query, say) is not the one behind a scheme.
        if !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) {
            return Cow::Borrowed(sent);
        }
        match rest.find(['/', '?']) {
            None => Cow::Borrowed("/"),
            Some(at) if rest[at..].starts_with('?') => Cow::Owned(format!("/{}", &rest[at..])),
            Some(at) => Cow::Borrowed(&rest[at..]),
        }
    }

    /// The path, as sent.
    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The query, as sent, without its question mark.
    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// Every value of the header `name` (in lower case), in the order of arrival.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(sent, _)| sent.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first value of the header `name` (in lower case), without surrounding white space.
    pub(crate) fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next().map(str::trim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gives_its_target_untouched() {
        for (url, target) in [
            ("https://example.com", "/"),
            ("https://example.com/", "/"),
            ("https://example.com?a=b", "/?a=b"),
            ("http://127.0.0.1:80//a/../b%2f?x=http://y#z", "//a/../b%2f?x=http://y"),
            ("/plain?u=http://x", "/plain?u=http://x"),
        ] {
            assert_eq!(ReceivedRequest::target_of(url), target, "{url}");
        }
    }

    #[test]
    fn headers_are_found_in_any_case_and_in_order() {
        let received = ReceivedRequest {
            method: "GET".into(),
            target: "/p?q".into(),
            headers: vec![
                ("A".into(), " 1 ".into()),
                ("b".into(), "2".into()),
                ("a".into(), "3".into()),
            ],
            body: Vec::new(),
        };
        assert_eq!(received.all("a").collect::<Vec<_>>(), [" 1 ", "3"]);
        assert_eq!(received.header("a"), Some("1"));
        assert_eq!((received.path(), received.query()), ("/p", "q"));
    }
}
