//! Opens a session: locks its folder, asks the provider what it holds, plans what to fetch and records the listing. Must not fetch media.

use super::Emit;
use super::budget::Share;
use super::event::Event;
use super::listing::{SessionFetcher, is_absent};
use super::plan::{Action, Selection, Task, plan, show_plan};
use super::provider_days::{Period, warning as deletion_warning};
use super::run_state::RunState;
use super::session_error::reason;
use super::session_state::{Companion, Job, Outcome, SessionWork};
use super::settled::{archived_media, shipped_media};
use super::stored_rules::StoredRules;
use crate::archive::schedule::locked;
use crate::archive::{
    Certificate, Class, CompanionState, Document, ENCRYPTED, Holding, Origin, Salt, SessionArchive, State, archive_again,
    planned_document_path,
};
use crate::error::{Result, quote};
use crate::http::{Cause, Failure};
use crate::model::SessionId;
use crate::provider::{Call, Listing, Scope};
use crate::store::{Lock, Locked};
use std::io;
use std::sync::{Arc, Mutex};

/// Bytes of memory that a media file of an open session takes until it is fetched.
const MEDIA_FILE: u64 = 2 * 1024;

/// The result of opening a session.
pub(super) enum Opened {
    /// Another run has the lock, or the memory for listings is used up.
    Deferred,
    Files(Vec<Job>),
}

/// The provider's answers about a session.
struct Answers {
    listing: Listing,
    documents: Vec<Document>,
    companions: Vec<Companion>,
    share: Option<Share>,
}

pub(super) struct Opening<'a> {
    pub(super) run: &'a RunState,
    pub(super) emit: &'a Emit,
    pub(super) index: usize,
    pub(super) session: &'a SessionId,
}

