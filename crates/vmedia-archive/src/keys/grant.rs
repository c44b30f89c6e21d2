//! Grants the keys of single sessions to someone who is no recipient of the archive: in the archive, where the grant ends when its folder is
//! removed, or in a file that is handed out.
//!
//! The journal knows each grant before there is a file of it.

use super::{must_not_be_erased, open};
use crate::cipher::{Identities, OpenedKey, Recipients, granted_folder, key_file, keys_folder};
use crate::error::{Error, ErrorKind, Result, limit_hint, plain};
use crate::journal::{Journal, KeyAct, KeyEntry, KeyedEntry};
use crate::layout::session_folder;
use crate::model::SessionId;
use crate::session::read_record;
use crate::store::{Digest, Extent, Lock, NewFile, Store, StorePath};
use jiff::Timestamp;
use secrecy::zeroize::Zeroizing;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

/// The order to grant keys of one archive.
pub struct Granting<'a> {
    /// The archive.
    pub store: &'a dyn Store,
    /// The journal of this run.
    pub journal: &'a Journal,
    /// The private keys that open the sessions' keys.
    pub identities: &'a Identities,
    /// The public keys of those who get them.
    pub to: &'a Recipients,
    /// The operator's reason.
    pub reason: &'a str,
}

/// Keys of a session that were granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The session.
    pub session: SessionId,
    /// Number of its keys.
    pub keys: u64,
    /// The folders of the granted keys, one for each recipient; none if they were handed out.
    pub folders: Vec<StorePath>,
}

/// A file of keys that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOut {
    /// The sessions.
    pub sessions: Vec<Granted>,
    /// The length of the file in bytes, and its SHA-256.
    pub digest: Digest,
}

/// The keys of a session that were opened, each with its name. Nothing changes them while the lock is held.
struct Opened {
    folder: StorePath,
    keys: Vec<(String, OpenedKey)>,
    _lock: Lock,
}

/// Grants the keys of a session in the archive, in a folder of its own for each recipient.
///
/// # Errors
/// The archive does not have the session, it is not encrypted, or to none of the identities, a key is missing or damaged, another run is
/// changing the session, or the archive cannot be written.
pub fn grant(order: &Granting<'_>, session: &SessionId, now: &dyn Fn() -> Timestamp) -> Result<Granted> {
    let opened = begin(order, session)?;
    let mut folders = Vec::new();
    for (name, recipient) in order.to.apart()? {
        let place = granted_folder(&opened.folder, name);
        let wrap = |(key, opened): &(String, OpenedKey)| Ok((key.clone(), opened.wrap(&recipient)?));
        let files = opened.keys.iter().map(wrap).collect::<Result<Vec<(String, Vec<u8>)>>>()?;
        let keys = files.iter().map(|(key, bytes)| KeyEntry { key: key.clone(), sha256: Some(Digest::of(bytes).sha256) }).collect();
        let entry = KeyedEntry { keys, recipients: BTreeSet::from([name.to_owned()]), ..opened.entry(order, session, KeyAct::Granted) };
        order.journal.keyed(entry, now())?;
        files.iter().try_for_each(|(key, bytes)| order.store.replace(&place.join(&key_file(key)), bytes))?;
        folders.push(place);
    }
    order.store.settle(&keys_folder(&opened.folder), Extent::Tree)?;
    Ok(Granted { session: session.clone(), keys: opened.keys.len() as u64, folders })
}

/// Writes the keys of sessions into a new file, which all recipients can open. The archive stays as it is.
///
/// # Errors
/// As of [`grant`], or the file exists or cannot be written. There is no file then.
pub fn hand_out(order: &Granting<'_>, sessions: &[SessionId], path: &Path, now: &dyn Fn() -> Timestamp) -> Result<HandedOut> {
    let unwritten = |error: &io::Error| unwritten(path, error);
    let file = NewFile::create(path).map_err(|error| unwritten(&error))?;
    let all = sessions.iter().map(|session| begin(order, session)).collect::<Result<Vec<Opened>>>()?;
    let mut text = Zeroizing::new(String::new());
    all.iter().flat_map(|opened| &opened.keys).for_each(|(_, key)| text.push_str(key.text()));
    let bytes = order.to.encrypt(text.as_bytes())?;
    file.file().write_all(&bytes).map_err(|error| unwritten(&error))?;
    let digest = file.settle().map_err(|error| unwritten(&error))?;
    let mut granted = Vec::new();
    for (session, opened) in sessions.iter().zip(&all) {
        let keys = opened.keys.iter().map(|(key, _)| KeyEntry { key: key.clone(), sha256: None }).collect();
        let (recipients, sha256) = (order.to.texts().clone(), Some(digest.sha256.clone()));
        let entry = KeyedEntry { keys, recipients, sha256, ..opened.entry(order, session, KeyAct::HandedOut) };
        order.journal.keyed(entry, now())?;
        granted.push(Granted { session: session.clone(), keys: opened.keys.len() as u64, folders: Vec::new() });
    }
    file.publish().map_err(|error| unwritten(&error))?;
    Ok(HandedOut { sessions: granted, digest })
}

impl Opened {
    /// Returns a line without keys and recipients.
    fn entry(&self, order: &Granting<'_>, session: &SessionId, act: KeyAct) -> KeyedEntry {
        KeyedEntry {
            session: session.clone(),
            folder: self.folder.to_string(),
            act: act.into(),
            keys: Vec::new(),
            recipients: BTreeSet::new(),
            identities: self.keys.iter().map(|(_, key)| key.by().to_owned()).collect(),
            reason: Some(order.reason.to_owned()),
            seed: None,
            sha256: None,
        }
    }
}

/// Locks a session, and opens all of its keys.
fn begin(order: &Granting<'_>, session: &SessionId) -> Result<Opened> {
    let (store, folder) = (order.store, session_folder(session));
    let absent = || {
        let what = format!("the archive {} has no session {session}", store.root());
        Error::new(ErrorKind::NotFound, what, "check the id, and the archive named with --archive")
    };
    must_not_be_erased(store, session)?;
    if store.stat(&folder)?.is_none() {
        return Err(absent());
    }
    let lock = store.lock(&folder)?.or_busy(&format!("session {session}"))?;
    must_not_be_erased(store, session)?;
    let (record, _) = read_record(store, &folder)?.ok_or_else(absent)?;
    if record.encryption.is_none() {
        let what = format!("session {session} is not encrypted, so it has no key");
        return Err(Error::usage(what, "hand out the session itself: `vmedia export`"));
    }
    let open = |key: &str| {
        let path = keys_folder(&folder).join(&key_file(key));
        let opened = open(store, &path, key, order.identities)?.ok_or_else(|| foreign(session))?;
        Ok((key.to_owned(), opened))
    };
    let keys = record.keys().into_iter().map(open).collect::<Result<Vec<_>>>()?;
    Ok(Opened { folder, keys, _lock: lock })
}

fn foreign(session: &SessionId) -> Error {
    let what = format!("a key of session {session} is encrypted to none of these identities");
    Error::new(ErrorKind::Partial, what, "name the private key of another recipient with --identity")
}

fn unwritten(path: &Path, error: &io::Error) -> Error {
    let what = format!("cannot write {}: {}", path.display(), plain(error));
    Error::new(ErrorKind::Local, what, limit_hint(error).unwrap_or("no key was handed out; make room, or name another place with -o"))
}
