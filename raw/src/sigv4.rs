//! AWS Signature Version 4, from top to bottom in the order in which AWS documents it:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
//!
//! ```text
//! request ──► CanonicalRequest ──► StringToSign ──┐
//! secret, CredentialScope ──────► SigningKey ─────┴──► Signature ──► Authorization header, or URL
//! ```
//!
//! The types keep that order: a [`StringToSign`] is made from a [`CanonicalRequest`], a
//! [`Signature`] from a [`SigningKey`] and that string. Every step is a value with a text to show, and
//! [`sign`] and [`presign`] return all of them, so the code that explains a signature is the code that
//! makes it. The texts live in [`Buffers`], so signing again allocates nothing.

mod credential_cache;
mod error;
mod headers;
mod keys;
mod path;
mod query;
mod request;
mod settings;
mod sha256;
mod text;
mod timestamp;

pub use error::Error;
pub use headers::UNSIGNED_HEADERS;
pub use keys::KeyCache;
pub use request::{Scheme, SignableRequest};
pub use settings::{
    ContentSha256, Expires, Params, PathEncoding, PathNormalization, Payload, Rules, TokenSigning,
};
pub use text::Hex;
pub use timestamp::Timestamp;

use crate::observe;
use contract::SecretKey;
use credential_cache::{Credential, Token};
use headers::{AddedValues, HeaderBuffers, Headers};
use hmac::{Hmac, KeyInit, Mac};
use query::QueryBuffers;
use sha2::Sha256;
use sha256::{KeyedHash, sha256};
use std::borrow::Cow;
use text::{into_bytes, text};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Signs `request` in its headers and returns the headers to add. Nothing is sent.
///
/// The signature covers `host`, the `x-amz-*` headers that signing adds, and every given header except
/// [`UNSIGNED_HEADERS`]. A given `Host`, `X-Amz-Date` or `X-Amz-Content-Sha256` overrides
/// [`SignableRequest::host`], [`Params::time`] or [`Rules::payload`].
///
/// # Errors
/// The request, the credentials, the region or the time cannot be signed; see [`Error`].
pub fn sign<'b>(
    request: &SignableRequest<'b>,
    params: &Params<'b>,
    keys: &KeyCache,
    buffers: &'b mut Buffers,
) -> Result<Signed<'b>, Error> {
    let _here = observe::enter(|| ());
    let Steps { credential, headers, canonical_request, string_to_sign, signature, output, .. } =
        Steps::new(request, params, Location::Header, keys, buffers)?;
    let authorization = Authorization::new(credential, &headers, &signature, output);
    Ok(Signed { canonical_request, string_to_sign, signature, authorization, headers })
}

/// Signs `request` in its query and returns the URL, which anybody may use until it `expires`. Given
/// headers are signed, so whoever uses the URL must send them.
///
/// # Errors
/// Those of [`sign`], and a query that has a part of a signature already.
pub fn presign<'b>(
    request: &SignableRequest<'b>,
    params: &Params<'b>,
    expires: Expires,
    keys: &KeyCache,
    buffers: &'b mut Buffers,
) -> Result<Presigned<'b>, Error> {
    let _here = observe::enter(|| ());
    let Steps { query, headers, canonical_request, string_to_sign, signature, output, .. } =
        Steps::new(request, params, Location::Query(expires), keys, buffers)?;
    let url = PresignedUrl::new(request, query, &headers, &signature, output);
    Ok(Presigned { canonical_request, string_to_sign, signature, url })
}

/// Where the signature goes.
#[derive(Clone, Copy)]
enum Location {
    /// The `Authorization` header.
    Header,
    /// The URL, which is then valid for that long.
    Query(Expires),
}

/// Steps 1 to 4, which do not depend on where the signature goes, and the parts of step 5.
struct Steps<'b> {
    credential: &'b Credential,
    headers: Headers<'b>,
    query: &'b [u8],
    canonical_request: CanonicalRequest<'b>,
    string_to_sign: StringToSign<'b>,
    signature: Signature,
    /// For the text of step 5.
    output: &'b mut Vec<u8>,
}

