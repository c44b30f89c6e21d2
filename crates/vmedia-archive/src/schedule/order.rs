//! Passes results on in the order in which the work was given, in whatever order it ends.

use super::locked;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Number of results that may wait for an earlier one before no further work should begin.
const MOST_EARLY: usize = 8192;

/// Results that wait for those before them.
pub struct Order<T>(Mutex<Waiting<T>>);

struct Waiting<T> {
    next: usize,
    early: BTreeMap<usize, Option<T>>,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self(Mutex::new(Waiting { next: 0, early: BTreeMap::new() }))
    }
}

impl<T> Order<T> {
    /// Passes on the result of the work of that number, or that it has none, as soon as those of all work before it were passed on.
    pub fn pass(&self, index: usize, result: Option<T>, receive: impl Fn(T)) {
        let mut waiting = locked(&self.0);
        waiting.early.insert(index, result);
        loop {
            let next = waiting.next;
            let Some(result) = waiting.early.remove(&next) else { return };
            waiting.next += 1;
            result.into_iter().for_each(&receive);
        }
    }

    /// Returns whether few enough results wait for further work to begin: all of them are in memory.
    pub fn has_space(&self) -> bool {
        locked(&self.0).early.len() < MOST_EARLY
    }

    /// Returns the number below which all results were passed on, and takes those behind work that never ended. Waits while a
    /// result is being passed on.
    pub fn left_behind(&self) -> (usize, BTreeMap<usize, Option<T>>) {
        let mut waiting = locked(&self.0);
        (waiting.next, std::mem::take(&mut waiting.early))
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_EARLY, Order};
    use std::cell::RefCell;
    use std::sync::Arc;
    use std::sync::mpsc::{channel, sync_channel};
    use std::time::Duration;

    #[test]
    fn results_come_in_the_order_of_the_work_and_few_wait() {
        let (order, seen) = (Order::default(), RefCell::new(Vec::new()));
        let pass = |index, result| order.pass(index, result, |result: usize| seen.borrow_mut().push(result));
        for index in 1..MOST_EARLY {
            pass(index, Some(index));
        }
        assert!(order.has_space());
        pass(MOST_EARLY, None);
        assert!(!order.has_space());
        pass(0, Some(0));
        assert!(order.has_space());
        pass(MOST_EARLY + 2, Some(MOST_EARLY + 2));
        assert_eq!(order.left_behind(), (MOST_EARLY + 1, [(MOST_EARLY + 2, Some(MOST_EARLY + 2))].into()));
        drop(order);
        assert_eq!(seen.into_inner(), (0..MOST_EARLY).collect::<Vec<_>>());
    }

    #[test]
    fn a_result_that_waits_for_its_receiver_is_left_behind_once_that_is_gone() {
        let order = Arc::new(Order::default());
        // Each result waits until it is taken.
        let (sender, receiver) = sync_channel(0);
        let send = move |result: &str| _ = sender.send(result.to_owned());
        order.pass(1, Some("second"), &send);
        order.pass(3, Some("behind work that never ends"), &send);
        let passing = Arc::clone(&order);
        std::thread::spawn(move || passing.pass(0, Some("first"), send));
        assert_eq!(receiver.recv().as_deref(), Ok("first"));
        // Now the second one is passed on, and not taken.
        let (done, ended) = channel();
        std::thread::spawn(move || {
            drop(receiver);
            done.send(order.left_behind())
        });
        let left = ended.recv_timeout(Duration::from_secs(60)).expect("an end");
        assert_eq!(left, (2, [(3, Some("behind work that never ends"))].into()));
    }
}
