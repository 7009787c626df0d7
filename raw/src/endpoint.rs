//! Where requests go: AWS's host names by service, region and partition, or a given endpoint URL. Also
//! whether the bucket goes into the host name or the path.

use std::net::IpAddr;
use std::sync::Arc;

use contract::{Addressing, ServiceEndpoint, Target};
use url::Url;

use crate::sigv4::Scheme;

/// A service, as the credential scope distinguishes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Object storage.
    S3,
    /// Virtual machines and their images.
    Ec2,
    /// Routes of an API Gateway.
    ExecuteApi,
}

impl Service {
    /// The name in the credential scope and in AWS's host names.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Ec2 => "ec2",
            Self::ExecuteApi => "execute-api",
        }
    }
}

/// Scheme, host and port as in the URL and the `Host` header: without the scheme's default port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `http` or `https`.
    pub scheme: Scheme,
    /// `host` or `host:port`.
    pub authority: String,
    /// The parsed URL of `/`, so that the host need not be parsed for every request. `None` if the host
    /// has not been parsed, or the URL had a user name.
    pub(crate) root: Option<Url>,
}

/// The origins of a target's services. They are resolved once, because parsing the host name would be a
/// good part of every call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origins {
    /// `None` if the target has no endpoint for S3.
    s3: Option<Arc<Origin>>,
    /// `None` if the target has no endpoint for EC2.
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
        self.s3.as_ref().ok_or(EndpointError::Missing { service: "S3" })
    }

    pub(crate) fn ec2(&self) -> Result<&Arc<Origin>, EndpointError> {
        self.ec2.as_ref().ok_or(EndpointError::Missing { service: "EC2" })
    }
}

/// Why a request has no origin to go to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The text cannot be parsed as a URL.
    #[error("{url:?} is not a URL: {reason}; write it like http://127.0.0.1:5000")]
    NotAUrl {
        /// The text.
        url: String,
        /// The parser's message.
        reason: String,
    },
    /// The scheme is neither `http` nor `https`.
    #[error("{url:?} begins with neither http:// nor https://")]
    Scheme {
        /// The text.
        url: String,
    },
    /// The URL has more than scheme, host and port.
    #[error("the endpoint {url:?} has a {part}; write only its scheme, host and port")]
    Excess {
        /// The text.
        url: String,
        /// `path`, `query`, `user name` or `fragment`.
        part: &'static str,
    },
    /// Only another service has an endpoint.
    #[error(
        "no endpoint is configured for {service}, although another service has one; give both, or one for all"
    )]
    Missing {
        /// `S3` or `EC2`.
        service: &'static str,
    },
    /// The region cannot be part of a host name or of the credential scope.
    #[error("{region:?} is not the name of a region, such as eu-west-1")]
    Region {
        /// The text.
        region: String,
    },
}

impl Origin {
    /// The origin of `service` in `region`, if it has an endpoint.
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
            ("user name", !url.username().is_empty() || url.password().is_some()),
        ];
        match excess.iter().find(|(_, is_there)| *is_there) {
            Some((part, _)) => Err(EndpointError::Excess { url: text.to_owned(), part }),
            None => Ok(Self::from_url(&url)),
        }
    }

    /// The origin of a URL from [`parse_url`].
    pub(crate) fn from_url(url: &Url) -> Self {
        let scheme = if url.scheme() == "https" { Scheme::Https } else { Scheme::Http };
        let host = url.host_str().unwrap_or_default();
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        // A user name is not part of an origin, and is not sent.
        let is_plain = url.username().is_empty() && url.password().is_none();
        Self { scheme, authority, root: is_plain.then(|| root(url)) }
    }

    /// Where the bucket goes: as `wanted` if that is possible, and otherwise into the path, as in AWS's
    /// SDKs.
    ///
    /// A bucket cannot go into the host name if it is not a DNS name, if it has dots and the scheme is
    /// https, because a wildcard certificate covers only one label
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>), or if the host is an
    /// IP address.
    pub(crate) fn addressing(&self, wanted: Addressing, bucket: &str) -> Addressing {
        let fits_certificate = self.scheme == Scheme::Http || !bucket.contains('.');
        if is_dns_name(bucket) && fits_certificate && !self.is_ip_address() {
            wanted
        } else {
            Addressing::Path
        }
    }

    /// The origin with `bucket` as the first label of its host name.
    pub(crate) fn with_bucket(&self, bucket: &str) -> Self {
        let authority = format!("{bucket}.{}", self.authority);
        Self { scheme: self.scheme, authority, root: None }
    }

    fn is_ip_address(&self) -> bool {
        self.authority.starts_with('[')
            || self.authority.split(':').next().is_some_and(|host| host.parse::<IpAddr>().is_ok())
    }
}

/// `url` with the path `/` and without query and fragment.
fn root(url: &Url) -> Url {
    let mut root = url.clone();
    root.set_path("/");
    root.set_query(None);
    root.set_fragment(None);
    root
}

/// Parses an absolute `http` or `https` URL.
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

/// The DNS suffix of the partition of `region`
/// (<https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>; the
/// isolated partitions from the SDKs' `partitions.json`).
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

/// Allows only a DNS label: the region becomes part of a host name, and must not change the host.
fn check_region(region: &str) -> Result<(), EndpointError> {
    if region.len() <= 63 && is_dns_label(region) {
        Ok(())
    } else {
        Err(EndpointError::Region { region: region.to_owned() })
    }
}

/// Allows the regions of servers other than AWS's, such as `RegionOne`: they become part of only the
/// credential scope.
fn check_scope_region(region: &str) -> Result<(), EndpointError> {
    if !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/') {
        Ok(())
    } else {
        Err(EndpointError::Region { region: region.to_owned() })
    }
}

/// The rules for bucket names that concern DNS
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>).
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
