use std::time::{Duration, SystemTime};

use crate::{CaBundle, Proxies};

/// Where the calls go and under which conditions: resolved once, given to both sides.
#[derive(Debug, Clone)]
pub struct Target {
    /// The region of the credential scope, and of AWS's host names.
    pub region: String,
    /// AWS itself, or one address for every service.
    pub endpoint: Endpoint,
    /// How S3's bucket gets into the URL.
    pub addressing: Addressing,
    /// The time that signatures carry.
    pub clock: Clock,
    /// How long one attempt may take.
    pub timeouts: Timeouts,
    /// How much a whole call may take.
    pub limits: CallLimits,
    /// Proxies, decided upon for each request; none where absent. The environment is not asked again.
    pub proxy: Option<Proxies>,
    /// Root certificates in place of the system's.
    pub ca_bundle: Option<CaBundle>,
    /// How fast waits go.
    pub wait_pace: WaitPace,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// Each service's own host in the region's partition, over TLS.
    Aws,
    /// One server for S3 and EC2: scheme, host and port, without a path or a slash at the end.
    Url(String),
    /// A server for each service, in the same form. Of a service without one nothing is asked: its
    /// calls fail before they are sent.
    PerService {
        /// S3's.
        s3: Option<String>,
        /// EC2's.
        ec2: Option<String>,
    },
}

/// Who answers for one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceEndpoint<'a> {
    /// AWS's own host.
    Aws,
    /// The server at this URL.
    Url(&'a str),
    /// None is named.
    Missing,
}

/// How S3's bucket gets into the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// `https://bucket.host/key`: what AWS wants.
    VirtualHosted,
    /// `https://host/bucket/key`: for servers without a wildcard name, such as an IP address.
    Path,
}

/// Where the time comes from. Injected, so that a test can sign at any moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's.
    System,
    /// One moment for ever.
    Fixed(SystemTime),
}

/// How long to wait for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For one attempt, from its first byte to the last of its answer.
    pub attempt: Duration,
}

/// The most that one call may take: all its pages, polls and retries together. A server that never
/// ends a listing would otherwise fill the memory or keep the program for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLimits {
    /// Answers that are read: pages of a listing, polls of a wait.
    pub pages: u32,
    /// Bytes of bodies that are read, as they come over the wire. The SDK has no way to bound these:
    /// its side reads every body to its end.
    pub bytes: u64,
    /// From the first request to the end of the call, pauses included, by the clock of this machine.
    pub time: Duration,
}

/// How fast waits go. The SDK's waiter for instances sleeps 15 s between polls, which AWS needs and
/// an endpoint that boots in milliseconds does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitPace {
    /// Sleep as long as the SDK does.
    AsOnAws,
    /// Sleep that many times shorter, against the sandbox alone.
    DividedBy(u32),
}

impl Endpoint {
    /// Who answers for S3.
    #[must_use]
    pub fn s3(&self) -> ServiceEndpoint<'_> {
        match self {
            Self::Aws => ServiceEndpoint::Aws,
            Self::Url(url) | Self::PerService { s3: Some(url), .. } => ServiceEndpoint::Url(url),
            Self::PerService { s3: None, .. } => ServiceEndpoint::Missing,
        }
    }

    /// Who answers for EC2.
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
    /// The moment to sign at.
    #[must_use]
    pub fn now(self) -> SystemTime {
        match self {
            Self::System => SystemTime::now(),
            Self::Fixed(moment) => moment,
        }
    }
}

impl WaitPace {
    /// How long to sleep where AWS would have one sleep for `on_aws`.
    #[must_use]
    pub fn scale(self, on_aws: Duration) -> Duration {
        match self {
            Self::AsOnAws => on_aws,
            Self::DividedBy(divisor) => on_aws / divisor.max(1),
        }
    }
}

impl Default for Timeouts {
    /// The SDK's own connect time-out of 3.1 s; an attempt has no limit there, and half a minute here.
    fn default() -> Self {
        Self { connect: Duration::from_millis(3100), attempt: Duration::from_secs(30) }
    }
}

impl Default for CallLimits {
    /// 10,000 pages, which is ten million keys of a bucket; 1 GiB; and a quarter of an hour, which is
    /// longer than a launch is waited for.
    fn default() -> Self {
        Self { pages: 10_000, bytes: 1 << 30, time: Duration::from_mins(15) }
    }
}
