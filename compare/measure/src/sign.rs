//! Signs one request with either side and shows every step. Nothing is sent.

mod answer;
mod notes;
mod options;
mod raw_side;
mod sdk_side;
pub mod service;

use base64::{Engine, prelude::BASE64_STANDARD};
use contract::{Credentials, SessionToken};
use findings::{
    side::Side,
    sign::{Judged, SignResult},
};
use raw::sigv4::{self, Timestamp};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

pub use answer::{NoSteps, SignAnswer, SignReport, Steps};
pub use options::{ContentSha256, EncodePath, Path, Payload, Token};

/// A request to sign: a line of input of `sign --jsonl`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignJob {
    /// Returned with the answer.
    #[serde(default)]
    pub id: serde_json::Value,
    /// The HTTP method.
    #[serde(default = "get")]
    pub method: String,
    /// Its path and query are as on the wire.
    pub url: String,
    /// Names and values, in order.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body, in base64.
    #[serde(default)]
    pub body_base64: String,
    /// For the credential scope; default: from an AWS host name.
    pub service: Option<String>,
    /// For the credential scope; default: from an AWS host name.
    pub region: Option<String>,
    /// `20150830T123600Z`
    pub time: String,
    /// The public half of the key pair.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: Secret,
    /// Of temporary credentials; an empty one counts as absent.
    pub session_token: Option<Secret>,
    /// Whether the session token is signed; default: the service's rule.
    pub token: Option<Token>,
    /// Where the signature goes.
    #[serde(default)]
    pub location: Location,
    /// Expiry of a presigned URL, in seconds.
    #[serde(default = "an_hour")]
    pub expires: u64,
    /// What stands for the body; default: the service's rule.
    pub payload: Option<Payload>,
    /// Whether the path is normalised; default: the service's rule.
    pub path: Option<Path>,
    /// How often the path is encoded; default: the service's rule.
    pub encode_path: Option<EncodePath>,
    /// Whether x-amz-content-sha256 is sent; default: the service's rule.
    pub content_sha256: Option<ContentSha256>,
    /// Who signs.
    #[serde(default)]
    pub side: Side,
}

/// Text that `Debug` does not show.
#[derive(Clone, Deserialize)]
pub struct Secret(pub String);

/// Where the signature goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Location {
    /// The `Authorization` header.
    #[default]
    Header,
    /// `X-Amz-Signature` in the query.
    Query,
}

/// The outcome of a job on one side.
#[derive(Debug)]
pub struct SignOutcome {
    /// Who signed.
    pub side: Side,
    /// The steps of the signature.
    pub steps: Result<SignResult, SignError>,
    /// The verdict of the sandbox's verifier; `None` for a chunked upload without its chunks.
    pub judged: Option<Judged>,
    /// What a service would refuse or read differently.
    pub notes: Vec<String>,
}

/// Why a request cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// raw's signer refuses.
    #[error(transparent)]
    Raw(#[from] sigv4::Error),
    /// The SDK's signer refuses.
    #[error("aws-sigv4 refuses: {0}")]
    Sdk(String),
    /// The body is not base64.
    #[error("body_base64 is not base64")]
    Body(#[source] base64::DecodeError),
    /// The job has no service or region, and the host name does not show it.
    #[error("no {what}: the host name shows none, so set it with {option}")]
    Scope {
        /// `service` or `region`.
        what: &'static str,
        /// The option that sets it.
        option: &'static str,
    },
    /// The header and the option contradict each other.
    #[error(
        "the header x-amz-content-sha256 is {given}, which contradicts the option payload ({asked}); leave one of them out"
    )]
    Payload {
        /// The header's value.
        given: String,
        /// `signed` or `unsigned`.
        asked: &'static str,
    },
    /// The header and the credentials have different session tokens.
    #[error(
        "the header X-Amz-Security-Token is not the session token of the credentials; leave one of them out"
    )]
    Tokens,
    /// The credentials are invalid, or would send the secret as the access key id.
    #[error(transparent)]
    Credentials(contract::CredentialsError),
    /// The SDK's signer logged something other than what it signed.
    #[error("the steps that aws-sigv4 logged do not yield its signature")]
    Unproven,
}

/// A job with its defaults filled in.
#[derive(Debug)]
pub struct ResolvedJob<'a> {
    job: &'a SignJob,
    body: Vec<u8>,
    service: String,
    region: String,
    time: Timestamp,
    credentials: Credentials,
    rules: sigv4::Rules,
}

impl SignJob {
    /// Signs with the job's side.
    ///
    /// # Errors
    /// The job is invalid, or the signer refuses.
    pub fn sign(&self) -> Result<SignResult, SignError> {
        self.resolve()?.sign()
    }

