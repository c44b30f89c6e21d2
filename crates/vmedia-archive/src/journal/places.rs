//! The places of the lines about sessions, packed, because a journal may be about millions. Must not touch the store.

use super::place::Place;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;

/// The first half of the SHA-256 of a folder's name.
pub(super) type Key = [u8; 16];

/// The places of the lines about sessions, by their folders' names.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Sorted once all lines are read.
    all: Vec<(Key, Place)>,
}

impl Places {
    pub(super) fn add(&mut self, folder: &str, place: Place) {
        self.all.push((key(folder), place));
    }

    /// Ends the adding: only then are places found.
    pub(super) fn finish(&mut self) {
        self.all.sort_unstable_by_key(|(key, place)| (*key, place.segment, place.offset));
        self.all.shrink_to_fit();
    }

    /// Returns the places of the lines about a session, in the order of the segments.
    pub(super) fn of(&self, folder: &str) -> impl Iterator<Item = &Place> {
        let key = key(folder);
        let start = self.all.partition_point(|(other, _)| *other < key);
        self.all.get(start..).unwrap_or_default().iter().take_while(move |(other, _)| *other == key).map(|(_, place)| place)
    }

    /// Returns one place of each session that is not among these.
    pub(super) fn without<'a>(&self, folders: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &Place> {
        let known: HashSet<Key> = folders.map(key).collect();
        let sessions = self.all.chunk_by(|(one, _), (other, _)| one == other).filter_map(<[_]>::first);
        sessions.filter(move |(key, _)| !known.contains(key)).map(|(_, place)| place)
    }
}

pub(super) fn key(folder: &str) -> Key {
    let digest: [u8; 32] = Sha256::digest(folder).into();
    digest.first_chunk().copied().unwrap_or_default()
}
