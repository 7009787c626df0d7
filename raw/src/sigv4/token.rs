use super::Error;
use super::query;
use super::request::check_credential;
use contract::{Credentials, SessionToken};

/// The session token of the last signature. A token is long, and the same for an hour: it is checked
/// and encoded when it is first seen.
#[derive(Default)]
pub(super) struct TokenBuffer {
    plain: String,
    encoded: Vec<u8>,
}

/// A session token that can be sent.
#[derive(Clone, Copy)]
pub(super) struct Token<'b>(&'b TokenBuffer);

impl TokenBuffer {
    /// The token of `credentials`, if they have one.
    pub(super) fn of(&mut self, credentials: &Credentials) -> Result<Option<Token<'_>>, Error> {
        let Some(token) = credentials.session_token.as_ref().map(SessionToken::expose) else {
            return Ok(None);
        };
        if self.plain != token {
            check_credential("session token", token)?;
            self.plain.clear();
            self.plain.push_str(token);
            self.encoded.clear();
            query::encode(&mut self.encoded, token.as_bytes());
        }
        Ok(Some(Token(self)))
    }
}

impl<'b> Token<'b> {
    /// As a header holds it.
    pub(super) fn plain(self) -> &'b str {
        &self.0.plain
    }

    /// As a query holds it.
    pub(super) fn encoded(self) -> &'b [u8] {
        &self.0.encoded
    }
}
