//! Tells events of work that ends in any order in the order in which the work was given.
//!
//! Must not know what the work is.

use super::event::{Event, Message};
use super::{Emit, locked};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::Receiver;

/// Events that wait for their turn.
#[derive(Default)]
pub(super) struct Order(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    next: usize,
    early: BTreeMap<usize, Option<Event>>,
}

impl Order {
    /// The event of the work of that number, or that it has none: told now if all before it are told.
    pub(super) fn tell(&self, index: usize, event: Option<Event>, emit: &Emit) {
        let mut waiting = locked(&self.0);
        waiting.early.insert(index, event);
        while let Some(event) = {
            let next = waiting.next;
            waiting.early.remove(&next)
        } {
            waiting.next += 1;
            if let Some(event) = event {
                emit.event(event);
            }
        }
    }

    /// Events by their number that stand behind work that is left behind, and the number below which all are told, for
    /// whoever takes no more of them from this receiver. Who tells may be waiting for room there, and holds what is asked
    /// for here meanwhile: without a receiver it goes on.
    pub(super) fn left_behind(&self, receiver: Receiver<Message>) -> (usize, BTreeMap<usize, Option<Event>>) {
        drop(receiver);
        let mut waiting = locked(&self.0);
        (waiting.next, std::mem::take(&mut waiting.early))
    }
}

#[cfg(test)]
mod tests {
    use super::Order;
    use crate::engine::{Emit, Event, Message};
    use std::sync::Arc;
    use std::sync::mpsc::{channel, sync_channel};
    use std::time::Duration;

    fn event(text: &str) -> Event {
        Event::Remark { text: text.to_owned() }
    }

    #[test]
    fn who_waits_for_room_is_left_behind_and_holds_nobody_up() {
        let order = Arc::new(Order::default());
        // Nobody has room: each event waits until it is taken.
        let (sender, receiver) = sync_channel(0);
        let emit = Emit::new(sender);
        order.tell(1, Some(event("second")), &emit);
        order.tell(3, Some(event("behind work that never ends")), &emit);
        let telling = Arc::clone(&order);
        std::thread::spawn(move || telling.tell(0, Some(event("first")), &emit));
        let Ok(Message::Event { event: taken, .. }) = receiver.recv() else { panic!("nothing was told") };
        assert_eq!(*taken, event("first"));
        // Now the second one is told, and nobody takes it.
        let (done, ended) = channel();
        std::thread::spawn(move || done.send(order.left_behind(receiver)));
        let left = ended.recv_timeout(Duration::from_secs(60)).expect("an end");
        assert_eq!(left, (2, [(3, Some(event("behind work that never ends")))].into()));
    }
}
