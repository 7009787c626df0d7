//! An answer before it is on the wire, and the ids that every answer carries.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::Response;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// Status, headers and body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Answer { status, headers, body: body.into() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Status and headers, for a body to follow.
    pub(crate) fn into_head(self) -> Response<()> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            // What a presigned URL wants a header to say may be no header value at all.
            if let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) {
                response = response.header(name, value);
            }
        }
        response.body(()).unwrap_or_default()
    }
}

/// `Thu, 01 Jan 2026 00:00:00 GMT` (RFC 9110, section 5.6.7).
pub(crate) fn http_date(at: OffsetDateTime) -> String {
    const FORM: &[BorrowedFormatItem<'_>] = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    at.format(FORM).unwrap_or_default()
}

/// Where request ids come from: the hash of a random seed and a count, so no two are alike.
pub(crate) struct RequestIds {
    seed: [u8; 16],
    count: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 16];
        getrandom::fill(&mut seed)?;
        Ok(RequestIds { seed, count: AtomicU64::new(0) })
    }

    pub(crate) fn next(&self) -> RequestId {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let hash = Sha256::new().chain_update(self.seed).chain_update(count.to_be_bytes());
        RequestId(hash.finalize().into())
    }
}

/// The id of one request, in the shapes in which the services write it.
pub(crate) struct RequestId([u8; 32]);

impl RequestId {
    /// S3's `x-amz-request-id`: 16 upper-case letters and digits.
    pub(crate) fn short(&self) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        self.0[..16].iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
    }

    /// S3's `x-amz-id-2` and API Gateway's `x-amz-apigw-id`: opaque Base64.
    pub(crate) fn opaque(&self, length: usize) -> String {
        STANDARD.encode(&self.0[..length])
    }

    /// A UUID, as everywhere else.
    pub(crate) fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[16..]);
        bytes[6] = bytes[6] & 0x0f | 0x40; // version 4, RFC 9562
        bytes[8] = bytes[8] & 0x3f | 0x80; // its variant
        let mut uuid = String::with_capacity(36);
        for (at, byte) in bytes.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                uuid.push('-');
            }
            let _ = write!(uuid, "{byte:02x}");
        }
        uuid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_shapes_of_awss_and_differ() {
        let ids = RequestIds::new().unwrap();
        let (one, other) = (ids.next(), ids.next());
        assert_eq!(one.short().len(), 16);
        assert_ne!(one.short(), other.short());
        let uuid = one.uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4", "{uuid}");
        assert!("89ab".contains(&uuid[19..20]), "{uuid}");
    }
}
