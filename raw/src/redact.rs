//! Keeps secrets out of errors. A service may send back what it was sent: S3's `CanonicalRequest`
//! quotes the session token's header, and `InvalidToken` the token itself.

use std::fmt::{self, Write as _};

use contract::{Credentials, SessionToken};

use crate::encode;

const REDACTED: &str = "** redacted **";
/// What is shorter is no credential of AWS's, and blotting out every "a" helps nobody.
const SHORTEST: usize = 8;

/// The texts that must not be seen, in each form in which a service may quote them.
pub struct Secrets(Vec<String>);

impl Secrets {
    /// The secret key and the session token of `credentials`.
    #[must_use]
    pub fn of(credentials: &Credentials) -> Self {
        let token = credentials.session_token.as_ref().map(SessionToken::expose);
        // Key and secret that have changed places: what is shown as the key is the secret then.
        let id = Some(credentials.access_key_id.as_str()).filter(|id| id.len() == 40);
        let secrets = [Some(credentials.secret_key.expose()), token, id];
        let mut forms = Vec::new();
        for secret in secrets.into_iter().flatten().filter(|secret| secret.len() >= SHORTEST) {
            forms.extend([secret.to_owned(), encode::query(secret), hex_bytes(secret)]);
        }
        Self(forms)
    }

    /// `text` without any of them.
    pub fn redact(&self, text: &mut String) {
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), REDACTED);
            }
            // A text that was cut may end within a secret.
            let ends_within = |length: &usize| {
                secret.get(..*length).is_some_and(|beginning| text.ends_with(beginning))
            };
            if let Some(length) = (SHORTEST..secret.len()).rev().find(ends_within) {
                text.truncate(text.len() - length);
                text.push_str(REDACTED);
            }
        }
    }

    /// What stands in the place of a secret.
    pub(crate) fn placeholder() -> String {
        REDACTED.to_owned()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({REDACTED})")
    }
}

/// As in S3's `CanonicalRequestBytes`: `41 57 53`.
fn hex_bytes(text: &str) -> String {
    text.bytes().enumerate().fold(String::new(), |mut hex, (index, byte)| {
        let separator = if index == 0 { "" } else { " " };
        let _ = write!(hex, "{separator}{byte:02x}");
        hex
    })
}
