//! Removes the local payload of sessions that a bucket has. The bag stays byte for byte what it was: a line of the journal alone says where its
//! payload is.
//!
//! Each object of the version is confirmed by the bucket, then each file here by its manifest; the line is on the disk before the first file is
//! removed. A run that is killed anywhere leaves files that are here, or there with a line that says so, and the next run goes on.

use super::bag::sound;
use super::{Shipper, Upload, fault, must_be_finished};
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{FreedEntry, ShippedEntry, ShippedObject};
use crate::layout::is_payload;
use crate::objects::NO_VERSION;
use crate::record::Record;
use crate::salt::Salt;
use crate::schedule::locked;
use crate::store::{Digest, Extent, Store, StorePath};
use crate::verify::{REPAIR, bag_digest};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What was removed here of a session, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Freed {
    /// Number of payload files.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
}

/// The result of [`Shipper::free`].
pub enum Freeing {
    /// What was removed.
    Done(Freed),
    /// A run is changing the session: the error, unless it is tried again.
    Busy(Error),
}

impl Shipper {
    /// Removes the local payload of a session that was just shipped. Its lock is held.
    ///
    /// # Errors
    /// The bucket does not confirm each object, a file here is damaged, or the archive cannot be written.
    pub fn free_shipped(&self, upload: &Upload, now: Timestamp) -> Result<Freed> {
        let shipped = locked(&upload.shipped).take();
        shipped.map_or_else(|| Ok(Freed::default()), |shipped| self.remove_payload(&upload.folder, (&shipped.0, &shipped.1), now))
    }

    /// Removes the local payload of a session that was shipped before, as far as it is here.
    ///
    /// # Errors
    /// As of [`Self::free_shipped`]; or the session has changed since it was shipped.
    pub fn free(&self, folder: &StorePath, now: Timestamp) -> Result<Freeing> {
        let store = self.store.as_ref();
        if local_payload(store, folder)?.files == 0 {
            return Ok(Freeing::Done(Freed::default()));
        }
        let _lock = match store.lock(folder)?.or_busy(&format!("session {folder}")) {
            Ok(lock) => lock,
            Err(busy) => return Ok(Freeing::Busy(busy)),
        };
        must_be_finished(store, folder, ("freed", "a run was killed there"))?;
        let bag = bag_digest(store, folder)?.unwrap_or_default();
        match self.journal.shipped_line(folder, &bag, &self.place.location(None))? {
            Some((line, entry)) => self.remove_payload(folder, (&line, &entry), now).map(Freeing::Done),
            None => Err(kept(store, folder, ErrorKind::Partial, "it has changed since it was shipped", "ship it again")),
        }
    }

    fn remove_payload(&self, folder: &StorePath, (line, shipped): (&str, &ShippedEntry), now: Timestamp) -> Result<Freed> {
        let store = self.store.as_ref();
        let here = payload(store, folder)?;
        if here.is_empty() {
            return Ok(Freed::default());
        }
        let (record, mut manifested) = sound(store, folder, "freed")?;
        manifested.retain(|path, _| is_payload(path));
        self.confirm_objects(folder, shipped, &record)?;
        let objects: BTreeMap<&str, &str> = shipped.objects.iter().filter_map(ShippedObject::payload).collect();
        for (path, sha256) in &manifested {
            if objects.get(path.as_str()) != Some(&sha256.as_str()) {
                let hint = "keep its payload here, or ship it to another place with --layout bag";
                return Err(kept(store, folder, ErrorKind::Partial, &format!("the bucket has no object of its own for {path}"), hint));
            }
        }
        // Every file of the manifest that is not here was removed for the same reason, or is missing.
        let missing: Vec<(String, String)> =
            manifested.iter().filter(|(path, _)| !here.contains_key(*path)).map(|(path, sha256)| (path.clone(), sha256.clone())).collect();
        let elsewhere = self.journal.elsewhere(folder, &missing)?;
        if let Some((path, _)) = missing.iter().find(|(path, sha256)| elsewhere.of(path, sha256).is_none()) {
            return Err(kept(store, folder, ErrorKind::Damaged, &format!("{path} is missing"), REPAIR));
        }
        for path in here.keys() {
            let is_same = |read: &Digest| Some(&read.sha256) == manifested.get(path);
            if let Some(why) = fault(store, &folder.join(path), &is_same)? {
                return Err(kept(store, folder, ErrorKind::Damaged, &format!("{path}: {why}"), REPAIR));
            }
        }
        let freed = Freed { files: here.len() as u64, bytes: here.values().sum() };
        // A run that was killed may have written it.
        if !elsewhere.shipped.contains(line) {
            let (files, bytes, place) = (freed.files, freed.bytes, shipped.place.clone());
            let (session, bag, shipped) = (shipped.session.clone(), shipped.bag.clone(), line.to_owned());
            self.journal.freed(FreedEntry { session, folder: folder.to_string(), bag, place, shipped, files, bytes }, now)?;
        }
        here.keys().try_for_each(|path| store.remove(&folder.join(path)))?;
        store.settle(folder, Extent::Tree)?;
        Ok(freed)
    }

