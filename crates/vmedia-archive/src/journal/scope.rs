//! The sessions about which a reader of the journal keeps the lines. Must not touch the store.

use super::start::Start;
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
    /// Those in these folders. A line about another session is checked for its place in the journal, and is not parsed.
    Folders(HashSet<String>),
}

impl Scope {
    /// Returns the scope of single sessions, by their folders' names.
    pub fn folders<'a>(folders: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Folders(folders.into_iter().map(str::to_owned).collect())
    }

    pub(super) fn has(&self, folder: &str) -> bool {
        match self {
            Self::All => true,
            Self::Shard(shard) => shard.has(folder),
            Self::Folders(folders) => folders.contains(folder),
        }
    }

    /// Returns true if nothing that a line says counts for these sessions.
    pub(super) fn skips(&self, start: &Start<'_>) -> bool {
        let Self::Folders(folders) = self else { return false };
        match start.entry {
            "archived" | "adopted" | "erasing" | "erased" | "again" | "exported" | "shipped" => {
                start.folder.is_some_and(|folder| !folders.contains(folder))
            }
            "kept" | "failed" | "verified" | "damaged" => true,
            _ => false,
        }
    }
}
