//! Encrypts a session that was archived without encryption. Each step is durable before the next, and a run that is killed at any of
//! them is followed by one that goes on:
//!
//! 1. a line in the pending file, which keeps every other run from changing the session;
//! 2. the wrapped key, then each file in its encrypted form beside the plain one;
//! 3. the encrypted files are read from the disk again, opened with the key that is still in memory, and compared with the digests of the
//!    plain ones;
//! 4. a line in the journal with both, the record, the page and the manifests;
//! 5. the plain files are removed.
//!
//! Until the record is the encrypted one, a run that goes on begins again at step 2, because the private key is gone; after that, it
//! does step 5. Must not decide which sessions are encrypted.

use super::pending::Line;
use super::{Encryption, Incoming, SessionArchive};
use crate::cipher::{ENDING, LARGEST_KEY, SessionIdentities, SessionKey, fresh_pair, key_file, keys_folder};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::{EncryptedEntry, Journal, stopped};
use crate::layout::is_derived;
use crate::record::{ConvertedRecord, PlainFile};
use crate::salt::Salt;
use crate::store::{Digest, Extent, StorePath, Watch};
use crate::verify::{REPAIR, compare_content};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Map;
use std::collections::HashMap;
use std::sync::Arc;

/// The folder of portraits, which an encrypted session has not.
const DERIVED: &str = "derived";

/// The encryption of one session.
pub(crate) struct Converting<'a> {
    pub(crate) encryption: &'a Encryption,
    pub(crate) journal: &'a Journal,
    /// The operator's reason.
    pub(crate) reason: &'a str,
    pub(crate) now: Timestamp,
}

impl SessionArchive {
    /// Encrypts the session. `watch` sees each piece of a plain file. After an error, the session is plain and whole, or the next
    /// encryption of it goes on.
    pub(crate) fn convert(&mut self, order: &Converting<'_>, watch: &mut Watch<'_>) -> Result<()> {
        let is_resumed = self.pending.is_resumed;
        let pair = fresh_pair(&self.revision.record.session, &order.encryption.recipients)?;
        self.announce_change(order.now)?;
        self.pending.end_line(self.store.as_ref())?;
        self.pending.announce(self.store.as_ref(), &[Line::Encrypting { at: order.now, key: pair.0.name() }])?;
        self.pending.settle(self.store.as_ref(), &self.folder, &[])?;
        let (files, key) = (self.revision.record.plain_files(), pair.0.name());
        let converted = self.make_encrypted(order, pair, &files, watch);
        if converted.is_err() && !self.is_vouched && !is_resumed {
            // What cannot be removed is left to the next encryption.
            let _ = self.take_back(&files, &key);
        }
        converted
    }

    fn make_encrypted(
        &mut self,
        order: &Converting<'_>,
        (key, wrapped, identities): (SessionKey, Vec<u8>, SessionIdentities),
        files: &[PlainFile],
        watch: &mut Watch<'_>,
    ) -> Result<()> {
        self.encryption = Some(order.encryption.clone());
        let key = self.keep_key(key, &wrapped)?;
        let mut stored = HashMap::new();
        for file in files {
            stored.insert(file.path.clone(), self.write_encrypted(file, watch)?);
        }
        self.store.settle(&self.folder, Extent::Tree)?;
        self.compare_key(&key.name(), &wrapped)?;
        for file in files {
            self.compare_encrypted(file, stored.get(&file.path), &identities, watch)?;
        }
        let salt = STANDARD.encode(key.encrypt(String::from(self.revision.record.salt.clone()).as_bytes())?);
        let converted = ConvertedRecord { at: order.now, key: key.name(), salt, extra: Map::new() };
        let mut record = self.revision.record.clone();
        record.encrypt(&stored, (Salt::fresh()?, converted), &mut |digest, signature| {
            self.encrypted(digest, signature)?.ok_or_else(|| Error::unexpected("a session has no key"))
        })?;
        let portraits: Vec<StorePath> = self.revision.record.portraits().map(|(_, portrait)| self.folder.join(&portrait.path)).collect();
        self.obsolete = files.iter().map(|file| self.folder.join(&file.path)).chain(portraits).collect();
        self.revision.record = record;
        let write = |archived| order.journal.encrypted(EncryptedEntry { archived, reason: order.reason.to_owned() }, order.now);
        self.commit_with(order.journal, &write, order.now).map(drop)
    }

    /// Writes the encrypted form of a file beside it, and returns its digest.
    fn write_encrypted(&self, file: &PlainFile, watch: &mut Watch<'_>) -> Result<Digest> {
        let from = self.folder.join(&file.path);
        let damaged = |why: &str| Error::new(ErrorKind::Damaged, format!("{} {why}", self.store.location(&from)), REPAIR);
        let Some(stream) = self.store.open(&from)? else { return Err(damaged("is missing")) };
        let mut incoming = Incoming::begin(self.store.as_ref(), self.key.as_deref())?;
        let (mut failed, mut was_stopped) = (None, false);
        let read = Digest::read(stream, &mut |piece| {
            watch(piece).inspect_err(|_| was_stopped = true)?;
            incoming.write(piece).map_err(|error| {
                let text = std::io::Error::other(error.what().to_owned());
                failed = Some(error);
                text
            })
        });
        match (read, failed) {
            (_, Some(error)) => return Err(error),
            (Err(_), None) if was_stopped => return Err(stopped()),
            (Err(error), None) => return Err(damaged(&format!("cannot be read: {}", plain(&error)))),
            (Ok(read), None) if read != file.digest => return Err(damaged("is altered: the SHA-256 does not fit")),
            (Ok(_), None) => {}
        }
        let (staged, stored) = incoming.finish()?;
        // What a run that was killed left there was encrypted to a key that is gone.
        staged.replace(&self.folder.join(&file.encrypted_path()))?;
        stored.ok_or_else(|| Error::unexpected("a session has no key"))
    }

