use std::fmt;

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

    /// The same pair as temporary credentials.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        self.session_token = Some(SessionToken::new(token));
        self
    }
}

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
    use super::Credentials;

    #[test]
    fn debug_shows_the_key_id_and_neither_secret() {
        let shown =
            format!("{:?}", Credentials::new("AKIDEXAMPLE", "hush").with_session_token("quiet"));
        assert!(shown.contains("AKIDEXAMPLE"));
        assert!(!shown.contains("hush") && !shown.contains("quiet"), "{shown}");
    }
}
