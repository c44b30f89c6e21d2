//! The work of a verification: bags to open, files to read, and session reports in the order in which the sessions were
//! given. Must not know what a finding is.

use super::{Observer, Report, SessionReport, lock};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Time after which an idle worker looks again whether the verification is to stop.
const LOOK: Duration = Duration::from_millis(100);

/// Number of reports that may wait for an earlier one before no further bag is opened.
const MOST_EARLY: usize = 8192;

/// The next piece of work of a worker.
pub(super) enum Work<F> {
    /// Open the bag of that number.
    Open(usize),
    /// Read a file.
    Read(F),
}

/// Bags and files. A bag is opened only when no file waits, which bounds the number of open bags.
pub(super) struct Queue<F> {
    state: Mutex<State<F>>,
    changed: Condvar,
    bags: usize,
}

struct State<F> {
    files: VecDeque<F>,
    next: usize,
    /// Number of bags that are being opened and may bring files.
    opening: usize,
}

impl<F> Queue<F> {
    pub(super) fn new(bags: usize) -> Self {
        Self { state: Mutex::new(State { files: VecDeque::new(), next: 0, opening: 0 }), changed: Condvar::new(), bags }
    }

    /// Waits for work; returns none when there is and will be none.
    pub(super) fn take(&self, is_stopped: &dyn Fn() -> bool, may_open: &dyn Fn() -> bool) -> Option<Work<F>> {
        let mut state = lock(&self.state);
        loop {
            if let Some(file) = state.files.pop_front() {
                return Some(Work::Read(file));
            }
            if is_stopped() {
                state.next = self.bags;
            }
            if state.next < self.bags && may_open() {
                state.next += 1;
                state.opening += 1;
                return Some(Work::Open(state.next - 1));
            }
            if state.next == self.bags && state.opening == 0 {
                self.changed.notify_all();
                return None;
            }
            (state, _) = self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Adds the files of a bag that was opened.
    pub(super) fn opened(&self, files: Vec<F>) {
        lock(&self.state).opening -= 1;
        self.again(files);
    }

    /// Adds the files of a bag that is to be read once more.
    pub(super) fn again(&self, files: Vec<F>) {
        lock(&self.state).files.extend(files);
        self.changed.notify_all();
    }
}

/// Reports that wait for those before them.
#[derive(Default)]
pub(super) struct Order(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    next: usize,
    early: BTreeMap<usize, Option<SessionReport>>,
}

impl Order {
    /// Passes on the report of a bag, or that it has none, as soon as those of all bags before it were passed on.
    pub(super) fn report(&self, index: usize, report: Option<SessionReport>, observer: &dyn Observer) {
        let mut waiting = lock(&self.0);
        waiting.early.insert(index, report);
        loop {
            let next = waiting.next;
            let Some(report) = waiting.early.remove(&next) else { return };
            waiting.next += 1;
            report.into_iter().for_each(|report| observer.report(Report::Session(report)));
        }
    }

    /// Returns whether few enough reports wait for another bag to be opened: all of them are in memory.
    pub(super) fn has_space(&self) -> bool {
        lock(&self.0).early.len() < MOST_EARLY
    }

    /// Passes on the reports of bags behind one that was never finished.
    pub(super) fn finish(&self, observer: &dyn Observer) {
        let early = std::mem::take(&mut lock(&self.0).early);
        early.into_values().flatten().for_each(|report| observer.report(Report::Session(report)));
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_EARLY, Order, Queue, Work};
    use crate::verify::{Counts, Examined, Observer, Report, SessionReport};
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[derive(Default)]
    struct Seen(Mutex<Vec<String>>);

    impl Observer for Seen {
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::UNIX_EPOCH
        }

        fn report(&self, report: Report) {
            let Report::Session(report) = report else { panic!("{report:?}") };
            self.0.lock().expect("a lock").push(report.folder);
        }
    }

    fn report(folder: usize) -> Option<SessionReport> {
        Some(SessionReport::new(folder.to_string(), Examined::default(), &Counts::default(), Vec::new()))
    }

    #[test]
    fn reports_come_in_the_order_of_the_bags_and_few_wait() {
        let (order, seen) = (Order::default(), Seen::default());
        for index in 1..MOST_EARLY {
            order.report(index, report(index), &seen);
        }
        assert!(order.has_space());
        order.report(MOST_EARLY, None, &seen);
        assert!(!order.has_space());
        order.report(0, report(0), &seen);
        assert!(order.has_space());
        order.report(MOST_EARLY + 2, report(MOST_EARLY + 2), &seen);
        order.finish(&seen);
        let seen = seen.0.into_inner().expect("a lock");
        assert_eq!(seen, (0..MOST_EARLY).chain([MOST_EARLY + 2]).map(|index| index.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn files_are_read_even_when_no_bag_may_be_opened() {
        let (queue, go_on) = (Queue::<usize>::new(2), || false);
        assert!(matches!(queue.take(&go_on, &|| true), Some(Work::Open(0))));
        queue.opened(vec![7]);
        assert!(matches!(queue.take(&go_on, &|| false), Some(Work::Read(7))));
        let asked = AtomicU32::new(0);
        let opens_later = || asked.fetch_add(1, Ordering::Relaxed) > 2;
        assert!(matches!(queue.take(&go_on, &opens_later), Some(Work::Open(1))));
        queue.opened(Vec::new());
        assert!(queue.take(&go_on, &|| true).is_none());
    }
}
