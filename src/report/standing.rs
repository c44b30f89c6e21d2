//! How far a run is, for whoever asks while it works: counts that are taken from its events as they pass.
//!
//! Must not show anything.

use crate::archive::verify::SessionReport;
use crate::clock::Clock;
use crate::engine::{Event, Message, Tally};
use std::collections::HashSet;
use std::time::Duration;

/// The counts of a run so far.
#[derive(Default)]
pub(super) struct Standing {
    began: Duration,
    total: u64,
    done: u64,
    /// Media, as they are settled; a session's own counts come later.
    tally: Tally,
    running: HashSet<u64>,
}

impl Standing {
    /// Takes a message into account.
    pub(super) fn see(&mut self, message: &Message, clock: &dyn Clock) {
        match message {
            Message::Ended { transfer } => {
                self.running.remove(transfer);
            }
            Message::Progress { .. } | Message::Asked => {}
            Message::Event { transfer: Some(transfer), event } if matches!(**event, Event::MediaStarted { .. }) => {
                self.running.insert(*transfer);
            }
            Message::Event { event, .. } => self.event(event, clock),
        }
    }

    /// Takes an event into account.
    pub(super) fn event(&mut self, event: &Event, clock: &dyn Clock) {
        match event {
            Event::RunStarted { sessions: total, .. }
            | Event::CatalogStarted { sessions: total }
            | Event::VerifyStarted { bags: total, .. } => {
                *self = Self { began: clock.elapsed(), total: *total, ..Self::default() };
            }
            Event::MediaFinished { state, fetched, bytes, .. } => self.tally.count(*state, fetched.then(|| bytes.unwrap_or(0))),
            Event::SessionFinished { skipped, tally, .. } => {
                self.done += 1;
                self.tally.kept += if *skipped { tally.kept } else { 0 };
            }
            Event::BagVerified(SessionReport { files, bytes, .. }) => {
                self.done += 1;
                self.tally.kept += files;
                self.tally.bytes += bytes;
            }
            _ => {}
        }
    }

    /// The counts as an event.
    pub(super) fn told(&self, clock: &dyn Clock) -> Event {
        Event::RunStanding {
            total: self.total,
            done: self.done,
            tally: self.tally,
            running: self.running.len() as u64,
            milliseconds: u64::try_from(clock.elapsed().saturating_sub(self.began).as_millis()).unwrap_or(u64::MAX),
        }
    }
}
