//! `GetObject` and `HeadObject`: the bytes, all or a range of them.

use std::ops::Range;

use bytes::Bytes;

use super::Request;
use crate::answer::{Answer, http_date};
use crate::facts::s3 as facts;
use crate::refusal::Refusal;
use crate::store::{Bucket, Object};

/// The parameters with which a signed request overrides headers of its answer.
const OVERRIDES: [(&str, &str); 6] = [
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
    ("response-content-language", "content-language"),
    ("response-content-type", "content-type"),
    ("response-expires", "expires"),
];

pub(super) fn answer(bucket: &Bucket, request: &Request<'_>) -> Result<Answer, Refusal> {
    let key = request.address.key.as_deref().unwrap_or_default();
    let object = bucket
        .objects
        .get(key)
        .ok_or_else(|| Refusal::of(facts::NO_SUCH_KEY).detail("Key", key))?;
    let mut answer = match request.received.header("range").and_then(parse_range) {
        None => Answer::new(200, object.content_type, object.body.clone()),
        Some(asked) => partial(object, asked, request)?,
    };
    for (parameter, header) in OVERRIDES {
        if let Some(value) = request.parameter(parameter) {
            answer.headers.retain(|(name, _)| *name != header);
            answer = answer.with(header, value);
        }
    }
    let length = answer.body.len();
    if request.received.method == "HEAD" {
        answer.body = Bytes::new();
    }
    Ok(answer
        .with("content-length", length.to_string())
        .with("accept-ranges", "bytes")
        .with("etag", format!("\"{}\"", object.etag))
        .with("last-modified", http_date(object.modified))
        .with("x-amz-server-side-encryption", "AES256"))
}

fn partial(object: &Object, asked: Asked, request: &Request<'_>) -> Result<Answer, Refusal> {
    let size = object.body.len();
    let Some(range) = asked.within(size) else {
        let asked = request.received.header("range").unwrap_or_default();
        return Err(Refusal::of(facts::INVALID_RANGE)
            .detail("RangeRequested", asked)
            .detail("ActualObjectSize", size.to_string()));
    };
    let content_range = format!("bytes {}-{}/{size}", range.start, range.end - 1);
    Ok(Answer::new(206, object.content_type, object.body.slice(range))
        .with("content-range", content_range))
}

/// One range of bytes, as asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asked {
    From { first: usize, last: Option<usize> },
    Last(usize),
}

/// A header that is not one well-formed range of bytes is ignored (RFC 9110, section 14.2), and
/// several ranges, which S3 does not serve, are too.
fn parse_range(header: &str) -> Option<Asked> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.trim().parse::<usize>().ok();
    match (first.trim(), last.trim()) {
        ("", last) => number(last).map(Asked::Last),
        (first, "") => Some(Asked::From { first: number(first)?, last: None }),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Asked::From { first, last: Some(last) })
        }
    }
}

impl Asked {
    /// The part of an object of `size` bytes; none if nothing of it is there.
    fn within(self, size: usize) -> Option<Range<usize>> {
        let range = match self {
            Asked::From { first, last } => {
                first..last.map_or(size, |last| last.saturating_add(1)).min(size)
            }
            Asked::Last(length) => size.saturating_sub(length)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

/// The date form of HTTP headers (RFC 9110, section 5.6.7).
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_object() {
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
    fn what_is_no_single_range_is_ignored() {
        for header in ["bytes=3-1", "bytes=a-b", "bytes=0-1,3-4", "lines=1-2", "bytes=-"] {
            assert_eq!(parse_range(header), None, "{header}");
        }
    }

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(
            http_date(time::macros::datetime!(1994-11-06 08:49:37 UTC)),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }
}
