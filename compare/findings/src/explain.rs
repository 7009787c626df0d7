//! What `compare explain` found: the steps of one operation on each side, in AWS's order.

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

/// All that `compare explain` found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Explanation {
    /// Where the calls went.
    pub target: TargetInfo,
    /// What was done.
    pub operation: Scenario,
    /// The service it calls.
    pub service: Service,
    /// What raw did.
    pub raw: Walk,
    /// What the SDK did.
    pub sdk: Walk,
    /// Every header: sent by whom, signed by whom, and why.
    pub headers: Vec<HeaderRow>,
    /// Where the canonical requests differ.
    pub differences: Vec<LineDifference>,
    /// That both sign alike; none where nothing is signed.
    pub proof: Option<Proof>,
}

/// raw's signer, given the SDK's own request and time, beside the SDK's signature. The answer of
/// both to the same question is the same, so the differences are in what was asked.
#[derive(Debug, Serialize, Deserialize)]
pub struct Proof {
    /// What the SDK sent.
    pub sdk_signature: String,
    /// What raw's signer makes of the SDK's request.
    pub raw_signature_of_the_same: String,
    /// Whether they are one.
    pub holds: bool,
}

/// What one side did.
#[derive(Debug, Serialize, Deserialize)]
pub struct Walk {
    /// The steps of its signature; none where it signed nothing.
    pub signature: Option<SignatureSteps>,
    /// Its first request, on the wire. A presigned URL is a request that somebody else sends.
    pub request: Http,
    /// What came back for it.
    pub response: Option<Http>,
    /// How that was parsed, all further requests included.
    pub parsed: SideResult,
}

/// The steps of a signature, in AWS's order.
#[derive(Debug, Serialize, Deserialize)]
pub struct SignatureSteps {
    /// Step 1.
    pub canonical_request: String,
    /// Step 2.
    pub canonical_request_hash: String,
    /// Step 3.
    pub string_to_sign: String,
    /// For what the signature is good.
    pub credential_scope: String,
    /// The four HMACs, each the key of the next.
    pub signing_key: Vec<KeyStep>,
    /// Step 4.
    pub signature: String,
    /// Step 5: the value of `Authorization`, or the URL.
    pub carried: String,
}

/// One HMAC of the signing key.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeyStep {
    /// AWS's name of what comes out.
    pub name: Cow<'static, str>,
    /// What is computed, for example `HMAC-SHA256(DateKey, "eu-west-1")`.
    pub formula: String,
    /// In hexadecimal, or masked.
    pub value: String,
}

/// A request or an answer, HTTP/1.1.
#[derive(Debug, Serialize, Deserialize)]
pub struct Http {
    /// `GET /path HTTP/1.1`, or `HTTP/1.1 200`.
    pub start_line: String,
    /// Of a request: path and query.
    #[serde(skip)]
    pub target: String,
    /// In order.
    pub headers: Vec<(String, String)>,
    /// What of the body is text, at most 4 KiB.
    pub body: String,
    /// Of the whole body, bytes.
    pub body_length: usize,
}
