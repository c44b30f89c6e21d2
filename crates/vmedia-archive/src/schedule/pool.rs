//! One queue of all sessions and all files, so that opening one session overlaps with the files of another and no worker waits
//! for a session to end.
//!
//! A worker opens a further session only when no file waits, and an opener only when few do, which bounds what is open at once.

use super::locked;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Time after which a worker that waits for memory looks for work again, and a session that is held is tried again.
const LOOK: Duration = Duration::from_millis(100);
/// The same where nothing waits at all, so that a run whose list is idle hardly uses the processor.
const IDLE: Duration = Duration::from_secs(1);
/// Number of sessions that begin between two tries of one that is held, while no worker is idle.
const BETWEEN: usize = 64;

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
    /// Notified when a further session may be added.
    accepts: Condvar,
    /// Number of files that openers keep waiting.
    ahead: usize,
    /// Number of sessions that may wait while others are added.
    backlog: usize,
}

struct State<F> {
    files: VecDeque<F>,
    /// Number of sessions so far.
    sessions: usize,
    /// True while sessions may be added.
    is_open: bool,
    next: usize,
    /// Sessions that another run holds, or this one under another number.
    waiting: VecDeque<usize>,
    /// Number of sessions that began since one of these was tried.
    since: usize,
    /// Sessions that are being opened and may bring files.
    opening: usize,
    /// Workers and openers that wait: a notification is a system call, also where none does.
    idle: usize,
    idle_openers: usize,
    ended: bool,
}

impl<F> Pool<F> {
    /// Creates the queue of that many sessions. Openers keep about `ahead` files waiting.
    pub fn new(sessions: usize, ahead: usize) -> Self {
        let (files, waiting) = (VecDeque::new(), VecDeque::new());
        let state =
            State { files, sessions, is_open: false, next: 0, waiting, since: 0, opening: 0, idle: 0, idle_openers: 0, ended: false };
        let (changed, drained, accepts) = Default::default();
        Self { state: Mutex::new(state), changed, drained, accepts, ahead, backlog: 0 }
    }

    /// Creates a queue without sessions, to which they are [added](Self::add) until it is [closed](Self::close). About `backlog` of
    /// them may wait.
    pub fn open(backlog: usize, ahead: usize) -> Self {
        let pool = Self { backlog, ..Self::new(0, ahead) };
        locked(&pool.state).is_open = true;
        pool
    }

    /// Adds a session, which `keep` gets the number of. Waits while too many sessions wait; returns false once no further one is begun.
    pub fn add(&self, keep: impl FnOnce(usize)) -> bool {
        let mut state = locked(&self.state);
        keep(state.sessions);
        state.sessions += 1;
        self.wake(&state, 1);
        if state.idle_openers > 0 {
            self.drained.notify_one();
        }
        while !state.ended && state.sessions - state.next + state.waiting.len() > self.backlog {
            state = self.accepts.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.ended
    }

    /// Takes no further session.
    pub fn close(&self) {
        locked(&self.state).is_open = false;
        self.look();
    }

    /// Lets every thread look again whether the run is to stop.
    pub fn look(&self) {
        for news in [&self.changed, &self.drained, &self.accepts] {
            news.notify_all();
        }
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
                if !std::mem::replace(&mut state.ended, true) {
                    self.look();
                }
                state.waiting.clear();
            } else if let Some(index) = self.session(&mut state, role, looked, may_open) {
                state.opening += 1;
                self.accepts.notify_one();
                return Some(Work::Open(index));
            }
            let is_over = state.is_over();
            if is_over || role == Role::Opener && state.all_begun() {
                self.wake(&state, if is_over { state.idle } else { 0 });
                return None;
            }
            let news = if role == Role::Opener { &self.drained } else { &self.changed };
            let limit = if state.waiting.is_empty() && state.next == state.sessions { IDLE } else { LOOK };
            *state.idle_of(role) += 1;
            let woken;
            (state, woken) = news.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner);
            *state.idle_of(role) -= 1;
            // A worker that is woken by news has not waited yet; taking the session at once would make waiting a race.
            looked = woken.timed_out();
        }
    }

    /// Returns the next session to open: a further one, or one that is held if the worker has waited, or if many others began since.
    fn session(&self, state: &mut State<F>, role: Role, looked: bool, may_open: &dyn Fn() -> bool) -> Option<usize> {
        let is_worker = role == Role::Worker;
        let is_due = is_worker && state.since >= BETWEEN;
        if !is_due && state.next < state.sessions && (is_worker || state.files.len() < self.ahead) && may_open() {
            state.since += usize::from(!state.waiting.is_empty());
            state.next += 1;
            return Some(state.next - 1);
        }
        let held = if is_due || is_worker && looked { state.waiting.pop_front() } else { None };
        state.since = if held.is_some() { 0 } else { state.since };
        held
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
        let count = if state.is_over() { state.idle } else { files.len().max(1) };
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

    /// Puts a session back that is held.
    pub fn deferred(&self, index: usize) {
        let mut state = locked(&self.state);
        state.opening -= 1;
        state.waiting.push_back(index);
        // That another run still holds it is no news: a worker is woken only to wait for less long.
        if state.waiting.len() == 1 {
            self.wake(&state, 1);
        }
    }

    /// Begins no further session.
    pub fn end(&self) {
        locked(&self.state).ended = true;
        self.look();
    }
}

impl<F> State<F> {
    fn all_begun(&self) -> bool {
        self.ended || !self.is_open && self.next == self.sessions
    }

    /// Returns whether there is no session to open, and none that may bring files.
    fn is_over(&self) -> bool {
        self.all_begun() && self.opening == 0 && self.waiting.is_empty()
    }

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
    use super::{BETWEEN, LOOK, Pool, Role, Work};
    use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
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

    #[test]
    fn sessions_are_added_while_few_enough_wait() {
        let pool = Pool::<()>::open(2, 0);
        let (kept, begun) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let add = || pool.add(|index| kept.store(index + 1, Ordering::SeqCst));
        assert!(add() && add(), "two wait");
        std::thread::scope(|scope| {
            let adds = scope.spawn(|| (0..100).all(|_| add()));
            for number in 0..102 {
                let work = pool.take(Role::Worker, &|| false, &|| true);
                assert!(matches!(work, Some(Work::Open(index)) if index == number), "in their order");
                begun.store(number + 1, Ordering::SeqCst);
                // One that waits for space, and one that this thread is about to count.
                assert!(kept.load(Ordering::SeqCst) <= begun.load(Ordering::SeqCst) + 4);
                pool.opened(Vec::new());
            }
            assert!(adds.join().expect("an end"));
            pool.close();
            assert!(pool.take(Role::Worker, &|| false, &|| true).is_none(), "closed, and all are begun");
        });
        pool.end();
        assert!(!add(), "nothing is begun any more");
    }

    #[test]
    fn a_session_that_is_held_has_its_turn_where_no_worker_is_ever_idle() {
        let pool = Pool::<()>::new(10 * BETWEEN, 0);
        let take = || match pool.take(Role::Worker, &|| false, &|| true) {
            Some(Work::Open(index)) => index,
            _ => panic!("no session"),
        };
        assert_eq!(take(), 0);
        pool.deferred(0);
        let mut turns = Vec::new();
        for number in 0..3 * BETWEEN {
            match take() {
                0 => {
                    turns.push(number);
                    pool.deferred(0);
                }
                _ => pool.opened(Vec::new()),
            }
        }
        assert_eq!(turns, [BETWEEN, 2 * BETWEEN + 1]);
    }
}
