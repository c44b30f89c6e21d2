//! The sessions about which a reader of the journal keeps the lines. Must not touch the store.

use super::places::{Key, key};
use crate::shard::Shard;
use std::collections::HashSet;

/// The sessions about which the lines are kept.
#[derive(Debug, Clone, Default)]
pub enum Scope {
    /// All.
    #[default]
    All,
    /// Those of a part. Every line is parsed nevertheless.
    Shard(Shard),
    /// Those in these folders. A line about another session is not parsed; of a segment with an index, it is not even read.
    Folders(Folders),
}

impl Scope {
    /// Returns the scope of single sessions, by their folders' names.
    pub fn folders<'a>(folders: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Folders(Folders(folders.into_iter().map(key).collect()))
    }

    pub(super) fn has(&self, folder: &str) -> bool {
        match self {
            Self::All => true,
            Self::Shard(shard) => shard.has(folder),
            Self::Folders(Folders(keys)) => keys.contains(&key(folder)),
        }
    }

    /// Returns true if nothing that a line says counts for these sessions: its entry is of this sort and about this folder.
    pub(super) fn skips(&self, sort: &str, folder: impl FnOnce() -> Option<Key>) -> bool {
        let Self::Folders(Folders(keys)) = self else { return false };
        match sort {
            "archived" | "adopted" | "encrypted" | "erasing" | "erased" | "again" | "exported" | "shipped" | "freed" | "returned"
            | "keyed" => folder().is_some_and(|folder| !keys.contains(&folder)),
            "kept" | "failed" | "verified" | "damaged" => true,
            _ => false,
        }
    }
}

/// The folders of single sessions.
#[derive(Debug, Clone, Default)]
pub struct Folders(HashSet<Key>);
