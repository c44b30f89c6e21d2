//! The worker threads of a verification: they take bags and files from one queue, so that many small sessions and a few large
//! files keep every processor busy alike.
//!
//! Must not choose what is checked.

use super::compared::{Compared, compare};
use super::evidence::vouched;
use super::journal::Archive;
use super::openable::{open_session, reread_content};
use super::{
    Aspect, Examined, Finding, Item, JournalMissing, Observer, Options, Remedy, Repairable, Report, SessionReport, Target, Totals,
};
use super::{ProviderRules, Reread, reread};
use crate::cipher::SessionIdentities;
use crate::error::Result;
use crate::journal::{Authenticated, Chain, KeyAct, KeyEntry, KeyedEntry};
use crate::schedule::{Order, Pool, Role, Work, locked};
use crate::store::StorePath;
use crate::text::plural;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Number of times that a bag is examined again because other runs change it while it is read.
const RETRIES: u32 = 3;

/// Number of sessions that are named in a finding about the journal.
const NAMED: usize = 3;

/// The place of a bag.
#[derive(Clone, Copy)]
struct Place<'a> {
    archive: &'a Archive<'a>,
    folder: &'a StorePath,
}

/// A bag whose files are being read.
struct Bag<'a> {
    index: usize,
    place: Place<'a>,
    /// Number of times that it was examined before.
    retries: u32,
    /// The journal that it was compared with.
    chain: Option<Arc<Chain>>,
    keys: Option<SessionIdentities>,
    examined: Mutex<Examined>,
    left: AtomicUsize,
}

struct Job<'a> {
    bag: Arc<Bag<'a>>,
    item: Item,
}

struct Run<'a> {
    targets: &'a [Target],
    bags: Vec<Place<'a>>,
    options: &'a Options,
    rules: &'a dyn ProviderRules,
    observer: &'a dyn Observer,
    pool: Pool<Job<'a>>,
    order: Order<SessionReport>,
    results: Mutex<Results>,
    /// The numbers of the targets of which a sample has a file.
    sampled: Mutex<BTreeSet<usize>>,
}

#[derive(Default)]
struct Results {
    totals: Totals,
    repairable: Vec<Repairable>,
    /// Sessions whose records name runs that the journal lacks, by the number of their target.
    unvouched: BTreeMap<usize, Unvouched>,
}

/// Sessions that missing runs should vouch for.
#[derive(Default)]
struct Unvouched {
    archive: String,
    /// The first run that is missing.
    segment: String,
    /// Number of sessions that name a missing run.
    sessions: u64,
    /// The first of them, sorted.
    examples: BTreeSet<String>,
}

/// Verifies the journals, then the sessions; returns early when the observer asks to stop.
pub(super) fn verify_all(
    targets: &[Target],
    options: &Options,
    rules: &dyn ProviderRules,
    observer: &dyn Observer,
) -> Result<(Totals, Vec<Repairable>)> {
    let (mut results, mut archives) = (Results::default(), Vec::new());
    for (number, target) in targets.iter().enumerate() {
        let (archive, report) = Archive::open(number, target, options, observer)?;
        reached(target)?;
        results.totals.journals += u64::from(!report.findings.is_empty());
        observer.report(Report::Journal(report));
        let absent = archive.report_absent()?;
        reached(target)?;
        results.totals.bags += absent.damaged;
        results.totals.damaged += absent.damaged;
        results.totals.erased += absent.erased;
        results.repairable.extend(absent.missing);
        archives.push(archive);
    }
    let places = archives.iter().map(|archive| archive.target.sessions.iter().map(move |folder| Place { archive, folder }));
    let bags: Vec<Place<'_>> = places.flatten().collect();
    let (pool, order, results) = (Pool::new(bags.len(), 0), Order::default(), Mutex::new(results));
    let run = Run { targets, bags, options, rules, observer, pool, order, results, sampled: Mutex::default() };
    std::thread::scope(|scope| {
        let run = &run;
        for number in 1..options.workers.max(1) {
            // Fewer workers than requested do the same work.
            let _ = std::thread::Builder::new().name(format!("reader {number}")).spawn_scoped(scope, move || run.work(number));
        }
        run.work(0);
    });
    targets.iter().try_for_each(reached)?;
    Ok(run.end())
}

/// Fails if a store could not be reached.
fn reached(target: &Target) -> Result<()> {
    target.store.outage().map_or(Ok(()), Err)
}

