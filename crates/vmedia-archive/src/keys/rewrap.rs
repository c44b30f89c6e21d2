//! Encrypts the keys of sessions to other recipients, in place of a recipient whose private key was lost or has leaked.
//!
//! A file is replaced when its next one was read back and compared, and after the journal has its digest: a run that is killed leaves the old
//! file or the new one, and the next run knows which ones are new.

use super::{must_not_be_erased, open};
use crate::cipher::{FOLDER, Identities, OpenedKey, Recipients, Unopened, key_of, keys_folder};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::{Journal, KeyAct, KeyEntry, KeyedEntry, wrapped_to};
use crate::layout::session_folder;
use crate::model::SessionId;
use crate::store::{Digest, Extent, ReadStore, Store, StorePath, sha256_bytes};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashSet};
use std::io::Read;

/// The order to encrypt keys of one archive to other recipients.
pub struct Rewrapping<'a> {
    store: &'a dyn Store,
    journal: &'a Journal,
    identities: &'a Identities,
    recipients: &'a Recipients,
    /// True if nothing is to be changed.
    dry_run: bool,
    /// The SHA-256 of the files that earlier runs encrypted to the same recipients.
    known: HashSet<[u8; 32]>,
}

/// The keys of a session, by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// The session; `None` if none of its keys was opened.
    pub session: Option<SessionId>,
    /// Keys that were encrypted to the recipients, or would be.
    pub keys: u64,
    /// Of these, keys whose new file no identity opens, so that its bytes alone were compared.
    pub unopened: u64,
    /// Keys that an earlier run encrypted to the same recipients.
    pub unchanged: u64,
    /// Keys that are encrypted to none of the identities.
    pub foreign: u64,
    /// Files of granted keys, which stay as they are.
    pub granted: u64,
}

/// The next file of a key.
struct Next {
    path: StorePath,
    key: String,
    bytes: Vec<u8>,
}

/// Returns the folders of the sessions that have keys.
///
/// # Errors
/// The archive cannot be read.
pub fn folders_with_keys(store: &dyn ReadStore) -> Result<Vec<StorePath>> {
    let names = store.folders()?.into_iter().filter(|name| name != FOLDER).map(|name| StorePath::name(&name));
    names.filter_map(|folder| has_keys(store, &folder).map(|has| has.then_some(folder)).transpose()).collect()
}

fn has_keys(store: &dyn ReadStore, folder: &StorePath) -> Result<bool> {
    Ok(store.stat(&keys_folder(folder))?.is_some())
}

