use std::error::Error as StdError;
use std::fmt;

use contract::{Failure, Stage};

use crate::advice;
use crate::error_kind::{ErrorContext, ErrorKind};
use crate::parse::{ErrorResponse, ParseError};
use crate::redact::Secrets;

/// Why a call failed: what was called, what happened, and what to do next.
///
/// `{}` prints all three in one line; `{:#}` adds every other fact of the response below.
/// [`source`](StdError::source) leads to the causes, down to the error of the library or system that
/// noticed first.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    operation: &'static str,
    url: Option<String>,
    kind: ErrorKind,
    /// The facts in the part that arrived of an incomplete response.
    partial: Option<ErrorResponse>,
    advice: Option<String>,
}

impl Error {
    /// An error of `kind` in the call that `context` describes. [`Client`](crate::Client) makes its own
    /// errors; this is for callers who send requests that they compose from this crate's steps.
    #[must_use]
    pub fn new(mut kind: ErrorKind, context: &ErrorContext<'_>) -> Self {
        let secrets = Secrets::of(context.credentials);
        let mut partial = None;
        if let ErrorKind::Send(error) = &kind {
            partial = error.response.as_deref().map(ErrorResponse::read);
        }
        if let Some(partial) = &mut partial {
            partial.redact(&secrets);
        }
        if let ErrorKind::Parse(error) = &mut kind {
            error.redact(&secrets);
        }
        let advice = advice::for_error(&kind, partial.as_ref(), context);
        let (operation, url) = (context.operation, context.url.clone());
        Self(Box::new(Inner { operation, url, kind, partial, advice }))
    }

    /// How far the call got.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.0.kind.stage()
    }

    /// Which step failed, and how.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The facts of the response, if one began: also of one that broke off or cannot be used.
    #[must_use]
    pub fn response(&self) -> Option<&ErrorResponse> {
        let Inner { kind, partial, .. } = &*self.0;
        if let ErrorKind::Parse(error) = kind { error.response() } else { partial.as_ref() }
    }

    /// What to do next, if that is known.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation, url, kind, partial, advice } = &*self.0;
        f.write_str(operation)?;
        if let Some(url) = url {
            write!(f, " at {url}")?;
        }
        write!(f, ": {kind}")?;
        if let ErrorKind::Parse(ParseError::Unusable { response, .. }) = kind {
            response.write_facts(f)?;
        }
        if let Some(partial) = partial {
            if partial.code.is_some() {
                write!(f, "; the part that arrived says: {partial}")?;
            } else {
                partial.write_facts(f)?;
            }
        }
        if let Some(advice) = advice {
            write!(f, ". {advice}")?;
        }
        if f.alternate() {
            self.response().map_or(Ok(()), |response| write_details(response, f))
        } else {
            Ok(())
        }
    }
}

/// Writes one detail a line. The lines of a long one follow its name.
fn write_details(response: &ErrorResponse, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (name, value) in &response.details {
        if value.contains('\n') {
            write!(f, "\n  {name}:\n    {}", value.replace('\n', "\n    "))?;
        } else {
            write!(f, "\n  {name}: {value}")?;
        }
    }
    Ok(())
}

/// Skips [`ErrorKind`], whose text is a part of this error's text.
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
        let Inner { kind, partial, advice, .. } = *error.0;
        failure.advice = advice;
        let response = match kind {
            ErrorKind::Parse(
                ParseError::Refused(response) | ParseError::Unusable { response, .. },
            ) => Some(*response),
            ErrorKind::Parse(ParseError::DryRunExecuted { instances }) => {
                let detail = |id| ("InstanceId".to_owned(), id);
                failure.details = instances.into_iter().map(detail).collect();
                None
            }
            ErrorKind::Wait(error) => {
                failure.details = error.into_states();
                None
            }
            ErrorKind::Build(_)
            | ErrorKind::Sign(_)
            | ErrorKind::Send(_)
            | ErrorKind::RepeatedToken { .. }
            | ErrorKind::Limit(_) => partial,
        };
        if let Some(response) = response {
            failure.status = Some(response.status);
            failure.code = response.code;
            failure.message = response.message;
            failure.request_id = response.request_id;
            failure.host_id = response.host_id;
            failure.details = response.details;
        }
        failure
    }
}

/// The error's text, followed by the text of each cause.
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
