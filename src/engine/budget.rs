//! The memory that the listings of a run may take together. Sessions reserve it while they are listed and as long as their
//! media files are fetched. A session that finds none left returns its share and is listed again later: no thread waits for memory
//! that another session holds. A session that needs more than the whole budget gets it alone.
//!
//! Must not know what is kept in it.

use crate::archive::schedule::locked;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Bytes that all listings of a run may take.
const SIZE: u64 = 64 * 1024 * 1024;
/// Bytes that a session reserves before it is listed. Real sessions take some hundred kilobytes.
const FIRST: u64 = 64 * 1024;

#[derive(Debug)]
pub(super) struct Budget {
    size: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    used: u64,
    /// Bytes that deferred sessions need, by their number.
    deferred: HashMap<usize, u64>,
}

/// The reservation of a session; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    budget: Arc<Budget>,
    session: usize,
    held: u64,
}

impl Budget {
    pub(super) fn new() -> Arc<Self> {
        Self::of(SIZE)
    }

    fn of(size: u64) -> Arc<Self> {
        Arc::new(Self { size, state: Mutex::default() })
    }

    /// Returns whether a further session may begin.
    pub(super) fn has_space(&self) -> bool {
        self.fits(locked(&self.state).used, FIRST)
    }

    /// Returns the share of a session that begins, or of a deferred one, if that much is free.
    pub(super) fn enter(self: &Arc<Self>, session: usize) -> Option<Share> {
        let mut state = locked(&self.state);
        let held = state.deferred.get(&session).copied().unwrap_or(FIRST);
        if !self.fits(state.used, held) {
            return None;
        }
        state.deferred.remove(&session);
        state.used += held;
        Some(Share { budget: Arc::clone(self), session, held })
    }

    /// Returns whether that much more can be reserved; always if nothing is.
    fn fits(&self, used: u64, more: u64) -> bool {
        used == 0 || used.saturating_add(more) <= self.size
    }
}

impl Share {
    pub(super) fn held(&self) -> u64 {
        self.held
    }

    /// Reserves at least that much in all, and returns whether that much was free. If not, the session has to drop its share and
    /// begin again later, when twice as much as it had is free.
    #[must_use]
    pub(super) fn grow_to(&mut self, bytes: u64) -> bool {
        let more = bytes.saturating_sub(self.held);
        let mut state = locked(&self.budget.state);
        if !self.budget.fits(state.used - self.held, self.held + more) {
            let needed = bytes.max(self.held.saturating_mul(2)).min(self.budget.size);
            state.deferred.insert(self.session, needed);
            return false;
        }
        state.used += more;
        self.held += more;
        true
    }

    pub(super) fn shrink_to(&mut self, bytes: u64) {
        let less = self.held.saturating_sub(bytes);
        locked(&self.budget.state).used -= less;
        self.held -= less;
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, FIRST};

    #[test]
    fn what_is_reserved_is_never_more_than_there_is() {
        let budget = Budget::of(10 * FIRST);
        let mut one = budget.enter(0).expect("space");
        let mut two = budget.enter(1).expect("space");
        assert!(one.grow_to(6 * FIRST) && two.grow_to(4 * FIRST));
        assert!(!budget.has_space() && budget.enter(2).is_none());
        assert!(!two.grow_to(5 * FIRST), "the other one holds six");
        assert_eq!(two.held(), 4 * FIRST, "what it has it keeps until it gives up");
        drop(two);
        assert!(budget.enter(1).is_none(), "it needs twice as much as it had");
        one.shrink_to(FIRST);
        assert_eq!(budget.enter(1).map(|share| share.held()), Some(8 * FIRST));
    }

    #[test]
    fn a_session_that_needs_more_than_there_is_gets_it_alone() {
        let budget = Budget::of(10 * FIRST);
        let small = budget.enter(0).expect("space");
        let mut large = budget.enter(1).expect("space");
        assert!(!large.grow_to(50 * FIRST));
        drop(large);
        assert!(budget.enter(1).is_none(), "beside another one it does not fit");
        drop(small);
        let mut large = budget.enter(1).expect("space");
        assert!(large.grow_to(50 * FIRST) && large.grow_to(90 * FIRST));
        assert!(!budget.has_space());
        drop(large);
        assert!(budget.has_space());
    }

    #[test]
    fn however_many_grow_at_once_each_gets_through() {
        let budget = Budget::of(10 * FIRST);
        let mut left: Vec<usize> = (0..8).collect();
        let mut rounds = 0;
        while !left.is_empty() {
            rounds += 1;
            assert!(rounds < 100, "{left:?} never get through");
            let mut shares: Vec<_> = left.iter().filter_map(|&session| budget.enter(session)).collect();
            for step in 1..=7 {
                shares.retain_mut(|share| share.grow_to(step * FIRST));
            }
            left.retain(|session| shares.iter().all(|share| share.session != *session));
        }
    }
}
