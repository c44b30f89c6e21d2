//! Places files in a session's folder: beside existing ones, never over them. Bytes that the archive has are not stored twice,
//! other bytes of a media file get another name, and damaged files are moved out of the payload once good bytes arrive.
//!
//! Must not decide whether bytes are trusted.

use super::pending::Line;
use super::{Document, SessionArchive};
use crate::error::Result;
use crate::layout;
use crate::model::{MediaId, MediaItem};
use crate::record::{Change, DocumentRecord, FileRecord, HistoryRecord, LARGEST_RECORD, MediaRecord, NewFile};
use crate::store::{Digest, StorePath};
use jiff::Timestamp;
use serde_json::Map;
use std::collections::HashSet;
use std::sync::Arc;

/// A file with its path.
#[derive(Debug)]
pub struct Placed {
    /// Its record.
    pub file: FileRecord,
    /// The name to publish it under; `None` if the archive has the same bytes.
    pub free: Option<StorePath>,
}

impl SessionArchive {
    /// Chooses the path of a file and announces it. Bytes that the archive has are not stored twice; other bytes of the same
    /// media file are stored beside them.
    pub fn place(&mut self, item: &MediaItem, file: NewFile, now: Timestamp) -> Result<Placed> {
        let media = match self.revision.record.media.iter().find(|media| media.id == item.id) {
            Some(media) => media.clone(),
            None => MediaRecord::new(item),
        };
        let same = media.present().find(|old| old.digest == file.digest);
        if let Some(same) = same
            && !self.revision.damaged.contains(&same.path)
        {
            return Ok(Placed { file: file.at(same.path.clone()), free: None });
        }
        self.begin(now)?;
        self.placing.insert(item.id.clone());
        let same = same.map(|same| same.path.clone());
        self.set_damaged_aside(&media, same.as_deref(), now)?;
        let named = MediaItem { attempt: media.attempt.clone(), ..item.clone() };
        let mut version = 1;
        while same.is_none() && media.files.iter().any(|old| old.path == layout::media_path(&named, file.extension, version)) {
            version += 1;
        }
        let path = same.unwrap_or_else(|| layout::media_path(&named, file.extension, version));
        let file = file.at(path);
        let path = self.folder.join(&file.path);
        // A file there that is in no record was left by a killed run, or by another program.
        let is_here = match self.store.open(&path)? {
            None => false,
            Some(stream) => {
                let is_same = Digest::read(stream, &mut |_| Ok(())).is_ok_and(|digest| digest == file.digest);
                if !is_same {
                    self.set_aside(&file.path, "nothing vouched for it", now)?;
                }
                is_same
            }
        };
        let announced = MediaRecord { files: vec![file.clone()], ..media };
        self.pending.announce(self.store.as_ref(), &[Line::Archiving(announced)])?;
        Ok(Placed { file, free: (!is_here).then_some(path) })
    }

    /// Moves damaged files out of the payload, now that there are good bytes. `healed` is the path that the same bytes will take.
    fn set_damaged_aside(&mut self, media: &MediaRecord, healed: Option<&str>, now: Timestamp) -> Result<()> {
        let damaged: Vec<String> =
            media.present().map(|file| file.path.clone()).filter(|path| self.revision.damaged.contains(path)).collect();
        for path in damaged {
            let what = self.set_aside(&path, "fetched again", now)?;
            if healed != Some(path.as_str())
                && let Some(lost) = self.revision.file_mut(&media.id, &path)
            {
                lost.lost = Some(what);
            }
            self.revision.damaged.remove(&path);
        }
        Ok(())
    }

