//! Keeps the provider's answers in a session's folder: beside earlier ones, and once each.
//!
//! Must not decide whether an answer is trusted.

use super::pending::Line;
use super::{Document, SessionArchive};
use crate::error::Result;
use crate::layout;
use crate::model::MediaId;
use crate::record::{DocumentRecord, LARGEST_RECORD, MediaRecord};
use crate::store::{Digest, StorePath};
use jiff::Timestamp;
use serde_json::Map;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

impl SessionArchive {
    /// Keeps answers, except those that are here and whole; an answer that changed stands beside the old one.
    pub fn keep_documents(&mut self, documents: &[Document], now: Timestamp) -> Result<()> {
        let (mut lines, mut new, mut kept) = (Vec::new(), Vec::<(StorePath, Cow<'_, [u8]>)>::new(), Vec::new());
        for document in documents {
            let content = Digest::of(&document.bytes);
            if let Some(path) = self.same_answer(document, &content) {
                if new.iter().all(|(new, _)| *new != self.folder.join(&path)) {
                    self.heal_document(&path, document, now)?;
                }
                kept.push((&document.name, path));
                continue;
            }
            let bytes = self.stored_form(&document.bytes)?;
            let (record, is_here) = self.document_record(document, &content, &bytes)?;
            if !is_here {
                new.push((self.folder.join(&record.path), bytes));
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
            let new: Vec<_> = new.iter().map(|(path, bytes)| (path.clone(), bytes.as_ref())).collect();
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
    fn same_answer(&self, document: &Document, content: &Digest) -> Option<String> {
        let mut documents = self.revision.record.documents.iter().filter(|other| other.name == document.name && other.lost.is_none());
        let same = documents.find(|other| self.is_same(&other.digest, other.encrypted.as_deref(), content));
        same.map(|same| same.path.clone())
    }

    /// Returns the record of a new answer at a free path, and whether its file is there already. `stored` is its form on the disk.
    fn document_record(&mut self, document: &Document, content: &Digest, stored: &[u8]) -> Result<(DocumentRecord, bool)> {
        let encrypted = self.encrypted(content, &document.signature)?;
        let mut version = 1;
        let (path, is_here) = loop {
            let path = format!("{}{}", layout::document_path(&document.name, version), self.ending());
            let recorded = self.revision.record.documents.iter().any(|other| other.path == path);
            match self.store.read(&self.folder.join(&path), LARGEST_RECORD)? {
                None if !recorded => break (path, false),
                Some(bytes) if !recorded && bytes == stored => break (path, true),
                _ => version += 1,
            }
        };
        let signature = document.signature.clone();
        let record = DocumentRecord {
            name: document.name.clone(),
            endpoint: document.endpoint.clone(),
            path,
            digest: Digest::of(stored),
            signature: if encrypted.is_some() { signature.without_value() } else { signature },
            encrypted: encrypted.map(Box::new),
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
        let Some(index) = self.revision.record.documents.iter().position(|other| other.path == path) else { return Ok(()) };
        let is_whole = |other: &DocumentRecord, bytes: Vec<u8>| Digest::of(&bytes) == other.digest;
        let here = self.store.read(&full, LARGEST_RECORD)?;
        if here.zip(self.revision.record.documents.get(index)).is_some_and(|(bytes, other)| is_whole(other, bytes)) {
            return Ok(());
        }
        self.begin(now)?;
        self.set_aside(path, "fetched again", now)?;
        let bytes = self.stored_form(&document.bytes)?;
        let encrypted = self.encrypted(&Digest::of(&document.bytes), &document.signature)?;
        if let Some(other) = self.revision.record.documents.get_mut(index) {
            (other.digest, other.encrypted) = (Digest::of(&bytes), encrypted.map(Box::new));
        }
        self.store.replace(&full, &bytes)
    }
}
