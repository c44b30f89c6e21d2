//! Turns the difference between two records of a session into an entry of the journal. Pure. Must not touch the store.
//!
//! The entry has no digest of a document: it could be guessed after the session is deleted. Commitments stand in their place.

use super::entry::{Archived, FileEntry, LostEntry, MediaEntry};
use crate::layout;
use crate::record::{HistoryRecord, MediaRecord, Record, RecordedFile, State};
use crate::salt::Salt;
use crate::store::{Digest, StorePath};
use std::collections::HashMap;

/// Returns the entry for a bag that goes from one record to another; the caller adds the bag's digests.
pub(crate) fn archived(folder: &StorePath, before: Option<&Record>, after: &Record) -> Archived {
    let held: HashMap<&str, &Digest> = before.into_iter().flat_map(Record::files).map(|file| (file.path, file.digest)).collect();
    let holds: HashMap<&str, &Digest> = after.files().map(|file| (file.path, file.digest)).collect();
    let added = after.files().filter(|file| held.get(file.path) != Some(&file.digest)).map(|file| {
        let (sha256, commitment) = fingerprint(&after.salt, &file);
        let (signed, media) = (file.is_signed(), file.medium.map(|medium| medium.id.clone()));
        let content = file.encrypted.and_then(|encrypted| encrypted.fingerprint.clone());
        FileEntry { path: file.path.to_owned(), bytes: file.digest.bytes, sha256, commitment, content, signed, media }
    });
    // The lines that named the file have commitments under the salt of their time.
    let salt = before.map_or(&after.salt, |before| &before.salt);
    let is_encrypted_now = after.encryption.is_some() && before.is_some_and(|before| before.encryption.is_none());
    let lost = before.into_iter().flat_map(Record::files).filter(|file| holds.get(file.path) != Some(&file.digest)).map(|file| {
        let (sha256, commitment) = fingerprint(salt, &file);
        let is_erased = file.medium.is_some_and(|medium| is_erased(after, medium));
        let why = match is_erased {
            true => "erased by order".to_owned(),
            false if is_encrypted_now => "encrypted".to_owned(),
            false => why(after, file.path),
        };
        LostEntry { path: file.path.to_owned(), bytes: file.digest.bytes, sha256, commitment, why }
    });
    let recorded = before.map_or(0, |before| before.history.len());
    Archived {
        session: after.session.clone(),
        folder: folder.to_string(),
        before: None,
        bag: String::new(),
        record_before: None,
        record: String::new(),
        resumed: false,
        files: added.collect(),
        lost: lost.collect(),
        media: media(before, after),
        history: after.history.iter().skip(recorded).map(without_document_digest).collect(),
    }
}

/// Returns what the journal may hold of a file's digest: the SHA-256 itself, or a commitment to it.
fn fingerprint(salt: &Salt, file: &RecordedFile<'_>) -> (Option<String>, Option<String>) {
    let sha256 = &file.digest.sha256;
    if layout::is_document(file.path) { (None, Some(salt.commitment(sha256))) } else { (Some(sha256.clone()), None) }
}

/// Returns a change without the digest of a document that was moved: an altered document is guessed as easily as a good one.
fn without_document_digest(happened: &HistoryRecord) -> HistoryRecord {
    let is_document = happened.path.as_deref().is_some_and(layout::is_document);
    let moved = happened.moved.clone().filter(|_| !is_document);
    HistoryRecord { moved, ..happened.clone() }
}

fn is_erased(after: &Record, medium: &MediaRecord) -> bool {
    after.media.iter().any(|now| now.id == medium.id && now.state == State::Erased)
}

fn why(after: &Record, path: &str) -> String {
    if after.files().any(|file| file.path == path) {
        return "damaged, and encrypted anew".to_owned();
    }
    let of_media = after.media.iter().flat_map(|medium| &medium.files).map(|file| (&file.path, &file.lost));
    let of_documents = after.documents.iter().map(|document| (&document.path, &document.lost));
    let lost = of_media.chain(of_documents).find(|(known, lost)| *known == path && lost.is_some());
    lost.and_then(|(_, lost)| lost.clone()).unwrap_or_else(|| "no longer in the record".to_owned())
}

/// Returns the media whose state or reason is new.
fn media(before: Option<&Record>, after: &Record) -> Vec<MediaEntry> {
    let old: HashMap<_, _> = before.into_iter().flat_map(|before| &before.media).map(|medium| (&medium.id, medium)).collect();
    let is_new = |medium: &&MediaRecord| old.get(&medium.id).is_none_or(|old| (&old.state, &old.reason) != (&medium.state, &medium.reason));
    let entry = |medium: &MediaRecord| MediaEntry { media: medium.id.clone(), state: medium.state.clone(), reason: medium.reason.clone() };
    after.media.iter().filter(is_new).map(entry).collect()
}
