//! Resolves where calls go and whose keys sign them, once, before the first call.

mod address;
mod credentials;
mod endpoints;
mod network;
mod placeholder;
mod settings;
mod variables;

use std::{path::PathBuf, time::Duration};

use contract::{Addressing, CallLimits, Credentials, Endpoint, ServiceEndpoint, Target, WaitPace};
use findings::{run::TargetInfo, scenario::Service};
use sandbox::{Options, Sandbox};
use url::{Host, Url};

use crate::{environment::Environment, error::ExitError, masking, notices::Notices, region};
use address::{checked_api_url, host_kind};
use credentials::{Sources, no_region};
use endpoints::{Endpoints, host_kinds_asked_for, ignored_by};
use network::Network;
use settings::Settings;

pub use credentials::{ResolvedCredentials, credentials};
pub use placeholder::placeholder;

/// The sandbox boots an instance in a fraction of a second; AWS takes half a minute.
const SANDBOX_WAITS: WaitPace = WaitPace::DividedBy(200);

/// The command line's options on where calls go.
#[derive(Debug, Clone, Default)]
pub struct TargetOptions {
    /// Receives notices for the user.
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
    /// `--timeout`
    pub attempt_timeout: Option<Duration>,
    /// `--call-timeout`, `--max-pages`, `--max-bytes`
    pub limits: CallLimits,
    /// Delay of every response from the sandbox.
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

/// Where calls go, and whose keys sign them.
#[derive(Debug)]
pub struct Session {
    /// For both clients.
    pub target: Target,
    /// For both clients.
    pub credentials: Credentials,
    /// URL of the API route to call.
    pub api_url: Option<String>,
    /// Describes the target in reports.
    pub info: TargetInfo,
    /// Whether AWS answers, where a launch costs money.
    pub host: HostKind,
    /// Receives notices for the user.
    pub notices: Notices,
    /// Runs until the session is dropped.
    sandbox: Option<Sandbox>,
}

/// Who runs a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKind {
    /// AWS.
    Amazon,
    /// Somebody else.
    Other,
}

impl HostKind {
    /// The kind of the host with this name.
    #[must_use]
    pub fn of(host: &str) -> Self {
        host_kind(host)
    }
}

impl Session {
    /// Resolves `options` against the environment, the env file and the profiles. Starts the sandbox if
    /// the calls go there.
    ///
    /// # Errors
    /// Exit 2 for invalid options or variables; exit 3 if credentials, a region or a usable network
    /// setting is missing.
    pub async fn resolve(options: &TargetOptions) -> Result<Self, ExitError> {
        let environment = Environment::load(options.env_file.as_deref(), options.notices)?;
        let sources = Sources::open(options, &environment);
        let resolver = Resolver { options, environment: &environment, sources };
        let session = match resolver.destination()? {
            Destination::Sandbox { notes } => resolver.in_sandbox(notes)?,
            Destination::Aws { notes } => resolver.on_aws(notes).await?,
            Destination::Endpoints(endpoints) => resolver.at_endpoints(&endpoints).await?,
        };
        masking::register(&session.credentials);
        Ok(session)
    }

    /// Why `service` cannot be called: an endpoint is set for another service only.
    #[must_use]
    pub fn lacks(&self, service: Service) -> Option<String> {
        let (endpoint, variable) = match service {
            Service::S3 => (self.target.endpoint.s3(), "AWS_ENDPOINT_URL_S3"),
            Service::Ec2 => (self.target.endpoint.ec2(), "AWS_ENDPOINT_URL_EC2"),
            Service::Api => return None,
        };
        let reason = "an endpoint is set for another service but not for this one";
        (endpoint == ServiceEndpoint::Missing).then(|| format!("{reason} ({variable})"))
    }

    /// The embedded endpoint, if the calls go there.
    #[must_use]
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.sandbox.as_ref()
    }
}

/// Where the calls go. Notes name the settings that are not used.
enum Destination {
    Sandbox { notes: Vec<String> },
    Aws { notes: Vec<String> },
    Endpoints(Box<Endpoints>),
}

/// Everything that decides where the calls go.
struct Resolver<'a> {
    options: &'a TargetOptions,
    environment: &'a Environment,
    /// An error matters only if keys are needed.
    sources: Result<Sources<'a>, ExitError>,
}

