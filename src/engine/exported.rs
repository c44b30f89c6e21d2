//! The events of an export.

use crate::model::SessionId;
use serde::{Deserialize, Serialize};

/// A session that was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionExport {
    /// The session.
    pub session: SessionId,
    /// Number of files in the export.
    pub files: u64,
    /// Number of files that were left out (`--without`).
    pub left_out: u64,
    /// Number of media files that were listed and are not archived.
    pub missing: u64,
}

/// An export that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportReport {
    /// The path of the file.
    pub file: String,
    /// Number of sessions in it.
    pub sessions: u64,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// Number of runs that archived these sessions and are under no seal.
    pub unsealed: u64,
}
