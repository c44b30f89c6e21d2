//! One pace for all workers on a host: a request to slow down applies to all of them, and rate limits bound requests and bytes.
//!
//! Must not send anything.

use crate::clock::{Cancel, Clock};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// After so many requests in a row that failed through all their tries, the host is taken to be down.
const DOWN_AFTER: u32 = 8;

/// Rate limits for a host.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Limits {
    /// Requests per second, retries included.
    pub(crate) requests: Option<f64>,
    /// Bytes of bodies per second, of all workers together.
    pub(crate) bytes: Option<u64>,
}

/// The gate before every request to one host.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// On the clock's own scale.
    closed_until: Mutex<Duration>,
    requests: Option<RateLimiter>,
    given_up: AtomicU32,
}

impl Pace {
    /// Creates a gate that lets at most so many requests through in a second.
    pub(crate) fn new(limits: Limits) -> Self {
        let requests = limits.requests.map(|rate| RateLimiter::new(1.0 / rate));
        Self { requests, ..Self::default() }
    }

    /// Closes the gate for that long from now; a later closing that ends earlier changes nothing.
    pub(crate) fn close(&self, clock: &dyn Clock, wait: Duration) {
        let until = clock.elapsed() + wait;
        let mut closed_until = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed_until = until.max(*closed_until);
    }

    /// Waits until the gate is open and it is this request's turn; returns false if a stop was requested meanwhile.
    pub(crate) fn pass(&self, clock: &dyn Clock, cancel: &Cancel) -> bool {
        loop {
            let until = *self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
            match until.checked_sub(clock.elapsed()) {
                Some(left) if !left.is_zero() => {
                    if !cancel.wait(clock, left) {
                        return false;
                    }
                }
                // Turns are taken behind the gate: a turn that passed while it was closed would open a burst.
                _ => return self.requests.as_ref().is_none_or(|limiter| limiter.wait(clock, cancel, 1)) && cancel.requested().is_none(),
            }
        }
    }

    /// Records that a request was answered.
    pub(crate) fn answered(&self) {
        self.given_up.store(0, Ordering::Relaxed);
    }

    /// Counts a request that failed in all attempts because the host was not reachable.
    pub(crate) fn gave_up(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns whether the host seems to be down, so that patience is better spent in a later run.
    pub(crate) fn is_down(&self) -> bool {
        self.given_up.load(Ordering::Relaxed) >= DOWN_AFTER
    }
}

/// Units that are handed out at an even rate, in the order in which they are asked for.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    /// Seconds between two units.
    interval: f64,
    /// Time at which the next unit is due, on the clock's own scale. Unused time is not saved.
    next: Mutex<Duration>,
}

impl RateLimiter {
    pub(crate) fn new(interval: f64) -> Self {
        Self { interval, next: Mutex::new(Duration::ZERO) }
    }

    /// Units a second.
    pub(crate) fn rate(&self) -> f64 {
        1.0 / self.interval
    }

    /// Takes units and waits until they are due; returns false if a stop was requested meanwhile.
    pub(crate) fn wait(&self, clock: &dyn Clock, cancel: &Cancel, units: u64) -> bool {
        let now = clock.elapsed();
        let due = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let due = now.max(*next);
            // Too many units for any clock are as good as never.
            let seconds = self.interval * units as f64;
            *next = due.saturating_add(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
            due
        };
        cancel.wait(clock, due.saturating_sub(now))
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, Pace, RateLimiter};
    use crate::clock::{Cancel, Clock, ManualClock};
    use std::time::Duration;

    #[test]
    fn requests_are_begun_at_the_rate_that_is_allowed() {
        let (clock, cancel) = (ManualClock::default(), Cancel::default());
        let pace = Pace::new(Limits { requests: Some(4.0), bytes: None });
        for _ in 0..9 {
            assert!(pace.pass(&clock, &cancel));
        }
        assert_eq!(clock.elapsed(), Duration::from_secs(2), "the first at once, eight more at four a second");
        clock.sleep(Duration::from_secs(60));
        for _ in 0..5 {
            assert!(pace.pass(&clock, &cancel));
        }
        assert_eq!(clock.elapsed(), Duration::from_secs(63), "a pause is not saved up for a burst");
    }

    #[test]
    fn units_are_due_after_those_that_were_taken_before() {
        let (clock, cancel) = (ManualClock::default(), Cancel::default());
        let limiter = RateLimiter::new(1.0 / 1000.0);
        assert!(limiter.wait(&clock, &cancel, 3000));
        assert_eq!(clock.elapsed(), Duration::ZERO, "the next caller waits for what was taken");
        assert!(limiter.wait(&clock, &cancel, 500));
        assert_eq!(clock.elapsed(), Duration::from_secs(3));
    }
}