impl<'b> Steps<'b> {
    fn new(
        request: &SignableRequest<'b>,
        params: &Params<'b>,
        location: Location,
        keys: &KeyCache,
        buffers: &'b mut Buffers,
    ) -> Result<Self, Error> {
        // Every check is in this paragraph.
        request.check()?;
        let time = request.signing_time(params.time)?;
        let credential = buffers.credential.of(params, &time)?;
        let token = buffers.token.of(params.credentials)?;
        let payload = HashedPayload::new(request, params.rules.payload, &mut buffers.payload)?;
        let token_signing = params.rules.session_token;
        let added = AddedValues { host: request.host, time, payload, token, token_signing };
        let headers = buffers.headers.collect(request.headers, location, params.rules, added)?;
        let query = buffers.query.canonical(request.query, location, credential, &headers)?;

        let scope = credential.scope();
        let canonical_request = CanonicalRequest::new(
            request,
            params.rules,
            query,
            &headers,
            &mut buffers.canonical_request,
        );
        let string_to_sign =
            StringToSign::new(&canonical_request, &time, &scope, &mut buffers.string_to_sign);
        let key = keys.signing_key(&params.credentials.secret_key, &scope);
        let signature = key.sign(&string_to_sign);
        let output = &mut buffers.output;
        Ok(Self {
            credential,
            headers,
            query,
            canonical_request,
            string_to_sign,
            signature,
            output,
        })
    }
}

/// The result of [`sign`]: every step, and the headers to add.
pub struct Signed<'b> {
    /// Step 1.
    pub canonical_request: CanonicalRequest<'b>,
    /// Step 3. Its last line is step 2, the hash of the canonical request.
    pub string_to_sign: StringToSign<'b>,
    /// Step 4.
    pub signature: Signature,
    /// Step 5.
    pub authorization: Authorization<'b>,
    headers: Headers<'b>,
}

impl Signed<'_> {
    /// The headers to add to the request, with lower-case names. Each replaces a given header of its
    /// name. `host` is not among them: HTTP clients send it themselves, as [`SignableRequest::host`].
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let added = self.headers.added().chain([("authorization", self.authorization.0)]);
        added.map(|(name, value)| (name, text(value)))
    }
}

/// The result of [`presign`]: every step, and the URL.
pub struct Presigned<'b> {
    /// Step 1.
    pub canonical_request: CanonicalRequest<'b>,
    /// Step 3. Its last line is step 2, the hash of the canonical request.
    pub string_to_sign: StringToSign<'b>,
    /// Step 4.
    pub signature: Signature,
    /// Step 5: the whole URL. Its query is the canonical one, so what is sent is what was signed.
    pub url: PresignedUrl<'b>,
}

/// The texts of the steps. The next signature reuses their memory.
#[derive(Default)]
pub struct Buffers {
    credential: Credential,
    token: Token,
    payload: Option<Hex>,
    headers: HeaderBuffers,
    query: QueryBuffers,
    canonical_request: Vec<u8>,
    string_to_sign: Vec<u8>,
    output: Vec<u8>,
}

/// Step 1: the request in the form on which client and service agree byte by byte.
#[derive(Clone, PartialEq, Eq)]
pub struct CanonicalRequest<'b>(Cow<'b, [u8]>);

impl<'b> CanonicalRequest<'b> {
    fn new(
        request: &SignableRequest<'_>,
        rules: Rules,
        query: &[u8],
        headers: &Headers<'_>,
        out: &'b mut Vec<u8>,
    ) -> Self {
        let _here = observe::enter(|| ());
        out.clear();
        // <HTTPMethod>\n
        out.extend_from_slice(request.method.as_bytes());
        out.push(b'\n');
        // <CanonicalURI>\n
        path::write_canonical(out, request.absolute_path(), rules);
        out.push(b'\n');
        // <CanonicalQueryString>\n
        out.extend_from_slice(query);
        out.push(b'\n');
        // <CanonicalHeaders>\n
        headers.write_canonical(out);
        out.push(b'\n');
        // <SignedHeaders>\n
        out.extend_from_slice(headers.signed());
        out.push(b'\n');
        // <HashedPayload>
        out.extend_from_slice(headers.payload().as_bytes());
        Self(Cow::Borrowed(out))
    }

