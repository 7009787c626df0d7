//! The results of `compare sign`: the steps of a signature, in AWS's order.

use serde::Serialize;

/// Every step of a signature, in AWS's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignResult {
    /// Step 1.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub canonical_request: String,
    /// Step 3. Its last line is step 2, the hash.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^AWS4-HMAC-SHA256\n")))]
    pub string_to_sign: String,
    /// Step 4.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub signature: String,
    /// Step 5, if the signature goes into the header.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^AWS4-HMAC-SHA256 Credential=")))]
    pub authorization: Option<String>,
    /// Where to send the request. It has the signature, if that goes into the query.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub url: String,
    /// Every header to send: those given and those added by signing.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub headers: Vec<(String, String)>,
}

/// The verdict of the sandbox's verifier under the rules of the service.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Judged {
    /// `accepted` or `refused`
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["accepted", "refused"])))]
    pub verdict: &'static str,
    /// The error code, if refused.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub code: Option<String>,
    /// The error message, if refused.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub message: Option<String>,
}
