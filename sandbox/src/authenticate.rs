//! Who calls: each service's own order of checks, from the form of the claim to the signature.
//!
//! The three share the arithmetic of [`crate::verify`] and differ in what they demand, in which
//! order, and how much they say. AWS documents the demands; the order is inferred from which of
//! two faults its answers name, and assumed where no answer shows it.

pub(crate) mod ec2;
pub(crate) mod execute_api;
pub(crate) mod s3;

use time::OffsetDateTime;

use crate::identity::Identity;

/// Against what a claim is judged.
#[derive(Clone, Copy)]
pub(crate) struct Records<'a> {
    pub(crate) identities: &'a [Identity],
    pub(crate) now: OffsetDateTime,
}

impl<'a> Records<'a> {
    fn owner_of(&self, access_key_id: &str) -> Option<&'a Identity> {
        self.identities.iter().find(|identity| identity.access_key_id == access_key_id)
    }
}