    /// A canonical request from its text, for example the one that another client signed.
    pub fn from_text(text: impl Into<Cow<'b, str>>) -> Self {
        Self(into_bytes(text.into()))
    }

    /// The text that is hashed. It contains the session token, if there is one.
    #[must_use]
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }

    /// Step 2: the hash that goes into the string to sign.
    #[must_use]
    pub fn hash(&self) -> Hex {
        Hex::of(sha256(&self.0))
    }
}

/// The last line of a canonical request: the hash of the body, or a placeholder.
#[derive(Clone, Copy)]
struct HashedPayload<'b>(&'b [u8]);

impl<'b> HashedPayload<'b> {
    /// The hash of an empty body. Most requests have none, and the constant saves hashing it.
    const EMPTY: Self = Self(b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const UNSIGNED: Self = Self(b"UNSIGNED-PAYLOAD");

    fn new(
        request: &SignableRequest<'b>,
        payload: Payload,
        hash: &'b mut Option<Hex>,
    ) -> Result<Self, Error> {
        if let Some(given) = request.given_payload()? {
            return Ok(Self(given.as_bytes()));
        }
        Ok(match payload {
            Payload::Unsigned => Self::UNSIGNED,
            Payload::Signed if request.body.is_empty() => Self::EMPTY,
            Payload::Signed => Self(&hash.insert(Hex::of(sha256(request.body))).0),
        })
    }

    fn as_bytes(self) -> &'b [u8] {
        self.0
    }
}

/// Step 3: the text that the signing key signs.
#[derive(Clone, PartialEq, Eq)]
pub struct StringToSign<'b>(Cow<'b, [u8]>);

impl<'b> StringToSign<'b> {
    /// Writes the text into `out`, which is cleared first.
    pub fn new(
        canonical_request: &CanonicalRequest<'_>,
        time: &Timestamp,
        scope: &CredentialScope<'_>,
        out: &'b mut Vec<u8>,
    ) -> Self {
        let _here = observe::enter(|| ());
        out.clear();
        // Algorithm \n
        out.extend_from_slice(ALGORITHM.as_bytes());
        out.push(b'\n');
        // RequestDateTime \n
        out.extend_from_slice(time.as_bytes());
        out.push(b'\n');
        // CredentialScope \n
        out.extend_from_slice(scope.0);
        out.push(b'\n');
        // HashedCanonicalRequest
        out.extend_from_slice(&canonical_request.hash().0);
        Self(Cow::Borrowed(out))
    }

    /// A string to sign from its text, for example the one that another client signed.
    pub fn from_text(text: impl Into<Cow<'b, str>>) -> Self {
        Self(into_bytes(text.into()))
    }

    /// The text that is signed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }
}

/// The day, region and service for which a signature is valid:
/// `20150830/us-east-1/iam/aws4_request`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CredentialScope<'b>(&'b [u8]);

impl<'b> CredentialScope<'b> {
    const END: &'static [u8] = b"/aws4_request";

    /// Writes the text into `out`, which is cleared first.
    ///
    /// # Errors
    /// The region or the service is empty or has a character that no such name has.
    pub fn new(
        time: &Timestamp,
        region: &str,
        service: &str,
        out: &'b mut Vec<u8>,
    ) -> Result<Self, Error> {
        out.clear();
        Self::write(time, region, service, out)?;
        Ok(Self(out))
    }

    fn write(
        time: &Timestamp,
        region: &str,
        service: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        // A token has no slash. With slashes, two scopes could share one text, and so one key.
        if !request::is_token(region) {
            return Err(Error::Region { region: region.to_owned() });
        }
        if !request::is_token(service) {
            return Err(Error::Service { service: service.to_owned() });
        }
        out.extend_from_slice(time.date_bytes());
        out.push(b'/');
        out.extend_from_slice(region.as_bytes());
        out.push(b'/');
        out.extend_from_slice(service.as_bytes());
        out.extend_from_slice(Self::END);
        Ok(())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &'b str {
        text(self.0)
    }
}

