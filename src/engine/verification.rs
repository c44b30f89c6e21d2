//! A verification of many sessions at once: worker threads that take bags and files from one queue, bound by the disk
//! and by hashing, and what they find, told in the order of the bags.
//!
//! Must not decide what a finding is (`archive`) or how it is shown.

use super::event::Event;
use super::order::Order;
use super::pool::{Pool, Work};
use super::{Emit, locked};
use crate::archive::{
    Aspect, Chain, Deleted, Examined, Finding, Item, Journal, Witness, compare_with_journal, deleted_sessions, examine, payload_bytes,
    reread,
};
use crate::clock::{Cancel, Clock};
use crate::error::{Error, Result};
use crate::media::SessionId;
use crate::store::{Locked, Store, StorePath};
use jiff::Timestamp;
use std::collections::HashSet;
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// An archive of which sessions are to be verified.
pub struct Target {
    /// Where it is.
    pub store: Arc<dyn Store>,
    /// The folders of the sessions, in the order in which they are told.
    pub sessions: Vec<StorePath>,
    /// Whether these are all sessions of the archive, so that one that is missing can be missed.
    pub is_whole: bool,
    /// Where the outcome is written down, if it is to be.
    pub journal: Option<Arc<Journal>>,
}

/// How to verify.
pub struct VerifyOptions {
    /// How many files are read at once.
    pub workers: usize,
    /// The percentage of payload files that are read; none for all of them.
    pub sample: Option<f64>,
    /// Only sessions that changed since then.
    pub since: Option<Timestamp>,
    /// Digests of journal lines that somebody kept elsewhere and that must still be there.
    pub heads: Vec<String>,
    /// Whether the provider's signatures are computed again.
    pub authenticate: bool,
}

/// What was verified in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifySum {
    /// Bags that were checked to their end, and those that should be there and are not.
    pub bags: u64,
    /// Of those, and of bags that should be there and are not, how many have findings; and journals with findings.
    pub damaged: u64,
    /// Payload files that were read.
    pub files: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Payload files that were not read, because only a sample was asked for.
    pub unread: u64,
    /// Bags that another run was changing, so that they were not checked.
    pub busy: u64,
    /// Files whose signature was computed again and holds.
    pub authentic: u64,
    /// Files that came without a signature.
    pub unsigned: u64,
}

/// A session of which something can be fetched again.
#[derive(Debug, Clone)]
pub struct Repairable {
    /// The number of its target.
    pub target: usize,
    /// Its folder.
    pub folder: StorePath,
    /// Its id.
    pub session: SessionId,
    /// The paths of the files that it had, where nothing is left of it.
    pub lost: Option<Vec<String>>,
}

/// Verifies; returns early, with what was checked so far, when somebody asks to stop.
pub fn verify(
    targets: &[Target],
    options: &VerifyOptions,
    witness: &dyn Witness,
    clock: &dyn Clock,
    cancel: &Cancel,
    emit: &Emit,
) -> Result<(VerifySum, Vec<Repairable>)> {
    let mut expected = 0;
    for Target { store, sessions, .. } in targets {
        for folder in sessions {
            expected += payload_bytes(store.as_ref(), folder).unwrap_or(0);
        }
    }
    let bags: Vec<(usize, &StorePath)> =
        targets.iter().enumerate().flat_map(|(number, target)| target.sessions.iter().map(move |folder| (number, folder))).collect();
    let bytes = options.sample.map_or(expected, |percent| share(expected, percent));
    emit.event(Event::VerifyStarted { bags: bags.len() as u64, bytes, workers: options.workers as u64 });
    let mut sum = VerifySum::default();
    let (mut chains, mut repairable) = (Vec::new(), Vec::new());
    for (number, target) in targets.iter().enumerate() {
        let chain = journal_of(target, options, cancel, emit, &mut sum)?;
        if let Some(chain) = chain.as_ref().filter(|_| target.is_whole) {
            let gone = tell_deleted(number, target, chain, emit);
            sum.bags += gone.len() as u64;
            sum.damaged += gone.len() as u64;
            repairable.extend(gone);
        }
        chains.push(chain);
    }
    let (pool, order) = (Pool::new(bags.len()), Order::default());
    let run = Run {
        targets,
        chains,
        bags,
        options,
        witness,
        clock,
        cancel,
        emit,
        pool,
        order,
        sum: Mutex::new(sum),
        repairable: Mutex::new(repairable),
        broken: Mutex::default(),
    };
    std::thread::scope(|scope| {
        let run = &run;
        for number in 1..options.workers.max(1) {
            // Fewer workers than wanted do the same work.
            let _ = std::thread::Builder::new().name(format!("reader {number}")).spawn_scoped(scope, move || run.work(number));
        }
        run.work(0);
    });
    for event in run.order.remaining() {
        emit.event(event);
    }
    if let Some(error) = locked(&run.broken).take() {
        return Err(error);
    }
    let repairable = std::mem::take(&mut *locked(&run.repairable));
    let sum = *locked(&run.sum);
    Ok((sum, repairable))
}

