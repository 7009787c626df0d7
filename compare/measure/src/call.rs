//! Calls one operation in a process of its own: the helper programs `repeat-raw`, `repeat-sdk`,
//! `repeat-bare` and `count-allocations`. The endpoint runs in another process, so that only the client is
//! counted or timed.
//!
//! Target and keys come from environment variables (`AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL_EC2`,
//! `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and the `CALL_…` below),
//! the operation and the number of calls from arguments: `repeat-raw list-buckets 1`.

pub mod bare;
pub mod operation_json;

use std::{env, fs, io, process::Command};

use contract::{
    Addressing, CaBundle, Client, Credentials, Endpoint, Operation, Proxies, ServiceEndpoint,
    Target, Timeouts,
};

use crate::{error::ExitError, masking, runtime, session::Session};
use bare::BareClient;

/// Calls before the first warm one. The first opens a connection and fills the clients' caches; in the
/// next two, buffers grow to their final size.
pub const COLD_CALLS: u32 = 3;

/// What AWS's own variables cannot say.
const ADDRESSING: &str = "CALL_ADDRESSING";
const HTTP_PROXY: &str = "CALL_HTTP_PROXY";
const HTTPS_PROXY: &str = "CALL_HTTPS_PROXY";
const NO_PROXY: &str = "CALL_NO_PROXY";
const CA_BUNDLE: &str = "CALL_CA_BUNDLE";
/// If only one is set, the other service cannot be called; if neither is, the calls go to AWS.
const S3_ENDPOINT: &str = "AWS_ENDPOINT_URL_S3";
const EC2_ENDPOINT: &str = "AWS_ENDPOINT_URL_EC2";

/// What a client is built from.
#[derive(Debug)]
pub struct ClientConfig {
    /// Where the calls go.
    pub target: Target,
    /// The keys that sign.
    pub credentials: Credentials,
}

impl ClientConfig {
    /// Reads environment variables.
    ///
    /// # Errors
    /// Exit 2: a variable is missing, or the CA bundle cannot be read.
    pub fn from_env() -> Result<Self, ExitError> {
        let optional = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let needed = |name: &str| {
            optional(name).ok_or_else(|| ExitError::usage(format!("{name} is not set")))
        };
        let credentials =
            Credentials::new(needed("AWS_ACCESS_KEY_ID")?, needed("AWS_SECRET_ACCESS_KEY")?)
                .with_session_token(optional("AWS_SESSION_TOKEN").unwrap_or_default());
        masking::register(&credentials);
        let endpoint = match (optional(S3_ENDPOINT), optional(EC2_ENDPOINT)) {
            (None, None) => Endpoint::Aws,
            (Some(s3), Some(ec2)) if s3 == ec2 => Endpoint::Url(s3),
            (s3, ec2) => Endpoint::PerService { s3, ec2 },
        };
        let addressing = match (optional(ADDRESSING).as_deref(), &endpoint) {
            (Some("virtual-hosted"), _) | (None, Endpoint::Aws) => Addressing::VirtualHosted,
            _ => Addressing::Path,
        };
        let (http, https) = (optional(HTTP_PROXY), optional(HTTPS_PROXY));
        let any = http.is_some() || https.is_some();
        let proxy = any.then(|| {
            let no_proxy = optional(NO_PROXY).unwrap_or_default();
            Proxies { http, https, no_proxy }
        });
        let ca_bundle = optional(CA_BUNDLE)
            .map(|path| {
                let pem = fs::read(&path).map_err(|error| {
                    ExitError::usage(format!("the CA bundle {path} cannot be read: {error}"))
                })?;
                Ok::<_, ExitError>(CaBundle { path: path.into(), pem: pem.into() })
            })
            .transpose()?;
        let region = needed("AWS_REGION")?;
        let target = Target { addressing, proxy, ca_bundle, ..Target::new(region, endpoint) };
        Ok(Self { target, credentials })
    }

