//! `GetObject` and `HeadObject`, whole or a range of bytes.

use std::ops::Range;

use bytes::Bytes;

use super::request::S3Request;
use crate::facts::s3 as facts;
use crate::refusal::Refusal;
use crate::response::{ServiceResponse, http_date};
use crate::store::{Bucket, Object};

/// The parameters by which a signed request overrides headers of its response.
const OVERRIDES: [(&str, &str); 6] = [
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
    ("response-content-language", "content-language"),
    ("response-content-type", "content-type"),
    ("response-expires", "expires"),
];

pub(super) fn handle(bucket: &Bucket, request: &S3Request<'_>) -> Result<ServiceResponse, Refusal> {
    let key = request.address.key.as_deref().unwrap_or_default();
    let object = bucket
        .objects
        .get(key)
        .ok_or_else(|| Refusal::from_fact(facts::NO_SUCH_KEY).detail("Key", key))?;
    let mut response = match request.received.header("range").and_then(parse_range) {
        None => ServiceResponse::new(200, object.content_type, object.body.clone()),
        Some(asked) => partial(object, asked, request)?,
    };
    for (parameter, header) in OVERRIDES {
        if let Some(value) = request.parameter(parameter) {
            response.headers.retain(|(name, _)| *name != header);
            response = response.with(header, value);
        }
    }
    let length = response.body.len();
    if request.received.method == "HEAD" {
        response.body = Bytes::new();
    }
    Ok(response
        .with("content-length", length.to_string())
        .with("accept-ranges", "bytes")
        .with("etag", format!("\"{}\"", object.etag))
        .with("last-modified", http_date(object.modified))
        .with("x-amz-server-side-encryption", "AES256"))
}

fn partial(
    object: &Object,
    asked: ByteRange,
    request: &S3Request<'_>,
) -> Result<ServiceResponse, Refusal> {
    let size = object.body.len();
    let Some(range) = asked.within(size) else {
        let asked = request.received.header("range").unwrap_or_default();
        return Err(Refusal::from_fact(facts::INVALID_RANGE)
            .detail("RangeRequested", asked)
            .detail("ActualObjectSize", size.to_string()));
    };
    let content_range = format!("bytes {}-{}/{size}", range.start, range.end - 1);
    Ok(ServiceResponse::new(206, object.content_type, object.body.slice(range))
        .with("content-range", content_range))
}

/// The requested range of bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum ByteRange {
    From { first: usize, last: Option<usize> },
    Last(usize),
}

/// Reads a single range of bytes. Any other header is ignored: a malformed one (RFC 9110, section
/// 14.2), and several ranges, which S3 does not support.
fn parse_range(header: &str) -> Option<ByteRange> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.trim().parse::<usize>().ok();
    match (first.trim(), last.trim()) {
        ("", last) => number(last).map(ByteRange::Last),
        (first, "") => Some(ByteRange::From { first: number(first)?, last: None }),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(ByteRange::From { first, last: Some(last) })
        }
    }
}

impl ByteRange {
    /// The range within an object of `size` bytes; `None` if it is empty.
    fn within(self, size: usize) -> Option<Range<usize>> {
        let range = match self {
            ByteRange::From { first, last } => {
                first..last.map_or(size, |last| last.saturating_add(1)).min(size)
            }
            ByteRange::Last(length) => size.saturating_sub(length)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_limited_to_the_object() {
        for (header, size, expected) in [
            ("bytes=0-3", 10, Some(0..4)),
            ("bytes=8-", 10, Some(8..10)),
            ("bytes=8-99", 10, Some(8..10)),
            ("bytes=-3", 10, Some(7..10)),
            ("bytes=-99", 10, Some(0..10)),
            ("bytes=10-", 10, None),
            ("bytes=-0", 10, None),
            ("bytes=0-0", 0, None),
        ] {
            assert_eq!(parse_range(header).unwrap().within(size), expected, "{header}");
        }
    }

    #[test]
    fn anything_but_a_single_range_is_ignored() {
        for header in ["bytes=3-1", "bytes=a-b", "bytes=0-1,3-4", "lines=1-2", "bytes=-"] {
            assert_eq!(parse_range(header), None, "{header}");
        }
    }
}
