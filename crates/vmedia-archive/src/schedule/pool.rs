//! One queue of all sessions and all files, so that opening one session overlaps with the files of another and no worker waits
//! for a session to end.
//!
//! A worker opens a further session only when no file waits, and an opener only when few do, which bounds what is open at once.

use super::locked;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Time after which an idle worker looks for work again, and a session that another run has is tried again.
const LOOK: Duration = Duration::from_millis(100);

/// The work that a thread takes from the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Files; sessions when no file waits.
    Worker,
    /// Sessions alone, ahead of the workers: no worker then waits for a listing.
    Opener,
}

/// The next piece of work.
pub enum Work<F> {
    /// Open the session of that number.
    Open(usize),
    /// Fetch or read a file.
    File(F),
}

/// Sessions and their files.
pub struct Pool<F> {
    state: Mutex<State<F>>,
    changed: Condvar,
    /// Notified when fewer files wait than openers are to keep waiting.
    drained: Condvar,
    sessions: usize,
    /// Number of files that openers keep waiting.
    ahead: usize,
}

struct State<F> {
    files: VecDeque<F>,
    next: usize,
    /// Sessions that another run holds.
    waiting: VecDeque<usize>,
    /// Sessions that are being opened and may bring files.
    opening: usize,
    /// Workers and openers that wait: a notification is a system call, also where none does.
    idle: usize,
    idle_openers: usize,
    ended: bool,
}

impl<F> Pool<F> {
    /// Creates the queue. Openers keep about `ahead` files waiting.
    pub fn new(sessions: usize, ahead: usize) -> Self {
        let (files, waiting) = (VecDeque::new(), VecDeque::new());
        let state = State { files, next: 0, waiting, opening: 0, idle: 0, idle_openers: 0, ended: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), drained: Condvar::new(), sessions, ahead }
    }

    /// Waits for work; returns none when there is and will be none. No session is begun when `stopping`, or unless `may_open`.
    pub fn take(&self, role: Role, stopping: &dyn Fn() -> bool, may_open: &dyn Fn() -> bool) -> Option<Work<F>> {
        let mut state = locked(&self.state);
        let mut looked = false;
        loop {
            if role == Role::Worker
                && let Some(file) = state.files.pop_front()
            {
                if state.files.len() < self.ahead && state.idle_openers > 0 {
                    self.drained.notify_one();
                }
                return Some(Work::File(file));
            }
            if state.ended || stopping() {
                state.ended = true;
                state.waiting.clear();
            } else if state.next < self.sessions && (role == Role::Worker || state.files.len() < self.ahead) && may_open() {
                state.next += 1;
                state.opening += 1;
                return Some(Work::Open(state.next - 1));
            } else if role == Role::Worker
                && looked
                && let Some(index) = state.waiting.pop_front()
            {
                state.opening += 1;
                return Some(Work::Open(index));
            }
            let is_over = self.is_over(&state);
            if is_over || role == Role::Opener && self.all_begun(&state) {
                self.wake(&state, if is_over { state.idle } else { 0 });
                return None;
            }
            let news = if role == Role::Opener { &self.drained } else { &self.changed };
            *state.idle_of(role) += 1;
            let woken;
            (state, woken) = news.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner);
            *state.idle_of(role) -= 1;
            // A worker that is woken by news has not waited yet; taking the session at once would make waiting a race.
            looked = woken.timed_out();
        }
    }

    fn all_begun(&self, state: &State<F>) -> bool {
        state.ended || state.next == self.sessions
    }

    /// Returns whether there is no session to open, and none that may bring files.
    fn is_over(&self, state: &State<F>) -> bool {
        self.all_begun(state) && state.opening == 0 && state.waiting.is_empty()
    }

    /// Wakes that many idle workers.
    fn wake(&self, state: &State<F>, count: usize) {
        match state.idle {
            0 => {}
            idle if count >= idle => self.changed.notify_all(),
            _ => (0..count).for_each(|_| self.changed.notify_one()),
        }
    }

    /// Adds the files of a session that was opened.
    pub fn opened(&self, files: Vec<F>) {
        let mut state = locked(&self.state);
        state.opening -= 1;
        // A session without files may have freed the memory for another.
        let count = if self.is_over(&state) { state.idle } else { files.len().max(1) };
        state.files.extend(files);
        self.wake(&state, count);
    }

    /// Adds the files of a session that is to be read once more. Its opener must still have work.
    pub fn again(&self, files: Vec<F>) {
        let mut state = locked(&self.state);
        let count = files.len();
        state.files.extend(files);
        self.wake(&state, count);
    }

    /// Puts a session back that another run has.
    pub fn deferred(&self, index: usize) {
        let mut state = locked(&self.state);
        state.opening -= 1;
        // No worker is woken: that another run still holds it is no news.
        state.waiting.push_back(index);
    }

    /// Begins no further session.
    pub fn end(&self) {
        locked(&self.state).ended = true;
        self.changed.notify_all();
    }
}

impl<F> State<F> {
    fn idle_of(&mut self, role: Role) -> &mut usize {
        match role {
            Role::Worker => &mut self.idle,
            Role::Opener => &mut self.idle_openers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::locked;
    use super::{LOOK, Pool, Role, Work};
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Instant;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the waits are real")]
    fn a_session_that_another_run_holds_is_tried_now_and_then_and_not_all_the_time() {
        let (pool, tries, clock) = (Pool::<()>::new(1, 0), AtomicU32::new(0), Instant::now());
        let (workers, looks) = (8, 5);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some(Work::Open(index)) = pool.take(Role::Worker, &|| clock.elapsed() > LOOK * looks, &|| true) {
                        tries.fetch_add(1, Ordering::Relaxed);
                        pool.deferred(index);
                    }
                });
            }
        });
        let tries = tries.into_inner();
        assert!((2..=1 + workers * (looks + 1)).contains(&tries), "{tries} tries");
    }

    #[test]
    fn where_no_session_may_be_opened_files_are_taken_all_the_same() {
        let pool = Pool::<usize>::new(2, 0);
        let go_on = || false;
        assert!(matches!(pool.take(Role::Worker, &go_on, &|| true), Some(Work::Open(0))));
        pool.opened(vec![7]);
        assert!(matches!(pool.take(Role::Worker, &go_on, &|| false), Some(Work::File(7))));
        let asked = AtomicU32::new(0);
        let opens_later = || asked.fetch_add(1, Ordering::Relaxed) > 2;
        assert!(matches!(pool.take(Role::Worker, &go_on, &opens_later), Some(Work::Open(1))));
    }

    #[test]
    fn an_opener_stays_a_little_ahead_of_the_workers_and_no_further() {
        let pool = Pool::<usize>::new(100, 4);
        let go_on = || false;
        let open = |pool: &Pool<usize>| match pool.take(Role::Opener, &go_on, &|| true) {
            Some(Work::Open(index)) => pool.opened(vec![index, index]),
            other => panic!("{:?}", other.is_some()),
        };
        open(&pool);
        open(&pool);
        assert!(locked(&pool.state).files.len() >= 4, "two sessions with two files each");
        let waits = std::thread::scope(|scope| {
            let opener = scope.spawn(|| open(&pool));
            for _ in 0..2 {
                assert!(matches!(pool.take(Role::Worker, &go_on, &|| true), Some(Work::File(_))), "a worker takes files first");
            }
            opener.join()
        });
        assert!(waits.is_ok());
        assert_eq!(locked(&pool.state).next, 3, "one more session for the files that were taken");
        pool.end();
        assert!(pool.take(Role::Opener, &go_on, &|| true).is_none(), "an ended pool opens nothing");
    }
}
