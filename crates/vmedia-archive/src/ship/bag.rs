//! A session's folder as it is shipped: its record, and the digest of each file that its manifests name. Reads no payload; the store of
//! objects compares the bytes.

use super::{damaged, must_be_finished};
use crate::error::{Error, ErrorKind, Result};
use crate::layout::TAG_MANIFEST;
use crate::record::Record;
use crate::store::{Digest, Store, StorePath};
use crate::verify::{Finding, NoProvider, REPAIR, bag_digest, examine};
use std::collections::BTreeMap;

/// A sound bag.
pub(super) struct Bag {
    pub(super) folder: StorePath,
    pub(super) record: Record,
    /// The SHA-256 of its tag manifest.
    pub(super) digest: String,
    /// All of its files, by their paths below the folder.
    pub(super) files: BTreeMap<String, Digest>,
}

impl Bag {
    /// Reads a bag whose own files agree with each other.
    pub(super) fn read(store: &dyn Store, folder: &StorePath) -> Result<Self> {
        let refused = |why: &str, hint: &str| {
            Error::new(ErrorKind::Damaged, format!("{} was not shipped: {why}", store.location(folder)), hint.to_owned())
        };
        must_be_finished(store, folder, "a run was killed there")?;
        let mut examined = examine(store, folder, &NoProvider)?;
        if let Some(Finding { path, what, .. }) = examined.findings.first() {
            return Err(refused(&format!("{path}: {what}"), REPAIR));
        }
        let digest = bag_digest(store, folder)?.unwrap_or_default();
        let mut files = BTreeMap::new();
        let tags = [(TAG_MANIFEST.to_owned(), digest.clone())];
        for (path, sha256) in tags.into_iter().chain(examined.take_manifested()) {
            let place = StorePath::parse(&format!("{folder}/{path}")).filter(|place| !place.as_str().chars().any(char::is_control));
            let place = place.ok_or_else(|| refused(&format!("{path}: no object can have this name"), REPAIR))?;
            let bytes = store.length(&place)?.ok_or_else(|| damaged(store, &place, "it is missing"))?;
            files.insert(path, Digest { bytes, sha256 });
        }
        let record = examined.take_record().ok_or_else(|| refused("it has no record", "restore it from a backup"))?;
        Ok(Self { folder: folder.clone(), record, digest, files })
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
