use crate::workload::{REGION, expires, time};
use crate::{Arm, Location, Proof, Workload};
use contract::Credentials;
use http::{HeaderMap, HeaderName, HeaderValue};
use raw::sigv4::{self, Buffers, KeyCache, Params, Presigned, Signed, Timestamp};
use std::hint::black_box;

/// This project's signer.
pub(crate) struct Ours<'w> {
    workload: &'w Workload,
    credentials: &'w Credentials,
    key: Key,
    destination: Destination,
    keys: KeyCache,
    buffers: Buffers,
    headers: HeaderMap,
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
            workload,
            credentials,
            key,
            destination,
            keys: KeyCache::new(),
            buffers: Buffers::default(),
            headers: HeaderMap::new(),
        }
    }
}

enum Outcome<'b> {
    Headers(Signed<'b>),
    Url(Presigned<'b>),
}

fn sign<'b>(
    workload: &'b Workload,
    credentials: &'b Credentials,
    keys: &KeyCache,
    buffers: &'b mut Buffers,
) -> Outcome<'b> {
    let request = workload.request();
    let params = Params {
        credentials,
        region: REGION,
        service: workload.service,
        time: Timestamp::new(black_box(time())).expect("a constant time"),
        rules: workload.rules(),
    };
    match workload.location {
        Location::Header => {
            let signed = sigv4::sign(&request, &params, keys, buffers);
            Outcome::Headers(signed.expect("a workload can be signed"))
        }
        Location::Query => {
            let presigned = sigv4::presign(&request, &params, expires(), keys, buffers);
            Outcome::Url(presigned.expect("a workload can be signed"))
        }
    }
}

fn insert(headers: &mut HeaderMap, signed: &Signed<'_>) {
    headers.clear();
    for (name, value) in signed.headers() {
        let value = HeaderValue::from_str(value).expect("text without line breaks");
        headers.insert(HeaderName::from_static(name), value);
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
        match sign(self.workload, self.credentials, &self.keys, &mut self.buffers) {
            Outcome::Url(presigned) => Proof::Url(presigned.url.as_str().to_owned()),
            Outcome::Headers(signed) if self.destination == Destination::HeaderMap => {
                insert(&mut self.headers, &signed);
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
            let workload = black_box(self.workload);
            match sign(workload, black_box(self.credentials), keys, &mut self.buffers) {
                Outcome::Url(presigned) => {
                    black_box(presigned.url.as_bytes());
                }
                Outcome::Headers(signed) if self.destination == Destination::HeaderMap => {
                    insert(&mut self.headers, &signed);
                    black_box(&self.headers);
                }
                Outcome::Headers(signed) => {
                    black_box(signed.authorization.as_bytes());
                }
            }
        }
    }
}
