//! Turns a session's folder into a valid bag: the record, the manifests, the declaration, in an order by which the next run
//! recognises every moment.
//!
//! Writes only files that differ, so a run that changed nothing writes nothing. Must not decide which files are kept.

use super::SessionArchive;
use crate::bag::{self, Manifest};
use crate::error::{Error, Result};
use crate::journal::{self, Archived, Journal};
use crate::layout::{DECLARATION, INFO, MANIFEST, PAGE, PAYLOAD, RECORD, TAG_MANIFEST};
use crate::page::session_page;
use crate::record::{JournalRecord, MediaRecord, Record, tool};
use crate::store::{Digest, Extent, StorePath};
use jiff::Timestamp;
use serde_json::Map;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The tag files as they should be, in the order in which they are written.
type TagFiles = Vec<(&'static str, Vec<u8>)>;

impl SessionArchive {
    /// Makes the folder a valid bag of the files in the record, and returns whether anything had to be written.
    pub fn commit(&mut self, journal: &Journal, now: Timestamp) -> Result<bool> {
        self.commit_with(journal, &|archived| journal.archived(archived, now), now)
    }

    /// Does the same; `record` writes the line of the journal.
    pub(super) fn commit_with(&mut self, journal: &Journal, record: &dyn Fn(Archived) -> Result<()>, now: Timestamp) -> Result<bool> {
        if self.is_left {
            return Ok(false);
        }
        self.decode_chips()?;
        if self.revision.is_changed() {
            self.revision.record.updated = now;
            self.revision.record.tool = tool();
        }
        let files = tag_files(&self.revision.record)?;
        let here = files.iter().map(|(name, bytes)| self.store.read(&self.folder.join(name), limit(bytes))).collect::<Result<Vec<_>>>()?;
        let portraits = self.lacking_portraits()?;
        if differing(&files, &here).next().is_none() && portraits.is_empty() && !self.pending.exists {
            journal.kept(self.revision.record.session.clone(), now)?;
            return Ok(false);
        }
        self.note_altered(&here, &portraits)?;
        self.begin(now)?;
        let files = self.vouched_by(files, journal, now)?;
        self.make_folders()?;
        let store = Arc::clone(&self.store);
        if self.pending.is_resumed && self.revision.before.is_none() {
            // The line with the salt may be lost, and the journal is about to hold commitments under this one.
            let began = self.began(now);
            self.pending.announce(store.as_ref(), &[began])?;
        }
        let tags = differing(&files, &here).map(|(name, bytes)| (self.folder.join(name), bytes.as_slice()));
        let new: Vec<_> = portraits.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice())).chain(tags).collect();
        // The announced files and their names, and the manifests that vouch for them, which have no names yet.
        let mut prepared = self.pending.settle(store.as_ref(), &self.folder, &new)?;
        // Before the bag's own files, so that the journal has a line of every bag without a pending file.
        let digest = |wanted: &str| files.iter().find(|(name, _)| *name == wanted).map(|(_, bytes)| Digest::of(bytes).sha256);
        let (bag, record_now) = (digest(TAG_MANIFEST).unwrap_or_default(), digest(RECORD).unwrap_or_default());
        let (before, record_before) = (self.bag_before.take(), self.record_before.replace(record_now.clone()));
        let change = journal::archived(&self.folder, self.revision.before.as_ref(), &self.revision.record);
        let resumed = self.pending.is_resumed;
        self.is_vouched = true;
        record(Archived { before, bag, record_before, record: record_now, resumed, ..change })?;
        new.iter().try_for_each(|(path, _)| prepared.publish(path))?;
        let folders: BTreeSet<StorePath> = portraits.iter().filter_map(|(path, _)| path.parent()).collect();
        folders.iter().try_for_each(|folder| self.store.settle(folder, Extent::Names))?;
        // Other tag files and the pending file are right in the folder.
        self.store.settle(&self.folder, Extent::Names)?;
        self.remove_obsolete()?;
        self.pending.end(self.store.as_ref())?;
        self.store.settle(&self.folder, Extent::Names)?;
        self.revision.before = Some(self.revision.record.clone());
        Ok(true)
    }

    /// Names this run's part of the journal in the record, and returns the tag files as they then should be.
    fn vouched_by(&mut self, files: TagFiles, journal: &Journal, now: Timestamp) -> Result<TagFiles> {
        let (segment, sha256) = journal.position(now)?;
        // If only files that follow from the record are written again, the runs that vouched for it still do.
        let is_changed = self.revision.is_changed() || self.revision.record.journal.is_empty();
        if !is_changed || self.revision.record.journal.last().is_some_and(|last| last.segment == segment) {
            return Ok(files);
        }
        self.revision.record.journal.push(JournalRecord { segment, sha256, extra: Map::new() });
        tag_files(&self.revision.record)
    }

    /// Creates the folders of the bag's files, and fails if anything else has the name of one, such as a link.
    fn make_folders(&self) -> Result<()> {
        let folders = self.revision.record.files().filter_map(|file| self.folder.join(file.path).parent());
        let derived = self.revision.record.portraits().filter_map(|(_, portrait)| self.folder.join(&portrait.path).parent());
        let folders: BTreeSet<StorePath> = folders.chain(derived).chain([self.folder.join(PAYLOAD)]).collect();
        folders.iter().try_for_each(|folder| self.store.make_folder(folder))
    }

    /// Adds a notice about the bag's own files that changed since the last run, before they are written anew. Skips bags of another
    /// version, whose files may differ, and of a killed run.
    fn note_altered(&mut self, here: &[Option<Vec<u8>>], portraits: &[(StorePath, Vec<u8>)]) -> Result<()> {
        let Some(before) = self.revision.before.as_ref().filter(|before| !self.pending.is_resumed && before.tool == tool()) else {
            return Ok(());
        };
        let made = tag_files(before)?;
        let derived = before.portraits().map(|(_, portrait)| portrait.path.as_str());
        let derived = derived.filter(|path| portraits.iter().any(|(lacking, _)| *lacking == self.folder.join(path)));
        let altered: Vec<&str> = differing(&made, here).map(|(name, _)| *name).chain(derived).collect();
        if !altered.is_empty() {
            let names = altered.join(", ");
            self.revision.notices.push(format!("changed or removed since the last run, and written anew from the record: {names}"));
        }
        Ok(())
    }
}

