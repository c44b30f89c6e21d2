//! The state of a bag's verification: what its own files say, how much of it was read, and what was found.

use super::{Aspect, Away, Finding, Item, Remedy, Unreported, bag_digest};
use crate::bag::Manifest;
use crate::error::{Error, Result};
use crate::journal::FileEntry;
use crate::layout::{self, MANIFEST, MARKER, TAG_MANIFEST};
use crate::model::SessionId;
use crate::record::{Record, RecordedFile};
use crate::store::{Digest, LINKED, ReadStore, StorePath, Stray, sha256_bytes};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap};

/// What an encrypted file must hold, because it was archived without encryption.
#[derive(Debug)]
pub(super) struct Origin {
    /// The plain file, as the journal has it.
    pub(super) file: FileEntry,
    /// The time of the line.
    pub(super) at: Timestamp,
}

/// A bag under verification.
#[derive(Debug, Default)]
pub struct Examined {
    /// True if a run is changing the bag, or was killed while it did; nothing more was examined then.
    pub unfinished: bool,
    /// Findings so far.
    pub findings: Vec<Finding>,
    /// The files that the bag vouches for and that are to be read.
    pub items: Vec<Item>,
    /// Remarks on what is no damage.
    pub(super) notes: Vec<String>,
    /// Lines on what was listed or requested and is not archived.
    pub(super) lacking: Vec<String>,
    /// Lines on media that were erased by order.
    pub(super) erased: Vec<String>,
    /// True if the provider could not deliver something of that, so that the session is not complete.
    pub(super) is_partial: bool,
    /// True if only what a seal or an expected head covers counts, and a change of the bag is not covered.
    pub(super) is_unproven: bool,
    /// True if the bag was compared with a journal.
    pub(super) has_journal: bool,
    /// The first run that the record names and that the journal lacks.
    pub(super) unvouched: Option<String>,
    /// The record, if it can be read.
    pub(super) record: Option<Record>,
    /// The digests of the bag's own files that were read.
    pub(super) read: HashMap<String, Digest>,
    /// The contents of both manifests.
    pub(super) manifested: Manifest,
    /// What encrypted files must hold, by their paths.
    pub(super) origins: HashMap<String, Origin>,
    /// Files that cannot be read; `.` is the bag itself.
    pub(super) unreadable: BTreeSet<String>,
    /// The bag's own files that are reported as missing.
    pub(super) absent: BTreeSet<&'static str>,
    /// True if a manifest is missing or damaged, so that nothing is known of a file that none names.
    pub(super) is_unlisted: bool,
    /// Payload that a bucket has.
    pub(super) away: Away,
    /// Counts, as in [`super::SessionReport`].
    pub(super) files: u64,
    pub(super) unread: u64,
    pub(super) bytes: u64,
    /// Payload files of which the report has no SHA-256.
    pub(super) unreported: Unreported,
    /// Bytes of files for which the store or the report vouches.
    pub(super) vouched: u64,
    pub(super) held: u64,
    pub(super) opened: u64,
    /// True if a key of the session is encrypted to none of the identities.
    pub(super) is_foreign: bool,
    /// True if the session is encrypted, and the archive is a copy that has no keys at all.
    pub(super) is_keyless: bool,
    /// Number of encrypted files to be opened; `None` if the session is not encrypted, or there are no identities.
    pub(super) to_open: Option<u64>,
    pub(super) unsigned: u64,
    /// True if one file holds all of it and was not read; what is in it was not compared then.
    pub(super) is_contained: bool,
    /// True if the verification was stopped while files were read.
    pub(super) is_stopped: bool,
}

