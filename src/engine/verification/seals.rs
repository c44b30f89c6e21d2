//! The seals of a journal: each signature and time stamp against the segment beside it, who signed, and which runs no
//! seal covers.
//!
//! A seal covers its segment and, through the digests in it, every earlier one. A stamp's own signature is the
//! authority's, and `openssl ts -verify` judges it; here it is only whether the stamp is about these bytes. Must not
//! read what the journal says.

use crate::archive::{Aspect, Chain, Finding, JOURNAL_FOLDER};
use crate::engine::{SIGNATURE, TIME_STAMP};
use crate::error::Result;
use crate::seal::ssh::{Refusal, Signature, Signers};
use crate::seal::stamp::Stamp;
use crate::store::{Digest, Store, StorePath, sha256_bytes};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashSet};

/// A seal above this size was not written by us.
const LARGEST: u64 = 1024 * 1024;

/// What the seals of a journal say.
#[derive(Debug, Default)]
pub(super) struct Seals {
    /// Who signed: the names that the list of signers has for their keys, else the keys' fingerprints.
    pub(super) signers: BTreeSet<String>,
    /// When the newest stamp was given.
    pub(super) stamped: Option<Timestamp>,
    /// How many runs no good seal covers.
    pub(super) unsealed: u64,
    /// What is wrong.
    pub(super) findings: Vec<Finding>,
    /// What a person should know and what is no damage.
    pub(super) notes: Vec<String>,
}

impl Seals {
    fn finding(&mut self, seal: &str, what: impl Into<String>) {
        self.findings.push(Finding::new(Aspect::Unaltered, seal, what));
    }
}

/// Checks every seal in a journal. With a list of signers, others' signatures do not count.
pub(super) fn check_seals(store: &dyn Store, chain: &Chain, signers: Option<&Signers>) -> Result<Seals> {
    let mut seals = Seals::default();
    let mut sealed = HashSet::new();
    let folder = StorePath::name(JOURNAL_FOLDER);
    for path in store.list(&folder)? {
        let Some(name) = path.below(&folder) else { continue };
        let (segment, is_signature) = match (name.strip_suffix(SIGNATURE), name.strip_suffix(TIME_STAMP)) {
            (Some(segment), _) => (segment, true),
            (_, Some(segment)) => (segment, false),
            _ => continue,
        };
        if store.length(&folder.join(segment))?.is_none() {
            seals.finding(name, "seals a segment that is not here");
            continue;
        }
        let Some(bytes) = store.read(&path, LARGEST)? else { continue };
        let holds = if is_signature {
            signature(store, chain, &folder, segment, &bytes, signers, &mut seals)?
        } else {
            stamp(store, &folder, segment, &bytes, &mut seals)?
        };
        if holds {
            sealed.insert(segment.to_owned());
        }
    }
    if signers.is_some() && seals.signers.is_empty() {
        seals.finding("the journal", "no part of it is signed by one of these signers");
    }
    seals.unsealed = chain.not_behind(&sealed);
    Ok(seals)
}

/// Whether a segment's signature holds and counts.
fn signature(
    store: &dyn Store,
    chain: &Chain,
    folder: &StorePath,
    segment: &str,
    bytes: &[u8],
    signers: Option<&Signers>,
    seals: &mut Seals,
) -> Result<bool> {
    let name = format!("{segment}{SIGNATURE}");
    let Some(stream) = store.open(&folder.join(segment))? else { return Ok(false) };
    let signature = match Signature::parse(bytes) {
        Ok(signature) => signature,
        Err(refusal @ Refusal::Algorithm(_)) => {
            seals.notes.push(format!("{name}: {refusal}"));
            return Ok(false);
        }
        Err(refusal) => {
            seals.finding(&name, refusal.to_string());
            return Ok(false);
        }
    };
    let key = match signature.verify(stream) {
        Ok(key) => key,
        Err(refusal) => {
            seals.finding(&name, refusal.to_string());
            return Ok(false);
        }
    };
    let fingerprint = key.fingerprint();
    let Some(signers) = signers else {
        seals.signers.insert(fingerprint);
        return Ok(true);
    };
    // A key's time is over when the list says so; what it signed before that still counts.
    let at = chain.ended_at(segment).unwrap_or(Timestamp::MAX);
    match signers.principal(key, at) {
        Some(principal) => {
            seals.signers.insert(principal.to_owned());
            Ok(true)
        }
        None => {
            seals.finding(&name, format!("signed with {fingerprint}, which belongs to none of these signers"));
            Ok(false)
        }
    }
}

/// Whether a time stamp is about its segment.
fn stamp(store: &dyn Store, folder: &StorePath, segment: &str, bytes: &[u8], seals: &mut Seals) -> Result<bool> {
    let name = format!("{segment}{TIME_STAMP}");
    let Some(stream) = store.open(&folder.join(segment))? else { return Ok(false) };
    let sha256 = Digest::read(stream, &mut |_| Ok(())).ok().and_then(|digest| sha256_bytes(&digest.sha256));
    match Stamp::read(bytes) {
        Ok(stamp) if sha256.is_some_and(|sha256| stamp.covers(&sha256)) => {
            seals.stamped = seals.stamped.max(Some(stamp.at));
            Ok(true)
        }
        Ok(_) => {
            seals.finding(&name, "the time stamp is about other bytes than the segment's");
            Ok(false)
        }
        Err(unfit) => {
            seals.finding(&name, unfit.to_string());
            Ok(false)
        }
    }
}
