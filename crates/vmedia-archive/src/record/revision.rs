//! The record of a session while a run revises it, beside the record before the run. Pure: tested without a folder.

use super::encryption::{INCOMPARABLE, are_comparable};
use super::{
    Change, CompanionRecord, CompanionState, DocumentRecord, EncryptedRecord, FileRecord, HistoryRecord, MediaRecord, Origin, Record,
    SignatureRecord, State,
};
use crate::coded::Coded;
use crate::model::{MediaId, MediaItem};
use crate::reason::{Disagreement, Reason};
use crate::store::Digest;
use jiff::Timestamp;
use serde_json::Map;
use std::collections::HashSet;

/// A file that was accepted and has no path yet.
#[derive(Debug)]
pub struct NewFile {
    /// The length and SHA-256 of what the provider sent.
    pub digest: Digest,
    /// The length and SHA-256 of its encrypted form, if it is encrypted.
    pub stored: Option<Digest>,
    /// The response's `Content-Type`.
    pub content_type: Option<String>,
    /// The extension that the answer calls for, where the listing declares no media type.
    pub extension: Option<&'static str>,
    /// The provider's signature over the bytes.
    pub signature: SignatureRecord,
    /// The time of the fetch.
    pub fetched: Timestamp,
    /// Differences from the declaration.
    pub disagreements: Vec<Disagreement>,
}

impl NewFile {
    /// Returns its record; `encrypted` is what is known of its content, if it is encrypted.
    pub(crate) fn at(self, path: String, encrypted: Option<EncryptedRecord>) -> FileRecord {
        let Self { digest, stored, content_type, signature, fetched, disagreements, .. } = self;
        let signature = if encrypted.is_some() { signature.without_value() } else { signature };
        FileRecord {
            path,
            digest: stored.filter(|_| encrypted.is_some()).unwrap_or(digest),
            encrypted: encrypted.map(Box::new),
            content_type,
            signature,
            fetched,
            chip: None,
            disagreements: disagreements.into_iter().map(Coded::Fact).collect(),
            lost: None,
            extra: Map::new(),
        }
    }
}

/// A record under revision.
#[derive(Debug)]
pub struct Revision {
    /// The record as it is to be written.
    pub(crate) record: Record,
    /// The record before the run; `None` for a session that is archived for the first time.
    pub(crate) before: Option<Record>,
    /// The paths of files that were found missing or altered and are not replaced yet.
    pub(crate) damaged: HashSet<String>,
    /// Changes to report.
    pub(crate) notices: Vec<String>,
    /// Media whose original bytes are lost for good, each a line.
    losses: Vec<String>,
}

impl Revision {
    /// Begins with the record before the run, or with an empty one.
    pub(crate) fn new(before: Option<Record>, origin: Origin, now: Timestamp) -> Self {
        let record = before.clone().unwrap_or_else(|| Record::new(origin, now));
        Self { record, before, damaged: HashSet::new(), notices: Vec::new(), losses: Vec::new() }
    }

    /// Returns whether the record differs from that before the run.
    pub(crate) fn is_changed(&self) -> bool {
        self.before.as_ref() != Some(&self.record)
    }

    /// Returns whether the session was archived before.
    pub fn is_begun(&self) -> bool {
        self.before.is_some()
    }

    /// Records that the session could not be listed again after a killed run.
    pub fn cannot_be_listed(&mut self, why: &str) {
        let problem = format!("the run that changed this session was killed, and the session could not be listed again: {why}");
        self.record.problems.push(problem);
    }

    /// Returns the archived media that the provider no longer lists, and may still deliver.
    pub fn unlisted(&self, listed: &[MediaItem]) -> Vec<MediaItem> {
        let listed: HashSet<&MediaId> = listed.iter().map(|item| &item.id).collect();
        let known = self.record.media.iter().filter(|known| known.present().next().is_some() && !listed.contains(&known.id));
        known.map(MediaRecord::item).collect()
    }

    /// Returns the names of the archived companion documents.
    pub fn companions(&self) -> impl Iterator<Item = &str> {
        self.record.companions.iter().filter(|known| known.state == CompanionState::Archived).map(|known| known.name.as_str())
    }

    /// Returns the state of a companion document if a newer version gave it one: only such a version may change it.
    pub fn newer_companion(&self, name: &str) -> Option<&str> {
        self.record.companions.iter().find(|known| known.name == name)?.state.newer()
    }

    /// Returns the number of bytes that the folder should hold of these media.
    pub fn held_bytes(&self, media: &[MediaItem]) -> u64 {
        let listed: HashSet<&MediaId> = media.iter().map(|item| &item.id).collect();
        let known = self.record.media.iter().filter(|known| listed.contains(&known.id));
        known.flat_map(MediaRecord::present).map(|file| file.digest.bytes).sum()
    }

