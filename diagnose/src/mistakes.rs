//! The table of mistakes: one row each, in one file per step of the signature.
//!
//! To add a mistake, add a row to the file of the step that goes wrong. The tests find it there: they
//! sign with it for every service that it names, and expect the service to refuse the request.
//!
//! Which mistakes are here follows what people report: percent-encoding and sorting first, then headers,
//! the clock, and pasted white space.

mod canonical_request;
mod configuration;
mod key;
mod request;
mod sent;
mod signature;
mod string_to_sign;

use raw::sigv4;

use crate::{
    draft::{Configuration, Draft, Sent},
    sign::{Tampering, sign_with},
};

/// One way to get a signature wrong: a row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Mistake {
    /// A stable name, such as `query-not-sorted`.
    pub id: &'static str,
    /// What is wrong, in one sentence.
    pub what: &'static str,
    /// What to do instead, in one sentence.
    pub fix: &'static str,
    /// The services that refuse it, by their names in the credential scope. Rules differ: only S3 cares
    /// about double slashes in a path that are signed as one.
    pub refused_by: &'static [&'static str],
    /// Prepares a request so that the mistake shows. For example, a query must have two parameters before
    /// they can be in the wrong order.
    pub setup: Option<fn(&mut Draft)>,
    /// The step that goes wrong, and how.
    pub tampering: Tampering,
}

const EVERYWHERE: &[&str] = &["s3", "ec2", "execute-api"];
const S3: &[&str] = &["s3"];
const NOT_S3: &[&str] = &["ec2", "execute-api"];
const EXECUTE_API: &[&str] = &["execute-api"];

/// All mistakes, in the order of the steps.
pub fn all() -> impl Iterator<Item = &'static Mistake> {
    let steps = [
        configuration::ALL,
        request::ALL,
        canonical_request::ALL,
        string_to_sign::ALL,
        key::ALL,
        signature::ALL,
        sent::ALL,
    ];
    steps.into_iter().flatten()
}

/// The mistake with that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Mistake> {
    all().find(|mistake| mistake.id == id)
}

impl Mistake {
    /// A row whose mistake every service refuses, on any request.
    const fn new(
        id: &'static str,
        what: &'static str,
        fix: &'static str,
        tampering: Tampering,
    ) -> Self {
        Self { id, what, fix, refused_by: EVERYWHERE, setup: None, tampering }
    }

    const fn refused_by(self, services: &'static [&'static str]) -> Self {
        Self { refused_by: services, ..self }
    }

    const fn with_setup(self, setup: fn(&mut Draft)) -> Self {
        Self { setup: Some(setup), ..self }
    }

    /// `draft` with the [setup](Mistake::setup) of this mistake.
    #[must_use]
    pub fn set_up(&self, mut draft: Draft) -> Draft {
        if let Some(setup) = self.setup {
            setup(&mut draft);
        }
        draft
    }

    /// Signs `draft` with this mistake. [Set it up](Mistake::set_up) first.
    ///
    /// # Errors
    /// If raw cannot sign it.
    pub fn sign(&self, draft: &Draft) -> Result<Sent, sigv4::Error> {
        sign_with(draft, Some(self.tampering))
    }

    /// `right` with this mistake applied, if it is one of configuration.
    #[must_use]
    pub fn applied(&self, right: &Configuration) -> Configuration {
        let mut applied = right.clone();
        if let Tampering::Configuration(tamper) = self.tampering {
            tamper(&mut applied);
        }
        applied
    }

    /// Whether a user can make this mistake with any client, because it is one of configuration.
    #[must_use]
    pub fn is_of_configuration(&self) -> bool {
        matches!(self.tampering, Tampering::Configuration(_))
    }
}