impl<'a> Resolver<'a> {
    fn settings(&self) -> Settings<'_> {
        Settings(self.sources.as_ref().ok())
    }

    fn sources(&self) -> Result<&Sources<'a>, ExitError> {
        self.sources.as_ref().map_err(Clone::clone)
    }

    /// An option beats the configuration, which beats the default.
    fn destination(&self) -> Result<Destination, ExitError> {
        let (Self { options, environment, .. }, settings) = (self, self.settings());
        if let Some(url) = &options.endpoint_url {
            if options.target.is_some() {
                let both = "--target and --endpoint-url both say where the calls go; give one";
                return Err(ExitError::usage(both));
            }
            return Ok(Destination::Endpoints(Box::new(Endpoints::by_option(url)?)));
        }
        let overridden_by = match (options.target, ignored_by(environment, settings)) {
            (Some(_), _) => "--target".to_owned(),
            (None, Some(by)) => by,
            (None, None) => {
                let endpoints = Endpoints::configured(environment, settings)?;
                if !endpoints.is_empty() {
                    return Ok(Destination::Endpoints(Box::new(endpoints)));
                }
                return Ok(Destination::Sandbox { notes: Vec::new() });
            }
        };
        // An endpoint that is not used need not be a valid URL.
        let unused = Endpoints::configured(environment, settings).unwrap_or_default();
        let note = |name| format!("{name} is set but not used: {overridden_by} overrides it");
        let notes = unused.names().into_iter().map(note).collect();
        Ok(match options.target {
            Some(TargetName::Aws) => Destination::Aws { notes },
            Some(TargetName::Sandbox) | None => Destination::Sandbox { notes },
        })
    }

    /// Calls to the sandbox ignore the environment, so that they behave alike on every machine.
    fn in_sandbox(&self, unused: Vec<String>) -> Result<Session, ExitError> {
        let options = self.options;
        let api_url = checked_api_url(options)?;
        let sandbox = Sandbox::start(Options { delay: options.delay, ..Options::default() })
            .map_err(|error| {
                ExitError::unavailable(format!("the embedded endpoint cannot start: {error}"))
            })?;
        let region = options.region.clone().unwrap_or_else(|| sandbox.region().to_owned());
        region::check_known(&region)?;
        let admin = sandbox.identity("admin").ok_or_else(|| {
            ExitError::unavailable("the embedded endpoint has no identity `admin`")
        })?;
        let mut notes = vec!["waits are 200 times shorter than on AWS".to_owned()];
        notes.extend(unused);
        notes.extend(self.unused_host_kinds("the calls go to the embedded endpoint"));
        if region != sandbox.region() {
            notes.push(format!(
                "the sandbox is in {}: like AWS, it refuses signatures for another region",
                sandbox.region()
            ));
        }
        let endpoint = Endpoint::Url(sandbox.endpoint().to_owned());
        Ok(Session {
            credentials: Credentials::new(&admin.access_key_id, &admin.secret_access_key),
            target: Target {
                wait_pace: SANDBOX_WAITS,
                ..self.target(&region, endpoint, &Network::default())
            },
            api_url: Some(api_url.map_or_else(|| sandbox.api_url(), String::from)),
            info: TargetInfo {
                kind: "sandbox".into(),
                endpoint: sandbox.endpoint().to_owned(),
                region,
                credentials_from: "made for this run by the sandbox".to_owned(),
                notes,
            },
            host: HostKind::Other,
            notices: options.notices,
            sandbox: Some(sandbox),
        })
    }

    async fn on_aws(&self, unused: Vec<String>) -> Result<Session, ExitError> {
        let (Self { options, environment, .. }, settings) = (self, self.settings());
        let sources = self.sources()?;
        if let Some((by, kind)) = host_kinds_asked_for(environment, settings).first() {
            let what = format!("{by} asks for {kind} endpoints, which are not supported here");
            return Err(ExitError::unavailable(what).help(
                "set AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_EC2 to the hosts (such as \
                 https://s3-fips.us-east-1.amazonaws.com) and leave out --target, or unset it",
            ));
        }
        let (region, region_from) = sources.region()?.ok_or_else(no_region)?;
        region::check_for_host(HostKind::Amazon, &region)?;
        let api_url = checked_api_url(options)?;
        let suffix = region::dns_suffix(&region);
        let hosts = ["s3", "ec2"].map(|service| format!("https://{service}.{region}.{suffix}"));
        let urls = hosts.iter().filter_map(|host| Url::parse(host).ok()).chain(api_url.clone());
        let network = Network::resolve(environment, settings, &urls.collect::<Vec<_>>())?;
        let keys = sources.keys_on_aws(&region, &network).await?;
        network.may_see_keys(&keys)?;
        let region_note = vec![format!("region from {region_from}")];
        Ok(Session {
            target: Target {
                addressing: Addressing::VirtualHosted,
                ..self.target(&region, Endpoint::Aws, &network)
            },
            credentials: keys.credentials,
            api_url: api_url.map(String::from),
            info: TargetInfo {
                kind: "aws".into(),
                endpoint: format!("https://SERVICE.{region}.{suffix}"),
                region,
                credentials_from: keys.from,
                notes: [region_note, unused, network.notes, keys.notes].concat(),
            },
            host: HostKind::Amazon,
            notices: options.notices,
            sandbox: None,
        })
    }

    async fn at_endpoints(&self, endpoints: &Endpoints) -> Result<Session, ExitError> {
        let (Self { options, environment, .. }, settings) = (self, self.settings());
        let sources = self.sources()?;
        let host = endpoints.host_kind();
        let (region, region_from) = match sources.region()? {
            Some(found) => found,
            None if host == HostKind::Amazon => return Err(no_region()),
            // The usual default of other servers. For AWS it would be a guess.
            None => ("us-east-1".to_owned(), "the default, because none is set".to_owned()),
        };
        region::check_for_host(host, &region)?;
        let api_url = checked_api_url(options)?;
        let urls = endpoints.each().map(|endpoint| endpoint.url.clone()).chain(api_url.clone());
        let network = Network::resolve(environment, settings, &urls.collect::<Vec<_>>())?;
        let mut keys = sources.keys().await?;
        match host {
            HostKind::Amazon => keys = keys.checked_for_aws()?,
            HostKind::Other => keys.notes.extend(placeholder(&keys.credentials).map(str::to_owned)),
        }
        network.may_see_keys(&keys)?;
        let mut notes = endpoints.notes(&keys)?;
        notes.push(format!("region from {region_from}"));
        notes.extend(self.unused_host_kinds("the endpoint is set explicitly"));
        let addressing = match endpoints.s3.as_ref().and_then(|endpoint| endpoint.url.host()) {
            // An IP address cannot have a bucket in front of it, and few resolvers know subdomains of
            // localhost.
            Some(Host::Domain(name)) if host_kind(name) == HostKind::Amazon => {
                Addressing::VirtualHosted
            }
            _ => Addressing::Path,
        };
        Ok(Session {
            target: Target { addressing, ..self.target(&region, endpoints.for_target(), &network) },
            credentials: keys.credentials,
            api_url: api_url.map(String::from),
            info: TargetInfo {
                kind: "endpoint".into(),
                endpoint: endpoints.shown(),
                region,
                credentials_from: keys.from,
                notes: [notes, network.notes, keys.notes].concat(),
            },
            host,
            notices: options.notices,
            sandbox: None,
        })
    }

    /// A target with the options' limits and the network's settings.
    fn target(&self, region: &str, endpoint: Endpoint, network: &Network) -> Target {
        let mut target = Target::new(region, endpoint);
        target.timeouts.attempt = self.options.attempt_timeout.unwrap_or(target.timeouts.attempt);
        target.limits = self.options.limits;
        target.proxy.clone_from(&network.proxies);
        target.ca_bundle.clone_from(&network.ca_bundle);
        target
    }

    /// Notes on settings that ask for FIPS or dual-stack hosts, where no host name is looked up.
    fn unused_host_kinds(&self, because: &str) -> Vec<String> {
        host_kinds_asked_for(self.environment, self.settings())
            .into_iter()
            .map(|(by, kind)| format!("{by} ({kind} endpoints) is set but not used: {because}"))
            .collect()
    }
}
