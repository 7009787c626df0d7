//! Builds the SDK's service clients from a `Target`.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::{
    rt::sleep::{AsyncSleep, Sleep, TokioSleep},
    time::{SharedTimeSource, StaticTimeSource, SystemTimeSource},
};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use contract::{
    Addressing, Clock, Credentials, Failure, Operation, ServiceEndpoint, Target, WaitPace,
};

use crate::{
    connector::{self, Tls},
    credentials,
    observe::{ObserveAttempts, trace},
    send::HttpClients,
};

/// The clients of the services.
#[derive(Debug)]
pub(crate) struct ServiceClients {
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    /// EC2 for waiters. Waiters and time-outs both sleep through the client's `AsyncSleep`, which here
    /// scales sleeps to the target's pace. Time-outs are off, because scaled ones would end every call.
    pub(crate) ec2_waiting: aws_sdk_ec2::Client,
}

/// Whether failed attempts are retried.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Retries {
    /// The SDK's default.
    Default,
    /// No retries.
    None,
}

impl ServiceClients {
    pub(crate) fn new(
        target: &Target,
        credentials: &Credentials,
        retries: Retries,
        http: &HttpClients,
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

    /// The same clients with another interceptor.
    pub(crate) fn with_interceptor(&self, interceptor: impl Intercept + Copy + 'static) -> Self {
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

    /// The runtime plugins of the client for `operation`; empty if it has no service client.
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

/// The configuration that both services share. It is built from the target only:
/// `aws_config::defaults(…).load()` would read environment and profiles, and might find settings there
/// that the other side does not have. Retries and stalled-stream protection keep the SDK's defaults.
fn sdk_config(target: &Target, credentials: &Credentials, tls: Tls) -> Result<SdkConfig, Failure> {
    let http_client =
        connector::http_client(target.proxy.as_ref(), target.ca_bundle.as_ref(), tls)?;
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

/// Whether the endpoints of `target` need TLS. If they do, this also checks that there are root
/// certificates.
fn tls(target: &Target, http: &HttpClients) -> Result<Tls, Failure> {
    let mut tls = Tls::Unused;
    for endpoint in [target.endpoint.s3(), target.endpoint.ec2()] {
        let url = match endpoint {
            ServiceEndpoint::Aws => "https://aws.amazon.com",
            ServiceEndpoint::Url(url) => url,
            ServiceEndpoint::Missing => continue,
        };
        // The SDK reports an invalid URL in its own words.
        if let Ok(url) = url.parse()
            && http.tls_for(&url)? == Tls::Needed
        {
            tls = Tls::Needed;
        }
    }
    Ok(tls)
}

fn time_source(clock: Clock) -> SharedTimeSource {
    match clock {
        Clock::System => SharedTimeSource::new(SystemTimeSource::new()),
        Clock::Fixed(moment) => SharedTimeSource::new(StaticTimeSource::new(moment)),
    }
}

/// Sleeps at the target's pace.
#[derive(Debug)]
struct PacedSleep(WaitPace);

impl AsyncSleep for PacedSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        TokioSleep::new().sleep(self.0.scale(duration))
    }
}