    /// Reads an encrypted file again, and compares it and its content with what was written.
    fn compare_encrypted(
        &self,
        file: &PlainFile,
        stored: Option<&Digest>,
        identities: &SessionIdentities,
        watch: &mut Watch<'_>,
    ) -> Result<()> {
        let path = self.folder.join(&file.encrypted_path());
        let read = self.store.open_on_disk(&path)?.map(|stream| compare_content(stream, identities, watch)).transpose()?;
        if read.flatten().is_some_and(|(found, content)| Some(&found) == stored && content == file.digest) {
            return Ok(());
        }
        Err(self.unlike(&path))
    }

    fn compare_key(&self, key: &str, wrapped: &[u8]) -> Result<()> {
        let path = keys_folder(&self.folder).join(&key_file(key));
        if self.store.read(&path, LARGEST_KEY)?.as_deref() == Some(wrapped) {
            return Ok(());
        }
        Err(self.unlike(&path))
    }

    /// Returns the error for a file that is not what was written.
    fn unlike(&self, path: &StorePath) -> Error {
        let what = format!("{} does not hold what was written into it when it is read again", self.store.location(path));
        Error::new(ErrorKind::Local, what, "nothing plain was removed; check the disk, and run the same command again")
    }

    /// Removes what an encryption that failed has written: the session is plain, as it was.
    fn take_back(&mut self, files: &[PlainFile], key: &str) -> Result<()> {
        let store = Arc::clone(&self.store);
        files.iter().try_for_each(|file| store.remove(&self.folder.join(&file.encrypted_path())))?;
        let keys = keys_folder(&self.folder);
        store.remove(&keys.join(&key_file(key)))?;
        if store.stat(&keys)?.is_some() && store.list(&keys)?.is_empty() {
            store.remove_tree(&keys)?;
        }
        store.settle(&self.folder, Extent::Tree)?;
        self.pending.end(store.as_ref())?;
        store.settle(&self.folder, Extent::Names)
    }

    /// Finishes the encryption of a session whose record is the encrypted one: removes what is left of the plain files.
    pub(crate) fn finish_conversion(&mut self, journal: &Journal, now: Timestamp, watch: &mut Watch<'_>) -> Result<()> {
        for file in self.revision.record.plain_files() {
            let (path, mut was_stopped) = (self.folder.join(&file.path), false);
            let mut watch = |piece: &[u8]| watch(piece).inspect_err(|_| was_stopped = true);
            let found = self.store.open(&path)?.map(|stream| Digest::read(stream, &mut watch)).transpose().ok().flatten();
            if was_stopped {
                return Err(stopped());
            }
            if found != Some(file.digest) {
                let what = format!("{} is missing or altered, and nothing plain was removed", self.store.location(&path));
                return Err(Error::new(ErrorKind::Damaged, what, REPAIR));
            }
        }
        self.obsolete = self.plain_left()?;
        self.commit(journal, now).map(drop)
    }

    /// Returns the plain files of which the record has the encrypted form, and portraits.
    fn plain_left(&self) -> Result<Vec<StorePath>> {
        let encrypted = self.revision.record.plain_files().into_iter();
        let plain = encrypted.filter_map(|file| Some(self.folder.join(file.path.strip_suffix(ENDING)?)));
        let derived = self.store.list(&self.folder.join(DERIVED))?.into_iter().map(|listed| listed.path);
        Ok(plain.chain(derived.filter(|path| path.below(&self.folder).is_some_and(is_derived))).collect())
    }

    /// Removes the wrapped keys of encryptions that were killed.
    fn remove_left_keys(&mut self) -> Result<()> {
        let keys = keys_folder(&self.folder);
        let used: Vec<String> = self.revision.record.keys().into_iter().map(str::to_owned).collect();
        // The pending file may be forged.
        let is_key = |key: &String| key.starts_with("age1") && key.bytes().all(|letter| letter.is_ascii_alphanumeric());
        let mut left = std::mem::take(&mut self.left_keys).into_iter().filter(|key| is_key(key) && !used.contains(key));
        left.try_for_each(|key| self.store.remove(&keys.join(&key_file(&key))))
    }

    /// Removes the files that the bag no longer names.
    pub(super) fn remove_obsolete(&mut self) -> Result<()> {
        if self.obsolete.is_empty() {
            return Ok(());
        }
        self.remove_left_keys()?;
        for path in std::mem::take(&mut self.obsolete) {
            self.store.remove(&path)?;
        }
        let derived = self.folder.join(DERIVED);
        if self.store.stat(&derived)?.is_some() && self.store.list(&derived)?.is_empty() {
            self.store.remove_tree(&derived)?;
        }
        self.store.settle(&self.folder, Extent::Tree)
    }
}
