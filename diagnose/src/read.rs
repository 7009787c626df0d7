//! Reads a request from whatever shows it: HTTP text, a `curl` command or log, a presigned URL, a log of botocore,
//! a HAR file. Which of them it is shows in the text itself.

mod botocore;
mod curl;
mod har;
mod http;
mod verbose;

use crate::request::SignedRequest;

/// A request, and what else the text shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The request.
    pub request: SignedRequest,
    /// The service's answer to it, status line or headers first, if the text has one.
    pub answer: Option<String>,
}

/// Why no request could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReadError(pub String);

/// A file that is longer holds something else than a request.
const LONGEST: usize = 64 * 1024 * 1024;

/// Every request that `text` shows, in its order.
///
/// # Errors
/// Where it shows none, or one that cannot be read.
pub fn requests(bytes: &[u8]) -> Result<Vec<Shown>, ReadError> {
    if bytes.len() > LONGEST {
        let size = bytes.len() / (1024 * 1024);
        return Err(ReadError(format!(
            "{size} MiB are too many for a request: cut out the one that was refused"
        )));
    }
    let trimmed = bytes.trim_ascii();
    if trimmed.is_empty() {
        return Err(ReadError("the input is empty".to_owned()));
    }
    // The head of a request is text, its body need not be.
    let text = String::from_utf8_lossy(trimmed);
    let first = text.lines().next().unwrap_or_default();
    if text.starts_with('{') && text.contains("\"log\"") && text.contains("\"entries\"") {
        return har::requests(&text);
    }
    if first.starts_with("curl ") || first.starts_with("$ curl ") {
        return curl::requests(&text);
    }
    if text.lines().any(|line| line.starts_with("> ") && line.contains(" HTTP/")) {
        return verbose::requests(&text);
    }
    if text.contains("CanonicalRequest:") && text.contains("StringToSign:") {
        return botocore::requests(&text);
    }
    if (first.starts_with("https://") || first.starts_with("http://")) && !trimmed.contains(&b' ') {
        return Ok(vec![Shown { request: of_url("GET", first)?, answer: None }]);
    }
    http::request(bytes).map(|request| vec![Shown { request, answer: None }])
}

/// The request for a URL without headers of its own.
fn of_url(method: &str, url: &str) -> Result<SignedRequest, ReadError> {
    let url = url.split('#').next().unwrap_or_default();
    let Some((_, rest)) = url.split_once("://") else {
        return Err(ReadError(format!("{:?} is no URL", shortened(url))));
    };
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(at);
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() {
        return Err(ReadError(format!("{:?} names no host", shortened(url))));
    }
    let target = match target {
        "" => "/".to_owned(),
        query if query.starts_with('?') => format!("/{query}"),
        target => target.to_owned(),
    };
    let headers = vec![("host".to_owned(), host.to_owned())];
    Ok(SignedRequest { method: method.to_owned(), target, headers, body: Vec::new() })
}

/// The beginning of `text`, for a message.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
