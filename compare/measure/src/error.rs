//! Why a call of the program ends without a result.

/// An end that is no result: what happened, what to do next, and the exit code it stands for.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ExitError {
    /// Which kind of end.
    pub kind: ExitKind,
    /// What happened, to what.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

/// The kinds of end, by exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// Exit 1: a single request that cannot be signed, or something that was to agree did not.
    Failed,
    /// Exit 2: the words of the call were wrong.
    Usage,
    /// Exit 3: what was asked for could not be done here, or standard output could not be written, as
    /// where the disk is full. A reader that closed its end is no error.
    Unavailable,
    /// Exit 130, 143 or 129: ended by a signal, cleaned up.
    Interrupted(Signal),
}

/// The signals that end a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// What `kill` and service managers send.
    Terminate,
    /// The terminal was closed.
    Hangup,
}

impl ExitError {
    /// The words of the call were wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { kind: ExitKind::Usage, message: message.into(), help: None }
    }

    /// What was asked for cannot be done here.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self { kind: ExitKind::Unavailable, message: message.into(), help: None }
    }

    /// The answer is no.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { kind: ExitKind::Failed, message: message.into(), help: None }
    }

    /// Ended by `signal`.
    #[must_use]
    pub fn interrupted(signal: Signal) -> Self {
        let name = match signal {
            Signal::Interrupt => "SIGINT",
            Signal::Terminate => "SIGTERM",
            Signal::Hangup => "SIGHUP",
        };
        Self {
            kind: ExitKind::Interrupted(signal),
            message: format!("ended by {name}"),
            help: None,
        }
    }

    /// With what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
