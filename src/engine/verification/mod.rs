//! A verification of many sessions: what is to be checked and how, the journals first, then the bags, told in the order
//! in which they were given.
//!
//! Must not decide what a finding is (`archive`) or how it is shown.

mod queue;
mod seals;

use super::event::Event;
use super::order::Order;
use super::pool::Pool;
use super::{Emit, locked};
use crate::archive::{Aspect, Chain, Deleted, Examined, Finding, Journal, Witness, deleted_sessions, payload_bytes};
use crate::clock::{Cancel, Clock};
use crate::error::Result;
use crate::media::SessionId;
use crate::seal::ssh::Signers;
use crate::store::{Store, StorePath};
use jiff::Timestamp;
use queue::{Counts, Run};
use seals::check_seals;
use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex};

/// An archive of which sessions are to be verified.
pub struct Target {
    /// Where it is.
    pub store: Arc<dyn Store>,
    /// The folders of the sessions, in the order in which they are told.
    pub sessions: Vec<StorePath>,
    /// Whether these are all sessions of the archive, so that one that is missing can be missed.
    pub is_whole: bool,
    /// Where the outcome is written down, if it is to be.
    pub journal: Option<Arc<Journal>>,
}

/// How to verify.
pub struct VerifyOptions {
    /// How many files are read at once.
    pub workers: usize,
    /// The percentage of payload files that are read; none for all of them.
    pub sample: Option<f64>,
    /// Only sessions that changed since then.
    pub since: Option<Timestamp>,
    /// Digests of journal lines that somebody kept elsewhere and that must still be there.
    pub heads: Vec<String>,
    /// Who may have signed the journal; none when anybody may.
    pub signers: Option<Signers>,
    /// Whether the provider's signatures are computed again.
    pub authenticate: bool,
}

/// What was verified in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifySum {
    /// Bags that were checked to their end, and those that should be there and are not.
    pub bags: u64,
    /// Of those, and of bags that should be there and are not, how many have findings; and journals with findings.
    pub damaged: u64,
    /// Payload files that were read.
    pub files: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Payload files that were not read, because only a sample was asked for.
    pub unread: u64,
    /// Bags that another run was changing, so that they were not checked.
    pub busy: u64,
    /// Files whose signature was computed again and holds.
    pub authentic: u64,
    /// Files that came without a signature.
    pub unsigned: u64,
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

/// Verifies; returns early, with what was checked so far, when somebody asks to stop.
pub fn verify(
    targets: &[Target],
    options: &VerifyOptions,
    witness: &dyn Witness,
    clock: &dyn Clock,
    cancel: &Cancel,
    emit: &Emit,
) -> Result<(VerifySum, Vec<Repairable>)> {
    let mut expected = 0;
    for Target { store, sessions, .. } in targets {
        for folder in sessions {
            expected += payload_bytes(store.as_ref(), folder).unwrap_or(0);
        }
    }
    let bags: Vec<(usize, &StorePath)> =
        targets.iter().enumerate().flat_map(|(number, target)| target.sessions.iter().map(move |folder| (number, folder))).collect();
    let bytes = options.sample.map_or(expected, |percent| share(expected, percent));
    emit.event(Event::VerifyStarted { bags: bags.len() as u64, bytes, workers: options.workers as u64 });
    let mut sum = VerifySum::default();
    let (mut chains, mut repairable) = (Vec::new(), Vec::new());
    for (number, target) in targets.iter().enumerate() {
        let chain = journal_of(target, options, cancel, emit, &mut sum)?;
        if let Some(chain) = chain.as_ref().filter(|_| target.is_whole) {
            let gone = tell_deleted(number, target, chain, emit);
            sum.bags += gone.len() as u64;
            sum.damaged += gone.len() as u64;
            repairable.extend(gone);
        }
        chains.push(chain);
    }
    let (pool, order) = (Pool::new(bags.len()), Order::default());
    let run = Run {
        targets,
        chains,
        bags,
        options,
        witness,
        clock,
        cancel,
        emit,
        pool,
        order,
        sum: Mutex::new(sum),
        repairable: Mutex::new(repairable),
        broken: Mutex::default(),
    };
    std::thread::scope(|scope| {
        let run = &run;
        for number in 1..options.workers.max(1) {
            // Fewer workers than wanted do the same work.
            let _ = std::thread::Builder::new().name(format!("reader {number}")).spawn_scoped(scope, move || run.work(number));
        }
        run.work(0);
    });
    for event in run.order.remaining() {
        emit.event(event);
    }
    if let Some(error) = locked(&run.broken).take() {
        return Err(error);
    }
    let repairable = std::mem::take(&mut *locked(&run.repairable));
    let sum = *locked(&run.sum);
    Ok((sum, repairable))
}

