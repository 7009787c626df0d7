//! `Target` → the SDK's own configuration.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::{
    rt::sleep::{AsyncSleep, Sleep, TokioSleep},
    time::{SharedTimeSource, StaticTimeSource, SystemTimeSource},
};
use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    interceptors::Intercept,
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use contract::{
    Addressing, CaBundle, Clock, Credentials, Failure, Operation, Proxies, ServiceEndpoint, Stage,
    Target, WaitPace,
};

use crate::{
    credentials,
    execute_api::Http,
    observe::{ObserveAttempts, trace},
};

/// The service clients.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    /// EC2 for waiters: like `ec2`, but its sleeps follow the target's pace. A waiter sleeps through
    /// the client's `AsyncSleep`, and so do its time-outs, which are off here: scaled with the
    /// sleeps, they would end every call.
    pub(crate) ec2_waiting: aws_sdk_ec2::Client,
}

/// Whether a call that failed is tried again.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Retries {
    /// As the SDK does, unless told otherwise.
    Default,
    /// Never.
    None,
}

impl Services {
    pub(crate) fn new(
        target: &Target,
        credentials: &Credentials,
        retries: Retries,
        http: &Http,
    ) -> Result<Self, Failure> {
        let mut config = sdk_config(target, credentials, tls(target, http)?)?;
        if let Retries::None = retries {
            config = config.into_builder().retry_config(RetryConfig::disabled()).build();
        }
        let mut s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(target.addressing == Addressing::Path)
            .interceptor(ObserveAttempts);
        let mut ec2 = aws_sdk_ec2::config::Builder::from(&config).interceptor(ObserveAttempts);
        if let ServiceEndpoint::Url(url) = target.endpoint.s3() {
            s3 = s3.endpoint_url(url);
        }
        if let ServiceEndpoint::Url(url) = target.endpoint.ec2() {
            ec2 = ec2.endpoint_url(url);
        }
        let (s3, ec2) = (s3.build(), ec2.build());
        let ec2_waiting = match target.wait_pace {
            WaitPace::AsOnAws => ec2.clone(),
            WaitPace::DividedBy(_) => ec2
                .to_builder()
                .sleep_impl(PacedSleep(target.wait_pace))
                .timeout_config(TimeoutConfig::disabled())
                .build(),
        };
        Ok(Self {
            s3: aws_sdk_s3::Client::from_conf(s3),
            ec2: aws_sdk_ec2::Client::from_conf(ec2),
            ec2_waiting: aws_sdk_ec2::Client::from_conf(ec2_waiting),
        })
    }

    /// The same clients, with one interceptor more.
    pub(crate) fn with(&self, interceptor: impl Intercept + Copy + 'static) -> Self {
        let ec2 = |client: &aws_sdk_ec2::Client| {
            let config = client.config().to_builder().interceptor(interceptor);
            aws_sdk_ec2::Client::from_conf(config.build())
        };
        let s3 = self.s3.config().to_builder().interceptor(interceptor).build();
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3),
            ec2: ec2(&self.ec2),
            ec2_waiting: ec2(&self.ec2_waiting),
        }
    }

    /// What configures the client that `operation` is called through; nothing where there is none.
    pub(crate) fn plugins(&self, operation: &Operation) -> Vec<String> {
        match operation {
            Operation::ListBuckets | Operation::ListObjects(_) | Operation::PresignGet(_) => {
                trace::plugins(&self.s3)
            }
            Operation::DescribeImages(_)
            | Operation::LatestImage(_)
            | Operation::RunInstances(_)
            | Operation::CreateTags(_)
            | Operation::DescribeInstances(_)
            | Operation::TerminateInstances(_) => trace::plugins(&self.ec2),
            Operation::WaitUntilRunning(_) => trace::plugins(&self.ec2_waiting),
            Operation::InvokeApi(_) => Vec::new(),
        }
    }
}

/// `aws_config::defaults(…).load()` would read the environment and the profiles once more, and find
/// there what the other side cannot see; so the configuration is built from the target alone.
/// Retries and stalled-stream protection stay as the SDK has them.
fn sdk_config(target: &Target, credentials: &Credentials, tls: Tls) -> Result<SdkConfig, Failure> {
    let http_client = http_client(target.proxy.as_ref(), target.ca_bundle.as_ref(), tls)?;
    Ok(SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(target.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials::for_sdk(credentials)))
        .http_client(http_client)
        .sleep_impl(TokioSleep::new())
        .time_source(time_source(target.clock))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(target.timeouts.connect)
                .operation_attempt_timeout(target.timeouts.attempt)
                .build(),
        )
        .build())
}

