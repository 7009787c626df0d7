//! The regions of AWS, so that a slip in one gets its nearest instead of a DNS error.

use crate::error::Stop;

/// Source: <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html> and
/// the partitions of China and `GovCloud`. Regions come faster than releases: an unknown one that is
/// spelled like a region is refused by the sandbox alone.
const KNOWN: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// The domains under which AWS serves, partition by partition.
pub const DNS_SUFFIXES: &[&str] = &[
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
];

/// The domain of `region`'s partition, for showing it.
#[must_use]
pub fn dns_suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// Whether `region` can be one at all: it goes into host names and into signatures.
///
/// # Errors
/// Exit 2, with the nearest that there is.
pub fn check_spelling(region: &str) -> Result<(), Stop> {
    let spelled = !region.is_empty()
        && region
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if spelled { Ok(()) } else { Err(unknown(region)) }
}

/// Whether `region` is one that AWS has.
///
/// # Errors
/// Exit 2, with the nearest that there is.
pub fn check(region: &str) -> Result<(), Stop> {
    if KNOWN.contains(&region) { Ok(()) } else { Err(unknown(region)) }
}

/// What to say of `region` where its host names do not resolve.
#[must_use]
pub fn doubt(region: &str) -> Option<String> {
    (!KNOWN.contains(&region)).then(|| {
        format!("`{region}` is not a region known here; did you mean `{}`?", nearest(region))
    })
}

fn unknown(region: &str) -> Stop {
    Stop::usage(format!("`{region}` is not a region of AWS"))
        .help(format!("did you mean `{}`?", nearest(region)))
}

fn nearest(region: &str) -> &'static str {
    let distance = |known: &&&str| strsim::damerau_levenshtein(known, region);
    KNOWN.iter().min_by_key(distance).copied().unwrap_or("us-east-1")
}

#[cfg(test)]
mod tests {
    use super::{check, check_spelling};

    #[test]
    fn a_slip_gets_the_nearest() {
        assert_eq!(check("us-est-1").unwrap_err().help.unwrap(), "did you mean `us-east-1`?");
        assert!(check("eu-west-1").is_ok());
        assert!(check_spelling("us-east-99").is_ok());
        assert!(check_spelling("us east 1").is_err());
    }
}
