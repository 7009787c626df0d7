use std::time::{Duration, Instant};

/// What a client does within one call, in the order in which it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// What holds the others together: configuration, interceptors, retries, what comes before the
    /// first step and after the last.
    Orchestrate,
    /// The operation's input becomes a request.
    Serialise,
    /// The keys are found.
    Credentials,
    /// The host is found.
    Endpoint,
    /// The request is signed.
    Sign,
    /// It is sent, and the first of the answer comes.
    Transmit,
    /// The rest of the answer comes, and is understood.
    Parse,
}

impl Phase {
    /// All of them, in order.
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

/// When which phase of a call began.
#[derive(Debug, Clone)]
pub struct Timeline {
    begun: Vec<(Phase, Instant)>,
    end: Option<Instant>,
}

impl Timeline {
    /// A call that begins now, with `first`.
    #[must_use]
    pub fn start(first: Phase) -> Self {
        let mut begun = Vec::with_capacity(16);
        begun.push((first, Instant::now()));
        Self { begun, end: None }
    }

    /// `phase` begins now, and what came before has ended.
    pub fn begin(&mut self, phase: Phase) {
        self.begun.push((phase, Instant::now()));
    }

    /// The call has ended now.
    pub fn end(&mut self) {
        self.end = Some(Instant::now());
    }

    /// How long `phase` took in all; nothing, if it is not among those that this client has.
    #[must_use]
    pub fn duration_of(&self, phase: Phase) -> Duration {
        let ends = self.begun.iter().skip(1).map(|(_, next)| *next).chain(self.end);
        let spans = self.begun.iter().zip(ends).filter(|((begun, _), _)| *begun == phase);
        spans.map(|((_, begin), end)| end.duration_since(*begin)).sum()
    }
}
