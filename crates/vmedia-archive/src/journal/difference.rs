//! What a change of a session's record amounts to, as an entry of the journal. Pure. Must not touch the store.
//!
//! No digest of a document is in the entry: it could be guessed after the session is deleted. Commitments stand in their place.

use super::entry::{Archived, FileEntry, LostEntry, MediaEntry};
use crate::layout;
use crate::model::MediaId;
use crate::record::{HistoryRecord, MediaRecord, Record};
use crate::salt::Salt;
use crate::store::{Digest, StorePath};
use std::collections::HashMap;

/// A bag's digests around a change.
pub(crate) struct Bags {
    /// Before, if there was one.
    pub(crate) before: Option<String>,
    /// After.
    pub(crate) now: String,
    /// `archive.json` before, if there was one.
    pub(crate) record_before: Option<String>,
    /// `archive.json` after.
    pub(crate) record: String,
    /// Whether an earlier run was killed while it changed the bag.
    pub(crate) resumed: bool,
}

/// The entry for a bag that goes from one record to another.
pub(crate) fn archived(folder: &StorePath, before: Option<&Record>, after: &Record, bags: Bags) -> Archived {
    let files_before = before.map(files).unwrap_or_default();
    let files_after = files(after);
    let held: HashMap<&str, &Digest> = files_before.iter().map(|file| (file.path.as_str(), &file.digest)).collect();
    let holds: HashMap<&str, &Digest> = files_after.iter().map(|file| (file.path.as_str(), &file.digest)).collect();
    let is_lost = |file: &&RecordedFile| holds.get(file.path.as_str()) != Some(&&file.digest);
    let lost = files_before.iter().filter(is_lost).map(|file| {
        let (sha256, commitment) = fingerprint(&after.salt, file);
        LostEntry { path: file.path.clone(), bytes: file.digest.bytes, sha256, commitment, why: why(after, &file.path) }
    });
    let lost: Vec<LostEntry> = lost.collect();
    let added = |file: &RecordedFile| {
        let (sha256, commitment) = fingerprint(&after.salt, file);
        FileEntry { path: file.path.clone(), bytes: file.digest.bytes, sha256, commitment, signed: file.signed, media: file.media.clone() }
    };
    let known = before.map_or(0, |before| before.history.len());
    Archived {
        session: after.session.clone(),
        folder: folder.to_string(),
        before: bags.before,
        bag: bags.now,
        record_before: bags.record_before,
        record: bags.record,
        resumed: bags.resumed,
        files: files_after.iter().filter(|file| held.get(file.path.as_str()) != Some(&&file.digest)).map(added).collect(),
        lost,
        media: media(before, after),
        history: after.history.iter().skip(known).map(without_document_digest).collect(),
    }
}

/// Returns what the journal may hold of a file's digest: itself, or a commitment to it.
fn fingerprint(salt: &Salt, file: &RecordedFile) -> (Option<String>, Option<String>) {
    let sha256 = &file.digest.sha256;
    if layout::is_document(&file.path) { (None, Some(salt.commitment(sha256))) } else { (Some(sha256.clone()), None) }
}

/// A change without the digest of a document that was moved: an altered document is guessed as easily as a good one.
fn without_document_digest(happened: &HistoryRecord) -> HistoryRecord {
    let is_document = happened.path.as_deref().is_some_and(layout::is_document);
    let moved = happened.moved.clone().filter(|_| !is_document);
    HistoryRecord { moved, ..happened.clone() }
}

/// A file that a record vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordedFile {
    /// Its path below the session's folder.
    pub(crate) path: String,
    /// Its length and SHA-256.
    pub(crate) digest: Digest,
    /// Whether the provider signed it and the signature held.
    pub(crate) signed: bool,
    /// The media file that it is; none for the provider's other answers.
    pub(crate) media: Option<MediaId>,
}

/// Every file that a record vouches for, but for damaged ones that were moved.
pub(crate) fn files(record: &Record) -> Vec<RecordedFile> {
    let media = record.media.iter().flat_map(|medium| {
        medium.present().map(|file| RecordedFile {
            path: file.path.clone(),
            digest: file.digest.clone(),
            signed: file.signature.held().is_some(),
            media: Some(medium.id.clone()),
        })
    });
    let documents = record.documents.iter().filter(|document| document.lost.is_none()).map(|document| RecordedFile {
        path: document.path.clone(),
        digest: document.digest.clone(),
        signed: document.signature.held().is_some(),
        media: None,
    });
    media.chain(documents).collect()
}

fn why(after: &Record, path: &str) -> String {
    let of_media = after.media.iter().flat_map(|medium| &medium.files).map(|file| (&file.path, &file.lost));
    let of_documents = after.documents.iter().map(|document| (&document.path, &document.lost));
    let lost = of_media.chain(of_documents).find(|(known, lost)| *known == path && lost.is_some());
    lost.and_then(|(_, lost)| lost.clone()).unwrap_or_else(|| "no longer in the record".to_owned())
}

/// Media whose state or reason is new.
fn media(before: Option<&Record>, after: &Record) -> Vec<MediaEntry> {
    let known: HashMap<_, &MediaRecord> =
        before.map(|before| before.media.iter().map(|medium| (&medium.id, medium)).collect()).unwrap_or_default();
    let is_new =
        |medium: &&MediaRecord| known.get(&medium.id).is_none_or(|old| (&old.state, &old.reason) != (&medium.state, &medium.reason));
    let entry = |medium: &MediaRecord| MediaEntry { media: medium.id.clone(), state: medium.state.clone(), reason: medium.reason.clone() };
    after.media.iter().filter(is_new).map(entry).collect()
}
