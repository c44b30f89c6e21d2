//! The memory that the listings of a run may take together. Sessions reserve it while they are listed and as long as their
//! media files are fetched. A session that finds none left returns its share and is listed again later: no thread waits for memory
//! that another session holds. A session that needs more than the whole budget gets it alone.
//!
//! Must not know what is kept in it.

use crate::archive::schedule::locked;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

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

/// The memory of one session whose answers arrive together.
#[derive(Debug)]
pub(super) struct SessionMemory(Mutex<Taken>);

#[derive(Debug)]
struct Taken {
    /// None if no other session is listed.
    share: Option<Share>,
    /// Bytes that were reserved before the first answer; they stay reserved.
    first: u64,
    /// Bytes that the answers have reserved.
    used: u64,
    /// The length of the answers.
    length: u64,
    /// Set once there was not enough: the session begins again later, and what is left is not contended for.
    is_deferred: bool,
}

/// The memory of one answer; given back when it is dropped.
#[derive(Debug)]
pub(super) struct AnswerMemory<'a> {
    session: &'a SessionMemory,
    held: u64,
    length: u64,
}

impl SessionMemory {
    pub(super) fn new(share: Option<Share>) -> Self {
        let first = share.as_ref().map_or(0, Share::held);
        Self(Mutex::new(Taken { share, first, used: 0, length: 0, is_deferred: false }))
    }

    /// Returns the memory of a further answer, which has none yet.
    pub(super) fn answer(&self) -> AnswerMemory<'_> {
        AnswerMemory { session: self, held: 0, length: 0 }
    }

    pub(super) fn into_share(self) -> Option<Share> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).share
    }
}

impl AnswerMemory<'_> {
    /// Reserves that much more, and returns whether it was free.
    #[must_use]
    pub(super) fn grow(&mut self, more: u64) -> bool {
        let mut taken = locked(&self.session.0);
        let used = taken.used + more;
        if taken.is_deferred || !taken.share.as_mut().is_none_or(|share| share.grow_to(used)) {
            taken.is_deferred = true;
            return false;
        }
        taken.used = used;
        self.held += more;
        true
    }

    pub(super) fn shrink_to(&mut self, bytes: u64) {
        let mut taken = locked(&self.session.0);
        let less = self.held.saturating_sub(bytes);
        taken.used -= less;
        self.held -= less;
        let least = taken.used.max(taken.first);
        taken.share.iter_mut().for_each(|share| share.shrink_to(least));
    }

    /// Counts the answer as so long, and returns the length of all answers together.
    pub(super) fn count(&mut self, length: u64) -> u64 {
        let mut taken = locked(&self.session.0);
        taken.length += length;
        self.length += length;
        taken.length
    }

    /// Leaves the memory to the session, with the answer.
    pub(super) fn keep(mut self) {
        (self.held, self.length) = (0, 0);
    }
}

impl Drop for AnswerMemory<'_> {
    fn drop(&mut self) {
        self.shrink_to(0);
        locked(&self.session.0).length -= self.length;
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, FIRST, SessionMemory};

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

    #[test]
    fn answers_that_arrive_together_reserve_what_they_take_and_a_failed_one_gives_it_back() {
        let budget = Budget::of(10 * FIRST);
        let memory = SessionMemory::new(budget.enter(0));
        let (mut kept, mut failed) = (memory.answer(), memory.answer());
        assert!(kept.grow(2 * FIRST) && failed.grow(3 * FIRST));
        assert_eq!((kept.count(5), failed.count(7)), (5, 12));
        assert!(budget.enter(1).expect("space").grow_to(5 * FIRST) && budget.enter(1).is_some());
        kept.shrink_to(FIRST / 2);
        drop(failed);
        kept.keep();
        assert_eq!(memory.answer().count(1), 6, "a failed answer is not counted");
        let share = memory.into_share().expect("a share");
        assert_eq!(share.held(), FIRST, "what was reserved before the first answer stays reserved");
    }

    #[test]
    fn a_session_that_is_deferred_reserves_nothing_more_whichever_answer_found_too_little() {
        let budget = Budget::of(10 * FIRST);
        let mut other = budget.enter(0).expect("space");
        assert!(other.grow_to(4 * FIRST));
        let memory = SessionMemory::new(budget.enter(1));
        let (mut large, mut small) = (memory.answer(), memory.answer());
        assert!(small.grow(3 * FIRST) && !large.grow(4 * FIRST));
        drop(other);
        assert!(!small.grow(1) && !large.grow(1), "it begins again, also if another one ends meanwhile");
        drop((large, small));
        drop(memory);
        assert_eq!(budget.enter(1).map(|share| share.held()), Some(7 * FIRST), "with as much as both needed");
    }

    #[test]
    fn alone_a_session_is_never_deferred() {
        let memory = SessionMemory::new(None);
        assert!(memory.answer().grow(u64::MAX / 2));
        assert!(memory.into_share().is_none());
    }
}