    /// Signs, and judges the result as a service would.
    #[must_use]
    pub fn play(&self) -> SignOutcome {
        let side = self.side;
        let resolved = match self.resolve() {
            Ok(resolved) => resolved,
            Err(error) => {
                return SignOutcome { side, steps: Err(error), judged: None, notes: Vec::new() };
            }
        };
        let steps = resolved.sign();
        let mut notes = resolved.notes();
        let judged = steps.as_ref().ok().and_then(|steps| resolved.judge(steps));
        notes.extend(
            judged.as_ref().and_then(|judged| notes::refusal_note(judged, &resolved.service)),
        );
        SignOutcome { side, steps, judged, notes }
    }

    fn resolve(&self) -> Result<ResolvedJob<'_>, SignError> {
        let request = sigv4::SignableRequest::new(&self.method, &self.url)?;
        let guessed = service::of_host(request.host);
        let missing = |what, option| SignError::Scope { what, option };
        let service = self.service.clone().or(guessed.service.map(str::to_owned));
        let region = self.region.clone().or(guessed.region);
        let service = service.ok_or_else(|| missing("service", "--service"))?;
        let region = region.ok_or_else(|| missing("region", "--region"))?;
        let credentials = self.credentials();
        let given = self.given("x-amz-security-token").map(str::trim);
        let token = credentials.session_token.as_ref().map(SessionToken::expose);
        if given.is_some() && token.is_some() && given != token {
            return Err(SignError::Tokens);
        }
        credentials.check().map_err(SignError::Credentials)?;
        let body = BASE64_STANDARD.decode(&self.body_base64).map_err(SignError::Body)?;
        self.check_given_payload(&body)?;
        // A given date is the time of signing.
        let time = self.given("x-amz-date").map_or(self.time.as_str(), str::trim);
        Ok(ResolvedJob {
            job: self,
            body,
            time: time.parse()?,
            rules: self.rules(&service),
            credentials,
            service,
            region,
        })
    }

    /// The job's credentials.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        Credentials::new(self.access_key_id.as_str(), self.secret_access_key.0.as_str())
            .with_session_token(self.session_token.as_ref().map_or("", |token| token.0.as_str()))
    }

    /// The value of the first header with this name.
    fn given(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Refuses a header x-amz-content-sha256 that contradicts `payload`.
    fn check_given_payload(&self, body: &[u8]) -> Result<(), SignError> {
        let (Some(given), Some(asked)) = (self.given("x-amz-content-sha256"), self.payload) else {
            return Ok(());
        };
        let given = given.trim();
        let is_unsigned = given.contains("UNSIGNED-PAYLOAD");
        let (agrees, asked) = match asked {
            Payload::Unsigned => (is_unsigned, "unsigned"),
            Payload::Signed => {
                let hash = sigv4::Hex::of(Sha256::digest(body).into());
                (given == hash.as_str() || given.starts_with("STREAMING-AWS4-"), "signed")
            }
        };
        if agrees { Ok(()) } else { Err(SignError::Payload { given: given.to_owned(), asked }) }
    }

    /// The service's rules, with the job's options.
    fn rules(&self, service: &str) -> sigv4::Rules {
        let mut rules = match self.location {
            Location::Header => sigv4::Rules::of(service),
            Location::Query => sigv4::Rules::of_presigned(service),
        };
        set(&mut rules.payload, self.payload);
        set(&mut rules.path, self.path);
        set(&mut rules.encode_path, self.encode_path);
        set(&mut rules.content_sha256, self.content_sha256);
        set(&mut rules.session_token, self.token);
        rules
    }
}

impl ResolvedJob<'_> {
    fn sign(&self) -> Result<SignResult, SignError> {
        match self.job.side {
            Side::Raw => raw_side::sign(self),
            Side::Sdk => sdk_side::sign(self),
        }
    }

    fn given(&self) -> Vec<(&str, &str)> {
        self.job.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The headers to send: host, the given ones, the added ones. An added header replaces a given one with
    /// the same name.
    fn headers_with(&self, host: &str, added: Vec<(String, String)>) -> Vec<(String, String)> {
        let is_added = |name: &str| added.iter().any(|(add, _)| add.eq_ignore_ascii_case(name));
        let given = self.job.headers.iter().filter(|(name, _)| !is_added(name)).cloned();
        let mut headers: Vec<_> = given.collect();
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            headers.insert(0, ("host".to_owned(), host.to_owned()));
        }
        headers.extend(added);
        headers
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("** redacted **")
    }
}

/// Overrides `rule`, if the job has the option.
fn set<T>(rule: &mut T, option: Option<impl Into<T>>) {
    if let Some(option) = option {
        *rule = option.into();
    }
}

fn get() -> String {
    "GET".to_owned()
}

fn an_hour() -> u64 {
    3600
}
