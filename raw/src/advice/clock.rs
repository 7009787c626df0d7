//! How far the caller's clock is from the service's, by whatever times an answer holds.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::parse::ErrorResponse;

/// How far the caller's clock is from the service's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Skew {
    Behind(Duration),
    Ahead(Duration),
}

impl Skew {
    /// By the times that the service quotes, or else by the answer's `Date` and the time that was
    /// signed.
    pub(super) fn shown_by(refusal: &ErrorResponse, signed_at: SystemTime) -> Option<Self> {
        let ours = refusal.request_time().unwrap_or(signed_at);
        Some(match refusal.server_time()?.duration_since(ours) {
            Ok(behind) => Self::Behind(behind),
            Err(error) => Self::Ahead(error.duration()),
        })
    }

    pub(super) fn exceeds(self, window: Duration) -> bool {
        self.length() > window
    }

    pub(super) fn length(self) -> Duration {
        let (Self::Behind(length) | Self::Ahead(length)) = self;
        length
    }
}

/// `this machine's clock is 10 h 0 min behind the service's`
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

/// The advice where the clock is known to be the cause.
pub(super) fn set(skew: Option<Skew>) -> String {
    match skew {
        Some(skew) => format!("Set the clock: {skew}"),
        None => "Set the clock of what signs".to_owned(),
    }
}