    /// Sets the variables of `command` from `session`.
    pub fn to_env(command: &mut Command, session: &Session) {
        let Session { target, credentials, .. } = session;
        let url = |endpoint| match endpoint {
            ServiceEndpoint::Aws | ServiceEndpoint::Missing => "",
            ServiceEndpoint::Url(url) => url,
        };
        let proxies = target.proxy.clone().unwrap_or_default();
        let ca_bundle = target.ca_bundle.as_ref().map(|bundle| bundle.path.as_os_str());
        let addressing = match target.addressing {
            Addressing::VirtualHosted => "virtual-hosted",
            Addressing::Path => "path",
        };
        let token = credentials.session_token.as_ref().map_or("", |token| token.expose());
        command
            .env(S3_ENDPOINT, url(target.endpoint.s3()))
            .env(EC2_ENDPOINT, url(target.endpoint.ec2()))
            .env("AWS_REGION", &target.region)
            .env("AWS_ACCESS_KEY_ID", credentials.access_key_id.as_str())
            .env("AWS_SECRET_ACCESS_KEY", credentials.secret_key.expose())
            .env("AWS_SESSION_TOKEN", token)
            .env(ADDRESSING, addressing)
            .env(HTTP_PROXY, proxies.http.unwrap_or_default())
            .env(HTTPS_PROXY, proxies.https.unwrap_or_default())
            .env(NO_PROXY, proxies.no_proxy)
            .env(CA_BUNDLE, ca_bundle.unwrap_or_default());
    }
}

/// Wraps each warm call: it must make the call that it is given.
pub type Around<'a> = &'a mut dyn FnMut(&mut dyn FnMut());

/// Makes calls with raw. `args`: OPERATION CALLS.
///
/// # Errors
/// Exit 2 for wrong arguments or variables; exit 3 if a call gets no usable answer.
pub fn raw(args: impl Iterator<Item = String>, around: Around<'_>) -> Result<(), ExitError> {
    let CallArgs { config: ClientConfig { target, credentials }, operation, calls } =
        CallArgs::parse(args)?;
    let client = raw::Client::new(target, credentials).map_err(|error| {
        ExitError::unavailable(format!("raw's client cannot be built: {error}"))
    })?;
    let runtime = runtime::one_thread()?;
    repeat(calls, || runtime.block_on(call_once(&client, &operation)), around)
}

/// Makes calls with the SDK. `args`: OPERATION CALLS.
///
/// # Errors
/// As [`raw()`].
pub fn sdk(args: impl Iterator<Item = String>, around: Around<'_>) -> Result<(), ExitError> {
    let CallArgs { config: ClientConfig { target, credentials }, operation, calls } =
        CallArgs::parse(args)?;
    let client = sdk::Client::new(target, credentials).map_err(|error| {
        ExitError::unavailable(format!("the SDK's client cannot be built: {error}"))
    })?;
    let runtime = runtime::one_thread()?;
    repeat(calls, || runtime.block_on(call_once(&client, &operation)), around)
}

/// Makes bare calls with the requests on standard input. `args`: CALLS. See [`mod@bare`].
///
/// # Errors
/// As [`raw()`].
pub fn bare(mut args: impl Iterator<Item = String>, around: Around<'_>) -> Result<(), ExitError> {
    let calls = parse_calls(args.next())?;
    let requests = serde_json::from_reader(io::stdin())
        .map_err(|error| ExitError::usage(format!("standard input is not requests: {error}")))?;
    let bare = BareClient::new(requests, Timeouts::default())?;
    let runtime = runtime::one_thread()?;
    repeat(calls, || runtime.block_on(bare.call()).map(drop), around)
}

struct CallArgs {
    config: ClientConfig,
    operation: Operation,
    calls: u32,
}

impl CallArgs {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, ExitError> {
        let operation = args.next().unwrap_or_default();
        let operation = operation_json::parse(&operation)?;
        Ok(Self { config: ClientConfig::from_env()?, operation, calls: parse_calls(args.next())? })
    }
}

fn parse_calls(arg: Option<String>) -> Result<u32, ExitError> {
    let arg = arg.unwrap_or_default();
    arg.parse().map_err(|_| ExitError::usage(format!("`{arg}` is not a number of calls")))
}

/// Makes one call. A refusal counts as an answer.
async fn call_once(client: &impl Client, operation: &Operation) -> Result<(), ExitError> {
    match client.call(operation).await.result {
        Err(failure) if !failure.is_refusal() => Err(ExitError::unavailable(format!(
            "{} got no answer to {}: {}",
            client.name(),
            operation.name(),
            failure.context
        ))),
        _ => Ok(()),
    }
}

/// Makes `calls` calls, all but the first [`COLD_CALLS`] of them through `around`.
fn repeat(
    calls: u32,
    mut call: impl FnMut() -> Result<(), ExitError>,
    around: Around<'_>,
) -> Result<(), ExitError> {
    for number in 0..calls {
        let mut result = Ok(());
        if number < COLD_CALLS {
            result = call();
        } else {
            around(&mut || result = warm_call(&mut call));
        }
        result?;
    }
    Ok(())
}

/// Part of the symbol that callgrind looks for.
pub const WARM_CALL: &str = "warm_call";

/// Not inlined: callgrind counts what runs within this function.
#[inline(never)]
fn warm_call<T>(call: &mut impl FnMut() -> T) -> T {
    call()
}
