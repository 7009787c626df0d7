//! The regions of AWS, so that a slip in one gets its nearest instead of a DNS error.

use sandbox::regions::{COMMERCIAL, SEPARATE};

use crate::error::Stop;

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
    if known().any(|known| known == region) { Ok(()) } else { Err(unknown(region)) }
}

/// What to say of `region` where its host names do not resolve.
#[must_use]
pub fn doubt(region: &str) -> Option<String> {
    (!known().any(|known| known == region)).then(|| {
        format!("`{region}` is not a region known here; did you mean `{}`?", nearest(region))
    })
}

fn unknown(region: &str) -> Stop {
    let nearest = nearest(region);
    Stop::usage(format!("`{region}` is not a region of AWS; did you mean `{nearest}`?"))
}

fn nearest(region: &str) -> &'static str {
    known().min_by_key(|known| strsim::damerau_levenshtein(known, region)).unwrap_or("us-east-1")
}

/// Regions come faster than releases: one that is not here is refused only where the sandbox, which
/// has no other, is what is called.
fn known() -> impl Iterator<Item = &'static str> {
    COMMERCIAL.into_iter().chain(SEPARATE)
}

#[cfg(test)]
mod tests {
    use super::{check, check_spelling};

    #[test]
    fn a_slip_gets_the_nearest() {
        let stop = check("us-est-1").unwrap_err();
        assert!(stop.message.ends_with("did you mean `us-east-1`?"), "{}", stop.message);
        assert!(check("eu-west-1").is_ok());
        assert!(check_spelling("us-east-99").is_ok());
        assert!(check_spelling("us east 1").is_err());
    }
}
