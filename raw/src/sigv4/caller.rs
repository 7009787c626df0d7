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

/// The credential of the last signature.
#[derive(Default)]
pub(super) struct CredentialBuffer {
    known: Known,
    id_length: usize,
}

/// Who signs, and for what it is good: the access key id, a slash, the scope.
#[derive(Clone, Copy)]
pub(super) struct Credential<'b> {
    pub(super) text: &'b [u8],
    pub(super) encoded: &'b [u8],
    pub(super) scope: CredentialScope<'b>,
}

impl CredentialBuffer {
    pub(super) fn of(
        &mut self,
        params: &Params<'_>,
        time: &Timestamp,
    ) -> Result<Credential<'_>, Error> {
        if !self.is_of(params, time) {
            self.write(params, time)?;
        }
        let Known { plain: text, encoded } = &self.known;
        Ok(Credential { text, encoded, scope: CredentialScope(&text[self.id_length + 1..]) })
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
        check_credential("access key id", id)?;
        self.id_length = id.len();
        self.known.replace(|text| {
            text.extend_from_slice(id.as_bytes());
            text.push(b'/');
            CredentialScope::write(time, params.region, params.service, text)
        })
    }
}

/// The session token of the last signature.
#[derive(Default)]
pub(super) struct TokenBuffer(Known);

/// A session token that can be sent.
#[derive(Clone, Copy)]
pub(super) struct Token<'b> {
    pub(super) text: &'b [u8],
    pub(super) encoded: &'b [u8],
}

impl TokenBuffer {
    /// The token of `credentials`, if they have one.
    pub(super) fn of(&mut self, credentials: &Credentials) -> Result<Option<Token<'_>>, Error> {
        let Some(text) = credentials.session_token.as_ref().map(SessionToken::expose) else {
            return Ok(None);
        };
        if self.0.plain != text.as_bytes() {
            check_credential("session token", text)?;
            self.0.replace(|plain| {
                plain.extend_from_slice(text.as_bytes());
                Ok(())
            })?;
        }
        let Known { plain: text, encoded } = &self.0;
        Ok(Some(Token { text, encoded }))
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