/// Whether any connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    /// One may be: root certificates are read.
    Needed,
    /// None is. A debug build of the SDK's connector panics where root certificates are read and the
    /// machine has none.
    Unused,
}

/// What `target`'s services need, once it is known that there are root certificates if they are needed.
fn tls(target: &Target, http: &Http) -> Result<Tls, Failure> {
    let mut tls = Tls::Unused;
    for endpoint in [target.endpoint.s3(), target.endpoint.ec2()] {
        let url = match endpoint {
            ServiceEndpoint::Aws => "https://aws.amazon.com",
            ServiceEndpoint::Url(url) => url,
            ServiceEndpoint::Missing => continue,
        };
        // What is no URL, the SDK says in its own words.
        if let Ok(url) = url.parse()
            && http.check(&url)? == Tls::Needed
        {
            tls = Tls::Needed;
        }
    }
    Ok(tls)
}

/// The SDK's HTTP client on the same rustls and ring that raw's has. Where there are proxies, each
/// request's host decides which connector it takes.
pub(crate) fn http_client(
    proxies: Option<&Proxies>,
    ca_bundle: Option<&CaBundle>,
    tls: Tls,
) -> Result<SharedHttpClient, Failure> {
    let provider = Provider::Rustls(CryptoMode::Ring);
    let trusted = match (tls, ca_bundle) {
        (Tls::Unused, _) => TrustStore::empty(),
        (Tls::Needed, None) => TrustStore::default(),
        (Tls::Needed, Some(bundle)) => {
            TrustStore::empty().with_pem_certificate(bundle.pem.to_vec())
        }
    };
    let context = TlsContext::builder().with_trust_store(trusted).build().map_err(|error| {
        Failure::new(Stage::Build, format!("the SDK's TLS cannot be set up: {error}"))
    })?;
    let builder = || Builder::new().tls_provider(provider.clone()).tls_context(context.clone());
    let Some(proxies) = proxies else { return Ok(builder().build_https()) };
    let through = |url: &Option<String>| {
        let Some(url) = url else { return Ok(None) };
        let proxy = ProxyConfig::all(url.as_str()).map_err(|_| {
            let url = contract::without_userinfo(url);
            Failure::new(Stage::Build, format!("the proxy's URL `{url}` cannot be used"))
        })?;
        let (provider, context) = (provider.clone(), context.clone());
        Ok::<_, Failure>(Some(Builder::new().build_with_connector_fn(
            move |settings, components| {
                let mut connector = Connector::builder()
                    .proxy_config(proxy.clone())
                    .tls_provider(provider.clone())
                    .tls_context(context.clone());
                connector.set_connector_settings(settings.cloned());
                connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
                connector.build()
            },
        )))
    };
    Ok(SharedHttpClient::new(ByHost {
        direct: builder().build_https(),
        http: through(&proxies.http)?,
        https: through(&proxies.https)?,
        proxies: proxies.clone(),
    }))
}

/// HTTP clients, or connectors of theirs, of which each request takes one.
#[derive(Debug)]
struct ByHost<T> {
    direct: T,
    /// Through the proxy for `http:` URLs.
    http: Option<T>,
    /// Through the one for `https:` URLs.
    https: Option<T>,
    proxies: Proxies,
}

impl HttpClient for ByHost<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = |client: &SharedHttpClient| client.http_connector(settings, components);
        SharedHttpConnector::new(ByHost {
            direct: connector(&self.direct),
            http: self.http.as_ref().map(connector),
            https: self.https.as_ref().map(connector),
            proxies: self.proxies.clone(),
        })
    }
}

impl HttpConnector for ByHost<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let through = reqwest::Url::parse(request.uri()).ok().and_then(|url| {
            let (host, port) = (url.host_str()?, url.port_or_known_default()?);
            self.proxies.for_request(url.scheme(), host, port)?;
            if url.scheme() == "https" { self.https.as_ref() } else { self.http.as_ref() }
        });
        through.unwrap_or(&self.direct).call(request)
    }
}

fn time_source(clock: Clock) -> SharedTimeSource {
    match clock {
        Clock::System => SharedTimeSource::new(SystemTimeSource::new()),
        Clock::Fixed(moment) => SharedTimeSource::new(StaticTimeSource::new(moment)),
    }
}

#[derive(Debug)]
struct PacedSleep(WaitPace);

impl AsyncSleep for PacedSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        TokioSleep::new().sleep(self.0.scale(duration))
    }
}