impl Opening<'_> {
    pub(super) fn open(&self) -> std::result::Result<Opened, Failure> {
        let Self { run, session, .. } = self;
        let services = &run.services;
        if run.options.skip_complete
            && run.options.again.is_none()
            // Media may come yet to a session without any.
            && let Some(held) = archived_media((services.store.as_ref(), &services.journal), services.provider.name(), &run.options, session, false)
        {
            run.ship(session);
            run.skipped(self.index, session, held, self.emit);
            return Ok(Opened::Files(Vec::new()));
        }
        if self.ends_by_bucket() {
            return Ok(Opened::Files(Vec::new()));
        }
        let Some(share) = run.budget.enter(self.index) else { return Ok(Opened::Deferred) };
        // The client is made while the archive is opened.
        services.wire.warm_up();
        let Some(lock) = self.lock().map_err(Failure::local)? else { return Ok(Opened::Deferred) };
        let (erased, media) = self.certificates().map_err(Failure::local)?;
        // Until an erasure is finished, nothing is added to the session.
        let forbids = |certificate: &&Certificate| run.options.again.is_none() || certificate.erased.is_none();
        if let Some(certificate) = erased.as_ref().filter(forbids).or(media.as_ref().filter(|media| media.erased.is_none())) {
            run.erased_before(self.index, session, certificate, self.emit);
            return Ok(Opened::Files(Vec::new()));
        }
        let now = services.wire.clock().now();
        let origin = Origin {
            provider: services.provider.name().to_owned(),
            base_url: services.base_url.clone(),
            session: (*session).clone(),
            salt: Salt::fresh().map_err(Failure::local)?,
        };
        let rules = StoredRules::new(vec![Arc::clone(&services.provider)], true);
        let mut archive = SessionArchive::open(Arc::clone(&services.store), origin, &rules, now).map_err(Failure::local)?;
        archive.encrypt(services.encryption.as_ref()).map_err(Failure::local)?;
        let mut answers = match self.query(&archive, share) {
            Err(failure) if failure.cause == Cause::Deferred => return Ok(Opened::Deferred),
            answers => answers.map_err(|failure| self.finish_unlisted(&mut archive, failure))?,
        };
        archive.revision.settle_groups(&mut answers.listing.media);
        let is_again = run.options.again.is_some();
        let tasks = self.plan(&mut archive, &answers.listing, media.as_ref().filter(|_| !is_again))?;
        if run.options.dry_run {
            show_plan(session, &tasks, self.emit);
            run.planned(self.index, session, &answers.listing, self.emit);
            return Ok(Opened::Files(Vec::new()));
        }
        erased.into_iter().chain(media).try_for_each(|certificate| self.again(certificate)).map_err(Failure::local)?;
        self.record(&mut archive, &answers).map_err(Failure::local)?;
        answers.documents = Vec::new();
        self.begin(archive, lock, answers, tasks).map(Opened::Files).map_err(Failure::local)
    }

    /// Ends a session of which this archive has nothing if the bucket has it completely, and it need not be asked about, or if another
    /// archive erased it. A bucket that is unavailable keeps no session from being archived.
    fn ends_by_bucket(&self) -> bool {
        let Self { run, session, index, emit } = self;
        let Some(shipping) = run.services.shipping.as_ref().filter(|_| run.options.again.is_none()) else { return false };
        if let Ok(Some(certificate)) = shipping.shipper().certificate(session) {
            run.erased_before(*index, session, &certificate, emit);
            return true;
        }
        let wanted = || shipped_media(shipping, run.services.provider.name(), &run.options, session);
        let held = if run.options.skip_complete { wanted() } else { None };
        held.map(|held| run.skipped(*index, session, held, emit)).is_some()
    }

    /// Returns the certificates of an erasure of the session, and of one of its biometric media.
    fn certificates(&self) -> Result<(Option<Certificate>, Option<Certificate>)> {
        let store = self.run.services.store.as_ref();
        let (session, media) = (Certificate::of(store, self.session)?, Certificate::of_class(store, self.session, Class::Biometric)?);
        Ok((session.filter(Certificate::forbids), media.filter(Certificate::forbids)))
    }

    /// Records the order to archive again what this certificate says was erased.
    fn again(&self, certificate: Certificate) -> Result<()> {
        let (services, Some(reason)) = (&self.run.services, &self.run.options.again) else { return Ok(()) };
        archive_again(services.store.as_ref(), &services.journal, certificate, reason, services.wire.clock().now())
    }

    /// Takes the session's lock, which a dry run does without; `None` if another run has it.
    fn lock(&self) -> Result<Option<Option<Lock>>> {
        if self.run.options.dry_run {
            return Ok(Some(None));
        }
        match self.run.services.store.lock(&SessionArchive::folder_of(self.session))? {
            Locked::Held(lock) => Ok(Some(Some(lock))),
            Locked::By(holder) => {
                if locked(&self.run.waited_for).insert(self.index) {
                    self.emit.event(Event::SessionWaiting { session: self.session.clone(), holder });
                }
                Ok(None)
            }
        }
    }

    /// Requests everything about the session but its media.
    fn query(&self, archive: &SessionArchive, share: Share) -> std::result::Result<Answers, Failure> {
        let Self { run, session, .. } = self;
        let (services, options) = (&run.services, &run.options);
        let (names, calls) = self.companions(archive).into_iter().unzip::<String, Call, Vec<_>, Vec<_>>();
        let fetcher = SessionFetcher::new(services, self.emit, session, options.strict, Some(share));
        let mut fetcher = fetcher.with_companions(calls);
        let listing = services.provider.listing(&mut fetcher, session, &options.scope)?;
        let outcomes = fetcher.companions()?;
        let companions = names.into_iter().zip(outcomes).map(|(name, failure)| {
            let state = match &failure {
                None => CompanionState::Archived,
                Some(failure) if is_absent(failure) => CompanionState::Absent,
                Some(_) => CompanionState::Failed,
            };
            Companion { name, state, reason: failure.map(|failure| reason(failure.cause, failure.detail)) }
        });
        let companions = companions.collect();
        let (documents, share) = fetcher.into_answers();
        Ok(Answers { listing, documents, companions, share })
    }

    /// Returns the companion documents to request, by their names.
    fn companions(&self, archive: &SessionArchive) -> Vec<(String, Call)> {
        let Self { run, session, .. } = self;
        let (provider, options) = (&run.services.provider, &run.options);
        let mut names = options.companions.clone();
        if options.selection.only_damaged {
            names.extend(archive.revision.companions().map(str::to_owned));
        }
        let lost = options.lost.get(*session);
        names.extend(provider.companions().iter().filter(|_| lost.is_some()).map(|name| (*name).to_owned()));
        let mut companions = Vec::new();
        for name in names {
            let Some(call) = provider.companion(session, &name) else { continue };
            if lost.is_some_and(|lost| !had_document(lost, &call.document)) {
                continue;
            }
            if let Some(word) = archive.revision.newer_companion(&name) {
                let text = format!("{name} is not asked for: a newer version of vmedia wrote its state, \"{}\"", quote(word));
                self.emit.notice(session, text);
                continue;
            }
            companions.push((name, call));
        }
        companions
    }

    /// Makes a bag of a session that a killed run left unfinished and that cannot be listed, and returns its failure.
    fn finish_unlisted(&self, archive: &mut SessionArchive, failure: Failure) -> Failure {
        if self.run.options.dry_run || !archive.is_unfinished() || matches!(failure.cause, Cause::Stopped | Cause::Local) {
            return failure;
        }
        archive.revision.cannot_be_listed(&failure.detail);
        if let Err(error) = archive.commit(&self.run.services.journal, self.run.services.wire.clock().now()) {
            return Failure::local(error);
        }
        archive.revision.take_notices().into_iter().for_each(|text| self.emit.notice(self.session, text));
        let text = "what an interrupted run left of this session is a whole bag now; what that run did not fetch is missing";
        self.emit.notice(self.session, text.to_owned());
        failure
    }

    /// Decides about every media file. Reads its archived files again. `erased` is the certificate of a class of media.
    fn plan(
        &self,
        archive: &mut SessionArchive,
        listing: &Listing,
        erased: Option<&Certificate>,
    ) -> std::result::Result<Vec<Task>, Failure> {
        let cancel = self.run.services.wire.cancel();
        let options = &self.run.options;
        let number = self.run.next_transfer();
        let held = archive.revision.held_bytes(&listing.media);
        if held > 0 {
            self.emit.begins(number, || Event::SessionReread { session: self.session.clone(), bytes: held });
        }
        let mut read = 0;
        let mut watch = |piece: &[u8]| {
            read += piece.len() as u64;
            self.emit.progress(number, read);
            cancel.requested().map_or(Ok(()), |_| Err(io::Error::other("stopped")))
        };
        // A repair fetches the whole of a session that was deleted.
        let only_damaged = options.selection.only_damaged && archive.revision.is_begun();
        let selection = Selection { only_damaged, ..options.selection.clone() };
        let mut media = listing.media.clone();
        if only_damaged {
            media.extend(archive.revision.unlisted(&listing.media));
        }
        let mut holding = |item: &_| match erased.and_then(|erased| erased.holds(item)) {
            Some(reason) => Ok(Holding::Erased(reason)),
            None => match archive.holding(item, &self.run.services.journal, &mut watch)? {
                Holding::Erased(_) if options.again.is_some() => Ok(Holding::Absent),
                holding => Ok(holding),
            },
        };
        let tasks = plan(media, &selection, options.refetch, &mut holding).map_err(Failure::local);
        self.emit.ended(number);
        match cancel.requested() {
            // Files whose reading was interrupted look damaged.
            Some(stop) => Err(Failure::stopped(stop)),
            None => tasks,
        }
    }

    /// Records the listing and keeps the documents.
    fn record(&self, archive: &mut SessionArchive, answers: &Answers) -> Result<()> {
        let now = self.run.services.wire.clock().now();
        let listing = &answers.listing;
        archive.revision.describe(&listing.attempts, &listing.media, &listing.problems, now);
        archive.revision.grows(listing.may_grow);
        if self.run.options.scope == Scope::All && listing.problems.is_empty() {
            archive.revision.mark_unlisted(&listing.media, now);
        }
        archive.keep_documents(&answers.documents, now)?;
        for document in &answers.documents {
            let facts = self.run.services.provider.facts(&document.name, &document.bytes);
            archive.revision.learn(&document.name, facts.into_iter());
        }
        for companion in &answers.companions {
            archive.revision.companion(&companion.name, companion.state, companion.reason.clone());
        }
        Ok(())
    }

    /// Settles what needs no transfer and returns the rest.
    fn begin(&self, mut archive: SessionArchive, lock: Option<Lock>, answers: Answers, tasks: Vec<Task>) -> Result<Vec<Job>> {
        let Answers { listing, companions, mut share, .. } = answers;
        let is_whole = tasks.iter().all(|task| !matches!(task.action, Action::Fetch(_)));
        let key = if is_whole { None } else { archive.session_key()? };
        let to_fetch: Vec<&Task> = tasks.iter().filter(|task| matches!(task.action, Action::Fetch(_))).collect();
        self.emit.event(Event::SessionListed {
            session: self.session.clone(),
            attempts: listing.attempts.len() as u64,
            media: listing.media.len() as u64,
            to_fetch: to_fetch.len() as u64,
            bytes: to_fetch.iter().filter_map(|task| task.item.size).sum(),
        });
        let period = Period::of(self.run.options.provider_days, self.run.services.provider.provider_days());
        let age = deletion_warning(listing.since, period, self.run.services.wire.clock().now());
        share.iter_mut().for_each(|share| share.shrink_to(listing.media.len() as u64 * MEDIA_FILE));
        let work = Arc::new(SessionWork {
            index: self.index,
            session: self.session.clone(),
            was_signed: archive.revision.was_signed(),
            archive: Mutex::new(archive),
            key,
            left: Mutex::new(to_fetch.iter().map(|task| task.item.clone()).collect()),
            outcome: Mutex::new(Outcome::default()),
            lock: Mutex::new(lock),
            age,
            _share: share,
        });

        listing.notices.iter().for_each(|text| self.emit.notice(self.session, text.clone()));
        work.note_problems(&listing.problems, &companions, self.emit);
        self.run.listed(&work);
        let mut jobs = Vec::new();
        for Task { item, action } in tasks {
            match action {
                Action::Fetch(_) => jobs.push(Job { work: Arc::clone(&work), item }),
                Action::Keep(path, bytes) => work.kept(&item, path, bytes, self.emit),
                Action::Exclude(reason) => work.settled(&item, State::Excluded, reason, self.emit),
            }
        }
        if jobs.is_empty() {
            self.run.finish(&work, self.emit);
        }
        Ok(jobs)
    }
}

/// Returns true if a document is among the files that a session had, whether encrypted or not.
fn had_document(lost: &[String], document: &str) -> bool {
    let path = planned_document_path(document);
    lost.iter().any(|lost| lost.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest == ENCRYPTED))
}
