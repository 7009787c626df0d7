use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use contract::Stage;

use super::causes;
use crate::response::Response;

/// Why there is no response, or no complete one.
#[derive(Debug)]
pub struct SendError {
    /// The scheme, host and port that were called.
    pub origin: String,
    /// The URL of the proxy, without user name and password.
    pub proxy: Option<String>,
    /// What went wrong.
    pub kind: SendErrorKind,
    /// The part of the response that had arrived.
    pub response: Option<Box<Response>>,
    /// The HTTP client's error, above those of the TLS library and the system. `None` if reading
    /// stopped at a limit.
    pub(super) source: Option<reqwest::Error>,
}

/// What can go wrong while a request is sent and its response read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendErrorKind {
    /// The HTTP client could not be built: an invalid proxy, or no root certificates.
    Setup,
    /// The host name has no address.
    HostNotFound,
    /// The connection was not accepted.
    NoConnection,
    /// The TLS handshake failed.
    NoTls,
    /// Connecting took longer than this.
    ConnectTimeout(Duration),
    /// The connection ended before a response began.
    Closed,
    /// No response began within this time.
    Timeout(Duration),
    /// The response is not HTTP.
    NotHttp,
    /// The body ended after this many bytes, before the end that the headers promised.
    BodyCut(usize),
    /// The body did not end in time.
    BodyTimeout {
        /// Bytes that had arrived.
        received: usize,
        /// The limit.
        after: Duration,
    },
    /// The body is longer than this many bytes, the most that is read of one response.
    BodyTooLong(usize),
    /// The responses to one call are together longer than this many bytes, the call's limit.
    CallTooLong(u64),
}

impl SendError {
    /// How far the call got.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.kind {
            SendErrorKind::Setup => Stage::Build,
            SendErrorKind::HostNotFound
            | SendErrorKind::NoConnection
            | SendErrorKind::NoTls
            | SendErrorKind::Closed => Stage::Dispatch,
            SendErrorKind::ConnectTimeout(_)
            | SendErrorKind::Timeout(_)
            | SendErrorKind::BodyTimeout { .. } => Stage::Timeout,
            SendErrorKind::NotHttp
            | SendErrorKind::BodyCut(_)
            | SendErrorKind::BodyTooLong(_)
            | SendErrorKind::CallTooLong(_) => Stage::Response,
        }
    }

    /// The promised length of the body, to follow a number of bytes: ` of 400`.
    fn promised(&self) -> String {
        let head = self.response.as_ref().map(|response| &response.head);
        let length = head.and_then(|head| head.header("content-length"));
        length.map(|length| format!(" of {length}")).unwrap_or_default()
    }
}

/// Includes the innermost cause, because many programs print an error without its sources. If a
/// response began, its status is shown instead of the origin.
impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let through = self.proxy.as_ref().map(|proxy| format!(" (through the proxy {proxy})"));
        let through = through.unwrap_or_default();
        let called = format!("{}{through}", self.origin);
        let status = self.response.as_ref().map_or(0, |response| response.head.status);
        let cause = self.source.as_ref().map_or_else(String::new, |source| {
            causes(source).last().map_or_else(|| source.to_string(), ToString::to_string)
        });
        match self.kind {
            SendErrorKind::Setup => write!(f, "the HTTP client cannot be set up: {cause}"),
            SendErrorKind::HostNotFound => write!(f, "the host of {called} is not found: {cause}"),
            SendErrorKind::NoConnection => write!(f, "no connection to {called}: {cause}"),
            SendErrorKind::NoTls => write!(f, "no TLS session with {called}: {cause}"),
            SendErrorKind::ConnectTimeout(after) => {
                write!(f, "no connection to {called} within {after:?}")
            }
            SendErrorKind::Closed => {
                write!(f, "{called} ended the connection without an answer: {cause}")
            }
            SendErrorKind::Timeout(after) => write!(f, "no answer from {called} within {after:?}"),
            SendErrorKind::NotHttp => write!(f, "the answer from {called} is not HTTP: {cause}"),
            SendErrorKind::BodyCut(received) => write!(
                f,
                "the answer ({status}){through} broke off after {received}{} bytes of its body: \
                 {cause}",
                self.promised()
            ),
            SendErrorKind::BodyTimeout { received, after } => write!(
                f,
                "the answer ({status}){through} did not end within {after:?}: {received}{} bytes of \
                 its body had arrived",
                self.promised()
            ),
            SendErrorKind::BodyTooLong(max) => write!(
                f,
                "the answer ({status}){through} is longer than {max} bytes, the most that is read of \
                 one answer"
            ),
            SendErrorKind::CallTooLong(max) => write!(
                f,
                "with this answer ({status}){through} the call would read more than the {max} bytes \
                 that one call may read"
            ),
        }
    }
}

impl StdError for SendError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
