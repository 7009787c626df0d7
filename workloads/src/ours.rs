use crate::workload::{REGION, expires, time};
use crate::{Arm, Location, Proof, Workload};
use contract::{Credentials, SessionToken};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use raw::sigv4::{self, Buffers, Expires, KeyCache, Params, Presigned, Signed, Timestamp};
use std::hint::black_box;
use std::time::SystemTime;

/// This project's signer.
pub(crate) struct Ours<'w> {
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
    /// It is kept, as the client does.
    Kept,
    /// Every signature has an empty cache of keys.
    New,
}

/// Where the headers end up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination {
    /// In the buffers of the signer, as text.
    Text,
    /// In an [`http::HeaderMap`], where an HTTP client wants them; it is used again.
    HeaderMap,
}

impl<'w> Ours<'w> {
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

enum Outcome<'b> {
    Headers(Signed<'b>),
    Url(Presigned<'b>),
}

fn sign<'b>(input: &'b Input<'_>, keys: &KeyCache, buffers: &'b mut Buffers) -> Outcome<'b> {
    let Input { workload, credentials, time, expires } = *input;
    let time = Timestamp::new(time).expect("a constant time");
    let request = workload.request();
    let (service, rules) = (workload.service, workload.rules());
    let params = Params { credentials, region: REGION, service, time, rules };
    match workload.location {
        Location::Header => {
            let signed = sigv4::sign(&request, &params, keys, buffers);
            Outcome::Headers(signed.expect("a workload can be signed"))
        }
        Location::Query => {
            let presigned = sigv4::presign(&request, &params, expires, keys, buffers);
            Outcome::Url(presigned.expect("a workload can be signed"))
        }
    }
}

/// The values of headers that hardly ever change, as an HTTP client keeps them.
struct Kept {
    token: HeaderValue,
    hash_of_nothing: HeaderValue,
}

impl Kept {
    fn new(credentials: &Credentials) -> Self {
        let token = credentials.session_token.as_ref().map_or("", SessionToken::expose);
        Self {
            token: HeaderValue::from_str(token).expect("a token has no line breaks"),
            hash_of_nothing: HeaderValue::from_static(
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
        }
    }

    fn value(&self, text: &[u8]) -> HeaderValue {
        let known = [&self.token, &self.hash_of_nothing];
        let known = known.into_iter().find(|known| known.as_bytes() == text).cloned();
        known.unwrap_or_else(|| HeaderValue::from_bytes(text).expect("text without line breaks"))
    }
}

fn insert(headers: &mut HeaderMap, kept: &Kept, signed: &Signed<'_>) {
    headers.clear();
    for (name, value) in signed.headers_as_bytes() {
        let name = match name {
            "authorization" => AUTHORIZATION,
            "x-amz-content-sha256" => const { HeaderName::from_static("x-amz-content-sha256") },
            "x-amz-date" => const { HeaderName::from_static("x-amz-date") },
            "x-amz-security-token" => const { HeaderName::from_static("x-amz-security-token") },
            other => HeaderName::from_static(other),
        };
        headers.insert(name, kept.value(value));
    }
}

impl Arm for Ours<'_> {
    fn name(&self) -> &'static str {
        match (self.key, self.destination) {
            (Key::Kept, Destination::Text) => "raw",
            (Key::New, _) => "raw-new-key",
            (Key::Kept, Destination::HeaderMap) => "raw-header-map",
        }
    }

    fn prove(&mut self) -> Proof {
        match sign(&self.input, &self.keys, &mut self.buffers) {
            Outcome::Url(presigned) => Proof::Url(presigned.url.as_str().to_owned()),
            Outcome::Headers(signed) if self.destination == Destination::HeaderMap => {
                insert(&mut self.headers, &self.kept, &signed);
                let text = |value: &HeaderValue| value.to_str().expect("is text").to_owned();
                let pairs = self.headers.iter();
                Proof::Headers(pairs.map(|(name, value)| (name.to_string(), text(value))).collect())
            }
            Outcome::Headers(signed) => {
                let pairs = signed.headers();
                Proof::Headers(pairs.map(|(name, value)| (name.into(), value.into())).collect())
            }
        }
    }

    fn run(&mut self, times: u64) {
        for _ in 0..times {
            let new_keys = KeyCache::new();
            let keys = if self.key == Key::Kept { &self.keys } else { &new_keys };
            match sign(black_box(&self.input), keys, &mut self.buffers) {
                Outcome::Url(presigned) => {
                    black_box(presigned.url.as_bytes());
                }
                Outcome::Headers(signed) if self.destination == Destination::HeaderMap => {
                    insert(&mut self.headers, &self.kept, &signed);
                    black_box(&self.headers);
                }
                Outcome::Headers(signed) => {
                    black_box(signed.authorization.as_bytes());
                }
            }
        }
    }
}
