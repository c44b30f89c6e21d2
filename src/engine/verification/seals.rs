//! The seals of a journal: each signature and time stamp against the segment beside it, who signed, and which runs no
//! seal covers.
//!
//! A seal covers its segment and, through the digests in it, every earlier one. A stamp's own signature is the
//! authority's, and `openssl ts -verify` judges it; here it is only whether the stamp is about these bytes, so a stamp is a
//! claim and counts as no seal: anyone can make one. Must not
//! read what the journal says.

use crate::archive::{Aspect, Chain, Finding, JOURNAL_FOLDER};
use crate::engine::{SIGNATURE, TIME_STAMP};
use crate::error::{Error, Result};
use crate::seal::ssh::{PublicKey, Refusal, Signature, Signers};
use crate::seal::stamp::Stamp;
use crate::store::{Digest, Store, StorePath, sha256_bytes};
use crate::text::plural;
use jiff::Timestamp;
use std::collections::{BTreeSet, HashSet};

/// A seal above this size was not written by us.
const LARGEST: u64 = 1024 * 1024;

/// What the seals of a journal say.
#[derive(Debug, Default)]
pub(super) struct Seals {
    /// Who signed: the names that the list of signers has for their keys, else the keys' fingerprints.
    pub(super) signers: BTreeSet<String>,
    /// When the newest stamp claims to have been given. Its signature is not judged, so it covers nothing.
    pub(super) stamped: Option<Timestamp>,
    /// The segments that a seal which counts covers: its own, and those that the run names as ended before it.
    pub(super) covered: HashSet<String>,
    /// How many runs no good seal covers.
    pub(super) unsealed: u64,
    /// What is wrong.
    pub(super) findings: Vec<Finding>,
    /// What a person should know and what is no damage.
    pub(super) notes: Vec<String>,
}

impl Seals {
    fn finding(&mut self, seal: &str, what: impl Into<String>) {
        self.findings.push(Finding::new(Aspect::Journal, seal, what));
    }

    /// A seal that cannot be read says nothing, and everything else is checked all the same.
    fn unreadable(&mut self, seal: &str, error: &Error) {
        self.finding(seal, format!("cannot be checked: {}", error.what()));
    }
}

/// Who may have signed a journal, and what says how old its parts are.
struct Judge<'a> {
    chain: &'a Chain,
    signers: &'a Signers,
    now: Timestamp,
}

impl<'a> Judge<'a> {
    /// Whether a key's signature counts, and whose it is.
    fn whose(&self, segment: &str, key: &PublicKey) -> (Counts, Option<&'a str>) {
        // A key's time is over when the list says so; what it signed before that still counts.
        let at = self.chain.ended_at(segment).unwrap_or(Timestamp::MAX);
        match self.signers.holder(key, at) {
            Some((_, Some(until))) if until < self.now && !self.chain.behind_heads.contains(segment) => (Counts::IfOlder, None),
            Some((principal, _)) => (Counts::Yes, Some(principal)),
            None => (Counts::No, None),
        }
    }
}

