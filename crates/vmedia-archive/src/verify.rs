//! Verifies archives: sessions against their listings, manifests, journal and the provider's signatures, and journals against
//! their seals. Needs no network.
//!
//! `journal`, `seals` and `page` check an archive's root; `examine` checks a bag's own files and lists those to be read, `reread`
//! reads one of them, `elsewhere` sets apart what a bucket has, `openable` opens what is encrypted, `altered` compares the bag with the journal, `erased` what is left of an erased one and `plans` what ordered it; `workers` do so for many sessions in parallel. Must not repair
//! and must not print.

mod altered;
mod away;
mod checkpoints;
mod checksums;
mod compared;
mod contained;
mod elsewhere;
mod erased;
mod evidence;
mod examine;
mod examined;
mod finding;
mod journal;
mod lineage;
mod openable;
mod outcomes;
mod page;
mod plans;
mod report;
mod reread;
mod seals;
mod sound;
mod workers;

pub use away::Away;
pub use checksums::{ChecksumReport, Reported, Unreported};
pub use examine::examine;
pub use examined::Examined;
pub use finding::{Aspect, Finding, Remedy};
pub(crate) use lineage::keep_lineage;
pub(crate) use openable::{compare_content, open_session, reread_content};
pub use report::{JournalMissing, JournalReport, Observer, Report, SessionOutcome, SessionReport};
pub(crate) use reread::read_sealed;
pub use reread::{Item, Reread, reread};
pub(crate) use sound::examine_with_journal;

use crate::bag;
use crate::cipher::{self, Identities};
use crate::error::{Error, Result};
use crate::journal::{FOLDER, Journal};
use crate::layout::{DECLARATION, INFO, MANIFEST, MARKER, RECORD, TAG_MANIFEST};
use crate::model::{MediaId, SessionId};
use crate::seal::ssh::Signers;
use crate::seal::stamp::Authorities;
use crate::shard::Shard;
use crate::store::{Digest, ReadStore, StorePath};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

/// An archive of which sessions are to be verified.
pub struct Target {
    /// The archive.
    pub store: Arc<dyn ReadStore>,
    /// The folders of the sessions, in the order of their reports.
    pub sessions: Arc<Vec<StorePath>>,
    /// True if the archive is verified as a whole, so that missing sessions are findings.
    pub is_whole: bool,
    /// The journal to write the results to, if they are to be written.
    pub journal: Option<Arc<Journal>>,
    /// The error that kept a result from being written. An archive on a read-only disk is not damaged.
    pub unwritten: OnceLock<Error>,
    /// Number of persons who must have approved the plan of each erasure; 0 if erasures need no plan.
    pub approvals: u64,
    /// True if each look at a session takes requests, so that no sizes are added up before.
    pub is_remote: bool,
}

impl Target {
    /// Returns a whole archive with all of its sessions; the results are not written to its journal.
    ///
    /// # Errors
    /// A folder in it cannot be read.
    pub fn whole(store: Arc<dyn ReadStore>) -> Result<Self> {
        let mut sessions = Vec::new();
        for name in store.folders()?.into_iter().filter(|name| name != FOLDER && name != cipher::FOLDER) {
            let folder = StorePath::name(&name);
            if is_bag(store.as_ref(), &folder)? {
                sessions.push(folder);
            }
        }
        Ok(Self {
            store,
            sessions: Arc::new(sessions),
            is_whole: true,
            journal: None,
            unwritten: OnceLock::new(),
            approvals: 0,
            is_remote: false,
        })
    }
}

/// The evidence for the bytes of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// All of them are read.
    #[default]
    Reading,
    /// The store's own SHA-256; a file of which it keeps none is read.
    Store,
    /// The SHA-256 of media files in a report; one of which it has none is not compared.
    Report,
}

/// The options of a verification.
#[derive(Debug, Default)]
pub struct Options {
    /// Number of files read in parallel; at least one.
    pub workers: usize,
    /// The evidence for the bytes of files; a bag's own files are read in any case.
    pub by: Evidence,
    /// The report, if that is the evidence.
    pub report: Option<Arc<ChecksumReport>>,
    /// The percentage of payload files to read; `None` for all of them.
    pub sample: Option<f64>,
    /// Only sessions that changed since this time.
    pub since: Option<Timestamp>,
    /// The part whose missing sessions are findings; `None` for all. The sessions of a target are those of the part already.
    pub shard: Option<Shard>,
    /// The expected heads: digests of journal lines that were kept elsewhere and must still be there.
    pub heads: Vec<String>,
    /// The keys that may have signed the journal; `None` for any key.
    pub signers: Option<Signers>,
    /// The certificates that vouch for time-stamping authorities; without, time stamps are claims of the archive.
    pub authorities: Option<Authorities>,
    /// The private keys that open encrypted sessions; `None` if nothing is to be opened.
    pub identities: Option<Arc<Identities>>,
    /// The seed of the drill that chose the sessions, if it is one: each session that opens as a whole gets a line of its own.
    pub drill: Option<String>,
    /// True if the provider's signatures are to be computed again.
    pub authenticate: bool,
    /// True right after a repair, when fetching again no longer helps.
    pub is_repaired: bool,
}

