//! The credential and the session token of the last signature. Checking them, and encoding them for a
//! query, would make a presigned signature 40 % slower, and they are nearly always the same as before.

use super::request::check_credential;
use super::{CredentialScope, Error, Params, Timestamp, query};
use contract::{Credentials, SessionToken};

/// A checked text, plain and encoded for a query.
#[derive(Default)]
struct Checked {
    plain: Vec<u8>,
    encoded: Vec<u8>,
}

/// The credential: access key id, slash, credential scope.
#[derive(Default)]
pub(super) struct Credential {
    checked: Checked,
    id_length: usize,
}

impl Credential {
    /// The credential of `params` at `time`. Rebuilt if access key id, date, region or service changed.
    pub(super) fn of(&mut self, params: &Params<'_>, time: &Timestamp) -> Result<&Self, Error> {
        if !self.is_of(params, time) {
            self.rebuild(params, time)?;
        }
        Ok(self)
    }

    fn is_of(&self, params: &Params<'_>, time: &Timestamp) -> bool {
        let id = params.credentials.access_key_id.as_str();
        let parts = [id.as_bytes(), time.date_bytes(), params.region.as_bytes()];
        let rest = parts.iter().try_fold(&*self.checked.plain, |rest, part| {
            rest.strip_prefix(*part)?.strip_prefix(b"/")
        });
        let rest = rest.and_then(|rest| rest.strip_prefix(params.service.as_bytes()));
        self.id_length == id.len() && rest == Some(CredentialScope::END)
    }

    fn rebuild(&mut self, params: &Params<'_>, time: &Timestamp) -> Result<(), Error> {
        let id = params.credentials.access_key_id.as_str();
        if id.is_empty() {
            return Err(Error::NoAccessKeyId);
        }
        if params.credentials.are_swapped() {
            return Err(Error::SwappedCredentials);
        }
        check_credential("access key id", id)?;
        self.id_length = id.len();
        self.checked.replace(|text| {
            text.extend_from_slice(id.as_bytes());
            text.push(b'/');
            CredentialScope::write(time, params.region, params.service, text)
        })
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.checked.plain
    }

    pub(super) fn encoded(&self) -> &[u8] {
        &self.checked.encoded
    }

    pub(super) fn scope(&self) -> CredentialScope<'_> {
        CredentialScope(&self.checked.plain[self.id_length + 1..])
    }
}

/// The session token.
#[derive(Default)]
pub(super) struct Token(Checked);

impl Token {
    /// The session token of `credentials`, if they have one. An empty token counts as no token.
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

impl Checked {
    /// Replaces the text with what `write` writes. If `write` fails, the text is empty, so that it
    /// matches no later signature.
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
