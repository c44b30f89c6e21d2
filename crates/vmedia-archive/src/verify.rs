//! Verifies archives: sessions against their listings, manifests, journal and the provider's signatures, and journals against
//! their seals. Needs no network.
//!
//! `journal` and `seals` check what stands in an archive's root; `examine` checks a bag's own files and lists those to be
//! read, `reread` reads one of them, `altered` compares the bag with the journal; `workers` do so for many sessions in parallel.
//! Must not repair and must not print.

mod altered;
mod examine;
mod finding;
mod journal;
mod outcomes;
mod page;
mod report;
mod reread;
mod seals;
mod workers;

pub use examine::{Examined, examine};
pub use finding::{Aspect, Finding, Remedy};
pub use report::{JournalMissing, JournalReport, Observer, Report, SessionOutcome, SessionReport};
pub(crate) use reread::read_sealed;
pub use reread::{Item, Reread, reread};

use crate::bag;
use crate::error::{Error, Result};
use crate::journal::{FOLDER, Journal};
use crate::layout::{DECLARATION, INFO, MANIFEST, MARKER, RECORD};
use crate::model::{MediaId, SessionId};
use crate::seal::ssh::Signers;
use crate::seal::stamp::Authorities;
use crate::store::{ReadStore, StorePath};
use jiff::Timestamp;
use std::sync::{Arc, OnceLock};
use workers::{Counts, Run};

/// An archive of which sessions are to be verified.
pub struct Target {
    /// The archive.
    pub store: Arc<dyn ReadStore>,
    /// The folders of the sessions, in the order of their reports.
    pub sessions: Arc<Vec<StorePath>>,
    /// Whether the archive as a whole is meant, so that missing sessions are findings.
    pub is_whole: bool,
    /// The journal that the results are written to, if they are.
    pub journal: Option<Arc<Journal>>,
    /// The error that kept a result from being written. An archive on a read-only disk is not damaged.
    pub unwritten: OnceLock<Error>,
}

impl Target {
    /// Returns a whole archive with all of its sessions; the results are not written to its journal.
    ///
    /// # Errors
    /// A folder in it cannot be read.
    pub fn whole(store: Arc<dyn ReadStore>) -> Result<Self> {
        let mut sessions = Vec::new();
        for name in store.folders()?.into_iter().filter(|name| name != FOLDER) {
            let folder = StorePath::name(&name);
            if is_bag(store.as_ref(), &folder)? {
                sessions.push(folder);
            }
        }
        Ok(Self { store, sessions: Arc::new(sessions), is_whole: true, journal: None, unwritten: OnceLock::new() })
    }
}

/// How to verify.
#[derive(Debug, Default)]
pub struct Options {
    /// Number of files read in parallel; at least one.
    pub workers: usize,
    /// The percentage of payload files that are read; none for all of them.
    pub sample: Option<f64>,
    /// Only sessions that changed since this time.
    pub since: Option<Timestamp>,
    /// Digests of journal lines that were kept elsewhere and must still be there.
    pub heads: Vec<String>,
    /// The keys that may have signed the journal; none for any key.
    pub signers: Option<Signers>,
    /// The certificates that vouch for time-stamping authorities; without, time stamps are claims of the archive.
    pub authorities: Option<Authorities>,
    /// Whether the provider's signatures are computed again.
    pub authenticate: bool,
    /// Whether what can be fetched again was fetched just now, so that fetching no longer helps.
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
    /// What every bag so far was compared with, and matches; none before the first.
    pub checked: Option<Vec<Aspect>>,
    /// Payload files that were read.
    pub files: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Payload files that were not read, because only a sample was wanted.
    pub unread: u64,
    /// Bags that were not checked, because another run was changing them.
    pub busy: u64,
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

/// Verifies archives. Returns early, with the results so far, when the observer asks to stop.
///
/// # Errors
/// A journal cannot be read.
pub fn verify(
    targets: &[Target],
    options: &Options,
    rules: &dyn ProviderRules,
    observer: &dyn Observer,
) -> Result<(Totals, Vec<Repairable>)> {
    let bags: Vec<(usize, &StorePath)> =
        targets.iter().enumerate().flat_map(|(number, target)| target.sessions.iter().map(move |folder| (number, folder))).collect();
    let sessions = targets.iter().flat_map(|target| target.sessions.iter().map(|folder| (&target.store, folder)));
    let bytes = sessions.map(|(store, folder)| payload_bytes(store.as_ref(), folder).unwrap_or(0)).sum();
    let bytes = options.sample.map_or(bytes, |percent| share(bytes, percent));
    observer.report(Report::Started { bags: bags.len() as u64, bytes, workers: options.workers as u64 });
    let run = Run::begin(targets, bags, options, rules, observer)?;
    std::thread::scope(|scope| {
        let run = &run;
        for number in 1..options.workers.max(1) {
            // Fewer workers than wanted do the same work.
            let _ = std::thread::Builder::new().name(format!("reader {number}")).spawn_scoped(scope, move || run.work(number));
        }
        run.work(0);
    });
    Ok(run.end())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an estimate for a bar")]
fn share(bytes: u64, percent: f64) -> u64 {
    (bytes as f64 * percent / 100.0) as u64
}

/// A manifest or record above this size is not ours.
const LARGEST_TEXT: u64 = 256 * 1024 * 1024;

/// The formats of a provider that verification needs: how its stored listings are read, and how it signs. Without them, listings
/// are bytes like any other and signatures are not computed.
pub trait ProviderRules: Send + Sync {
    /// Returns the media that a stored listing names, or why it cannot be read.
    fn listed(&self, _provider: &str, _document: &str, _bytes: &[u8]) -> std::result::Result<Vec<MediaId>, String> {
        Ok(Vec::new())
    }

    /// Begins to check bytes against a recorded signature; none without the secrets for it.
    fn signature_check(&self, _provider: &str, _signature: &str) -> Option<Box<dyn SignatureCheck>> {
        None
    }
}

/// The rules of no provider.
#[derive(Debug, Clone, Copy)]
pub struct NoProvider;

impl ProviderRules for NoProvider {}

/// Checks a recorded signature over bytes while they pass by.
pub trait SignatureCheck {
    /// The next piece.
    fn update(&mut self, piece: &[u8]);
    /// Whether the signature holds, after the last piece.
    fn holds(self: Box<Self>) -> bool;
}

/// Whether a folder is, or was meant to be, a session's folder.
pub fn is_bag(store: &dyn ReadStore, folder: &StorePath) -> Result<bool> {
    for mark in [DECLARATION, MARKER, RECORD, MANIFEST] {
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

fn read(store: &dyn ReadStore, folder: &StorePath, name: &str) -> Result<Option<String>> {
    Ok(store.read(&folder.join(name), LARGEST_TEXT)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
