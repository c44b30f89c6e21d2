//! The queue of all sessions and all files: one for the whole run, so that the listings of one session overlap with
//! the transfers of another and no worker waits for a session to end.
//!
//! A worker opens a further session only when no file waits, which bounds what is open at once. Must not know what
//! the work is.

use super::locked;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How often workers that have nothing to do look for it, and sessions that another run holds are tried again.
const LOOK: Duration = Duration::from_millis(100);

/// What a worker is to do next.
pub(super) enum Work<F> {
    /// Open the session of that number.
    Open(usize),
    /// Fetch a file.
    Fetch(F),
}

/// The queue.
pub(super) struct Pool<F> {
    state: Mutex<State<F>>,
    changed: Condvar,
    sessions: usize,
}

struct State<F> {
    files: VecDeque<F>,
    next: usize,
    /// Sessions that another run holds.
    waiting: VecDeque<usize>,
    /// Sessions that are being opened and may bring files.
    opening: usize,
    ended: bool,
}

impl<F> Pool<F> {
    pub(super) fn new(sessions: usize) -> Self {
        let state = State { files: VecDeque::new(), next: 0, waiting: VecDeque::new(), opening: 0, ended: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), sessions }
    }

    /// The next piece of work; `None` when there is and will be none. `stopping` is asked before a session is begun.
    pub(super) fn take(&self, stopping: &dyn Fn() -> bool) -> Option<Work<F>> {
        let mut state = locked(&self.state);
        let mut looked = false;
        loop {
            if let Some(file) = state.files.pop_front() {
                return Some(Work::Fetch(file));
            }
            if state.ended || stopping() {
                state.ended = true;
                state.waiting.clear();
            } else if state.next < self.sessions {
                state.next += 1;
                state.opening += 1;
                return Some(Work::Open(state.next - 1));
            } else if looked && let Some(index) = state.waiting.pop_front() {
                state.opening += 1;
                return Some(Work::Open(index));
            }
            if state.opening == 0 && state.waiting.is_empty() {
                self.changed.notify_all();
                return None;
            }
            let woken;
            (state, woken) = self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner);
            // Whoever is woken by news has not waited yet; taking the session at once would make waiting a race.
            looked = woken.timed_out();
        }
    }

    /// A session was opened and has these files.
    pub(super) fn opened(&self, files: Vec<F>) {
        let mut state = locked(&self.state);
        state.opening -= 1;
        state.files.extend(files);
        self.changed.notify_all();
    }

    /// A session that was opened before is to be read once more.
    pub(super) fn again(&self, files: Vec<F>) {
        locked(&self.state).files.extend(files);
        self.changed.notify_all();
    }

    /// A session is held by another run and wants to be tried again.
    pub(super) fn deferred(&self, index: usize) {
        let mut state = locked(&self.state);
        state.opening -= 1;
        // Nobody is woken: that another run still holds it is no news.
        state.waiting.push_back(index);
    }

    /// No further session is to be begun.
    pub(super) fn end(&self) {
        locked(&self.state).ended = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::{LOOK, Pool, Work};
    use crate::clock::{Clock, SystemClock};
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_session_that_another_run_holds_is_tried_now_and_then_and_not_all_the_time() {
        let (pool, tries, clock) = (Pool::<()>::new(1), AtomicU32::new(0), SystemClock::start());
        let (workers, looks) = (8, 5);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some(Work::Open(index)) = pool.take(&|| clock.elapsed() > LOOK * looks) {
                        tries.fetch_add(1, Ordering::Relaxed);
                        pool.deferred(index);
                    }
                });
            }
        });
        let tries = tries.into_inner();
        assert!((2..=1 + workers * (looks + 1)).contains(&tries), "{tries} tries");
    }
}
