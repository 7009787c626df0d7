//! Service and region, read off an AWS host name.

/// What a host name shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guess<'a> {
    /// The name for the credential scope.
    pub service: Option<&'a str>,
    /// The region for the credential scope.
    pub region: Option<&'a str>,
}

/// Services that have one endpoint for a whole partition; their signatures name this region.
/// Source: <https://docs.aws.amazon.com/general/latest/gr/rande.html>
const GLOBAL: &[&str] = &["iam", "sts", "s3", "cloudfront", "route53", "organizations"];
const GLOBAL_REGION: &str = "us-east-1";

/// Reads `host`, with or without a port: `SERVICE.REGION.amazonaws.com`, with whatever stands
/// before it (a bucket, an API's id), and the old `s3-REGION`.
#[must_use]
pub fn of_host(host: &str) -> Guess<'_> {
    let name = host.split(':').next().unwrap_or(host);
    let Some(name) =
        name.strip_suffix(".amazonaws.com").or_else(|| name.strip_suffix(".amazonaws.com.cn"))
    else {
        return Guess::default();
    };
    let labels: Vec<_> = name.split('.').collect();
    match labels.as_slice() {
        [.., service] if service.starts_with("s3-") => {
            Guess { service: Some("s3"), region: service.strip_prefix("s3-") }
        }
        [.., service] if GLOBAL.contains(service) => {
            Guess { service: Some(service), region: Some(GLOBAL_REGION) }
        }
        [.., service, region] if is_region(region) => {
            Guess { service: Some(service), region: Some(region) }
        }
        [.., service] => Guess { service: Some(service), region: None },
        [] => Guess::default(),
    }
}

fn is_region(label: &str) -> bool {
    label.contains('-') && label.ends_with(|last: char| last.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Guess, of_host};

    #[test]
    fn a_host_shows_its_service_and_region() {
        for (host, service, region) in [
            ("ec2.eu-west-1.amazonaws.com", "ec2", "eu-west-1"),
            ("a1b2.execute-api.us-west-2.amazonaws.com", "execute-api", "us-west-2"),
            ("my.dotted.bucket.s3.eu-central-1.amazonaws.com", "s3", "eu-central-1"),
            ("bucket.s3.amazonaws.com:443", "s3", "us-east-1"),
            ("s3-eu-west-1.amazonaws.com", "s3", "eu-west-1"),
            ("iam.amazonaws.com", "iam", "us-east-1"),
            ("s3.cn-north-1.amazonaws.com.cn", "s3", "cn-north-1"),
        ] {
            let guess = Guess { service: Some(service), region: Some(region) };
            assert_eq!(of_host(host), guess, "{host}");
        }
        assert_eq!(of_host("example.org"), Guess::default());
        assert_eq!(of_host("dynamodb.amazonaws.com").region, None);
    }
}