impl<'a> Rewrapping<'a> {
    /// Begins to encrypt keys to these recipients.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn new(
        store: &'a dyn Store,
        journal: &'a Journal,
        identities: &'a Identities,
        recipients: &'a Recipients,
        dry_run: bool,
    ) -> Result<Self> {
        let known = wrapped_to(store, recipients.texts())?;
        Ok(Self { store, journal, identities, recipients, dry_run, known })
    }

    /// Encrypts the keys of a session to the recipients, as far as they open.
    ///
    /// # Errors
    /// The session has no keys, one is damaged, another run is changing the session, or the archive cannot be written.
    pub fn rewrap(&self, folder: &StorePath, now: &dyn Fn() -> Timestamp) -> Result<Rewrapped> {
        if !has_keys(self.store, folder)? {
            let what = format!("the archive {} has no keys of session {folder}", self.store.root());
            return Err(Error::new(ErrorKind::NotFound, what, "check the id, and the archive named with --archive"));
        }
        let _lock = if self.dry_run { None } else { Some(self.store.lock(folder)?.or_busy(&format!("session {folder}"))?) };
        let (place, mut result, mut opened) = (keys_folder(folder), Rewrapped::default(), Vec::new());
        for path in self.store.list(&place)?.into_iter().map(|listed| listed.path) {
            let Some(key) = key_of(&place, &path) else {
                result.granted += 1;
                continue;
            };
            if self.is_known(&path)? {
                result.unchanged += 1;
                continue;
            }
            match open(self.store, &path, key, self.identities)? {
                Some(found) => opened.push((path.clone(), key.to_owned(), found)),
                None => result.foreign += 1,
            }
        }
        if let Some((_, _, first)) = opened.first() {
            let session = self.session(folder, first)?;
            result.keys = opened.len() as u64;
            result.session = Some(session.clone());
            if !self.dry_run {
                must_not_be_erased(self.store, &session)?;
                result.unopened = self.replace_all(folder, session, &opened, now)?;
            }
        }
        Ok(result)
    }

    fn is_known(&self, path: &StorePath) -> Result<bool> {
        let digest = self.store.read(path, crate::cipher::LARGEST_KEY)?.map(|bytes| Digest::of(&bytes).sha256);
        Ok(digest.and_then(|sha256| sha256_bytes(&sha256)).is_some_and(|sha256| self.known.contains(&sha256)))
    }

    /// Returns the session that a key names, which must be that of its folder.
    fn session(&self, folder: &StorePath, key: &OpenedKey) -> Result<SessionId> {
        key.session().filter(|session| session_folder(session) == *folder).ok_or_else(|| {
            let what = format!("the key in {} names another session", self.store.location(&keys_folder(folder)));
            Error::new(ErrorKind::Damaged, what, super::RESTORE)
        })
    }

    /// Replaces files, and returns the number of those that no identity opens.
    fn replace_all(
        &self,
        folder: &StorePath,
        session: SessionId,
        opened: &[(StorePath, String, OpenedKey)],
        now: &dyn Fn() -> Timestamp,
    ) -> Result<u64> {
        let wrap = |(path, key, opened): &(StorePath, String, OpenedKey)| {
            Ok(Next { path: path.clone(), key: key.clone(), bytes: opened.wrap(self.recipients)? })
        };
        let next = opened.iter().map(wrap).collect::<Result<Vec<Next>>>()?;
        let entry = KeyedEntry {
            session,
            folder: folder.to_string(),
            act: KeyAct::Rewrapped.into(),
            keys: next.iter().map(|next| KeyEntry { key: next.key.clone(), sha256: Some(Digest::of(&next.bytes).sha256) }).collect(),
            recipients: self.recipients.texts().clone(),
            identities: opened.iter().map(|(_, _, key)| key.by().to_owned()).collect::<BTreeSet<_>>(),
            reason: None,
            seed: None,
            sha256: None,
        };
        self.journal.keyed(entry, now())?;
        let mut unopened = 0;
        for (next, (_, _, opened)) in next.iter().zip(opened) {
            unopened += u64::from(!self.replace(next, opened)?);
        }
        self.store.settle(&keys_folder(folder), Extent::Names)?;
        Ok(unopened)
    }

    /// Replaces a file by one that was read back from the disk. Returns true if an identity opened that.
    fn replace(&self, next: &Next, opened: &OpenedKey) -> Result<bool> {
        let unlike = |why: &str| {
            let what = format!("cannot write {}: {why}; the file is unchanged", self.store.location(&next.path));
            Error::new(ErrorKind::Local, what, "check the disk, and run the same command again")
        };
        let mut staged = self.store.stage()?;
        staged.write(&next.bytes)?;
        let mut bytes = Vec::with_capacity(next.bytes.len());
        staged.reread()?.read_to_end(&mut bytes).map_err(|error| unlike(&plain(&error)))?;
        if bytes != next.bytes {
            return Err(unlike("other bytes were read back"));
        }
        let is_opened = match self.identities.open_key_as(self.recipients, &bytes, &next.key) {
            Ok(again) if again.text() == opened.text() => true,
            Err(Unopened::NoIdentity) => false,
            Err(Unopened::Plugin(why)) => return Err(why.closed(&self.store.location(&next.path))),
            _ => return Err(unlike("what was read back does not open")),
        };
        staged.replace(&next.path)?;
        Ok(is_opened)
    }
}
