//! How the payload was signed.

use std::borrow::Cow;

use super::canonical::{hex_bytes, query_pairs, sha256_hex};
use super::chunks::Trailer;
use super::{CONTENT_SHA256, Claim, FrontEnd, Location, PayloadSigning, ReceivedRequest, Rules};

/// The value of `x-amz-content-sha256` for a body that is not signed.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// S3 is told by x-amz-content-sha256 how the payload was signed. Elsewhere the header is one among
/// others and the body itself is hashed, whatever it says: `UNSIGNED-PAYLOAD` sent to execute-api
/// is a mismatch (aws/aws-sdk-js-v3#308), as to other services (apache/opendal-reqsign#346).
pub(super) fn hashed_payload(
    received: &ReceivedRequest,
    claim: &Claim,
    rules: &Rules<'_>,
) -> String {
    match (PayloadHash::claimed(received, claim, rules), rules.payload_of(claim.location)) {
        // Never the claimed hash: were it wrong, the signature would vouch for another body.
        (Some(PayloadHash::Sha256(_)), _) | (None, PayloadSigning::Signed) => {
            sha256_hex(&received.body)
        }
        (Some(claimed), _) => claimed.into_word(),
        (None, PayloadSigning::Unsigned) => UNSIGNED_PAYLOAD.to_owned(),
    }
}

/// What S3's x-amz-content-sha256 says of the body.
pub(crate) enum PayloadHash {
    Sha256(String),
    /// `UNSIGNED-PAYLOAD` or `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: the body is not signed.
    Unsigned(String),
    /// The chunks of the body sign themselves.
    Chunks {
        word: String,
        trailer: Trailer,
    },
    /// Chunks signed with Signature Version 4A, which is not read here.
    Asymmetric(String),
    Invalid(String),
}

impl PayloadHash {
    /// What came along, in a header or, in a presigned URL, in a parameter; none if nothing did,
    /// or if the service does not go by it.
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
        let word = claimed.into_owned();
        Some(match word.as_str() {
            UNSIGNED_PAYLOAD | "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => PayloadHash::Unsigned(word),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => {
                PayloadHash::Chunks { word, trailer: Trailer::None }
            }
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => {
                PayloadHash::Chunks { word, trailer: Trailer::Signed }
            }
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"
            | "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER" => PayloadHash::Asymmetric(word),
            hash if hex_bytes(hash).is_some() => PayloadHash::Sha256(word),
            _ => PayloadHash::Invalid(word),
        })
    }

    fn into_word(self) -> String {
        match self {
            PayloadHash::Sha256(word)
            | PayloadHash::Unsigned(word)
            | PayloadHash::Chunks { word, .. }
            | PayloadHash::Asymmetric(word)
            | PayloadHash::Invalid(word) => word,
        }
    }
}
