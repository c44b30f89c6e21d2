//! One session's folder, and the steps by which a change becomes a valid bag again.
//!
//! The order makes it safe: the pending file first, then answers and media files, each announced there before it gets its name, then
//! the bag's own files, all durable before the pending file is removed. Only the bag's own files are ever
//! overwritten. Must not know the origin of bytes.

mod commit;
mod complete;
mod converting;
mod derived;
mod documents;
mod elsewhere;
mod encrypting;
mod erasing;
mod open;
mod pending;
mod placing;
mod recovery;

pub(crate) use complete::is_complete;
pub use complete::{Wanted, complete};
pub(crate) use converting::Converting;
pub(crate) use elsewhere::Absent;
pub use elsewhere::payload_elsewhere;
pub use encrypting::{Encryption, Incoming};
pub use placing::Placed;

use crate::cipher::SessionKey;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Journal;
use crate::layout::{self, MARKER};
use crate::model::{MediaId, MediaItem, SessionId};
use crate::needs_refetch::needs_refetch;
use crate::reason::Reason;
use crate::record::{FileRecord, LARGEST_RECORD, Origin, Revision, SignatureRecord, State, tool};
use crate::store::{Digest, Store, StorePath, Watch};
use crate::verify::{ProviderRules, bag_digest};
use jiff::Timestamp;
use open::is_new;
pub(crate) use open::read_record;
use pending::{Line, Pending};
use std::collections::HashSet;
use std::sync::Arc;

/// An answer of the provider to keep, as it came, without credentials in it.
#[derive(Debug)]
pub struct Document {
    /// Its name, such as `media` or `attempts/<id>/media`.
    pub name: String,
    /// The endpoint that gave it.
    pub endpoint: String,
    /// The answer.
    pub bytes: Vec<u8>,
    /// The provider's signature over it.
    pub signature: SignatureRecord,
    /// The time at which it was fetched.
    pub fetched: Timestamp,
    /// The places of removed credentials, as JSON pointers.
    pub redacted: Vec<String>,
}

/// The state of a media file in the archive, whose bytes were just read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// No file.
    Absent,
    /// All its bytes.
    Intact {
        /// The path of its newest file below the session's folder.
        path: String,
        /// The bytes of that file.
        bytes: u64,
        /// The reason to fetch it again all the same.
        refetch: Option<Reason>,
    },
    /// A missing or altered file, and a description of the damage.
    Damaged(String),
    /// Erased by order, and not to be fetched again.
    Erased(Reason),
    /// A newer version gave it this state, which only such a version may change.
    Newer(String),
}

/// One session's folder, open for changes. Its owner holds the session's lock.
pub struct SessionArchive {
    pub(crate) store: Arc<dyn Store>,
    folder: StorePath,
    /// The record, as this run revises it.
    pub revision: Revision,
    pending: Pending,
    /// The SHA-256 of the tag manifest before this change, if the folder was a bag.
    bag_before: Option<String>,
    /// The SHA-256 of the record as it was read.
    record_before: Option<String>,
    /// What this run encrypts with, if it encrypts.
    encryption: Option<Encryption>,
    /// The key of this run, once it was needed.
    key: Option<Arc<SessionKey>>,
    /// The keys of encryptions of the whole session that were killed.
    left_keys: Vec<String>,
    /// True if the journal may have a line about the bag that is being made.
    is_vouched: bool,
    /// Files that are removed once the bag no longer names them.
    obsolete: Vec<StorePath>,
    /// Media files that have a path and may not be published yet.
    placing: HashSet<MediaId>,
    /// Payload that a bucket has.
    absent: Absent,
    /// True if nothing may change any more.
    is_left: bool,
}

impl SessionArchive {
    /// Returns a session's folder in the archive, which is also the name of its lock.
    pub fn folder_of(session: &SessionId) -> StorePath {
        layout::session_folder(session)
    }

    /// Reads the folder and recovers what a killed run left. Writes nothing. `rules` checks signatures of what was left.
    pub fn open(store: Arc<dyn Store>, origin: Origin, rules: &dyn ProviderRules, now: Timestamp) -> Result<Self> {
        let folder = layout::session_folder(&origin.session);
        let (before, record_before) = read_record(store.as_ref(), &folder)?.unzip();
        let record_before = record_before.map(|bytes| Digest::of(&bytes).sha256);
        if let Some(record) = &before
            && (record.session != origin.session || record.provider != origin.provider)
        {
            let what = format!("{} belongs to session {} at {}", store.location(&folder), record.session, record.provider);
            return Err(Error::new(ErrorKind::Configuration, what, "choose another archive folder with -o"));
        }
        let left = store.read(&folder.join(MARKER), LARGEST_RECORD)?;
        if before.is_none() && left.is_none() {
            is_new(store.as_ref(), &folder)?;
        }
        let mut archive = Self {
            store,
            revision: Revision::new(before, origin, now),
            pending: Pending::new(folder.join(MARKER), left.is_some()),
            folder,
            bag_before: None,
            record_before,
            encryption: None,
            key: None,
            left_keys: Vec::new(),
            is_vouched: false,
            obsolete: Vec::new(),
            placing: HashSet::new(),
            absent: Absent::default(),
            is_left: false,
        };
        if let Some(left) = left {
            archive.bag_before = bag_digest(archive.store.as_ref(), &archive.folder)?;
            archive.recover(pending::parse(&left), rules)?;
        }
        Ok(archive)
    }

