//! What the journals of archives say while their sessions are verified: read and told once, and read again when other
//! runs have added to them meanwhile.
//!
//! Must not look into sessions.

use super::seals::{Seals, check_seals};
use super::{Counts, Repairable, Target, VerifyOptions, VerifySum, told};
use crate::archive::{
    Aspect, Chain, Deleted, Examined, Finding, JOURNAL_FOLDER, Journal, Remedy, compare_page, deleted_sessions, is_bag, page_digest,
};
use crate::clock::Cancel;
use crate::engine::event::Event;
use crate::engine::{Emit, locked};
use crate::error::Result;
use crate::store::{LINKED, ReadStore, StorePath};
use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex};

/// An archive's journal, as far as it was written when it was read.
pub(super) struct Known(Mutex<Reading>);

struct Reading {
    /// None when there is no journal.
    chain: Option<Arc<Chain>>,
    /// How long the journal was before it was read.
    length: u64,
}

impl Known {
    /// Reads and tells of an archive's journal.
    pub(super) fn read(target: &Target, options: &VerifyOptions, cancel: &Cancel, emit: &Emit, sum: &mut VerifySum) -> Result<Self> {
        let store = target.store.as_ref();
        if store.is_link(&StorePath::name(JOURNAL_FOLDER))? {
            tell_link(store, emit, sum);
            return Ok(Self(Mutex::new(Reading { chain: None, length: 0 })));
        }
        let exists = Journal::exists(store)?;
        let length = Journal::length(store, None)?;
        // A session alone says nothing of the archive's root.
        let page = (exists && target.is_whole).then(|| page_digest(store));
        let (mut chain, seals) = read(store, options, cancel)?;
        if let Some(page) = page {
            compare_page(&mut chain, page);
        }
        tell(store, &chain, seals, exists, options, emit, sum);
        let chain = exists.then(|| Arc::new(chain));
        Ok(Self(Mutex::new(Reading { chain, length })))
    }

    /// What the journal says; none when there is none.
    pub(super) fn chain(&self) -> Option<Arc<Chain>> {
        locked(&self.0).chain.clone()
    }

    /// Whether there is more in the journal by now than in this, which was read before; then it is read again.
    pub(super) fn refresh(&self, old: Option<&Arc<Chain>>, target: &Target, options: &VerifyOptions, cancel: &Cancel) -> Result<bool> {
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
        let (chain, _) = read(target.store.as_ref(), options, cancel)?;
        *reading = Reading { chain: Some(Arc::new(chain)), length };
        Ok(true)
    }

    /// Tells of sessions that the journal knows and that are not there.
    pub(super) fn tell_deleted(&self, number: usize, target: &Target, emit: &Emit) -> Result<Vec<Repairable>> {
        let (Some(chain), store) = (self.chain().filter(|_| target.is_whole), target.store.as_ref()) else { return Ok(Vec::new()) };
        // One that was archived since the folders were looked at is here all the same.
        // What cannot be looked into is told as such, among the sessions.
        let looked_at: HashSet<&str> = target.sessions.iter().map(StorePath::as_str).collect();
        let came_since: HashSet<String> = store.folders()?.into_iter().filter(|folder| !looked_at.contains(folder.as_str())).collect();
        let is_here = |folder: &str| {
            looked_at.contains(folder) || came_since.contains(folder) && is_bag(store, &StorePath::name(folder)).unwrap_or(true)
        };
        let mut gone = Vec::new();
        for Deleted { folder, session, finding, paths } in deleted_sessions(store, &chain, &is_here)? {
            let folder = StorePath::name(&folder);
            let missing = Examined::with_finding(finding);
            emit.event(told(store.location(&folder), &missing, &Counts::default(), &[]));
            gone.push(Repairable { target: number, folder, session, lost: Some(paths) });
        }
        Ok(gone)
    }
}

/// Reports a link in the place of a journal. What it leads to is not read.
fn tell_link(store: &dyn ReadStore, emit: &Emit, sum: &mut VerifySum) {
    sum.journals += 1;
    emit.event(Event::JournalVerified {
        archive: store.root(),
        runs: 0,
        lines: 0,
        heads: Vec::new(),
        signed_by: Vec::new(),
        stamped: None,
        claimed: None,
        unsealed: 0,
        findings: vec![Finding::new(Aspect::Journal, JOURNAL_FOLDER, LINKED).helped_by(Remedy::MoveIn)],
        notes: Vec::new(),
    });
}

/// Tells what a journal is worth: its chain, its seals, the heads that somebody kept elsewhere.
fn tell(store: &dyn ReadStore, chain: &Chain, seals: Seals, exists: bool, options: &VerifyOptions, emit: &Emit, sum: &mut VerifySum) {
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
    sum.journals += u64::from(!findings.is_empty());
    let heads = chain.heads.iter().map(|(_, sha256)| sha256.clone()).collect();
    emit.event(Event::JournalVerified {
        archive: store.root(),
        runs: chain.segments,
        lines: chain.lines,
        heads,
        signed_by: seals.signers.into_iter().collect(),
        stamped: seals.stamped,
        claimed: seals.claimed,
        unsealed: seals.unsealed,
        findings,
        notes,
    });
}

/// Reads the journal and its seals, which say what of it counts.
fn read(store: &dyn ReadStore, options: &VerifyOptions, cancel: &Cancel) -> Result<(Chain, Seals)> {
    let mut watch = |_: &[u8]| cancel.requested().map_or(Ok(()), |_| Err(io::Error::other("stopped")));
    let mut chain = Chain::read(store, &options.heads, &mut watch)?;
    let mut seals = check_seals(store, &chain, options)?;
    chain.proof.sealed = std::mem::take(&mut seals.covered);
    chain.proof.is_demanded |= options.signers.is_some() || options.authorities.is_some();
    Ok((chain, seals))
}
