//! Where the calls go, and as whom: everything resolved once, before the first call.

mod address;
mod caller;
mod endpoints;
mod network;
mod placeholder;
mod settings;
mod variables;

use std::{path::PathBuf, time::Duration};

use contract::{
    Addressing, CallLimits, Clock, Credentials, Endpoint, ServiceEndpoint, Target, Timeouts,
    WaitPace,
};
use findings::{run::TargetInfo, scenario::Service};
use sandbox::{Options, Sandbox};
use url::{Host, Url};

use crate::{environment::Environment, error::ExitError, masking, notices::Notices, region};
use address::{checked_api_url, host_kind};
use caller::{Sources, no_region};
use endpoints::{Endpoints, ignored_by, kinds_asked_for};
use network::Network;
use settings::Settings;

pub use caller::{Caller, caller};
pub use placeholder::placeholder;

/// The sandbox boots in a fraction of a second where AWS takes half a minute, so waits against it
/// are shorter by this.
const SANDBOX_WAITS: WaitPace = WaitPace::DividedBy(200);

/// What the caller said of the place.
#[derive(Debug, Clone, Default)]
pub struct TargetOptions {
    /// Takes notices for the user.
    pub notices: Notices,
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
    pub limits: CallLimits,
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
pub struct Session {
    /// Given to both sides.
    pub target: Target,
    /// Given to both sides.
    pub credentials: Credentials,
    /// The route that the API scenarios call.
    pub api_url: Option<String>,
    /// For the reader.
    pub whereabouts: TargetInfo,
    /// Whether a launch here costs money.
    pub host: HostKind,
    /// Takes notices for the user.
    pub notices: Notices,
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

impl Session {
    /// Resolves `wish` against the environment, the env file and the profiles, and starts the
    /// sandbox if that is where the calls go.
    ///
    /// # Errors
    /// Exit 2 for words that cannot be meant, exit 3 for what is missing here.
    pub async fn resolve(wish: &TargetOptions) -> Result<Self, ExitError> {
        let environment = Environment::load(wish.env_file.as_deref(), wish.notices)?;
        let given =
            Given { wish, environment: &environment, sources: Sources::open(wish, &environment) };
        let place = match given.wanted()? {
            Wanted::Sandbox { notes } => given.in_sandbox(notes)?,
            Wanted::Aws { notes } => given.on_aws(notes).await?,
            Wanted::Endpoints(endpoints) => given.at_endpoints(&endpoints).await?,
        };
        masking::remember(&place.credentials);
        Ok(place)
    }

    /// Why nothing can be asked of `service` here, if no endpoint is named for it and one is for another.
    #[must_use]
    pub fn lacks(&self, service: Service) -> Option<String> {
        let (endpoint, variable) = match service {
            Service::S3 => (self.target.endpoint.s3(), "AWS_ENDPOINT_URL_S3"),
            Service::Ec2 => (self.target.endpoint.ec2(), "AWS_ENDPOINT_URL_EC2"),
            Service::Api => return None,
        };
        let reason = "an endpoint is named for another service, and none for this one";
        (endpoint == ServiceEndpoint::Missing).then(|| format!("{reason} ({variable})"))
    }

    /// The embedded endpoint, where the calls go to it.
    #[must_use]
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.sandbox.as_ref()
    }
}

enum Wanted {
    /// With what is set and not used, in words.
    Sandbox {
        notes: Vec<String>,
    },
    /// Likewise.
    Aws {
        notes: Vec<String>,
    },
    Endpoints(Box<Endpoints>),
}

/// All that says where the calls go.
struct Given<'a> {
    wish: &'a TargetOptions,
    environment: &'a Environment,
    /// Or why there are none, for whoever needs keys.
    sources: Result<Sources<'a>, ExitError>,
}

