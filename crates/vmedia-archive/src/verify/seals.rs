//! Checks the seals of a journal: each signature and time stamp against the checkpoint of its segment and against what later runs say of
//! it, the signers, and the runs that no seal covers.
//!
//! A seal covers its checkpoint, through that the segment, and through the digests in it every earlier one. A signature says who wrote the segment, a time
//! stamp only when it was there: an authority stamps for everyone. So where signers are named, only their signatures cover runs,
//! and stamps date them. A stamp that is not judged is a claim and covers nothing. Must not read what the journal says.

use super::checkpoints::{CheckpointFile, Checkpoints};
use super::{Aspect, Finding, Options};
use crate::error::Result;
use crate::journal::{CHECKPOINT, Chain, FOLDER, LARGEST_SEAL, SIGNATURE, TIME_STAMP};
use crate::seal::ssh::{Refusal, Signature};
use crate::seal::stamp::{JudgeError, Stamp};
use crate::store::{Digest, Listed, ReadStore, StorePath, sha256_bytes};
use crate::text::{moment, plural};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The allowed difference between the clocks of the machine that wrote a segment and of the authority.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// The result of a check of a journal's seals.
#[derive(Debug, Default)]
pub(super) struct Seals {
    /// The signers: the names that the list of signers has for their keys, else the keys' fingerprints.
    pub(super) signers: BTreeSet<String>,
    /// The time of the newest stamp of a trusted authority.
    pub(super) stamped: Option<Timestamp>,
    /// The time of the newest stamp that was not judged, or cannot be.
    pub(super) claimed: Option<Timestamp>,
    /// The segments that a seal which counts covers: its own, and those that the run names as ended before it.
    pub(super) covered: HashSet<String>,
    /// Number of runs that no good seal covers.
    pub(super) unsealed: u64,
    pub(super) findings: Vec<Finding>,
    /// Remarks on what is no damage.
    pub(super) notes: Vec<String>,
}

impl Seals {
    fn finding(&mut self, seal: &str, what: impl Into<String>) {
        self.findings.push(Finding::new(Aspect::Journal, seal, what));
    }
}

/// A seal as it stands in the archive.
struct SealFile {
    /// The segment that it seals.
    segment: String,
    bytes: Vec<u8>,
}

/// Checks every seal in a journal. With a list of signers, signatures by other keys do not count; without certificates of
/// authorities, no time stamp does.
pub(super) fn check_seals(store: &dyn ReadStore, chain: &Chain, options: &Options, now: Timestamp) -> Result<Seals> {
    let mut check =
        Check { store, folder: StorePath::name(FOLDER), chain, options, now, checkpoints: Checkpoints::default(), seals: Seals::default() };
    let (signatures, stamps) = check.read()?;
    let stamps = check.stamps(stamps);
    let signed = check.signatures(&signatures, &stamps);
    let mut seals = check.seals;
    if options.signers.is_some() && seals.signers.is_empty() {
        seals.finding("the journal", "no part of it is signed by one of these signers");
    }
    if options.authorities.is_some() && seals.stamped.is_none() {
        seals.finding("the journal", "no part of it has a time stamp of an authority that the certificates of --tsa-ca vouch for");
    }
    let is_by_stamps = options.signers.is_none() && options.authorities.is_some();
    let sealed: Vec<&str> = if is_by_stamps { stamps.iter().map(|(segment, _)| segment.as_str()).collect() } else { signed };
    seals.covered = chain.behind(sealed.into_iter()).into_iter().map(str::to_owned).collect();
    seals.unsealed = chain.not_among(&seals.covered);
    Ok(seals)
}

/// A reason why a seal does not count.
enum Fault {
    Finding(String),
    /// This version cannot check it, which is no damage.
    Note(String),
    /// Its key counted for a time only, and its owner can now write that time into a journal.
    Undated,
    /// Its checkpoint does not fit the segment, which is reported of the checkpoint.
    Misfit,
}

fn fault(what: impl Into<String>) -> Fault {
    Fault::Finding(what.into())
}

/// A check of the seals of one journal.
struct Check<'a> {
    store: &'a dyn ReadStore,
    folder: StorePath,
    chain: &'a Chain,
    options: &'a Options,
    now: Timestamp,
    checkpoints: Checkpoints,
    seals: Seals,
}

