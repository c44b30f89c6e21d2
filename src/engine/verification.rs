//! A verification of many sessions: what is to be checked and how, the journals first, then the bags, told in the order
//! in which they were given.
//!
//! Must not decide what a finding is (`archive`) or how it is shown.

mod journals;
mod queue;
mod seals;

use super::event::Event;
use super::order::Order;
use super::outcome::SessionOutcome;
use super::pool::Pool;
use super::{Emit, locked};
use crate::archive::{Aspect, Examined, Journal, Witness, payload_bytes};
use crate::clock::{Cancel, Clock};
use crate::error::{Error, Result};
use crate::model::SessionId;
use crate::seal::ssh::Signers;
use crate::seal::stamp::Authorities;
use crate::store::{ReadStore, StorePath};
use jiff::Timestamp;
use journals::Known;
use queue::{Counts, Run};
use std::sync::{Arc, Mutex, OnceLock};

/// An archive of which sessions are to be verified.
pub struct Target {
    /// Where it is.
    pub store: Arc<dyn ReadStore>,
    /// The folders of the sessions, in the order in which they are told.
    pub sessions: Arc<Vec<StorePath>>,
    /// Whether the archive as a whole is meant, so that a session that is not there is missed.
    pub is_whole: bool,
    /// Where the outcome is written down, if it is to be.
    pub journal: Option<Arc<Journal>>,
    /// Why the outcome could not be written down: an archive on a disk that cannot be written is none the worse.
    pub unwritten: OnceLock<Error>,
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
    /// Who vouches for time-stamping authorities; without, time stamps are what the archive claims.
    pub authorities: Option<Authorities>,
    /// When this is, for keys whose time is over.
    pub now: Timestamp,
    /// Whether the provider's signatures are computed again.
    pub authenticate: bool,
    /// Whether what can be fetched again was fetched just now, so that fetching no longer helps.
    pub is_repaired: bool,
}

/// What was verified in all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifySum {
    /// Bags that were checked to their end, and those that should be there and are not.
    pub bags: u64,
    /// Of those, how many have findings.
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
    /// Payload files that were not read, because only a sample was asked for.
    pub unread: u64,
    /// Bags that another run was changing, so that they were not checked.
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
        for folder in sessions.iter() {
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
        let known = Known::read(target, options, cancel, emit, &mut sum)?;
        let gone = known.tell_deleted(number, target, emit)?;
        sum.bags += gone.len() as u64;
        sum.damaged += gone.len() as u64;
        repairable.extend(gone);
        chains.push(known);
    }
    let (pool, order) = (Pool::new(bags.len(), 0), Order::default());
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
        unvouched: Mutex::default(),
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
    let repairable = std::mem::take(&mut *locked(&run.repairable));
    let mut sum = std::mem::take(&mut *locked(&run.sum));
    for (number, unvouched) in std::mem::take(&mut *locked(&run.unvouched)) {
        let Some(target) = targets.get(number) else { continue };
        sum.journals += 1;
        emit.event(Event::JournalMissing { archive: target.store.root(), sessions: unvouched.sessions, finding: unvouched.finding() });
    }
    Ok((sum, repairable))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an estimate for a bar")]
fn share(bytes: u64, percent: f64) -> u64 {
    (bytes as f64 * percent / 100.0) as u64
}

fn outcome(examined: &Examined, counts: &Counts) -> SessionOutcome {
    match (examined.findings.is_empty(), &examined.session) {
        _ if examined.unfinished || !examined.is_looked_at() => SessionOutcome::Unchecked,
        (false, _) => SessionOutcome::Damaged,
        // A record that cannot be read is a finding.
        (true, None) => SessionOutcome::Unchecked,
        (true, Some(_)) if examined.is_empty() => SessionOutcome::Empty,
        (true, Some(_)) if !examined.is_complete() => SessionOutcome::Incomplete,
        (true, Some(_)) if counts.unread > 0 => SessionOutcome::Sampled,
        (true, Some(_)) => SessionOutcome::Sound,
    }
}

fn told(folder: String, examined: &Examined, counts: &Counts, checked: &[Aspect]) -> Event {
    Event::BagVerified {
        folder,
        outcome: outcome(examined, counts),
        session: examined.session.as_ref().map(SessionId::to_string),
        files: counts.files,
        unread: counts.unread,
        bytes: counts.bytes,
        held: counts.held,
        unsigned: counts.unsigned,
        checked: checked.to_vec(),
        missing: examined.lacking.clone(),
        notes: examined.notes.clone(),
        findings: examined.findings.clone(),
    }
}
