//! The answers in JSON that are made here and not in `findings` or `measure`.

use findings::side::Side;
use measure::sign::{SignOutcome, SignReport};
use render::files::OutOfStep;
use sandbox::{Identity, Sandbox};
use serde::Serialize;
use serde_json::Value;

/// The answer of `compare sign`.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(extend("minProperties" = 1, "additionalProperties" = false))
)]
pub(crate) struct SignSides {
    /// raw's signature, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "SignReport"))]
    raw: Option<SignReport>,
    /// The SDK's signature, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "SignReport"))]
    sdk: Option<SignReport>,
}

impl From<Vec<SignOutcome>> for SignSides {
    fn from(signed: Vec<SignOutcome>) -> Self {
        let mut sides = Self::default();
        for signing in signed {
            match signing.side {
                Side::Raw => sides.raw = Some(signing.into()),
                Side::Sdk => sides.sdk = Some(signing.into()),
            }
        }
        sides
    }
}

/// The answer of `compare bench all`: the answer of each subject.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("additionalProperties" = false)))]
pub(crate) struct BenchAll {
    /// `compare bench selfcheck`
    #[cfg_attr(feature = "schema", schemars(with = "findings::selfcheck::Selfcheck"))]
    pub(crate) selfcheck: Value,
    /// `compare bench signing`
    #[cfg_attr(feature = "schema", schemars(with = "findings::signing::Signing"))]
    pub(crate) signing: Value,
    /// `compare bench latency`
    #[cfg_attr(feature = "schema", schemars(with = "findings::latency::Latency"))]
    pub(crate) latency: Value,
    /// `compare bench parse`
    #[cfg_attr(feature = "schema", schemars(with = "findings::parse::Parsing"))]
    pub(crate) parse: Value,
    /// `compare bench startup`
    #[cfg_attr(feature = "schema", schemars(with = "findings::startup::Startup"))]
    pub(crate) startup: Value,
}

/// The answer of `compare report`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct ReportDone {
    /// The files that were written; empty with `--check`.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1))))]
    pub(crate) written: Vec<String>,
    /// The files that differ from what the evidence renders to.
    pub(crate) out_of_step: Vec<OutOfStep>,
}

/// The line that `compare sandbox` prints when it is ready.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct SandboxReady<'s> {
    /// URL of the endpoint.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^http://127\.0\.0\.1:[0-9]+$")))]
    endpoint: &'s str,
    /// The region to sign for.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]+$")))]
    region: &'s str,
    /// The identities whose signatures it accepts.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    identities: Vec<ReadyIdentity<'s>>,
    /// The names of its buckets.
    #[cfg_attr(feature = "schema", schemars(length(min = 1), inner(length(min = 3))))]
    buckets: Vec<String>,
    /// URL of the route that needs a signature.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^http://127\.0\.0\.1:[0-9]+/.")))]
    api_url: String,
}

/// One identity. The secrets are shown, because clients need them. They are made for this run and open
/// nothing else.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ReadyIdentity<'s> {
    /// Its name.
    #[cfg_attr(
        feature = "schema",
        schemars(extend("enum" = ["admin", "temporary", "expired", "reader", "invoker"]))
    )]
    name: &'s str,
    /// The access key ID.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^A[KS]IA[A-Z2-7]{16}$")))]
    access_key_id: &'s str,
    /// The secret access key.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z0-9+/]{40}$")))]
    secret_access_key: &'s str,
    /// The session token, for temporary credentials.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    session_token: Option<&'s str>,
    /// What it may do, in words.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    allowed: &'s str,
}

impl<'s> From<&'s Sandbox> for SandboxReady<'s> {
    fn from(sandbox: &'s Sandbox) -> Self {
        Self {
            endpoint: sandbox.endpoint(),
            region: sandbox.region(),
            identities: sandbox.identities().iter().map(ReadyIdentity::from).collect(),
            buckets: sandbox.bucket_names(),
            api_url: sandbox.api_url(),
        }
    }
}

impl<'s> From<&'s Identity> for ReadyIdentity<'s> {
    fn from(identity: &'s Identity) -> Self {
        Self {
            name: &identity.name,
            access_key_id: &identity.access_key_id,
            secret_access_key: &identity.secret_access_key,
            session_token: identity.session_token.as_deref(),
            allowed: &identity.allowed,
        }
    }
}