    /// Returns whether the provider signed media of this session in an earlier run.
    pub fn was_signed(&self) -> bool {
        let media = self.before.iter().flat_map(|before| &before.media);
        media.flat_map(|medium| &medium.files).any(FileRecord::is_signed)
    }

    /// Returns whether a file of this media was found missing or altered and is not replaced yet.
    pub fn has_damage(&self, id: &MediaId) -> bool {
        let mut known = self.record.media.iter().filter(|known| known.id == *id).flat_map(MediaRecord::present);
        known.any(|file| self.damaged.contains(&file.path))
    }

    /// Records why a media file is not archived. One that is archived and whole, or erased, stays so.
    pub fn settle(&mut self, id: &MediaId, state: State, reason: Reason) {
        if let Some(known) = self.record.media.iter_mut().find(|known| known.id == *id) {
            let whole = known.present().next().is_some() && known.present().all(|file| !self.damaged.contains(&file.path));
            let is_news = state != State::Excluded
                || known.state == State::Excluded
                || known.reason.as_ref().is_some_and(|reason| *reason == Reason::NotFetched);
            if whole || !is_news || known.state == State::Erased {
                return;
            }
            known.settle(state, Some(reason.into()));
        }
    }

    /// Records what became of a companion document.
    pub fn companion(&mut self, name: &str, state: CompanionState, reason: Option<Reason>) {
        let reason = reason.map(Into::into);
        let had = self.record.documents.iter().any(|known| known.name == name);
        match self.record.companions.iter_mut().find(|known| known.name == name) {
            Some(known) if known.state.newer().is_some() || had && state != CompanionState::Archived => {}
            Some(known) => {
                known.state = state.into();
                known.reason = reason;
            }
            None => self.record.companions.push(CompanionRecord { name: name.to_owned(), state: state.into(), reason, extra: Map::new() }),
        }
    }

    /// Records a change and reports it.
    pub(crate) fn happened(&mut self, happened: HistoryRecord) {
        self.notices.push(happened.what.clone());
        self.record.history.push(happened);
    }

    /// Returns the changes to report, each once.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// Returns the media whose original bytes are lost for good, each once.
    pub fn take_losses(&mut self) -> Vec<String> {
        std::mem::take(&mut self.losses)
    }

    /// Adds a document. That it differs from an earlier one is evidence.
    pub(crate) fn add_document(&mut self, document: DocumentRecord) {
        let DocumentRecord { name, path, fetched, encrypted, .. } = &document;
        if let Some(known) = self.record.documents.iter().rfind(|known| known.name == *name && known.lost.is_none()) {
            let what = if are_comparable(known.encrypted.as_deref(), encrypted.as_deref()) {
                format!("the provider's answer to {name} has changed; the new one is kept beside the old ones as {path}")
            } else {
                format!("the provider's answer to {name} is kept beside the old ones as {path}; {INCOMPARABLE}")
            };
            self.happened(HistoryRecord { path: Some(path.clone()), ..HistoryRecord::new(*fetched, Change::DocumentChanged, what) });
        }
        self.record.documents.push(document);
    }

    pub(crate) fn file_mut(&mut self, id: &MediaId, path: &str) -> Option<&mut FileRecord> {
        self.record.media.iter_mut().find(|known| known.id == *id)?.files.iter_mut().find(|file| file.path == path)
    }

