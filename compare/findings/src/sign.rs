//! The results of `compare sign`: the steps of a signature, in AWS's order.

use serde::Serialize;

/// Every step of a signature, in AWS's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignResult {
    /// Step 1.
    pub canonical_request: String,
    /// Step 3. Its last line is step 2, the hash.
    pub string_to_sign: String,
    /// Step 4.
    pub signature: String,
    /// Step 5, if the signature goes into the header.
    pub authorization: Option<String>,
    /// Where to send the request. It has the signature, if that goes into the query.
    pub url: String,
    /// Every header to send: those given and those added by signing.
    pub headers: Vec<(String, String)>,
}

/// The verdict of the sandbox's verifier under the rules of the service.
#[derive(Debug, Serialize)]
pub struct Judged {
    /// `accepted` or `refused`
    pub verdict: &'static str,
    /// The error code, if refused.
    pub code: Option<String>,
    /// The error message, if refused.
    pub message: Option<String>,
}
