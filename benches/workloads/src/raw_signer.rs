use crate::workload::{REGION, expires, time};
use crate::{Arm, Location, Proof, Workload};
use contract::{Credentials, SessionToken};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use raw::sigv4::{self, Buffers, Expires, KeyCache, Params, Presigned, Signed, Timestamp};
use std::hint::black_box;
use std::time::SystemTime;

/// The signer of `raw`.
pub(crate) struct RawSigner<'w> {
    input: Input<'w>,
    key: Key,
    destination: Destination,
    keys: KeyCache,
    buffers: Buffers,
    headers: HeaderMap,
    kept: Kept,
}

struct Input<'w> {
    workload: &'w Workload,
    credentials: &'w Credentials,
    time: SystemTime,
    expires: Expires,
}

/// Whether the signing key is derived for every signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// The key is cached, as in the client.
    Kept,
    /// Every signature starts with an empty key cache.
    New,
}

/// Where the headers end up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination {
    /// The signer's buffers, as text.
    Text,
    /// An [`http::HeaderMap`], as an HTTP client needs them. The map is reused.
    HeaderMap,
}

impl<'w> RawSigner<'w> {
    pub(crate) fn new(
        workload: &'w Workload,
        credentials: &'w Credentials,
        key: Key,
        destination: Destination,
    ) -> Self {
        Self {
            input: Input { workload, credentials, time: time(), expires: expires() },
            key,
            destination,
            keys: KeyCache::new(),
            buffers: Buffers::default(),
            headers: HeaderMap::new(),
            kept: Kept::new(credentials),
        }
    }
}

impl<'w> Input<'w> {
    fn sign<'b>(&self, keys: &KeyCache, buffers: &'b mut Buffers) -> Signed<'b>
    where
        'w: 'b,
    {
        let signed = sigv4::sign(&self.workload.request(), &self.params(), keys, buffers);
        signed.expect("a workload can be signed")
    }

    fn presign<'b>(&self, keys: &KeyCache, buffers: &'b mut Buffers) -> Presigned<'b>
    where
        'w: 'b,
    {
        let (request, params) = (self.workload.request(), self.params());
        let presigned = sigv4::presign(&request, &params, self.expires, keys, buffers);
        presigned.expect("a workload can be signed")
    }

    fn params(&self) -> Params<'w> {
        let time = Timestamp::new(self.time).expect("a constant time");
        let Self { workload, credentials, .. } = *self;
        let (service, rules) = (workload.service, workload.rules());
        Params { credentials, region: REGION, service, time, rules }
    }
}

/// Header values that rarely change, as an HTTP client keeps them: the token of the credentials, and the
/// hash of an empty body.
struct Kept {
    token: HeaderValue,
    hash_of_empty: HeaderValue,
}

impl Kept {
    fn new(credentials: &Credentials) -> Self {
        let token = credentials.session_token.as_ref().map_or("", SessionToken::expose);
        Self {
            token: HeaderValue::from_str(token).expect("a token has no line breaks"),
            hash_of_empty: HeaderValue::from_static(
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
        }
    }

    fn hash(&self, text: &str) -> HeaderValue {
        if self.hash_of_empty == text { self.hash_of_empty.clone() } else { value(text) }
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("no line breaks")
}

fn insert(headers: &mut HeaderMap, kept: &Kept, signed: &Signed<'_>) {
    const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
    const DATE: HeaderName = HeaderName::from_static("x-amz-date");
    const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
    headers.clear();
    for (name, text) in signed.headers() {
        match name {
            "authorization" => headers.insert(AUTHORIZATION, value(text)),
            "x-amz-content-sha256" => headers.insert(CONTENT_SHA256, kept.hash(text)),
            "x-amz-date" => headers.insert(DATE, value(text)),
            "x-amz-security-token" => headers.insert(SECURITY_TOKEN, kept.token.clone()),
            other => headers.insert(HeaderName::from_static(other), value(text)),
        };
    }
}

impl Arm for RawSigner<'_> {
    fn name(&self) -> &'static str {
        match (self.key, self.destination) {
            (Key::Kept, Destination::Text) => "raw",
            (Key::New, _) => "raw-new-key",
            (Key::Kept, Destination::HeaderMap) => "raw-header-map",
        }
    }

    fn prove(&mut self) -> Proof {
        let Self { input, keys, buffers, headers, kept, .. } = self;
        match (input.workload.location, self.destination) {
            (Location::Query, _) => {
                Proof::Url(input.presign(keys, buffers).url.as_str().to_owned())
            }
            (Location::Header, Destination::HeaderMap) => {
                insert(headers, kept, &input.sign(keys, buffers));
                let text = |value: &HeaderValue| value.to_str().expect("is text").to_owned();
                let pairs = headers.iter();
                Proof::Headers(pairs.map(|(name, value)| (name.to_string(), text(value))).collect())
            }
            (Location::Header, Destination::Text) => {
                let signed = input.sign(keys, buffers);
                let pairs = signed.headers();
                Proof::Headers(pairs.map(|(name, value)| (name.into(), value.into())).collect())
            }
        }
    }

    fn run(&mut self, times: u64) {
        let Self { keys: kept_keys, buffers, headers, kept, .. } = self;
        for _ in 0..times {
            let (input, new_keys) = (black_box(&self.input), KeyCache::new());
            let keys = if self.key == Key::Kept { &*kept_keys } else { &new_keys };
            match (input.workload.location, self.destination) {
                (Location::Query, _) => {
                    black_box(input.presign(keys, buffers));
                }
                (Location::Header, Destination::HeaderMap) => {
                    insert(headers, kept, &input.sign(keys, buffers));
                    black_box(&*headers);
                }
                (Location::Header, Destination::Text) => {
                    black_box(input.sign(keys, buffers));
                }
            }
        }
    }
}
