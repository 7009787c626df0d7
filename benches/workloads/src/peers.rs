//! Signers of other crates that work without a server, each used through its public interface.
//!
//! All derive the key for every signature unless noted, and all read the clock themselves. Left out:
//!
//! - `s3s`: its signer is for servers and private (`sig_v4`).
//! - `minio`: its signer is private (`pub(crate)`), and its public builders first ask the server for the
//!   bucket's region.
//! - `rust-s3`, except for W5: it signs headers only in requests to a bucket, which `ListBuckets`, a form
//!   and other services are not.
//! - `object_store` for W5: it presigns only through a store, which needs a connection.
//! - `rusty-s3`, except for W5: it only presigns.

use crate::workload::{EXPIRES, REGION};
use crate::{Arm, Location, Proof, Workload};
use contract::{Credentials, SessionToken};
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::{HttpRequest, HttpRequestBody};
use reqsign_core::SignRequest;
use rusty_s3::S3Action;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const BUCKET: &str = "example-bucket";
const KEY: &str = "photos/2026/welle.jpg";

/// The peers that can sign `workload`.
pub(crate) fn arms<'w>(
    workload: &'w Workload,
    credentials: &'w Credentials,
) -> Vec<Box<dyn Arm + 'w>> {
    let reqsign = Box::new(Reqsign::new(workload, credentials));
    match workload.location {
        Location::Header => vec![reqsign, Box::new(ObjectStore::new(workload, credentials))],
        Location::Query => {
            vec![reqsign, Box::new(RustyS3::new(credentials)), Box::new(RustS3::new(credentials))]
        }
    }
}

fn token(credentials: &Credentials) -> Option<String> {
    credentials.session_token.as_ref().map(SessionToken::expose).map(str::to_owned)
}

fn owned(credentials: &Credentials) -> (String, String) {
    (credentials.access_key_id.as_str().to_owned(), credentials.secret_key.expose().to_owned())
}

/// The workload as an `http` request with `body`.
fn http_request<B>(workload: &Workload, body: B) -> http::Request<B> {
    let request = http::Request::builder().method(workload.method).uri(workload.url);
    let headers = workload.headers.iter();
    let request = headers.fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(body).expect("a constant request")
}

fn headers(headers: &http::HeaderMap) -> Proof {
    let text = |value: &http::HeaderValue| value.to_str().expect("is text").to_owned();
    Proof::Headers(headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect())
}

/// `reqsign-aws-v4`. Its caller has to hash the payload, which is done and timed here.
struct Reqsign<'w> {
    workload: &'w Workload,
    credential: reqsign_aws_v4::Credential,
    context: reqsign_core::Context,
    signer: reqsign_aws_v4::RequestSigner,
}

impl<'w> Reqsign<'w> {
    fn new(workload: &'w Workload, credentials: &Credentials) -> Self {
        let (access_key_id, secret_access_key) = owned(credentials);
        let session_token = token(credentials);
        Self {
            workload,
            credential: reqsign_aws_v4::Credential {
                access_key_id,
                secret_access_key,
                session_token,
                expires_in: None,
            },
            context: reqsign_core::Context::new(),
            signer: reqsign_aws_v4::RequestSigner::new(workload.service, REGION),
        }
    }

    fn sign(&self) -> http::request::Parts {
        let workload = black_box(self.workload);
        let (mut parts, ()) = http_request(workload, ()).into_parts();
        let expires = (workload.location == Location::Query).then(|| Duration::from_secs(EXPIRES));
        if expires.is_none() {
            let hash = reqsign_core::hash::hex_sha256(&workload.body);
            let hash = hash.parse().expect("digits are a value");
            parts.headers.insert("x-amz-content-sha256", hash);
        }
        let credential = Some(&self.credential);
        let signing = self.signer.sign_request(&self.context, &mut parts, credential, expires);
        ready(signing).expect("a workload can be signed");
        parts
    }
}

/// The output of a future that never waits.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("without a server there is nothing to wait for"),
    }
}

