use std::time::{Duration, SystemTime};

use crate::{CaBundle, Proxies};

/// Where calls go, and under which conditions. It is resolved once and given to both clients.
#[derive(Debug, Clone)]
pub struct Target {
    /// The region in the credential scope and in AWS's host names.
    pub region: String,
    /// AWS, or other servers.
    pub endpoint: Endpoint,
    /// Where the bucket stands in an S3 URL.
    pub addressing: Addressing,
    /// The time of signatures.
    pub clock: Clock,
    /// Time limits of one attempt.
    pub timeouts: Timeouts,
    /// Limits of a whole call.
    pub limits: CallLimits,
    /// Proxies; `None` to call directly. The clients do not read the environment.
    pub proxy: Option<Proxies>,
    /// Root certificates that replace the system's.
    pub ca_bundle: Option<CaBundle>,
    /// How long waits sleep between polls.
    pub wait_pace: WaitPace,
}

/// The servers to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// AWS: the service's host in the region's partition, over TLS.
    Aws,
    /// One server for S3 and EC2: scheme, host and port, without a path or final slash.
    Url(String),
    /// A server for each service, in the same form. Calls to a service without one fail before
    /// anything is sent.
    PerService {
        /// The server for S3.
        s3: Option<String>,
        /// The server for EC2.
        ec2: Option<String>,
    },
}

/// The server of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceEndpoint<'a> {
    /// AWS's host.
    Aws,
    /// The server with this URL.
    Url(&'a str),
    /// No server is configured.
    Missing,
}

/// Where the bucket stands in an S3 URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// `https://bucket.host/key`, which AWS recommends.
    VirtualHosted,
    /// `https://host/bucket/key`, for servers without a wildcard DNS name, such as an IP address.
    Path,
}

/// The source of the time. A test can sign at any moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The system clock.
    System,
    /// Always this moment.
    Fixed(SystemTime),
}

/// Time limits of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect.
    pub connect: Duration,
    /// The attempt, from the first byte of the request to the last of the response.
    pub attempt: Duration,
}

/// Limits of one call, with all its pages, polls and retries. Without them, a server whose listing
/// never ends could fill the memory, or keep the program running for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLimits {
    /// Responses to read: pages of a listing, polls of a wait.
    pub pages: u32,
    /// Bytes of response bodies to read. The SDK cannot limit these: its side reads every body to its
    /// end, except for routes of API Gateway.
    pub bytes: u64,
    /// Time from the first request to the end of the call, pauses included, by this machine's clock.
    pub time: Duration,
}

/// How long waits sleep between polls. The SDK's waiter for instances sleeps 15 s, which suits AWS but
/// not an endpoint that boots instances in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitPace {
    /// As long as the SDK.
    AsOnAws,
    /// The SDK's time divided by this number. For the sandbox only.
    DividedBy(u32),
}

impl Target {
    /// A target with default limits, the system's clock, buckets in the path, and neither proxy nor CA
    /// bundle.
    #[must_use]
    pub fn new(region: impl Into<String>, endpoint: Endpoint) -> Self {
        Self {
            region: region.into(),
            endpoint,
            addressing: Addressing::Path,
            clock: Clock::System,
            timeouts: Timeouts::default(),
            limits: CallLimits::default(),
            proxy: None,
            ca_bundle: None,
            wait_pace: WaitPace::AsOnAws,
        }
    }
}

impl Endpoint {
    /// The server for S3.
    #[must_use]
    pub fn s3(&self) -> ServiceEndpoint<'_> {
        match self {
            Self::Aws => ServiceEndpoint::Aws,
            Self::Url(url) | Self::PerService { s3: Some(url), .. } => ServiceEndpoint::Url(url),
            Self::PerService { s3: None, .. } => ServiceEndpoint::Missing,
        }
    }

    /// The server for EC2.
    #[must_use]
    pub fn ec2(&self) -> ServiceEndpoint<'_> {
        match self {
            Self::Aws => ServiceEndpoint::Aws,
            Self::Url(url) | Self::PerService { ec2: Some(url), .. } => ServiceEndpoint::Url(url),
            Self::PerService { ec2: None, .. } => ServiceEndpoint::Missing,
        }
    }
}

impl Clock {
    /// The time to sign with.
    #[must_use]
    pub fn now(self) -> SystemTime {
        match self {
            Self::System => SystemTime::now(),
            Self::Fixed(moment) => moment,
        }
    }
}

impl WaitPace {
    /// How long to sleep instead of the SDK's `on_aws`.
    #[must_use]
    pub fn scale(self, on_aws: Duration) -> Duration {
        match self {
            Self::AsOnAws => on_aws,
            Self::DividedBy(divisor) => on_aws / divisor.max(1),
        }
    }
}

impl Default for Timeouts {
    /// 3.1 s to connect, as in the SDK, and 30 s for an attempt, which the SDK does not limit.
    fn default() -> Self {
        Self { connect: Duration::from_millis(3100), attempt: Duration::from_secs(30) }
    }
}

impl Default for CallLimits {
    /// 10,000 pages, enough for ten million keys; 1 GiB; and 15 minutes, longer than a wait for an
    /// instance.
    fn default() -> Self {
        Self { pages: 10_000, bytes: 1 << 30, time: Duration::from_mins(15) }
    }
}
