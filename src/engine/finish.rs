//! Ends sessions, reports them in the order in which they were given, and ends the run when no session can succeed any more.
//!
//! Must not fetch.

use super::event::{Event, Message};
use super::outcome::ErrorText;
use super::session_error::{lost, reason, session_error};
use super::session_state::SessionWork;
use super::tally::Tally;
use super::{Emit, Services};
use crate::archive::schedule::{Order, locked};
use crate::archive::{Reason, SessionArchive, State};
use crate::error::Error;
use crate::exit::Exit;
use crate::http::{Cause, Failure};
use crate::model::{MediaItem, SessionId};
use crate::provider::Listing;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

/// Ends sessions, and the run when nothing further can succeed.
pub(super) struct Finisher {
    services: Services,
    only_plans: bool,
    ended: AtomicBool,
    order: Order<Event>,
    /// Sessions that are begun and not reported yet; with their work, once their files are known.
    underway: Mutex<BTreeMap<usize, Option<Arc<SessionWork>>>>,
}

impl Finisher {
    pub(super) fn new(services: Services, only_plans: bool) -> Self {
        Self { services, only_plans, ended: AtomicBool::new(false), order: Order::default(), underway: Mutex::default() }
    }

    /// Whether something happened after which nothing can succeed.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// A session is being opened.
    pub(super) fn begun(&self, index: usize) {
        locked(&self.underway).insert(index, None);
    }

    /// It is not, because another run holds it.
    pub(super) fn put_back(&self, index: usize) {
        locked(&self.underway).remove(&index);
    }

    /// A session is open, and its files may come.
    pub(super) fn opened(&self, work: &Arc<SessionWork>) {
        locked(&self.underway).insert(work.index, Some(Arc::clone(work)));
    }

    fn tell(&self, index: usize, event: Event, emit: &Emit) {
        self.order.pass(index, Some(event), |event| emit.event(event));
        locked(&self.underway).remove(&index);
    }

    /// Leaves what is under way as far as it came, when the run is to stop and messages are no longer taken. Says what
    /// could not be reported in order, and how those ended.
    pub(super) fn leave(&self, sessions: &[SessionId], receiver: Receiver<Message>) -> Vec<Event> {
        // A worker may wait for space in the channel, and holds the order meanwhile: without a receiver it goes on.
        drop(receiver);
        let (passed, mut ended) = self.order.left_behind();
        let mut events = Vec::new();
        if let Some(stop) = self.services.wire.cancel().requested() {
            let underway = std::mem::take(&mut *locked(&self.underway));
            for (index, work) in underway.into_iter().filter(|(index, _)| *index >= passed) {
                let Some(session) = sessions.get(index).filter(|_| !ended.contains_key(&index)) else { continue };
                let error = self.session_error(session, Failure::stopped(stop));
                let event = match work {
                    Some(work) => self.leave_open(&work, error, &mut events),
                    None => self.ended_at_once(session, &error),
                };
                ended.insert(index, Some(event));
            }
        }
        events.extend(ended.into_values().flatten());
        events
    }

    /// Makes a session's folder a bag of what came so far, as if its transfers had noticed that they are to stop. Where one
    /// of them is putting a file there just now, the mark stays, and the next run finds it.
    fn leave_open(&self, work: &SessionWork, error: Error, events: &mut Vec<Event>) -> Event {
        let Some(mut archive) = work.archive.try_lock().ok().filter(|archive| !archive.is_placing()) else {
            locked(&work.verdict).error.get_or_insert(error);
            return work.ended(self.services.store.location(&SessionArchive::folder_of(&work.session)));
        };
        let left = std::mem::take(&mut *locked(&work.left));
        if !left.is_empty() {
            locked(&work.verdict).error.get_or_insert(error);
        }
        events.extend(left.iter().map(|item| work.settled_in(&mut archive, item, State::Failed, Reason::RunEnded)));
        if let Err(error) = archive.commit(&self.services.journal, self.services.wire.clock().now()) {
            locked(&work.verdict).error = Some(error);
        }
        archive.leave();
        drop(locked(&work.lock).take());
        work.ended(archive.location())
    }

