use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use contract::{Credentials, Failure, Stage};

use crate::advice;
use crate::observe::Steps;
use crate::parse::{ErrorResponse, XmlError, read_refusal};
use crate::redact::Secrets;
use crate::request::BuildError;
use crate::send::SendError;
use crate::sigv4;
use crate::spent::LimitError;
use crate::wait::WaitError;

/// Why a call yielded no answer: what was called, what happened to it, and what to do next.
///
/// Printed with `{}` it says all three in one line, and with `{:#}` every further fact of the answer
/// below. [`source`](StdError::source) leads on to the causes, in the words of whoever noticed them
/// first.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    operation: &'static str,
    url: Option<String>,
    kind: ErrorKind,
    /// What came of an answer that broke off, read for its facts.
    remains: Option<ErrorResponse>,
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
    Refused(Box<ErrorResponse>),
    /// The answer is not what was asked for.
    #[error("the answer ({}) cannot be used: {fault}{}", said.status, said.page())]
    Answer {
        /// What is wrong with it.
        fault: XmlError,
        /// What can be said of it all the same: its status, ids and headers, and how it begins.
        said: Box<ErrorResponse>,
    },
    /// A listing gave a continuation token for the second time, so it would never end.
    #[error("the listing does not end: the service gave the continuation token {token:?} twice")]
    Endless {
        /// The token.
        token: String,
    },
    /// The call would have taken more than it may.
    #[error(transparent)]
    Limit(#[from] LimitError),
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

/// What is known beside the failure itself: an error is made of both.
#[derive(Debug)]
pub struct ErrorContext<'a> {
    /// What was called, such as `ListBuckets`.
    pub operation: &'static str,
    /// Who was called: a URL without its query.
    pub url: Option<String>,
    /// Of the credential scope.
    pub region: &'a str,
    /// Who called. Their secrets are taken out of whatever the service sent back.
    pub credentials: &'a Credentials,
    /// The time that the signature carries.
    pub signed_at: SystemTime,
    /// What was signed, to be held against what the service says it read; it is asked for only where
    /// the service says so.
    pub signed: Option<Steps>,
}

impl Error {
    /// The error that `kind` is under these context. [`Client`](crate::Client) makes its own;
    /// this is for whoever sends what they composed of this crate's steps themselves.
    #[must_use]
    pub fn new(mut kind: ErrorKind, context: &ErrorContext<'_>) -> Self {
        let secrets = Secrets::of(context.credentials);
        let mut remains = match &kind {
            ErrorKind::Send(error) => error.answer.as_deref().map(read_refusal),
            _ => None,
        };
        if let Some(said) = kind.said_mut().or(remains.as_mut()) {
            said.redact(&secrets);
        }
        if let ErrorKind::Answer { fault, .. } = &mut kind {
            fault.redact(&secrets);
        }
        let advice = advice::on(&kind, remains.as_ref(), context);
        let (operation, url) = (context.operation, context.url.clone());
        Self(Box::new(Inner { operation, url, kind, remains, advice }))
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
            | ErrorKind::Limit(LimitError::Pages { .. })
            | ErrorKind::Launched { .. } => Stage::Response,
            ErrorKind::Limit(LimitError::Time { .. }) => Stage::Timeout,
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
    pub fn error_response(&self) -> Option<&ErrorResponse> {
        match &self.0.kind {
            ErrorKind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Every fact of the answer, where one came: also of one that broke off or cannot be used.
    #[must_use]
    pub fn said(&self) -> Option<&ErrorResponse> {
        self.0.kind.said().or(self.0.remains.as_ref())
    }

    /// What to do next, where that is known.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }
}

impl ErrorKind {
    fn said(&self) -> Option<&ErrorResponse> {
        match self {
            Self::Refused(said) | Self::Answer { said, .. } => Some(said),
            _ => None,
        }
    }

    fn said_mut(&mut self) -> Option<&mut ErrorResponse> {
        match self {
            Self::Refused(said) | Self::Answer { said, .. } => Some(said),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation, url, kind, remains, advice } = &*self.0;
        f.write_str(operation)?;
        if let Some(url) = url {
            write!(f, " at {url}")?;
        }
        write!(f, ": {kind}")?;
        match (kind, remains) {
            (ErrorKind::Answer { said, .. }, _) => said.write_facts(f)?,
            (_, Some(remains)) if remains.code.is_some() => {
                write!(f, "; what had come of it says: {remains}")?;
            }
            (_, Some(remains)) => remains.write_facts(f)?,
            _ => {}
        }
        if let Some(advice) = advice {
            write!(f, ". {advice}")?;
        }
        if f.alternate() {
            self.said().map_or(Ok(()), |said| write_details(said, f))
        } else {
            Ok(())
        }
    }
}

/// One fact a line, the lines of a long one below its name.
fn write_details(said: &ErrorResponse, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (name, value) in &said.details {
        if value.contains('\n') {
            write!(f, "\n  {name}:\n    {}", value.replace('\n', "\n    "))?;
        } else {
            write!(f, "\n  {name}: {value}")?;
        }
    }
    Ok(())
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
        failure.debug = Failure::capped_text(format_args!("{error:?}"));
        let Inner { kind, remains, advice, .. } = *error.0;
        failure.advice = advice;
        let said = match kind {
            ErrorKind::Refused(said) | ErrorKind::Answer { said, .. } => Some(*said),
            ErrorKind::Wait(error) => {
                failure.details = error.into_states();
                None
            }
            ErrorKind::Launched { instances } => {
                let named = |id| ("InstanceId".to_owned(), id);
                failure.details = instances.into_iter().map(named).collect();
                None
            }
            _ => remains,
        };
        if let Some(said) = said {
            failure.status = Some(said.status);
            failure.code = said.code;
            failure.message = said.message;
            failure.request_id = said.request_id;
            failure.host_id = said.host_id;
            failure.details = said.details;
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
