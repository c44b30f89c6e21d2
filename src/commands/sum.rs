//! What a run over many sessions came to: how each ended, and the counts over all of them, taken from its events.
//!
//! Must not print and must not decide how the work goes on.

use super::failed::FailedList;
use crate::clock::Stop;
use crate::engine::{Event, Tally};
use crate::error::ErrorKind;
use crate::exit::Exit;

/// The sum of a run.
#[derive(Default)]
pub(super) struct RunSum {
    exits: Vec<Exit>,
    rejected: u64,
    complete: u64,
    skipped: u64,
    empty: u64,
    /// Sessions that were begun when the run's time was over.
    cut: u64,
    tally: Tally,
    failed: Option<FailedList>,
}

impl RunSum {
    /// Writes what fails into this list, if there is one.
    pub(super) fn new(failed: Option<FailedList>) -> Self {
        Self { failed, ..Self::default() }
    }

    /// A line or a word that names no session.
    pub(super) fn rejected(&mut self) {
        self.exits.push(Exit::from(ErrorKind::Usage));
        self.rejected += 1;
    }

    /// Takes an event into account.
    pub(super) fn see(&mut self, event: &Event) {
        if let Event::SessionFinished { session, exit, tally, skipped, empty, .. } = event {
            self.exits.push(*exit);
            self.tally.add(tally);
            self.complete += u64::from(*exit == Exit::Done && !empty);
            self.empty += u64::from(*empty);
            self.skipped += u64::from(*skipped);
            self.cut += u64::from(*exit == ErrorKind::OutOfTime);
            if let Some(failed) = &mut self.failed {
                failed.ended(session, *exit);
            }
        }
    }

    /// How many outcomes become one, out of so many sessions, when the run was asked to stop for that reason.
    pub(super) fn exit(&self, stop: Option<Stop>, total: u64) -> Exit {
        let exits = self.exits.iter().copied();
        match stop {
            Some(stop @ (Stop::Interrupted | Stop::Terminated)) => stop.exit(),
            Some(Stop::TimeIsUp) => Exit::merge(exits.chain((self.not_begun(total) > 0).then_some(Stop::TimeIsUp.exit()))),
            None => Exit::merge(exits),
        }
    }

    /// How many of so many sessions were not done when the run's time was over. Time that is over once all is done cut
    /// nothing short.
    pub(super) fn left(&self, stop: Option<Stop>, total: u64) -> u64 {
        if stop == Some(Stop::TimeIsUp) { self.cut + self.not_begun(total) } else { 0 }
    }

    fn not_begun(&self, total: u64) -> u64 {
        total - (self.exits.len() as u64 - self.rejected)
    }

    /// The list of what is to be run again, if one is wanted.
    pub(super) fn failed(&self) -> Option<&FailedList> {
        self.failed.as_ref()
    }

    /// The end of the run, out of so many sessions.
    pub(super) fn finished(&self, exit: Exit, stop: Option<Stop>, total: u64, milliseconds: u64) -> Event {
        let not_started = self.not_begun(total);
        Event::RunFinished {
            exit,
            code: exit.code(),
            complete: self.complete,
            skipped: self.skipped,
            empty: self.empty,
            incomplete: total - not_started - self.complete - self.empty,
            not_started,
            out_of_time: self.left(stop, total) > 0,
            tally: self.tally,
            milliseconds,
        }
    }
}