    /// Adds a published file: a new one, or one that was there before.
    pub(crate) fn add_published(&mut self, item: &MediaItem, file: FileRecord, now: Timestamp) {
        let Some(known) = self.record.media.iter_mut().find(|known| known.id == item.id) else {
            self.add_file(&MediaRecord::new(item), file);
            return;
        };
        if let Some(old) = known.files.iter_mut().find(|old| old.lost.is_none() && old.path == file.path) {
            let is_new = |disagreement: &Coded<Disagreement>| !old.disagreements.contains(disagreement);
            let further: Vec<_> = file.disagreements.into_iter().filter(is_new).collect();
            old.disagreements.extend(further);
            // The same content was damaged, and is encrypted anew.
            if file.encrypted.is_some() && old.digest != file.digest {
                (old.digest, old.encrypted) = (file.digest, file.encrypted);
            }
            known.arrived();
            return;
        }
        let is_lost = known.present().next().is_none();
        if let Some(original) = known.files.first() {
            let (id, path, lost, sha256) = (&item.id, &file.path, &original.path, &original.digest.sha256);
            let what = if !are_comparable(original.encrypted.as_deref(), file.encrypted.as_deref()) {
                format!("the provider's answer for media {id} is kept as {path}; {INCOMPARABLE} as {lost}")
            } else if is_lost {
                format!(
                    "the original of media {id} (sha256 {sha256}, {lost}) is lost; the provider now answers with other bytes, kept as {path}"
                )
            } else {
                format!("the provider now answers media {id} with other bytes; they are kept beside the old ones as {path}")
            };
            let reports = if is_lost { &mut self.losses } else { &mut self.notices };
            reports.push(what.clone());
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

#[cfg(test)]
mod tests {
    use super::{NewFile, Revision};
    use crate::model::{Attempt, AttemptId, MediaItem, SessionId};
    use crate::reason::Reason;
    use crate::record::{Change, Origin, SignatureRecord, State};
    use crate::salt::Salt;
    use crate::store::Digest;
    use jiff::Timestamp;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn item(id: &str) -> MediaItem {
        MediaItem { attempt: None, context: None, mimetype: None, ..crate::tests::item(id) }
    }

    fn revision(before: Option<&Revision>) -> Revision {
        let session = SessionId::parse("s").expect("an id");
        let origin = Origin { provider: "veriff".to_owned(), base_url: "https://x".to_owned(), session, salt: Salt::of([7; 32]) };
        Revision::new(before.map(|before| before.record.clone()), origin, NOW)
    }

    fn publish(revision: &mut Revision, id: &str, path: &str, bytes: &[u8]) {
        let signature = SignatureRecord::of("s".to_owned());
        let (digest, stored, disagreements) = (Digest::of(bytes), None, Vec::new());
        let file = NewFile { digest, stored, content_type: None, extension: None, signature, fetched: NOW, disagreements };
        revision.add_published(&item(id), file.at(path.to_owned(), None), NOW);
    }

    fn changes(revision: &Revision) -> Vec<Option<Change>> {
        revision.record.history.iter().map(|happened| happened.change.known()).collect()
    }

    #[test]
    fn a_published_file_is_archived_and_other_bytes_later_are_history() {
        let mut first = revision(None);
        first.describe(&[], &[item("1")], &[], NOW);
        assert_eq!((first.record.media[0].state.known(), first.was_signed()), (Some(State::Failed), false));
        publish(&mut first, "1", "data/1", b"one");
        assert_eq!((first.record.media[0].state.known(), changes(&first).len()), (Some(State::Archived), 0));
        let mut second = revision(Some(&first));
        assert!(second.was_signed() && !second.is_changed() && second.held_bytes(&[item("1")]) == 3);
        publish(&mut second, "1", "data/1.2", b"ONE");
        assert_eq!((changes(&second), second.take_notices().len()), (vec![Some(Change::OtherBytes)], 1));
        second.record.media[0].files.iter_mut().for_each(|file| file.lost = Some("found missing".to_owned()));
        publish(&mut second, "1", "data/1.3", b"One");
        assert_eq!((second.take_losses().len(), second.take_notices().len(), second.is_changed()), (1, 0, true));
    }

    #[test]
    fn what_a_listing_no_longer_has_stays_and_is_reported_once() {
        let attempt = |id: &str| Attempt { id: AttemptId::parse(id).expect("an id"), status: None, created: None };
        let mut first = revision(None);
        first.describe(&[attempt("a")], &[item("1"), item("2")], &[], NOW);
        let mut second = revision(Some(&first));
        for _ in 0..2 {
            second.describe(&[attempt("b")], &[item("2")], &[], NOW);
            second.mark_unlisted(&[item("2")], NOW);
        }
        let expected = [Change::AttemptGained, Change::AttemptUnlisted, Change::MediaUnlisted];
        assert_eq!(changes(&second), expected.map(Some));
        assert_eq!((second.record.media.len(), second.record.attempts.len()), (2, 2));
    }

    #[test]
    fn a_file_that_is_archived_and_whole_is_settled_by_nothing_else() {
        let mut record = revision(None);
        publish(&mut record, "1", "data/1", b"one");
        let reason = || Reason::NotFound { text: "HTTP 404".to_owned() };
        record.settle(&item("1").id, State::Gone, reason());
        assert_eq!(record.record.media[0].state.known(), Some(State::Archived));
        record.damaged.insert("data/1".to_owned());
        assert!(record.has_damage(&item("1").id));
        record.settle(&item("1").id, State::Gone, reason());
        record.settle(&item("1").id, State::Excluded, Reason::NotDamaged);
        assert_eq!(record.record.media[0].state.known(), Some(State::Gone));
    }
}
