//! Errors that end the program.

/// Ends the program with an exit code: what happened, and what to do next.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ExitError {
    /// Decides the exit code.
    pub kind: ExitKind,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

/// The kinds of error, by exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// Exit 1: a request cannot be signed, or results that should agree differ.
    Failed,
    /// Exit 2: wrong command line or configuration.
    Usage,
    /// Exit 3: the command cannot run here, or standard output cannot be written (a full disk). A
    /// closed pipe is not an error.
    Unavailable,
    /// Exit 130, 143 or 129: ended by a signal, after cleaning up.
    Interrupted(Signal),
}

/// The signals that end a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM: sent by `kill` and service managers.
    Terminate,
    /// SIGHUP: the terminal was closed.
    Hangup,
}

impl ExitError {
    /// Exit 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { kind: ExitKind::Usage, message: message.into(), help: None }
    }

    /// Exit 3.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self { kind: ExitKind::Unavailable, message: message.into(), help: None }
    }

    /// Exit 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { kind: ExitKind::Failed, message: message.into(), help: None }
    }

    /// Exit 130, 143 or 129, by `signal`.
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

    /// Adds what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
