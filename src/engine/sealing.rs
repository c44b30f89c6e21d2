//! Seals a segment of the journal that will not change any more: writes its checkpoint, and a signature and a time stamp over that, each in
//! a file beside it.
//!
//! A seal that fails undoes and delays nothing: its error is reported.

use super::stamping::Authority;
use crate::archive::{
    CHECKPOINT, Checkpoint, JOURNAL_FOLDER, Journal, LARGEST_CHECKPOINT, LARGEST_SEAL, SIGNATURE, TIME_STAMP, UnsealedRun,
};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::exit::Exit;
use crate::http::{Cause, Failure};
use crate::seal::ssh::{Signature, SigningKey};
use crate::seal::stamp::Stamp;
use crate::store::{Digest, Extent, Store, StorePath, sha256_bytes};
use crate::text::plural;
use jiff::Timestamp;
use std::io::Read;

/// A key and an authority, each optional, for the seals of segments.
#[derive(Default)]
pub struct Sealer {
    /// The key that signs.
    pub key: Option<SigningKey>,
    /// The authority that stamps.
    pub authority: Option<Authority>,
    /// The reason for which earlier runs without a signature are accepted, if they are.
    pub accept_unsealed: Option<String>,
}

/// The seals of one segment; `None` for one that was not requested.
#[derive(Debug, Default)]
pub struct Sealed {
    /// The signature.
    pub signature: Option<Result<Signed>>,
    /// The time stamp.
    pub stamp: Option<Result<Stamped>>,
}

/// A signature that was written.
#[derive(Debug)]
pub struct Signed {
    /// Its path.
    pub path: StorePath,
    /// The fingerprint of the key.
    pub fingerprint: String,
}

/// A time stamp that was written.
#[derive(Debug)]
pub struct Stamped {
    /// Its path.
    pub path: StorePath,
    /// Its content. Its signature was not checked, see [`crate::seal::stamp`].
    pub stamp: Stamp,
}

impl Sealed {
    /// Returns the errors of the seals that failed.
    pub fn errors(&self) -> impl Iterator<Item = &Error> {
        let signature = self.signature.as_ref().and_then(|signature| signature.as_ref().err());
        signature.into_iter().chain(self.stamp.as_ref().and_then(|stamp| stamp.as_ref().err()))
    }

    /// Returns [`Exit::Done`] if every requested seal was written.
    pub fn exit(&self) -> Exit {
        Exit::merge(self.errors().map(Exit::of))
    }
}

impl Sealer {
    /// Returns whether it seals at all.
    pub fn is_wanted(&self) -> bool {
        self.key.is_some() || self.authority.is_some()
    }

    /// Checks that a signature of this run would vouch for nothing that changed the archive without one: a signature covers
    /// every earlier run, also one that a forger wrote. Where the operator accepts such runs, the journal says so and why.
    ///
    /// # Errors
    /// Earlier runs changed sessions, no signature covers them, and they are not accepted.
    pub(crate) fn vouch(&self, store: &dyn Store, journal: &Journal, now: Timestamp) -> Result<()> {
        if self.key.is_none() || !journal.begun(now)? && self.accept_unsealed.is_none() {
            return Ok(());
        }
        let unsealed = journal.unsealed(&|segment| is_signed(store, segment), now)?;
        match &self.accept_unsealed {
            _ if unsealed.is_empty() => Ok(()),
            Some(reason) => journal.accept(&unsealed, reason, now),
            None => Err(unsealed_runs(&unsealed)),
        }
    }

    /// Checks that this run is sealed as earlier runs are. A line of it that no seal covers could not take the place of one that a seal covers.
    ///
    /// # Errors
    /// An earlier run has a kind of seal that this run does not get, or the journal cannot be listed.
    pub(crate) fn must_match(&self, store: &dyn Store) -> Result<()> {
        let files = store.list(&StorePath::name(JOURNAL_FOLDER))?;
        let has = |ending: &str| files.iter().any(|file| file.path.as_str().ends_with(ending));
        let (lacking, hint) = if self.key.is_none() && has(SIGNATURE) {
            ("signed", "sign this run, too: --sign-key, or sign_key in the profile")
        } else if self.authority.is_none() && has(TIME_STAMP) {
            ("time-stamped", "have this run time-stamped, too: --timestamp, or timestamp in the profile")
        } else {
            return Ok(());
        };
        let what = format!("earlier runs of {} are {lacking}, and what this run writes in their place would count as damage", store.root());
        Err(Error::configuration(what, hint))
    }

    /// Seals a segment, first with the key, which needs no network.
    pub fn seal_segment(&self, store: &dyn Store, segment: &StorePath) -> Sealed {
        match write_checkpoint(store, segment) {
            Ok(text) => Sealed {
                signature: self.key.as_ref().map(|key| sign(key, store, segment, &text)),
                stamp: self.authority.as_ref().map(|authority| stamp(authority, store, segment, &text)),
            },
            Err(error) if self.key.is_some() => Sealed { signature: Some(Err(error)), stamp: None },
            Err(error) => Sealed { signature: None, stamp: Some(Err(error)) },
        }
    }
}

