//! The counts of a run, folded from its events, for the exit status, the run's end, its status on request, bars and messages.

use super::event::Event;
use super::tally::Tally;
use crate::archive::verify::SessionReport;
use crate::clock::Stop;
use crate::error::ErrorKind;
use crate::exit::Exit;
use crate::model::SessionId;
use std::time::Duration;

/// Most sessions of a class of failures that are named.
const NAMED: usize = 6;

/// The sessions that failed with errors of one kind.
#[derive(Debug)]
pub(crate) struct Failed {
    kind: ErrorKind,
    /// Their number.
    pub(crate) count: u64,
    /// The first of them.
    pub(crate) first: Vec<SessionId>,
}

/// The counts of a run so far.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) archive: String,
    pub(crate) dry_run: bool,
    /// True if sessions are shipped and nothing else.
    pub(crate) is_shipping: bool,
    /// Number of its sessions; 0 for a stream.
    pub(crate) total: u64,
    /// True if the sessions come from a stream.
    pub(crate) is_stream: bool,
    /// Number of sessions that ended.
    pub(crate) done: u64,
    began: Duration,
    /// The sessions of a list that ended.
    outcomes: Vec<(SessionId, Exit)>,
    /// Each exit of a session once.
    exits: Vec<Exit>,
    failed: Vec<Failed>,
    /// Sessions that were read from a stream and did not begin.
    left: u64,
    /// Arguments and lines that are not session ids.
    rejected: u64,
    complete: u64,
    skipped: u64,
    empty: u64,
    /// Sessions that were erased by order, and were not asked about.
    erased: u64,
    /// Sessions that were under way when the time limit of the run was reached.
    cut: u64,
    /// Media files of sessions that ended.
    tally: Tally,
    /// All settled media files, of sessions that are under way too.
    settled: Tally,
}

impl Ledger {
    /// Takes an event into account; `elapsed` is the time since the program started.
    pub(crate) fn apply(&mut self, event: &Event, elapsed: Duration) {
        match event {
            Event::RunStarted { sessions, archive, dry_run, stream, .. } => {
                let (total, archive, dry_run, is_stream) = (*sessions, archive.clone(), *dry_run, *stream);
                *self = Self { began: elapsed, total, archive, dry_run, is_stream, ..Self::default() };
            }
            Event::CatalogStarted { sessions: total } | Event::VerifyStarted { bags: total, .. } => {
                *self = Self { began: elapsed, total: *total, ..Self::default() };
            }
            Event::ShipStarted { sessions, archive, dry_run, .. } => {
                let (total, archive, dry_run) = (*sessions, archive.clone(), *dry_run);
                *self = Self { began: elapsed, total, archive, dry_run, is_shipping: true, ..Self::default() };
            }
            Event::SessionShipped(_) if self.is_shipping => self.done += 1,
            Event::LineRejected { .. } | Event::FileRejected { .. } | Event::ArgumentRejected { .. } => self.rejected += 1,
            Event::MediaFinished { state, fetched, bytes, .. } => self.settled.count(*state, fetched.then(|| bytes.unwrap_or(0))),
            Event::SessionFinished { session, exit, tally, skipped, empty, .. } => {
                self.ended(session, *exit);
                self.tally.add(tally);
                self.complete += u64::from(*exit == Exit::Done && !empty);
                self.empty += u64::from(*empty);
                self.skipped += u64::from(*skipped);
                self.cut += u64::from(*exit == ErrorKind::OutOfTime);
                self.settled.kept += if *skipped { tally.kept } else { 0 };
            }
            Event::SessionErasedBefore { session, .. } => {
                self.ended(session, Exit::Done);
                self.erased += 1;
            }
            Event::SessionNotStarted { .. } => self.left += 1,
            Event::BagVerified(SessionReport { files, bytes, .. }) => {
                self.done += 1;
                self.settled.kept += files;
                self.settled.bytes += bytes;
            }
            _ => {}
        }
    }

    /// Counts a session that ended. Of a stream, which may have any number of them, only the first failures are kept.
    fn ended(&mut self, session: &SessionId, exit: Exit) {
        self.done += 1;
        if !self.is_stream {
            self.outcomes.push((session.clone(), exit));
        }
        if !self.exits.contains(&exit) {
            self.exits.push(exit);
        }
        let Some(kind) = exit.kind() else { return };
        let known = self.failed.iter().position(|failed| failed.kind == kind);
        let place = known.unwrap_or(self.failed.len());
        if known.is_none() {
            self.failed.push(Failed { kind, count: 0, first: Vec::new() });
        }
        if let Some(failed) = self.failed.get_mut(place) {
            failed.count += 1;
            failed.first.extend((failed.first.len() < NAMED).then(|| session.clone()));
        }
    }

    /// Returns the end of the run; `stop` is the reason for which it was asked to stop, if it was.
    pub(crate) fn exit(&self, stop: Option<Stop>) -> Exit {
        let rejected = (self.rejected > 0).then_some(ErrorKind::Usage.into());
        let exits = self.exits.iter().copied().chain(rejected);
        match stop {
            // Nothing else was asked for, so there is nothing to archive.
            None if self.erased > 0 && self.erased == self.done && self.rejected == 0 => ErrorKind::NotFound.into(),
            Some(stop @ (Stop::Interrupted | Stop::Terminated)) => stop.exit(),
            Some(stop @ Stop::OutOfTime) => Exit::merge(exits.chain((self.not_started() > 0).then_some(stop.exit()))),
            None => Exit::merge(exits),
        }
    }

    /// Returns the number of sessions that were not done when the time limit of the run was reached.
    pub(crate) fn left(&self, stop: Option<Stop>) -> u64 {
        if stop == Some(Stop::OutOfTime) { self.cut + self.not_started() } else { 0 }
    }

    /// Returns whether the run has, or may have, several sessions.
    pub(crate) fn is_batch(&self) -> bool {
        self.is_stream || self.total > 1
    }

    /// Returns the sessions that failed with an error of this kind.
    pub(crate) fn failed(&self, kind: ErrorKind) -> Option<&Failed> {
        self.failed.iter().find(|failed| failed.kind == kind)
    }

    /// Returns the number of sessions, of a stream those that were read.
    pub(crate) fn given(&self) -> u64 {
        if self.is_stream { self.done + self.left } else { self.total }
    }

    /// Returns the sessions of a list that ended, each with its exit.
    pub(crate) fn outcomes(&self) -> impl Iterator<Item = (&SessionId, Exit)> {
        self.outcomes.iter().map(|(session, exit)| (session, *exit))
    }

    fn not_started(&self) -> u64 {
        self.given().saturating_sub(self.done)
    }

    pub(crate) fn finished(&self, exit: Exit, stop: Option<Stop>, elapsed: Duration) -> Event {
        Event::RunFinished {
            exit,
            code: exit.code(),
            complete: self.complete,
            skipped: self.skipped,
            empty: self.empty,
            erased: self.erased,
            incomplete: self.done.saturating_sub(self.complete + self.empty + self.erased),
            not_started: self.not_started(),
            out_of_time: self.left(stop) > 0,
            tally: self.tally,
            milliseconds: self.milliseconds(elapsed),
        }
    }

    /// Returns the status of the run, which has that many running transfers.
    pub(crate) fn status(&self, running: u64, elapsed: Duration) -> Event {
        Event::RunStatus { total: self.given(), done: self.done, tally: self.settled, running, milliseconds: self.milliseconds(elapsed) }
    }

    /// Returns the milliseconds since the run began.
    pub(crate) fn milliseconds(&self, elapsed: Duration) -> u64 {
        u64::try_from(elapsed.saturating_sub(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}
