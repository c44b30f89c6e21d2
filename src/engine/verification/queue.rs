//! The worker threads of a verification: they take bags and files from one queue, so that many small sessions and a
//! few large files keep every processor busy alike.
//!
//! Must not read journals or choose what is checked.

use super::journals::Known;
use super::{Repairable, Target, VerifyOptions, VerifySum, told};
use crate::archive::{Aspect, Authenticated, Chain, Examined, Finding, Item, Remedy, Witness, compare_with_journal, examine, reread};
use crate::clock::{Cancel, Clock};
use crate::engine::order::Order;
use crate::engine::pool::{Pool, Role, Work};
use crate::engine::{Emit, locked};
use crate::error::Result;
use crate::store::StorePath;
use crate::text::plural;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

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

pub(super) struct Run<'a> {
    pub(super) targets: &'a [Target],
    pub(super) chains: Vec<Known>,
    pub(super) bags: Vec<(usize, &'a StorePath)>,
    pub(super) options: &'a VerifyOptions,
    pub(super) witness: &'a dyn Witness,
    pub(super) clock: &'a dyn Clock,
    pub(super) cancel: &'a Cancel,
    pub(super) emit: &'a Emit,
    pub(super) pool: Pool<Job>,
    pub(super) order: Order,
    pub(super) sum: Mutex<VerifySum>,
    pub(super) repairable: Mutex<Vec<Repairable>>,
    /// Sessions whose records name parts of the journal that are not here, by the number of their target.
    pub(super) unvouched: Mutex<BTreeMap<usize, Unvouched>>,
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

impl Run<'_> {
    fn stopping(&self) -> bool {
        self.cancel.requested().is_some()
    }

    pub(super) fn work(&self, number: usize) {
        let read = AtomicU64::new(0);
        while let Some(work) = self.pool.take(Role::Worker, &|| self.stopping(), &|| self.order.has_room()) {
            match work {
                Work::Open(index) => self.open(index),
                Work::Fetch(job) => self.read(&job, number as u64, &read),
            }
        }
    }

    fn place(&self, index: usize) -> Option<(&Target, &Known, &StorePath)> {
        let (number, folder) = self.bags.get(index)?;
        Some((self.targets.get(*number)?, self.chains.get(*number)?, folder))
    }

    fn open(&self, index: usize) {
        let Some((_, known, folder)) = self.place(index) else { return self.pool.opened(Vec::new()) };
        if let (Some(since), Some(chain)) = (self.options.since, known.chain())
            && chain.last_change(folder.as_str()).is_some_and(|last| last < since)
        {
            self.order.tell(index, None, self.emit);
            return self.pool.opened(Vec::new());
        }
        self.pool.opened(self.look(index, 0));
    }

    /// Looks at a bag's own files, and says which are to be read.
    fn look(&self, index: usize, looks: u32) -> Vec<Job> {
        let Some((target, known, folder)) = self.place(index) else { return Vec::new() };
        let outcome = examine(target.store.as_ref(), folder, self.witness);
        let mut examined = outcome.unwrap_or_else(|error| Examined::unreadable(&error));
        // Of a bag that cannot be read the journal could only say that it is not what it was.
        let chain = known.chain().filter(|_| examined.is_comparable());
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
                self.emit.progress(number, so_far);
                if self.stopping() { Err(io::Error::other("stopped")) } else { Ok(()) }
            };
            let outcome = if self.stopping() { None } else { Some(reread(target.store.as_ref(), folder, item, self.witness, &mut watch)) };
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
                Some(Err(error)) if !self.stopping() => {
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
            return self.order.tell(bag.index, None, self.emit);
        }
        if bag.looks < LOOKS && self.has_moved_on(bag, &examined) {
            return self.pool.again(self.look(bag.index, bag.looks + 1));
        }
        if examined.unfinished
            && let Ok(Some(holder)) = target.store.holder(folder)
        {
            locked(&self.sum).busy += 1;
            let busy = Examined::with_note(format!("it is being changed by {holder}; it was not checked"));
            return self.order.tell(bag.index, Some(told(target.store.location(folder), &busy, &Counts::default(), &[])), self.emit);
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
        let mut is_vouched = true;
        if let (Some((number, _)), Some(segment)) = (self.bags.get(bag.index), examined.unvouched.take()) {
            locked(&self.unvouched).entry(*number).or_insert_with(|| Unvouched::new(segment)).add(folder.as_str());
            is_vouched = false;
        }
        // A session that the journal does not vouch for was not verified as a whole.
        if (is_vouched || !examined.findings.is_empty())
            && let Err(error) = self.write_down(target, folder, &examined, &counts)
        {
            let _ = target.unwritten.set(error);
        }
        if let (Some((number, _)), Some(session)) = (self.bags.get(bag.index), &examined.session)
            && examined.findings.iter().any(Finding::can_be_fetched)
        {
            locked(&self.repairable).push(Repairable { target: *number, folder: folder.clone(), session: session.clone(), lost: None });
        }
        {
            let mut sum = locked(&self.sum);
            sum.bags += 1;
            sum.damaged += u64::from(!examined.findings.is_empty());
            let is_sound = examined.findings.is_empty();
            sum.empty += u64::from(is_sound && examined.is_empty());
            sum.incomplete += u64::from(is_sound && !examined.is_empty() && !examined.is_complete());
            let common = sum.checked.get_or_insert_with(|| checked.clone());
            common.retain(|aspect| checked.contains(aspect));
            sum.files += counts.files;
            sum.bytes += counts.bytes;
            sum.unread += counts.unread;
        }
        self.order.tell(bag.index, Some(told(target.store.location(folder), &examined, &counts, &checked)), self.emit);
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
        let Some((target, known, folder)) = self.place(bag.index) else { return false };
        if examined.findings.is_empty() && examined.unvouched.is_none() {
            return false;
        }
        let is_current = examined.is_current(target.store.as_ref(), folder).unwrap_or(true);
        let is_journals = examined.unvouched.is_some() || examined.findings.iter().any(|finding| finding.aspect == Aspect::Journal);
        let has_grown =
            (is_journals || !is_current) && known.refresh(bag.chain.as_ref(), target, self.options, self.cancel).unwrap_or(false);
        has_grown || !is_current
    }

    fn write_down(&self, target: &Target, folder: &StorePath, examined: &Examined, counts: &Counts) -> Result<()> {
        let (Some(journal), now) = (&target.journal, self.clock.now()) else { return Ok(()) };
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

/// What helps depends on the bag: nobody can fetch again what belongs to no known session, or what was just fetched in vain.
fn choose_remedies(examined: &mut Examined, is_repaired: bool) {
    let can_be_repaired = examined.session.is_some() && !is_repaired;
    for finding in examined.findings.iter_mut().filter(|finding| finding.remedy == Remedy::Repair && !can_be_repaired) {
        finding.remedy = Remedy::Restore;
    }
    examined.findings.sort_by(|one, other| (one.aspect, one.remedy, &one.path).cmp(&(other.aspect, other.remedy, &other.path)));
}
