//! The messages of a run on their way to the thread that shows them. It takes them in batches: to be woken for each of them was
//! nearly half of the context switches of a run.
//!
//! Must not know what they say.

use super::message::Message;
use crate::archive::schedule::locked;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Number of messages that may wait.
const CAPACITY: usize = 1024;
/// Number of waiting messages that ends a pause, so that no sender waits for space.
const MANY: usize = CAPACITY / 2;
/// Pause after a batch, in which the next one gathers.
const PAUSE: Duration = Duration::from_millis(20);

struct Queue {
    state: Mutex<State>,
    /// Notified when the receiver is to take messages.
    news: Condvar,
    /// Notified when there is space again.
    space: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<Message>,
    senders: usize,
    /// Number of waiting messages at which the receiver is to be woken, while it sleeps.
    wakes_at: Option<usize>,
    /// True after a batch.
    is_pausing: bool,
    /// Number of senders that wait for space.
    blocked: usize,
    /// True once the receiver is gone.
    is_closed: bool,
    /// Number of times that the receiver was woken.
    #[cfg(test)]
    woken: usize,
}

/// Sends messages. Clones send to the same receiver.
pub(super) struct Sender(Arc<Queue>);

/// Receives the messages of a run.
pub struct Messages(Arc<Queue>);

/// Creates a queue of messages.
pub(super) fn queue() -> (Sender, Messages) {
    let state = Mutex::new(State { senders: 1, ..State::default() });
    let queue = Arc::new(Queue { state, news: Condvar::new(), space: Condvar::new() });
    (Sender(Arc::clone(&queue)), Messages(queue))
}

impl Sender {
    /// Sends a message; waits where too many were not taken. A receiver that is gone is no reason to stop.
    pub(super) fn send(&self, message: Message) {
        let mut state = locked(&self.0.state);
        while state.waiting.len() >= CAPACITY && !state.is_closed {
            state.blocked += 1;
            state = self.0.space.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.blocked -= 1;
        }
        if state.is_closed {
            return;
        }
        state.waiting.push(message);
        if state.wakes_at == Some(state.waiting.len()) {
            self.0.wake(state);
        }
    }
}

impl Clone for Sender {
    fn clone(&self) -> Self {
        locked(&self.0.state).senders += 1;
        Self(Arc::clone(&self.0))
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let mut state = locked(&self.0.state);
        state.senders -= 1;
        if state.senders == 0 {
            self.0.wake(state);
        }
    }
}

impl Queue {
    fn wake(&self, mut state: MutexGuard<'_, State>) {
        if state.wakes_at.take().is_some() {
            #[cfg(test)]
            {
                state.woken += 1;
            }
            drop(state);
            self.news.notify_one();
        }
    }

    /// Waits until so many messages are there, the last sender is gone, or the time is over.
    fn wait<'a>(&self, mut state: MutexGuard<'a, State>, count: usize, limit: Duration) -> MutexGuard<'a, State> {
        state.wakes_at = Some(count);
        let is_early = |state: &mut State| state.waiting.len() < count && state.senders > 0;
        let (mut state, _) = self.news.wait_timeout_while(state, limit, is_early).unwrap_or_else(PoisonError::into_inner);
        state.wakes_at = None;
        state
    }
}

impl Messages {
    /// Waits at most for `limit`, and a short pause after a batch, and adds the messages that are there to `batch`. Returns false
    /// after the last.
    pub fn receive(&self, batch: &mut Vec<Message>, limit: Duration) -> bool {
        let mut state = locked(&self.0.state);
        if state.is_pausing {
            state = self.0.wait(state, MANY, PAUSE);
        }
        state = self.0.wait(state, 1, limit);
        state.is_pausing = !state.waiting.is_empty();
        batch.append(&mut state.waiting);
        if state.blocked > 0 {
            self.0.space.notify_all();
        }
        state.senders > 0
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        locked(&self.0.state).is_closed = true;
        self.0.space.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, MANY, Message, queue};
    use crate::archive::schedule::locked;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    const LONG: Duration = Duration::from_secs(60);

    fn numbers(batch: &[Message]) -> Vec<u64> {
        batch.iter().map(|message| if let Message::Ended { transfer } = message { *transfer } else { u64::MAX }).collect()
    }

    #[test]
    fn messages_come_in_order_and_a_batch_is_woken_for_once() {
        let (sender, messages) = queue();
        let (batches, taken) = channel();
        let shared = std::sync::Arc::clone(&messages.0);
        let receiver = std::thread::spawn(move || {
            let mut batch = Vec::new();
            while messages.receive(&mut batch, LONG) {
                batches.send(std::mem::take(&mut batch)).expect("the test");
            }
            batches.send(batch).expect("the test");
        });
        let count = 10 * CAPACITY as u64;
        (0..count).for_each(|transfer| sender.send(Message::Ended { transfer }));
        drop(sender);
        let batches: Vec<Vec<Message>> = taken.iter().collect();
        receiver.join().expect("an end");
        assert_eq!(numbers(&batches.concat()), (0..count).collect::<Vec<_>>());
        assert!(batches.iter().all(|batch| batch.len() <= CAPACITY));
        // At the first message, then at many, and at the end.
        let woken = locked(&shared.state).woken;
        assert!(woken <= count as usize / MANY + 2, "woken {woken} times");
    }

    #[test]
    fn a_receiver_that_pauses_is_woken_by_the_end_and_not_by_a_message() {
        let (sender, messages) = queue();
        sender.send(Message::Ended { transfer: 1 });
        let mut batch = Vec::new();
        assert!(messages.receive(&mut batch, LONG));
        let shared = std::sync::Arc::clone(&messages.0);
        let receiver = std::thread::spawn(move || (messages.receive(&mut batch, LONG), batch));
        while locked(&shared.state).wakes_at != Some(1) {
            std::thread::yield_now();
        }
        sender.send(Message::Ended { transfer: 2 });
        let (goes_on, batch) = receiver.join().expect("a batch");
        assert!(goes_on);
        assert_eq!((numbers(&batch), locked(&shared.state).woken), (vec![1, 2], 1));
    }

    #[test]
    fn a_sender_that_waits_for_space_goes_on_once_the_receiver_is_gone() {
        let (sender, messages) = queue();
        (0..CAPACITY as u64).for_each(|transfer| sender.send(Message::Ended { transfer }));
        let shared = std::sync::Arc::clone(&messages.0);
        let blocked = std::thread::spawn(move || sender.send(Message::Asked { running: 0 }));
        while locked(&shared.state).blocked == 0 {
            std::thread::yield_now();
        }
        drop(messages);
        blocked.join().expect("an end");
    }
}
