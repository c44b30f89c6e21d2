//! The worker threads of a verification: they take bags and files from one queue, so that many small sessions and a
//! few large files keep every processor busy alike.
//!
//! Must not choose what is checked.

use super::altered::compare_with_journal;
use super::journal::ReadJournal;
use super::{
    Aspect, Examined, Finding, Item, JournalMissing, Observer, Options, Remedy, Repairable, Report, SessionReport, Target, Totals,
};
use super::{ProviderRules, examine, reread};
use crate::error::Result;
use crate::journal::{Authenticated, Chain};
use crate::schedule::{Order, Pool, Role, Work, locked};
use crate::store::StorePath;
use crate::text::plural;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How often a bag is looked at again that other runs change while it is read.
const LOOKS: u32 = 3;

/// One bag on its way.
struct Bag {
    index: usize,
    /// How often it was looked at before.
    looks: u32,
    /// The journal that it was compared with.
    chain: Option<Arc<Chain>>,
    examined: Mutex<Examined>,
    counts: Mutex<Counts>,
    left: AtomicUsize,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) files: u64,
    pub(super) unread: u64,
    pub(super) bytes: u64,
    pub(super) held: u64,
    pub(super) unsigned: u64,
    pub(super) unreadable: u64,
    pub(super) cut: bool,
}

pub(super) struct Job {
    bag: Arc<Bag>,
    item: Item,
}

/// A verification.
pub(super) struct Run<'a> {
    targets: &'a [Target],
    journals: Vec<ReadJournal>,
    bags: Vec<(usize, &'a StorePath)>,
    options: &'a Options,
    rules: &'a dyn ProviderRules,
    observer: &'a dyn Observer,
    pool: Pool<Job>,
    order: Order<SessionReport>,
    results: Mutex<Results>,
}

#[derive(Default)]
struct Results {
    totals: Totals,
    repairable: Vec<Repairable>,
    /// Sessions whose records name parts of the journal that are missing, by the number of their target.
    unvouched: BTreeMap<usize, Unvouched>,
}

/// Sessions that a missing part of the journal should vouch for.
pub(super) struct Unvouched {
    /// The first run that is missing.
    pub(super) segment: String,
    /// How many sessions name a run that is missing.
    pub(super) sessions: u64,
    /// The first of them, sorted.
    examples: BTreeSet<String>,
}

impl Unvouched {
    /// How many sessions are named in a finding.
    const NAMED: usize = 3;

    fn new(segment: String) -> Self {
        Self { segment, sessions: 0, examples: BTreeSet::new() }
    }

    fn add(&mut self, folder: &str) {
        self.sessions += 1;
        self.examples.insert(folder.to_owned());
        if self.examples.len() > Self::NAMED {
            self.examples.pop_last();
        }
    }

    /// What is wrong with the journal.
    pub(super) fn finding(&self) -> Finding {
        let further = if self.sessions > self.examples.len() as u64 { ", ..." } else { "" };
        let examples: Vec<&str> = self.examples.iter().map(String::as_str).collect();
        let sessions = format!("{} ({}{further})", plural(self.sessions, "session"), examples.join(", "));
        let what = format!("is missing, which vouches for {sessions}: nothing says whether they were altered");
        Finding::new(Aspect::Journal, &self.segment, what).helped_by(Remedy::RestoreJournal)
    }
}

