//! A run over many sessions: worker threads that take from one queue, and the channel on which they tell.
//!
//! Must not decide about single files (`transfer`) or sum up (`finish`).

use super::budget::{Budget, Share};
use super::documents::Asking;
use super::event::{Event, Message};
use super::finish::{Companion, Finisher, SessionWork};
use super::plan::{Action, Selection, Task, plan, show_plan};
use super::pool::{Pool, Role, Work};
use super::provider_days::{Period, warning as deletion_warning};
use super::session_error::reason;
use super::transfer::Transfer;
use super::witness::ProviderWitness;
use super::{Emit, Options, Services, locked};
use crate::archive::{CompanionState, Document, Origin, Salt, SessionArchive, State, Wanted, complete, planned_document_path};
use crate::error::{Result, cannot_start, quote};
use crate::http::{Cause, Failure};
use crate::model::{MediaItem, SessionId};
use crate::provider::{Ask, Listing, Scope};
use crate::store::Locked;
use std::collections::HashSet;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

/// How many messages may wait for the thread that shows them.
const CHANNEL: usize = 1024;

/// For each so many workers one thread lists sessions ahead of them: a session's listings take three round trips, its
/// files a dozen. With these two numbers 31.8 of 32 workers fetched at 80 ms of round trip (`benches/speed/run.py`).
const WORKERS_FOR_AN_OPENER: usize = 4;

/// How many files openers keep waiting for each worker: the workers must not run out of files while a session is listed,
/// which takes as long as two files, and openers are not always there at once.
const FILES_AHEAD: usize = 4;

/// What a medium of an open session takes in memory: where it was listed, in the record, and until it is fetched.
const MEDIUM: u64 = 2 * 1024;

/// One file of an open session.
struct Job {
    work: Arc<SessionWork>,
    item: MediaItem,
}

/// A run that is under way.
pub struct Running {
    receiver: Receiver<Message>,
    shared: Arc<Shared>,
}

impl Running {
    /// What the work tells; it ends with the work.
    pub fn messages(&self) -> &Receiver<Message> {
        &self.receiver
    }

    /// What is still to be told after an early end: sessions that ended but stand behind one that never did, and those
    /// that are left as far as they came. What nobody has taken from the messages by then is lost.
    pub fn remaining(self) -> Vec<Event> {
        self.shared.finisher.leave(&self.shared.sessions, self.receiver)
    }
}

struct Shared {
    services: Services,
    options: Options,
    sessions: Vec<SessionId>,
    pool: Pool<Job>,
    finisher: Finisher,
    transfers: AtomicU64,
    waited_for: Mutex<HashSet<usize>>,
    budget: Arc<Budget>,
}

/// Starts the workers. Each session should be there once.
pub fn start(services: Services, options: Options, sessions: Vec<SessionId>) -> Result<Running> {
    let (sender, receiver) = sync_channel(CHANNEL);
    let workers = options.workers.max(1);
    let finisher = Finisher::new(services.clone(), options.dry_run);
    let pool = Pool::new(sessions.len(), workers * FILES_AHEAD);
    let shared = Arc::new(Shared {
        services,
        options,
        sessions,
        pool,
        finisher,
        transfers: AtomicU64::new(1),
        waited_for: Mutex::default(),
        budget: Budget::new(),
    });
    let openers = workers / WORKERS_FOR_AN_OPENER;
    let roles = std::iter::repeat_n(Role::Worker, workers).chain(std::iter::repeat_n(Role::Opener, openers));
    for (number, role) in roles.enumerate() {
        let (shared, emit) = (Arc::clone(&shared), Emit::new(sender.clone()));
        let builder = std::thread::Builder::new().name(format!("worker {number}"));
        match builder.spawn(move || shared.work(role, &emit)) {
            Err(error) if number == 0 => return Err(cannot_start(&error)),
            // Fewer workers than wanted do the same work.
            Err(_) => break,
            Ok(_) => {}
        }
    }
    Ok(Running { receiver, shared })
}

/// What the provider says of a session.
struct Found {
    listing: Listing,
    answers: Vec<Document>,
    companions: Vec<Companion>,
    share: Option<Share>,
}

