//! Names that requests and signatures contain.

/// The only supported algorithm.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The last element of every credential scope.
pub(super) const TERMINATOR: &str = "aws4_request";
/// The header that carries the hash of the payload.
pub(crate) const CONTENT_SHA256: &str = "x-amz-content-sha256";
/// The header that carries the session token, and in mixed case the query parameter.
pub(crate) const SECURITY_TOKEN: &str = "x-amz-security-token";
