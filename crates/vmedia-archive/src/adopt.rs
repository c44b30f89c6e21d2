//! Adopts sessions for which the journal does not vouch: it was lost, or they were moved in from another archive. Every file is read first.
//!
//! An adoption says what the archive held on a day, and nothing of the time before. It is never made by another command: a forger who cut
//! the journal would have only to wait. Must not change a session.

use crate::cipher::Identities;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{self, AdoptedEntry, Archived, Authenticated, BagChange, Chain, Journal};
use crate::layout::MARKER;
use crate::record::Record;
use crate::session::read_record;
use crate::store::{Digest, Store, StorePath};
use crate::verify::{Finding, ProviderRules, REPAIR, bag_digest, examine, open_session, reread, reread_content};
use jiff::Timestamp;
use std::io;
use std::sync::Arc;

/// The order to adopt sessions of one archive.
pub struct Adopting<'a> {
    /// The archive.
    pub store: &'a dyn Store,
    /// Its journal, as it was before the first session was adopted.
    pub chain: &'a Chain,
    /// The journal of this run.
    pub journal: &'a Journal,
    /// The operator's reason.
    pub reason: &'a str,
    /// The rules for listings and, with secrets, the provider's signatures.
    pub rules: &'a dyn ProviderRules,
    /// True if the provider's signatures are computed again.
    pub authenticate: bool,
    /// The private keys that open encrypted sessions.
    pub identities: Option<Arc<Identities>>,
    /// Returns true once the run is to stop.
    pub is_stopped: &'a dyn Fn() -> bool,
}

/// The result for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adoption {
    /// The journal vouches for it already.
    Known,
    /// It was adopted after all of its files were read.
    Adopted {
        /// Number of payload files.
        files: u64,
        /// Number of bytes that were read.
        bytes: u64,
        /// The result for the provider's signatures, if they were computed again.
        authenticated: Option<Authenticated>,
    },
}

/// Adopts a session, by its folder.
///
/// # Errors
/// The session is damaged, unfinished or erased, the journal knows another state of it, another run is changing it, or the archive cannot
/// be read or written.
pub fn adopt(order: &Adopting<'_>, folder: &StorePath, now: &dyn Fn() -> Timestamp) -> Result<Adoption> {
    let (store, chain) = (order.store, order.chain);
    let _lock = store.lock(folder)?.or_busy(&store.location(folder))?;
    if chain.erasure(folder.as_str()).is_some_and(|erasure| erasure.erased.is_some()) {
        return Err(refused(order, folder, "it was erased", "an erased session is not adopted; `vmedia erase` removes it again"));
    }
    if store.length(&folder.join(MARKER))?.is_some() {
        return Err(refused(order, folder, "a run was killed there", "let `vmedia download` finish the session, then adopt it"));
    }
    let Some((record, bytes)) = read_record(store, folder)? else {
        return Err(refused(order, folder, "it has no record", "restore the session from a backup"));
    };
    if order.authenticate && record.encryption.is_some() && order.identities.is_none() {
        let hint = "name a private key with --identity, or adopt it without --authenticate";
        return Err(refused(order, folder, "it is encrypted, so that the provider's signatures cannot be read", hint));
    }
    let changes = chain.changes(store, folder.as_str())?;
    let missing: Vec<String> = missing_runs(&record, chain, &changes);
    let is_begun = changes.first().is_some_and(|change| change.archived.before.is_none()) || changes.iter().any(BagChange::is_adoption);
    if is_begun && missing.is_empty() {
        return Ok(Adoption::Known);
    }
    let bag = bag_digest(store, folder)?.unwrap_or_default();
    if changes.iter().max_by_key(|change| change.at).is_some_and(|last| last.archived.bag != bag) {
        let hint = "compare it with a backup; what the journal knows is not replaced";
        return Err(refused(order, folder, "the journal knows another state of it", hint));
    }
    let (files, bytes_read, authenticated) = read_all(order, folder)?;
    let digest = Digest::of(&bytes).sha256;
    // What the journal has already, it has with other lines' force.
    let first = if changes.is_empty() { journal::archived(folder, None, &record) } else { continued(folder, &record, &bag, &digest) };
    let archived = Archived { bag, record: digest, ..first };
    let entry = AdoptedEntry { archived, reason: order.reason.to_owned(), missing_runs: missing, authenticated };
    order.journal.adopted(entry, now())?;
    Ok(Adoption::Adopted { files, bytes: bytes_read, authenticated })
}

/// Returns the runs that the record names, that the journal lacks, and that no earlier adoption made up for.
fn missing_runs(record: &Record, chain: &Chain, changes: &[BagChange]) -> Vec<String> {
    let lacks = |segment: &str, first: &str| !chain.has_run(segment, first) && !changes.iter().any(|change| change.makes_up_for(segment));
    record.journal.iter().filter(|run| lacks(&run.segment, &run.sha256)).map(|run| run.segment.clone()).collect()
}

/// Returns a change that leaves the bag as it is.
fn continued(folder: &StorePath, record: &Record, bag: &str, digest: &str) -> Archived {
    let (before, record_before) = (Some(bag.to_owned()), Some(digest.to_owned()));
    Archived { before, record_before, ..journal::archived(folder, Some(record), record) }
}

/// Reads every file of a session. Returns the number of payload files and of bytes, and the result for the provider's signatures.
fn read_all(order: &Adopting<'_>, folder: &StorePath) -> Result<(u64, u64, Option<Authenticated>)> {
    let mut examined = examine(order.store, folder, order.rules)?;
    let identities = order.identities.as_ref();
    let keys = identities.and_then(|identities| open_session(order.store, folder, Some(identities), order.rules, &mut examined));
    if examined.is_foreign() {
        let hint = "name the private key of one of its recipients, or the opened key of the session";
        return Err(refused(order, folder, "it is encrypted to none of these identities", hint));
    }
    let (mut findings, mut read, mut buffer) = (examined.findings, (0, 0), Vec::new());
    let mut signatures = Authenticated::default();
    let mut watch = |_: &[u8]| if (order.is_stopped)() { Err(io::Error::other("stopped")) } else { Ok(()) };
    for item in examined.items {
        let result = match (&keys, &item.content) {
            (Some(keys), Some(content)) => {
                reread_content(&mut buffer, order.store, folder, (&item, content), keys, order.rules, &mut watch)?
            }
            _ => reread(&mut buffer, order.store, folder, &item, order.rules, &mut watch)?,
        };
        read = (read.0 + u64::from(item.is_payload), read.1 + result.bytes);
        signatures.held += u64::from(result.signature == Some(true));
        signatures.unsigned += u64::from(item.is_payload && !item.is_signed);
        findings.extend(result.finding);
    }
    match findings.first() {
        None => Ok((read.0, read.1, order.authenticate.then_some(signatures))),
        Some(Finding { path, what, .. }) => Err(refused(order, folder, &format!("it is damaged: {path}: {what}"), REPAIR)),
    }
}

fn refused(order: &Adopting<'_>, folder: &StorePath, why: &str, hint: &str) -> Error {
    Error::new(ErrorKind::Damaged, format!("{} is not adopted: {why}", order.store.location(folder)), hint)
}
