//! What a run over many sessions came to: how each ended, and the counts over all of them, taken from its events.
//!
//! Must not print and must not decide how the work goes on.

use super::failed::FailedList;
use crate::engine::{Event, Tally};
use crate::exit::Exit;

/// The sum of a run.
#[derive(Default)]
pub(super) struct RunSum {
    exits: Vec<Exit>,
    rejected: u64,
    complete: u64,
    skipped: u64,
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
        self.exits.push(Exit::Usage);
        self.rejected += 1;
    }

    /// Takes an event into account.
    pub(super) fn see(&mut self, event: &Event) {
        if let Event::SessionFinished { session, exit, tally, skipped, .. } = event {
            self.exits.push(*exit);
            self.tally.add(tally);
            self.complete += u64::from(*exit == Exit::Done);
            self.skipped += u64::from(*skipped);
            if let Some(failed) = &mut self.failed {
                failed.ended(session, *exit);
            }
        }
    }

    /// How many outcomes become one.
    pub(super) fn exit(&self) -> Exit {
        Exit::merge(self.exits.iter().copied())
    }

    /// The list of what is to be run again, if one is wanted.
    pub(super) fn failed(&self) -> Option<&FailedList> {
        self.failed.as_ref()
    }

    /// The end of the run, out of so many sessions.
    pub(super) fn finished(&self, exit: Exit, total: u64, milliseconds: u64) -> Event {
        let told = self.exits.len() as u64 - self.rejected;
        Event::RunFinished {
            exit,
            code: exit.code(),
            complete: self.complete,
            skipped: self.skipped,
            incomplete: told - self.complete,
            not_started: total - told,
            tally: self.tally,
            milliseconds,
        }
    }
}