impl<'a> Run<'a> {
    /// Reads the journals, and reports them and the sessions that are missing.
    pub(super) fn begin(
        targets: &'a [Target],
        bags: Vec<(usize, &'a StorePath)>,
        options: &'a Options,
        rules: &'a dyn ProviderRules,
        observer: &'a dyn Observer,
    ) -> Result<Self> {
        let (mut results, mut journals) = (Results::default(), Vec::new());
        for (number, target) in targets.iter().enumerate() {
            let (journal, report) = ReadJournal::open(target, options, observer)?;
            results.totals.journals += u64::from(!report.findings.is_empty());
            observer.report(Report::Journal(report));
            let missing = journal.report_missing(number, target, observer)?;
            results.totals.bags += missing.len() as u64;
            results.totals.damaged += missing.len() as u64;
            results.repairable.extend(missing);
            journals.push(journal);
        }
        let (pool, order, results) = (Pool::new(bags.len(), 0), Order::default(), Mutex::new(results));
        Ok(Self { targets, journals, bags, options, rules, observer, pool, order, results })
    }

    /// Reports what is left to report, and returns the results.
    pub(super) fn end(self) -> (Totals, Vec<Repairable>) {
        let (_, left) = self.order.left_behind();
        left.into_values().flatten().for_each(|report| self.observer.report(Report::Session(report)));
        let Results { mut totals, repairable, unvouched } = self.results.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (number, unvouched) in unvouched {
            let Some(target) = self.targets.get(number) else { continue };
            totals.journals += 1;
            let missing = JournalMissing { archive: target.store.root(), sessions: unvouched.sessions, finding: unvouched.finding() };
            self.observer.report(Report::JournalMissing(missing));
        }
        (totals, repairable)
    }

    pub(super) fn work(&self, number: usize) {
        let read = AtomicU64::new(0);
        while let Some(work) = self.pool.take(Role::Worker, &|| self.observer.is_stopped(), &|| self.order.has_space()) {
            match work {
                Work::Open(index) => self.open(index),
                Work::File(job) => self.read(&job, number as u64, &read),
            }
        }
    }

    fn place(&self, index: usize) -> Option<(&Target, &ReadJournal, &StorePath)> {
        let (number, folder) = self.bags.get(index)?;
        Some((self.targets.get(*number)?, self.journals.get(*number)?, folder))
    }

    fn report(&self, index: usize, report: Option<SessionReport>) {
        self.order.pass(index, report, |report| self.observer.report(Report::Session(report)));
    }

    fn open(&self, index: usize) {
        let Some((_, journal, folder)) = self.place(index) else { return self.pool.opened(Vec::new()) };
        if let (Some(since), Some(chain)) = (self.options.since, journal.chain())
            && chain.last_change(folder.as_str()).is_some_and(|last| last < since)
        {
            self.report(index, None);
            return self.pool.opened(Vec::new());
        }
        self.pool.opened(self.look(index, 0));
    }

    /// Looks at a bag's own files, and says which are to be read.
    fn look(&self, index: usize, looks: u32) -> Vec<Job> {
        let Some((target, journal, folder)) = self.place(index) else { return Vec::new() };
        let outcome = examine(target.store.as_ref(), folder, self.rules);
        let mut examined = outcome.unwrap_or_else(|error| Examined::unreadable(&error));
        // Of a bag that cannot be read the journal could only say that it is not what it was.
        let chain = journal.chain().filter(|_| examined.is_comparable());
        if examined.is_comparable()
            && let Err(error) = compare_with_journal(target.store.as_ref(), chain.as_deref(), folder.as_str(), &mut examined)
        {
            examined.findings.push(Finding::new(Aspect::Journal, ".", error.what()));
        }
        let items = std::mem::take(&mut examined.items);
        let mut counts = Counts::default();
        // Whether a file is there is seen without reading it.
        let is_here = |item: &Item| target.store.length(&folder.join(&item.path)).is_ok_and(|length| length.is_some());
        let chosen = |item: &Item| {
            let by_chance = |percent| fastrand::f64() * 100.0 < percent || !is_here(item);
            let is_chosen = !item.is_payload || self.options.sample.is_none_or(by_chance);
            counts.unread += u64::from(!is_chosen);
            is_chosen
        };
        let items: Vec<Item> = items.into_iter().filter(chosen).collect();
        let left = AtomicUsize::new(items.len());
        let bag = Arc::new(Bag { index, looks, chain, examined: Mutex::new(examined), counts: Mutex::new(counts), left });
        if items.is_empty() {
            self.finish(&bag);
        }
        items.into_iter().map(|item| Job { bag: Arc::clone(&bag), item }).collect()
    }

    fn read(&self, job: &Job, number: u64, read: &AtomicU64) {
        let Job { bag, item } = job;
        if let Some((target, _, folder)) = self.place(bag.index) {
            let mut watch = |piece: &[u8]| {
                let so_far = read.fetch_add(piece.len() as u64, Ordering::Relaxed) + piece.len() as u64;
                self.observer.progress(number, so_far);
                if self.observer.is_stopped() { Err(io::Error::other("stopped")) } else { Ok(()) }
            };
            let outcome =
                if self.observer.is_stopped() { None } else { Some(reread(target.store.as_ref(), folder, item, self.rules, &mut watch)) };
            let mut counts = locked(&bag.counts);
            match outcome {
                Some(Ok(reread)) => {
                    counts.bytes += reread.bytes;
                    counts.files += u64::from(item.is_payload);
                    counts.held += u64::from(reread.signature == Some(true));
                    counts.unsigned += u64::from(item.is_payload && item.signature.is_none());
                    let is_unreadable = reread.finding.as_ref().is_some_and(|finding| finding.aspect == Aspect::Readable);
                    counts.unreadable += u64::from(is_unreadable);
                    locked(&bag.examined).findings.extend(reread.finding);
                }
                Some(Err(error)) if !self.observer.is_stopped() => {
                    counts.unreadable += 1;
                    locked(&bag.examined).findings.push(Finding::new(Aspect::Readable, &item.path, error.what()));
                }
                _ => counts.cut = true,
            }
        }
        if bag.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.finish(bag);
        }
    }

