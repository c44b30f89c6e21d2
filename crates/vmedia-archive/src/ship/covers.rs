//! Decides whether a version of another archive holds everything that a session holds here. Pure.

use crate::record::{Record, State};
use std::collections::HashSet;

/// Returns true if a record vouches for every file of another, knows every attempt, media file and answer that the other knows, and has no
/// file that was erased there.
pub(super) fn covers(theirs: &Record, ours: &Record) -> bool {
    let is_same = theirs.session == ours.session && theirs.provider == ours.provider && theirs.base_url == ours.base_url;
    is_same && names(theirs).is_superset(&names(ours)) && files(theirs).is_superset(&files(ours)) && !has_erased(theirs, ours)
}

/// Returns true if a record has a media file that another records as erased.
fn has_erased(theirs: &Record, ours: &Record) -> bool {
    let erased: HashSet<&str> = ours.media.iter().filter(|medium| medium.state == State::Erased).map(|medium| medium.id.as_str()).collect();
    theirs.media.iter().any(|medium| erased.contains(medium.id.as_str()) && medium.present().next().is_some())
}

/// Returns the attempts, media files and documents that a record knows.
fn names(record: &Record) -> HashSet<(&'static str, &str)> {
    let attempts = record.attempts.iter().map(|attempt| ("attempt", attempt.id.as_str()));
    let media = record.media.iter().map(|medium| ("media", medium.id.as_str()));
    let companions = record.companions.iter().map(|companion| ("companion", companion.name.as_str()));
    attempts.chain(media).chain(companions).collect()
}

/// Returns the files that a record vouches for: of what, and their SHA-256.
fn files(record: &Record) -> HashSet<(&str, &str)> {
    let media = record.media.iter().flat_map(|medium| medium.present().map(|file| (medium.id.as_str(), file.digest.sha256.as_str())));
    let documents = record.documents.iter().filter(|document| document.lost.is_none());
    media.chain(documents.map(|document| (document.name.as_str(), document.digest.sha256.as_str()))).collect()
}
