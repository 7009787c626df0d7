//! Both clients under observation, and what was observed.

use std::sync::{Mutex, PoisonError};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use contract::{Client, Credentials, Operation, Reply};
use findings::{explain::Proof, side::Side};
use raw::sigv4::{CredentialScope, Timestamp};
use url::{
    Position::{AfterPort, BeforeHost},
    Url,
};

use crate::{
    error::ExitError,
    proof,
    session::Session,
    sign::{Location, Payload, Secret, SignJob},
};

/// The first exchange of one side.
#[derive(Clone)]
pub(super) struct Observed {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) signed: Option<Signed>,
    pub(super) response: Option<Response>,
}

/// The texts of a signature.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) canonical_request: String,
    pub(super) string_to_sign: String,
    pub(super) signature: String,
    pub(super) carried: String,
}

#[derive(Clone)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// raw, keeping its first exchange.
pub(super) struct RawSide<'p> {
    client: &'p raw::Client,
    seen: Mutex<Option<Observed>>,
}

/// The SDK, keeping its first exchange.
pub(super) struct SdkSide<'p> {
    client: &'p sdk::Client,
    session: &'p Session,
    seen: Mutex<Option<Observed>>,
}

impl<'p> RawSide<'p> {
    pub(super) fn of(client: &'p raw::Client) -> Self {
        Self { client, seen: Mutex::default() }
    }

    pub(super) fn seen(self) -> Option<Observed> {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'p> SdkSide<'p> {
    pub(super) fn of(client: &'p sdk::Client, session: &'p Session) -> Self {
        Self { client, session, seen: Mutex::default() }
    }

    pub(super) fn seen(self) -> Option<Observed> {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Client for RawSide<'_> {
    fn name(&self) -> &'static str {
        self.client.name()
    }

    async fn call(&self, operation: &Operation) -> Reply {
        let (reply, observation) = self.client.call_observed(operation).await;
        let first = observation.exchanges.into_iter().next().map(Observed::from);
        let http = match operation {
            Operation::PresignGet(_) => HttpClient::Unknown,
            _ => HttpClient::Reqwest,
        };
        keep(&self.seen, first, http);
        reply
    }
}

impl Client for SdkSide<'_> {
    fn name(&self) -> &'static str {
        self.client.name()
    }

    async fn call(&self, operation: &Operation) -> Reply {
        let (reply, exchanges) = self.client.call_observed(operation).await;
        let credentials = &self.session.credentials;
        let first = exchanges.into_iter().next().map(|first| Observed::of_sdk(first, credentials));
        let http = match operation {
            Operation::PresignGet(_) => HttpClient::Unknown,
            // The SDK has no client for a route, so its user takes any HTTP client: here, reqwest.
            Operation::InvokeApi(_) => HttpClient::Reqwest,
            _ => HttpClient::Hyper,
        };
        keep(&self.seen, first, http);
        reply
    }
}

/// The HTTP client that sends a request. It adds headers after the last hook; a test compares them with
/// what arrives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HttpClient {
    /// raw's client.
    Reqwest,
    /// The SDK's client.
    Hyper,
    /// The client of whoever gets the presigned URL.
    Unknown,
}

fn keep(seen: &Mutex<Option<Observed>>, first: Option<Observed>, http: HttpClient) {
    *seen.lock().unwrap_or_else(PoisonError::into_inner) = first.map(|first| first.sent_by(http));
}

impl From<raw::observe::Exchange> for Observed {
    fn from(exchange: raw::observe::Exchange) -> Self {
        let raw::observe::Exchange { method, url, headers, body, steps, response } = exchange;
        let signed = steps.map(|steps| Signed {
            canonical_request: steps.canonical_request,
            string_to_sign: steps.string_to_sign,
            signature: steps.signature,
            carried: steps.carried,
        });
        let response = response.map(|response| Response {
            status: response.head.status,
            headers: (response.head.headers.iter())
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                    (name.to_string(), value)
                })
                .collect(),
            body: response.body,
        });
        Self { method, url, headers, body, signed, response }
    }
}

impl Observed {
    /// Converts an exchange of the SDK. The SDK does not show its string to sign, so it is rebuilt from what
    /// the SDK shows, and `credentials` prove that it is right. If they do not, [`Observed::prove`] fails.
    fn of_sdk(exchange: sdk::observe::Exchange, credentials: &Credentials) -> Self {
        let sdk::observe::Exchange { method, url, headers, body, signing, response } = exchange;
        let response = response.map(|sdk::observe::Response { status, headers, body }| Response {
            status,
            headers,
            body,
        });
        let mut observed = Self { method, url, headers, body, signed: None, response };
        let claim = Claim::of(&observed);
        observed.signed = signing.zip(claim).map(|(log, claim)| {
            // The log masks the token, so it comes from the header that was sent.
            let canonical_request = match observed.header("x-amz-security-token") {
                Some(token) => log.with_token(token),
                None => log.canonical_request.clone(),
            };
            let string_to_sign = claim.string_to_sign(&canonical_request, credentials);
            Signed {
                canonical_request,
                string_to_sign: string_to_sign.unwrap_or_default(),
                signature: claim.signature,
                carried: claim.carried,
            }
        });
        observed
    }