    /// A medium that did not come.
    pub(super) fn not_fetched(&self, work: &SessionWork, item: &MediaItem, failure: Failure, emit: &Emit) {
        let is_lost = failure.cause == Cause::Withheld && locked(&work.archive).revision.has_damage(&item.id);
        let state = match failure.cause {
            Cause::Withheld if is_lost => State::Failed,
            Cause::Withheld => State::Withheld,
            Cause::NotFound => State::Gone,
            _ => State::Failed,
        };
        let unavailable =
            matches!(failure.cause, Cause::Unavailable | Cause::Outlasted | Cause::Throttled | Cause::Broken | Cause::Certificate);
        if state != State::Withheld && !unavailable {
            locked(&work.verdict).only_unavailable = false;
        }
        // A disk that takes nothing more says nothing of this medium; the session reports it once.
        let ends_run = failure.local.as_ref().is_some_and(|error| error.ends_run());
        let text = failure.detail.clone();
        let reason = match failure.cause {
            _ if ends_run => Reason::RunEnded,
            Cause::Withheld if is_lost => {
                let text = format!("what is archived of it is damaged or missing, and the provider withholds it: {text}");
                Reason::DamagedAndWithheld { text }
            }
            cause => reason(cause, text),
        };
        work.settled(item, state, reason, emit);
        // Media that were never begun say nothing of their session; the session that ended the run reports it.
        if matches!(failure.cause, Cause::Refused | Cause::Local) || failure.local.is_some() {
            let error = self.session_error(&work.session, failure);
            self.ended.fetch_or(error.ends_run(), Ordering::Relaxed);
            locked(&work.verdict).error.get_or_insert(error);
        }
    }

    /// The last file of a session is done: makes it a bag and tells how it ended.
    pub(super) fn finish(&self, work: &SessionWork, emit: &Emit) {
        let (committed, folder, notices, losses) = {
            let mut archive = locked(&work.archive);
            let committed = archive.commit(&self.services.journal, self.services.wire.clock().now());
            (committed, archive.location(), archive.revision.take_notices(), archive.revision.take_losses())
        };
        drop(locked(&work.lock).take());
        for text in notices {
            emit.event(Event::Notice { session: work.session.clone(), text });
        }
        let mut verdict = locked(&work.verdict);
        if let Err(error) = committed {
            self.ended.fetch_or(error.ends_run(), Ordering::Relaxed);
            verdict.error.get_or_insert(error);
        }
        if !losses.is_empty() {
            verdict.error.get_or_insert_with(|| lost(&losses));
        }
        let tally = verdict.tally;
        let is_news = tally.fetched + tally.withheld + tally.failed + tally.excluded > 0 || verdict.lacking;
        if let Some(text) = work.age.clone().filter(|_| is_news) {
            emit.event(Event::Notice { session: work.session.clone(), text });
        }
        drop(verdict);
        self.tell(work.index, work.ended(folder), emit);
    }

    /// A session that could not even be listed.
    pub(super) fn fail(&self, index: usize, session: &SessionId, failure: Failure, emit: &Emit) {
        let was_stopped = failure.cause == Cause::Stopped;
        let mut error = self.session_error(session, failure);
        if !self.only_plans && !was_stopped {
            let (journal, now) = (&self.services.journal, self.services.wire.clock().now());
            if let Err(unwritten) = journal.failed(session.clone(), &error, now) {
                error = unwritten;
            }
        }
        self.ended.fetch_or(error.ends_run(), Ordering::Relaxed);
        self.tell(index, self.ended_at_once(session, &error), emit);
    }

    /// The end of a session of which no medium was looked at.
    fn ended_at_once(&self, session: &SessionId, error: &Error) -> Event {
        Event::SessionFinished {
            session: session.clone(),
            exit: Exit::of(error),
            folder: self.services.store.location(&SessionArchive::folder_of(session)),
            tally: Tally::default(),
            error: Some(ErrorText::from(error)),
            skipped: false,
            empty: false,
        }
    }

    /// A session whose plan was shown.
    pub(super) fn planned(&self, index: usize, session: &SessionId, archive: &SessionArchive, listing: &Listing, emit: &Emit) {
        for text in listing.notices.clone() {
            emit.event(Event::Notice { session: session.clone(), text });
        }
        for text in listing.problems.clone() {
            emit.event(Event::Problem { session: session.clone(), text });
        }
        let exit = if listing.problems.is_empty() { Exit::Done } else { Exit::PARTIAL };
        let folder = archive.location();
        let (session, tally) = (session.clone(), Tally::default());
        let event = Event::SessionFinished { session, exit, folder, tally, error: None, skipped: false, empty: false };
        self.tell(index, event, emit);
    }

    /// A session that was complete before, with so many media, and for which no request was sent.
    pub(super) fn skipped(&self, index: usize, session: &SessionId, held: u64, emit: &Emit) {
        let folder = self.services.store.location(&SessionArchive::folder_of(session));
        let tally = Tally { kept: held, ..Tally::default() };
        let (session, exit) = (session.clone(), Exit::Done);
        let event = Event::SessionFinished { session, exit, folder, tally, error: None, skipped: true, empty: false };
        self.tell(index, event, emit);
    }

    fn session_error(&self, session: &SessionId, failure: Failure) -> Error {
        session_error(session, failure, &self.services.credentials)
    }
}
