//! Where the calls go, and as whom: everything resolved once, before the first call.

use std::{path::PathBuf, time::Duration};

use contract::{Addressing, Clock, Credentials, Endpoint, Target, Timeouts, WaitPace};
use sandbox::Sandbox;
use url::{Host, Url};

use crate::{
    environment::{Environment, Origin},
    error::Stop,
    findings::Whereabouts,
    region,
};

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
            Wanted::Endpoint(url, origin) => at_endpoint(wish, &environment, &url, &origin).await,
        }
    }

    /// The embedded endpoint, where the calls go to it.
    #[must_use]
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.sandbox.as_ref()
    }
}

/// Who signs where nothing is sent.
#[derive(Debug)]
pub struct Caller {
    /// From the environment, the env file or a static profile.
    pub credentials: Credentials,
    /// Where one is set anywhere.
    pub region: Option<String>,
}

/// Resolves whose keys sign, and for which region, without a place to send anything to.
///
/// # Errors
/// As [`Place::resolve`]; that no region is set is for the signer to say, which may find one in the
/// URL.
pub async fn caller(wish: &Wish) -> Result<Caller, Stop> {
    let environment = Environment::load(wish.env_file.as_deref())?;
    let profile = profile(wish, &environment);
    let (credentials, _) = match keys(wish, &environment)? {
        Some(found) => found,
        None => from_profile(profile.as_deref()).await?,
    };
    let region = region_of(wish, &environment, profile.as_deref()).await;
    Ok(Caller { credentials, region: region.ok().map(|(region, _)| region) })
}

enum Wanted {
    Sandbox,
    Aws,
    Endpoint(Url, String),
}

/// An explicit option beats `AWS_ENDPOINT_URL`, which beats the default.
fn wanted(wish: &Wish, environment: &Environment) -> Result<Wanted, Stop> {
    match (wish.target, &wish.endpoint_url, environment.get("AWS_ENDPOINT_URL")) {
        (Some(_), Some(_), _) => {
            Err(Stop::usage("--target and --endpoint-url both say where the calls go; give one"))
        }
        (Some(TargetName::Aws), ..) => Ok(Wanted::Aws),
        (None, Some(url), _) => Ok(Wanted::Endpoint(endpoint_url(url)?, "--endpoint-url".into())),
        (None, None, Some((url, origin))) => {
            Ok(Wanted::Endpoint(endpoint_url(url)?, format!("AWS_ENDPOINT_URL from {origin}")))
        }
        (Some(TargetName::Sandbox), ..) | (None, None, None) => Ok(Wanted::Sandbox),
    }
}

/// The sandbox asks the environment for nothing, so that it behaves alike on every machine.
fn in_sandbox(wish: &Wish, environment: &Environment) -> Result<Place, Stop> {
    let sandbox = Sandbox::start(sandbox::Options::default()).map_err(|error| {
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
            proxy: None,
            wait_pace: SANDBOX_WAITS,
        },
        api_url: Some(wish.api_url.clone().unwrap_or_else(|| sandbox.api_url())),
        whereabouts: Whereabouts {
            kind: "sandbox",
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
    let profile = profile(wish, environment);
    let (region, region_from) = region_of(wish, environment, profile.as_deref()).await?;
    let proxy = proxy(environment, "https", None);
    let (credentials, credentials_from) = match keys(wish, environment)? {
        Some(found) => found,
        None => sdk::credentials::from_default_chain(profile.as_deref(), &region, proxy.as_deref())
            .await
            .map(|(credentials, provider)| {
                (credentials, format!("the SDK's default chain ({provider})"))
            })
            .map_err(|error| no_credentials(&*error))?,
    };
    Ok(Place {
        target: Target {
            region: region.clone(),
            endpoint: Endpoint::Aws,
            addressing: Addressing::VirtualHosted,
            clock: Clock::System,
            timeouts: timeouts(wish),
            proxy,
            wait_pace: WaitPace::AsOnAws,
        },
        credentials,
        api_url: checked_api_url(wish)?,
        whereabouts: Whereabouts {
            kind: "aws",
            endpoint: format!("https://SERVICE.{region}.{}", region::dns_suffix(&region)),
            region,
            credentials_from,
            notes: vec![format!("region from {region_from}")],
        },
        host: HostKind::Amazon,
        sandbox: None,
    })
}

async fn at_endpoint(
    wish: &Wish,
    environment: &Environment,
    url: &Url,
    origin: &str,
) -> Result<Place, Stop> {
    let profile = profile(wish, environment);
    let (region, region_from) = region_of(wish, environment, profile.as_deref()).await?;
    let (credentials, credentials_from) = match keys(wish, environment)? {
        Some(found) => found,
        None => from_profile(profile.as_deref()).await?,
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
            proxy: proxy(environment, url.scheme(), url.host_str()),
            wait_pace: WaitPace::AsOnAws,
        },
        credentials,
        api_url: checked_api_url(wish)?,
        whereabouts: Whereabouts {
            kind: "endpoint",
            endpoint,
            region,
            credentials_from,
            notes: vec![format!("endpoint from {origin}"), format!("region from {region_from}")],
        },
        host: url.host_str().map_or(HostKind::Other, host_kind),
        sandbox: None,
    })
}

