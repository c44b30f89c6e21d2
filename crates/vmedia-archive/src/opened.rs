//! Encrypted sessions, opened with private keys for people: the record as it would be without encryption, the facts of the encrypted
//! answers, and the files, decrypted while they are read.
//!
//! Must not write what it opens.

mod content;
mod keys;

use crate::catalog_row::CatalogRow;
use crate::chip::{self, ChipRecord};
use crate::cipher::{ENDING, Identities, SessionIdentities};
use crate::error::{Error, ErrorKind, Result};
use crate::layout::RECORD;
use crate::model::{Fact, Kind, MediaItem};
use crate::page::{opened_copy, opened_page, shown_type};
use crate::record::{EncryptedRecord, MediaRecord, Record};
use crate::session::read_record;
use crate::store::{Digest, ReadStore, Reread, StorePath};
use crate::unlocking::proof;
use content::Stored;
use keys::OpenKeys;
use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

/// The largest answer of a provider that is read for facts, in bytes.
const LARGEST_DOCUMENT: u64 = 64 * 1024 * 1024;
/// The largest media file that is read for facts, in bytes.
const LARGEST_FACTS: u64 = 1024 * 1024;

/// Reads the facts that the answers of providers state.
pub trait FactRules: Send + Sync {
    /// Returns the facts of an answer, or of a media file by the name of its group and context.
    fn facts(&self, provider: &str, document: &str, bytes: &[u8]) -> Vec<Fact>;

    /// Returns true if a media file states facts about its session, as an answer does.
    fn states_facts(&self, provider: &str, item: &MediaItem) -> bool;
}

/// The result of opening a session.
pub enum Opening {
    /// It is not encrypted.
    Plain,
    /// It is encrypted to none of the identities.
    NoIdentity,
    /// It is open.
    Opened(Box<OpenedSession>),
}

/// An encrypted session that is open.
pub struct OpenedSession {
    folder: StorePath,
    keys: SessionIdentities,
    record: Record,
    /// The files by the paths that they would have without encryption.
    contents: HashMap<String, Stored>,
    unopened: u64,
}

/// A file of an opened session.
pub struct OpenedFile {
    /// Its media type.
    pub media_type: &'static str,
    /// Its length in bytes.
    pub length: u64,
    /// Its content.
    pub content: Box<dyn Reread>,
}

impl OpenedFile {
    /// Returns a file in memory.
    pub fn of(media_type: &'static str, bytes: Vec<u8>) -> Self {
        Self { media_type, length: bytes.len() as u64, content: Box::new(Cursor::new(bytes)) }
    }
}

impl OpenedSession {
    /// Opens a session, and reads the facts of its answers.
    ///
    /// # Errors
    /// There is no record, a key is missing or altered, or the archive cannot be read.
    pub fn open(store: &dyn ReadStore, folder: &StorePath, identities: &Arc<Identities>, rules: &dyn FactRules) -> Result<Opening> {
        let Some((record, _)) = read_record(store, folder)? else {
            let what = format!("there is no record at {}", store.location(&folder.join(RECORD)));
            return Err(Error::new(ErrorKind::Damaged, what, "restore the session from a backup"));
        };
        if record.encryption.is_none() {
            return Ok(Opening::Plain);
        }
        let Some(OpenKeys { keys, closed }) = keys::open(store, folder, &record, identities)? else { return Ok(Opening::NoIdentity) };
        let mut opened = Self { folder: folder.clone(), keys, record, contents: HashMap::new(), unopened: 0 };
        opened.reveal(&|encrypted| !closed.contains(&encrypted.key));
        opened.learn(store, rules);
        Ok(Opening::Opened(Box::new(opened)))
    }

    /// Returns the record as it would be without encryption, with its facts.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Returns the number of files that do not open: they are damaged, or encrypted to another key.
    pub fn unopened(&self) -> u64 {
        self.unopened
    }

    /// Returns the session's page with what its chips hold, as it is served by [`Self::file`].
    ///
    /// # Errors
    /// It cannot be made.
    pub fn page(&mut self, store: &dyn ReadStore) -> Result<String> {
        self.decode_chips(store);
        opened_page(&self.record)
    }

    /// Returns the page as a copy that holds its files, before they are put into it.
    pub(crate) fn copy(&mut self, store: &dyn ReadStore) -> Result<String> {
        self.decode_chips(store);
        opened_copy(&self.record)
    }

    /// Returns the length of a file of the page in bytes.
    pub(crate) fn length(&self, path: &str) -> Option<u64> {
        shown_type(path)?;
        self.contents.get(path).map(Stored::length)
    }

    /// Returns a file of the page, which is decrypted while it is read; `None` if the page shows no such file.
    ///
    /// # Errors
    /// It does not open, or is not what the provider sent.
    pub fn file(&self, store: &Arc<dyn ReadStore>, path: &str) -> Result<Option<OpenedFile>> {
        let (Some(stored), Some(media_type)) = (self.contents.get(path), shown_type(path)) else { return Ok(None) };
        if let Stored::Portrait { of, .. } = stored {
            let image = self.small(store.as_ref(), of, chip::LARGEST).and_then(|bytes| ChipRecord::portrait_file(&bytes));
            return Ok(image.map(|image| OpenedFile::of(media_type, image)));
        }
        let opened = stored.open(store, &self.folder, &self.keys)?;
        Ok(opened.map(|(length, content)| OpenedFile { media_type, length, content }))
    }

