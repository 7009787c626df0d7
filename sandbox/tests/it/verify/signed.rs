//! Requests with correct signatures, of which a test may change any part.

use std::fmt::Write as _;

use sandbox::verify::{ReceivedRequest, Rules, StoredKey, Verification, verify};

use super::{KEY, NOW, REGION};
use crate::support::{EMPTY_SHA256, encode, owned, signature};

const STAMP: &str = "20150830T123600Z";

/// The signing names that follow S3's rules.
pub(super) const S3_LIKE: [&str; 4] = ["s3", "s3express", "s3-object-lambda", "s3-outposts"];

/// A request, and the parts of the canonical request that is signed.
#[derive(Clone)]
pub(super) struct SignedRequest {
    pub(super) service: &'static str,
    pub(super) key_id: &'static str,
    pub(super) token: Option<&'static str>,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) canonical_path: String,
    pub(super) canonical_query: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) canonical_headers: Vec<(String, String)>,
    pub(super) payload: String,
}

impl SignedRequest {
    /// `GET /` with signed host and date, and for S3 with the hash of the body.
    pub(super) fn of(service: &'static str) -> Self {
        let mut headers = owned(&[("host", "example.amazonaws.com"), ("x-amz-date", STAMP)]);
        if S3_LIKE.contains(&service) {
            headers.insert(1, ("x-amz-content-sha256".into(), EMPTY_SHA256.into()));
        }
        SignedRequest {
            service,
            key_id: KEY.access_key_id,
            token: None,
            path: "/".into(),
            query: String::new(),
            canonical_path: "/".into(),
            canonical_query: String::new(),
            canonical_headers: headers.clone(),
            headers,
            payload: EMPTY_SHA256.into(),
        }
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut SignedRequest)) -> Self {
        change(&mut self);
        self
    }

    pub(super) fn with_path(self, path: &str, canonical: &str) -> Self {
        self.with(|it| (it.path, it.canonical_path) = (path.into(), canonical.into()))
    }

    pub(super) fn with_query(self, query: &str, canonical: &str) -> Self {
        self.with(|it| (it.query, it.canonical_query) = (query.into(), canonical.into()))
    }

    /// Adds a header without signing it.
    pub(super) fn with_unsigned(self, name: &str, value: &str) -> Self {
        self.with(|it| it.headers.push((name.into(), value.into())))
    }

    /// Removes a header, which then is not signed either.
    pub(super) fn without(self, name: &str) -> Self {
        self.with(|it| {
            for headers in [&mut it.headers, &mut it.canonical_headers] {
                headers.retain(|(sent, _)| sent != name);
            }
        })
    }

    /// Signs all headers.
    pub(super) fn sign_all(self) -> Self {
        self.with(|it| {
            it.canonical_headers = it.headers.clone();
            it.canonical_headers.sort();
        })
    }

    fn scope(&self) -> String {
        format!("{}/{REGION}/{}/aws4_request", &STAMP[..8], self.service)
    }

    fn signed_headers(&self) -> String {
        let names: Vec<_> = self.canonical_headers.iter().map(|(name, _)| name.as_str()).collect();
        names.join(";")
    }

    fn signature(&self, canonical_query: &str) -> String {
        let mut lines = String::new();
        for (name, value) in &self.canonical_headers {
            let _ = writeln!(lines, "{name}:{value}");
        }
        let canonical = format!(
            "GET\n{}\n{canonical_query}\n{lines}\n{}\n{}",
            self.canonical_path,
            self.signed_headers(),
            self.payload
        );
        signature(KEY.secret_access_key, STAMP, REGION, self.service, &canonical)
    }

    pub(super) fn authorization(&self) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
            self.key_id,
            self.scope(),
            self.signed_headers(),
            self.signature(&self.canonical_query)
        )
    }

    /// The request without a signature.
    pub(super) fn unsigned(&self, query: &str) -> ReceivedRequest {
        let mark = if query.is_empty() { "" } else { "?" };
        ReceivedRequest {
            method: "GET".into(),
            target: format!("{}{mark}{query}", self.path),
            headers: self.headers.clone(),
            body: Vec::new(),
        }
    }

    /// The request with an Authorization header, which comes last.
    pub(super) fn in_header(&self) -> ReceivedRequest {
        let mut received = self.unsigned(&self.query);
        received.headers.push(("authorization".into(), self.authorization()));
        received
    }

    /// The presigned request, in which only the host is signed. `more` is appended to the query.
    pub(super) fn in_query(&self, expires: &str, more: &str) -> ReceivedRequest {
        let mut it = self.clone().without("x-amz-date").without("x-amz-content-sha256");
        it.canonical_headers.retain(|(name, _)| name == "host");
        if S3_LIKE.contains(&it.service) {
            it.payload = "UNSIGNED-PAYLOAD".into();
        }
        let credential = encode(&format!("{}/{}", it.key_id, it.scope()));
        let query = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={STAMP}\
             &X-Amz-Expires={}&X-Amz-SignedHeaders=host{more}",
            encode(expires)
        );
        let mut pairs: Vec<_> = query.split('&').collect();
        pairs.sort_unstable();
        let signature = it.signature(&pairs.join("&"));
        it.unsigned(&format!("{query}&X-Amz-Signature={signature}"))
    }

    pub(super) fn verify(&self, received: &ReceivedRequest) -> Verification {
        let key = StoredKey { access_key_id: self.key_id, session_token: self.token, ..KEY };
        verify(received, &key, &Rules::of(self.service, REGION), NOW)
    }

    pub(super) fn verify_header(&self) -> Verification {
        self.verify(&self.in_header())
    }

    pub(super) fn verify_query(&self, expires: &str, more: &str) -> Verification {
        self.verify(&self.in_query(expires, more))
    }
}
