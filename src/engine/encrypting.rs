//! The events of `vmedia encrypt`.

use super::error_text::ErrorText;
use crate::exit::Exit;
use serde::{Deserialize, Serialize};

/// The result of `encrypt` for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncryptionOutcome {
    /// It would be encrypted (`--dry-run`).
    Planned,
    /// It was encrypted in this run.
    Encrypted,
    /// It was encrypted before.
    EncryptedBefore,
    /// It could not be encrypted, and is as it was.
    Failed,
}

/// A session that was encrypted, or was to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptedSession {
    /// Its folder in the archive.
    pub folder: String,
    /// The result.
    pub outcome: EncryptionOutcome,
    /// Its exit.
    pub exit: Exit,
    /// Number of files that were encrypted, or would be.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// The URLs of its versions in buckets that were shipped before, which stay as they are.
    pub buckets: Vec<String>,
    /// Number of exports of it that were made before, which stay as they are.
    pub exports: u64,
    /// The error, if it failed.
    pub error: Option<ErrorText>,
}

/// The end of `encrypt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptReport {
    /// The exit.
    pub exit: Exit,
    /// The exit status of the process.
    pub code: u8,
    /// True if nothing was changed (`--dry-run`).
    pub dry_run: bool,
    /// Sessions that were encrypted, or would be.
    pub encrypted: u64,
    /// Sessions that were encrypted before.
    pub before: u64,
    /// Sessions that could not be encrypted.
    pub failed: u64,
    /// Sessions that were not begun.
    pub not_started: u64,
    /// Files that were encrypted.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Duration in milliseconds.
    pub milliseconds: u64,
}
