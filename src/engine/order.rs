//! Tells events of work that ends in any order in the order in which the work was given.
//!
//! Must not know what the work is.

use super::event::Event;
use super::{Emit, locked};
use std::collections::BTreeMap;
use std::sync::Mutex;

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

    /// Events that stand behind work that never ended.
    pub(super) fn remaining(&self) -> Vec<Event> {
        std::mem::take(&mut locked(&self.0).early).into_values().flatten().collect()
    }
}
