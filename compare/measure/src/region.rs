//! Checks of region names, so that a typo gets a suggestion instead of a DNS error.

use sandbox::regions::{COMMERCIAL, SEPARATE};

use crate::{error::ExitError, session::HostKind};

/// The domains of AWS's hosts, partition by partition.
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

/// The domain of `region`'s partition, for display.
#[must_use]
pub fn dns_suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// Checks the syntax of `region` for a kind of host. AWS's regions are in lower case; other servers have
/// names such as `RegionOne`.
///
/// # Errors
/// Exit 2, with the nearest AWS region.
pub fn check_for_host(host: HostKind, region: &str) -> Result<(), ExitError> {
    check_syntax(region)?;
    let is_lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match host {
        HostKind::Amazon if !region.bytes().all(is_lower) => Err(unknown(region)),
        HostKind::Amazon | HostKind::Other => Ok(()),
    }
}

/// Checks that `region` fits into a credential scope, whose parts are separated by slashes.
///
/// # Errors
/// Exit 2, with the nearest AWS region.
pub fn check_syntax(region: &str) -> Result<(), ExitError> {
    if region == "*" {
        let unsupported = "the region `*` belongs to SigV4a, which is not supported here; SigV4 signs \
                           for one region";
        return Err(ExitError::usage(unsupported)
            .help("use the bucket's region instead of a multi-region access point"));
    }
    let is_valid =
        !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    if is_valid { Ok(()) } else { Err(unknown(region)) }
}

/// Checks that `region` is a region of AWS. Only for the sandbox, which has no others: AWS adds regions
/// more often than this program is released.
///
/// # Errors
/// Exit 2, with the nearest AWS region.
pub fn check_known(region: &str) -> Result<(), ExitError> {
    if known().any(|known| known == region) { Ok(()) } else { Err(unknown(region)) }
}

/// A suggestion for an unknown `region` whose host names do not resolve.
#[must_use]
pub fn suggestion(region: &str) -> Option<String> {
    (!known().any(|known| known == region))
        .then(|| format!("`{region}` is not a known region; did you mean `{}`?", nearest(region)))
}

fn unknown(region: &str) -> ExitError {
    let nearest = nearest(region);
    ExitError::usage(format!("`{region}` is not an AWS region; did you mean `{nearest}`?"))
}

fn nearest(region: &str) -> &'static str {
    let region = region.to_ascii_lowercase();
    known().min_by_key(|known| strsim::damerau_levenshtein(known, &region)).unwrap_or("us-east-1")
}

fn known() -> impl Iterator<Item = &'static str> {
    COMMERCIAL.into_iter().chain(SEPARATE)
}

#[cfg(test)]
mod tests {
    use super::{check_for_host, check_known, check_syntax};
    use crate::session::HostKind;

    #[test]
    fn a_typo_gets_the_nearest_region() {
        let error = check_known("us-est-1").unwrap_err();
        assert!(error.message.ends_with("did you mean `us-east-1`?"), "{error}");
        assert!(check_known("eu-west-1").is_ok());
        assert!(check_for_host(HostKind::Amazon, "us-east-99").is_ok());
        assert!(check_syntax("us east 1").is_err());
    }

    #[test]
    fn only_other_servers_may_have_upper_case_regions() {
        for region in ["RegionOne", "US-EAST-1", "default_1"] {
            assert!(check_for_host(HostKind::Other, region).is_ok(), "{region}");
        }
        let error = check_for_host(HostKind::Amazon, "US-EAST-1").unwrap_err();
        assert!(error.message.ends_with("did you mean `us-east-1`?"), "{error}");
        for region in ["", "us/east", "us-east-1\n", "caf\u{e9}"] {
            assert!(check_for_host(HostKind::Other, region).is_err(), "{region:?}");
        }
    }

    #[test]
    fn the_region_of_sigv4a_is_refused_by_name() {
        for host in [HostKind::Amazon, HostKind::Other] {
            let error = check_for_host(host, "*").unwrap_err();
            assert!(error.message.contains("SigV4a"), "{error}");
        }
    }
}
