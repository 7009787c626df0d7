//! What one call has taken so far, held against what it may take: no answer, however long, fills the
//! memory or keeps the program for ever.

use std::time::Duration;

use contract::CallLimits;

/// Why a call was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// There would be more to read than one call may ask for.
    #[error("the service has more after {most} answers, the most that one call reads")]
    Pages {
        /// The limit.
        most: u32,
    },
    /// The call did not come to an end.
    #[error(
        "the call did not end within {within:?}: {pages} answers of {bytes} bytes had been read"
    )]
    Time {
        /// The limit.
        within: Duration,
        /// Answers that had been read by then.
        pages: u32,
        /// Bytes of their bodies.
        bytes: u64,
    },
}

/// What one call has taken so far.
#[derive(Debug)]
pub(crate) struct Spent {
    limits: CallLimits,
    /// HTTP attempts.
    pub(crate) requests: u32,
    pages: u32,
    bytes: u64,
}

impl Spent {
    /// Nothing, of a call under `limits`.
    pub(crate) fn nothing(limits: CallLimits) -> Self {
        Self { limits, requests: 0, pages: 0, bytes: 0 }
    }

    /// What the call may take.
    pub(crate) fn limits(&self) -> CallLimits {
        self.limits
    }

    /// Counts one answer more, before it is asked for.
    ///
    /// # Errors
    /// Where it would be one too many.
    pub(crate) fn page(&mut self) -> Result<(), LimitError> {
        if self.pages == self.limits.pages {
            return Err(LimitError::Pages { most: self.pages });
        }
        self.pages += 1;
        Ok(())
    }

    /// Counts `length` bytes of a body.
    pub(crate) fn read(&mut self, length: usize) {
        self.bytes = self.bytes.saturating_add(length as u64);
    }

    /// Bytes that may still be read.
    pub(crate) fn bytes_left(&self) -> usize {
        usize::try_from(self.limits.bytes.saturating_sub(self.bytes)).unwrap_or(usize::MAX)
    }

    /// The error of a call that has reached its limit of time.
    pub(crate) fn out_of_time(&self) -> LimitError {
        let Self { limits, pages, bytes, .. } = *self;
        LimitError::Time { within: limits.time, pages, bytes }
    }
}
