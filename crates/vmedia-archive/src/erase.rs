//! Erases a session. Every step is durable before the next begins, and a run that is killed at any of them is finished by the next:
//!
//! 1. a line in the journal with the facts, which are unknown once the record is gone;
//! 2. the tombstone, which keeps every other run from fetching the session;
//! 3. the keys of an encrypted session; the record and the bag's own files, so that nothing half erased looks like a bag; then the folder;
//! 4. a line in the journal with the digests of the certificate and its page; then these.
//!
//! `class` erases a class of a session's media in the same steps, and keeps the rest.

mod again;
mod at_provider;
mod at_store;
mod class;

pub use again::archive_again;
pub use at_provider::erase_at_provider;
pub use at_store::StoreEraser;
pub(crate) use class::class_facts;
pub use class::{ClassErasing, erase_class};

use crate::cipher::{self, key_of, keys_folder};
use crate::disposition::ApprovedPlan;
use crate::erasure::{Certificate, FOLDER, Method, NotReached, SCHEMA, Stage, VERSION, path, unlike};
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{Chain, ErasedEntry, Erasure, ErasureFacts, Journal};
use crate::layout::{DECLARATION, INFO, MANIFEST, RECORD, TAG_MANIFEST, session_folder};
use crate::model::SessionId;
use crate::page::certificate_page;
use crate::retention::{HoldCheck, day_of};
use crate::session::read_record;
use crate::store::{Digest, Extent, Listed, ReadStore, Store, StorePath};
use crate::verify::bag_digest;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The order to erase sessions of one archive.
pub struct Erasing<'a> {
    /// The archive.
    pub store: &'a dyn Store,
    /// Its journal, as it was before the first session was erased.
    pub chain: &'a Chain,
    /// The journal of this run.
    pub journal: &'a Journal,
    /// The law, rule or order that the erasure follows; a plan names one for each session.
    pub authority: &'a str,
    /// The operator's reason.
    pub reason: &'a str,
    /// The holds, which are read when the first session is about to be erased.
    pub holds: HoldCheck,
    /// The approved plan that is followed, if there is one.
    pub plan: Option<&'a ApprovedPlan>,
    /// True if nothing is to be changed.
    pub dry_run: bool,
}

/// The result for a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It would be erased.
    Planned(ErasureFacts),
    /// It was erased in this run.
    Erased(Certificate),
    /// It was erased before.
    ErasedBefore(Certificate),
    /// It has no media of the class.
    Nothing(ErasureFacts),
}

/// Erases a session. `now` returns the time.
///
/// # Errors
/// The archive has no such session, it is held, another run is changing it, or the archive cannot be read or written.
pub fn erase(order: &Erasing<'_>, session: &SessionId, now: &dyn Fn() -> Timestamp) -> Result<Outcome> {
    let (store, folder) = (order.store, session_folder(session));
    let known = order.chain.erasure(folder.as_str());
    if known.is_none() && !order.chain.knows(folder.as_str()) && !is_here(store, &folder)? {
        return Err(absent(session, &store.root()));
    }
    let _lock = if order.dry_run { None } else { Some(store.lock(&folder)?.or_busy(&format!("session {session}"))?) };
    let is_here = is_here(store, &folder)?;
    if let (false, Some(Erasure { facts, begun, erased: Some((at, entry)), .. })) = (is_here, known) {
        return certify_again(order, facts, *begun, *at, entry, now);
    }
    order.refuse_held(session, now)?;
    if !is_here {
        return match known {
            Some(Erasure { facts, begun, .. }) => order.carry_out(facts.clone(), *begun, now),
            // It was deleted without an order.
            None => order.carry_out(missing_facts(order, session, &folder)?, now(), now),
        };
    }
    // With a tombstone, the folder may be half empty, and no longer says what there was.
    let half_erased = known.filter(|known| known.erased.is_none() && is_tombstone(store, session));
    match half_erased {
        Some(Erasure { facts, begun, .. }) => order.carry_out(facts.clone(), *begun, now),
        None => order.carry_out(facts(store, session, &folder)?, now(), now),
    }
}

