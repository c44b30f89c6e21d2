//! Verifies the journals of archives while their sessions are verified: each is read and reported once, and read again when other
//! runs have added to it meanwhile.
//!
//! Must not look into sessions.

use super::altered::expected_paths;
use super::erased::{Erased, compare_erasure, find_strange_files, left_behind};
use super::page::{compare_page, page_digest};
use super::plans::compare_plans;
use super::seals::{Seals, check_seals};
use super::{Aspect, Examined, Finding, JournalReport, Observer, Options, Remedy, Repairable, Report, SessionReport, Target, is_bag};
use crate::error::Result;
use crate::journal::{Chain, FOLDER, Journal, Scope};
use crate::schedule::locked;
use crate::store::{LINKED, ReadStore, StorePath};
use crate::text::{day, plural};
use std::collections::{BTreeSet, HashSet};
use std::io;
use std::sync::{Arc, Mutex};

/// An archive under verification, with its journal as of the time when it was read.
pub(super) struct Archive<'a> {
    /// The number of its target.
    pub(super) number: usize,
    pub(super) target: &'a Target,
    options: &'a Options,
    observer: &'a dyn Observer,
    journal: Mutex<ReadJournal>,
    /// Sessions of the journal that were never in this place.
    unshipped: HashSet<String>,
}

/// Returns the sessions that the journal names, and that neither are in a place nor were ever shipped.
fn unshipped(target: &Target, chain: &Chain) -> Result<HashSet<String>> {
    let listed = target.sessions.iter().map(StorePath::as_str);
    let store = target.store.as_ref();
    let mut names = HashSet::new();
    for name in chain.folders_without(store, listed)? {
        if chain.shipments(store, &name)?.is_empty() {
            names.insert(name);
        }
    }
    Ok(names)
}

#[derive(Default)]
struct ReadJournal {
    /// `None` without a journal.
    chain: Option<Arc<Chain>>,
    /// The length of the journal in bytes before it was read.
    length: u64,
}

impl<'a> Archive<'a> {
    /// Reads and verifies an archive's journal.
    pub(super) fn open(
        number: usize,
        target: &'a Target,
        options: &'a Options,
        observer: &'a dyn Observer,
    ) -> Result<(Self, JournalReport)> {
        let store = target.store.as_ref();
        let with = |journal| Self { number, target, options, observer, journal: Mutex::new(journal), unshipped: HashSet::new() };
        if store.is_link(&StorePath::name(FOLDER))? {
            let findings = vec![Finding::new(Aspect::Journal, FOLDER, LINKED).helped_by(Remedy::MoveIn)];
            return Ok((with(ReadJournal::default()), JournalReport { archive: store.root(), findings, ..JournalReport::default() }));
        }
        let exists = Journal::exists(store)?;
        let length = Journal::length(store, None)?;
        // A session alone says nothing of the archive's root.
        // The catalog's page is not shipped.
        let page = (exists && target.is_whole && !target.is_remote).then(|| page_digest(store));
        // Before the journal is read: a run adds the line first.
        let left = if exists && target.is_whole { left_behind(store)? } else { Vec::new() };
        let (mut chain, seals) = read(target, options, observer)?;
        if let Some(page) = page {
            compare_page(&mut chain, page);
        }
        let mut report = report(store, &chain, seals, exists, options);
        if exists && target.is_whole {
            report.findings.extend(find_strange_files(store, &chain, left)?);
            report.findings.extend(compare_plans(store, &chain, options.signers.as_ref(), target.approvals)?);
        }
        let strays = store.strays(None)?.into_iter();
        report.findings.extend(strays.map(|stray| Finding::new(Aspect::Journal, &stray.path, stray.what).helped_by(Remedy::Compare)));
        let unshipped = if exists && target.is_whole && target.is_remote { unshipped(target, &chain)? } else { HashSet::new() };
        if !unshipped.is_empty() {
            let sessions = plural(unshipped.len() as u64, "session");
            report.notes.push(format!("{sessions} of the journal were archived elsewhere and not shipped here"));
        }
        Ok((Self { unshipped, ..with(ReadJournal { chain: exists.then(|| Arc::new(chain)), length }) }, report))
    }

    /// Returns the journal, if there is one.
    pub(super) fn chain(&self) -> Option<Arc<Chain>> {
        locked(&self.journal).chain.clone()
    }

    /// Returns true if the journal has grown since it was read as `old`; it is then read again.
    pub(super) fn refresh(&self, old: Option<&Arc<Chain>>) -> Result<bool> {
        let store = self.target.store.as_ref();
        let own = self.target.journal.as_ref().and_then(|journal| journal.segment());
        let mut journal = locked(&self.journal);
        let (Some(old), Some(newest)) = (old, &journal.chain) else { return Ok(false) };
        if !Arc::ptr_eq(old, newest) {
            return Ok(true);
        }
        let length = Journal::length(store, own.as_ref())?;
        if journal.length == length {
            return Ok(false);
        }
        let (chain, _) = read(self.target, self.options, self.observer)?;
        *journal = ReadJournal { chain: Some(Arc::new(chain)), length };
        Ok(true)
    }

