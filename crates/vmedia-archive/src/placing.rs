//! Where the bytes of a medium or an answer go in a session's folder: beside what is there, never over it.
//!
//! Bytes that are here already are not kept twice, other bytes of a known medium get a name of their own, damaged
//! files are moved out of the payload once there are good bytes. Must not decide whether bytes are to be believed.

use crate::coded::Coded;
use crate::error::Result;
use crate::known::LARGEST_RECORD;
use crate::layout::{self, MARKER};
use crate::marker::Line;
use crate::model::{MediaId, MediaItem};
use crate::reason::Disagreement;
use crate::record::{Change, DocumentRecord, FileRecord, HistoryRecord, MediaRecord, SignatureRecord};
use crate::session::{Document, SessionArchive};
use crate::store::{Digest, StorePath};
use jiff::Timestamp;
use serde_json::Map;
use std::collections::HashSet;

/// A file that was accepted and has no path yet.
#[derive(Debug)]
pub struct NewFile {
    /// Its length and SHA-256.
    pub digest: Digest,
    /// The response's `Content-Type`.
    pub content_type: Option<String>,
    /// The extension that the answer calls for, where the listing declares no media type.
    pub extension: Option<&'static str>,
    /// The provider's signature over the bytes.
    pub signature: SignatureRecord,
    /// When it was fetched.
    pub fetched: Timestamp,
    /// Where it is not what was declared.
    pub disagreements: Vec<Disagreement>,
}