/// What opening a session leads to.
enum Opened {
    /// Another run holds it, or there is no room for its listings.
    Deferred,
    /// These files are to be fetched.
    Files(Vec<Job>),
}

impl Shared {
    fn stopping(&self) -> bool {
        self.services.wire.cancel().requested().is_some() || self.finisher.has_ended()
    }

    fn work(&self, role: Role, emit: &Emit) {
        while let Some(work) = self.pool.take(role, &|| self.stopping(), &|| self.budget.has_room()) {
            match work {
                Work::Fetch(job) => self.fetch(&job, emit),
                Work::Open(index) => match self.begun(index, emit) {
                    Ok(Opened::Deferred) => {
                        self.finisher.put_back(index);
                        self.pool.deferred(index);
                    }
                    Ok(Opened::Files(files)) => self.pool.opened(files),
                    Err(failure) => {
                        if let Some(session) = self.sessions.get(index) {
                            self.finisher.fail(index, session, failure, emit);
                        }
                        self.pool.opened(Vec::new());
                    }
                },
            }
            if self.finisher.has_ended() {
                self.pool.end();
            }
        }
    }

    fn begun(&self, index: usize, emit: &Emit) -> std::result::Result<Opened, Failure> {
        self.finisher.begun(index);
        self.open(index, emit)
    }

    fn open(&self, index: usize, emit: &Emit) -> std::result::Result<Opened, Failure> {
        let Some(session) = self.sessions.get(index) else { return Ok(Opened::Files(Vec::new())) };
        if self.options.skip_complete
            && let Some(held) = self.complete(session)
        {
            self.finisher.skipped(index, session, held, emit);
            return Ok(Opened::Files(Vec::new()));
        }
        let Some(share) = self.budget.enter(index) else { return Ok(Opened::Deferred) };
        let lock = if self.options.dry_run {
            None
        } else {
            match self.services.store.lock(&SessionArchive::folder_of(session)).map_err(Failure::local)? {
                Locked::Held(lock) => Some(lock),
                Locked::By(holder) => {
                    if locked(&self.waited_for).insert(index) {
                        emit.event(Event::SessionWaiting { session: session.clone(), holder });
                    }
                    return Ok(Opened::Deferred);
                }
            }
        };
        let now = self.services.wire.clock().now();
        let origin = Origin {
            provider: self.services.provider.name().to_owned(),
            base_url: self.services.base_url.clone(),
            session: session.clone(),
            salt: Salt::fresh().map_err(Failure::local)?,
        };
        let witness = ProviderWitness::new(vec![Arc::clone(&self.services.provider)], true);
        let mut archive = SessionArchive::open(Arc::clone(&self.services.store), origin, &witness, now).map_err(Failure::local)?;
        let looked = self.look(session, &archive, share, emit);
        if matches!(&looked, Err(failure) if failure.cause == Cause::PutOff) {
            return Ok(Opened::Deferred);
        }
        let mut found = looked.map_err(|failure| self.finish_unlisted(&mut archive, session, failure, emit))?;
        archive.settle_groups(&mut found.listing.media);
        let tasks = self.plan(&mut archive, session, &found.listing, emit)?;
        if self.options.dry_run {
            show_plan(session, &tasks, emit);
            self.finisher.planned(index, session, &archive, &found.listing, emit);
            return Ok(Opened::Files(Vec::new()));
        }
        self.describe(&mut archive, &found).map_err(Failure::local)?;
        let to_fetch: Vec<&Task> = tasks.iter().filter(|task| matches!(task.action, Action::Fetch(_))).collect();
        emit.event(Event::SessionListed {
            session: session.clone(),
            attempts: found.listing.attempts.len() as u64,
            media: found.listing.media.len() as u64,
            to_fetch: to_fetch.len() as u64,
            bytes: to_fetch.iter().filter_map(|task| task.item.size).sum(),
        });
        let period = Period::of(self.options.provider_days, self.services.provider.provider_days());
        let age = deletion_warning(found.listing.since, period, now);
        found.answers = Vec::new();
        let mut share = found.share.take();
        share.iter_mut().for_each(|share| share.shrink_to(found.listing.media.len() as u64 * MEDIUM));
        let items = to_fetch.iter().map(|task| task.item.clone());
        let work = SessionWork::new(index, session.clone(), archive, lock, items).aged(age).with_share(share);
        Ok(Opened::Files(self.begin(work, &found, tasks, emit)))
    }

