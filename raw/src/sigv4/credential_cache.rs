//! What a signature has in common with the one before it: who signs, and for what. These texts are
//! checked, and encoded for a query, when they are first seen, and recognised after that.

use super::request::check_credential;
use super::{CredentialScope, Error, Params, Timestamp, query};
use contract::{Credentials, SessionToken};

/// A text, and as a query holds it.
#[derive(Default)]
struct Known {
    plain: Vec<u8>,
    encoded: Vec<u8>,
}

/// Who signs, and for what it is good: the access key id, a slash, the scope.
#[derive(Default)]
pub(super) struct Credential {
    known: Known,
    id_length: usize,
}

impl Credential {
    /// Makes it the one of `params` at `time`, which it nearly always is.
    pub(super) fn of(&mut self, params: &Params<'_>, time: &Timestamp) -> Result<&Self, Error> {
        if !self.is_of(params, time) {
            self.write(params, time)?;
        }
        Ok(self)
    }

    fn is_of(&self, params: &Params<'_>, time: &Timestamp) -> bool {
        let id = params.credentials.access_key_id.as_str();
        let parts = [id.as_bytes(), time.date_bytes(), params.region.as_bytes()];
        let rest = parts.iter().try_fold(&*self.known.plain, |rest, part| {
            rest.strip_prefix(*part)?.strip_prefix(b"/")
        });
        let rest = rest.and_then(|rest| rest.strip_prefix(params.service.as_bytes()));
        self.id_length == id.len() && rest == Some(CredentialScope::END)
    }

    fn write(&mut self, params: &Params<'_>, time: &Timestamp) -> Result<(), Error> {
        let id = params.credentials.access_key_id.as_str();
        if id.is_empty() {
            return Err(Error::NoAccessKeyId);
        }
        if params.credentials.are_swapped() {
            return Err(Error::SwappedCredentials);
        }
        check_credential("access key id", id)?;
        self.id_length = id.len();
        self.known.replace(|text| {
            text.extend_from_slice(id.as_bytes());
            text.push(b'/');
            CredentialScope::write(time, params.region, params.service, text)
        })
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.known.plain
    }

    pub(super) fn encoded(&self) -> &[u8] {
        &self.known.encoded
    }

    pub(super) fn scope(&self) -> CredentialScope<'_> {
        CredentialScope(&self.known.plain[self.id_length + 1..])
    }
}

/// A session token that can be sent.
#[derive(Default)]
pub(super) struct Token(Known);

impl Token {
    /// Makes it the token of `credentials`, if they have one; an empty token is none.
    pub(super) fn of(&mut self, credentials: &Credentials) -> Result<Option<&Self>, Error> {
        let token = credentials.session_token.as_ref().map(SessionToken::expose);
        let Some(text) = token.filter(|text| !text.is_empty()) else { return Ok(None) };
        if self.0.plain != text.as_bytes() {
            check_credential("session token", text)?;
            self.0.replace(|plain| {
                plain.extend_from_slice(text.as_bytes());
                Ok(())
            })?;
        }
        Ok(Some(self))
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.0.plain
    }

    pub(super) fn encoded(&self) -> &[u8] {
        &self.0.encoded
    }
}

impl Known {
    /// Takes what `write` writes; where that fails, nothing is known.
    fn replace(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.plain.clear();
        self.encoded.clear();
        let written = write(&mut self.plain);
        if written.is_err() {
            self.plain.clear();
        }
        query::encode(&mut self.encoded, &self.plain);
        written
    }
}
