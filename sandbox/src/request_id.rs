//! Request ids, in the formats of the three services.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::verify::hex;

/// Makes request ids: each is the hash of a random seed and a counter.
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

/// The id of one request.
pub(crate) struct RequestId([u8; 32]);

impl RequestId {
    /// S3's `x-amz-request-id`: 16 upper-case letters and digits.
    pub(crate) fn short(&self) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        self.0[..16].iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
    }

    /// Opaque Base64, as in S3's `x-amz-id-2` and API Gateway's `x-amz-apigw-id`.
    pub(crate) fn opaque(&self, length: usize) -> String {
        STANDARD.encode(&self.0[..length])
    }

    /// A UUID, as in EC2's and API Gateway's `x-amzn-requestid`.
    pub(crate) fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[16..]);
        bytes[6] = bytes[6] & 0x0f | 0x40; // version 4 (RFC 9562)
        bytes[8] = bytes[8] & 0x3f | 0x80; // variant
        let hex = hex(&bytes);
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_have_the_formats_of_aws() {
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
