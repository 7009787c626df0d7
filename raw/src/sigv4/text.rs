//! How the steps are shown: bytes as text, hashes in hexadecimal, and no secrets in `Debug`.

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
        // Arithmetic and not a table of digits, so that the compiler can vectorise it.
        let digit = |nibble: u8| b'0' + nibble + if nibble > 9 { b'a' - b'0' - 10 } else { 0 };
        let mut digits = [0; 64];
        for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(hash) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        Self(digits)
    }

    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }
}

/// The text of a step, which is written as bytes.
pub(super) fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("steps are made of `str`s and ASCII")
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

/// Shows the hash: the text contains the session token.
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

/// Leaves out the URL, which anybody can use until it expires.
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