impl<'a> Run<'a> {
    /// Sends the reports that are left, and returns the results.
    fn end(self) -> (Totals, Vec<Repairable>) {
        let (_, left) = self.order.left_behind();
        left.into_values().flatten().for_each(|report| self.observer.report(Report::Session(report)));
        let Results { mut totals, repairable, unvouched } = self.results.into_inner().unwrap_or_else(PoisonError::into_inner);
        for Unvouched { archive, segment, sessions, examples } in unvouched.into_values() {
            totals.journals += 1;
            let further = if sessions > examples.len() as u64 { ", ..." } else { "" };
            let names: Vec<&str> = examples.iter().map(String::as_str).collect();
            let named = format!("{} ({}{further})", plural(sessions, "session"), names.join(", "));
            let what = format!("is missing, which vouches for {named}: nothing says whether they were altered");
            let finding = Finding::new(Aspect::Journal, &segment, what).helped_by(Remedy::RestoreJournal);
            self.observer.report(Report::JournalMissing(JournalMissing { archive, sessions, finding }));
        }
        (totals, repairable)
    }

    fn work(&self, number: usize) {
        let (read, mut buffer) = (AtomicU64::new(0), Vec::new());
        while let Some(work) = self.pool.take(Role::Worker, &|| self.is_stopped(), &|| self.order.has_space()) {
            match work {
                Work::Open(index) => self.pool.opened(self.open(index)),
                Work::File(job) => self.read(&job, number as u64, &read, &mut buffer),
            }
        }
    }

    /// Returns true if nothing more is to be checked: on request, or because a store cannot be reached.
    fn is_stopped(&self) -> bool {
        self.observer.is_stopped() || self.targets.iter().any(|target| target.store.outage().is_some())
    }

    fn report(&self, index: usize, report: Option<SessionReport>) {
        self.order.pass(index, report, |report| self.observer.report(Report::Session(report)));
    }

