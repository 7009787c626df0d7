//! Retries. They are off by default, so that each attempt is counted and visible.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use contract::Operation;

use crate::error_kind::ErrorKind;
use crate::parse::ParseError;
use crate::send::SendErrorKind;

/// How often and after which pauses a call is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// The number of attempts, including the first.
    pub attempts: u32,
    /// The longest pause after the first attempt; it doubles with each further attempt.
    pub base: Duration,
    /// The longest pause after any attempt.
    pub cap: Duration,
}

/// The codes with which AWS throttles, with any status.
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
    /// A single attempt.
    pub const NONE: Self = Self { attempts: 1, base: Duration::ZERO, cap: Duration::ZERO };

    /// The default of AWS's SDKs: three attempts, with a pause of up to 1 s and then of up to 2 s; the
    /// cap is 20 s.
    pub const STANDARD: Self =
        Self { attempts: 3, base: Duration::from_secs(1), cap: Duration::from_secs(20) };

    /// The pause before the next attempt, after `attempts` of which the last ended in `error`. `None` if
    /// there is no next attempt.
    pub(crate) fn pause_after(
        self,
        attempts: u32,
        operation: &Operation,
        error: &ErrorKind,
    ) -> Option<Duration> {
        let again = attempts < self.attempts && is_idempotent(operation) && is_transient(error);
        again.then(|| self.pause(attempts, random()))
    }

    /// Full jitter: a random pause up to the doubled base, so that clients that failed together do not
    /// retry together
    /// (<https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>).
    fn pause(self, attempts: u32, random: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap).mul_f64(random)
    }
}

/// Whether carrying out `operation` twice has the effect of doing it once. Launches have it because of
/// their client token.
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

/// Whether the same request may succeed soon.
fn is_transient(error: &ErrorKind) -> bool {
    match error {
        ErrorKind::Send(error) => !matches!(
            error.kind,
            SendErrorKind::Setup
                | SendErrorKind::NoTls
                | SendErrorKind::NotHttp
                | SendErrorKind::BodyTooLong(_)
                | SendErrorKind::CallTooLong(_)
        ),
        ErrorKind::Parse(ParseError::Refused(response)) => {
            let throttled = response.code.as_deref().is_some_and(|code| THROTTLED.contains(&code));
            throttled || response.status >= 500
        }
        ErrorKind::Parse(ParseError::Unusable { .. } | ParseError::DryRunExecuted { .. })
        | ErrorKind::Build(_)
        | ErrorKind::Sign(_)
        | ErrorKind::RepeatedToken { .. }
        | ErrorKind::Limit(_)
        | ErrorKind::Wait(_) => false,
    }
}

/// A random number from 0 to 1. The keys of std's hasher are random enough for jitter.
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
    fn random_numbers_are_in_bounds_and_vary() {
        let numbers: Vec<f64> = (0..100).map(|_| random()).collect();
        assert!(numbers.iter().all(|number| (0.0..=1.0).contains(number)));
        assert!(
            numbers.iter().any(|number| *number < 0.5)
                && numbers.iter().any(|number| *number > 0.5)
        );
    }
}
