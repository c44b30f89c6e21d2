//! The results of `vmedia erase`, as events carry them.

use serde::{Deserialize, Serialize};

/// The result of `erase` for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Erasure {
    /// It would be erased (`--dry-run`).
    Planned,
    /// It was erased in this run.
    Erased,
    /// It was erased before.
    ErasedBefore,
    /// It has no media of the class.
    Nothing,
}

/// What `erase --at-store` did in the buckets that a session was shipped to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtStore {
    /// Number of places in which nothing of it is left.
    pub places: u64,
    /// Number of versions of objects, and delete markers, that were removed by this run.
    pub removed: u64,
    /// True if it would be removed (`--dry-run`).
    pub planned: bool,
}

/// What `erase --at-provider` did there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AtProvider {
    /// It would be deleted (`--dry-run`).
    Planned,
    /// It was deleted.
    Deleted,
    /// The provider had no such session.
    Absent,
}
