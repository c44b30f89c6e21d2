//! A session's folder as it is shipped: its record, and the digest of each file that its manifests name. Reads no payload; the store of
//! objects compares the bytes.

use super::{damaged, must_be_finished};
use crate::bag::Manifest;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Journal;
use crate::layout::TAG_MANIFEST;
use crate::record::Record;
use crate::store::{Digest, Store, StorePath};
use crate::verify::{Finding, NoProvider, REPAIR, bag_digest, examine};
use std::collections::{BTreeMap, BTreeSet};

/// A sound bag.
pub(super) struct Bag {
    pub(super) folder: StorePath,
    pub(super) record: Record,
    /// The SHA-256 of its tag manifest.
    pub(super) digest: String,
    /// All of its files, by their paths below the folder.
    pub(super) files: BTreeMap<String, Digest>,
    /// Those of them that are not here, because a bucket has them.
    pub(super) away: BTreeSet<String>,
}

impl Bag {
    /// Reads a bag whose own files agree with each other. Payload that was removed here need not be here.
    pub(super) fn read(store: &dyn Store, folder: &StorePath, journal: &Journal) -> Result<Self> {
        must_be_finished(store, folder, ("shipped", "a run was killed there"))?;
        let (record, manifested) = sound(store, folder, "shipped")?;
        let digest = bag_digest(store, folder)?.unwrap_or_default();
        let (mut files, mut missing) = (BTreeMap::new(), Vec::new());
        let tags = [(TAG_MANIFEST.to_owned(), digest.clone())];
        for (path, sha256) in tags.into_iter().chain(manifested) {
            let place = StorePath::parse(&format!("{folder}/{path}")).filter(|place| !place.as_str().chars().any(char::is_control));
            let place =
                place.ok_or_else(|| refused(store, folder, ("shipped", &format!("{path}: no object can have this name")), REPAIR))?;
            match store.length(&place)? {
                Some(bytes) => _ = files.insert(path, Digest { bytes, sha256 }),
                None => missing.push((path, sha256)),
            }
        }
        let mut bag = Self { folder: folder.clone(), record, digest, files, away: BTreeSet::new() };
        if !missing.is_empty() {
            bag.add_missing(store, journal, missing)?;
        }
        Ok(bag)
    }

    /// Adds files that are not here, each of which a bucket must have.
    fn add_missing(&mut self, store: &dyn Store, journal: &Journal, missing: Vec<(String, String)>) -> Result<()> {
        let elsewhere = journal.elsewhere(&self.folder, &missing)?;
        for (path, sha256) in missing {
            let recorded = self.record.files().find(|file| file.path == path).map(|file| file.digest.clone());
            let recorded = recorded.filter(|digest| digest.sha256 == sha256 && elsewhere.of(&path, &sha256).is_some());
            let digest = recorded.ok_or_else(|| damaged(store, &self.folder.join(&path), "it is missing"))?;
            self.away.insert(path.clone());
            self.files.insert(path, digest);
        }
        Ok(())
    }

    /// Returns the place of a file here.
    pub(super) fn path(&self, path: &str) -> Result<StorePath> {
        self.digest(path).map(|_| self.folder.join(path))
    }

    /// Returns the digest of one of the bag's own files.
    pub(super) fn digest(&self, path: &str) -> Result<&Digest> {
        self.files.get(path).ok_or_else(|| Error::new(ErrorKind::Damaged, format!("{} has no {path}", self.folder), REPAIR))
    }
}

/// Returns the record of a bag whose own files agree with each other, and the SHA-256 of each file that its manifests name. `verb` is what is
/// done with it.
pub(super) fn sound(store: &dyn Store, folder: &StorePath, verb: &str) -> Result<(Record, Manifest)> {
    let mut examined = examine(store, folder, &NoProvider)?;
    if let Some(Finding { path, what, .. }) = examined.findings.first() {
        return Err(refused(store, folder, (verb, &format!("{path}: {what}")), REPAIR));
    }
    let manifested = examined.take_manifested();
    let record = examined.take_record().ok_or_else(|| refused(store, folder, (verb, "it has no record"), "restore it from a backup"))?;
    Ok((record, manifested))
}

fn refused(store: &dyn Store, folder: &StorePath, (verb, why): (&str, &str), hint: &str) -> Error {
    Error::new(ErrorKind::Damaged, format!("{} was not {verb}: {why}", store.location(folder)), hint)
}
