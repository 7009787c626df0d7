//! The authentication mechanism that a request uses.

use super::decoding::query_pairs;
use super::received::ReceivedRequest;
use super::rules::FrontEnd;

/// How a request is signed, if at all.
pub(crate) enum AuthMechanism<'a> {
    /// The request is anonymous.
    None,
    /// The value of the Authorization header.
    Header(&'a str),
    /// A presigned URL.
    Query,
    /// Signature Version 2 in the query.
    SigV2Query,
    /// More than one signature, of any version. The server must not guess which one counts.
    Several {
        /// The first Authorization header; empty if there is none.
        header: &'a str,
    },
}

impl<'a> AuthMechanism<'a> {
    pub(crate) fn of(received: &'a ReceivedRequest, front_end: FrontEnd) -> Self {
        const SIGV4: [&str; 3] = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"];
        let names: Vec<_> = query_pairs(received).map(|(name, _)| name).collect();
        let has = |name: &str| names.iter().any(|sent| sent == name);
        let is_sigv4 = SIGV4.iter().any(|name| has(name));
        let is_sigv2 = match front_end {
            // To S3 either parameter is a mechanism, as its message about several ones shows.
            FrontEnd::S3 => has("AWSAccessKeyId") || has("Signature"),
            // Elsewhere, one of them may be a parameter of the operation.
            FrontEnd::General => has("AWSAccessKeyId") && has("Signature"),
        };
        let headers: Vec<&str> = received.all("authorization").map(str::trim).collect();
        match (&headers[..], is_sigv4, is_sigv2) {
            ([], false, false) => AuthMechanism::None,
            ([], true, false) => AuthMechanism::Query,
            ([], false, true) => AuthMechanism::SigV2Query,
            ([header], false, false) => AuthMechanism::Header(header),
            (several, _, _) => {
                AuthMechanism::Several { header: several.first().copied().unwrap_or_default() }
            }
        }
    }
}