/// The key that signs, derived from the secret key for one [`CredentialScope`].
#[derive(Clone)]
pub struct SigningKey(KeyedHash);

impl SigningKey {
    /// Derives the key of `secret` for `scope`.
    #[must_use]
    pub fn derive(secret: &SecretKey, scope: &CredentialScope<'_>) -> Self {
        let _here = observe::enter(|| ());
        let [.., (_, key)] = Self::derivation(secret, scope);
        Self(KeyedHash::new(&key))
    }

    /// Every key of the derivation under AWS's name; the last is the signing key. With any of them one
    /// can sign, so they are as secret as the secret key.
    #[must_use]
    pub fn derivation(
        secret: &SecretKey,
        scope: &CredentialScope<'_>,
    ) -> [(&'static str, [u8; 32]); 4] {
        // DateKey = HMAC-SHA256("AWS4" + secret, date). Each further key is the HMAC of the next part of
        // the scope (region, service, terminator) under the key before it.
        let mut key = [b"AWS4", secret.expose().as_bytes()].concat();
        let mut parts = scope.0.split(|byte| *byte == b'/');
        ["DateKey", "DateRegionKey", "DateRegionServiceKey", "SigningKey"].map(|name| {
            let derived = hmac_sha256(&key, parts.next().unwrap_or_default());
            key.clear();
            key.extend_from_slice(&derived);
            (name, derived)
        })
    }

    /// Step 4: signs.
    #[must_use]
    pub fn sign(&self, string_to_sign: &StringToSign<'_>) -> Signature {
        let _here = observe::enter(|| ());
        Signature(Hex::of(self.0.of(&string_to_sign.0)))
    }
}

/// HMAC-SHA-256 (RFC 2104) from the crate `hmac`: a key is derived once a day. The signature itself,
/// one for every request, takes the faster [`KeyedHash`].
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The signature in hexadecimal, as it is sent.
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
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Authorization<'b>(&'b [u8]);

impl<'b> Authorization<'b> {
    fn new(
        credential: &Credential,
        headers: &Headers<'_>,
        signature: &Signature,
        out: &'b mut Vec<u8>,
    ) -> Self {
        let _here = observe::enter(|| ());
        out.clear();
        out.extend_from_slice(ALGORITHM.as_bytes());
        out.extend_from_slice(b" Credential=");
        out.extend_from_slice(credential.text());
        out.extend_from_slice(b", SignedHeaders=");
        out.extend_from_slice(headers.signed());
        out.extend_from_slice(b", Signature=");
        out.extend_from_slice(&signature.0.0);
        Self(out)
    }

    /// The header's value.
    #[must_use]
    pub fn as_str(&self) -> &'b str {
        text(self.0)
    }
}

/// Step 5 in the query: a URL whose last parameter is its signature, which is not itself signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PresignedUrl<'b>(&'b [u8]);

impl<'b> PresignedUrl<'b> {
    fn new(
        request: &SignableRequest<'_>,
        query: &[u8],
        headers: &Headers<'_>,
        signature: &Signature,
        out: &'b mut Vec<u8>,
    ) -> Self {
        let _here = observe::enter(|| ());
        out.clear();
        out.extend_from_slice(request.scheme.as_str().as_bytes());
        out.extend_from_slice(b"://");
        out.extend_from_slice(request.host.as_bytes());
        out.extend_from_slice(request.absolute_path().as_bytes());
        out.push(b'?');
        out.extend_from_slice(query);
        if let Some(token) = headers.unsigned_token() {
            query::begin_parameter(out, query::TOKEN);
            out.extend_from_slice(token.encoded());
        }
        query::begin_parameter(out, query::SIGNATURE);
        out.extend_from_slice(&signature.0.0);
        Self(out)
    }

    /// The whole URL.
    #[must_use]
    pub fn as_str(&self) -> &'b str {
        text(self.0)
    }
}