    /// Adds the headers that the HTTP client adds.
    fn sent_by(mut self, http: HttpClient) -> Self {
        let host = Url::parse(&self.url).ok().map(|url| url[BeforeHost..AfterPort].to_owned());
        let length = (!self.body.is_empty()).then(|| self.body.len().to_string());
        let accept = (http == HttpClient::Reqwest).then(|| "*/*".to_owned());
        for (name, value) in [("host", host), ("content-length", length), ("accept", accept)] {
            if let Some(value) = value.filter(|_| self.header(name).is_none()) {
                self.headers.push((name.to_owned(), value));
            }
        }
        self
    }

    pub(super) fn header(&self, wanted: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str())
    }

    pub(super) fn canonical_request(&self) -> Option<&str> {
        self.signed.as_ref().map(|signed| signed.canonical_request.as_str())
    }

    /// Signs the same request with raw and compares the signatures. `None` for an unsigned request.
    ///
    /// # Errors
    /// Exit 1 if the steps that were observed do not yield the signature that was sent.
    pub(super) fn prove(&self, credentials: &Credentials) -> Result<Option<Proof>, ExitError> {
        let Some(claim) = Claim::of(self) else { return Ok(None) };
        let Some(signed) = self.signed.as_ref().filter(|signed| !signed.string_to_sign.is_empty())
        else {
            return Err(ExitError::failed(
                "the canonical request that the SDK logged does not yield the signature it sent",
            ));
        };
        let job = claim.job(self, &signed.canonical_request, credentials);
        let steps = job.sign().map_err(|error| {
            ExitError::failed(format!("raw cannot sign the request of the SDK: {error}"))
        })?;
        Ok(Some(Proof {
            holds: steps.signature == signed.signature,
            sdk_signature: signed.signature.clone(),
            raw_signature_of_the_same: steps.signature,
        }))
    }
}

/// What a signed request says about its signature, in the header or in the query.
struct Claim {
    location: Location,
    date: String,
    region: String,
    service: String,
    time: String,
    expires: Option<u64>,
    signature: String,
    carried: String,
}

impl Claim {
    fn of(observed: &Observed) -> Option<Self> {
        let parameter = |wanted: &str| {
            let url = Url::parse(&observed.url).ok()?;
            url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let (location, credential, time, signature, carried) =
            match observed.header("authorization") {
                Some(authorization) => {
                    let part = |name: &str| {
                        let (_, rest) = authorization.split_once(name)?;
                        Some(rest.split(',').next().unwrap_or(rest).to_owned())
                    };
                    let time = observed.header("x-amz-date")?.to_owned();
                    let carried = authorization.to_owned();
                    (Location::Header, part("Credential=")?, time, part("Signature=")?, carried)
                }
                None => (
                    Location::Query,
                    parameter("X-Amz-Credential")?,
                    parameter("X-Amz-Date")?,
                    parameter("X-Amz-Signature")?,
                    observed.url.clone(),
                ),
            };
        let mut scope = credential.rsplit('/').skip(1).map(str::to_owned);
        let (service, region, date) = (scope.next()?, scope.next()?, scope.next()?);
        let expires = parameter("X-Amz-Expires").and_then(|seconds| seconds.parse().ok());
        Some(Self { location, date, region, service, time, expires, signature, carried })
    }

    fn string_to_sign(&self, canonical_request: &str, credentials: &Credentials) -> Option<String> {
        let time: Timestamp =
            self.time.parse().ok().filter(|time: &Timestamp| time.date() == self.date)?;
        let mut scope = Vec::new();
        let scope = CredentialScope::new(&time, &self.region, &self.service, &mut scope).ok()?;
        let secret = &credentials.secret_key;
        proof::string_to_sign(canonical_request, &time, &scope, secret, &self.signature)
    }

    /// The same request as a job for raw's signer, without what signing adds.
    fn job(
        &self,
        observed: &Observed,
        canonical_request: &str,
        credentials: &Credentials,
    ) -> SignJob {
        let signed = findings::explain::grammar::signed_headers(canonical_request);
        let given = |name: &str| {
            let name = name.to_ascii_lowercase();
            signed.contains(&name.as_str()) && !ADDED_BY_SIGNING.contains(&name.as_str())
        };
        let token = credentials.session_token.as_ref();
        SignJob {
            id: serde_json::Value::Null,
            method: observed.method.clone(),
            url: without_signature(&observed.url),
            headers: observed.headers.iter().filter(|(name, _)| given(name)).cloned().collect(),
            body_base64: BASE64_STANDARD.encode(&observed.body),
            service: Some(self.service.clone()),
            region: Some(self.region.clone()),
            time: self.time.clone(),
            access_key_id: credentials.access_key_id.as_str().to_owned(),
            secret_access_key: Secret(credentials.secret_key.expose().to_owned()),
            session_token: token.map(|token| Secret(token.expose().to_owned())),
            token: None,
            location: self.location,
            expires: self.expires.unwrap_or_default(),
            payload: match canonical_request.lines().last() {
                Some("UNSIGNED-PAYLOAD") => Some(Payload::Unsigned),
                _ => Some(Payload::Signed),
            },
            path: None,
            encode_path: None,
            content_sha256: None,
            side: Side::Raw,
        }
    }
}

/// Headers that signing adds.
const ADDED_BY_SIGNING: [&str; 3] = ["x-amz-date", "x-amz-content-sha256", "x-amz-security-token"];

/// Query parameters that presigning adds.
const SIGNATURE_PARAMETERS: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
];

fn without_signature(url: &str) -> String {
    let Some((base, query)) = url.split_once('?') else { return url.to_owned() };
    let is_kept = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or(pair);
        !SIGNATURE_PARAMETERS.contains(&name)
    };
    let kept: Vec<_> = query.split('&').filter(is_kept).collect();
    if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) }
}
