//! An authenticated request to S3.

use super::address::Address;
use crate::verify::ReceivedRequest;

/// A request whose caller is authenticated.
pub(super) struct S3Request<'a> {
    pub(super) received: &'a ReceivedRequest,
    pub(super) address: Address<'a>,
    /// The query, decoded, without the parameters of the signature.
    pub(super) parameters: Vec<(String, String)>,
}

impl S3Request<'_> {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}