/// A base address: scheme and host, nothing behind them, because both sides put their own path there.
fn endpoint_url(text: &str) -> Result<Url, Stop> {
    let wrong = |what: &str| {
        Stop::usage(format!("the endpoint URL `{text}` {what}"))
            .help("give scheme, host and port alone, for example http://127.0.0.1:5000")
    };
    let url = match Url::parse(text) {
        Ok(url) if url.has_host() => url,
        // `localhost:5000` parses as a URL of the scheme `localhost`.
        Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) => return Err(wrong("has no scheme")),
        Err(error) => return Err(wrong(&format!("cannot be read: {error}"))),
    };
    match url.scheme() {
        "http" | "https" => {}
        other => {
            return Err(wrong(&format!("has the scheme `{other}`, which is not http or https")));
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Stop::usage("the endpoint URL has a user name or a password in it")
            .help("credentials go into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"));
    }
    if url.path() != "/" {
        return Err(wrong("has a path, and both sides write the path themselves"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has a query or a fragment"));
    }
    Ok(url)
}

fn checked_api_url(wish: &Wish) -> Result<Option<String>, Stop> {
    let Some(text) = &wish.api_url else { return Ok(None) };
    match Url::parse(text) {
        Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => {
            Ok(Some(text.clone()))
        }
        _ => Err(Stop::usage(format!("the route's URL `{text}` is not an http or https URL"))
            .help("for example https://API_ID.execute-api.REGION.amazonaws.com/STAGE/PATH")),
    }
}

fn host_kind(host: &str) -> HostKind {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let amazons = region::DNS_SUFFIXES
        .iter()
        .any(|suffix| host == *suffix || host.ends_with(&format!(".{suffix}")));
    if amazons { HostKind::Amazon } else { HostKind::Other }
}

fn profile(wish: &Wish, environment: &Environment) -> Option<String> {
    let from_environment = || environment.get("AWS_PROFILE").map(|(name, _)| name.to_owned());
    wish.profile.clone().or_else(from_environment)
}

async fn region_of(
    wish: &Wish,
    environment: &Environment,
    profile: Option<&str>,
) -> Result<(String, String), Stop> {
    if let Some(region) = &wish.region {
        region::check_spelling(region)?;
        return Ok((region.clone(), "--region".to_owned()));
    }
    if let Some((name, region, origin)) = environment.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]) {
        region::check_spelling(region)?;
        return Ok((region.to_owned(), format!("{name}, {origin}")));
    }
    if let Some(region) = sdk::credentials::region_of_profile(profile).await {
        region::check_spelling(&region)?;
        return Ok((region, format!("the profile `{}`", profile.unwrap_or("default"))));
    }
    Err(Stop::impossible("no region: neither --region nor AWS_REGION nor a profile names one")
        .help("add --region us-east-1, or the one that the resources are in"))
}