impl Erasing<'_> {
    /// Fails if the session is held. The caller has its lock.
    fn refuse_held(&self, session: &SessionId, now: &dyn Fn() -> Timestamp) -> Result<()> {
        if !self.dry_run {
            // A run that holds the session from now on is not one that this run's segment follows.
            self.journal.position(now())?;
        }
        self.holds.refuse_held(self.store, self.journal, session)
    }

    fn carry_out(&self, facts: ErasureFacts, begun: Timestamp, now: &dyn Fn() -> Timestamp) -> Result<Outcome> {
        let facts = self.ordered(facts, now())?;
        if self.dry_run {
            return Ok(Outcome::Planned(facts));
        }
        let (store, folder) = (self.store, StorePath::name(&facts.folder));
        self.journal.erasing(facts.clone(), begun, now())?;
        self.plan.map_or(Ok(()), |plan| plan.keep(store))?;
        let tombstone = self.certificate(facts, begun, None, now())?;
        publish(store, &tombstone, &texts(&tombstone)?)?;
        remove(store, &folder)?;
        let certificate = self.certificate(tombstone.facts, begun, Some(now()), now())?;
        self.certify(&certificate, now())?;
        Ok(Outcome::Erased(certificate))
    }

    /// Adds the order to the facts. An erasure that a plan ordered, and that was killed, is finished under that plan.
    fn ordered(&self, facts: ErasureFacts, now: Timestamp) -> Result<ErasureFacts> {
        let reason = self.reason.to_owned();
        match self.plan {
            None if facts.plan.is_some() => Ok(facts),
            None => Ok(ErasureFacts { authority: self.authority.to_owned(), reason, ..facts }),
            Some(plan) => {
                let authority = plan.order(&facts)?.authority.clone();
                // Facts that have an authority are of an erasure under way: what it destroyed can no longer be kept.
                if facts.authority.is_empty() {
                    plan.must_be_due(&facts, &self.holds.cutoffs(&facts.session), day_of(now))?;
                }
                Ok(ErasureFacts { authority, reason, plan: Some(plan.entry().clone()), ..facts })
            }
        }
    }

    fn certificate(&self, facts: ErasureFacts, begun: Timestamp, erased: Option<Timestamp>, now: Timestamp) -> Result<Certificate> {
        let (journal, _) = self.journal.position(now)?;
        let exports = self.chain.exports.get(facts.folder.as_str()).copied().unwrap_or(0);
        let grants = self.chain.grants.get(facts.folder.as_str()).copied().unwrap_or(0);
        let shipped = self.chain.shipments(self.store, &facts.folder)?;
        let buckets: BTreeSet<String> = shipped.into_iter().map(|(_, entry)| entry.location()).collect();
        let in_buckets = (!buckets.is_empty()).then_some(NotReached::Buckets);
        Ok(Certificate {
            schema: SCHEMA.to_owned(),
            version: VERSION,
            stage: if erased.is_some() { Stage::Erased } else { Stage::Erasing }.into(),
            facts,
            method: Method::Unlinked.into(),
            not_reached: NotReached::ALL.into_iter().chain(in_buckets).map(Into::into).collect(),
            exports,
            grants,
            buckets: buckets.into_iter().collect(),
            begun,
            erased,
            at_provider: None,
            at_store: Vec::new(),
            again: None,
            identity: self.journal.identity().clone(),
            journal,
        })
    }

    /// Writes the certificate of a session of which nothing is left.
    fn certify(&self, certificate: &Certificate, now: Timestamp) -> Result<()> {
        let texts = texts(certificate)?;
        let [json, page] = texts.each_ref().map(|bytes| Digest::of(bytes).sha256);
        let ErasureFacts { session, folder, class, .. } = certificate.facts.clone();
        let (at_provider, at_store) = (certificate.at_provider.clone(), certificate.at_store.clone());
        self.journal.erased(ErasedEntry { session, folder, class, certificate: json, page, at_provider, at_store }, now)?;
        publish(self.store, certificate, &texts)
    }
}

/// Returns the certificate of a session that was erased before. One that is lost or altered is written again.
fn certify_again(
    order: &Erasing<'_>,
    facts: &ErasureFacts,
    begun: Timestamp,
    erased: Timestamp,
    entry: &ErasedEntry,
    now: &dyn Fn() -> Timestamp,
) -> Result<Outcome> {
    let folder = StorePath::name(&facts.folder);
    if facts.class.is_none() && !order.dry_run {
        // A backup may have brought them back.
        remove_keys(order.store, &StorePath::name(&facts.folder))?;
    }
    let known = match facts.known_class() {
        None => Certificate::of(order.store, &facts.session),
        Some(class) => Certificate::of_class(order.store, &facts.session, class),
    };
    let known = known.ok().flatten();
    if let Some(certificate) = known.filter(|_| order.dry_run || is_as_recorded(order.store, &folder, facts, entry)) {
        return Ok(Outcome::ErasedBefore(certificate));
    }
    let certificate = order.certificate(facts.clone(), begun, Some(erased), now())?;
    let certificate = certificate.with_deletion(entry.at_provider.clone()).with_removals(entry.at_store.clone());
    order.certify(&certificate, now())?;
    Ok(Outcome::ErasedBefore(certificate))
}

fn is_as_recorded(store: &dyn Store, folder: &StorePath, facts: &ErasureFacts, entry: &ErasedEntry) -> bool {
    matches!(unlike(store, folder, facts.known_class(), [&entry.certificate, &entry.page]), Ok(None))
}

fn is_tombstone(store: &dyn Store, session: &SessionId) -> bool {
    // A tombstone that cannot be read was written by an erasure that was killed, or is damaged; neither keeps it from being finished.
    !matches!(Certificate::of(store, session), Ok(None))
}

fn is_here(store: &dyn ReadStore, folder: &StorePath) -> Result<bool> {
    if store.is_link(folder)? {
        let what = format!("{} is a link, which is not followed", store.location(folder));
        return Err(Error::new(ErrorKind::Damaged, what, "remove the link and what it leads to, and run the same command again"));
    }
    Ok(store.stat(folder)?.is_some())
}

