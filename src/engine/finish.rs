//! What becomes of media and sessions: counts, verdicts, the two lines of an error, and reports in the order in which
//! the sessions were given.
//!
//! Must not fetch.

use super::event::{CUT_SHORT, ErrorText, Event, Message};
use super::order::Order;
use super::tally::Tally;
use super::words::session_error;
use super::{Emit, Services, locked};
use crate::archive::{CompanionState, FileRecord, SessionArchive, State};
use crate::error::Error;
use crate::exit::Exit;
use crate::http::{Cause, Failure};
use crate::media::{MediaItem, SessionId};
use crate::provider::Listing;
use crate::store::Lock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

/// A session that is under way.
pub(super) struct SessionWork {
    pub(super) index: usize,
    pub(super) session: SessionId,
    pub(super) archive: Mutex<SessionArchive>,
    left: AtomicUsize,
    verdict: Mutex<Verdict>,
    lock: Mutex<Option<Lock>>,
    /// That the provider may soon delete the media; said unless all of them were here before.
    age: Option<String>,
}

/// What is known of a session's outcome so far.
#[derive(Default)]
struct Verdict {
    tally: Tally,
    /// Something is missing besides media: a listing, a companion.
    lacking: bool,
    /// Every failure so far was that nobody answered.
    only_unavailable: bool,
    error: Option<Error>,
}

/// What became of a companion document that was asked for.
pub(super) struct Companion {
    pub(super) name: String,
    pub(super) state: CompanionState,
    pub(super) reason: Option<String>,
}

impl SessionWork {
    pub(super) fn new(index: usize, session: SessionId, archive: SessionArchive, lock: Option<Lock>, left: usize) -> Self {
        let verdict = Verdict { only_unavailable: true, ..Verdict::default() };
        Self {
            index,
            session,
            archive: Mutex::new(archive),
            left: AtomicUsize::new(left),
            verdict: Mutex::new(verdict),
            lock: Mutex::new(lock),
            age: None,
        }
    }

    /// Remembers that the provider may soon delete the media.
    pub(super) fn aged(self, age: Option<String>) -> Self {
        Self { age, ..self }
    }

    /// Counts one file as done and says whether it was the last.
    pub(super) fn one_less(&self) -> bool {
        self.left.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Tells of what the listing lacks and which companions did not come.
    pub(super) fn note_problems(&self, problems: &[String], companions: &[Companion], emit: &Emit) {
        for Companion { name, state, reason } in companions {
            let reason = reason.as_deref().unwrap_or("no reason given");
            let text = match state {
                CompanionState::Archived => continue,
                CompanionState::Absent => format!("the provider has no {name} for this session ({reason})"),
                CompanionState::Failed => format!("{name} failed: {reason}"),
            };
            if *state == CompanionState::Failed {
                self.problem(text, emit);
            } else {
                emit.event(Event::Notice { session: self.session.clone(), text });
            }
        }
        for text in problems {
            self.problem(text.clone(), emit);
        }
    }

    fn problem(&self, text: String, emit: &Emit) {
        locked(&self.verdict).lacking = true;
        emit.event(Event::Problem { session: self.session.clone(), text });
    }

    fn finished(&self, item: &MediaItem, state: State) -> Event {
        Event::MediaFinished {
            session: self.session.clone(),
            media: item.id.clone(),
            attempt: item.attempt.clone(),
            kind: item.kind,
            context: item.label(),
            state,
            fetched: false,
            path: None,
            bytes: None,
            sha256: None,
            reason: None,
            disagreements: Vec::new(),
        }
    }

    /// A medium that is here already.
    pub(super) fn kept(&self, item: &MediaItem, at: String, length: u64, emit: &Emit) {
        locked(&self.verdict).tally.count(State::Archived, None);
        let mut event = self.finished(item, State::Archived);
        if let Event::MediaFinished { path, bytes, .. } = &mut event {
            (*path, *bytes) = (Some(at), Some(length));
        }
        emit.event(event);
    }

    /// A medium whose bytes came.
    pub(super) fn fetched(&self, item: &MediaItem, file: &FileRecord, was_here: bool, emit: &Emit) {
        {
            let mut verdict = locked(&self.verdict);
            verdict.tally.count(State::Archived, Some(file.digest.bytes));
            verdict.tally.unchanged += u64::from(was_here);
        }
        let mut event = self.finished(item, State::Archived);
        if let Event::MediaFinished { fetched, path, bytes, sha256, disagreements, .. } = &mut event {
            *fetched = true;
            *path = Some(file.path.clone());
            *bytes = Some(file.digest.bytes);
            *sha256 = Some(file.digest.sha256.clone());
            disagreements.clone_from(&file.disagreements);
        }
        emit.event(event);
    }

    /// A medium that is not here after this run, and why.
    pub(super) fn settled(&self, item: &MediaItem, state: State, why: &str, emit: &Emit) {
        locked(&self.archive).settle(&item.id, state, Some(why.to_owned()));
        locked(&self.verdict).tally.count(state, None);
        let mut event = self.finished(item, state);
        if let Event::MediaFinished { reason, .. } = &mut event {
            *reason = Some(why.to_owned());
        }
        emit.event(event);
    }
}

/// Ends sessions, and the run when nothing further can succeed.
pub(super) struct Finisher {
    services: Services,
    only_plans: bool,
    ended: AtomicBool,
    order: Order,
}

impl Finisher {
    pub(super) fn new(services: Services, only_plans: bool) -> Self {
        Self { services, only_plans, ended: AtomicBool::new(false), order: Order::default() }
    }

