//! AWS Signature Version 4, downward in the order in which AWS documents it:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
//!
//! ```text
//! request ──► CanonicalRequest ──► StringToSign ──┐
//! secret, CredentialScope ──────► SigningKey ─────┴──► Signature ──► Authorization header, or URL
//! ```
//!
//! The types keep that order: a [`StringToSign`] is made from a [`CanonicalRequest`], a
//! [`Signature`] from a [`SigningKey`] and that string. Every step is a value whose text can be
//! shown, and [`sign`] returns them all, so explaining a signature and making one are the same
//! lines. The texts live in [`Buffers`], so signing again allocates nothing.

mod error;
mod headers;
mod keys;
mod path;
mod query;
mod request;
mod settings;
mod timestamp;

pub use error::Error;
pub use keys::KeyCache;
pub use request::{Request, Scheme};
pub use settings::{
    ContentSha256, Expires, Params, PathEncoding, PathNormalization, Payload, Rules, TokenSigning,
};
pub use timestamp::Timestamp;

use crate::encode::{self, Slash};
use contract::SecretKey;
use headers::{AddedHeaders, HeaderBuffers, Headers};
use hmac::{Hmac, KeyInit, Mac};
use query::QueryBuffers;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Signs `request` in its headers. Nothing is sent: the answer names the headers to add.
///
/// Signed are `host`, the `x-amz-*` headers that signing adds, and every given header but those
/// that a proxy or the HTTP client may change (`authorization`, `user-agent`, `expect`,
/// `connection`, `transfer-encoding`, `x-amzn-trace-id`). A given `Host` or `X-Amz-Date` wins over
/// [`Request::host`] and [`Params::time`].
///
/// # Errors
/// Where the request, the region or the time is none that could be signed; see [`Error`].
pub fn sign<'b>(
    request: &Request<'b>,
    params: &Params<'b>,
    keys: &KeyCache,
    buffers: &'b mut Buffers,
) -> Result<Signed<'b>, Error> {
    request.check()?;
    let time = request.signing_time(params.time)?;
    let payload = HashedPayload::new(request.body, params.rules.payload);
    let credential = Credential::new(params, &time, &mut buffers.credential)?;

    let added = AddedHeaders::in_header(time, payload, params)?;
    let headers = buffers.headers.collect(request, added)?;
    let query = buffers.query.canonical(request.query);
    let canonical_request =
        CanonicalRequest::new(request, params, query, &headers, &mut buffers.canonical_request);

    let string_to_sign = StringToSign::new(
        &canonical_request,
        &time,
        &credential.scope,
        &mut buffers.string_to_sign,
    );
    let key = keys.signing_key(&params.credentials.secret_key, &credential.scope);
    let signature = key.sign(&string_to_sign);
    let authorization =
        Authorization::new(&credential, headers.signed(), &signature, &mut buffers.output);
    Ok(Signed { canonical_request, string_to_sign, signature, authorization, headers })
}

/// Signs `request` in its query: the answer is a URL which whoever has it may use until it
/// `expires`. Headers that are given are signed, and must then be sent along.
///
/// # Errors
/// As [`sign`], and where the query carries a part of a signature already.
pub fn presign<'b>(
    request: &Request<'b>,
    params: &Params<'b>,
    expires: Expires,
    keys: &KeyCache,
    buffers: &'b mut Buffers,
) -> Result<Presigned<'b>, Error> {
    request.check()?;
    let time = request.signing_time(params.time)?;
    let payload = HashedPayload::new(request.body, params.rules.payload);
    let credential = Credential::new(params, &time, &mut buffers.credential)?;

    let added = AddedHeaders::in_query(time, payload, params)?;
    let headers = buffers.headers.collect(request, added)?;
    let query =
        buffers.query.canonical_presigned(request.query, &credential, &time, expires, &headers)?;
    let canonical_request =
        CanonicalRequest::new(request, params, query, &headers, &mut buffers.canonical_request);

    let string_to_sign = StringToSign::new(
        &canonical_request,
        &time,
        &credential.scope,
        &mut buffers.string_to_sign,
    );
    let key = keys.signing_key(&params.credentials.secret_key, &credential.scope);
    let signature = key.sign(&string_to_sign);
    let url =
        presigned_url(request, query, &signature, headers.unsigned_token(), &mut buffers.output);
    Ok(Presigned { canonical_request, string_to_sign, signature, url })
}

/// What came of [`sign`]: every step, and the headers to add.
pub struct Signed<'b> {
    /// Step 1.
    pub canonical_request: CanonicalRequest<'b>,
    /// Step 3 of AWS's count; step 2, the hash of the canonical request, is its last line.
    pub string_to_sign: StringToSign<'b>,
    /// Step 4.
    pub signature: Signature,
    /// Step 5.
    pub authorization: Authorization<'b>,
    headers: Headers<'b>,
}

