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
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{SharedHttpClient, SharedHttpConnector, http_client_fn},
    interceptors::Intercept,
};
use contract::{
    Addressing, Clock, Credentials, Endpoint, Failure, Operation, Stage, Target, WaitPace,
};

use crate::{credentials, observe::ObserveAttempts, trace};

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
    ) -> Result<Self, Failure> {
        let mut config = sdk_config(target, credentials)?;
        if let Retries::None = retries {
            config = config.into_builder().retry_config(RetryConfig::disabled()).build();
        }
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(target.addressing == Addressing::Path)
            .interceptor(ObserveAttempts)
            .build();
        let ec2 = aws_sdk_ec2::config::Builder::from(&config).interceptor(ObserveAttempts).build();
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
fn sdk_config(target: &Target, credentials: &Credentials) -> Result<SdkConfig, Failure> {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(target.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials::for_sdk(credentials)))
        .http_client(http_client(target.proxy.as_deref())?)
        .sleep_impl(TokioSleep::new())
        .time_source(time_source(target.clock))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(target.timeouts.connect)
                .operation_attempt_timeout(target.timeouts.attempt)
                .build(),
        );
    if let Endpoint::Url(url) = &target.endpoint {
        config = config.endpoint_url(url);
    }
    Ok(config.build())
}

/// The SDK's HTTP client on the same rustls and ring that raw's has.
pub(crate) fn http_client(proxy: Option<&str>) -> Result<SharedHttpClient, Failure> {
    let tls = Provider::Rustls(CryptoMode::Ring);
    let Some(proxy) = proxy else {
        return Ok(Builder::new().tls_provider(tls).build_https());
    };
    let proxy = ProxyConfig::all(proxy).map_err(|error| {
        Failure::new(Stage::Build, format!("the proxy's URL `{proxy}` cannot be used: {error}"))
    })?;
    Ok(http_client_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(proxy.clone())
            .connector_settings(settings.clone())
            .tls_provider(tls.clone());
        connector.set_sleep_impl(components.sleep_impl());
        SharedHttpConnector::new(connector.build())
    }))
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