    /// Whether something happened after which nothing can succeed.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Sessions that ended but could not be told in order, when nobody takes messages any more.
    pub(super) fn remaining(&self, receiver: Receiver<Message>) -> Vec<Event> {
        self.order.left_behind(receiver)
    }

    /// A medium that did not come.
    pub(super) fn not_fetched(&self, work: &SessionWork, item: &MediaItem, failure: Failure, emit: &Emit) {
        let state = match failure.cause {
            Cause::Withheld => State::Withheld,
            Cause::NotFound => State::Gone,
            _ => State::Failed,
        };
        let unavailable = matches!(failure.cause, Cause::Unavailable | Cause::Throttled | Cause::Broken | Cause::Certificate);
        if state != State::Withheld && !unavailable {
            locked(&work.verdict).only_unavailable = false;
        }
        // A disk that takes nothing more says nothing of this medium; it is told once, by the session.
        let ends_run = failure.local.as_ref().is_some_and(|error| error.exit().ends_run());
        let reason = if failure.cause == Cause::Stopped || ends_run { CUT_SHORT } else { &failure.detail };
        work.settled(item, state, reason, emit);
        // Media that were never begun say nothing of their session; what ended the run is told by whom it hit.
        if matches!(failure.cause, Cause::Refused | Cause::Local) || failure.local.is_some() {
            let error = self.session_error(&work.session, failure);
            self.ended.fetch_or(error.exit().ends_run(), Ordering::Relaxed);
            locked(&work.verdict).error.get_or_insert(error);
        }
    }

    /// The last file of a session is done: makes it a bag and tells how it ended.
    pub(super) fn finish(&self, work: &SessionWork, emit: &Emit) {
        let (committed, folder, notices) = {
            let mut archive = locked(&work.archive);
            let committed = archive.commit(&self.services.journal, self.services.wire.clock().now());
            (committed, archive.location(), archive.take_notices())
        };
        drop(locked(&work.lock).take());
        for text in notices {
            emit.event(Event::Notice { session: work.session.clone(), text });
        }
        let mut verdict = locked(&work.verdict);
        if let Err(error) = committed {
            self.ended.fetch_or(error.exit().ends_run(), Ordering::Relaxed);
            verdict.error.get_or_insert(error);
        }
        let tally = verdict.tally;
        let is_news = tally.fetched + tally.withheld + tally.failed + tally.excluded > 0 || verdict.lacking;
        if let Some(text) = work.age.clone().filter(|_| is_news) {
            emit.event(Event::Notice { session: work.session.clone(), text });
        }
        let exit = match &verdict.error {
            Some(error) => error.exit(),
            None if tally.failed + tally.gone == 0 && !verdict.lacking => Exit::Done,
            None if tally.fetched + tally.kept == 0 && verdict.only_unavailable && !verdict.lacking => Exit::Unavailable,
            None => Exit::Partial,
        };
        let error = verdict.error.as_ref().map(ErrorText::from);
        drop(verdict);
        let event = Event::SessionFinished { session: work.session.clone(), exit, folder, tally, error, skipped: false };
        self.order.tell(work.index, Some(event), emit);
    }

    /// A session that could not even be listed.
    pub(super) fn fail(&self, index: usize, session: &SessionId, failure: Failure, emit: &Emit) {
        let was_stopped = failure.cause == Cause::Stopped;
        let mut error = self.session_error(session, failure);
        if !self.only_plans && !was_stopped {
            let (journal, now) = (&self.services.journal, self.services.wire.clock().now());
            if let Err(unwritten) = journal.failed(session.clone(), error.exit(), error.what().to_owned(), now) {
                error = unwritten;
            }
        }
        self.ended.fetch_or(error.exit().ends_run(), Ordering::Relaxed);
        let event = Event::SessionFinished {
            session: session.clone(),
            exit: error.exit(),
            folder: self.services.store.location(&SessionArchive::folder_of(session)),
            tally: Tally::default(),
            error: Some(ErrorText::from(&error)),
            skipped: false,
        };
        self.order.tell(index, Some(event), emit);
    }

    /// A session whose plan was shown.
    pub(super) fn planned(&self, index: usize, session: &SessionId, archive: &SessionArchive, listing: &Listing, emit: &Emit) {
        for text in listing.notices.clone() {
            emit.event(Event::Notice { session: session.clone(), text });
        }
        for text in listing.problems.clone() {
            emit.event(Event::Problem { session: session.clone(), text });
        }
        let exit = if listing.problems.is_empty() { Exit::Done } else { Exit::Partial };
        let folder = archive.location();
        let event = Event::SessionFinished { session: session.clone(), exit, folder, tally: Tally::default(), error: None, skipped: false };
        self.order.tell(index, Some(event), emit);
    }

    /// A session that was complete before, with so many media, and about which nobody was asked.
    pub(super) fn skipped(&self, index: usize, session: &SessionId, held: u64, emit: &Emit) {
        let folder = self.services.store.location(&SessionArchive::folder_of(session));
        let tally = Tally { kept: held, ..Tally::default() };
        let event = Event::SessionFinished { session: session.clone(), exit: Exit::Done, folder, tally, error: None, skipped: true };
        self.order.tell(index, Some(event), emit);
    }

    fn session_error(&self, session: &SessionId, failure: Failure) -> Error {
        session_error(session, failure, &self.services.credentials)
    }
}
