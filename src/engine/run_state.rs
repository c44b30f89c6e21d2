//! The state that the threads of a run share. Ends sessions, reports them in the order in which they were given, and ends the run
//! when no session can succeed any more.
//!
//! Must not fetch.

use super::budget::Budget;
use super::error_text::ErrorText;
use super::event::Event;
use super::messages::Messages;
use super::session_error::{lost, reason, session_error};
use super::session_state::SessionWork;
use super::tally::Tally;
use super::{Emit, Options, Services};
use crate::archive::schedule::{Order, locked};
use crate::archive::{Certificate, Reason, SessionArchive, State};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::http::{Cause, Failure};
use crate::model::{MediaItem, SessionId};
use crate::provider::Listing;
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

pub(super) struct RunState {
    pub(super) services: Services,
    pub(super) options: Options,
    pub(super) budget: Arc<Budget>,
    /// Sessions of which it was reported that another run has them.
    pub(super) waited_for: Mutex<HashSet<usize>>,
    transfers: AtomicU64,
    /// Number of media files that are being fetched.
    running: AtomicU64,
    /// Set once nothing further can succeed.
    ended: AtomicBool,
    /// The order of a list; sessions of a stream are reported when they end.
    order: Option<Order<Event>>,
    /// Sessions that are begun and not reported yet.
    underway: Mutex<BTreeMap<usize, Underway>>,
}

struct Underway {
    session: SessionId,
    /// None until it is listed.
    work: Option<Arc<SessionWork>>,
}

