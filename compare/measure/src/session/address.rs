//! Validates URLs from the user, and tells AWS's hosts from others.

use url::Url;

use super::{HostKind, TargetOptions};
use crate::{error::ExitError, region};

/// Parses an endpoint's URL: scheme, host and port, without a path, because both sides add their own.
pub(super) fn endpoint_url(text: &str) -> Result<Url, ExitError> {
    let wrong = |what: &str| {
        ExitError::usage(format!("the endpoint URL `{text}` {what}"))
            .help("give only scheme, host and port, for example http://127.0.0.1:5000")
    };
    let url = match Url::parse(text) {
        Ok(url) if url.has_host() => url,
        // `localhost:5000` parses as a URL of the scheme `localhost`.
        Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) => return Err(wrong("has no scheme")),
        Err(error) => return Err(wrong(&format!("is invalid: {error}"))),
    };
    match url.scheme() {
        "http" | "https" => {}
        other => {
            return Err(wrong(&format!("has the scheme `{other}`, which is not http or https")));
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ExitError::usage("the endpoint URL contains a user name or a password")
            .help("set credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"));
    }
    if url.path() != "/" {
        return Err(wrong("has a path, but both sides add the path themselves"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has a query or a fragment"));
    }
    Ok(url)
}

/// Parses the URL of the API route. This also escapes what needs it, once for both sides.
pub(super) fn checked_api_url(options: &TargetOptions) -> Result<Option<Url>, ExitError> {
    let Some(text) = &options.api_url else { return Ok(None) };
    let example = "for example https://API_ID.execute-api.REGION.amazonaws.com/STAGE/PATH";
    let url = match Url::parse(text) {
        Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => url,
        _ => {
            let wrong = format!("the API URL `{text}` is not an http or https URL");
            return Err(ExitError::usage(wrong).help(example));
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            ExitError::usage("the API URL contains a user name or a password").help(example)
        );
    }
    if url.fragment().is_some() {
        return Err(ExitError::usage(format!(
            "the API URL `{text}` has a fragment, which is never sent"
        ))
        .help("write %23 for a # in the path"));
    }
    Ok(Some(url))
}

pub(super) fn host_kind(host: &str) -> HostKind {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_amazon = region::DNS_SUFFIXES
        .iter()
        .any(|suffix| host == *suffix || host.ends_with(&format!(".{suffix}")));
    if is_amazon { HostKind::Amazon } else { HostKind::Other }
}

#[cfg(test)]
mod tests {
    use super::{HostKind, endpoint_url, host_kind};

    #[test]
    fn an_endpoint_url_has_only_scheme_host_and_port() {
        for good in ["http://127.0.0.1:5000", "https://s3.example.com/", "http://[::1]:9000"] {
            assert!(endpoint_url(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("localhost:5000", "no scheme"),
            ("127.0.0.1:5000", "no scheme"),
            ("ftp://127.0.0.1", "not http or https"),
            ("http://127.0.0.1:5000/path", "has a path"),
            ("http://127.0.0.1:5000/?a=b", "has a query"),
            ("http://user:pass@127.0.0.1", "a user name or a password"),
            ("http://", "is invalid"),
        ] {
            let error = endpoint_url(bad).unwrap_err();
            assert!(error.message.contains(why), "{bad}: {error}");
            assert!(!error.message.contains("pass@"), "{error}");
        }
    }

    #[test]
    fn aws_hosts_are_recognised_in_any_spelling() {
        for host in ["ec2.eu-west-1.amazonaws.com", "EC2.AMAZONAWS.COM.", "s3.eu-west-1.api.aws"] {
            assert_eq!(host_kind(host), HostKind::Amazon, "{host}");
        }
        for host in ["127.0.0.1", "localhost", "notamazonaws.com", "amazonaws.com.example.org"] {
            assert_eq!(host_kind(host), HostKind::Other, "{host}");
        }
    }
}