    /// The last file of a bag was read: tells what was found and writes it down.
    fn finish(&self, bag: &Bag) {
        let Some((target, _, folder)) = self.place(bag.index) else { return };
        let (mut examined, counts) = (std::mem::take(&mut *locked(&bag.examined)), std::mem::take(&mut *locked(&bag.counts)));
        if counts.cut {
            return self.report(bag.index, None);
        }
        if bag.looks < LOOKS && self.has_moved_on(bag, &examined) {
            return self.pool.again(self.look(bag.index, bag.looks + 1));
        }
        if examined.unfinished
            && let Ok(Some(holder)) = target.store.holder(folder)
        {
            locked(&self.results).totals.busy += 1;
            let busy = Examined::with_note(format!("it is being changed by {holder}; it was not checked"));
            let report = SessionReport::new(target.store.location(folder), busy, &Counts::default(), Vec::new());
            return self.report(bag.index, Some(report));
        }
        if counts.held == 0 {
            sum_up_signatures(&mut examined.findings);
        }
        if self.options.authenticate {
            let unsigned = examined.unsigned_among_signed();
            examined.findings.extend(unsigned);
        }
        choose_remedies(&mut examined, self.options.is_repaired);
        let checked = self.checked(bag, &examined, &counts);
        let unvouched = examined.unvouched.take();
        // A session that the journal does not vouch for was not verified as a whole.
        if (unvouched.is_none() || !examined.findings.is_empty())
            && let Err(error) = self.write_down(target, folder, &examined, &counts)
        {
            let _ = target.unwritten.set(error);
        }
        self.count(bag.index, folder, &examined, &counts, &checked, unvouched);
        self.report(bag.index, Some(SessionReport::new(target.store.location(folder), examined, &counts, checked)));
    }

    /// Adds a bag to the results.
    fn count(&self, index: usize, folder: &StorePath, examined: &Examined, counts: &Counts, checked: &[Aspect], unvouched: Option<String>) {
        let Some((target, _)) = self.bags.get(index) else { return };
        let mut results = locked(&self.results);
        if let Some(segment) = unvouched {
            results.unvouched.entry(*target).or_insert_with(|| Unvouched::new(segment)).add(folder.as_str());
        }
        if let (Some(session), true) = (&examined.session, examined.findings.iter().any(Finding::can_be_fetched)) {
            results.repairable.push(Repairable { target: *target, folder: folder.clone(), session: session.clone(), lost: None });
        }
        let (totals, is_sound) = (&mut results.totals, examined.findings.is_empty());
        totals.bags += 1;
        totals.damaged += u64::from(!is_sound);
        totals.empty += u64::from(is_sound && examined.is_empty());
        totals.incomplete += u64::from(is_sound && !examined.is_empty() && !examined.is_complete());
        totals.checked.get_or_insert_with(|| checked.to_vec()).retain(|aspect| checked.contains(aspect));
        totals.files += counts.files;
        totals.bytes += counts.bytes;
        totals.unread += counts.unread;
    }

