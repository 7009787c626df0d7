//! How the steps are shown: their bytes as text, hashes as digits, and nothing secret in `Debug`.

use super::{
    Authorization, CanonicalRequest, CredentialScope, Presigned, Signed, SigningKey, StringToSign,
};
use std::borrow::Cow;
use std::fmt;

/// A SHA-256 in lower-case hexadecimal, as `SigV4` writes every hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Hex(pub(super) [u8; 64]);

impl Hex {
    /// The digits of `hash`.
    #[must_use]
    pub fn of(hash: [u8; 32]) -> Self {
        // Arithmetic in the place of a table of digits, so that the compiler can do many at once.
        let digit = |nibble: u8| b'0' + nibble + if nibble > 9 { b'a' - b'0' - 10 } else { 0 };
        let mut digits = [0; 64];
        for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(hash) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        Self(digits)
    }

    /// 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }
}

/// The steps are written as bytes and looked at as text: they are made of `str`s and of ASCII.
pub(super) fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("only text was written")
}

pub(super) fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// By its hash: the text holds the session token.
impl fmt::Debug for CanonicalRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CanonicalRequest").field(&self.hash()).finish()
    }
}

impl fmt::Debug for StringToSign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StringToSign").field(&self.as_str()).finish()
    }
}

impl fmt::Debug for CredentialScope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CredentialScope").field(&self.as_str()).finish()
    }
}

impl fmt::Debug for Authorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authorization").field(&self.as_str()).finish()
    }
}

impl fmt::Debug for Signed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("signature", &self.signature).finish_non_exhaustive()
    }
}

/// Without the URL, which is as good as a key until it expires.
impl fmt::Debug for Presigned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presigned")
            .field("canonical_request", &self.canonical_request)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(** redacted **)")
    }
}
