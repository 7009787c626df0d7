//! A response before it is sent.

use bytes::Bytes;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// Status, headers and body.
pub(crate) struct ServiceResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl ServiceResponse {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        ServiceResponse { status, headers, body: body.into() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Status and headers for hyper, without the body.
    pub(crate) fn into_head(self) -> hyper::Response<()> {
        let mut response = hyper::Response::builder().status(self.status);
        for (name, value) in self.headers {
            // A presigned URL can ask for a header value that HTTP does not allow; it is left out.
            if let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) {
                response = response.header(name, value);
            }
        }
        response.body(()).unwrap_or_default()
    }
}

/// `Thu, 01 Jan 2026 00:00:00 GMT` (RFC 9110, section 5.6.7).
pub(crate) fn http_date(at: OffsetDateTime) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    at.format(FORMAT).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_dates_follow_rfc_9110() {
        let at = time::macros::datetime!(1994-11-06 08:49:37 UTC);
        assert_eq!(http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