    /// Fails unless the bucket states the SHA-256 of each object of a version, and its newest version is the one that was shipped.
    fn confirm_objects(&self, folder: &StorePath, shipped: &ShippedEntry, record: &Record) -> Result<()> {
        let store = self.store.as_ref();
        if shipped.other_bag.is_some() {
            let why = "another archive has shipped it, and the journal here does not name its objects";
            return Err(kept(store, folder, ErrorKind::Partial, why, "ship it to another place, or keep its payload here"));
        }
        for object in &shipped.objects {
            let key = folder.join(&object.path);
            let url = || self.place.location(Some(&key));
            let Some(version) = object.version.as_deref().filter(|version| *version != NO_VERSION) else {
                let why = format!("{} has no version of its own, so nothing keeps other programs from replacing it", url());
                let hint = "turn on versions for the bucket, and ship to a new prefix; a lock protects objects best";
                return Err(kept(store, folder, ErrorKind::Partial, &why, hint));
            };
            let refused = |why: &str| {
                let hint = "another program changed it; `vmedia verify` of the bucket shows what is there";
                Err(kept(store, folder, ErrorKind::Damaged, &format!("{} {why}", url()), hint))
            };
            match self.place.head(&key, None)? {
                None => return refused("is gone or hidden"),
                Some(head) if head.version.as_deref() != Some(version) => return refused("was written over"),
                Some(head) if !is_same(object, head.sha256.as_deref(), &record.salt) => {
                    return refused("has another SHA-256 than was shipped, or the bucket has none of it");
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// Returns true if a SHA-256 is that of an object, or the one that its commitment is to.
fn is_same(object: &ShippedObject, sha256: Option<&str>, salt: &Salt) -> bool {
    match (sha256, &object.sha256, &object.commitment) {
        (Some(sha256), Some(shipped), None) => sha256 == shipped,
        (Some(sha256), None, Some(commitment)) => salt.commitment(sha256) == *commitment,
        _ => false,
    }
}

/// Returns the payload files of a session that are here, with their lengths.
fn payload(store: &dyn Store, folder: &StorePath) -> Result<BTreeMap<String, u64>> {
    let files = store.list(&folder.join(crate::layout::PAYLOAD))?;
    Ok(files.iter().filter_map(|listed| Some((listed.path.below(folder)?.to_owned(), listed.length()))).collect())
}

/// Returns what a session has of payload here.
pub(super) fn local_payload(store: &dyn Store, folder: &StorePath) -> Result<Freed> {
    let here = payload(store, folder)?;
    Ok(Freed { files: here.len() as u64, bytes: here.values().sum() })
}

/// Returns the error of a session whose payload stays here.
fn kept(store: &dyn Store, folder: &StorePath, kind: ErrorKind, why: &str, hint: &str) -> Error {
    Error::new(kind, format!("the payload of {} stays here: {why}", store.location(folder)), hint)
}