/// The results of a verification in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bags that were checked to their end, and those that are missing.
    pub bags: u64,
    /// Of those, the number with findings.
    pub damaged: u64,
    /// Journals with findings, and missing ones that records name.
    pub journals: u64,
    /// Bags without findings of which the provider could not deliver something.
    pub incomplete: u64,
    /// Bags without findings of sessions for which the provider never listed any media.
    pub empty: u64,
    /// Comparisons that match in every bag so far; `None` before the first.
    pub checked: Option<Vec<Aspect>>,
    /// Payload files that were read.
    pub files: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Bytes of files for which the store or the report vouches, and that were not read.
    pub vouched: u64,
    /// Payload files that were not read, because only a sample was wanted.
    pub unread: u64,
    /// Payload files that were not compared, because the report has no SHA-256 of them.
    pub unreported: Unreported,
    /// Sessions of which the journal says that they were erased, and of which nothing is left.
    pub erased: u64,
    /// Bags without findings whose payload, or some of it, a bucket has, and the places that have it; not one byte of it was read.
    pub elsewhere: u64,
    /// That payload.
    pub away: Away,
    /// Encrypted sessions of which nothing was opened.
    pub unopened: u64,
    /// Those of them whose keys are not in the archive.
    pub keyless: u64,
    /// Bags that were not checked, because another run was changing them.
    pub busy: u64,
}

impl Totals {
    /// Adds the files of a bag.
    fn add_files(&mut self, examined: &Examined) {
        self.files += examined.files;
        self.bytes += examined.bytes;
        self.vouched += examined.vouched;
        self.unread += examined.unread;
        self.unreported.merge(examined.unreported);
        if examined.findings.is_empty() && !examined.away.is_none() {
            self.elsewhere += 1;
            self.away.add(&examined.away);
        }
    }
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
    /// The paths of its files, if the whole folder is missing.
    pub lost: Option<Vec<String>>,
}

/// Verifies archives. Returns early, with the results so far, when the observer asks to stop.
///
/// # Errors
/// A journal cannot be read, or a store cannot be reached.
pub fn verify(
    targets: &[Target],
    options: &Options,
    rules: &dyn ProviderRules,
    observer: &dyn Observer,
) -> Result<(Totals, Vec<Repairable>)> {
    let bags = targets.iter().map(|target| target.sessions.len() as u64).sum();
    let local = targets.iter().filter(|target| !target.is_remote);
    let measured = local.flat_map(|target| target.sessions.iter().map(|folder| (target.store.as_ref(), folder)));
    let bytes = measured.map(|(store, folder)| payload_bytes(store, folder).unwrap_or(0)).sum();
    let bytes = options.sample.map_or(bytes, |percent| share(bytes, percent));
    observer.report(Report::Started { bags, bytes, workers: options.workers as u64 });
    workers::verify_all(targets, options, rules, observer)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an estimate for a bar")]
fn share(bytes: u64, percent: f64) -> u64 {
    (bytes as f64 * percent / 100.0) as u64
}

/// The hint for a session that is damaged and therefore refused.
pub(crate) const REPAIR: &str = "repair it, or restore it from a backup; `vmedia verify` shows everything that was found";

/// The largest manifest or record that is read, in bytes.
const LARGEST_TEXT: u64 = 256 * 1024 * 1024;

/// The rules for reading a provider's stored listings and checking its signatures. Without them, listings are bytes like any
/// other and signatures are not computed.
pub trait ProviderRules: Send + Sync {
    /// Returns the media that a stored listing names, or the reason why it cannot be read.
    fn listed(&self, _provider: &str, _document: &str, _bytes: &[u8]) -> std::result::Result<Vec<MediaId>, String> {
        Ok(Vec::new())
    }

    /// Begins to check bytes against a recorded signature; `None` without the secrets for it.
    fn signature_check(&self, _provider: &str, _signature: &str) -> Option<Box<dyn SignatureCheck>> {
        None
    }
}

/// The rules of no provider.
#[derive(Debug, Clone, Copy)]
pub struct NoProvider;

impl ProviderRules for NoProvider {}

/// Computes the SHA-256 of bytes, and checks a recorded signature over them, in one pass.
pub trait SignatureCheck {
    /// Adds the next piece.
    fn update(&mut self, piece: &[u8]);
    /// Returns the SHA-256 of all pieces, and true if the signature holds for them.
    fn finish(self: Box<Self>) -> ([u8; 32], bool);
}

/// Returns true if a folder is, or was meant to be, a session's folder.
pub fn is_bag(store: &dyn ReadStore, folder: &StorePath) -> Result<bool> {
    for mark in [RECORD, MARKER, DECLARATION, MANIFEST] {
        if store.length(&folder.join(mark))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the number of bytes of payload that a bag claims; 0 when it claims nothing.
pub fn payload_bytes(store: &dyn ReadStore, folder: &StorePath) -> Result<u64> {
    Ok(read(store, folder, INFO)?.as_deref().and_then(bag::parse_oxum).map_or(0, |(bytes, _)| bytes))
}

/// Returns a bag's digest: the SHA-256 of its tag manifest, if there is one.
pub(crate) fn bag_digest(store: &dyn ReadStore, folder: &StorePath) -> Result<Option<String>> {
    Ok(store.read(&folder.join(TAG_MANIFEST), LARGEST_TEXT)?.map(|bytes| Digest::of(&bytes).sha256))
}

fn read(store: &dyn ReadStore, folder: &StorePath, name: &str) -> Result<Option<String>> {
    Ok(store.read(&folder.join(name), LARGEST_TEXT)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
