//! Retries, as a pure state machine: takes a failure, and returns the wait before the next attempt.
//!
//! Must not sleep, send, or read a clock; the caller does.

use super::{Cause, Failure};
use std::time::Duration;

/// The longest wait between two attempts that the provider did not ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The longest `Retry-After` that is waited for; beyond it a later run is better.
pub(super) const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// Number and delay of retries.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Further attempts after the first.
    pub retries: u32,
    /// The wait before the second attempt; it doubles from there.
    pub delay: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { retries: 5, delay: Duration::from_millis(500) }
    }
}

/// The attempts of one request.
#[derive(Debug)]
pub(super) struct Retry {
    policy: Policy,
    failed: u32,
    disagreed: u32,
}

impl Retry {
    pub(super) fn new(policy: Policy) -> Self {
        Self { policy, failed: 0, disagreed: 0 }
    }

    /// Returns the number of failed attempts so far.
    pub(super) fn failed(&self) -> u32 {
        self.failed
    }

    /// Records a failure and returns the wait before the next attempt, if there should be one; `chance` in `0.0..1.0` spreads the
    /// waits of many workers.
    pub(super) fn next(&mut self, failure: &Failure, chance: f64) -> Option<Duration> {
        self.failed += 1;
        if failure.cause == Cause::Disagrees {
            // A disagreement is fetched once more and uses up no retry; the caller accepts the second answer.
            self.disagreed += 1;
            return Some(Duration::ZERO);
        }
        if !failure.cause.is_worth_retrying() || self.failed - self.disagreed > self.policy.retries {
            return None;
        }
        match failure.retry_after {
            Some(asked) if asked > LONGEST_ASKED => None,
            // A little later than asked, never earlier, and not all at once.
            Some(asked) => Some(asked + self.policy.delay.mul_f64(chance)),
            None => {
                let doubled = self.policy.delay.saturating_mul(1 << (self.failed - 1).min(16));
                Some(doubled.min(LONGEST_WAIT).mul_f64(0.5 + chance / 2.0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Policy, Retry};
    use crate::http::{Cause, Failure};
    use std::time::Duration;

    fn unavailable(retry_after: Option<u64>) -> Failure {
        Failure { retry_after: retry_after.map(Duration::from_secs), ..Failure::new(Cause::Unavailable, "") }
    }

    #[test]
    fn waits_double_within_their_jitter_and_end() {
        for chance in [0.0, 0.5, 0.999] {
            let mut retry = Retry::new(Policy { retries: 8, delay: Duration::from_millis(500) });
            let mut full = 0.5;
            for _ in 0..8 {
                let Some(wait) = retry.next(&unavailable(None), chance) else { panic!("gave up early") };
                assert!(wait.as_secs_f64() >= full / 2.0 && wait.as_secs_f64() <= full, "{wait:?} of {full}");
                full = (full * 2.0_f64).min(30.0);
            }
            assert_eq!(retry.next(&unavailable(None), chance), None);
        }
    }

    #[test]
    fn the_provider_is_never_asked_earlier_than_it_said() {
        let mut retry = Retry::new(Policy::default());
        let Some(wait) = retry.next(&unavailable(Some(3)), 0.9) else { panic!("gave up") };
        assert!(wait >= Duration::from_secs(3) && wait < Duration::from_secs(4));
        assert_eq!(retry.next(&unavailable(Some(301)), 0.0), None);
    }

    #[test]
    fn a_disagreement_uses_up_no_retry() {
        let mut retry = Retry::new(Policy { retries: 1, delay: Duration::ZERO });
        assert_eq!(retry.next(&Failure::new(Cause::Disagrees, ""), 0.0), Some(Duration::ZERO));
        assert_eq!(retry.next(&unavailable(None), 0.0), Some(Duration::ZERO));
        assert_eq!(retry.next(&unavailable(None), 0.0), None);
        assert_eq!(retry.failed(), 3, "each attempt is counted");
    }

    #[test]
    fn what_asking_cannot_change_is_asked_once() {
        for cause in [
            Cause::Refused,
            Cause::NotFound,
            Cause::Unlisted,
            Cause::Withheld,
            Cause::Rejected,
            Cause::Excessive,
            Cause::Certificate,
            Cause::Local,
            Cause::Stopped,
        ] {
            assert_eq!(Retry::new(Policy::default()).next(&Failure::new(cause, ""), 0.0), None, "{cause:?}");
        }
    }
}
