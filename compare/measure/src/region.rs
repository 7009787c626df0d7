//! The regions of AWS, so that a slip in one gets its nearest instead of a DNS error.

use sandbox::regions::{COMMERCIAL, SEPARATE};

use crate::{error::ExitError, session::HostKind};

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

/// Whether `region` can be signed for where `host` answers. AWS's are in lower case; other servers
/// have names such as `RegionOne`.
///
/// # Errors
/// Exit 2; for AWS's hosts with the nearest region that there is.
pub fn check_for_host(host: HostKind, region: &str) -> Result<(), ExitError> {
    check_syntax(region)?;
    let is_lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match host {
        HostKind::Amazon if !region.bytes().all(is_lower) => Err(unknown(region)),
        HostKind::Amazon | HostKind::Other => Ok(()),
    }
}

/// Whether `region` can be one at all, whoever's: it goes into the credential scope, whose parts a
/// slash separates.
///
/// # Errors
/// Exit 2, with the nearest of AWS's.
pub fn check_syntax(region: &str) -> Result<(), ExitError> {
    if region == "*" {
        let not_offered = "the region `*` is one of SigV4a, which is not offered here; SigV4 signs \
                           for one region";
        return Err(ExitError::usage(not_offered)
            .help("name the region of the bucket instead of a multi-region access point"));
    }
    let spelled =
        !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    if spelled { Ok(()) } else { Err(unknown(region)) }
}

/// Whether `region` is one that AWS has.
///
/// # Errors
/// Exit 2, with the nearest that there is.
pub fn check_known(region: &str) -> Result<(), ExitError> {
    if known().any(|known| known == region) { Ok(()) } else { Err(unknown(region)) }
}

/// What to say of `region` where its host names do not resolve.
#[must_use]
pub fn suggestion(region: &str) -> Option<String> {
    (!known().any(|known| known == region)).then(|| {
        format!("`{region}` is not a region known here; did you mean `{}`?", nearest(region))
    })
}

fn unknown(region: &str) -> ExitError {
    let nearest = nearest(region);
    ExitError::usage(format!("`{region}` is not a region of AWS; did you mean `{nearest}`?"))
}

fn nearest(region: &str) -> &'static str {
    let region = region.to_ascii_lowercase();
    known().min_by_key(|known| strsim::damerau_levenshtein(known, &region)).unwrap_or("us-east-1")
}

/// Regions come faster than releases: one that is not here is refused only where the sandbox, which
/// has no other, is what is called.
fn known() -> impl Iterator<Item = &'static str> {
    COMMERCIAL.into_iter().chain(SEPARATE)
}

#[cfg(test)]
mod tests {
    use super::{check_for_host, check_known, check_syntax};
    use crate::session::HostKind;

    #[test]
    fn a_slip_gets_the_nearest() {
        let stop = check_known("us-est-1").unwrap_err();
        assert!(stop.message.ends_with("did you mean `us-east-1`?"), "{}", stop.message);
        assert!(check_known("eu-west-1").is_ok());
        assert!(check_for_host(HostKind::Amazon, "us-east-99").is_ok());
        assert!(check_syntax("us east 1").is_err());
    }

    #[test]
    fn upper_case_is_for_other_servers_than_aws() {
        for region in ["RegionOne", "US-EAST-1", "default_1"] {
            assert!(check_for_host(HostKind::Other, region).is_ok(), "{region}");
        }
        let stop = check_for_host(HostKind::Amazon, "US-EAST-1").unwrap_err();
        assert!(stop.message.ends_with("did you mean `us-east-1`?"), "{}", stop.message);
        for region in ["", "us/east", "us-east-1\n", "caf\u{e9}"] {
            assert!(check_for_host(HostKind::Other, region).is_err(), "{region:?}");
        }
    }

    #[test]
    fn the_region_of_sigv4a_is_said_not_to_be_offered() {
        for host in [HostKind::Amazon, HostKind::Other] {
            let stop = check_for_host(host, "*").unwrap_err();
            assert!(stop.message.contains("SigV4a"), "{}", stop.message);
        }
    }
}