    /// Returns whether a run was killed while it changed this session, and none has finished it since.
    pub fn is_unfinished(&self) -> bool {
        self.pending.exists
    }

    /// Returns the name of the folder for people.
    pub fn location(&self) -> String {
        self.store.location(&self.folder)
    }

    /// Returns whether a file may appear at any moment that the record does not have yet.
    pub fn is_placing(&self) -> bool {
        !self.placing.is_empty()
    }

    /// Forbids any further change, because the run is over.
    pub fn leave(&mut self) {
        self.is_left = true;
    }

    /// Returns the damage of a file, by its record.
    fn check(&self, file: &FileRecord, watch: &mut Watch<'_>) -> Result<Option<String>> {
        let path = self.folder.join(&file.path);
        let Some(stream) = self.store.open(&path)? else { return Ok(Some("it is missing".to_owned())) };
        if self.store.length(&path)? != Some(file.digest.bytes) {
            return Ok(Some("its length has changed".to_owned()));
        }
        match Digest::read(stream, watch) {
            Ok(digest) if digest == file.digest => Ok(None),
            Ok(_) => Ok(Some("its bytes have changed".to_owned())),
            Err(error) => Ok(Some(format!("it cannot be read: {error}"))),
        }
    }

    fn is_elsewhere(&self, file: &FileRecord, journal: &Journal) -> Result<bool> {
        let of = (&self.folder, &self.revision.record);
        self.absent.is_elsewhere((self.store.as_ref(), journal), of, (&file.path, &file.digest.sha256))
    }

    /// Reads the archived files of a media file and returns their state. A file that a bucket has, as the journal says, need not be here. `watch`
    /// sees each piece.
    pub fn holding(&mut self, item: &MediaItem, journal: &Journal, watch: &mut Watch<'_>) -> Result<Holding> {
        let Some(media) = self.revision.record.media.iter().find(|media| media.id == item.id) else { return Ok(Holding::Absent) };
        if let Some(word) = media.state.newer() {
            return Ok(Holding::Newer(word.to_owned()));
        }
        if media.state == State::Erased {
            return Ok(media.reason.as_ref().and_then(|reason| reason.fact().cloned()).map_or(Holding::Absent, Holding::Erased));
        }
        let files: Vec<FileRecord> = media.present().cloned().collect();
        let refetch = needs_refetch(self.store.as_ref(), &self.folder, media, item.size)?;
        let mut fault = None;
        for file in &files {
            if let Some(reason) = self.check(file, watch)?
                && !self.is_elsewhere(file, journal)?
            {
                fault.get_or_insert(format!("{}: {reason}", file.path));
                self.revision.damaged.insert(file.path.clone());
            }
        }
        Ok(match (fault, files.last()) {
            (Some(reason), _) => Holding::Damaged(reason),
            (None, Some(file)) => {
                // An earlier run may have found its files damaged.
                if let Some(media) = self.revision.record.media.iter_mut().find(|media| media.id == item.id) {
                    media.arrived();
                }
                Holding::Intact { path: file.path.clone(), bytes: file.digest.bytes, refetch }
            }
            (None, None) => Holding::Absent,
        })
    }

    /// Creates the pending file, before the first change.
    fn begin(&mut self, now: Timestamp) -> Result<()> {
        if self.announce_change(now)? {
            self.pending.settle(self.store.as_ref(), &self.folder, &[])?;
        }
        Ok(())
    }

    /// Writes the first line of the pending file unless it exists, and returns whether it was written: it is not durable yet.
    fn announce_change(&mut self, now: Timestamp) -> Result<bool> {
        if self.is_left {
            return Err(Error::new(ErrorKind::Partial, "the run is over", "run the same command again; it goes on where this one stopped"));
        }
        if self.pending.exists {
            return Ok(false);
        }
        self.bag_before = bag_digest(self.store.as_ref(), &self.folder)?;
        let began = self.began(now);
        self.pending.announce(self.store.as_ref(), &[began])?;
        Ok(true)
    }

    /// Returns the first line of the pending file.
    fn began(&self, now: Timestamp) -> Line {
        let is_new = self.revision.before.is_none();
        let salt = is_new.then(|| self.revision.record.salt.clone());
        Line::Began { at: now, tool: tool(), salt, encryption: self.revision.record.encryption.clone().filter(|_| is_new) }
    }
}

/// Returns the path that a media file would get below its session's folder.
pub fn planned_path(item: &MediaItem) -> String {
    layout::media_path(item, None, 1)
}

/// Returns the path that a document of that name would get below its session's folder.
pub fn planned_document_path(name: &str) -> String {
    layout::document_path(name, 1)
}