impl NewFile {
    fn at(self, path: String) -> FileRecord {
        let Self { digest, content_type, signature, fetched, disagreements, .. } = self;
        let disagreements = disagreements.into_iter().map(Coded::Fact).collect();
        FileRecord { path, digest, content_type, signature, fetched, disagreements, lost: None, extra: Map::new() }
    }
}

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
        let known = match self.record.media.iter().find(|known| known.id == item.id) {
            Some(known) => known.clone(),
            None => MediaRecord::new(item),
        };
        let same = known.present().find(|old| old.digest == file.digest);
        if let Some(same) = same
            && !self.damaged.contains(&same.path)
        {
            return Ok(Placed { file: file.at(same.path.clone()), free: None });
        }
        self.begin(now)?;
        self.placing.insert(item.id.clone());
        let same = same.map(|same| same.path.clone());
        self.set_damaged_aside(&known, same.as_deref(), now)?;
        let named = MediaItem { attempt: known.attempt.clone(), ..item.clone() };
        let mut version = 1;
        while same.is_none() && known.files.iter().any(|old| old.path == layout::media_path(&named, file.extension, version)) {
            version += 1;
        }
        let path = same.unwrap_or_else(|| layout::media_path(&named, file.extension, version));
        let file = file.at(path);
        let path = self.folder.join(&file.path);
        // What stands there and is in no record is a file of a run that was killed, or not ours at all.
        let is_here = match self.store.open(&path)? {
            None => false,
            Some(stream) => {
                let is_same = Digest::read(stream, &mut |_| Ok(())).is_ok_and(|digest| digest == file.digest);
                if !is_same {
                    self.set_aside(&file.path, "nobody vouched for it", now)?;
                }
                is_same
            }
        };
        let announced = MediaRecord { files: vec![file.clone()], ..known };
        self.store.append(&self.folder.join(MARKER), &Line::Archiving(announced).text()?)?;
        Ok(Placed { file, free: (!is_here).then_some(path) })
    }

    /// Moves the damaged files of a medium out of the payload, now that there are good bytes. `healed` is the path
    /// that the very same bytes will take again.
    fn set_damaged_aside(&mut self, known: &MediaRecord, healed: Option<&str>, now: Timestamp) -> Result<()> {
        let damaged: Vec<String> = known.present().map(|file| file.path.clone()).filter(|path| self.damaged.contains(path)).collect();
        for path in damaged {
            let what = self.set_aside(&path, "fetched again", now)?;
            if healed != Some(path.as_str())
                && let Some(lost) = self.file_mut(&known.id, &path)
            {
                lost.lost = Some(what);
            }
            self.damaged.remove(&path);
        }
        Ok(())
    }

    /// Keeps an answer, unless an equal one is here and whole; an answer that changed stands beside the old one.
    pub fn keep_document(&mut self, document: &Document, now: Timestamp) -> Result<()> {
        let kept = self.keep_version(document, now)?;
        self.lose_versions(&document.name, &kept, now)
    }

    /// Earlier answers that were deleted or altered and that nobody will give again: told, and no longer vouched for.
    /// The one at `kept` was just read or written.
    fn lose_versions(&mut self, name: &str, kept: &str, now: Timestamp) -> Result<()> {
        let recorded: Vec<(String, Digest)> = self
            .record
            .documents
            .iter()
            .filter(|known| known.name == name && known.path != kept && known.lost.is_none())
            .map(|known| (known.path.clone(), known.digest.clone()))
            .collect();
        for (path, digest) in recorded {
            if self.store.read(&self.folder.join(&path), LARGEST_RECORD)?.is_some_and(|bytes| Digest::of(&bytes) == digest) {
                continue;
            }
            self.begin(now)?;
            let what = self.set_aside(&path, "the provider now answers differently", now)?;
            if let Some(known) = self.record.documents.iter_mut().find(|known| known.path == path) {
                known.lost = Some(what);
            }
        }
        Ok(())
    }

    /// Where the answer is kept now.
    fn keep_version(&mut self, document: &Document, now: Timestamp) -> Result<String> {
        let digest = Digest::of(&document.bytes);
        let known =
            self.record.documents.iter().find(|known| known.name == document.name && known.digest == digest && known.lost.is_none());
        if let Some(path) = known.map(|known| known.path.clone()) {
            self.heal_document(&path, document, now)?;
            return Ok(path);
        }
        self.begin(now)?;
        let mut version = 1;
        let (path, is_here) = loop {
            let path = layout::document_path(&document.name, version);
            let recorded = self.record.documents.iter().any(|known| known.path == path);
            match self.store.read(&self.folder.join(&path), LARGEST_RECORD)? {
                None if !recorded => break (path, false),
                Some(bytes) if !recorded && bytes == document.bytes => break (path, true),
                _ => version += 1,
            }
        };
        let record = DocumentRecord {
            name: document.name.clone(),
            endpoint: document.endpoint.clone(),
            path: path.clone(),
            digest,
            signature: document.signature.clone(),
            fetched: document.fetched,
            redacted: document.redacted.clone(),
            lost: None,
            extra: Map::new(),
        };
        self.announce_media()?;
        self.store.append(&self.folder.join(MARKER), &Line::Answered(record.clone()).text()?)?;
        if !is_here {
            self.store.replace(&self.folder.join(&path), &document.bytes)?;
        }
        self.add_document(record);
        Ok(path)
    }

    /// A listing is about to be kept: what it lists must not be forgotten should this run be killed.
    fn announce_media(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.announced, true) {
            return Ok(());
        }
        let known: HashSet<&MediaId> = self.before.iter().flat_map(|before| &before.media).map(|medium| &medium.id).collect();
        let listed = self.record.media.iter().filter(|medium| !known.contains(&medium.id));
        let lines = listed.map(|medium| Line::Listed(MediaRecord { files: Vec::new(), ..medium.clone() }).text());
        let lines: Vec<String> = lines.collect::<Result<_>>()?;
        if lines.is_empty() { Ok(()) } else { self.store.append(&self.folder.join(MARKER), &lines.join("\n")) }
    }

    /// Records an answer that is here; that it is another than before is evidence.
    pub(crate) fn add_document(&mut self, document: DocumentRecord) {
        let DocumentRecord { name, path, fetched, .. } = &document;
        if self.record.documents.iter().any(|known| known.name == *name && known.lost.is_none()) {
            let what = format!("the provider's answer to {name} has changed; the new one is kept beside the old ones as {path}");
            self.happened(HistoryRecord { path: Some(path.clone()), ..HistoryRecord::new(*fetched, Change::DocumentChanged, what) });
        }
        self.record.documents.push(document);
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

    /// Moves a damaged file out of the way, or notes that it is missing, and tells of it.
    fn set_aside(&mut self, path: &str, then: &str, now: Timestamp) -> Result<String> {
        let mut happened = HistoryRecord::new(now, Change::FileMissing, format!("found missing; {then}"));
        happened.path = Some(path.to_owned());
        let from = self.folder.join(path);
        if let Some(stream) = self.store.open(&from)? {
            let mut version = 1;
            let to = loop {
                let to = layout::damaged_path(path, version);
                if self.store.length(&self.folder.join(&to))?.is_none() {
                    break to;
                }
                version += 1;
            };
            happened.change = Change::FileAltered.into();
            happened.what = format!("found altered and set aside; {then}");
            happened.moved = Digest::read(stream, &mut |_| Ok(())).ok();
            happened.moved_to = Some(to.clone());
            let mark = self.folder.join(MARKER);
            self.store.append(&mark, &Line::Moved(happened.clone()).text()?)?;
            // Nobody fetches a moved file again: were the line lost and the move not, nobody would ever vouch for it.
            self.store.flush(&mark)?;
            let to = self.folder.join(&to);
            // A network file system may call a move failed that it made: what counts is where the file is.
            if let Err(error) = self.store.rename(&from, &to)
                && self.store.length(&to)?.is_none()
            {
                return Err(error);
            }
        }
        // The path is part of the record, but not of its words.
        self.notices.push(format!("{path} was {}", happened.what));
        let what = happened.what.clone();
        self.record.history.push(happened);
        Ok(what)
    }

    fn file_mut(&mut self, id: &MediaId, path: &str) -> Option<&mut FileRecord> {
        self.record.media.iter_mut().find(|known| known.id == *id)?.files.iter_mut().find(|file| file.path == path)
    }

    /// Records a file that was published at the place that [`Self::place`] gave.
    pub fn archived(&mut self, item: &MediaItem, file: FileRecord, now: Timestamp) {
        self.placing.remove(&item.id);
        let Some(known) = self.record.media.iter_mut().find(|known| known.id == item.id) else {
            self.add_file(&MediaRecord::new(item), file);
            return;
        };
        if let Some(old) = known.files.iter_mut().find(|old| old.lost.is_none() && old.path == file.path) {
            let is_new = |disagreement: &Coded<Disagreement>| !old.disagreements.contains(disagreement);
            let further: Vec<_> = file.disagreements.into_iter().filter(is_new).collect();
            old.disagreements.extend(further);
            known.arrived();
            return;
        }
        let is_lost = known.present().next().is_none();
        if let Some(original) = known.files.first() {
            let (id, path, lost, sha256) = (&item.id, &file.path, &original.path, &original.digest.sha256);
            let what = if is_lost {
                format!(
                    "the original of media {id} (sha256 {sha256}, {lost}) is lost; the provider now answers with other bytes, kept as {path}"
                )
            } else {
                format!("the provider now answers media {id} with other bytes; they are kept beside the old ones as {path}")
            };
            let told = if is_lost { &mut self.losses } else { &mut self.notices };
            told.push(what.clone());
            let change = HistoryRecord::new(now, Change::OtherBytes, what);
            self.record.history.push(HistoryRecord { media: Some(id.clone()), path: Some(path.clone()), ..change });
        }
        self.add_file(&MediaRecord::new(item), file);
    }

    pub(crate) fn add_file(&mut self, medium: &MediaRecord, file: FileRecord) {
        let index = match self.record.media.iter().position(|known| known.id == medium.id) {
            Some(index) => index,
            None => {
                self.record.media.push(MediaRecord { files: Vec::new(), ..medium.clone() });
                self.record.media.len() - 1
            }
        };
        if let Some(known) = self.record.media.get_mut(index) {
            known.arrived();
            known.files.push(file);
        }
    }
}
