//! Clock skew, by the times in a response.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::parse::ErrorResponse;

/// The difference between the caller's clock and the service's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Skew {
    Behind(Duration),
    Ahead(Duration),
}

impl Skew {
    /// The skew between the times that the service quotes, or else between the time that was signed and
    /// the response's `Date`.
    pub(super) fn shown_by(response: &ErrorResponse, signed_at: SystemTime) -> Option<Self> {
        let ours = response.request_time().unwrap_or(signed_at);
        Some(match response.server_time()?.duration_since(ours) {
            Ok(behind) => Self::Behind(behind),
            Err(error) => Self::Ahead(error.duration()),
        })
    }

    pub(super) fn exceeds(self, allowed: Duration) -> bool {
        self.length() > allowed
    }

    pub(super) fn length(self) -> Duration {
        let (Self::Behind(length) | Self::Ahead(length)) = self;
        length
    }
}

/// For example `this machine's clock is 10 h 0 min behind the service's`.
impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (length, direction) = match self {
            Self::Behind(length) => (length.as_secs(), "behind"),
            Self::Ahead(length) => (length.as_secs(), "ahead of"),
        };
        let (hours, minutes, seconds) = (length / 3600, length / 60 % 60, length % 60);
        f.write_str("this machine's clock is ")?;
        match hours {
            0 => write!(f, "{minutes} min {seconds} s")?,
            _ => write!(f, "{hours} h {minutes} min")?,
        }
        write!(f, " {direction} the service's")
    }
}

/// The advice if the clock is the cause.
pub(super) fn set(skew: Option<Skew>) -> String {
    match skew {
        Some(skew) => format!("Set the clock: {skew}"),
        None => "Set the clock of the machine that signs".to_owned(),
    }
}
