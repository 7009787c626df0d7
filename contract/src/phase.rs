use std::time::{Duration, Instant};

/// The phases of a call, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Everything around the other phases: configuration, interceptors, retries.
    Orchestrate,
    /// Building a request from the operation's input.
    Serialise,
    /// Looking up credentials.
    Credentials,
    /// Resolving the endpoint.
    Endpoint,
    /// Signing the request.
    Sign,
    /// Sending the request, and waiting for the head of the response.
    Transmit,
    /// Reading and parsing the response.
    Parse,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Self; 7] = [
        Self::Orchestrate,
        Self::Serialise,
        Self::Credentials,
        Self::Endpoint,
        Self::Sign,
        Self::Transmit,
        Self::Parse,
    ];

    /// The name in tables and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Orchestrate => "orchestrate",
            Self::Serialise => "serialise",
            Self::Credentials => "credentials",
            Self::Endpoint => "endpoint",
            Self::Sign => "sign",
            Self::Transmit => "transmit",
            Self::Parse => "parse",
        }
    }
}

/// The times at which the phases of a call began.
#[derive(Debug, Clone)]
pub struct Timeline {
    starts: Vec<(Phase, Instant)>,
    end: Option<Instant>,
}

impl Timeline {
    /// A call that begins now with the phase `first`.
    #[must_use]
    pub fn start(first: Phase) -> Self {
        let mut starts = Vec::with_capacity(16);
        starts.push((first, Instant::now()));
        Self { starts, end: None }
    }

    /// Ends the current phase, and begins `phase`.
    pub fn begin(&mut self, phase: Phase) {
        self.starts.push((phase, Instant::now()));
    }

    /// Ends the call.
    pub fn end(&mut self) {
        self.end = Some(Instant::now());
    }

    /// Total time in `phase`; zero for a phase that the client does not have.
    #[must_use]
    pub fn duration_of(&self, phase: Phase) -> Duration {
        let ends = self.starts.iter().skip(1).map(|(_, next)| *next).chain(self.end);
        let spans = self.starts.iter().zip(ends).filter(|((started, _), _)| *started == phase);
        spans.map(|((_, start), end)| end.duration_since(*start)).sum()
    }
}