impl Check<'_> {
    /// Reads the checkpoints, the signatures and the time stamps, and compares them with their segments and with what later runs say of
    /// them.
    fn read(&mut self) -> Result<(Vec<SealFile>, Vec<SealFile>)> {
        let (mut signatures, mut stamps) = (Vec::new(), Vec::new());
        // The SHA-256 of each seal; `None` for one that cannot be read.
        let mut digests: HashMap<String, Option<String>> = HashMap::new();
        for Listed { path, .. } in self.store.list(&self.folder)? {
            let Some(name) = path.below(&self.folder) else { continue };
            if let Some(segment) = name.strip_suffix(CHECKPOINT) {
                self.checkpoints.add(self.store, &self.folder, segment, self.chain.trees.get(segment));
            }
            let (segment, same_kind) = match (name.strip_suffix(SIGNATURE), name.strip_suffix(TIME_STAMP)) {
                (Some(segment), _) => (segment, &mut signatures),
                (_, Some(segment)) => (segment, &mut stamps),
                _ => continue,
            };
            match self.store.read(&path, LARGEST_SEAL) {
                Ok(Some(bytes)) => {
                    digests.insert(name.to_owned(), Some(Digest::of(&bytes).sha256));
                    same_kind.push(SealFile { segment: segment.to_owned(), bytes });
                }
                Ok(None) => {}
                Err(error) => {
                    self.seals.finding(name, format!("cannot be checked: {}", error.what()));
                    digests.insert(name.to_owned(), None);
                }
            }
        }
        for (name, misfit) in self.checkpoints.misfits() {
            self.seals.finding(&name, misfit);
        }
        for (run, seal) in &self.chain.seals {
            match digests.get(&seal.name) {
                None => self.seals.finding(&seal.name, format!("is missing: it was there when {run} began")),
                Some(Some(sha256)) if *sha256 != seal.sha256 => {
                    self.seals.finding(&seal.name, format!("is not what it was when {run} began: it was exchanged or altered"));
                }
                Some(_) => {}
            }
        }
        Ok((signatures, stamps))
    }

    /// Returns what a seal of this segment is about.
    fn checkpoint(&self, segment: &str) -> std::result::Result<&CheckpointFile, Fault> {
        self.checkpoints.get(segment).ok_or_else(|| fault("seals nothing: the checkpoint of its segment is missing"))
    }

    /// Reports a fault. Returns true for [`Fault::Undated`], which the caller reports.
    fn report(&mut self, name: &str, fault: Fault) -> bool {
        match fault {
            Fault::Finding(what) => self.seals.finding(name, what),
            Fault::Note(what) => self.seals.notes.push(format!("{name}: {what}")),
            Fault::Undated => return true,
            Fault::Misfit => {}
        }
        false
    }

    /// Returns the segments with a signature that counts. Stamps that hold show how old signatures are.
    fn signatures<'s>(&mut self, signatures: &'s [SealFile], stamps: &[(String, Timestamp)]) -> Vec<&'s str> {
        let (mut signed, mut undated) = (Vec::new(), Vec::new());
        let mut age = Age { chain: self.chain, stamps, before: HashMap::new() };
        for file in signatures {
            match self.signer(file, &mut age) {
                Ok(signer) => {
                    self.seals.signers.insert(signer);
                    signed.push(file.segment.as_str());
                }
                Err(fault) => {
                    let is_undated = self.report(&format!("{}{SIGNATURE}", file.segment), fault);
                    undated.extend(is_undated.then_some(&file.segment));
                }
            }
        }
        if let Some(first) = undated.first() {
            let why = "only the journal itself says that they are older, so their signatures do not count";
            let hint = "a time stamp from before the end of that time, judged with --tsa-ca, or --expect-head with a head that was written \
                        down before it would show it";
            let runs = plural(undated.len() as u64, "run");
            self.seals.notes.push(format!("{runs} signed by keys whose time is over, the first is {first}: {why}; {hint}"));
        }
        signed
    }

    /// Returns the signer of a segment: the name that the list of signers has for the key, without a list its fingerprint. A
    /// key's time is over when the list says so; earlier signatures still count.
    fn signer(&self, SealFile { segment, bytes }: &SealFile, age: &mut Age<'_>) -> std::result::Result<String, Fault> {
        let signature = Signature::parse(bytes).map_err(|refusal| match refusal {
            Refusal::Algorithm(_) => Fault::Note(refusal.to_string()),
            _ => fault(refusal.to_string()),
        })?;
        let checkpoint = self.checkpoint(segment)?;
        let key = signature.verify(checkpoint.text.as_slice()).map_err(|refusal| fault(refusal.to_string()))?;
        if checkpoint.misfit.is_some() {
            return Err(Fault::Misfit);
        }
        let Some(signers) = &self.options.signers else { return Ok(key.fingerprint()) };
        match signers.holder(key, self.chain.ended_at(segment).unwrap_or(Timestamp::MAX)) {
            Some((_, Some(until))) if until < self.now && !age.is_before(segment, until) => Err(Fault::Undated),
            Some((principal, _)) => Ok(principal.to_owned()),
            None => Err(fault(format!("signed with {}, which belongs to none of these signers", key.fingerprint()))),
        }
    }

    /// Returns the segments with a time stamp that counts, and its time.
    fn stamps(&mut self, stamps: Vec<SealFile>) -> Vec<(String, Timestamp)> {
        let mut held = Vec::new();
        for file in stamps {
            match self.stamp(&file) {
                Ok(at) => held.extend(at.map(|at| (file.segment, at))),
                Err(fault) => _ = self.report(&format!("{}{TIME_STAMP}", file.segment), fault),
            }
        }
        held
    }

    /// Returns the time of a stamp if it counts: it is about its segment, not older than the last line, and a trusted authority
    /// vouches for it.
    fn stamp(&mut self, SealFile { segment, bytes }: &SealFile) -> std::result::Result<Option<Timestamp>, Fault> {
        let (stamp, judged) = match &self.options.authorities {
            Some(authorities) => authorities.judge(bytes).map(|(stamp, judged)| (stamp, Some(judged))),
            None => Stamp::read(bytes).map(|stamp| (stamp, None)),
        }
        .map_err(|error| fault(error.to_string()))?;
        let checkpoint = self.checkpoint(segment)?;
        if !sha256_bytes(&Digest::of(&checkpoint.text).sha256).is_some_and(|sha256| stamp.covers(&sha256)) {
            return Err(fault("the time stamp is about other bytes than the checkpoint's"));
        }
        if checkpoint.misfit.is_some() {
            return Err(Fault::Misfit);
        }
        let last = self.chain.ended_at(segment).filter(|last| last.duration_since(stamp.at) > CLOCKS_DIFFER);
        if let Some(last) = last {
            let (at, last) = (moment(stamp.at), moment(last));
            let what = format!("the time stamp says {at} and is older than the last line that it covers, which says {last}");
            self.seals.finding(&format!("{segment}{TIME_STAMP}"), what);
        }
        match judged {
            Some(Ok(())) => {
                let at = Some(stamp.at).filter(|_| last.is_none());
                self.seals.stamped = self.seals.stamped.max(at);
                Ok(at)
            }
            Some(Err(refusal @ JudgeError::Unsupported(_))) => {
                self.seals.claimed = self.seals.claimed.max(Some(stamp.at));
                Err(Fault::Note(refusal.to_string()))
            }
            Some(Err(refusal)) => Err(fault(refusal.to_string())),
            None => {
                self.seals.claimed = self.seals.claimed.max(Some(stamp.at));
                Ok(None)
            }
        }
    }
}

/// Evidence of the age of segments, other than the segments themselves.
struct Age<'a> {
    chain: &'a Chain,
    stamps: &'a [(String, Timestamp)],
    /// The segments that are older than each time that was asked for.
    before: HashMap<Timestamp, HashSet<&'a str>>,
}

impl Age<'_> {
    /// Returns true if a segment is unchanged since a time: a stamp from before it, or an expected head, covers the segment.
    fn is_before(&mut self, segment: &str, until: Timestamp) -> bool {
        let (chain, stamps) = (self.chain, self.stamps);
        let before = self.before.entry(until).or_insert_with(|| {
            let early = stamps.iter().filter(|(_, at)| *at <= until).map(|(stamped, _)| stamped.as_str());
            chain.behind(early)
        });
        before.contains(segment) || chain.behind_heads.contains(segment)
    }
}
