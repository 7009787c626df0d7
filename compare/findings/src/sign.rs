//! What `compare sign` shows: the steps of a signature, in the order in which AWS documents them.

use serde::Serialize;

/// Every step of a signature, in AWS's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignResult {
    /// Step 1.
    pub canonical_request: String,
    /// Step 3; step 2 is its last line.
    pub string_to_sign: String,
    /// Step 4.
    pub signature: String,
    /// Step 5, in the header.
    pub authorization: Option<String>,
    /// Where to send the request; with the signature, where it goes into the query.
    pub url: String,
    /// Every header to send, given and added.
    pub headers: Vec<(String, String)>,
}

/// The verdict of the sandbox's verifier, by the rules of the service.
#[derive(Debug, Serialize)]
pub struct Judged {
    /// `accepted` or `refused`
    pub verdict: &'static str,
    /// Why refused.
    pub code: Option<String>,
    /// Why refused, for people.
    pub message: Option<String>,
}
