//! A canonical request in its parts.

use std::fmt;

/// The parts of a canonical request, under AWS's names. [`Display`](fmt::Display) joins them again.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalParts {
    /// `HTTPMethod`.
    pub method: String,
    /// `CanonicalURI`.
    pub uri: String,
    /// `CanonicalQueryString`.
    pub query: String,
    /// `CanonicalHeaders`: one `name:value` each, without the line feed.
    pub headers: Vec<String>,
    /// The empty line after the headers: one line feed.
    pub blank_line: String,
    /// `SignedHeaders`.
    pub signed_headers: String,
    /// `HashedPayload`.
    pub hashed_payload: String,
}

impl CanonicalParts {
    /// Splits a canonical request as raw writes it.
    #[must_use]
    pub fn of(canonical_request: &str) -> Self {
        let mut lines = canonical_request.split('\n').map(str::to_owned);
        let mut next = || lines.next().unwrap_or_default();
        Self {
            method: next(),
            uri: next(),
            query: next(),
            headers: std::iter::from_fn(|| Some(next()).filter(|line| !line.is_empty())).collect(),
            blank_line: "\n".to_owned(),
            signed_headers: next(),
            hashed_payload: next(),
        }
    }
}

impl fmt::Display for CanonicalParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, uri, query, headers, blank_line, signed_headers, hashed_payload } = self;
        write!(f, "{method}\n{uri}\n{query}\n{}\n", headers.join("\n"))?;
        write!(f, "{blank_line}{signed_headers}\n{hashed_payload}")
    }
}

#[cfg(test)]
mod tests {
    use super::CanonicalParts;

    #[test]
    fn the_parts_join_to_the_same_canonical_request() {
        let text = "GET\n/a\n\nhost:h\nx-amz-date:d\n\nhost;x-amz-date\nhash";
        let parts = CanonicalParts::of(text);
        assert_eq!(parts.headers, ["host:h", "x-amz-date:d"]);
        assert_eq!(parts.signed_headers, "host;x-amz-date");
        assert_eq!(parts.to_string(), text);
    }
}