    /// Reports the sessions that the journal names and that are not there, unless they were erased.
    pub(super) fn report_absent(&self) -> Result<Absent> {
        let (target, store, mut absent) = (self.target, self.target.store.as_ref(), Absent::default());
        let Some(chain) = self.chain().filter(|_| target.is_whole) else { return Ok(absent) };
        let listed = || target.sessions.iter().map(StorePath::as_str);
        let is_meant = |folder: &str| self.options.shard.is_none_or(|shard| shard.has(folder));
        let mut names: BTreeSet<String> = chain.folders_without(store, listed())?.into_iter().collect();
        names.retain(|name| !self.unshipped.contains(name));
        names.extend(chain.erasures.of(None).keys().filter(|folder| is_meant(folder)).map(ToString::to_string));
        listed().for_each(|folder| _ = names.remove(folder));
        // A session that was archived since the folders were listed is not missing. A folder that cannot be read is reported among the
        // sessions.
        if !names.is_empty() {
            let since: HashSet<String> = store.folders()?.into_iter().collect();
            names.retain(|folder| !(since.contains(folder) && is_bag(store, &StorePath::name(folder)).unwrap_or(true)));
        }
        for name in names.iter().map(String::as_str) {
            match compare_erasure(store, &chain, name)? {
                Erased::Soundly | Erased::Unreached(_) => absent.erased += 1,
                // It is under way, or was finished since the journal was read.
                Erased::Half(_) if store.holder(&StorePath::name(name))?.is_some() || self.refresh(Some(&chain))? => absent.erased += 1,
                Erased::Half(finding) | Erased::Found(finding) => {
                    absent.damaged += 1;
                    self.report_finding(name, finding);
                }
                Erased::Not | Erased::Again(_) => {
                    let changes = chain.changes(store, name)?;
                    let Some(last) = changes.last() else { continue };
                    let what = format!("the session is missing: the journal says that it was archived, last on {}", day(last.at));
                    self.report_finding(name, Finding::new(Aspect::Listings, ".", what).helped_by(Remedy::Decide));
                    let (folder, session) = (StorePath::name(name), last.archived.session.clone());
                    absent.damaged += 1;
                    absent.missing.push(Repairable { target: self.number, folder, session, lost: Some(expected_paths(&changes)) });
                }
            }
        }
        Ok(absent)
    }

    fn report_finding(&self, folder: &str, finding: Finding) {
        let examined = Examined { findings: vec![finding], ..Examined::default() };
        let location = self.target.store.location(&StorePath::name(folder));
        self.observer.report(Report::Session(SessionReport::new(location, examined)));
    }
}

/// The sessions that a journal names and that are not there.
#[derive(Default)]
pub(super) struct Absent {
    /// Those that are missing.
    pub(super) missing: Vec<Repairable>,
    /// Number of those with findings, the missing ones among them.
    pub(super) damaged: u64,
    /// Number of those that were erased.
    pub(super) erased: u64,
}

/// Reports a journal: its chain, its seals, and the expected heads.
fn report(store: &dyn ReadStore, chain: &Chain, seals: Seals, exists: bool, options: &Options) -> JournalReport {
    let finding = |(segment, what): &(String, String)| Finding::new(Aspect::Journal, segment, what.clone());
    let mut findings: Vec<Finding> = chain.findings.iter().map(finding).collect();
    for head in options.heads.iter().filter(|head| !chain.known_heads.contains_key(*head)) {
        let what = format!("no line has the digest {head}, which was kept elsewhere: the journal was cut or written anew");
        findings.push(Finding::new(Aspect::Journal, "the journal", what));
    }
    let mut notes: Vec<String> = chain.notes.iter().map(|(segment, what)| format!("{segment}: {what}")).collect();
    if !exists {
        notes.push("there is none, so nothing here says whether a session was altered, added or deleted as a whole".to_owned());
    }
    if chain.indexed > 0 {
        let what = "only their lines that count for these sessions were read; `vmedia verify` of the whole archive reads all";
        notes.push(format!("{} of its {} runs are long: {what}", chain.indexed, chain.segments));
    }
    findings.extend(seals.findings);
    notes.extend(seals.notes);
    let is_sealed = !seals.signers.is_empty() || seals.stamped.is_some();
    if is_sealed && seals.unsealed > 0 {
        let are = if seals.unsealed == 1 { "is" } else { "are" };
        notes.push(format!("{} of its {} runs {are} under no seal yet", seals.unsealed, chain.segments));
    }
    JournalReport {
        archive: store.root(),
        runs: chain.segments,
        lines: chain.lines,
        heads: chain.heads.iter().map(|(_, sha256)| sha256.clone()).collect(),
        signed_by: seals.signers.into_iter().collect(),
        stamped: seals.stamped,
        claimed: seals.claimed,
        unsealed: seals.unsealed,
        findings,
        notes,
    }
}

/// Reads the journal and its seals, and records in the journal which segments they cover.
fn read(target: &Target, options: &Options, observer: &dyn Observer) -> Result<(Chain, Seals)> {
    let store = target.store.as_ref();
    let mut watch = |_: &[u8]| if observer.is_stopped() { Err(io::Error::other("stopped")) } else { Ok(()) };
    let mut chain = Chain::read(store, &scope(target, options), &options.heads, &mut watch)?;
    let mut seals = check_seals(store, &chain, options, observer.now())?;
    chain.sealed = std::mem::take(&mut seals.covered);
    chain.is_proof_demanded |= options.signers.is_some() || options.authorities.is_some();
    Ok((chain, seals))
}

/// Returns the sessions about which the lines of the journal are needed.
fn scope(target: &Target, options: &Options) -> Scope {
    match options.shard {
        _ if !target.is_whole => Scope::folders(target.sessions.iter().map(StorePath::as_str)),
        Some(shard) => Scope::Shard(shard),
        None => Scope::All,
    }
}