/// Returns the tag files that differ from those in the folder, in the same order.
fn differing<'a>(files: &'a TagFiles, here: &[Option<Vec<u8>>]) -> impl Iterator<Item = &'a (&'static str, Vec<u8>)> {
    files.iter().zip(here).filter(|((_, bytes), here)| here.as_ref() != Some(bytes)).map(|(file, _)| file)
}

/// Returns the number of bytes that are read at most of a file that should have these.
fn limit(bytes: &[u8]) -> u64 {
    (bytes.len() as u64).saturating_mul(4).max(64 * 1024 * 1024)
}

/// Returns every tag file, from the record alone.
fn tag_files(record: &Record) -> Result<TagFiles> {
    let mut text = serde_json::to_vec_pretty(record).map_err(|error| Error::unexpected("cannot write archive.json").caused_by(error))?;
    text.push(b'\n');
    let digests: Vec<&Digest> = record.media.iter().flat_map(MediaRecord::present).map(|file| &file.digest).collect();
    let day = record.updated.strftime("%Y-%m-%d").to_string();
    let mut files: TagFiles = vec![
        (RECORD, text),
        (PAGE, session_page(record)?.into_bytes()),
        (MANIFEST, bag::payload_manifest(record).into_bytes()),
        (INFO, bag::info_text(&record.tool, record.session.as_str(), &record.provider, &day, &digests).into_bytes()),
        (DECLARATION, bag::DECLARATION_TEXT.as_bytes().to_vec()),
    ];
    let mut tags: Manifest = files.iter().map(|(name, bytes)| ((*name).to_owned(), Digest::of(bytes).sha256)).collect();
    let documents = record.files().filter(|file| file.medium.is_none());
    tags.extend(documents.map(|file| (file.path.to_owned(), file.digest.sha256.clone())));
    let moved = record.history.iter().filter_map(|happened| Some((happened.moved_to.clone()?, happened.moved.as_ref()?.sha256.clone())));
    tags.extend(moved);
    tags.extend(record.portraits().map(|(_, portrait)| (portrait.path.clone(), portrait.digest.sha256.clone())));
    files.push((TAG_MANIFEST, bag::manifest_text(&tags).into_bytes()));
    Ok(files)
}