    fn open(&self, index: usize) -> Vec<Job<'a>> {
        let Some(place) = self.bags.get(index) else { return Vec::new() };
        if let (Some(since), Some(chain)) = (self.options.since, place.archive.chain())
            && chain.last_change(place.folder.as_str()).is_some_and(|last| last < since)
        {
            self.report(index, None);
            return Vec::new();
        }
        self.examine(index, *place, 0)
    }

    /// Examines a bag's own files, and returns those to be read.
    fn examine(&self, index: usize, place: Place<'a>, retries: u32) -> Vec<Job<'a>> {
        let (Place { archive, folder }, store) = (place, place.archive.target.store.as_ref());
        let chain = archive.chain();
        let compared = compare(self.options, (store, archive.target.is_remote), chain, folder, self.rules);
        let compared = Some(compared).filter(|_| store.outage().is_none());
        let (mut examined, chain) = match compared {
            Some(Compared::Bag(examined, chain)) => (*examined, chain),
            Some(Compared::Erased(note)) => {
                locked(&self.results).totals.erased += 1;
                let of = |note| Examined { notes: vec![note], ..Examined::default() };
                self.report(index, note.map(|note| SessionReport::new(store.location(folder), of(note))));
                return Vec::new();
            }
            None => {
                self.report(index, None);
                return Vec::new();
            }
        };
        let keys = open_session(store, folder, self.options.identities.as_ref(), self.rules, &mut examined);
        let items = std::mem::take(&mut examined.items);
        // A missing file is noticed without reading it.
        let is_here = |item: &Item| store.length(&folder.join(&item.path)).is_ok_and(|length| length.is_some());
        let is_chosen = |item: &Item| {
            let by_chance = |percent| fastrand::f64() * 100.0 < percent || !is_here(item);
            !item.is_payload || self.options.sample.is_none_or(by_chance)
        };
        let (mut items, mut unread): (Vec<Item>, Vec<Item>) = items.into_iter().partition(is_chosen);
        // A sample of a small archive has one file at least.
        if self.options.sample.is_some() {
            let has_payload = items.iter().any(|item| item.is_payload);
            let is_first = (has_payload || !unread.is_empty()) && locked(&self.sampled).insert(archive.number);
            if is_first && !has_payload {
                items.push(unread.swap_remove(fastrand::usize(..unread.len())));
            }
        }
        examined.unread = unread.len() as u64;
        let left = AtomicUsize::new(items.len());
        let bag = Arc::new(Bag { index, place, retries, chain, keys, examined: Mutex::new(examined), left });
        if items.is_empty() {
            self.finish(&bag);
        }
        items.into_iter().map(|item| Job { bag: Arc::clone(&bag), item }).collect()
    }

    fn read(&self, Job { bag, item }: &Job<'a>, number: u64, read: &AtomicU64, buffer: &mut Vec<u8>) {
        let (store, folder) = (bag.place.archive.target.store.as_ref(), bag.place.folder);
        let mut watch = |piece: &[u8]| {
            let so_far = read.fetch_add(piece.len() as u64, Ordering::Relaxed) + piece.len() as u64;
            self.observer.progress(number, so_far);
            if self.is_stopped() { Err(io::Error::other("stopped")) } else { Ok(()) }
        };
        // What is to be decrypted is to be read.
        let is_vouchable = bag.keys.is_none() || item.content.is_none();
        let vouched = if is_vouchable { vouched(self.options, store, folder, item) } else { Ok(None) };
        let (is_vouched, lack) = (matches!(vouched, Ok(Some(_))), vouched.as_ref().err().copied());
        let read = || match (vouched, &bag.keys, &item.content) {
            (Ok(Some(vouched)), ..) => Ok(vouched),
            (Err(_), ..) => Ok(Reread::default()),
            (Ok(None), Some(keys), Some(content)) => reread_content(buffer, store, folder, (item, content), keys, self.rules, &mut watch),
            _ => reread(buffer, store, folder, item, self.rules, &mut watch),
        };
        let outcome = (!self.is_stopped()).then(read).filter(|_| store.outage().is_none());
        let mut examined = locked(&bag.examined);
        match outcome {
            Some(Ok(_)) if lack.is_some() => {
                examined.unread += 1;
                lack.into_iter().for_each(|lack| examined.unreported.add(lack));
            }
            Some(Ok(reread)) => {
                *(if is_vouched { &mut examined.vouched } else { &mut examined.bytes }) += reread.bytes;
                examined.files += u64::from(item.is_payload);
                examined.held += u64::from(reread.signature == Some(true));
                examined.unsigned += u64::from(item.is_payload && !item.is_signed);
                examined.opened += u64::from(reread.is_opened);
                examined.findings.extend(reread.finding);
            }
            Some(Err(error)) if !self.is_stopped() => examined.cannot_read(&item.path, error.what()),
            _ => examined.is_stopped = true,
        }
        drop(examined);
        if bag.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.finish(bag);
        }
    }

    /// Reports a bag whose last file was read, and writes the result into the journal.
    fn finish(&self, bag: &Bag<'a>) {
        let (Place { archive, folder }, target) = (bag.place, bag.place.archive.target);
        let mut examined = std::mem::take(&mut *locked(&bag.examined));
        if examined.is_stopped {
            return self.report(bag.index, None);
        }
        if bag.retries < RETRIES && has_changed(bag, &examined) {
            return self.pool.again(self.examine(bag.index, bag.place, bag.retries + 1));
        }
        if examined.unfinished
            && let Ok(Some(holder)) = target.store.holder(folder)
        {
            locked(&self.results).totals.busy += 1;
            let note = format!("it is being changed by {holder}; it was not checked");
            examined = Examined { notes: vec![note], ..Examined::default() };
            return self.report(bag.index, Some(SessionReport::new(target.store.location(folder), examined)));
        }
        if examined.held == 0 {
            sum_up_signatures(&mut examined.findings);
        }
        if self.options.authenticate {
            let unsigned = examined.unsigned_among_signed();
            examined.findings.extend(unsigned);
        }
        choose_remedies(&mut examined, self.options.is_repaired);
        // A session that the journal does not vouch for, or whose payload is elsewhere, was not verified as a whole.
        if (examined.unvouched.is_none() && examined.away.is_none() || !examined.findings.is_empty())
            && let Err(error) = self.write_result(target, folder, &examined, bag.keys.as_ref())
        {
            let _ = target.unwritten.set(error);
        }
        self.count(archive, folder, &examined);
        self.report(bag.index, Some(SessionReport::new(target.store.location(folder), examined)));
    }

    /// Adds a bag to the results.
    fn count(&self, archive: &Archive<'_>, folder: &StorePath, examined: &Examined) {
        let (mut results, checked) = (locked(&self.results), examined.checked());
        if let Some(segment) = &examined.unvouched {
            let (archive, segment, number) = (archive.target.store.root(), segment.clone(), archive.number);
            let unvouched = results.unvouched.entry(number).or_insert_with(|| Unvouched { archive, segment, ..Unvouched::default() });
            unvouched.sessions += 1;
            unvouched.examples.insert(folder.to_string());
            if unvouched.examples.len() > NAMED {
                unvouched.examples.pop_last();
            }
        }
        if let (Some(session), true) = (examined.session(), examined.findings.iter().any(Finding::can_be_fetched)) {
            results.repairable.push(Repairable { target: archive.number, folder: folder.clone(), session: session.clone(), lost: None });
        }
        let (totals, is_sound) = (&mut results.totals, examined.findings.is_empty());
        totals.bags += 1;
        totals.damaged += u64::from(!is_sound);
        totals.unopened += u64::from(examined.is_unopened());
        totals.keyless += u64::from(examined.is_unopened() && examined.is_keyless);
        totals.empty += u64::from(is_sound && examined.is_empty());
        totals.incomplete += u64::from(is_sound && !examined.is_empty() && !examined.is_complete());
        totals.checked.get_or_insert_with(|| checked.clone()).retain(|aspect| checked.contains(aspect));
        totals.add_files(examined);
    }

    fn write_result(&self, target: &Target, folder: &StorePath, examined: &Examined, keys: Option<&SessionIdentities>) -> Result<()> {
        let (Some(journal), now) = (&target.journal, self.observer.now()) else { return Ok(()) };
        match examined.session() {
            Some(session) if examined.findings.is_empty() => {
                let authenticated = Authenticated { held: examined.held, unsigned: examined.unsigned };
                let authenticated = self.options.authenticate.then_some(authenticated);
                journal.verified(session.clone(), self.options.sample, authenticated, now)?;
                let entry = self.options.drill.as_ref().zip(keys).and_then(|(seed, keys)| drilled(seed, folder, examined, keys));
                entry.map_or(Ok(()), |entry| journal.drilled(entry, now))
            }
            _ => {
                let line = |finding: &Finding| format!("{}: {}: {}", finding.aspect.as_str(), finding.path, finding.what);
                journal.damaged(folder.to_string(), examined.findings.iter().map(line).collect(), now)
            }
        }
    }
}

