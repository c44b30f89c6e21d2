//! The lines about payload that is in a bucket alone: when it was removed here, and when it was fetched back. Must not touch the store.

use crate::model::SessionId;
use serde::{Deserialize, Serialize};

/// The local payload of a session is about to be removed, because a bucket has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FreedEntry {
    pub(crate) session: SessionId,
    /// Its folder in the archive, and in the bucket.
    pub(crate) folder: String,
    /// The bag's digest, here and in the bucket: the SHA-256 of its `tagmanifest-sha256.txt`.
    pub(crate) bag: String,
    /// The URL of the place in the bucket.
    pub(crate) place: String,
    /// The SHA-256 of the line about the version that has the payload, which names each object.
    pub(crate) shipped: String,
    /// Number of files that are removed.
    pub(crate) files: u64,
    /// Number of their bytes.
    pub(crate) bytes: u64,
}

/// The payload of a session was fetched back: it is here again, as its manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReturnedEntry {
    pub(crate) session: SessionId,
    /// Its folder in the archive.
    pub(crate) folder: String,
    /// The SHA-256 of each line that said that payload is in a bucket alone.
    pub(crate) lines: Vec<String>,
}
