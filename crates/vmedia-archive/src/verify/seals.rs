//! Checks the seals of a journal: each signature and time stamp against the segment beside it and against what later
//! runs say of it, who signed, and which runs no seal covers.
//!
//! A seal covers its segment and, through the digests in it, every earlier one. A signature says who wrote it, a time
//! stamp only when it was there: an authority stamps for everyone. So where signers are named, only their signatures cover
//! runs, and stamps date them. A stamp that is not judged is a claim and covers nothing. Must not read what the journal
//! says.

use super::{Aspect, Finding, Options};
use crate::error::{Error, Result};
use crate::journal::{Chain, FOLDER, LARGEST_SEAL, SIGNATURE, TIME_STAMP};
use crate::seal::ssh::{PublicKey, Refusal, Signature, Signers};
use crate::seal::stamp::{JudgeError, Stamp};
use crate::store::{Digest, Listed, ReadStore, StorePath, sha256_bytes};
use crate::text::{moment, plural};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeSet, HashMap, HashSet};

/// How far the clocks of the machine that wrote a segment and of the authority may differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// What the seals of a journal say.
#[derive(Debug, Default)]
pub(super) struct Seals {
    /// Who signed: the names that the list of signers has for their keys, else the keys' fingerprints.
    pub(super) signers: BTreeSet<String>,
    /// The time of the newest stamp that holds before a trusted authority.
    pub(super) stamped: Option<Timestamp>,
    /// The time of the newest stamp that was not judged, or cannot be.
    pub(super) claimed: Option<Timestamp>,
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

/// A seal as it stands in the archive.
struct SealFile {
    /// The segment that it seals.
    segment: String,
    bytes: Vec<u8>,
}

/// Checks every seal in a journal. With a list of signers, other keys' signatures do not count; without certificates of
/// authorities, no time stamp does.
pub(super) fn check_seals(store: &dyn ReadStore, chain: &Chain, options: &Options, now: Timestamp) -> Result<Seals> {
    let mut check = Check { store, folder: StorePath::name(FOLDER), chain, options, now, seals: Seals::default() };
    let (signatures, stamps) = check.read()?;
    let stamps: Vec<(String, Timestamp)> =
        stamps.into_iter().filter_map(|stamp| Some((stamp.segment.clone(), check.stamp(&stamp)?))).collect();
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

/// Whether a signature counts.
enum Counts {
    Yes,
    No,
    /// Its key counted for a time only, and its owner can now write that time into a journal.
    IfOlder,
}

/// A check of the seals of one journal.
struct Check<'a> {
    store: &'a dyn ReadStore,
    folder: StorePath,
    chain: &'a Chain,
    options: &'a Options,
    now: Timestamp,
    seals: Seals,
}

impl<'a> Check<'a> {
    /// Reads the signatures and the time stamps, and compares them with what later runs say of them.
    fn read(&mut self) -> Result<(Vec<SealFile>, Vec<SealFile>)> {
        let (mut signatures, mut stamps) = (Vec::new(), Vec::new());
        // The SHA-256 of each seal; none where it cannot be read.
        let mut digests: HashMap<String, Option<String>> = HashMap::new();
        for Listed { path, .. } in self.store.list(&self.folder)? {
            let Some(name) = path.below(&self.folder) else { continue };
            let (segment, same_kind) = match (name.strip_suffix(SIGNATURE), name.strip_suffix(TIME_STAMP)) {
                (Some(segment), _) => (segment, &mut signatures),
                (_, Some(segment)) => (segment, &mut stamps),
                _ => continue,
            };
            let bytes = match self.store.read(&path, LARGEST_SEAL) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
                Err(error) => {
                    self.seals.unreadable(name, &error);
                    digests.insert(name.to_owned(), None);
                    continue;
                }
            };
            digests.insert(name.to_owned(), Some(Digest::of(&bytes).sha256));
            if matches!(self.store.length(&self.folder.join(segment)), Ok(None)) {
                self.seals.finding(name, "seals a segment that is not here");
                continue;
            }
            same_kind.push(SealFile { segment: segment.to_owned(), bytes });
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

    /// Returns the segments with a signature that counts. Stamps that hold say how old signatures are.
    fn signatures<'s>(&mut self, signatures: &'s [SealFile], stamps: &[(String, Timestamp)]) -> Vec<&'s str> {
        let (mut signed, mut undated) = (Vec::new(), Vec::new());
        let mut age = Age { chain: self.chain, stamps, before: HashMap::new() };
        for signature in signatures {
            match self.signature(signature, &mut age) {
                Counts::Yes => signed.push(signature.segment.as_str()),
                Counts::IfOlder => undated.push(&signature.segment),
                Counts::No => {}
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

    /// Returns whether a segment's signature holds and counts.
    fn signature(&mut self, SealFile { segment, bytes }: &SealFile, age: &mut Age<'_>) -> Counts {
        let name = format!("{segment}{SIGNATURE}");
        let signature = match Signature::parse(bytes) {
            Ok(signature) => signature,
            Err(refusal @ Refusal::Algorithm(_)) => {
                self.seals.notes.push(format!("{name}: {refusal}"));
                return Counts::No;
            }
            Err(refusal) => {
                self.seals.finding(&name, refusal.to_string());
                return Counts::No;
            }
        };
        let stream = match self.store.open(&self.folder.join(segment)) {
            Ok(Some(stream)) => stream,
            Ok(None) => return Counts::No,
            Err(error) => {
                self.seals.unreadable(&name, &error);
                return Counts::No;
            }
        };
        let key = match signature.verify(stream) {
            Ok(key) => key,
            Err(refusal) => {
                self.seals.finding(&name, refusal.to_string());
                return Counts::No;
            }
        };
        let fingerprint = key.fingerprint();
        let Some(signers) = &self.options.signers else {
            self.seals.signers.insert(fingerprint);
            return Counts::Yes;
        };
        match self.holder(signers, segment, key, age) {
            Ok(principal) => {
                self.seals.signers.insert(principal.to_owned());
                Counts::Yes
            }
            Err(counts) => {
                if matches!(counts, Counts::No) {
                    self.seals.finding(&name, format!("signed with {fingerprint}, which belongs to none of these signers"));
                }
                counts
            }
        }
    }

    /// Returns whose key it is, or why its signature of this segment does not count. A key's time is over when the list
    /// says so; what it signed before that still counts.
    fn holder<'s>(&self, signers: &'s Signers, segment: &str, key: &PublicKey, age: &mut Age<'_>) -> std::result::Result<&'s str, Counts> {
        let at = self.chain.ended_at(segment).unwrap_or(Timestamp::MAX);
        match signers.holder(key, at) {
            Some((_, Some(until))) if until < self.now && !age.is_before(segment, until) => Err(Counts::IfOlder),
            Some((principal, _)) => Ok(principal),
            None => Err(Counts::No),
        }
    }

    /// Returns when a time stamp was given, if it counts: it is about its segment, not older than its last line, and holds
    /// before a trusted authority.
    fn stamp(&mut self, SealFile { segment, bytes }: &SealFile) -> Option<Timestamp> {
        let name = format!("{segment}{TIME_STAMP}");
        let judged = self.options.authorities.as_ref().map(|authorities| authorities.judge(bytes));
        let (stamp, judged) = match judged {
            Some(Ok(stamp)) => (stamp, Some(Ok(()))),
            refused => match Stamp::read(bytes) {
                Ok(stamp) => (stamp, refused.map(|judged| judged.map(drop))),
                Err(unfit) => {
                    self.seals.finding(&name, unfit.to_string());
                    return None;
                }
            },
        };
        match self.store.open(&self.folder.join(segment)).map(|stream| stream.and_then(digest)) {
            Ok(Some(sha256)) if stamp.covers(&sha256) => {}
            Ok(_) => {
                self.seals.finding(&name, "the time stamp is about other bytes than the segment's");
                return None;
            }
            Err(error) => {
                self.seals.unreadable(&name, &error);
                return None;
            }
        }
        let last = self.chain.ended_at(segment).filter(|last| last.duration_since(stamp.at) > CLOCKS_DIFFER);
        if let Some(last) = last {
            let (at, last) = (moment(stamp.at), moment(last));
            self.seals
                .finding(&name, format!("the time stamp says {at} and is older than the last line that it covers, which says {last}"));
        }
        match judged {
            Some(Ok(())) if last.is_none() => {
                self.seals.stamped = self.seals.stamped.max(Some(stamp.at));
                return Some(stamp.at);
            }
            Some(Ok(())) => {}
            Some(Err(refusal @ JudgeError::Unsupported(_))) => {
                self.seals.claimed = self.seals.claimed.max(Some(stamp.at));
                self.seals.notes.push(format!("{name}: {refusal}"));
            }
            Some(Err(refusal)) => self.seals.finding(&name, refusal.to_string()),
            None => self.seals.claimed = self.seals.claimed.max(Some(stamp.at)),
        }
        None
    }
}

fn digest(stream: Box<dyn std::io::Read + Send>) -> Option<[u8; 32]> {
    Digest::read(stream, &mut |_| Ok(())).ok().and_then(|digest| sha256_bytes(&digest.sha256))
}

/// What shows how old segments are, other than the segments themselves.
struct Age<'a> {
    chain: &'a Chain,
    stamps: &'a [(String, Timestamp)],
    /// What is older than each time that was asked about.
    before: HashMap<Timestamp, HashSet<&'a str>>,
}

impl Age<'_> {
    /// Returns whether a segment is as it was before a time: a stamp from before it covers the segment, or a head does that
    /// was kept elsewhere.
    fn is_before(&mut self, segment: &str, until: Timestamp) -> bool {
        let (chain, stamps) = (self.chain, self.stamps);
        let before = self.before.entry(until).or_insert_with(|| {
            let early = stamps.iter().filter(|(_, at)| *at <= until).map(|(stamped, _)| stamped.as_str());
            chain.behind(early)
        });
        before.contains(segment) || chain.behind_heads.contains(segment)
    }
}