/// A key pair in the environment or the env file; a profile that was asked for by option goes before.
fn keys(wish: &Wish, environment: &Environment) -> Result<Option<(Credentials, String)>, Stop> {
    if wish.profile.is_some() {
        return Ok(None);
    }
    let id = environment.get("AWS_ACCESS_KEY_ID");
    let secret = environment.get("AWS_SECRET_ACCESS_KEY");
    let (id, secret) = match (id, secret) {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) => return Ok(None),
        (Some((_, origin)), None) => {
            return Err(half("AWS_ACCESS_KEY_ID", &origin, "AWS_SECRET_ACCESS_KEY"));
        }
        (None, Some((_, origin))) => {
            return Err(half("AWS_SECRET_ACCESS_KEY", &origin, "AWS_ACCESS_KEY_ID"));
        }
    };
    let credentials = Credentials::new(id.0, secret.0);
    let from = if id.1 == secret.1 {
        format!("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, {}", id.1)
    } else {
        format!("AWS_ACCESS_KEY_ID, {}, and AWS_SECRET_ACCESS_KEY, {}", id.1, secret.1)
    };
    Ok(Some(match environment.get("AWS_SESSION_TOKEN") {
        Some((token, origin)) => (
            credentials.with_session_token(token),
            format!("{from}, with AWS_SESSION_TOKEN, {origin}"),
        ),
        None => (credentials, from),
    }))
}

fn half(present: &str, origin: &Origin, absent: &str) -> Stop {
    Stop::impossible(format!("half a key pair: {present} is set ({origin}), {absent} is not"))
        .help(format!("set {absent} too, or unset {present} and name a profile with --profile"))
}

async fn from_profile(profile: Option<&str>) -> Result<(Credentials, String), Stop> {
    sdk::credentials::from_profile(profile)
        .await
        .map(|credentials| (credentials, format!("the profile `{}`", profile.unwrap_or("default"))))
        .map_err(|error| no_credentials(&*error))
}

fn no_credentials(error: &(dyn std::error::Error + 'static)) -> Stop {
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        why = format!("{why}: {error}");
        cause = error.source();
    }
    Stop::impossible(format!("no credentials: {why}")).help(
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (in the environment or in ./.env), or name \
         a profile with --profile; without either, `compare` against the sandbox needs none",
    )
}

/// The proxy for `scheme`, unless `NO_PROXY` names the host. Resolved here and given to both sides,
/// whose own readings of these variables differ.
fn proxy(environment: &Environment, scheme: &str, host: Option<&str>) -> Option<String> {
    let names: &[&str] = match scheme {
        "https" => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        // Upper case is for CGI scripts, where it is a request's header (httpoxy).
        _ => &["http_proxy", "ALL_PROXY", "all_proxy"],
    };
    let (_, proxy, _) = environment.first(names)?;
    let exempt = environment.first(&["NO_PROXY", "no_proxy"]).map_or("", |(_, list, _)| list);
    let is_exempt = host.is_some_and(|host| {
        exempt.split(',').map(str::trim).filter(|rule| !rule.is_empty()).any(|rule| {
            let rule = rule.trim_start_matches('.');
            rule == "*" || host == rule || host.ends_with(&format!(".{rule}"))
        })
    });
    (!is_exempt).then(|| proxy.to_owned())
}

fn timeouts(wish: &Wish) -> Timeouts {
    let defaults = Timeouts::default();
    Timeouts { attempt: wish.attempt_timeout.unwrap_or(defaults.attempt), ..defaults }
}

#[cfg(test)]
mod tests {
    use super::{HostKind, endpoint_url, host_kind};

    #[test]
    fn an_endpoint_is_scheme_host_and_port() {
        for good in ["http://127.0.0.1:5000", "https://s3.example.com/", "http://[::1]:9000"] {
            assert!(endpoint_url(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("localhost:5000", "no scheme"),
            ("127.0.0.1:5000", "no scheme"),
            ("ftp://127.0.0.1", "not http or https"),
            ("http://127.0.0.1:5000/path", "has a path"),
            ("http://127.0.0.1:5000/?a=b", "has a query"),
            ("http://user:pass@127.0.0.1", "a user name or a password"),
            ("http://", "cannot be read"),
        ] {
            let stop = endpoint_url(bad).unwrap_err();
            assert!(stop.message.contains(why), "{bad}: {}", stop.message);
            assert!(!stop.message.contains("pass@"), "{}", stop.message);
        }
    }

    #[test]
    fn amazons_hosts_are_known_however_they_are_written() {
        for host in ["ec2.eu-west-1.amazonaws.com", "EC2.AMAZONAWS.COM.", "s3.eu-west-1.api.aws"] {
            assert_eq!(host_kind(host), HostKind::Amazon, "{host}");
        }
        for host in ["127.0.0.1", "localhost", "notamazonaws.com", "amazonaws.com.example.org"] {
            assert_eq!(host_kind(host), HostKind::Other, "{host}");
        }
    }
}