/// Returns whether a segment has a checkpoint that fits, with a valid signature of any key; verification checks whose it is.
fn is_signed(store: &dyn Store, segment: &StorePath) -> bool {
    let read = |suffix, largest| store.read(&segment.with_suffix(suffix), largest).ok().flatten();
    let signature = read(SIGNATURE, LARGEST_SEAL).and_then(|bytes| Signature::parse(&bytes).ok());
    let text = signature.is_some().then(|| read(CHECKPOINT, LARGEST_CHECKPOINT)).flatten();
    signature.zip(text).is_some_and(|(signature, text)| {
        signature.verify(text.as_slice()).is_ok() && Checkpoint::fits(store, name_of(segment), &text).unwrap_or(false)
    })
}

fn name_of(segment: &StorePath) -> &str {
    segment.as_str().rsplit('/').next().unwrap_or_default()
}

/// Returns the checkpoint of a segment as it is now.
fn checkpoint(store: &dyn Store, segment: &StorePath) -> Result<Checkpoint> {
    Checkpoint::of(name_of(segment), open(store, segment)?).map_err(|error| {
        let what = format!("cannot seal {}: {}", store.location(segment), plain(&error));
        Error::new(ErrorKind::Local, what, "check the disk, then run the same command again")
    })
}

/// Writes the checkpoint of a segment, and returns its text.
fn write_checkpoint(store: &dyn Store, segment: &StorePath) -> Result<String> {
    let text = checkpoint(store, segment)?.text();
    keep(store, &segment.with_suffix(CHECKPOINT), text.as_bytes())?;
    Ok(text)
}

fn unsealed_runs(runs: &[UnsealedRun]) -> Error {
    const NAMED: usize = 5;
    let name = |run: &UnsealedRun| format!("{} ({}, {})", run.segment, run.command, plural(run.changes, "change"));
    let mut names: Vec<String> = runs.iter().take(NAMED).map(name).collect();
    names.extend((runs.len() > NAMED).then(|| "...".to_owned()));
    let what = format!(
        "this run is not sealed: {} before it changed sessions and no signature covers what they wrote: {}",
        plural(runs.len() as u64, "run"),
        names.join(", "),
    );
    let hint = "check the archive with `vmedia verify`, then run again with --accept-unsealed REASON, which the journal records";
    Error::new(ErrorKind::Partial, what, hint)
}

fn sign(key: &SigningKey, store: &dyn Store, segment: &StorePath, checkpoint: &str) -> Result<Signed> {
    let text = key.sign(checkpoint.as_bytes()).map_err(|error| Error::unexpected("cannot sign a text").caused_by(error))?;
    let path = segment.with_suffix(SIGNATURE);
    keep(store, &path, text.as_bytes())?;
    Ok(Signed { path, fingerprint: key.fingerprint() })
}

fn stamp(authority: &Authority, store: &dyn Store, segment: &StorePath, checkpoint: &str) -> Result<Stamped> {
    let digest = Digest::of(checkpoint.as_bytes());
    let sha256 = sha256_bytes(&digest.sha256).ok_or_else(|| Error::unexpected("a digest is no digest"))?;
    let (answer, stamp) = authority.stamp(sha256).map_err(|failure| unstamped(authority, segment, failure))?;
    let path = segment.with_suffix(TIME_STAMP);
    keep(store, &path, &answer)?;
    Ok(Stamped { path, stamp })
}

/// Writes a checkpoint or a seal so that it and its name outlast a power loss.
fn keep(store: &dyn Store, path: &StorePath, bytes: &[u8]) -> Result<()> {
    store.replace(path, bytes)?;
    path.parent().map_or(Ok(()), |folder| store.settle(&folder, Extent::Tree))
}

fn open(store: &dyn Store, path: &StorePath) -> Result<Box<dyn Read + Send>> {
    store.open(path)?.ok_or_else(|| {
        let what = format!("cannot seal {}: it is not there", store.location(path));
        Error::new(ErrorKind::Local, what, "leave the archive to vmedia while it runs, and look who else changes it")
    })
}

/// Returns the error of a time stamp. Leaves out path and query of the authority's URL: some hold a customer's token.
fn unstamped(authority: &Authority, path: &StorePath, failure: Failure) -> Error {
    if let Some(local) = failure.local.filter(|_| failure.cause != Cause::Stopped) {
        return *local;
    }
    let advice = match failure.cause {
        Cause::Stopped => "the run was asked to stop",
        Cause::Certificate => "check this machine's clock, or name the authority of that certificate with --ca-cert",
        Cause::Throttled | Cause::Unavailable | Cause::Broken => "the network or the authority is to blame",
        Cause::Untrusted => "a proxy or an attacker may change what you receive, or the authority is out of order",
        _ => "check the URL given as time-stamping authority",
    };
    let what = format!("no time stamp for {path} from {}: {}", authority.address.base_url, failure.detail);
    let hint = format!("{advice}; what was fetched is archived all the same, and the stamp of a later run covers this one's journal too");
    Error::new(ErrorKind::Partial, what, hint)
}