/// Tells of sessions that the journal knows and that are not here.
fn tell_deleted(number: usize, target: &Target, chain: &Chain, emit: &Emit) -> Vec<Repairable> {
    let here: HashSet<&str> = target.sessions.iter().map(StorePath::as_str).collect();
    let mut gone = Vec::new();
    for Deleted { folder, session, finding, paths } in deleted_sessions(chain, &|folder| here.contains(folder)) {
        let folder = StorePath::name(&folder);
        let missing = Examined::with_finding(finding);
        emit.event(told(target.store.location(&folder), &missing, &Counts::default(), &[]));
        gone.push(Repairable { target: number, folder, session, lost: Some(paths) });
    }
    gone
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an estimate for a bar")]
fn share(bytes: u64, percent: f64) -> u64 {
    (bytes as f64 * percent / 100.0) as u64
}

/// Reads and tells of an archive's journal; none when it has none.
fn journal_of(target: &Target, options: &VerifyOptions, cancel: &Cancel, emit: &Emit, sum: &mut VerifySum) -> Result<Option<Chain>> {
    let store = target.store.as_ref();
    let mut watch = |_: &[u8]| cancel.requested().map_or(Ok(()), |_| Err(io::Error::other("stopped")));
    let exists = Journal::exists(store)?;
    if !exists && options.heads.is_empty() && options.signers.is_none() {
        return Ok(None);
    }
    let chain = Chain::read(store, &options.heads, &mut watch)?;
    let finding = |(segment, what): &(String, String)| Finding::new(Aspect::Unaltered, segment, what.clone());
    let mut findings: Vec<Finding> = chain.findings.iter().map(finding).collect();
    for head in options.heads.iter().filter(|head| !chain.known_heads.contains(*head)) {
        let what = format!("no line has the digest {head}, which was kept elsewhere: the journal was cut or written anew");
        findings.push(Finding::new(Aspect::Unaltered, "the journal", what));
    }
    let mut notes: Vec<String> = chain.notes.iter().map(|(segment, what)| format!("{segment}: {what}")).collect();
    if !exists {
        notes.push("there is no journal".to_owned());
    }
    let seals = check_seals(store, &chain, options.signers.as_ref())?;
    findings.extend(seals.findings);
    notes.extend(seals.notes);
    let is_sealed = !seals.signers.is_empty() || seals.stamped.is_some();
    if is_sealed && seals.unsealed > 0 {
        notes.push(format!("{} of its {} runs are under no seal yet", seals.unsealed, chain.segments));
    }
    sum.damaged += u64::from(!findings.is_empty());
    let heads = chain.heads.iter().map(|(_, sha256)| sha256.clone()).collect();
    emit.event(Event::JournalVerified {
        archive: store.root(),
        runs: chain.segments,
        lines: chain.lines,
        heads,
        signed_by: seals.signers.into_iter().collect(),
        stamped: seals.stamped,
        unsealed: seals.unsealed,
        findings,
        notes,
    });
    Ok(Some(chain))
}

fn told(folder: String, examined: &Examined, counts: &Counts, checked: &[Aspect]) -> Event {
    Event::BagVerified {
        folder,
        session: examined.session.clone(),
        files: counts.files,
        unread: counts.unread,
        bytes: counts.bytes,
        authentic: counts.authentic,
        unsigned: counts.unsigned,
        checked: checked.to_vec(),
        missing: examined.missing_media.clone(),
        notes: examined.notes.clone(),
        findings: examined.findings.clone(),
    }
}
