//! Verifies the journals of archives while their sessions are verified: read and reported once, and read again when other
//! runs have added to them meanwhile.
//!
//! Must not look into sessions.

use super::altered::{Deleted, deleted_sessions};
use super::is_bag;
use super::page::{compare_page, page_digest};
use super::seals::{Seals, check_seals};
use super::{Aspect, Counts, Examined, Finding, JournalReport, Observer, Options, Remedy, Repairable, Report, SessionReport, Target};
use crate::error::Result;
use crate::journal::{Chain, FOLDER, Journal};
use crate::schedule::locked;
use crate::store::{LINKED, ReadStore, StorePath};
use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex};

/// An archive's journal, as far as it was written when it was read.
pub(super) struct ReadJournal(Mutex<Reading>);

struct Reading {
    /// None when there is no journal.
    chain: Option<Arc<Chain>>,
    /// The length of the journal in bytes before it was read.
    length: u64,
}

impl ReadJournal {
    /// Reads and verifies an archive's journal.
    pub(super) fn open(target: &Target, options: &Options, observer: &dyn Observer) -> Result<(Self, JournalReport)> {
        let store = target.store.as_ref();
        if store.is_link(&StorePath::name(FOLDER))? {
            // What it leads to is not read.
            let findings = vec![Finding::new(Aspect::Journal, FOLDER, LINKED).helped_by(Remedy::MoveIn)];
            let report = JournalReport { archive: store.root(), findings, ..JournalReport::default() };
            return Ok((Self(Mutex::new(Reading { chain: None, length: 0 })), report));
        }
        let exists = Journal::exists(store)?;
        let length = Journal::length(store, None)?;
        // A session alone says nothing of the archive's root.
        let page = (exists && target.is_whole).then(|| page_digest(store));
        let (mut chain, seals) = read(store, options, observer)?;
        if let Some(page) = page {
            compare_page(&mut chain, page);
        }
        let report = report(store, &chain, seals, exists, options);
        let chain = exists.then(|| Arc::new(chain));
        Ok((Self(Mutex::new(Reading { chain, length })), report))
    }

    /// Returns the journal; none when there is none.
    pub(super) fn chain(&self) -> Option<Arc<Chain>> {
        locked(&self.0).chain.clone()
    }

    /// Whether there is more in the journal by now than in this, which was read before; then it is read again.
    pub(super) fn refresh(&self, old: Option<&Arc<Chain>>, target: &Target, options: &Options, observer: &dyn Observer) -> Result<bool> {
        let own = target.journal.as_ref().and_then(|journal| journal.segment());
        let mut reading = locked(&self.0);
        let (Some(old), Some(newest)) = (old, &reading.chain) else { return Ok(false) };
        if !Arc::ptr_eq(old, newest) {
            return Ok(true);
        }
        let length = Journal::length(target.store.as_ref(), own.as_ref())?;
        if reading.length == length {
            return Ok(false);
        }
        let (chain, _) = read(target.store.as_ref(), options, observer)?;
        *reading = Reading { chain: Some(Arc::new(chain)), length };
        Ok(true)
    }

    /// Reports the sessions that the journal names and that are missing.
    pub(super) fn report_missing(&self, number: usize, target: &Target, observer: &dyn Observer) -> Result<Vec<Repairable>> {
        let (Some(chain), store) = (self.chain().filter(|_| target.is_whole), target.store.as_ref()) else { return Ok(Vec::new()) };
        // One that was archived since the folders were looked at is here all the same.
        // A folder that cannot be read is reported among the sessions.
        let looked_at: HashSet<&str> = target.sessions.iter().map(StorePath::as_str).collect();
        let came_since: HashSet<String> = store.folders()?.into_iter().filter(|folder| !looked_at.contains(folder.as_str())).collect();
        let is_here = |folder: &str| {
            looked_at.contains(folder) || came_since.contains(folder) && is_bag(store, &StorePath::name(folder)).unwrap_or(true)
        };
        let mut gone = Vec::new();
        for Deleted { folder, session, finding, paths } in deleted_sessions(store, &chain, &is_here)? {
            let folder = StorePath::name(&folder);
            let missing = Examined::with_finding(finding);
            observer.report(Report::Session(SessionReport::new(store.location(&folder), missing, &Counts::default(), Vec::new())));
            gone.push(Repairable { target: number, folder, session, lost: Some(paths) });
        }
        Ok(gone)
    }
}

/// Judges a journal: its chain, its seals, the heads that were kept elsewhere.
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
    findings.extend(seals.findings);
    notes.extend(seals.notes);
    let is_sealed = !seals.signers.is_empty() || seals.stamped.is_some();
    if is_sealed && seals.unsealed > 0 {
        notes.push(format!("{} of its {} runs are under no seal yet", seals.unsealed, chain.segments));
    }
    JournalReport {
        signed_by: seals.signers.into_iter().collect(),
        stamped: seals.stamped,
        claimed: seals.claimed,
        unsealed: seals.unsealed,
        findings,
        notes,
        ..JournalReport::new(store, chain)
    }
}

/// Reads the journal and its seals, which say what of it counts.
fn read(store: &dyn ReadStore, options: &Options, observer: &dyn Observer) -> Result<(Chain, Seals)> {
    let mut watch = |_: &[u8]| if observer.is_stopped() { Err(io::Error::other("stopped")) } else { Ok(()) };
    let mut chain = Chain::read(store, &options.heads, &mut watch)?;
    let mut seals = check_seals(store, &chain, options, observer.now())?;
    chain.proof.sealed = std::mem::take(&mut seals.covered);
    chain.proof.is_demanded |= options.signers.is_some() || options.authorities.is_some();
    Ok((chain, seals))
}