    /// Returns how many media are archived of a session that needs no run; `None` when it needs one, or that is unknown.
    fn complete(&self, session: &SessionId) -> Option<u64> {
        let scope = &self.options.scope;
        let wanted = Wanted {
            provider: self.services.provider.name(),
            medium: &|item| self.options.selection.excludes(item).is_none(),
            attempt: &|number, id| match scope {
                Scope::All => true,
                Scope::Latest => number == 0,
                Scope::Attempt(wanted) => wanted == id,
            },
            companions: &self.options.companions,
        };
        complete(self.services.store.as_ref(), session, &wanted).ok().flatten()
    }

    /// Asks the provider for everything about a session but its media.
    fn look(&self, session: &SessionId, archive: &SessionArchive, share: Share, emit: &Emit) -> std::result::Result<Found, Failure> {
        let mut asking = Asking::new(&self.services, emit, session, self.options.strict, Some(share));
        let listing = self.services.provider.listing(&mut asking, session, &self.options.scope)?;
        let mut companions = Vec::new();
        let mut names = self.options.companions.clone();
        if self.options.selection.only_damaged {
            names.extend(archive.companions().map(str::to_owned));
        }
        let lost = self.options.lost.get(session);
        names.extend(self.services.provider.companions().iter().filter(|_| lost.is_some()).map(|name| (*name).to_owned()));
        for name in &names {
            let Some(call) = self.services.provider.companion(session, name) else { continue };
            if lost.is_some_and(|lost| !lost.contains(&planned_document_path(&call.document))) {
                continue;
            }
            if let Some(word) = archive.newer_companion(name) {
                let text = format!("{name} is not asked for: a newer version of vmedia wrote its state, \"{}\"", quote(word));
                emit.event(Event::Notice { session: session.clone(), text });
                continue;
            }
            let (state, reason) = match asking.ask(&call) {
                Ok(_) => (CompanionState::Archived, None),
                // A product that is not part of the contract is refused with 400 or 403; only 401 is about the key.
                Err(failure) if failure.cause == Cause::NotFound || matches!(failure.status, Some(400 | 403)) => {
                    (CompanionState::Absent, Some(reason(failure.cause, failure.detail)))
                }
                Err(failure) if matches!(failure.cause, Cause::Refused | Cause::Stopped | Cause::Local | Cause::PutOff) => {
                    return Err(failure);
                }
                Err(failure) => (CompanionState::Failed, Some(reason(failure.cause, failure.detail))),
            };
            companions.push(Companion { name: name.clone(), state, reason });
        }
        let (answers, share) = asking.into_answers();
        Ok(Found { listing, answers, companions, share })
    }

    /// Makes a bag of a session that a killed run left unfinished and that cannot be listed, and returns why it fails.
    fn finish_unlisted(&self, archive: &mut SessionArchive, session: &SessionId, failure: Failure, emit: &Emit) -> Failure {
        if self.options.dry_run || !archive.is_unfinished() || matches!(failure.cause, Cause::Stopped | Cause::Local) {
            return failure;
        }
        archive.cannot_be_listed(&failure.detail);
        if let Err(error) = archive.commit(&self.services.journal, self.services.wire.clock().now()) {
            return Failure::local(error);
        }
        let told = "what an interrupted run left of this session is a whole bag now; what that run did not fetch is missing";
        for text in archive.take_notices().into_iter().chain([told.to_owned()]) {
            emit.event(Event::Notice { session: session.clone(), text });
        }
        failure
    }

