//! Whom to ask: AWS's host names by service, region and partition, and what else a request may be
//! sent to. Also where the bucket goes.

use std::net::IpAddr;
use std::sync::Arc;

use contract::{Addressing, ServiceEndpoint, Target};
use reqwest::Url;

use crate::sigv4::Scheme;

/// A service that is called under a name of its own in the credential scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The object store.
    S3,
    /// Instances and images.
    Ec2,
    /// Routes of API Gateway.
    ExecuteApi,
}

impl Service {
    /// As the credential scope and AWS's host names spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Ec2 => "ec2",
            Self::ExecuteApi => "execute-api",
        }
    }
}

/// Scheme, host and port, as they stand in the URL and in the `Host` header: a port only where it
/// is not the scheme's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `http` or `https`.
    pub scheme: Scheme,
    /// `host` or `host:port`.
    pub authority: String,
    /// The URL of its root, where it was read from one without a user: the host name need not be read
    /// again.
    pub(crate) root: Option<Url>,
}

/// Who answers for each service of a target: found once, and not in every call, of which reading the
/// host name would be a good part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origins {
    /// Of S3, where one is named.
    s3: Option<Arc<Origin>>,
    /// Of EC2, likewise.
    ec2: Option<Arc<Origin>>,
}

impl Origins {
    pub(crate) fn of(target: &Target) -> Result<Self, EndpointError> {
        let Target { endpoint, region, .. } = target;
        let s3 = Origin::of(endpoint.s3(), Service::S3, region)?;
        let ec2 = Origin::of(endpoint.ec2(), Service::Ec2, region)?;
        Ok(Self { s3: s3.map(Arc::new), ec2: ec2.map(Arc::new) })
    }

    pub(crate) fn s3(&self) -> Result<&Arc<Origin>, EndpointError> {
        self.s3.as_ref().ok_or(EndpointError::Unnamed { service: "S3" })
    }

    pub(crate) fn ec2(&self) -> Result<&Arc<Origin>, EndpointError> {
        self.ec2.as_ref().ok_or(EndpointError::Unnamed { service: "EC2" })
    }
}

/// Why a text names nobody whom one could ask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// It cannot be read as a URL.
    #[error("{url:?} is not a URL: {reason}; write one such as http://127.0.0.1:5000")]
    NotAUrl {
        /// The text.
        url: String,
        /// What the parser says.
        reason: String,
    },
    /// A scheme other than the two.
    #[error("{url:?} is neither http:// nor https://")]
    Scheme {
        /// The text.
        url: String,
    },
    /// More than scheme, host and port.
    #[error("the endpoint {url:?} may have a scheme, a host and a port, but no {part}")]
    Excess {
        /// The text.
        url: String,
        /// `path`, `query`, `user` or `fragment`.
        part: &'static str,
    },
    /// Other services have an endpoint, and this one has none.
    #[error(
        "no endpoint is named for {service}, and one is for another service; name both, or one for all"
    )]
    Unnamed {
        /// `S3` or `EC2`.
        service: &'static str,
    },
    /// A region that cannot be part of a host name.
    #[error("{region:?} is not the name of a region; one looks like eu-west-1")]
    Region {
        /// The text.
        region: String,
    },
}

impl Origin {
    /// Who answers for `service` in `region`, if anybody is named.
    fn of(
        endpoint: ServiceEndpoint<'_>,
        service: Service,
        region: &str,
    ) -> Result<Option<Self>, EndpointError> {
        match endpoint {
            ServiceEndpoint::Aws => {
                check_region(region)?;
                let host = format!("{}.{region}.{}", service.as_str(), dns_suffix(region));
                Ok(Some(Self::from_url(&parse_url(&format!("https://{host}"))?)))
            }
            ServiceEndpoint::Url(text) => {
                check_scope_region(region)?;
                Self::from_endpoint_url(text).map(Some)
            }
            ServiceEndpoint::Missing => Ok(None),
        }
    }

