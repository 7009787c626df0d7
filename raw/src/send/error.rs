use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use contract::Stage;

use super::{Response, causes};

/// Why there is no answer, or no whole one.
#[derive(Debug)]
pub struct SendError {
    /// Who was called.
    pub called: String,
    /// Through whom, without what the URL says of the caller.
    pub proxy: Option<String>,
    /// What went wrong.
    pub problem: SendProblem,
    /// What had come of an answer by then.
    pub answer: Option<Box<Response>>,
    /// What the HTTP client says, with the system's and the TLS library's words below. It has nothing
    /// to say where it was stopped.
    pub(super) source: Option<reqwest::Error>,
}

/// What can go wrong between two hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendProblem {
    /// The HTTP client could not be set up: bad proxy, or no root certificates.
    Setup,
    /// The name has no address.
    Unresolved,
    /// Nobody took the connection.
    NoConnection,
    /// The connection stands, but not its encryption.
    NoTls,
    /// The connection took longer than this.
    ConnectTimeout(Duration),
    /// The connection ended before an answer began.
    Closed,
    /// No answer for so long.
    Timeout(Duration),
    /// Something came that is not HTTP.
    NotHttp,
    /// The body ended after so many bytes, and not as the headers promised.
    BodyCut(usize),
    /// The body did not end in time.
    BodyTimeout {
        /// Bytes that came.
        received: usize,
        /// The limit.
        after: Duration,
    },
    /// The body went on past so many bytes, the most that is read of an answer.
    BodyTooLong(usize),
    /// The body went on past the most that one call may read, in all its answers.
    CallTooLong(u64),
}

impl SendError {
    /// How far the call came.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.problem {
            SendProblem::Setup => Stage::Build,
            SendProblem::Unresolved
            | SendProblem::NoConnection
            | SendProblem::NoTls
            | SendProblem::Closed => Stage::Dispatch,
            SendProblem::ConnectTimeout(_)
            | SendProblem::Timeout(_)
            | SendProblem::BodyTimeout { .. } => Stage::Timeout,
            SendProblem::NotHttp
            | SendProblem::BodyCut(_)
            | SendProblem::BodyTooLong(_)
            | SendProblem::CallTooLong(_) => Stage::Response,
        }
    }

    /// What the headers promised of the body, behind a number of bytes: ` of 400`.
    fn promised(&self) -> String {
        let head = self.answer.as_ref().map(|answer| &answer.head);
        let length = head.and_then(|head| head.header("content-length"));
        length.map(|length| format!(" of {length}")).unwrap_or_default()
    }
}

/// Says the innermost cause too: an error that is printed alone has to be of use. Of an answer that
/// began it says the status, and not again who was called.
impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let through = self.proxy.as_ref().map(|proxy| format!(" (through the proxy {proxy})"));
        let through = through.unwrap_or_default();
        let called = format!("{}{through}", self.called);
        let status = self.answer.as_ref().map_or(0, |answer| answer.head.status);
        let cause = self.source.as_ref().map_or_else(String::new, |source| {
            causes(source).last().map_or_else(|| source.to_string(), ToString::to_string)
        });
        match self.problem {
            SendProblem::Setup => write!(f, "the HTTP client cannot be set up: {cause}"),
            SendProblem::Unresolved => write!(f, "the host of {called} is not found: {cause}"),
            SendProblem::NoConnection => write!(f, "no connection to {called}: {cause}"),
            SendProblem::NoTls => write!(f, "no TLS session with {called}: {cause}"),
            SendProblem::ConnectTimeout(after) => {
                write!(f, "no connection to {called} within {after:?}")
            }
            SendProblem::Closed => {
                write!(f, "{called} ended the connection without an answer: {cause}")
            }
            SendProblem::Timeout(after) => write!(f, "no answer from {called} within {after:?}"),
            SendProblem::NotHttp => write!(f, "what {called} answered is not HTTP: {cause}"),
            SendProblem::BodyCut(received) => write!(
                f,
                "the answer ({status}){through} broke off after {received}{} bytes of its body: \
                 {cause}",
                self.promised()
            ),
            SendProblem::BodyTimeout { received, after } => write!(
                f,
                "the answer ({status}){through} did not end within {after:?}: {received}{} bytes of \
                 its body had come",
                self.promised()
            ),
            SendProblem::BodyTooLong(most) => write!(
                f,
                "the answer ({status}){through} is longer than the {most} bytes that are read of one"
            ),
            SendProblem::CallTooLong(most) => write!(
                f,
                "with this answer ({status}){through} the call would read more than the {most} bytes \
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
