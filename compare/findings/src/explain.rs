//! The results of `compare explain`: the steps of one operation on each side, in AWS's order.

pub mod grammar;
pub mod headers;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    run::{SideResult, TargetInfo},
    scenario::{Scenario, Service},
};
use grammar::LineDifference;
use headers::HeaderRow;

/// The result of `compare explain`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// Where the calls went.
    pub target: TargetInfo,
    /// The operation.
    pub operation: Scenario,
    /// The service it calls.
    pub service: Service,
    /// What raw did.
    pub raw: Walk,
    /// What the SDK did.
    pub sdk: Walk,
    /// Every header: who sends it, who signs it, and why.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub headers: Vec<HeaderRow>,
    /// The lines in which the canonical requests differ.
    pub differences: Vec<LineDifference>,
    /// The proof that both signers agree; none if nothing is signed.
    pub proof: Option<Proof>,
}

/// The signature that raw's signer computes for the SDK's request and time, and the SDK's own. If they are
/// equal, the signers agree, and differences come from the requests.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proof {
    /// The signature that the SDK sent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub sdk_signature: String,
    /// The signature that raw's signer computes for the SDK's request.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub raw_signature_of_the_same: String,
    /// Whether they are equal.
    pub holds: bool,
}

/// What one side did.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Walk {
    /// The steps of its signature; none if it signed nothing.
    pub signature: Option<SignatureSteps>,
    /// Its first request as sent. For a presigned URL, the request that somebody else would send.
    pub request: Http,
    /// The response to it.
    pub response: Option<Http>,
    /// The result of the whole call, including further requests.
    #[cfg_attr(
        feature = "schema",
        schemars(extend("properties" = { "outcome": { "enum": ["ok", "refused", "failed"] } }))
    )]
    pub parsed: SideResult,
}

/// The steps of a signature, in AWS's order.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignatureSteps {
    /// Step 1.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Z]+\n/")))]
    pub canonical_request: String,
    /// Step 2.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub canonical_request_hash: String,
    /// Step 3.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^AWS4-HMAC-SHA256\n")))]
    pub string_to_sign: String,
    /// The date, region and service for which the signature is valid.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^\d{8}/[a-z0-9-]+/[a-z0-9-]+/aws4_request$"))
    )]
    pub credential_scope: String,
    /// The four HMACs. Each result is the key of the next.
    #[cfg_attr(feature = "schema", schemars(length(equal = 4)))]
    pub signing_key: Vec<KeyStep>,
    /// Step 4.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub signature: String,
    /// Step 5: the value of `Authorization`, or the URL.
    #[cfg_attr(feature = "schema", schemars(length(min = 64)))]
    pub carried: String,
}

/// One HMAC of the signing key.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyStep {
    /// AWS's name for the result.
    #[cfg_attr(
        feature = "schema",
        schemars(extend(
            "enum" = ["DateKey", "DateRegionKey", "DateRegionServiceKey", "SigningKey"]
        ))
    )]
    pub name: Cow<'static, str>,
    /// The formula, for example `HMAC-SHA256(DateKey, "eu-west-1")`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^HMAC-SHA256\(")))]
    pub formula: String,
    /// The result in hexadecimal, or masked.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^([0-9a-f]{64}|\*\* redacted \*\*)$"))
    )]
    pub value: String,
}

/// An HTTP/1.1 request or response.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Http {
    /// `GET /path HTTP/1.1`, or `HTTP/1.1 200`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub start_line: String,
    /// A request's path and query.
    #[serde(skip)]
    pub target: String,
    /// In the order in which they were sent.
    pub headers: Vec<(String, String)>,
    /// The body if it is text, cut after 4 KiB.
    pub body: String,
    /// Length of the whole body in bytes.
    pub body_length: usize,
}