    /// Keeps answers, except those that are here and whole; an answer that changed stands beside the old one.
    pub fn keep_documents(&mut self, documents: &[Document], now: Timestamp) -> Result<()> {
        let (mut lines, mut new, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        for document in documents {
            let digest = Digest::of(&document.bytes);
            if let Some(path) = self.same_answer(document, &digest) {
                if new.iter().all(|(new, _)| *new != self.folder.join(&path)) {
                    self.heal_document(&path, document, now)?;
                }
                kept.push((&document.name, path));
                continue;
            }
            let (record, is_here) = self.document_record(document, digest)?;
            if !is_here {
                new.push((self.folder.join(&record.path), document.bytes.as_slice()));
            }
            lines.push(Line::Answered(record.clone()));
            kept.push((&document.name, record.path.clone()));
            self.revision.add_document(record);
        }
        if !lines.is_empty() {
            let store = Arc::clone(&self.store);
            self.announce_change(now)?;
            let announced: Vec<Line> = self.new_media().into_iter().chain(lines).collect();
            self.pending.announce(store.as_ref(), &announced)?;
            let mut prepared = self.pending.settle(store.as_ref(), &self.folder, &new)?;
            new.iter().try_for_each(|(path, _)| prepared.publish(path))?;
        }
        kept.into_iter().try_for_each(|(name, path)| self.lose_versions(name, &path, now))
    }

    /// Reports earlier versions of a document that were deleted or altered, which no provider gives again, and vouches for them
    /// no longer. The version at `kept` was just read or written.
    fn lose_versions(&mut self, name: &str, kept: &str, now: Timestamp) -> Result<()> {
        let documents = self.revision.record.documents.iter();
        let others = documents.filter(|other| other.name == name && other.path != kept && other.lost.is_none());
        let recorded: Vec<(String, Digest)> = others.map(|other| (other.path.clone(), other.digest.clone())).collect();
        for (path, digest) in recorded {
            if self.store.read(&self.folder.join(&path), LARGEST_RECORD)?.is_some_and(|bytes| Digest::of(&bytes) == digest) {
                continue;
            }
            self.begin(now)?;
            let what = self.set_aside(&path, "the provider now answers differently", now)?;
            if let Some(other) = self.revision.record.documents.iter_mut().find(|other| other.path == path) {
                other.lost = Some(what);
            }
        }
        Ok(())
    }

    /// Returns the path of an answer with the same bytes.
    fn same_answer(&self, document: &Document, digest: &Digest) -> Option<String> {
        let mut documents = self.revision.record.documents.iter();
        let same = documents.find(|other| other.name == document.name && other.digest == *digest && other.lost.is_none());
        same.map(|same| same.path.clone())
    }

    /// Returns the record of a new answer at a free path, and whether its file is there already.
    fn document_record(&self, document: &Document, digest: Digest) -> Result<(DocumentRecord, bool)> {
        let mut version = 1;
        let (path, is_here) = loop {
            let path = layout::document_path(&document.name, version);
            let recorded = self.revision.record.documents.iter().any(|other| other.path == path);
            match self.store.read(&self.folder.join(&path), LARGEST_RECORD)? {
                None if !recorded => break (path, false),
                Some(bytes) if !recorded && bytes == document.bytes => break (path, true),
                _ => version += 1,
            }
        };
        let record = DocumentRecord {
            name: document.name.clone(),
            endpoint: document.endpoint.clone(),
            path,
            digest,
            signature: document.signature.clone(),
            fetched: document.fetched,
            redacted: document.redacted.clone(),
            lost: None,
            extra: Map::new(),
        };
        Ok((record, is_here))
    }

    /// Returns the lines of media that were listed for the first time, once: before the listing is kept, so that a kill forgets none.
    fn new_media(&mut self) -> Vec<Line> {
        if std::mem::replace(&mut self.pending.is_announced, true) {
            return Vec::new();
        }
        let before: HashSet<&MediaId> = self.revision.before.iter().flat_map(|before| &before.media).map(|media| &media.id).collect();
        let listed = self.revision.record.media.iter().filter(|media| !before.contains(&media.id));
        listed.map(|media| Line::Listed(MediaRecord { files: Vec::new(), ..media.clone() })).collect()
    }

    /// Writes an answer again whose file was deleted or altered; the altered one is set aside.
    fn heal_document(&mut self, path: &str, document: &Document, now: Timestamp) -> Result<()> {
        let full = self.folder.join(path);
        if self.store.read(&full, LARGEST_RECORD)?.as_ref() == Some(&document.bytes) {
            return Ok(());
        }
        self.begin(now)?;
        self.set_aside(path, "fetched again", now)?;
        self.store.replace(&full, &document.bytes)
    }

    /// Moves a damaged file out of the way, or records that it is missing, and adds a notice.
    fn set_aside(&mut self, path: &str, then: &str, now: Timestamp) -> Result<String> {
        let mut happened = HistoryRecord::new(now, Change::FileMissing, format!("found missing; {then}"));
        happened.path = Some(path.to_owned());
        let from = self.folder.join(path);
        if let Some(stream) = self.store.open(&from)? {
            let mut version = 1;
            while self.store.length(&self.folder.join(&layout::damaged_path(path, version)))?.is_some() {
                version += 1;
            }
            let to = layout::damaged_path(path, version);
            happened.change = Change::FileAltered.into();
            happened.what = format!("found altered and set aside; {then}");
            happened.moved = Digest::read(stream, &mut |_| Ok(())).ok();
            happened.moved_to = Some(to.clone());
            self.pending.announce(self.store.as_ref(), &[Line::Moved(happened.clone())])?;
            // A moved file is not fetched again, so a lost line would leave it in no record.
            self.pending.flush(self.store.as_ref())?;
            let to = self.folder.join(&to);
            // A network file system may report a failure of a move that it made.
            if let Err(error) = self.store.rename(&from, &to)
                && self.store.length(&to)?.is_none()
            {
                return Err(error);
            }
        }
        self.revision.notices.push(format!("{path} was {}", happened.what));
        let what = happened.what.clone();
        self.revision.record.history.push(happened);
        Ok(what)
    }

    /// Records a file that was published at the path that [`Self::place`] gave.
    pub fn archived(&mut self, item: &MediaItem, file: FileRecord, now: Timestamp) {
        self.placing.remove(&item.id);
        self.revision.add_published(item, file, now);
    }
}