impl<'a> Given<'a> {
    fn settings(&self) -> Settings<'_> {
        Settings(self.sources.as_ref().ok())
    }

    fn sources(&self) -> Result<&Sources<'a>, ExitError> {
        self.sources.as_ref().map_err(Clone::clone)
    }

    /// An explicit option beats what is configured, which beats the default.
    fn wanted(&self) -> Result<Wanted, ExitError> {
        let (Self { wish, environment, .. }, settings) = (self, self.settings());
        if let Some(url) = &wish.endpoint_url {
            if wish.target.is_some() {
                let both = "--target and --endpoint-url both say where the calls go; give one";
                return Err(ExitError::usage(both));
            }
            return Ok(Wanted::Endpoints(Box::new(Endpoints::by_option(url)?)));
        }
        let because = match (wish.target, ignored_by(environment, settings)) {
            (Some(_), _) => "--target".to_owned(),
            (None, Some(by)) => by,
            (None, None) => {
                let endpoints = Endpoints::configured(environment, settings)?;
                if !endpoints.is_empty() {
                    return Ok(Wanted::Endpoints(Box::new(endpoints)));
                }
                return Ok(Wanted::Sandbox { notes: Vec::new() });
            }
        };
        // What is not used may be no URL.
        let unused = Endpoints::configured(environment, settings).unwrap_or_default();
        let note = |name| format!("{name} is set and not used, because {because} says otherwise");
        let notes = unused.names().into_iter().map(note).collect();
        Ok(match wish.target {
            Some(TargetName::Aws) => Wanted::Aws { notes },
            Some(TargetName::Sandbox) | None => Wanted::Sandbox { notes },
        })
    }

    /// The sandbox asks the environment for nothing, so that it behaves alike on every machine.
    fn in_sandbox(&self, unused: Vec<String>) -> Result<Session, ExitError> {
        let wish = self.wish;
        let api_url = checked_api_url(wish)?;
        let options = Options { delay: wish.delay, ..Options::default() };
        let sandbox = Sandbox::start(options).map_err(|error| {
            ExitError::unavailable(format!("the embedded endpoint cannot start: {error}"))
        })?;
        let region = wish.region.clone().unwrap_or_else(|| sandbox.region().to_owned());
        region::check(&region)?;
        let admin = sandbox.identity("admin").ok_or_else(|| {
            ExitError::unavailable("the embedded endpoint has no identity `admin`")
        })?;
        let mut notes = vec!["waits are 200 times shorter than on AWS".to_owned()];
        notes.extend(unused);
        notes.extend(self.kinds_not_used("the calls go to the embedded endpoint"));
        if region != sandbox.region() {
            notes.push(format!(
                "the sandbox is in {}: like AWS, it refuses signatures for another region",
                sandbox.region()
            ));
        }
        Ok(Session {
            credentials: Credentials::new(&admin.access_key_id, &admin.secret_access_key),
            target: Target {
                region: region.clone(),
                endpoint: Endpoint::Url(sandbox.endpoint().to_owned()),
                addressing: Addressing::Path,
                clock: Clock::System,
                timeouts: timeouts(wish),
                limits: wish.limits,
                proxy: None,
                ca_bundle: None,
                wait_pace: SANDBOX_WAITS,
            },
            api_url: Some(api_url.map_or_else(|| sandbox.api_url(), String::from)),
            whereabouts: TargetInfo {
                kind: "sandbox".into(),
                endpoint: sandbox.endpoint().to_owned(),
                region,
                credentials_from: "made for this run by the sandbox".to_owned(),
                notes,
            },
            host: HostKind::Other,
            notices: wish.notices,
            sandbox: Some(sandbox),
        })
    }

    async fn on_aws(&self, unused: Vec<String>) -> Result<Session, ExitError> {
        let (Self { wish, environment, .. }, settings) = (self, self.settings());
        let sources = self.sources()?;
        if let Some((by, kind)) = kinds_asked_for(environment, settings).first() {
            let what = format!("{by} asks for {kind} endpoints, which are not looked up here");
            return Err(ExitError::unavailable(what).help(
                "name the hosts in AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_EC2 (such as \
                 https://s3-fips.us-east-1.amazonaws.com) without --target, or unset it",
            ));
        }
        let (region, region_from) = sources.region()?.ok_or_else(no_region)?;
        region::check_for(HostKind::Amazon, &region)?;
        let api_url = checked_api_url(wish)?;
        let suffix = region::dns_suffix(&region);
        let hosts = ["s3", "ec2"].map(|service| format!("https://{service}.{region}.{suffix}"));
        let urls = hosts.iter().filter_map(|host| Url::parse(host).ok()).chain(api_url.clone());
        let network = Network::resolve(environment, settings, &urls.collect::<Vec<_>>())?;
        let keys = sources.keys_on_aws(&region, &network).await?;
        network.may_see_keys(&keys)?;
        let region_note = vec![format!("region from {region_from}")];
        Ok(Session {
            target: Target {
                region: region.clone(),
                endpoint: Endpoint::Aws,
                addressing: Addressing::VirtualHosted,
                clock: Clock::System,
                timeouts: timeouts(wish),
                limits: wish.limits,
                proxy: network.proxies,
                ca_bundle: network.ca_bundle,
                wait_pace: WaitPace::AsOnAws,
            },
            credentials: keys.credentials,
            api_url: api_url.map(String::from),
            whereabouts: TargetInfo {
                kind: "aws".into(),
                endpoint: format!("https://SERVICE.{region}.{suffix}"),
                region,
                credentials_from: keys.from,
                notes: [region_note, unused, network.notes, keys.notes].concat(),
            },
            host: HostKind::Amazon,
            notices: wish.notices,
            sandbox: None,
        })
    }

    async fn at_endpoints(&self, endpoints: &Endpoints) -> Result<Session, ExitError> {
        let (Self { wish, environment, .. }, settings) = (self, self.settings());
        let sources = self.sources()?;
        let host = endpoints.host_kind();
        let (region, region_from) = match sources.region()? {
            Some(found) => found,
            None if host == HostKind::Amazon => return Err(no_region()),
            // What other servers take unless told otherwise. On AWS it would be a guess.
            None => ("us-east-1".to_owned(), "the default, as nothing names one".to_owned()),
        };
        region::check_for(host, &region)?;
        let api_url = checked_api_url(wish)?;
        let urls = endpoints.each().map(|named| named.url.clone()).chain(api_url.clone());
        let network = Network::resolve(environment, settings, &urls.collect::<Vec<_>>())?;
        let mut keys = sources.keys().await?;
        match host {
            HostKind::Amazon => keys = keys.checked_for_aws()?,
            HostKind::Other => keys.notes.extend(placeholder(&keys.credentials).map(str::to_owned)),
        }
        network.may_see_keys(&keys)?;
        let mut notes = endpoints.notes(&keys)?;
        notes.push(format!("region from {region_from}"));
        notes.extend(self.kinds_not_used("the endpoint is named"));
        let addressing = match endpoints.s3.as_ref().and_then(|named| named.url.host()) {
            // A bucket in front of an IP address is no host name, and in front of localhost one that
            // few resolvers know.
            Some(Host::Domain(name)) if host_kind(name) == HostKind::Amazon => {
                Addressing::VirtualHosted
            }
            _ => Addressing::Path,
        };
        Ok(Session {
            target: Target {
                region: region.clone(),
                endpoint: endpoints.for_target(),
                addressing,
                clock: Clock::System,
                timeouts: timeouts(wish),
                limits: wish.limits,
                proxy: network.proxies,
                ca_bundle: network.ca_bundle,
                wait_pace: WaitPace::AsOnAws,
            },
            credentials: keys.credentials,
            api_url: api_url.map(String::from),
            whereabouts: TargetInfo {
                kind: "endpoint".into(),
                endpoint: endpoints.shown(),
                region,
                credentials_from: keys.from,
                notes: [notes, network.notes, keys.notes].concat(),
            },
            host,
            notices: wish.notices,
            sandbox: None,
        })
    }

    /// What is said of kinds of hosts that are asked for where no host is looked up.
    fn kinds_not_used(&self, because: &str) -> Vec<String> {
        kinds_asked_for(self.environment, self.settings())
            .into_iter()
            .map(|(by, kind)| format!("{by} ({kind} endpoints) is set and not used: {because}"))
            .collect()
    }
}

fn timeouts(wish: &TargetOptions) -> Timeouts {
    let defaults = Timeouts::default();
    Timeouts { attempt: wish.attempt_timeout.unwrap_or(defaults.attempt), ..defaults }
}