/// Checks every seal in a journal. With a list of signers, others' signatures do not count.
pub(super) fn check_seals(store: &dyn Store, chain: &Chain, signers: Option<&Signers>, now: Timestamp) -> Result<Seals> {
    let (mut seals, mut sealed) = (Seals::default(), HashSet::new());
    let folder = StorePath::name(JOURNAL_FOLDER);
    let mut signatures = Vec::new();
    for path in store.list(&folder)? {
        let Some(name) = path.below(&folder) else { continue };
        let (segment, is_signature) = match (name.strip_suffix(SIGNATURE), name.strip_suffix(TIME_STAMP)) {
            (Some(segment), _) => (segment, true),
            (_, Some(segment)) => (segment, false),
            _ => continue,
        };
        if matches!(store.length(&folder.join(segment)), Ok(None)) {
            seals.finding(name, "seals a segment that is not here");
            continue;
        }
        let bytes = match store.read(&path, LARGEST) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err(error) => {
                seals.unreadable(name, &error);
                continue;
            }
        };
        if is_signature {
            signatures.push((segment.to_owned(), bytes));
        } else {
            stamp(store, &folder, segment, &bytes, &mut seals);
        }
    }
    let judge = signers.map(|signers| Judge { chain, signers, now });
    let mut undated = Vec::new();
    for (segment, bytes) in signatures {
        match signature(store, &folder, &segment, &bytes, judge.as_ref(), &mut seals) {
            Counts::Yes => _ = sealed.insert(segment),
            Counts::IfOlder => undated.push(segment),
            Counts::No => {}
        }
    }
    if let Some(first) = undated.first() {
        let why = "nothing but the journal itself says that this was before, so it does not count";
        let hint = "--expect-head with a head that was written down before the end of that time would show it";
        let runs = plural(undated.len() as u64, "run");
        seals.notes.push(format!("{runs} signed by keys whose time is over, the first is {first}: {why}; {hint}"));
    }
    if signers.is_some() && seals.signers.is_empty() {
        seals.finding("the journal", "no part of it is signed by one of these signers");
    }
    seals.covered = chain.behind(sealed.iter().map(String::as_str)).into_iter().map(str::to_owned).collect();
    seals.unsealed = chain.not_among(&seals.covered);
    Ok(seals)
}

/// Whether a signature counts.
enum Counts {
    Yes,
    No,
    /// Its key counted for a time only, and whoever has the key now can write that time into a journal.
    IfOlder,
}

/// Whether a segment's signature holds and counts.
fn signature(store: &dyn Store, folder: &StorePath, segment: &str, bytes: &[u8], judge: Option<&Judge<'_>>, seals: &mut Seals) -> Counts {
    let name = format!("{segment}{SIGNATURE}");
    let stream = match store.open(&folder.join(segment)) {
        Ok(Some(stream)) => stream,
        Ok(None) => return Counts::No,
        Err(error) => {
            seals.unreadable(&name, &error);
            return Counts::No;
        }
    };
    let signature = match Signature::parse(bytes) {
        Ok(signature) => signature,
        Err(refusal @ Refusal::Algorithm(_)) => {
            seals.notes.push(format!("{name}: {refusal}"));
            return Counts::No;
        }
        Err(refusal) => {
            seals.finding(&name, refusal.to_string());
            return Counts::No;
        }
    };
    let key = match signature.verify(stream) {
        Ok(key) => key,
        Err(refusal) => {
            seals.finding(&name, refusal.to_string());
            return Counts::No;
        }
    };
    let fingerprint = key.fingerprint();
    let Some(judge) = judge else {
        seals.signers.insert(fingerprint);
        return Counts::Yes;
    };
    let (counts, principal) = judge.whose(segment, key);
    seals.signers.extend(principal.map(str::to_owned));
    if matches!(counts, Counts::No) {
        seals.finding(&name, format!("signed with {fingerprint}, which belongs to none of these signers"));
    }
    counts
}

/// Takes over when a time stamp claims to have been given, if it is about its segment.
fn stamp(store: &dyn Store, folder: &StorePath, segment: &str, bytes: &[u8], seals: &mut Seals) {
    let name = format!("{segment}{TIME_STAMP}");
    let stream = match store.open(&folder.join(segment)) {
        Ok(Some(stream)) => stream,
        Ok(None) => return,
        Err(error) => return seals.unreadable(&name, &error),
    };
    let sha256 = Digest::read(stream, &mut |_| Ok(())).ok().and_then(|digest| sha256_bytes(&digest.sha256));
    match Stamp::read(bytes) {
        Ok(stamp) if sha256.is_some_and(|sha256| stamp.covers(&sha256)) => seals.stamped = seals.stamped.max(Some(stamp.at)),
        Ok(_) => seals.finding(&name, "the time stamp is about other bytes than the segment's"),
        Err(unfit) => seals.finding(&name, unfit.to_string()),
    }
}
