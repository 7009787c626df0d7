//! One request, signed by either side, with every step; nothing is sent.

pub mod raw_side;
pub mod sdk_side;
pub mod service;

use base64::{Engine, prelude::BASE64_STANDARD};
use contract::Credentials;
use raw::sigv4::{self, Timestamp};
use serde::{Deserialize, Serialize};

/// A request to sign, as one line of `sign --jsonl` states it.
#[derive(Debug, Clone, Deserialize)]
pub struct Job {
    /// Returned with the answer.
    #[serde(default)]
    pub id: serde_json::Value,
    /// The HTTP method.
    #[serde(default = "get")]
    pub method: String,
    /// Path and query as they would stand on the wire.
    pub url: String,
    /// Names and values, in order.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body, in base64.
    #[serde(default)]
    pub body_base64: String,
    /// For the credential scope; from an AWS host name where absent.
    pub service: Option<String>,
    /// For the credential scope; from an AWS host name where absent.
    pub region: Option<String>,
    /// `20150830T123600Z`.
    pub time: String,
    /// The public half of the key pair.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: Secret,
    /// With temporary credentials.
    pub session_token: Option<Secret>,
    /// Where the signature goes.
    #[serde(default)]
    pub location: Location,
    /// Seconds, for the query.
    #[serde(default = "an_hour")]
    pub expires: u64,
    /// What stands for the body; the service's rule where absent.
    pub payload: Option<Payload>,
    /// Whether the path is normalised; the service's rule where absent.
    pub path: Option<Path>,
    /// How often the path is encoded; the service's rule where absent.
    pub encode_path: Option<EncodePath>,
    /// Whether x-amz-content-sha256 goes along; the service's rule where absent.
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

/// Who signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// `raw::sigv4`
    #[default]
    Raw,
    /// The crate `aws-sigv4`.
    Sdk,
}

/// What stands for the body in the canonical request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Payload {
    /// Its SHA-256
    Signed,
    /// The words UNSIGNED-PAYLOAD
    Unsigned,
}

/// What happens to the path's dots and doubled slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Path {
    /// Resolved, as every service but S3 wants it
    Normalized,
    /// Kept, as S3 wants it
    AsIs,
}

/// How often the path is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum EncodePath {
    /// Taken as it stands on the wire, as S3 wants it
    Once,
    /// Encoded once more, as every other service wants it
    Twice,
}

/// Whether x-amz-content-sha256 goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ContentSha256 {
    /// As S3 wants it
    Sent,
    /// As every other service has it
    Absent,
}

/// Every step of a signature, in AWS's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Steps {
    /// Step 1.
    pub canonical_request: String,
    /// Step 3; step 2 is its last line.
    pub string_to_sign: String,
    /// Step 4.
    pub signature: String,
    /// Step 5, in the header.
    pub authorization: Option<String>,
    /// Where to send the request; with the signature, where it goes into the query.
    pub url: String,
    /// Every header to send, given and added.
    pub headers: Vec<(String, String)>,
}

/// One line of answer.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// That of the job.
    pub id: serde_json::Value,
    /// Who signed.
    pub side: Side,
    /// The steps; every field of theirs is null where there is an error.
    #[serde(flatten)]
    pub steps: StepsOrNull,
    /// Why there are no steps.
    pub error: Option<String>,
}

/// [`Steps`], or nulls in their place.
#[derive(Debug, Default, Serialize)]
pub struct StepsOrNull {
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
    signature: Option<String>,
    authorization: Option<String>,
    url: Option<String>,
    headers: Option<Vec<(String, String)>>,
}

/// Why a request cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// raw's signer says why.
    #[error(transparent)]
    Raw(#[from] sigv4::Error),
    /// The SDK's signer says why.
    #[error("aws-sigv4 refuses: {0}")]
    Sdk(String),
    /// The body is not base64.
    #[error("body_base64 is not base64")]
    Body(#[source] base64::DecodeError),
    /// Neither stated nor in the host name.
    #[error("no {what}: the host name shows none, so state it with {option}")]
    Scope {
        /// `service` or `region`.
        what: &'static str,
        /// The option that states it.
        option: &'static str,
    },
    /// What the SDK's signer logged is not what it signed.
    #[error("the steps that aws-sigv4 reported do not yield the signature that it made")]
    Unproven,
}

/// A job with everything decided.
#[derive(Debug)]
pub struct Decided<'a> {
    job: &'a Job,
    body: Vec<u8>,
    service: String,
    region: String,
    time: Timestamp,
    credentials: Credentials,
    rules: sigv4::Rules,
}