impl RunState {
    pub(super) fn new(services: Services, options: Options, is_stream: bool) -> Self {
        Self {
            services,
            options,
            budget: Budget::new(),
            waited_for: Mutex::default(),
            transfers: AtomicU64::default(),
            running: AtomicU64::default(),
            ended: AtomicBool::new(false),
            order: (!is_stream).then(Order::default),
            underway: Mutex::default(),
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Returns a number that no transfer had.
    pub(super) fn next_transfer(&self) -> u64 {
        self.transfers.fetch_add(1, Ordering::Relaxed)
    }

    /// Returns the number of media files that are being fetched.
    pub(super) fn running(&self) -> u64 {
        self.running.load(Ordering::Relaxed)
    }

    /// Counts a media file as being fetched during `work`.
    pub(super) fn counted<T>(&self, work: impl FnOnce() -> T) -> T {
        self.running.fetch_add(1, Ordering::Relaxed);
        let outcome = work();
        self.running.fetch_sub(1, Ordering::Relaxed);
        outcome
    }

    /// Registers a session that is being opened. Returns false if it is under way already: a stream may give it again.
    pub(super) fn begin(&self, index: usize, session: &SessionId) -> bool {
        let mut underway = locked(&self.underway);
        let is_free = underway.values().all(|other| other.session != *session);
        if is_free {
            underway.insert(index, Underway { session: session.clone(), work: None });
        }
        is_free
    }

    /// Registers the work of a session whose files may come.
    pub(super) fn listed(&self, work: &Arc<SessionWork>) {
        locked(&self.underway).insert(work.index, Underway { session: work.session.clone(), work: Some(Arc::clone(work)) });
    }

    /// Removes a session that is opened later.
    pub(super) fn put_back(&self, index: usize) {
        locked(&self.underway).remove(&index);
    }

    fn report(&self, index: usize, event: Event, emit: &Emit) {
        locked(&self.waited_for).remove(&index);
        if let Some(order) = &self.order {
            order.pass(index, Some(event), |event| emit.event(event));
            locked(&self.underway).remove(&index);
            return;
        }
        // Locked until it is sent: it must not be reported as left, too.
        let mut underway = locked(&self.underway);
        let session = underway.remove(&index).map(|ended| ended.session);
        // A stream may be idle for days.
        let written = if underway.is_empty() { self.services.journal.begun(self.services.wire.clock().now()).map(drop) } else { Ok(()) };
        emit.event(match (written, session) {
            (Err(error), Some(session)) => {
                self.end_after(&error);
                self.ended_at_once(&session, &error)
            }
            _ => event,
        });
    }

    /// Leaves sessions that are under way as they are, when the run is to stop and messages are no longer taken. Returns the events
    /// that could not be reported in order, and the ends of those sessions.
    pub(super) fn leave(&self, messages: Messages) -> Vec<Event> {
        // A worker may wait for space in the channel, and holds the order meanwhile: without a receiver it goes on.
        drop(messages);
        let (passed, mut ended) = self.order.as_ref().map(Order::left_behind).unwrap_or_default();
        let mut events = Vec::new();
        if let Some(stop) = self.services.wire.cancel().requested() {
            let underway = std::mem::take(&mut *locked(&self.underway));
            for (index, Underway { session, work }) in underway.into_iter().filter(|(index, _)| *index >= passed) {
                if ended.contains_key(&index) {
                    continue;
                }
                let error = self.session_error(&session, Failure::stopped(stop));
                let event = match work {
                    Some(work) => self.leave_open(&work, error, &mut events),
                    None => self.ended_at_once(&session, &error),
                };
                ended.insert(index, Some(event));
            }
        }
        events.extend(ended.into_values().flatten());
        events
    }

    /// Makes a session's folder a bag of the files so far, as if its transfers had noticed that they are to stop. Where one of them
    /// is publishing a file, the pending file stays for the next run.
    fn leave_open(&self, work: &SessionWork, error: Error, events: &mut Vec<Event>) -> Event {
        if let Some(mut archive) = work.archive.try_lock().ok().filter(|archive| !archive.is_placing()) {
            let left = std::mem::take(&mut *locked(&work.left));
            if !left.is_empty() {
                locked(&work.outcome).error.get_or_insert(error);
            }
            events.extend(left.iter().map(|item| work.settled_in(&mut archive, item, State::Failed, Reason::RunEnded)));
            if let Err(error) = self.commit(&mut archive) {
                locked(&work.outcome).error = Some(error);
            }
            archive.leave();
            drop(locked(&work.lock).take());
        } else {
            locked(&work.outcome).error.get_or_insert(error);
        }
        work.ended(self.location(&work.session))
    }

    /// Settles a media file that was not fetched.
    pub(super) fn not_fetched(&self, work: &SessionWork, item: &MediaItem, failure: Failure, emit: &Emit) {
        let is_lost = failure.cause == Cause::Withheld && locked(&work.archive).revision.has_damage(&item.id);
        let state = match failure.cause {
            Cause::Withheld if is_lost => State::Failed,
            Cause::Withheld => State::Withheld,
            Cause::NotFound => State::Gone,
            _ => State::Failed,
        };
        let unavailable =
            matches!(failure.cause, Cause::Unavailable | Cause::TimedOut | Cause::Throttled | Cause::Broken | Cause::Certificate);
        if state != State::Withheld && !unavailable {
            locked(&work.outcome).only_unavailable = false;
        }
        // A full disk is no property of this file; the session reports it once.
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
        // A file that was never begun is no error of its session; the session that ended the run reports it.
        if matches!(failure.cause, Cause::Refused | Cause::Local) || failure.local.is_some() {
            let error = self.session_error(&work.session, failure);
            self.end_after(&error);
            locked(&work.outcome).error.get_or_insert(error);
        }
    }

    /// Records what media files state about a session, and makes its folder a bag.
    fn commit(&self, archive: &mut SessionArchive) -> Result<bool> {
        let provider = &self.services.provider;
        archive.learn_from_media(&|item| provider.states_facts(item), &|name, bytes| provider.facts(name, bytes))?;
        archive.commit(&self.services.journal, self.services.wire.clock().now())
    }

    /// Makes a session a bag after its last file, and reports how it ended.
    pub(super) fn finish(&self, work: &SessionWork, emit: &Emit) {
        let (committed, notices, losses) = {
            let mut archive = locked(&work.archive);
            let committed = self.commit(&mut archive);
            (committed, archive.revision.take_notices(), archive.revision.take_losses())
        };
        drop(locked(&work.lock).take());
        if committed.is_ok() {
            self.ship(&work.session);
        }
        notices.into_iter().for_each(|text| emit.notice(&work.session, text));
        let mut outcome = locked(&work.outcome);
        if let Err(error) = committed {
            self.end_after(&error);
            outcome.error.get_or_insert(error);
        }
        if !losses.is_empty() {
            outcome.error.get_or_insert_with(|| lost(&losses));
        }
        let tally = outcome.tally;
        let is_news = tally.fetched + tally.withheld + tally.failed + tally.excluded > 0 || outcome.lacking;
        if let Some(text) = work.age.clone().filter(|_| is_news) {
            emit.notice(&work.session, text);
        }
        drop(outcome);
        self.report(work.index, work.ended(self.location(&work.session)), emit);
    }

    /// Ends a session that could not be listed.
    pub(super) fn fail(&self, index: usize, session: &SessionId, failure: Failure, emit: &Emit) {
        let was_stopped = failure.cause == Cause::Stopped;
        let mut error = self.session_error(session, failure);
        if !self.options.dry_run && !was_stopped {
            let (journal, now) = (&self.services.journal, self.services.wire.clock().now());
            if let Err(unwritten) = journal.failed(session.clone(), &error, now) {
                error = unwritten;
            }
        }
        self.end_after(&error);
        self.report(index, self.ended_at_once(session, &error), emit);
    }

    /// Ends a session whose plan was shown.
    pub(super) fn planned(&self, index: usize, session: &SessionId, listing: &Listing, emit: &Emit) {
        listing.notices.iter().for_each(|text| emit.notice(session, text.clone()));
        listing.problems.iter().for_each(|text| emit.problem(session, text.clone()));
        let exit = if listing.problems.is_empty() { Exit::Done } else { Exit::PARTIAL };
        self.report(index, self.session_finished(session, exit, None, None), emit);
    }

    /// Ships a session, if that is wanted, while others are archived.
    pub(super) fn ship(&self, session: &SessionId) {
        if let Some(shipping) = &self.services.shipping {
            shipping.add([SessionArchive::folder_of(session)]);
        }
    }

    /// Ends a session that was complete before, with that many media files, and for which no request was sent.
    pub(super) fn skipped(&self, index: usize, session: &SessionId, kept: u64, emit: &Emit) {
        self.report(index, self.session_finished(session, Exit::Done, None, Some(kept)), emit);
    }

    /// Ends a session that was erased by order.
    pub(super) fn erased_before(&self, index: usize, session: &SessionId, certificate: &Certificate, emit: &Emit) {
        let (erased, authority) = (certificate.erased, certificate.facts.authority.clone());
        self.report(index, Event::SessionErasedBefore { session: session.clone(), erased, authority }, emit);
    }

    fn ended_at_once(&self, session: &SessionId, error: &Error) -> Event {
        self.session_finished(session, Exit::of(error), Some(error), None)
    }

    /// Returns the end of a session of which no media file was fetched or read; `skipped` is the number of its media if it was complete.
    fn session_finished(&self, session: &SessionId, exit: Exit, error: Option<&Error>, skipped: Option<u64>) -> Event {
        Event::SessionFinished {
            session: session.clone(),
            exit,
            folder: self.location(session),
            tally: Tally { kept: skipped.unwrap_or(0), ..Tally::default() },
            error: error.map(ErrorText::from),
            skipped: skipped.is_some(),
            empty: false,
        }
    }

    fn location(&self, session: &SessionId) -> String {
        self.services.store.location(&SessionArchive::folder_of(session))
    }

    /// Ends the run after an error after which nothing can succeed.
    fn end_after(&self, error: &Error) {
        self.ended.fetch_or(error.ends_run(), Ordering::Relaxed);
    }

    fn session_error(&self, session: &SessionId, failure: Failure) -> Error {
        session_error(session, failure, &self.services.credentials)
    }
}