impl Signed<'_> {
    /// The headers to add to the request, by lower-case name; a given header of such a name is to be
    /// replaced. `host` is not among them: HTTP clients send it themselves, as [`Request::host`].
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers.added().chain([("authorization", self.authorization.as_str())])
    }
}

/// What came of [`presign`]: every step, and the URL.
pub struct Presigned<'b> {
    /// Step 1.
    pub canonical_request: CanonicalRequest<'b>,
    /// Step 3 of AWS's count; step 2, the hash of the canonical request, is its last line.
    pub string_to_sign: StringToSign<'b>,
    /// Step 4.
    pub signature: Signature,
    /// Step 5: the whole URL. Its query is the canonical one, so what is sent is what was signed.
    pub url: &'b str,
}

/// The texts of the steps, to be used again by the next signature.
#[derive(Default)]
pub struct Buffers {
    credential: String,
    headers: HeaderBuffers,
    query: QueryBuffers,
    canonical_request: String,
    string_to_sign: String,
    output: String,
}

/// Step 1: the request in the one form in which both ends write it.
#[derive(Clone, PartialEq, Eq)]
pub struct CanonicalRequest<'b>(Cow<'b, str>);

impl<'b> CanonicalRequest<'b> {
    fn new(
        request: &Request<'_>,
        params: &Params<'_>,
        query: &str,
        headers: &Headers<'_>,
        text: &'b mut String,
    ) -> Self {
        text.clear();
        // <HTTPMethod>\n
        text.push_str(request.method);
        text.push('\n');
        // <CanonicalURI>\n
        path::push_canonical(text, request.absolute_path(), params.rules);
        text.push('\n');
        // <CanonicalQueryString>\n
        text.push_str(query);
        text.push('\n');
        // <CanonicalHeaders>\n
        headers.push_canonical(text);
        text.push('\n');
        // <SignedHeaders>\n
        text.push_str(headers.signed());
        text.push('\n');
        // <HashedPayload>
        text.push_str(headers.payload());
        Self(Cow::Borrowed(text))
    }

    /// A canonical request in somebody else's words: to compute what a client signs that writes it so.
    pub fn from_text(text: impl Into<Cow<'b, str>>) -> Self {
        Self(text.into())
    }

    /// The text that is hashed. It holds the session token, where there is one.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Step 2: the hash that goes into the string to sign.
    #[must_use]
    pub fn hash(&self) -> Hex {
        Hex::new(&Sha256::digest(self.0.as_bytes()).into())
    }
}

/// The last line of a canonical request: what it says of the body.
#[derive(Clone)]
enum HashedPayload {
    Hashed(Hex),
    Constant(&'static str),
}

impl HashedPayload {
    const OF_EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn new(body: &[u8], payload: Payload) -> Self {
        match payload {
            Payload::Unsigned => Self::Constant("UNSIGNED-PAYLOAD"),
            // Most requests have no body, and a constant saves a hash.
            Payload::Signed if body.is_empty() => Self::Constant(Self::OF_EMPTY),
            Payload::Signed => Self::Hashed(Hex::new(&Sha256::digest(body).into())),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Hashed(hash) => hash.as_str(),
            Self::Constant(text) => text,
        }
    }
}

/// Step 3: what the signing key is applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringToSign<'b>(Cow<'b, str>);

impl<'b> StringToSign<'b> {
    /// Writes it into `text`, which is cleared.
    pub fn new(
        canonical_request: &CanonicalRequest<'_>,
        time: &Timestamp,
        scope: &CredentialScope<'_>,
        text: &'b mut String,
    ) -> Self {
        text.clear();
        // Algorithm \n
        text.push_str(ALGORITHM);
        text.push('\n');
        // RequestDateTime \n
        text.push_str(time.as_str());
        text.push('\n');
        // CredentialScope \n
        text.push_str(scope.as_str());
        text.push('\n');
        // HashedCanonicalRequest
        text.push_str(canonical_request.hash().as_str());
        Self(Cow::Borrowed(text))
    }

    /// A string to sign in somebody else's words: to compute what a client signs that writes it so.
    pub fn from_text(text: impl Into<Cow<'b, str>>) -> Self {
        Self(text.into())
    }

    /// The text that is signed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// For what a signature is good: one day, one region, one service.
/// `20150830/us-east-1/iam/aws4_request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialScope<'b>(&'b str);

impl<'b> CredentialScope<'b> {
    const TERMINATOR: &'static str = "aws4_request";

    /// Writes it into `text`, which is cleared.
    ///
    /// # Errors
    /// Where the region or the service is empty or holds what neither does.
    pub fn new(
        time: &Timestamp,
        region: &str,
        service: &str,
        text: &'b mut String,
    ) -> Result<Self, Error> {
        text.clear();
        Self::push(time, region, service, text)?;
        Ok(Self(text))
    }

