use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use contract::{Failure, Stage};

use crate::advice;
use crate::parse::{Fault, Refusal};
use crate::redact::Secrets;
use crate::request::BuildError;
use crate::send::{Head, SendError};
use crate::sigv4;
use crate::wait::WaitError;

/// Why a call yielded no answer: what was called, what happened to it, and what to do next.
///
/// Printed with `{}` it says all three in one line. [`source`](StdError::source) leads on to the
/// causes, in the words of whoever noticed them first.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    operation: &'static str,
    place: Option<String>,
    kind: ErrorKind,
    advice: Option<String>,
}

/// Which step failed, and how.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input makes no request.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The request cannot be signed.
    #[error("the request cannot be signed: {0}")]
    Sign(#[from] sigv4::Error),
    /// There was no answer, or no whole one.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The service said no.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// The answer is not what was asked for.
    #[error("the answer ({}) cannot be used: {fault}", head.status)]
    Answer {
        /// What is wrong with it.
        fault: Fault,
        /// What came before its body.
        head: Box<Head>,
    },
    /// A listing gave a continuation token for the second time, so it would never end.
    #[error("the listing does not end: the service gave the continuation token {token:?} twice")]
    Endless {
        /// The token.
        token: String,
    },
    /// EC2 carried out what it was only to check.
    #[error("the dry run was carried out: {} launched", instances.join(", "))]
    Launched {
        /// The instances that now run and cost.
        instances: Vec<String>,
    },
    /// What was waited for did not come about.
    #[error(transparent)]
    Wait(#[from] WaitError),
}

/// What is known beside the failure itself.
pub(crate) struct Circumstances<'a> {
    pub(crate) operation: &'static str,
    pub(crate) place: Option<String>,
    pub(crate) region: &'a str,
    pub(crate) now: SystemTime,
    pub(crate) secrets: &'a Secrets,
}

impl Error {
    pub(crate) fn new(mut kind: ErrorKind, circumstances: &Circumstances<'_>) -> Self {
        if let ErrorKind::Refused(refusal) = &mut kind {
            refusal.redact(circumstances.secrets);
        }
        let advice = advice::on(&kind, circumstances);
        let (operation, place) = (circumstances.operation, circumstances.place.clone());
        Self(Box::new(Inner { operation, place, kind, advice }))
    }

    /// How far the call came.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match &self.0.kind {
            ErrorKind::Build(_) => Stage::Build,
            ErrorKind::Sign(_) => Stage::Sign,
            ErrorKind::Send(error) => error.stage(),
            ErrorKind::Refused(refusal) if refusal.code.is_some() => Stage::Service,
            ErrorKind::Refused(_)
            | ErrorKind::Answer { .. }
            | ErrorKind::Endless { .. }
            | ErrorKind::Launched { .. } => Stage::Response,
            ErrorKind::Wait(_) => Stage::Wait,
        }
    }

    /// Which step failed, and how.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// What the service said, if it said no.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.0.kind {
            ErrorKind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// What to do next, where that is known.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }
}

impl ErrorKind {
    /// Status and headers of an answer that came and is of no use.
    fn head(&self) -> Option<&Head> {
        match self {
            Self::Answer { head, .. } => Some(head),
            Self::Send(error) => error.head.as_deref(),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation, place, kind, advice, .. } = &*self.0;
        f.write_str(operation)?;
        if let Some(place) = place {
            write!(f, " at {place}")?;
        }
        write!(f, ": {kind}")?;
        match advice {
            Some(advice) => write!(f, ". {advice}"),
            None => Ok(()),
        }
    }
}

/// [`ErrorKind`] speaks through this error's own text, so the chain goes on below it.
impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.kind.source()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut failure = Self::new(error.stage(), error.to_string());
        failure.context = with_causes(&error);
        let Inner { kind, advice, .. } = *error.0;
        failure.advice = advice;
        if let Some(head) = kind.head() {
            failure.status = Some(head.status);
            failure.request_id = head.request_id().map(str::to_owned);
            failure.host_id = head.host_id().map(str::to_owned);
        }
        match kind {
            ErrorKind::Refused(refusal) => {
                failure.status = Some(refusal.status);
                failure.code = refusal.code;
                failure.message = refusal.message;
                failure.request_id = refusal.request_id;
                failure.host_id = refusal.host_id;
                failure.details = refusal.details;
            }
            ErrorKind::Wait(error) => failure.details = error.into_states(),
            _ => {}
        }
        failure
    }
}

/// The error, and below it what caused what.
fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str("\n  caused by: ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