/// Tells of sessions that the journal knows and that are not here.
fn tell_deleted(number: usize, target: &Target, chain: &Chain, emit: &Emit) -> Vec<Repairable> {
    let here: HashSet<&str> = target.sessions.iter().map(StorePath::as_str).collect();
    let mut gone = Vec::new();
    for Deleted { folder, session, finding, paths } in deleted_sessions(chain, &|folder| here.contains(folder)) {
        let folder = StorePath::name(&folder);
        let missing = Examined::with_finding(finding);
        emit.event(told(target.store.location(&folder), &missing, &Counts::default(), &[]));
        gone.push(Repairable { target: number, folder, session, lost: Some(paths) });
    }
    gone
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an estimate for a bar")]
fn share(bytes: u64, percent: f64) -> u64 {
    (bytes as f64 * percent / 100.0) as u64
}

/// Reads and tells of an archive's journal; none when it has none.
fn journal_of(target: &Target, options: &VerifyOptions, cancel: &Cancel, emit: &Emit, sum: &mut VerifySum) -> Result<Option<Chain>> {
    let store = target.store.as_ref();
    let mut watch = |_: &[u8]| cancel.requested().map_or(Ok(()), |_| Err(io::Error::other("stopped")));
    let exists = Journal::exists(store)?;
    if !exists && options.heads.is_empty() {
        return Ok(None);
    }
    let chain = Chain::read(store, &options.heads, &mut watch)?;
    let finding = |(segment, what): &(String, String)| Finding::new(Aspect::Unaltered, segment, what.clone());
    let mut findings: Vec<Finding> = chain.findings.iter().map(finding).collect();
    for head in options.heads.iter().filter(|head| !chain.known_heads.contains(*head)) {
        let what = format!("no line has the digest {head}, which was kept elsewhere: the journal was cut or written anew");
        findings.push(Finding::new(Aspect::Unaltered, "the journal", what));
    }
    let mut notes: Vec<String> = chain.notes.iter().map(|(segment, what)| format!("{segment}: {what}")).collect();
    if !exists {
        notes.push("there is no journal".to_owned());
    }
    sum.damaged += u64::from(!findings.is_empty());
    let heads = chain.heads.iter().map(|(_, sha256)| sha256.clone()).collect();
    emit.event(Event::JournalVerified { archive: store.root(), runs: chain.segments, lines: chain.lines, heads, findings, notes });
    Ok(Some(chain))
}

/// One bag on its way.
struct Bag {
    index: usize,
    examined: Mutex<Examined>,
    counts: Mutex<Counts>,
    left: AtomicUsize,
}

#[derive(Default)]
struct Counts {
    files: u64,
    unread: u64,
    bytes: u64,
    authentic: u64,
    unsigned: u64,
    cut: bool,
}

struct Job {
    bag: Arc<Bag>,
    item: Item,
}

struct Run<'a> {
    targets: &'a [Target],
    chains: Vec<Option<Chain>>,
    bags: Vec<(usize, &'a StorePath)>,
    options: &'a VerifyOptions,
    witness: &'a dyn Witness,
    clock: &'a dyn Clock,
    cancel: &'a Cancel,
    emit: &'a Emit,
    pool: Pool<Job>,
    order: Order,
    sum: Mutex<VerifySum>,
    repairable: Mutex<Vec<Repairable>>,
    /// A failure of this side, such as a journal that cannot be written.
    broken: Mutex<Option<Error>>,
}

impl Run<'_> {
    fn stopping(&self) -> bool {
        self.cancel.requested().is_some()
    }

    fn work(&self, number: usize) {
        let read = AtomicU64::new(0);
        while let Some(work) = self.pool.take(&|| self.stopping()) {
            match work {
                Work::Open(index) => self.open(index),
                Work::Fetch(job) => self.read(&job, number as u64, &read),
            }
        }
    }

    fn place(&self, index: usize) -> Option<(&Target, Option<&Chain>, &StorePath)> {
        let (number, folder) = self.bags.get(index)?;
        Some((self.targets.get(*number)?, self.chains.get(*number)?.as_ref(), folder))
    }

    fn open(&self, index: usize) {
        let Some((target, chain, folder)) = self.place(index) else { return self.pool.opened(Vec::new()) };
        if let (Some(since), Some(chain)) = (self.options.since, chain)
            && chain.last_change(folder.as_str()).is_some_and(|last| last < since)
        {
            self.order.tell(index, None, self.emit);
            return self.pool.opened(Vec::new());
        }
        let mut examined = self.examine(target, chain, folder);
        if examined.unfinished
            && let Ok(Locked::By(holder)) = target.store.lock(folder)
        {
            locked(&self.sum).busy += 1;
            let busy = Examined::with_note(format!("it is being changed by {holder}; it was not checked"));
            self.order.tell(index, Some(told(target.store.location(folder), &busy, &Counts::default(), &[])), self.emit);
            return self.pool.opened(Vec::new());
        }
        let items = std::mem::take(&mut examined.items);
        let mut counts = Counts::default();
        let chosen = |item: &Item| {
            let is_chosen = !item.is_payload || self.options.sample.is_none_or(|percent| fastrand::f64() * 100.0 < percent);
            counts.unread += u64::from(!is_chosen);
            is_chosen
        };
        let items: Vec<Item> = items.into_iter().filter(chosen).collect();
        let left = AtomicUsize::new(items.len());
        let bag = Arc::new(Bag { index, examined: Mutex::new(examined), counts: Mutex::new(counts), left });
        if items.is_empty() {
            self.finish(&bag);
        }
        self.pool.opened(items.into_iter().map(|item| Job { bag: Arc::clone(&bag), item }).collect());
    }

    fn examine(&self, target: &Target, chain: Option<&Chain>, folder: &StorePath) -> Examined {
        let look = |chain: Option<&Chain>| {
            let mut examined = examine(target.store.as_ref(), folder, self.witness).unwrap_or_else(|error| unreadable(&error));
            if let Some(chain) = chain {
                compare_with_journal(chain, folder.as_str(), &mut examined);
            }
            examined
        };
        let examined = look(chain);
        let is_altered = examined.findings.iter().any(|finding| finding.aspect == Aspect::Unaltered);
        // A run that archives meanwhile is ahead of the journal as it was when this began.
        match chain.filter(|_| is_altered).map(|chain| (chain.lines, Chain::read(target.store.as_ref(), &[], &mut |_| Ok(())))) {
            Some((lines, Ok(newer))) if newer.lines > lines => look(Some(&newer)),
            _ => examined,
        }
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
                    counts.authentic += u64::from(reread.signature == Some(true));
                    counts.unsigned += u64::from(item.is_payload && item.signature.is_none());
                    locked(&bag.examined).findings.extend(reread.finding);
                }
                Some(Err(error)) if !self.stopping() => locked(&bag.examined).findings.push(cannot_be_looked_at(&item.path, &error)),
                _ => counts.cut = true,
            }
        }
        if bag.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.finish(bag);
        }
    }

    /// The last file of a bag was read: tells what was found and writes it down.
    fn finish(&self, bag: &Bag) {
        let Some((target, chain, folder)) = self.place(bag.index) else { return };
        let (mut examined, counts) = (std::mem::take(&mut *locked(&bag.examined)), std::mem::take(&mut *locked(&bag.counts)));
        if counts.cut {
            return self.order.tell(bag.index, None, self.emit);
        }
        if counts.authentic == 0 {
            sum_up_signatures(&mut examined.findings);
        }
        examined.findings.sort_by(|one, other| (one.aspect, &one.path).cmp(&(other.aspect, &other.path)));
        if let Err(error) = self.write_down(target, folder, &examined) {
            locked(&self.broken).get_or_insert(error);
            self.pool.end();
        }
        let session = examined.session.as_deref().and_then(|id| SessionId::parse(id).ok());
        let can_be_fetched = |finding: &Finding| matches!(finding.aspect, Aspect::Complete | Aspect::Intact | Aspect::Readable);
        if let (Some((number, _)), Some(session)) = (self.bags.get(bag.index), session)
            && examined.findings.iter().any(can_be_fetched)
        {
            locked(&self.repairable).push(Repairable { target: *number, folder: folder.clone(), session, lost: None });
        }
        {
            let mut sum = locked(&self.sum);
            sum.bags += 1;
            sum.damaged += u64::from(!examined.findings.is_empty());
            sum.files += counts.files;
            sum.bytes += counts.bytes;
            sum.unread += counts.unread;
            sum.authentic += counts.authentic;
            sum.unsigned += counts.unsigned;
        }
        let mut checked = vec![Aspect::Complete, Aspect::Intact];
        checked.extend(chain.map(|_| Aspect::Unaltered));
        checked.extend(self.options.authenticate.then_some(Aspect::Authentic));
        if examined.unfinished {
            checked.clear();
        }
        self.order.tell(bag.index, Some(told(target.store.location(folder), &examined, &counts, &checked)), self.emit);
    }

    fn write_down(&self, target: &Target, folder: &StorePath, examined: &Examined) -> Result<()> {
        let (Some(journal), now) = (&target.journal, self.clock.now()) else { return Ok(()) };
        let session = examined.session.as_deref().and_then(|id| SessionId::parse(id).ok());
        match session {
            Some(session) if examined.findings.is_empty() => journal.verified(session, self.options.sample, now),
            _ => {
                let line = |finding: &Finding| format!("{}: {}: {}", finding.aspect.as_str(), finding.path, finding.what);
                journal.damaged(folder.to_string(), examined.findings.iter().map(line).collect(), now)
            }
        }
    }
}

/// Where not one signature holds, it is more likely the wrong secret than that many forged files.
fn sum_up_signatures(findings: &mut Vec<Finding>) {
    let count = findings.iter().filter(|finding| finding.aspect == Aspect::Authentic).count();
    if count > 1 {
        findings.retain(|finding| finding.aspect != Aspect::Authentic);
        let what = format!("none of the {count} recorded signatures of the provider holds with these secrets");
        findings.push(Finding::new(Aspect::Authentic, ".", what));
    }
}

fn unreadable(error: &Error) -> Examined {
    Examined::with_finding(cannot_be_looked_at(".", error))
}

fn cannot_be_looked_at(path: &str, error: &Error) -> Finding {
    Finding::new(Aspect::Readable, path, error.what())
}

fn told(folder: String, examined: &Examined, counts: &Counts, checked: &[Aspect]) -> Event {
    Event::BagVerified {
        folder,
        session: examined.session.clone(),
        files: counts.files,
        unread: counts.unread,
        bytes: counts.bytes,
        authentic: counts.authentic,
        unsigned: counts.unsigned,
        checked: checked.to_vec(),
        missing: examined.missing_media.clone(),
        notes: examined.notes.clone(),
        findings: examined.findings.clone(),
    }
}
