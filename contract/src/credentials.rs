use std::{error::Error, fmt};

/// An access key id: the public half of a key pair, sent in every signed request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccessKeyId(String);

/// A secret access key. Its `Debug` is redacted and it has no `Display`. Only [`SecretKey::expose`]
/// reads it, so a search for that name finds every use.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SecretKey(String);

/// The session token of temporary credentials. It is protected like the secret key.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionToken(String);

/// A key pair, with a session token if it is temporary.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// Sent in clear text.
    pub access_key_id: AccessKeyId,
    /// Signs; never sent.
    pub secret_key: SecretKey,
    /// Set for temporary credentials only.
    pub session_token: Option<SessionToken>,
}

/// Why credentials must not be sent. It shows no values, because a misplaced one may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialsError {
    /// The access key id and the secret are swapped, so the secret would be sent in clear text.
    Swapped,
    /// The access key id is empty.
    EmptyAccessKeyId,
    /// White space, a control character or a non-ASCII character, which no access key id and no
    /// session token contains.
    BadCharacter {
        /// `access key id` or `session token`.
        field: &'static str,
        /// Where the character stands, for example `ends with`.
        position: &'static str,
        /// What it is, for example `a line break`.
        character: &'static str,
    },
}

impl AccessKeyId {
    /// Wraps an id, without any check.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SecretKey {
    /// Wraps a secret, without any check.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret, to derive a signing key from.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl SessionToken {
    /// Wraps a token, without any check.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token, for the `x-amz-security-token` header.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Credentials {
    /// Long-term credentials: a key pair without a session token.
    pub fn new(access_key_id: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            access_key_id: AccessKeyId::new(access_key_id),
            secret_key: SecretKey::new(secret_key),
            session_token: None,
        }
    }

    /// Temporary credentials: the same key pair with a session token. An empty token is ignored.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.session_token = (!token.is_empty()).then(|| SessionToken::new(token));
        self
    }

    /// Checks that these credentials may be sent.
    ///
    /// # Errors
    /// The first reason why they must not be sent.
    pub fn check(&self) -> Result<(), CredentialsError> {
        if self.are_swapped() {
            return Err(CredentialsError::Swapped);
        }
        let id = self.access_key_id.as_str();
        if id.is_empty() {
            return Err(CredentialsError::EmptyAccessKeyId);
        }
        let token = self.session_token.as_ref().map_or("", SessionToken::expose);
        for (field, text) in [("access key id", id), ("session token", token)] {
            if let Some((position, character)) = bad_character(text) {
                return Err(CredentialsError::BadCharacter { field, position, character });
            }
        }
        Ok(())
    }

    /// Whether the secret was given as the access key id.
    ///
    /// Neither form is fixed: ids have 3 to 128 characters, and ids of `MinIO` and similar servers may
    /// contain a slash. So both must look wrong: the id has the form of a secret (31 or more base64
    /// characters, not only capitals and digits), and the secret has the form of an id (16 to 128
    /// capitals and digits) or equals the id. White space and quotation marks around them are ignored.
    #[must_use]
    pub fn are_swapped(&self) -> bool {
        let id = trimmed(self.access_key_id.as_str());
        looks_like_secret(id) && {
            let secret = trimmed(self.secret_key.expose());
            looks_like_id(secret) || id == secret
        }
    }
}

/// Characters of the shortest secret of a known issuer, Backblaze.
const SHORTEST_SECRET: usize = 31;

/// `text` without the white space and quotation marks that careless copying leaves around it.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\''))
}

fn looks_like_secret(text: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'=');
    text.len() >= SHORTEST_SECRET
        && text.bytes().all(is_base64)
        && text.bytes().any(|byte| byte.is_ascii_lowercase() || matches!(byte, b'/' | b'+'))
}

/// The form of the ids of AWS, and of servers that imitate it.
fn looks_like_id(text: &str) -> bool {
    (16..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Where the first character stands that must not be sent, and what it is.
fn bad_character(text: &str) -> Option<(&'static str, &'static str)> {
    let (index, character) = text.char_indices().find(|(_, c)| !c.is_ascii_graphic())?;
    let at = match index {
        0 => "begins with",
        // A line break of two characters is found at its first.
        _ if !text[index..].contains(|c: char| c.is_ascii_graphic()) => "ends with",
        _ => "contains",
    };
    let what = match character {
        '\r' | '\n' => "a line break",
        character if character.is_whitespace() => "white space",
        character if character.is_control() => "a control character",
        _ => "a non-ASCII character",
    };
    Some((at, what))
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Swapped => {
                f.write_str("the access key id and the secret are swapped; the secret was not sent")
            }
            Self::EmptyAccessKeyId => f.write_str("the access key id is empty"),
            Self::BadCharacter { field, position, character } => {
                write!(f, "the {field} {position} {character}, which is not allowed")
            }
        }
    }
}

impl Error for CredentialsError {}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(** redacted **)")
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(** redacted **)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Credentials, CredentialsError};

    const ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    #[test]
    fn debug_shows_the_key_id_and_neither_secret() {
        let shown =
            format!("{:?}", Credentials::new("AKIDEXAMPLE", "hush").with_session_token("quiet"));
        assert!(shown.contains("AKIDEXAMPLE"));
        assert!(!shown.contains("hush") && !shown.contains("quiet"), "{shown}");
    }

    #[test]
    fn swapped_credentials_are_told_from_unusual_ids() {
        let line = format!("{SECRET}\r\n");
        for (id, secret) in
            [(SECRET, ID), (&line, ID), (SECRET, SECRET), (SECRET, "GOOG1EXAMPLEEXAMPLEEXAMPLE")]
        {
            let fault = Credentials::new(id, secret).check().unwrap_err();
            assert_eq!(fault, CredentialsError::Swapped);
            assert!(!fault.to_string().contains("wJalr"), "{fault}");
        }
        for (id, secret) in [
            (ID, SECRET),
            ("AKIDEXAMPLE", SECRET),
            ("minioadmin", "minioadmin"),
            // MinIO and similar servers issue ids with slashes, and secrets like this one.
            ("a/key/with/slashes+of/some/length", "SomeSecretOfTheirs12"),
            ("test", "TESTTESTTESTTEST"),
        ] {
            assert_eq!(Credentials::new(id, secret).check(), Ok(()), "{id}");
        }
    }

    #[test]
    fn a_bad_character_in_id_or_token_is_named_with_its_position() {
        let id = |id: &str| Credentials::new(id, SECRET).check().unwrap_err().to_string();
        assert!(id("AKIDEXAMPLE\r\n").contains("access key id ends with a line break"));
        assert!(id(" AKIDEXAMPLE").contains("access key id begins with white space"));
        assert!(id("AKID\u{7}EXAMPLE").contains("contains a control character"));
        assert!(id("AKIDEXAMPLE\u{200b}").contains("ends with a non-ASCII character"));
        assert!(id("").contains("is empty"));
        let token = Credentials::new(ID, SECRET).with_session_token("a token").check();
        assert!(token.unwrap_err().to_string().contains("session token contains white space"));
    }

    #[test]
    fn an_empty_session_token_is_ignored() {
        assert_eq!(Credentials::new(ID, SECRET).with_session_token("").session_token, None);
    }
}
