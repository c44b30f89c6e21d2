//! One pace for all workers on a host: when the provider says "slower", everybody waits, not only who was told.
//!
//! Must not send anything.

use crate::clock::{Cancel, Clock};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// After so many requests in a row that failed through all their tries, the host is taken to be down.
const DOWN_AFTER: u32 = 8;

/// The gate before every request to one host.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// On the clock's own scale.
    closed_until: Mutex<Duration>,
    given_up: AtomicU32,
}

impl Pace {
    /// Closes the gate for that long from now; a later closing that ends earlier changes nothing.
    pub(crate) fn close(&self, clock: &dyn Clock, wait: Duration) {
        let until = clock.elapsed() + wait;
        let mut closed_until = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed_until = until.max(*closed_until);
    }

    /// Waits until the gate is open; says whether nobody asked to stop meanwhile.
    pub(crate) fn pass(&self, clock: &dyn Clock, cancel: &Cancel) -> bool {
        loop {
            let until = *self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
            match until.checked_sub(clock.elapsed()) {
                Some(left) if !left.is_zero() => {
                    if !cancel.wait(clock, left) {
                        return false;
                    }
                }
                _ => return cancel.requested().is_none(),
            }
        }
    }

    /// A request was answered.
    pub(crate) fn answered(&self) {
        self.given_up.store(0, Ordering::Relaxed);
    }

    /// A request failed through all its tries because nobody was there.
    pub(crate) fn gave_up(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the host seems to be down, so that patience is better spent in a later run.
    pub(crate) fn is_down(&self) -> bool {
        self.given_up.load(Ordering::Relaxed) >= DOWN_AFTER
    }
}
