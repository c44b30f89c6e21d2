//! The events of acts on keys.

use crate::archive::KeyAct;
use serde::{Deserialize, Serialize};

/// The keys of a session, after an act on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionKeyed {
    /// The name of its folder in the archive.
    pub folder: String,
    /// The act.
    pub act: KeyAct,
    #[serde(flatten)]
    /// The keys, by what became of them.
    pub counts: KeyCounts,
    /// The places of granted keys in the archive, one for each recipient.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub places: Vec<String>,
    /// True if nothing was changed (`--dry-run`).
    pub planned: bool,
}

/// Numbers of keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCounts {
    /// Keys that were encrypted to the recipients, or would be.
    pub keys: u64,
    /// Keys that an earlier run encrypted to the same recipients (`keys rewrap`).
    pub unchanged: u64,
    /// Keys that are encrypted to none of the identities, and were left as they are.
    pub foreign: u64,
    /// Files of granted keys, which stay as they are (`keys rewrap`).
    pub granted: u64,
}

/// The end of an act on keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysReport {
    /// The act.
    pub act: KeyAct,
    /// Number of sessions.
    pub sessions: u64,
    /// Number of sessions with keys that are encrypted to none of the identities.
    pub foreign_sessions: u64,
    /// Number of sessions that failed.
    pub failed: u64,
    /// The sums of their keys.
    #[serde(flatten)]
    pub counts: KeyCounts,
    /// Number of public keys that they are encrypted to.
    pub recipients: u64,
    /// The path of the file that was handed out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// Its SHA-256.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
    /// True if nothing was changed (`--dry-run`).
    pub dry_run: bool,
}

impl KeyCounts {
    /// Adds those of another session.
    pub fn add(&mut self, other: Self) {
        self.keys += other.keys;
        self.unchanged += other.unchanged;
        self.foreign += other.foreign;
        self.granted += other.granted;
    }
}
