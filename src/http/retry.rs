//! Retries, as a pure state machine: takes a failure, and returns a wait or the end.
//!
//! Must not sleep, send, or read a clock; the caller does.

use super::{Cause, Failure};
use std::time::Duration;

/// The longest wait between two tries that is not asked for by the provider.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The longest `Retry-After` that is waited for; beyond it a later run is the better idea.
pub(crate) const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// Number and delay of retries.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Further tries after the first.
    pub retries: u32,
    /// The wait before the second try; it doubles from there.
    pub delay: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { retries: 5, delay: Duration::from_millis(500) }
    }
}

/// The step after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Wait that long, then try again.
    Wait(Duration),
    /// It is no use.
    GiveUp,
}

/// The tries of one request.
#[derive(Debug)]
pub(crate) struct Retry {
    policy: Policy,
    failed: u32,
    disagreed: u32,
}

impl Retry {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, failed: 0, disagreed: 0 }
    }

    /// Returns how many tries failed so far.
    pub(crate) fn failed(&self) -> u32 {
        self.failed
    }

    /// Records a failure and returns the next step; `chance` in `0.0..1.0` spreads the waits of many workers.
    pub(crate) fn next(&mut self, failure: &Failure, chance: f64) -> Step {
        self.failed += 1;
        if failure.cause == Cause::Disagrees {
            // A disagreement is fetched once more and uses up no retry; the caller accepts the second answer.
            self.disagreed += 1;
            return Step::Wait(Duration::ZERO);
        }
        if !failure.cause.is_worth_retrying() || self.failed - self.disagreed > self.policy.retries {
            return Step::GiveUp;
        }
        match failure.retry_after {
            Some(asked) if asked > LONGEST_ASKED => Step::GiveUp,
            // A little later than asked, never earlier, and not all at once.
            Some(asked) => Step::Wait(asked + self.policy.delay.mul_f64(chance)),
            None => {
                let doubled = self.policy.delay.saturating_mul(1 << (self.failed - 1).min(16));
                Step::Wait(doubled.min(LONGEST_WAIT).mul_f64(0.5 + chance / 2.0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Policy, Retry, Step};
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
                let Step::Wait(wait) = retry.next(&unavailable(None), chance) else { panic!("gave up early") };
                assert!(wait.as_secs_f64() >= full / 2.0 && wait.as_secs_f64() <= full, "{wait:?} of {full}");
                full = (full * 2.0_f64).min(30.0);
            }
            assert_eq!(retry.next(&unavailable(None), chance), Step::GiveUp);
        }
    }

    #[test]
    fn the_provider_is_never_asked_earlier_than_it_said() {
        let mut retry = Retry::new(Policy::default());
        let Step::Wait(wait) = retry.next(&unavailable(Some(3)), 0.9) else { panic!("gave up") };
        assert!(wait >= Duration::from_secs(3) && wait < Duration::from_secs(4));
        assert_eq!(retry.next(&unavailable(Some(301)), 0.0), Step::GiveUp);
    }

    #[test]
    fn a_disagreement_uses_up_no_retry() {
        let mut retry = Retry::new(Policy { retries: 1, delay: Duration::ZERO });
        assert_eq!(retry.next(&Failure::new(Cause::Disagrees, ""), 0.0), Step::Wait(Duration::ZERO));
        assert_eq!(retry.next(&unavailable(None), 0.0), Step::Wait(Duration::ZERO));
        assert_eq!(retry.next(&unavailable(None), 0.0), Step::GiveUp);
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
            assert_eq!(Retry::new(Policy::default()).next(&Failure::new(cause, ""), 0.0), Step::GiveUp, "{cause:?}");
        }
    }
}
