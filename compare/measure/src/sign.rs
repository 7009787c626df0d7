//! One request, signed by either side, with every step; nothing is sent.

mod answer;

mod notes;

pub mod raw_side;

pub mod sdk_side;

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

pub use answer::{SignAnswer, SignReport, StepsOrNull};

/// A request to sign, as one line of `sign --jsonl` states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignJob {
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
    /// With temporary credentials; an empty one is none.
    pub session_token: Option<Secret>,
    /// Whether the token is part of what is signed; the service's rule where absent.
    pub token: Option<Token>,
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

/// Whether the session token is part of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Token {
    /// It is, as nearly every service wants it
    Signed,
    /// It is added afterwards, as MQTT over WebSocket wants it
    Afterwards,
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
    /// Decoded and encoded once, as S3 wants it
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

/// What came of a job on one side.
#[derive(Debug)]
pub struct SignOutcome {
    /// Who signed.
    pub side: Side,
    /// The steps, or why there are none.
    pub steps: Result<SignResult, SignError>,
    /// What the sandbox's verifier says of the signed request; none of a chunked upload without its
    /// chunks.
    pub judged: Option<Judged>,
    /// What a service would refuse or read otherwise.
    pub notes: Vec<String>,
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
    /// Two statements about the payload.
    #[error(
        "x-amz-content-sha256 is given as {given}, which contradicts the payload that was asked for ({asked}); leave one of them out"
    )]
    Payload {
        /// The header's value.
        given: String,
        /// `signed` or `unsigned`.
        asked: &'static str,
    },
    /// Two session tokens.
    #[error(
        "the header X-Amz-Security-Token is given, and is not the session token of the credentials; leave one of them out"
    )]
    Tokens,
    /// The secret would stand in the signature's credential.
    #[error(transparent)]
    Credentials(contract::CredentialsError),
    /// What the SDK's signer logged is not what it signed.
    #[error("the steps that aws-sigv4 reported do not yield the signature that it made")]
    Unproven,
}

/// A job with everything decided.
#[derive(Debug)]
pub struct Decided<'a> {
    job: &'a SignJob,
    body: Vec<u8>,
    service: String,
    region: String,
    time: Timestamp,
    credentials: Credentials,
    rules: sigv4::Rules,
}

impl SignJob {
    /// Signs, on the side that the job names.
    ///
    /// # Errors
    /// What stands in the way, in one line.
    pub fn sign(&self) -> Result<SignResult, SignError> {
        self.decide()?.sign()
    }

    /// Signs, and asks what a service would make of it.
    #[must_use]
    pub fn play(&self) -> SignOutcome {
        let side = self.side;
        let decided = match self.decide() {
            Ok(decided) => decided,
            Err(error) => {
                return SignOutcome { side, steps: Err(error), judged: None, notes: Vec::new() };
            }
        };
        let steps = decided.sign();
        let mut notes = decided.notes();
        let judged = steps.as_ref().ok().and_then(|steps| decided.judge(steps));
        notes.extend(
            judged.as_ref().and_then(|judged| notes::refusal_note(judged, &decided.service)),
        );
        SignOutcome { side, steps, judged, notes }
    }

    fn decide(&self) -> Result<Decided<'_>, SignError> {
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
        // A given date is the moment of signing.
        let time = self.given("x-amz-date").map_or(self.time.as_str(), str::trim);
        Ok(Decided {
            job: self,
            body,
            time: time.parse()?,
            rules: self.rules(&service),
            credentials,
            service,
            region,
        })
    }

    /// Whose keys sign.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        let keys = Credentials::new(self.access_key_id.as_str(), self.secret_access_key.0.as_str());
        match &self.session_token {
            Some(token) => keys.with_session_token(token.0.as_str()),
            None => keys,
        }
    }

    /// The value of the first header of that name.
    fn given(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Refuses a given x-amz-content-sha256 that says otherwise than `payload`.
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
        match self.token {
            Some(Token::Signed) => rules.session_token = sigv4::TokenSigning::Signed,
            Some(Token::Afterwards) => rules.session_token = sigv4::TokenSigning::AddedAfterwards,
            None => {}
        }
        rules
    }
}

impl Decided<'_> {
    fn sign(&self) -> Result<SignResult, SignError> {
        match self.job.side {
            Side::Raw => raw_side::sign(self),
            Side::Sdk => sdk_side::sign(self),
        }
    }

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
