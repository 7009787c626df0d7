//! Which step of a call failed ([`ErrorKind`]), and of which call ([`ErrorContext`]).

use std::time::SystemTime;

use contract::{Credentials, Stage};

use crate::observe::Steps;
use crate::parse::{ErrorResponse, ParseError};
use crate::request::BuildError;
use crate::send::SendError;
use crate::sigv4;
use crate::usage::LimitError;
use crate::wait::WaitError;

/// Which step failed, and how.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No request can be built from the input.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The request cannot be signed.
    #[error("the request cannot be signed: {0}")]
    Sign(#[from] sigv4::Error),
    /// There is no response, or no complete one.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The response is an error, or not the answer.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A listing returned a continuation token for the second time, so it would never end.
    #[error("the listing does not end: the service gave the continuation token {token:?} twice")]
    RepeatedToken {
        /// The token, or its beginning.
        token: String,
    },
    /// The call reached one of its limits.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The instances that were waited for do not run.
    #[error(transparent)]
    Wait(#[from] WaitError),
}

impl ErrorKind {
    /// How far the call got.
    pub(crate) fn stage(&self) -> Stage {
        match self {
            Self::Build(_) => Stage::Build,
            Self::Sign(_) => Stage::Sign,
            Self::Send(error) => error.stage(),
            Self::Parse(ParseError::Refused(response)) if response.code.is_some() => Stage::Service,
            Self::Parse(_) | Self::RepeatedToken { .. } | Self::Limit(LimitError::Pages { .. }) => {
                Stage::Response
            }
            Self::Limit(LimitError::Time { .. }) => Stage::Timeout,
            Self::Wait(_) => Stage::Wait,
        }
    }

    /// The error response, if the service refused the request.
    pub(crate) fn refused(&self) -> Option<&ErrorResponse> {
        let Self::Parse(ParseError::Refused(response)) = self else { return None };
        Some(response)
    }
}

/// What is known about a call that failed, besides the failure.
#[derive(Debug)]
pub struct ErrorContext<'a> {
    /// The operation, such as `ListBuckets`.
    pub operation: &'static str,
    /// The URL that was called, without its query.
    pub url: Option<String>,
    /// The region of the credential scope.
    pub region: &'a str,
    /// The caller's credentials. Their secrets are removed from everything that the service sent.
    pub credentials: &'a Credentials,
    /// The time in the signature.
    pub signed_at: SystemTime,
    /// What was signed, to compare with what the service read. Needed only if the service shows that.
    pub signed: Option<Steps>,
}
