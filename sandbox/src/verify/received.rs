//! A request as it was received.

use std::borrow::Cow;

/// A request as it was received: nothing is decoded, normalised or sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedRequest {
    /// The method, as on the request line.
    pub method: String,
    /// The path and query, exactly as on the request line. An empty target counts as `/`.
    pub target: String,
    /// The headers with names in any case; repeated headers in order of arrival. A value that is not
    /// UTF-8 is decoded as ISO 8859-1, the historical encoding of headers (RFC 9110, section 5.5).
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl ReceivedRequest {
    /// The path and query of `url` as they belong on the request line, without any normalisation: dot
    /// segments, characters and case stay as they are.
    ///
    /// A `url` without a scheme counts as a target already. The fragment is removed.
    #[must_use]
    pub fn target_of(url: &str) -> Cow<'_, str> {
        let sent = url.split_once('#').map_or(url, |(sent, _)| sent);
        let Some((scheme, rest)) = sent.split_once("://") else { return Cow::Borrowed(sent) };
        // A later `://`, for example in a query, does not follow a scheme.
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

    /// The query, as sent, without the question mark.
    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// All values of the header `name` (in lower case), in order of arrival.
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
    fn the_target_of_a_url_is_not_normalised() {
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
    fn header_lookup_ignores_case_and_keeps_order() {
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
