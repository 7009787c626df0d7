//! Authentication: the checks of each service, in the service's own order, from the syntax of the
//! claim to the signature.
//!
//! All three services compute signatures with [`crate::verify`]. They differ in what they require, in
//! the order of their checks, and in how much their messages say. AWS documents the requirements. The
//! order is inferred from which of two mistakes AWS's responses name, and assumed where no response
//! shows it.

pub(crate) mod ec2;
pub(crate) mod execute_api;
pub(crate) mod s3;

use time::OffsetDateTime;

use crate::identity::Identity;

/// What a claim is checked against: the known identities and the server's clock.
#[derive(Clone, Copy)]
pub(crate) struct AuthContext<'a> {
    pub(crate) identities: &'a [Identity],
    pub(crate) now: OffsetDateTime,
}

impl<'a> AuthContext<'a> {
    fn owner_of(&self, access_key_id: &str) -> Option<&'a Identity> {
        self.identities.iter().find(|identity| identity.access_key_id == access_key_id)
    }
}
