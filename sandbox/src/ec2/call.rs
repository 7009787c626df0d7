//! A call of an EC2 action.

use time::OffsetDateTime;

/// A call whose signature has been verified.
pub(crate) struct Ec2Call<'a> {
    pub(crate) action: &'a str,
    /// Decoded, in any order. `Action`, `Version` and those of a query signature may be among them.
    pub(crate) parameters: &'a [(String, String)],
    pub(crate) caller: &'a Ec2Caller<'a>,
    pub(crate) now: OffsetDateTime,
    pub(crate) request_id: &'a str,
}

/// The caller and its permissions.
pub(crate) struct Ec2Caller<'a> {
    pub(crate) arn: &'a str,
    pub(crate) account_id: &'a str,
    /// Whether the caller's policy allows an action such as `ec2:RunInstances`.
    pub(crate) may: &'a dyn Fn(&str) -> bool,
}
