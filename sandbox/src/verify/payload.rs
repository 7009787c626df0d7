//! How the payload is signed.

use std::borrow::Cow;

use super::claim::{Claim, Location};
use super::constants::CONTENT_SHA256;
use super::decoding::query_pairs;
use super::digest::{hex_bytes, sha256_hex};
use super::received::ReceivedRequest;
use super::rules::{FrontEnd, PayloadSigning, Rules};

/// The value of `x-amz-content-sha256` for an unsigned body.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The last line of the canonical request.
///
/// For S3, x-amz-content-sha256 says how the payload is signed. Other services ignore the header and
/// always hash the body: `UNSIGNED-PAYLOAD` sent to execute-api is a mismatch
/// (aws/aws-sdk-js-v3#308), as it is to other services (apache/opendal-reqsign#346).
pub(super) fn hashed_payload(
    received: &ReceivedRequest,
    claim: &Claim,
    rules: &Rules<'_>,
) -> String {
    let default = rules.payload.unwrap_or(match (rules.front_end, claim.location) {
        (FrontEnd::S3, Location::Query) => PayloadSigning::Unsigned,
        (FrontEnd::S3, Location::Header) | (FrontEnd::General, _) => PayloadSigning::Signed,
    });
    match (PayloadHash::claimed(received, claim, rules), default) {
        // The claimed hash is not used: if it were wrong, the signature would cover another body.
        (Some(PayloadHash::Sha256(_)), _) | (None, PayloadSigning::Signed) => {
            sha256_hex(&received.body)
        }
        (Some(claimed), _) => claimed.into_value(),
        (None, PayloadSigning::Unsigned) => UNSIGNED_PAYLOAD.to_owned(),
    }
}

/// What x-amz-content-sha256 says about the body, for S3.
pub(crate) enum PayloadHash {
    Sha256(String),
    /// `UNSIGNED-PAYLOAD` or `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: the body is not signed.
    Unsigned(String),
    /// Each chunk of the body has a signature.
    Chunks {
        value: String,
        trailer: Trailer,
    },
    /// Chunks signed with Signature Version 4A, which is not supported.
    Asymmetric(String),
    Invalid(String),
}

/// What follows the last chunk, which is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trailer {
    None,
    /// Headers and their signature.
    Signed,
}

impl PayloadHash {
    /// Reads the value from the header or, for a presigned URL, from the query. `None` if it is
    /// missing or if the service ignores it.
    pub(crate) fn claimed(
        received: &ReceivedRequest,
        claim: &Claim,
        rules: &Rules<'_>,
    ) -> Option<Self> {
        if rules.front_end != FrontEnd::S3 {
            return None;
        }
        let in_header = received.header(CONTENT_SHA256).map(Cow::Borrowed);
        let claimed = in_header.or_else(|| match claim.location {
            Location::Header => None,
            Location::Query => query_pairs(received)
                .find(|(name, _)| name.eq_ignore_ascii_case(CONTENT_SHA256))
                .map(|(_, value)| value),
        })?;
        let value = claimed.into_owned();
        Some(match value.as_str() {
            UNSIGNED_PAYLOAD | "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => PayloadHash::Unsigned(value),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => {
                PayloadHash::Chunks { value, trailer: Trailer::None }
            }
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => {
                PayloadHash::Chunks { value, trailer: Trailer::Signed }
            }
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"
            | "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER" => PayloadHash::Asymmetric(value),
            hash if hex_bytes(hash).is_some() => PayloadHash::Sha256(value),
            _ => PayloadHash::Invalid(value),
        })
    }

    fn into_value(self) -> String {
        match self {
            PayloadHash::Sha256(value)
            | PayloadHash::Unsigned(value)
            | PayloadHash::Chunks { value, .. }
            | PayloadHash::Asymmetric(value)
            | PayloadHash::Invalid(value) => value,
        }
    }
}
