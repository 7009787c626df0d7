use std::{error::Error, fmt};

/// The public half of a key pair; it travels in every signed request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccessKeyId(String);

/// The secret half. Its `Debug` is redacted and it has no `Display`: the one way to read it is
/// [`SecretKey::expose`], so that a search for that word finds every place that does.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SecretKey(String);

/// What accompanies temporary credentials. Whoever holds it and the key pair is that caller, so it
/// is kept like the secret.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionToken(String);

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// The public half of the key pair.
    pub access_key_id: AccessKeyId,
    /// The secret half.
    pub secret_key: SecretKey,
    /// Present with temporary credentials only.
    pub session_token: Option<SessionToken>,
}

/// Why credentials must not be sent. It never shows a value: what stands in the wrong place is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialsError {
    /// The secret stands where the access key id belongs, and would go out in clear text.
    Swapped,
    /// There is no access key id.
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
    /// Takes the identifier as it is; whether it exists is for the service to say.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SecretKey {
    /// Takes the secret as it is.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, for deriving a signing key.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl SessionToken {
    /// Takes the token as it is.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself, for the `x-amz-security-token` header.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Credentials {
    /// Long-lived credentials: a key pair without a session token.
    pub fn new(access_key_id: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            access_key_id: AccessKeyId::new(access_key_id),
            secret_key: SecretKey::new(secret_key),
            session_token: None,
        }
    }

    /// The same pair as temporary credentials. An empty token is none.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.session_token = (!token.is_empty()).then(|| SessionToken::new(token));
        self
    }

    /// Checks that these credentials may be sent.
    ///
    /// # Errors
    /// The first reason why they must not be.
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

    /// Whether the secret stands where the access key id belongs.
    ///
    /// Issuers differ in both forms: ids have 3 to 128 characters, and those of `MinIO` and its like may
    /// hold a slash, so no alphabet tells one from the other. Two things together do: in the id's place
    /// stands what has the form of a secret (31 characters or more, mixed as base64 is), and in the
    /// secret's place what has the form of an id (16 to 128 capitals and digits) or the same text once
    /// more. Blanks and quotation marks around either do not count.
    #[must_use]
    pub fn are_swapped(&self) -> bool {
        let id = bare(self.access_key_id.as_str());
        has_form_of_secret(id) && {
            let secret = bare(self.secret_key.expose());
            has_form_of_id(secret) || id == secret
        }
    }
}

/// The shortest secret of a known issuer (Backblaze's) has as many characters.
const SHORTEST_SECRET: usize = 31;

/// `text` without what a careless copy leaves around it.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\''))
}

fn has_form_of_secret(text: &str) -> bool {
    let of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'=');
    text.len() >= SHORTEST_SECRET
        && text.bytes().all(of_base64)
        && text.bytes().any(|byte| byte.is_ascii_lowercase() || matches!(byte, b'/' | b'+'))
}

/// The form of AWS's ids and of those that follow it.
fn has_form_of_id(text: &str) -> bool {
    (16..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// The first character of `text` that may not be sent: where it stands, and what it is.
fn bad_character(text: &str) -> Option<(&'static str, &'static str)> {
    let (index, character) = text.char_indices().find(|(_, c)| !c.is_ascii_graphic())?;
    let at = match index {
        0 => "begins with",
        // Of several at the end, such as a line break of two characters, the first is found.
        _ if !text[index..].contains(|c: char| c.is_ascii_graphic()) => "ends with",
        _ => "has inside it",
    };
    let what = match character {
        '\r' | '\n' => "a line break",
        character if character.is_whitespace() => "white space",
        character if character.is_control() => "a control character",
        _ => "a character beyond ASCII",
    };
    Some((at, what))
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Swapped => f.write_str(
                "the access key id and the secret have changed places: the secret is sent to nobody",
            ),
            Self::EmptyAccessKeyId => f.write_str("the access key id is empty"),
            Self::BadCharacter { field, position, character } => {
                write!(f, "the {field} {position} {character}, which none does")
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
    fn a_secret_in_the_place_of_the_id_is_known_from_foreign_ids() {
        let line = format!("{SECRET}\r\n");
        for (id, secret) in
            [(SECRET, ID), (&line, ID), (SECRET, SECRET), (SECRET, "GOOG1EXAMPLEEXAMPLEEXAMPLE")]
        {
            let fault = Credentials::new(id, secret).check().expect_err("it is refused");
            assert_eq!(fault, CredentialsError::Swapped);
            assert!(!fault.to_string().contains("wJalr"), "{fault}");
        }
        for (id, secret) in [
            (ID, SECRET),
            ("AKIDEXAMPLE", SECRET),
            ("minioadmin", "minioadmin"),
            // An id with slashes, as MinIO and its like hand out, and a secret of their form.
            ("a/key/with/slashes+of/some/length", "SomeSecretOfTheirs12"),
            ("test", "TESTTESTTESTTEST"),
        ] {
            assert_eq!(Credentials::new(id, secret).check(), Ok(()), "{id}");
        }
    }

    #[test]
    fn a_blank_or_a_control_character_in_id_or_token_is_named_by_its_place() {
        let id = |id: &str| Credentials::new(id, SECRET).check().unwrap_err().to_string();
        assert!(id("AKIDEXAMPLE\r\n").contains("access key id ends with a line break"));
        assert!(id(" AKIDEXAMPLE").contains("access key id begins with white space"));
        assert!(id("AKID\u{7}EXAMPLE").contains("has inside it a control character"));
        assert!(id("AKIDEXAMPLE\u{200b}").contains("ends with a character beyond ASCII"));
        assert!(id("").contains("is empty"));
        let token = Credentials::new(ID, SECRET).with_session_token("a token").check();
        assert!(token.unwrap_err().to_string().contains("session token has inside it white"));
    }

    #[test]
    fn an_empty_session_token_is_none() {
        assert_eq!(Credentials::new(ID, SECRET).with_session_token("").session_token, None);
    }
}