    fn push(time: &Timestamp, region: &str, service: &str, text: &mut String) -> Result<(), Error> {
        if !is_scope_part(region) {
            return Err(Error::Region { region: region.to_owned() });
        }
        if !is_scope_part(service) {
            return Err(Error::Service { service: service.to_owned() });
        }
        for part in [time.date(), region, service] {
            text.push_str(part);
            text.push('/');
        }
        text.push_str(Self::TERMINATOR);
        Ok(())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &'b str {
        self.0
    }
}

/// With a slash inside, two scopes could share one text, and so one key.
fn is_scope_part(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/')
}

/// Who signs, and for what it is good: the access key id, a slash, the scope.
#[derive(Clone, Copy)]
struct Credential<'b> {
    text: &'b str,
    scope: CredentialScope<'b>,
}

impl<'b> Credential<'b> {
    fn new(params: &Params<'_>, time: &Timestamp, text: &'b mut String) -> Result<Self, Error> {
        let id = params.credentials.access_key_id.as_str();
        request::check_credential("access key id", id)?;
        text.clear();
        text.push_str(id);
        text.push('/');
        CredentialScope::push(time, params.region, params.service, text)?;
        Ok(Self { text, scope: CredentialScope(&text[id.len() + 1..]) })
    }
}

/// What signs in the place of the secret, derived from it for one [`CredentialScope`].
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// Derives the key of `secret` for `scope`.
    #[must_use]
    pub fn derive(secret: &SecretKey, scope: &CredentialScope<'_>) -> Self {
        let [.., (_, key)] = Self::derivation(secret, scope);
        Self(hmac(&key))
    }

    /// The derivation, step by step, under AWS's names. The last is the signing key; whoever has one
    /// of them can sign, so they are as secret as the secret.
    #[must_use]
    pub fn derivation(
        secret: &SecretKey,
        scope: &CredentialScope<'_>,
    ) -> [(&'static str, [u8; 32]); 4] {
        let mut key = format!("AWS4{}", secret.expose()).into_bytes();
        let mut parts = scope.as_str().split('/');
        ["DateKey", "DateRegionKey", "DateRegionServiceKey", "SigningKey"].map(|name| {
            let part = parts.next().unwrap_or_default();
            let derived = hmac(&key).chain_update(part).finalize().into_bytes().into();
            key = Vec::from(derived);
            (name, derived)
        })
    }

    /// Step 4: signs.
    #[must_use]
    pub fn sign(&self, string_to_sign: &StringToSign<'_>) -> Signature {
        let mac = self.0.clone().chain_update(string_to_sign.as_str());
        Signature(Hex::new(&mac.finalize().into_bytes().into()))
    }
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(** redacted **)")
    }
}

/// The signature, in the hexadecimal that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature(Hex);

impl Signature {
    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Step 5: the value of the `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorization<'b>(&'b str);

impl<'b> Authorization<'b> {
    fn new(
        credential: &Credential<'_>,
        signed_headers: &str,
        signature: &Signature,
        text: &'b mut String,
    ) -> Self {
        text.clear();
        text.push_str(ALGORITHM);
        text.push_str(" Credential=");
        text.push_str(credential.text);
        text.push_str(", SignedHeaders=");
        text.push_str(signed_headers);
        text.push_str(", Signature=");
        text.push_str(signature.as_str());
        Self(text)
    }

    /// The value.
    #[must_use]
    pub fn as_str(&self) -> &'b str {
        self.0
    }
}

/// Step 5 in the query: the signature comes last, and is no part of what it signs.
fn presigned_url<'b>(
    request: &Request<'_>,
    canonical_query: &str,
    signature: &Signature,
    unsigned_token: Option<&str>,
    url: &'b mut String,
) -> &'b str {
    url.clear();
    url.push_str(request.scheme.as_str());
    url.push_str("://");
    url.push_str(request.host);
    url.push_str(request.absolute_path());
    url.push('?');
    url.push_str(canonical_query);
    for (name, value) in
        [(query::TOKEN, unsigned_token), (query::SIGNATURE, Some(signature.as_str()))]
    {
        if let Some(value) = value {
            url.push('&');
            url.push_str(name);
            url.push('=');
            encode::push(url, value, Slash::Encoded);
        }
    }
    url
}

/// A SHA-256 in lower-case hexadecimal, as `SigV4` writes every hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Hex([u8; 64]);

impl Hex {
    fn new(hash: &[u8; 32]) -> Self {
        // Arithmetic in the place of a table of digits, so that the compiler can do many at once.
        let digit = |nibble: u8| nibble + if nibble < 10 { b'0' } else { b'a' - 10 };
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(hash) {
            pair[0] = digit(byte >> 4);
            pair[1] = digit(byte & 15);
        }
        Self(text)
    }

    /// 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

/// The text that digits were written into.
fn ascii(digits: &[u8]) -> &str {
    str::from_utf8(digits).expect("digits are ASCII")
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
