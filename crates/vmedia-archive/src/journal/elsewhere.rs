//! Payload that was removed here, because a bucket has it: where each file is. Must not read the journal.

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// An object that has a payload file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Away {
    /// The URL of its place in a bucket.
    pub(crate) place: String,
    /// Its key below the session's folder.
    pub(crate) key: String,
    /// The id of its version.
    pub(crate) version: Option<String>,
}

/// The payload files of a session that buckets have, and that need not be here.
#[derive(Debug, Clone)]
pub(crate) struct Elsewhere {
    /// The objects, by the path of the payload file and its SHA-256.
    pub(crate) files: BTreeMap<(String, String), Away>,
    /// The URLs of the places.
    pub(crate) places: BTreeSet<String>,
    /// The SHA-256 of the lines that say so.
    pub(crate) lines: Vec<String>,
    /// The SHA-256 of the lines about the versions that have them.
    pub(crate) shipped: BTreeSet<String>,
    /// Lines that name a version of which the journal has no line: their times, and the URLs of the places.
    pub(crate) unfounded: Vec<(Timestamp, String)>,
    /// True if a seal that counts, or an expected head, covers each of the lines.
    pub(crate) is_proven: bool,
}

impl Default for Elsewhere {
    fn default() -> Self {
        let (files, places, lines, shipped, unfounded) = Default::default();
        Self { files, places, lines, shipped, unfounded, is_proven: true }
    }
}

impl Elsewhere {
    /// Returns the object that has a payload file with these bytes.
    pub(crate) fn of(&self, path: &str, sha256: &str) -> Option<&Away> {
        self.files.get(&(path.to_owned(), sha256.to_owned()))
    }
}