impl Arm for Reqsign<'_> {
    fn name(&self) -> &'static str {
        "reqsign"
    }

    fn prove(&mut self) -> Proof {
        let parts = self.sign();
        match self.workload.location {
            Location::Header => headers(&parts.headers),
            Location::Query => Proof::Url(parts.uri.to_string()),
        }
    }

    fn run(&mut self, times: u64) {
        for _ in 0..times {
            black_box(self.sign());
        }
    }
}

/// `object_store`, with `ring` below it.
struct ObjectStore<'w> {
    workload: &'w Workload,
    body: bytes::Bytes,
    credential: AwsCredential,
}

impl<'w> ObjectStore<'w> {
    fn new(workload: &'w Workload, credentials: &Credentials) -> Self {
        let (key_id, secret_key) = owned(credentials);
        let credential = AwsCredential { key_id, secret_key, token: token(credentials) };
        Self { workload, body: workload.body.clone().into(), credential }
    }

    fn sign(&self) -> HttpRequest {
        let workload = black_box(self.workload);
        let mut request = http_request(workload, HttpRequestBody::from(self.body.clone()));
        AwsAuthorizer::new(&self.credential, workload.service, REGION)
            .try_authorize(&mut request, None)
            .expect("a workload can be signed");
        request
    }
}

impl Arm for ObjectStore<'_> {
    fn name(&self) -> &'static str {
        "object_store"
    }

    fn prove(&mut self) -> Proof {
        headers(self.sign().headers())
    }

    fn run(&mut self, times: u64) {
        for _ in 0..times {
            black_box(self.sign());
        }
    }
}

/// `rusty-s3`.
struct RustyS3 {
    bucket: rusty_s3::Bucket,
    credentials: rusty_s3::Credentials,
}

impl RustyS3 {
    fn new(credentials: &Credentials) -> Self {
        let endpoint = format!("https://s3.{REGION}.amazonaws.com").parse().expect("a URL");
        let style = rusty_s3::UrlStyle::VirtualHost;
        let bucket = rusty_s3::Bucket::new(endpoint, style, BUCKET, REGION).expect("has a host");
        let (key, secret) = owned(credentials);
        let token = token(credentials).unwrap_or_default();
        let credentials = rusty_s3::Credentials::new_with_token(key, secret, token);
        Self { bucket, credentials }
    }

    fn sign(&self) -> url::Url {
        let action = self.bucket.get_object(Some(&self.credentials), black_box(KEY));
        action.sign(Duration::from_secs(EXPIRES))
    }
}

impl Arm for RustyS3 {
    fn name(&self) -> &'static str {
        "rusty-s3"
    }

    fn prove(&mut self) -> Proof {
        Proof::Url(self.sign().into())
    }

    fn run(&mut self, times: u64) {
        for _ in 0..times {
            black_box(self.sign());
        }
    }
}

/// `rust-s3`.
struct RustS3(Box<s3::Bucket>);

impl RustS3 {
    fn new(credentials: &Credentials) -> Self {
        let (key, secret) = owned(credentials);
        let token = token(credentials);
        let (key, secret, token) = (Some(&*key), Some(&*secret), token.as_deref());
        let credentials = s3::creds::Credentials::new(key, secret, token, None, None);
        let region = REGION.parse().expect("a region");
        let credentials = credentials.expect("complete");
        Self(s3::Bucket::new(BUCKET, region, credentials).expect("a bucket"))
    }

    fn sign(&self) -> String {
        let seconds = u32::try_from(EXPIRES).expect("less than a week");
        self.0.presign_get(black_box(KEY), seconds, None).expect("a workload can be signed")
    }
}

impl Arm for RustS3 {
    fn name(&self) -> &'static str {
        "rust-s3"
    }

    fn prove(&mut self) -> Proof {
        Proof::Url(self.sign())
    }

    fn run(&mut self, times: u64) {
        for _ in 0..times {
            black_box(self.sign());
        }
    }
}