impl Examined {
    /// Returns the record, if it can be read.
    pub(crate) fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }

    /// Returns true if a key of the session is encrypted to none of the identities.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// Returns the paths that both manifests name, with their SHA-256.
    pub(crate) fn manifested(&self) -> &Manifest {
        &self.manifested
    }

    /// Takes the record out.
    pub(crate) fn take_record(&mut self) -> Option<Record> {
        self.record.take()
    }

    /// Takes the paths that both manifests name, with their SHA-256.
    pub(crate) fn take_manifested(&mut self) -> Manifest {
        std::mem::take(&mut self.manifested)
    }

    /// Returns a bag that cannot be examined because of this error.
    pub(super) fn failed(error: &Error) -> Self {
        let mut examined = Self::default();
        examined.cannot_read(".", error.what());
        examined
    }

    /// Returns the session's id, if the record can be read.
    pub fn session(&self) -> Option<&SessionId> {
        self.record.as_ref().map(|record| &record.session)
    }

    /// Returns the SHA-256 of the tag manifest.
    pub(super) fn digest(&self) -> Option<&str> {
        self.read.get(TAG_MANIFEST).map(|digest| digest.sha256.as_str())
    }

    pub(super) fn finding(&mut self, aspect: Aspect, path: &str, what: impl Into<String>) {
        self.findings.push(Finding::new(aspect, path, what));
    }

    pub(super) fn cannot_read(&mut self, path: &str, what: &str) {
        self.unreadable.insert(path.to_owned());
        self.finding(Aspect::Readable, path, what);
    }

    /// Reports what the store has beside the files of the bag.
    pub(super) fn add_strays(&mut self, strays: Vec<Stray>) {
        for Stray { path, what, is_harmless } in strays {
            match is_harmless {
                true => self.notes.push(format!("{path}: {what}")),
                false => self.findings.push(Finding::new(Aspect::Listings, &path, what).helped_by(Remedy::Compare)),
            }
        }
    }

    /// Reports a link in the place of a folder, which is not followed.
    pub(super) fn is_linked(&mut self, path: &str) {
        self.findings.push(Finding::new(Aspect::Readable, path, LINKED).helped_by(Remedy::MoveIn));
        self.unreadable.insert(path.to_owned());
        self.is_partial = true;
    }

    /// Returns true if a file, or a folder that it is in, is already reported as unreadable.
    pub(super) fn is_unreadable(&self, path: &str) -> bool {
        let mut folders = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        self.unreadable.contains(path) || folders.any(|folder| self.unreadable.contains(folder))
    }

    /// Returns true if the record, the listings and the manifests can be read, and everything in them was delivered. A session
    /// without media is evidence of nothing, so it is not complete.
    pub(super) fn is_complete(&self) -> bool {
        let has_media = self.record.as_ref().is_some_and(|record| !record.media.is_empty());
        has_media && !self.is_partial && self.unreadable.iter().all(|path| layout::is_payload(path))
    }

    /// Returns true if everything was listed, and the provider never listed any media.
    pub(super) fn is_empty(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.media.is_empty()) && !self.is_partial
    }

    /// Returns true if the journal vouches for other bytes than a manifest does. Without a record there is no salt, so documents
    /// cannot be compared.
    pub(super) fn is_other(&self, path: &str, manifested: &str, vouched: Option<[u8; 32]>) -> bool {
        match &self.record {
            _ if !layout::is_document(path) => sha256_bytes(manifested) != vouched,
            Some(record) => sha256_bytes(&record.salt.commitment(manifested)) != vouched,
            None => false,
        }
    }

    /// Returns true if the session is encrypted, and not all of it is to be opened.
    pub(super) fn is_unopened(&self) -> bool {
        (self.to_open.is_none() || self.is_foreign) && self.record.as_ref().is_some_and(|record| record.encryption.is_some())
    }

    /// Returns true if both manifests can be read, so that the bag can be compared with the journal.
    pub(super) fn is_comparable(&self) -> bool {
        [".", MANIFEST, TAG_MANIFEST].iter().all(|path| !self.unreadable.contains(*path))
    }

    /// Returns findings for answers that came without the provider's signature, although others of the same sort in this session
    /// (media files, or documents) came with one.
    pub(super) fn unsigned_among_signed(&self) -> Vec<Finding> {
        let files: Vec<RecordedFile<'_>> = self.record.iter().flat_map(Record::files).collect();
        let signed: BTreeSet<bool> = files.iter().filter(|file| file.may_be_signed()).map(|file| file.medium.is_some()).collect();
        let unsigned = files.iter().filter(|file| !file.may_be_signed() && signed.contains(&file.medium.is_some()));
        let what = "came without the provider's signature, although the provider signed other answers of this session";
        unsigned.map(|file| Finding::new(Aspect::Signatures, file.path, what).helped_by(Remedy::Compare)).collect()
    }

    /// Returns true if the bag is still the one that was examined: a run that changes it changes its tag manifest, and leaves a
    /// pending file until it is done.
    pub(super) fn is_current(&self, store: &dyn ReadStore, folder: &StorePath) -> Result<bool> {
        let is_known = self.unfinished || self.is_contained;
        Ok(self.unfinished == is_unfinished(store, folder)? && (is_known || self.digest() == bag_digest(store, folder)?.as_deref()))
    }

    /// Returns what the bag was compared with and matches; nothing for a damaged bag.
    pub(super) fn checked(&self) -> Vec<Aspect> {
        let is_sound = self.record.is_some() && self.findings.is_empty();
        let all = [
            (Aspect::Listings, self.is_complete() && !self.is_contained && self.away.is_none()),
            // A file that was not read may be anything.
            (Aspect::Manifests, self.unread == 0 && self.away.is_none() && self.unreadable.is_empty()),
            (Aspect::Journal, self.has_journal && self.unvouched.is_none() && !self.is_unproven),
            // If nothing was signed, nothing was compared.
            (Aspect::Signatures, self.held > 0),
            (Aspect::Openable, self.opened > 0 && self.to_open == Some(self.opened) && !self.is_foreign),
        ];
        all.into_iter().filter(|(_, matches)| is_sound && *matches).map(|(aspect, _)| aspect).collect()
    }
}

pub(super) fn is_unfinished(store: &dyn ReadStore, folder: &StorePath) -> Result<bool> {
    Ok(store.length(&folder.join(MARKER))?.is_some())
}