    fn from_endpoint_url(text: &str) -> Result<Self, EndpointError> {
        let url = parse_url(text)?;
        let excess = [
            ("path", url.path() != "/"),
            ("query", url.query().is_some()),
            ("fragment", url.fragment().is_some()),
            ("user", !url.username().is_empty() || url.password().is_some()),
        ];
        match excess.iter().find(|(_, is_there)| *is_there) {
            Some((part, _)) => Err(EndpointError::Excess { url: text.to_owned(), part }),
            None => Ok(Self::from_url(&url)),
        }
    }

    /// The origin of a URL that [`parse_url`] read.
    pub(crate) fn from_url(url: &Url) -> Self {
        let scheme = if url.scheme() == "https" { Scheme::Https } else { Scheme::Http };
        let host = url.host_str().unwrap_or_default();
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        // A user is no part of an origin, nor of what is sent.
        let is_plain = url.username().is_empty() && url.password().is_none();
        Self { scheme, authority, root: is_plain.then(|| root(url)) }
    }

    /// How the bucket gets into a request to this origin, where `wanted` is possible at all.
    ///
    /// Not possible are a bucket that is no DNS label, a bucket with dots under a wildcard
    /// certificate, which covers one label only
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>), and a name in
    /// front of an IP address. Then the path it is, as in AWS's SDKs.
    pub(crate) fn addressing(&self, wanted: Addressing, bucket: &str) -> Addressing {
        let fits_certificate = self.scheme == Scheme::Http || !bucket.contains('.');
        if is_dns_name(bucket) && fits_certificate && !self.is_ip_address() {
            wanted
        } else {
            Addressing::Path
        }
    }

    /// The same origin with `bucket` as its first label: another host name, to be read anew.
    pub(crate) fn with_bucket(&self, bucket: &str) -> Self {
        let authority = format!("{bucket}.{}", self.authority);
        Self { scheme: self.scheme, authority, root: None }
    }

    fn is_ip_address(&self) -> bool {
        self.authority.starts_with('[')
            || self.authority.split(':').next().is_some_and(|host| host.parse::<IpAddr>().is_ok())
    }
}

/// The same host's `/`.
fn root(url: &Url) -> Url {
    let mut root = url.clone();
    root.set_path("/");
    root.set_query(None);
    root.set_fragment(None);
    root
}

/// Reads an absolute `http` or `https` URL.
pub(crate) fn parse_url(text: &str) -> Result<Url, EndpointError> {
    let url = Url::parse(text).map_err(|error| EndpointError::NotAUrl {
        url: text.to_owned(),
        reason: error.to_string(),
    })?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err(EndpointError::Scheme { url: text.to_owned() }),
    }
}

/// The names of all hosts of a region's partition end in this
/// (<https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>;
/// the isolated ones as the SDKs' `partitions.json` has them).
fn dns_suffix(region: &str) -> &'static str {
    const BY_PREFIX: [(&str, &str); 8] = [
        ("cn-", "amazonaws.com.cn"),
        ("us-gov-", "amazonaws.com"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
        ("eusc-", "amazonaws.eu"),
        ("", "amazonaws.com"),
    ];
    let matching = BY_PREFIX.iter().find(|(prefix, _)| region.starts_with(prefix));
    matching.map_or("amazonaws.com", |(_, suffix)| suffix)
}

/// A region becomes part of a host name, so nothing may be smuggled in with it.
fn check_region(region: &str) -> Result<(), EndpointError> {
    if region.len() <= 63 && is_dns_label(region) {
        Ok(())
    } else {
        Err(EndpointError::Region { region: region.to_owned() })
    }
}

/// Servers other than AWS's have regions such as `RegionOne`, which become part of the credential
/// scope alone.
fn check_scope_region(region: &str) -> Result<(), EndpointError> {
    if !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/') {
        Ok(())
    } else {
        Err(EndpointError::Region { region: region.to_owned() })
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>, as far as it is
/// about DNS.
fn is_dns_name(bucket: &str) -> bool {
    (3..=63).contains(&bucket.len())
        && bucket.split('.').all(is_dns_label)
        && bucket.parse::<IpAddr>().is_err()
}

fn is_dns_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}