/// Returns the facts about a session that the archive has.
pub(crate) fn facts_of(store: &dyn ReadStore, session: &SessionId) -> Result<ErasureFacts> {
    let folder = session_folder(session);
    if is_here(store, &folder)? { facts(store, session, &folder) } else { Err(absent(session, &store.root())) }
}

/// Returns the facts about a folder as it is now. A record that is damaged keeps no session from being erased.
fn facts(store: &dyn ReadStore, session: &SessionId, folder: &StorePath) -> Result<ErasureFacts> {
    let files = store.list(folder)?;
    let record = read_record(store, folder).ok().flatten();
    Ok(ErasureFacts {
        session: session.clone(),
        folder: folder.to_string(),
        provider: record.as_ref().map(|(record, _)| record.provider.clone()),
        base_url: record.map(|(record, _)| record.base_url),
        class: None,
        media: Vec::new(),
        files: files.len() as u64,
        bytes: files.iter().map(Listed::length).sum(),
        bag: bag_digest(store, folder)?,
        keys: count_keys(store, folder)?,
        authority: String::new(),
        reason: String::new(),
        plan: None,
    })
}

/// Returns the number of a session's keys, each once, however many recipients it was granted to.
fn count_keys(store: &dyn ReadStore, folder: &StorePath) -> Result<u64> {
    let place = keys_folder(folder);
    Ok(store.list(&place)?.iter().filter(|listed| key_of(&place, &listed.path).is_some()).count() as u64)
}

/// Returns the facts about a session that is missing, as the journal knows them.
fn missing_facts(order: &Erasing<'_>, session: &SessionId, folder: &StorePath) -> Result<ErasureFacts> {
    let (changes, mut files) = (order.chain.changes(order.store, folder.as_str())?, BTreeMap::new());
    for change in &changes {
        change.archived.lost.iter().for_each(|lost| _ = files.remove(lost.path.as_str()));
        files.extend(change.archived.files.iter().map(|file| (file.path.as_str(), file.bytes)));
    }
    Ok(ErasureFacts {
        session: session.clone(),
        folder: folder.to_string(),
        provider: None,
        base_url: None,
        class: None,
        media: Vec::new(),
        files: files.len() as u64,
        bytes: files.values().sum(),
        bag: changes.last().map(|change| change.archived.bag.clone()),
        keys: count_keys(order.store, folder)?,
        authority: String::new(),
        reason: String::new(),
        plan: None,
    })
}

/// Returns the bytes of a certificate's JSON file and of its page for people.
fn texts(certificate: &Certificate) -> Result<[Vec<u8>; 2]> {
    let json = serde_json::to_vec_pretty(certificate);
    let mut json = json.map_err(|error| Error::unexpected("cannot write a certificate").caused_by(error))?;
    json.push(b'\n');
    let page = certificate_page(certificate)?;
    Ok([json, page.into_bytes()])
}

/// Writes the JSON file, which keeps other runs from fetching the session, and the page.
fn publish(store: &dyn Store, certificate: &Certificate, [json, page]: &[Vec<u8>; 2]) -> Result<()> {
    let folder = StorePath::name(&certificate.facts.folder);
    store.replace(&path(&folder, certificate.facts.known_class()), json)?;
    store.replace(&certificate.page(), page)?;
    store.settle(&StorePath::name(FOLDER), Extent::Tree)
}

fn remove(store: &dyn Store, folder: &StorePath) -> Result<()> {
    remove_keys(store, folder)?;
    if store.stat(folder)?.is_none() {
        return Ok(());
    }
    for name in [RECORD, MANIFEST, TAG_MANIFEST, DECLARATION, INFO] {
        store.remove(&folder.join(name))?;
    }
    for file in store.list(folder)? {
        store.remove(&file.path)?;
    }
    store.remove_tree(folder)?;
    // This folder's settling is of the root's names, too.
    store.settle(&StorePath::name(FOLDER), Extent::Tree)
}

/// Destroys the keys of an encrypted session, before anything else of it: from then on, its files are unreadable, also in copies without keys.
fn remove_keys(store: &dyn Store, folder: &StorePath) -> Result<()> {
    let keys = keys_folder(folder);
    if store.stat(&keys)?.is_none() {
        return Ok(());
    }
    store.remove_tree(&keys)?;
    store.settle(&StorePath::name(cipher::FOLDER), Extent::Names)
}

/// Returns the certificate of a session of which nothing is left here. The caller has its lock.
fn done(order: &Erasing<'_>, session: &SessionId) -> Result<Certificate> {
    Certificate::of(order.store, session)?.filter(|certificate| certificate.erased.is_some()).ok_or_else(|| {
        let what = format!("session {session} is not erased here, so that it is not deleted elsewhere");
        Error::new(ErrorKind::Damaged, what, "run the same command again")
    })
}

fn absent(session: &SessionId, root: &str) -> Error {
    let what = format!("the archive {root} has no session {session}");
    Error::new(ErrorKind::NotFound, what, "check the id, and the archive named with --archive")
}
