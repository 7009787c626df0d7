//! The retries one writes oneself. Off unless asked for: each attempt is counted and seen.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use contract::Operation;

use crate::error::ErrorKind;
use crate::send::SendProblem;

/// How often and at what pace to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// Attempts in all, the first one included.
    pub attempts: u32,
    /// The longest pause after the first attempt; it doubles with each one more.
    pub base: Duration,
    /// The longest pause of all.
    pub cap: Duration,
}

/// The codes with which AWS asks for patience, whatever the status.
const THROTTLED: [&str; 8] = [
    "BandwidthLimitExceeded",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

impl Retries {
    /// One attempt, and what comes of it.
    pub const NONE: Self = Self { attempts: 1, base: Duration::ZERO, cap: Duration::ZERO };

    /// As AWS's SDKs do by default: three attempts, a pause of up to 1 s, then of up to 2 s, never
    /// more than 20 s.
    pub const STANDARD: Self =
        Self { attempts: 3, base: Duration::from_secs(1), cap: Duration::from_secs(20) };

    /// How long to wait before the next attempt, after so many that ended in `error`; `None` where
    /// there is none.
    pub(crate) fn pause_after(
        self,
        attempts: u32,
        operation: &Operation,
        error: &ErrorKind,
    ) -> Option<Duration> {
        let again = attempts < self.attempts && is_idempotent(operation) && is_passing(error);
        again.then(|| self.pause(attempts, random()))
    }

    /// Full jitter: anything from nothing to the doubled base, so that many clients that failed
    /// together do not come back together
    /// (<https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>).
    fn pause(self, attempts: u32, random: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap).mul_f64(random)
    }
}

/// Whether carrying it out twice is carrying it out once. A launch is, by its client token.
fn is_idempotent(operation: &Operation) -> bool {
    match operation {
        Operation::RunInstances(input) => !input.client_token.is_empty(),
        Operation::ListBuckets
        | Operation::ListObjects(_)
        | Operation::PresignGet(_)
        | Operation::DescribeImages(_)
        | Operation::LatestImage(_)
        | Operation::WaitUntilRunning(_)
        | Operation::CreateTags(_)
        | Operation::DescribeInstances(_)
        | Operation::TerminateInstances(_)
        | Operation::InvokeApi(_) => true,
    }
}

/// Whether the same request may well succeed in a moment.
fn is_passing(error: &ErrorKind) -> bool {
    match error {
        ErrorKind::Send(error) => !matches!(
            error.problem,
            SendProblem::Setup
                | SendProblem::NoTls
                | SendProblem::NotHttp
                | SendProblem::BodyTooLong(_)
                | SendProblem::CallTooLong(_)
        ),
        ErrorKind::Refused(refusal) => {
            let throttled = refusal.code.as_deref().is_some_and(|code| THROTTLED.contains(&code));
            throttled || refusal.status >= 500
        }
        _ => false,
    }
}

/// From 0 to 1. The keys of std's hasher are random, which is all that jitter needs.
fn random() -> f64 {
    let bits = u32::try_from(RandomState::new().hash_one(()) >> 32).unwrap_or_default();
    f64::from(bits) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Retries, random};

    #[test]
    fn pauses_double_up_to_the_cap() {
        let retries = Retries { attempts: 9, ..Retries::STANDARD };
        let longest = |attempts| retries.pause(attempts, 1.0).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 6, 7].map(longest), [1, 2, 4, 8, 16, 20, 20]);
        assert_eq!(longest(u32::MAX), 20);
        assert_eq!(retries.pause(3, 0.0), Duration::ZERO);
    }

    #[test]
    fn chance_stays_in_bounds_and_varies() {
        let drawn: Vec<f64> = (0..100).map(|_| random()).collect();
        assert!(drawn.iter().all(|chance| (0.0..=1.0).contains(chance)));
        assert!(
            drawn.iter().any(|chance| *chance < 0.5) && drawn.iter().any(|chance| *chance > 0.5)
        );
    }
}