/// Returns the line about a session that a drill opened as a whole.
fn drilled(seed: &str, folder: &StorePath, examined: &Examined, keys: &SessionIdentities) -> Option<KeyedEntry> {
    let record = examined.record().filter(|_| examined.checked().contains(&Aspect::Openable))?;
    Some(KeyedEntry {
        session: record.session.clone(),
        folder: folder.to_string(),
        act: KeyAct::Drilled.into(),
        keys: record.keys().into_iter().map(|key| KeyEntry { key: key.to_owned(), sha256: None }).collect(),
        recipients: BTreeSet::new(),
        identities: keys.by().clone(),
        reason: None,
        seed: Some(seed.to_owned()),
        sha256: None,
    })
}

/// Returns true if there are findings that a run may have caused which changed the bag since it was first read.
fn has_changed(bag: &Bag<'_>, examined: &Examined) -> bool {
    if examined.findings.is_empty() && examined.unvouched.is_none() {
        return false;
    }
    let Place { archive, folder } = bag.place;
    let is_current = examined.is_current(archive.target.store.as_ref(), folder).unwrap_or(true);
    let is_journals = examined.unvouched.is_some() || examined.findings.iter().any(|finding| finding.aspect == Aspect::Journal);
    let has_grown = (is_journals || !is_current) && archive.refresh(bag.chain.as_ref()).unwrap_or(false);
    has_grown || !is_current
}

/// Replaces the findings about signatures if not one holds: the secret is more likely wrong than that many files forged.
fn sum_up_signatures(findings: &mut Vec<Finding>) {
    let count = findings.iter().filter(|finding| finding.aspect == Aspect::Signatures).count();
    if count > 1 {
        findings.retain(|finding| finding.aspect != Aspect::Signatures);
        let what = format!("none of the {count} recorded signatures of the provider holds with these secrets");
        findings.push(Finding::new(Aspect::Signatures, ".", what));
    }
}

/// Sorts the findings. Files of an unknown session, or that were just fetched in vain, cannot be fetched again.
fn choose_remedies(examined: &mut Examined, is_repaired: bool) {
    let can_be_repaired = examined.session().is_some() && !is_repaired;
    for finding in examined.findings.iter_mut().filter(|finding| finding.remedy == Remedy::Repair && !can_be_repaired) {
        finding.remedy = Remedy::Restore;
    }
    examined.findings.sort_by(|one, other| (one.aspect, one.remedy, &one.path).cmp(&(other.aspect, other.remedy, &other.path)));
}
