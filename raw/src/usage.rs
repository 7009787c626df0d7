//! How much one call has used of its limits. Without them a long or endless answer could fill the
//! memory or keep the program busy for ever.

use std::time::Duration;

use contract::CallLimits;

/// Why a call was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// The listing has more pages than one call may read.
    #[error("the service has more after {max} answers, the most that one call reads")]
    Pages {
        /// The limit.
        max: u32,
    },
    /// The call took too long.
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

/// What one call has used so far.
#[derive(Debug)]
pub(crate) struct Usage {
    limits: CallLimits,
    /// HTTP attempts.
    pub(crate) requests: u32,
    pages: u32,
    bytes: u64,
}

impl Usage {
    pub(crate) fn new(limits: CallLimits) -> Self {
        Self { limits, requests: 0, pages: 0, bytes: 0 }
    }

    pub(crate) fn limits(&self) -> CallLimits {
        self.limits
    }

    /// Counts a page before it is requested.
    ///
    /// # Errors
    /// If the call has read as many pages as it may.
    pub(crate) fn count_page(&mut self) -> Result<(), LimitError> {
        if self.pages == self.limits.pages {
            return Err(LimitError::Pages { max: self.pages });
        }
        self.pages += 1;
        Ok(())
    }

    /// Counts the bytes of a body.
    pub(crate) fn count_bytes(&mut self, length: usize) {
        self.bytes = self.bytes.saturating_add(length as u64);
    }

    /// How many bytes the call may still read.
    pub(crate) fn bytes_left(&self) -> usize {
        usize::try_from(self.limits.bytes.saturating_sub(self.bytes)).unwrap_or(usize::MAX)
    }

    /// The error of a call that has reached its limit of time.
    pub(crate) fn out_of_time(&self) -> LimitError {
        let Self { limits, pages, bytes, .. } = *self;
        LimitError::Time { within: limits.time, pages, bytes }
    }
}
