//! Reads and decodes queries, forms and paths.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::received::ReceivedRequest;

/// The parameters of the query, decoded, in order of arrival.
pub(crate) fn query_pairs(
    received: &ReceivedRequest,
) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    encoded_pairs(received.query()).map(|(name, value)| (decode_query(name), decode_query(value)))
}

/// The parameters of a query, as sent.
pub(super) fn encoded_pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Decodes a name or value of a query or form. Invalid UTF-8 becomes U+FFFD.
pub(crate) fn decode_query(text: &str) -> Cow<'_, str> {
    match decode_bytes(text) {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// Percent-decodes a text in which a bare `+` is a space and `%2B` is a plus.
///
/// AWS reads both queries and (S3) paths like this, although its documentation tells clients never to
/// send a `+`: S3 accepts a query with `+` that was signed as `%20` (issue 83 of aws4fetch), S3's
/// error shows `libstdc%20%20` for the path `libstdc++` (issue 87 of `ngx_aws_auth`), and AWS's own
/// Rust signer reads `+` in a query as a space.
pub(super) fn decode_bytes(text: &str) -> Cow<'_, [u8]> {
    if !text.contains(['+', '%']) {
        return Cow::Borrowed(text.as_bytes());
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode_str(&spaced).collect())
}