impl Job {
    /// Signs, on the side that the job names.
    ///
    /// # Errors
    /// What stands in the way, in one line.
    pub fn sign(&self) -> Result<Steps, SignError> {
        let decided = self.decide()?;
        match self.side {
            Side::Raw => raw_side::sign(&decided),
            Side::Sdk => sdk_side::sign(&decided),
        }
    }

    fn decide(&self) -> Result<Decided<'_>, SignError> {
        let request = sigv4::Request::new(&self.method, &self.url)?;
        let guessed = service::of_host(request.host);
        let missing = |what, option| SignError::Scope { what, option };
        let service = self.service.clone().or(guessed.service.map(str::to_owned));
        let region = self.region.clone().or(guessed.region);
        let service = service.ok_or_else(|| missing("service", "--service"))?;
        let region = region.ok_or_else(|| missing("region", "--region"))?;
        let mut credentials =
            Credentials::new(self.access_key_id.as_str(), self.secret_access_key.0.as_str());
        if let Some(token) = &self.session_token {
            credentials = credentials.with_session_token(token.0.as_str());
        }
        Ok(Decided {
            job: self,
            body: BASE64_STANDARD.decode(&self.body_base64).map_err(SignError::Body)?,
            time: self.time.parse()?,
            rules: self.rules(&service),
            credentials,
            service,
            region,
        })
    }

    /// The service's rules, but for what the job states itself.
    fn rules(&self, service: &str) -> sigv4::Rules {
        let mut rules = match self.location {
            Location::Header => sigv4::Rules::of(service),
            Location::Query => sigv4::Rules::of_presigned(service),
        };
        match self.payload {
            Some(Payload::Signed) => rules.payload = sigv4::Payload::Signed,
            Some(Payload::Unsigned) => rules.payload = sigv4::Payload::Unsigned,
            None => {}
        }
        match self.path {
            Some(Path::Normalized) => rules.path = sigv4::PathNormalization::Normalized,
            Some(Path::AsIs) => rules.path = sigv4::PathNormalization::AsIs,
            None => {}
        }
        match self.encode_path {
            Some(EncodePath::Once) => rules.encode_path = sigv4::PathEncoding::Once,
            Some(EncodePath::Twice) => rules.encode_path = sigv4::PathEncoding::Twice,
            None => {}
        }
        match self.content_sha256 {
            Some(ContentSha256::Sent) => rules.content_sha256 = sigv4::ContentSha256::Sent,
            Some(ContentSha256::Absent) => rules.content_sha256 = sigv4::ContentSha256::Absent,
            None => {}
        }
        rules
    }
}

impl Answer {
    /// What came of `job`.
    #[must_use]
    pub fn to(job: &Job) -> Self {
        let (steps, error) = match job.sign() {
            Ok(steps) => (steps.into(), None),
            Err(error) => (StepsOrNull::default(), Some(error.to_string())),
        };
        Self { id: job.id.clone(), side: job.side, steps, error }
    }
}

impl From<Steps> for StepsOrNull {
    fn from(steps: Steps) -> Self {
        Self {
            canonical_request: Some(steps.canonical_request),
            string_to_sign: Some(steps.string_to_sign),
            signature: Some(steps.signature),
            authorization: steps.authorization,
            url: Some(steps.url),
            headers: Some(steps.headers),
        }
    }
}

impl Decided<'_> {
    fn given(&self) -> Vec<(&str, &str)> {
        self.job.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The headers to send: host first, then those given, then those added; one that is added
    /// takes the place of one given under its name.
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

fn get() -> String {
    "GET".to_owned()
}

fn an_hour() -> u64 {
    3600
}