    /// Names every file that opens as it would be named without encryption, with the digest and the signature of its content.
    fn reveal(&mut self, may_open: &dyn Fn(&EncryptedRecord) -> bool) {
        let Self { keys, record, contents, unopened, .. } = self;
        record.encryption = None;
        let media = record.media.iter_mut().flat_map(|medium| &mut medium.files).filter(|file| file.lost.is_none());
        let media = media.map(|file| (&mut file.path, &mut file.digest, &mut file.signature, &mut file.encrypted));
        let documents = record.documents.iter_mut().filter(|document| document.lost.is_none());
        let documents = documents.map(|one| (&mut one.path, &mut one.digest, &mut one.signature, &mut one.encrypted));
        for (path, digest, signature, encrypted) in media.chain(documents) {
            let Some(known) = encrypted.as_deref() else { continue };
            let (Some(proof), Some(name)) = (proof(keys, known).ok().filter(|_| may_open(known)), path.strip_suffix(ENDING)) else {
                *unopened += 1;
                continue;
            };
            let name = name.to_owned();
            let stored = std::mem::replace(path, name.clone());
            (*digest, *signature, *encrypted) = (proof.digest.clone(), proof.signature, None);
            contents.insert(name, Stored::File { path: stored, content: proof.digest });
        }
    }

    /// Reads the facts of the answers, the older first, and of the media files that state some.
    fn learn(&mut self, store: &dyn ReadStore, rules: &dyn FactRules) {
        let provider = self.record.provider.clone();
        let documents = self.record.documents.iter().filter(|document| document.lost.is_none() && document.encrypted.is_none());
        let documents = documents.map(|document| (document.name.clone(), document.path.clone(), LARGEST_DOCUMENT));
        let stating = self.record.media.iter().filter(|medium| rules.states_facts(&provider, &medium.item()));
        let media = stating.filter_map(|medium| Some((medium.fact_name(), newest(medium)?, LARGEST_FACTS)));
        let sources: Vec<(String, String, u64)> = documents.chain(media).collect();
        for (name, path, limit) in sources {
            match self.small(store, &path, limit) {
                Some(bytes) => self.record.learn(&name, rules.facts(&provider, &name, &bytes).into_iter()),
                None => self.unopened += 1,
            }
        }
    }

    /// Decodes the chips in files of NFC data.
    fn decode_chips(&mut self, store: &dyn ReadStore) {
        let is_chip = |medium: &&MediaRecord| medium.kind == Kind::Nfc;
        let files = self.record.media.iter().filter(is_chip).flat_map(MediaRecord::present);
        let paths: Vec<String> = files.filter(|file| file.encrypted.is_none()).map(|file| file.path.clone()).collect();
        for path in paths {
            let Some(chip) = self.small(store, &path, chip::LARGEST).and_then(|bytes| ChipRecord::read(&bytes)) else { continue };
            let chip = chip.of_file(&path);
            if let Some(portrait) = &chip.portrait {
                self.contents.insert(portrait.path.clone(), Stored::Portrait { of: path.clone(), bytes: portrait.digest.bytes });
            }
            let mut files = self.record.media.iter_mut().flat_map(|medium| &mut medium.files);
            if let Some(file) = files.find(|file| file.path == path) {
                file.chip = Some(Box::new(chip));
            }
        }
    }

    /// Returns a small file; `None` if it is larger, does not open, or is not what the provider sent.
    fn small(&self, store: &dyn ReadStore, path: &str, limit: u64) -> Option<Vec<u8>> {
        let Stored::File { path, content } = self.contents.get(path)? else { return None };
        if content.bytes > limit {
            return None;
        }
        // Each chunk of 64 KiB has a tag, and the head names the keys.
        let stored = store.read(&self.folder.join(path), limit + limit / 1024 + LARGEST_FACTS).ok()??;
        self.keys.decrypt(&stored).ok().filter(|bytes| Digest::of(bytes) == *content)
    }
}

/// Returns the path of the newest file of a media file, if it is open.
fn newest(medium: &MediaRecord) -> Option<String> {
    medium.present().last().filter(|file| medium.state.newer().is_none() && file.encrypted.is_none()).map(|file| file.path.clone())
}

/// Adds what the encrypted answers of a session state to its row, and returns true if they open.
pub fn open_row(row: &mut CatalogRow, store: &dyn ReadStore, identities: &Arc<Identities>, rules: &dyn FactRules) -> bool {
    let opened = OpenedSession::open(store, &StorePath::name(&row.folder), identities, rules);
    let Ok(Opening::Opened(session)) = opened else { return false };
    row.learn(&session.record.facts);
    true
}

/// Returns true if a session has a record that says that its files are encrypted.
pub fn is_encrypted(store: &dyn ReadStore, folder: &StorePath) -> bool {
    read_record(store, folder).is_ok_and(|record| record.is_some_and(|(record, _)| record.encryption.is_some()))
}