    /// Returns what the bag was compared with, and matches. Nothing of a damaged one is praised.
    fn checked(&self, bag: &Bag, examined: &Examined, counts: &Counts) -> Vec<Aspect> {
        if !examined.findings.is_empty() {
            return Vec::new();
        }
        let mut checked: Vec<Aspect> = examined.is_complete().then_some(Aspect::Listings).into_iter().collect();
        // A file that was not read may be anything.
        let is_all_read = counts.unread + counts.unreadable == 0 && examined.is_read();
        checked.extend(is_all_read.then_some(Aspect::Manifests));
        let is_vouched = examined.unvouched.is_none() && !examined.is_unproven;
        checked.extend(bag.chain.as_ref().filter(|_| is_vouched).map(|_| Aspect::Journal));
        // Where nothing was signed, nothing was compared.
        checked.extend((counts.held > 0).then_some(Aspect::Signatures));
        checked
    }

    /// Whether something was found that a run may have caused which changed the bag since the journal was read, or while
    /// its files were.
    fn has_moved_on(&self, bag: &Bag, examined: &Examined) -> bool {
        let Some((target, journal, folder)) = self.place(bag.index) else { return false };
        if examined.findings.is_empty() && examined.unvouched.is_none() {
            return false;
        }
        let is_current = examined.is_current(target.store.as_ref(), folder).unwrap_or(true);
        let is_journals = examined.unvouched.is_some() || examined.findings.iter().any(|finding| finding.aspect == Aspect::Journal);
        let has_grown =
            (is_journals || !is_current) && journal.refresh(bag.chain.as_ref(), target, self.options, self.observer).unwrap_or(false);
        has_grown || !is_current
    }

    fn write_down(&self, target: &Target, folder: &StorePath, examined: &Examined, counts: &Counts) -> Result<()> {
        let (Some(journal), now) = (&target.journal, self.observer.now()) else { return Ok(()) };
        match &examined.session {
            Some(session) if examined.findings.is_empty() => {
                let authenticated = Authenticated { held: counts.held, unsigned: counts.unsigned };
                let authenticated = self.options.authenticate.then_some(authenticated);
                journal.verified(session.clone(), self.options.sample, authenticated, now)
            }
            _ => {
                let line = |finding: &Finding| format!("{}: {}: {}", finding.aspect.as_str(), finding.path, finding.what);
                journal.damaged(folder.to_string(), examined.findings.iter().map(line).collect(), now)
            }
        }
    }
}

/// Where not one signature holds, it is more likely the wrong secret than that many forged files.
fn sum_up_signatures(findings: &mut Vec<Finding>) {
    let count = findings.iter().filter(|finding| finding.aspect == Aspect::Signatures).count();
    if count > 1 {
        findings.retain(|finding| finding.aspect != Aspect::Signatures);
        let what = format!("none of the {count} recorded signatures of the provider holds with these secrets");
        findings.push(Finding::new(Aspect::Signatures, ".", what));
    }
}

/// What helps depends on the bag: a file of no known session, or one that was just fetched in vain, cannot be fetched again.
fn choose_remedies(examined: &mut Examined, is_repaired: bool) {
    let can_be_repaired = examined.session.is_some() && !is_repaired;
    for finding in examined.findings.iter_mut().filter(|finding| finding.remedy == Remedy::Repair && !can_be_repaired) {
        finding.remedy = Remedy::Restore;
    }
    examined.findings.sort_by(|one, other| (one.aspect, one.remedy, &one.path).cmp(&(other.aspect, other.remedy, &other.path)));
}