    /// Decides about every medium; what is here is read again for it.
    fn plan(
        &self,
        archive: &mut SessionArchive,
        session: &SessionId,
        listing: &Listing,
        emit: &Emit,
    ) -> std::result::Result<Vec<Task>, Failure> {
        let cancel = self.services.wire.cancel();
        let number = self.transfers.fetch_add(1, Ordering::Relaxed);
        let held = archive.held_bytes(&listing.media);
        if held > 0 {
            emit.transfer(number, Event::SessionReread { session: session.clone(), bytes: held });
        }
        let mut read = 0;
        let mut watch = |piece: &[u8]| {
            read += piece.len() as u64;
            emit.progress(number, read);
            cancel.requested().map_or(Ok(()), |_| Err(io::Error::other("stopped")))
        };
        // A session of which nothing is left is missing as a whole.
        let only_damaged = self.options.selection.only_damaged && archive.is_begun();
        let selection = Selection { only_damaged, ..self.options.selection.clone() };
        let mut media = listing.media.clone();
        if only_damaged {
            media.extend(archive.unlisted(&listing.media));
        }
        let mut holding = |item: &_| archive.holding(item, &mut watch);
        let tasks = plan(media, &selection, self.options.refetch, &mut holding).map_err(Failure::local);
        emit.ended(number);
        match cancel.requested() {
            // Files whose reading was cut short look damaged; such a plan is not to be carried out.
            Some(stop) => Err(Failure::stopped(stop)),
            None => tasks,
        }
    }

    fn describe(&self, archive: &mut SessionArchive, found: &Found) -> Result<()> {
        let now = self.services.wire.clock().now();
        let listing = &found.listing;
        archive.describe(&listing.attempts, &listing.media, &listing.problems, now);
        archive.grows(listing.may_grow);
        if self.options.scope == Scope::All && listing.problems.is_empty() {
            archive.mark_unlisted(&listing.media, now);
        }
        for answer in &found.answers {
            archive.keep_document(answer, now)?;
            let facts = self.services.provider.facts(&answer.name, &answer.bytes);
            archive.learn(&answer.name, facts.into_iter().map(|fact| (fact.name, fact.value)));
        }
        for companion in &found.companions {
            archive.companion(&companion.name, companion.state, companion.reason.clone());
        }
        Ok(())
    }

    /// Settles what needs no transfer and hands out the rest.
    fn begin(&self, work: SessionWork, found: &Found, tasks: Vec<Task>, emit: &Emit) -> Vec<Job> {
        for text in found.listing.notices.clone() {
            emit.event(Event::Notice { session: work.session.clone(), text });
        }
        work.note_problems(&found.listing.problems, &found.companions, emit);
        let work = Arc::new(work);
        self.finisher.opened(&work);
        let mut jobs = Vec::new();
        for Task { item, action } in tasks {
            match action {
                Action::Fetch(_) => jobs.push(Job { work: Arc::clone(&work), item }),
                Action::Keep(path, bytes) => work.kept(&item, path, bytes, emit),
                Action::Exclude(reason) => work.settled(&item, State::Excluded, reason, emit),
            }
        }
        if jobs.is_empty() {
            self.finisher.finish(&work, emit);
        }
        jobs
    }

    fn fetch(&self, job: &Job, emit: &Emit) {
        let Job { work, item } = job;
        let outcome = if self.stopping() {
            let stopped = || Failure::new(Cause::Stopped, "the run ended");
            Err(self.services.wire.cancel().requested().map_or_else(stopped, Failure::stopped))
        } else {
            let number = self.transfers.fetch_add(1, Ordering::Relaxed);
            let transfer = Transfer {
                services: &self.services,
                emit,
                session: &work.session,
                archive: &work.archive,
                item,
                strict: self.options.strict,
                number,
            };
            let outcome = transfer.run();
            if let Ok((file, _)) = &outcome {
                emit.progress(number, file.digest.bytes);
            }
            emit.ended(number);
            outcome
        };
        match outcome {
            Ok((file, was_here)) => work.fetched(item, &file, was_here, emit),
            Err(failure) => self.finisher.not_fetched(work, item, failure, emit),
        }
        if work.one_less(item) {
            self.finisher.finish(work, emit);
        }
    }
}
