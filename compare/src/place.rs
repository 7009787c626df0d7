//! Where the calls go, and as whom: everything resolved once, before the first call.

mod address;
mod caller;
mod placeholder;
mod variables;

use std::{path::PathBuf, time::Duration};

use contract::{Addressing, Clock, Credentials, Endpoint, Limits, Target, Timeouts, WaitPace};
use sandbox::{Options, Sandbox};
use url::{Host, Url};

use crate::{
    environment::{Environment, Origin},
    error::Stop,
    findings::Whereabouts,
    region,
};
use address::{checked_api_url, endpoint_url, host_kind, proxy};
pub use caller::{Caller, caller};
use caller::{Sources, may_see_keys, no_region};
pub use placeholder::placeholder;

/// The sandbox boots in a fraction of a second where AWS takes half a minute, so waits against it
/// are shorter by this.
const SANDBOX_WAITS: WaitPace = WaitPace::DividedBy(200);

/// What the caller said of the place.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// `--target`
    pub target: Option<TargetName>,
    /// `--endpoint-url`
    pub endpoint_url: Option<String>,
    /// `--region`
    pub region: Option<String>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--env-file`
    pub env_file: Option<PathBuf>,
    /// `--api-url`
    pub api_url: Option<String>,
    /// `--timeout`, seconds
    pub attempt_timeout: Option<Duration>,
    /// `--call-timeout`, `--max-pages`, `--max-bytes`
    pub limits: Limits,
    /// How long the sandbox holds every answer back.
    pub delay: Duration,
}

/// The names of `--target`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TargetName {
    /// The embedded endpoint, in this process, on 127.0.0.1
    Sandbox,
    /// AWS itself: only reading and dry runs, unless --allow-launch
    Aws,
}

/// Where the calls go, and as whom.
#[derive(Debug)]
pub struct Place {
    /// Given to both sides.
    pub target: Target,
    /// Given to both sides.
    pub credentials: Credentials,
    /// The route that the API scenarios call.
    pub api_url: Option<String>,
    /// For the reader.
    pub whereabouts: Whereabouts,
    /// Whether a launch here costs money.
    pub host: HostKind,
    /// Lives as long as the place does.
    sandbox: Option<Sandbox>,
}

/// Whose host answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKind {
    /// One of AWS's own, however it was named.
    Amazon,
    /// Some other.
    Other,
}

impl HostKind {
    /// Of the host of that name.
    #[must_use]
    pub fn of(host: &str) -> Self {
        host_kind(host)
    }
}

impl Place {
    /// Resolves `wish` against the environment, the env file and the profiles, and starts the
    /// sandbox if that is where the calls go.
    ///
    /// # Errors
    /// Exit 2 for words that cannot be meant, exit 3 for what is missing here.
    pub async fn resolve(wish: &Wish) -> Result<Self, Stop> {
        let environment = Environment::load(wish.env_file.as_deref())?;
        match wanted(wish, &environment)? {
            Wanted::Sandbox => in_sandbox(wish, &environment),
            Wanted::Aws => on_aws(wish, &environment).await,
            Wanted::Endpoint(url, named) => at_endpoint(wish, &environment, &url, named).await,
        }
    }

    /// The embedded endpoint, where the calls go to it.
    #[must_use]
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.sandbox.as_ref()
    }
}

enum Wanted {
    Sandbox,
    Aws,
    /// With the origin of the variable that names it, unless an option does.
    Endpoint(Url, Option<Origin>),
}

/// An explicit option beats `AWS_ENDPOINT_URL`, which beats the default.
fn wanted(wish: &Wish, environment: &Environment) -> Result<Wanted, Stop> {
    match (wish.target, &wish.endpoint_url, environment.get("AWS_ENDPOINT_URL")) {
        (Some(_), Some(_), _) => {
            Err(Stop::usage("--target and --endpoint-url both say where the calls go; give one"))
        }
        (Some(TargetName::Aws), ..) => Ok(Wanted::Aws),
        (None, Some(url), _) => Ok(Wanted::Endpoint(endpoint_url(url)?, None)),
        (None, None, Some((url, origin))) => Ok(Wanted::Endpoint(endpoint_url(url)?, Some(origin))),
        (Some(TargetName::Sandbox), ..) | (None, None, None) => Ok(Wanted::Sandbox),
    }
}

/// The sandbox asks the environment for nothing, so that it behaves alike on every machine.
fn in_sandbox(wish: &Wish, environment: &Environment) -> Result<Place, Stop> {
    let options = Options { delay: wish.delay, ..Options::default() };
    let sandbox = Sandbox::start(options).map_err(|error| {
        Stop::impossible(format!("the embedded endpoint cannot start: {error}"))
    })?;
    let region = wish.region.clone().unwrap_or_else(|| sandbox.region().to_owned());
    region::check(&region)?;
    let admin = sandbox
        .identity("admin")
        .ok_or_else(|| Stop::impossible("the embedded endpoint has no identity `admin`"))?;
    let mut notes = vec!["waits are 200 times shorter than on AWS".to_owned()];
    if environment.get("AWS_ENDPOINT_URL").is_some() {
        notes.push("AWS_ENDPOINT_URL is set and not used, because --target says otherwise".into());
    }
    if region != sandbox.region() {
        notes.push(format!(
            "the sandbox is in {}: like AWS, it refuses signatures for another region",
            sandbox.region()
        ));
    }
    Ok(Place {
        credentials: Credentials::new(&admin.access_key_id, &admin.secret_access_key),
        target: Target {
            region: region.clone(),
            endpoint: Endpoint::Url(sandbox.endpoint().to_owned()),
            addressing: Addressing::Path,
            clock: Clock::System,
            timeouts: timeouts(wish),
            limits: wish.limits,
            proxy: None,
            wait_pace: SANDBOX_WAITS,
        },
        api_url: Some(wish.api_url.clone().unwrap_or_else(|| sandbox.api_url())),
        whereabouts: Whereabouts {
            kind: "sandbox".into(),
            endpoint: sandbox.endpoint().to_owned(),
            region,
            credentials_from: "made for this run by the sandbox".to_owned(),
            notes,
        },
        host: HostKind::Other,
        sandbox: Some(sandbox),
    })
}

async fn on_aws(wish: &Wish, environment: &Environment) -> Result<Place, Stop> {
    let sources = Sources::open(wish, environment)?;
    let (region, region_from) = sources.region()?.ok_or_else(no_region)?;
    let proxy = proxy(environment, "https", None);
    let keys = sources.keys_on_aws(&region, proxy.as_deref()).await?;
    Ok(Place {
        target: Target {
            region: region.clone(),
            endpoint: Endpoint::Aws,
            addressing: Addressing::VirtualHosted,
            clock: Clock::System,
            timeouts: timeouts(wish),
            limits: wish.limits,
            proxy,
            wait_pace: WaitPace::AsOnAws,
        },
        credentials: keys.credentials,
        api_url: checked_api_url(wish)?,
        whereabouts: Whereabouts {
            kind: "aws".into(),
            endpoint: format!("https://SERVICE.{region}.{}", region::dns_suffix(&region)),
            region,
            credentials_from: keys.from,
            notes: [vec![format!("region from {region_from}")], keys.notes].concat(),
        },
        host: HostKind::Amazon,
        sandbox: None,
    })
}

async fn at_endpoint(
    wish: &Wish,
    environment: &Environment,
    url: &Url,
    named_by: Option<Origin>,
) -> Result<Place, Stop> {
    let sources = Sources::open(wish, environment)?;
    let (region, region_from) = match sources.region()? {
        Some(found) => found,
        None if url.host_str().map(host_kind) == Some(HostKind::Amazon) => return Err(no_region()),
        // What other servers take unless told otherwise. On AWS it would be a guess.
        None => ("us-east-1".to_owned(), "the default, as nothing names one".to_owned()),
    };
    let mut keys = sources.keys().await?;
    match url.host_str().map_or(HostKind::Other, host_kind) {
        HostKind::Amazon => keys = keys.checked_for_aws()?,
        HostKind::Other => keys.notes.extend(placeholder(&keys.credentials).map(str::to_owned)),
    }
    let endpoint_from = match named_by {
        Some(origin) => {
            may_see_keys("the endpoint (AWS_ENDPOINT_URL)", &origin, &keys.origin)?;
            format!("AWS_ENDPOINT_URL from {origin}")
        }
        None => "--endpoint-url".to_owned(),
    };
    let endpoint = url.as_str().trim_end_matches('/').to_owned();
    let addressing = match url.host() {
        // A bucket in front of an IP address is no host name, and in front of localhost one that
        // few resolvers know.
        Some(Host::Domain(name)) if host_kind(name) == HostKind::Amazon => {
            Addressing::VirtualHosted
        }
        _ => Addressing::Path,
    };
    Ok(Place {
        target: Target {
            region: region.clone(),
            endpoint: Endpoint::Url(endpoint.clone()),
            addressing,
            clock: Clock::System,
            timeouts: timeouts(wish),
            limits: wish.limits,
            proxy: proxy(environment, url.scheme(), url.host_str()),
            wait_pace: WaitPace::AsOnAws,
        },
        credentials: keys.credentials,
        api_url: checked_api_url(wish)?,
        whereabouts: Whereabouts {
            kind: "endpoint".into(),
            endpoint,
            region,
            credentials_from: keys.from,
            notes: [
                vec![
                    format!("endpoint from {endpoint_from}"),
                    format!("region from {region_from}"),
                ],
                keys.notes,
            ]
            .concat(),
        },
        host: url.host_str().map_or(HostKind::Other, host_kind),
        sandbox: None,
    })
}

fn timeouts(wish: &Wish) -> Timeouts {
    let defaults = Timeouts::default();
    Timeouts { attempt: wish.attempt_timeout.unwrap_or(defaults.attempt), ..defaults }
}
