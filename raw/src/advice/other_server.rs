//! Responses that are not in an AWS format, and so probably not from AWS.

use crate::parse::ErrorResponse;

/// The advice for an error response without an AWS code.
pub(super) fn advice(response: &ErrorResponse) -> String {
    let server = name(response);
    match response.status {
        301 | 302 | 303 | 307 | 308 => format!(
            "Redirects are not followed, because a signature is valid for one host: check the \
             endpoint's scheme, host and port, where {server} answered"
        ),
        407 => "The proxy requires credentials: put them into its URL".to_owned(),
        502..=504 => format!(
            "This is not the service's answer: {server} reports that the server behind it is down or \
             too slow. Try again; if the error stays, look at its log"
        ),
        500.. => format!("Not the service itself but {server} seems to have failed; try again"),
        _ => format!(
            "This is not the service's answer: {server} refused. Check the endpoint, and what stands \
             in front of it"
        ),
    }
}

/// The server that seems to have answered.
pub(super) fn name(response: &ErrorResponse) -> String {
    match response.detail("server").or_else(|| response.detail("via")) {
        Some(name) => format!("a proxy or server that calls itself {name:?}"),
        None => "a proxy, a load balancer or another server".to_owned(),
    }
}
