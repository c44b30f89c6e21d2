//! The summary of a run as one document: the input of `--on-failure`, and the source of `--metrics-file`.
//! `schema/vmedia-summary-1.schema.json` describes it.
//!
//! Fields are added, never renamed or removed. It holds no secret and no address that is one.

use crate::engine::{ErrorText, RetentionCounts, ShipCounts, Tally};
use crate::exit::Exit;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of the document.
pub(super) const SUMMARY_VERSION: u32 = 1;

/// A run from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The version of the document.
    pub v: u32,
    /// The version of the program.
    pub version: String,
    /// The command, such as `download`.
    pub command: String,
    /// The profile, if one was used.
    pub profile: Option<String>,
    /// The provider, if it is known.
    pub provider: Option<String>,
    /// The archive; the first of several. `None` if the run could not begin.
    pub archive: Option<String>,
    /// Start of the run.
    pub started: Timestamp,
    /// End of the run.
    pub finished: Timestamp,
    /// Its duration.
    pub milliseconds: u64,
    /// The exit of the run.
    pub exit: Exit,
    /// The exit status.
    pub code: u8,
    /// True if `--max-duration` ended the run.
    pub out_of_time: bool,
    /// Sessions that were to be archived; none when none were.
    pub sessions: Option<SessionCounts>,
    /// Counts of their media files.
    pub media: Option<Tally>,
    /// The verification; the last of several (`repair`).
    pub verification: Option<VerificationCounts>,
    /// Sessions by their retention; the last of several archives (`retention due`).
    #[serde(default)]
    pub retention: Option<RetentionCounts>,
    /// Sessions that were shipped; the last of several archives (`ship`).
    #[serde(default)]
    pub shipped: Option<ShipCounts>,
    /// Errors that concern no single session; the first hundred.
    pub errors: Vec<ErrorText>,
    /// Failed sessions, bags and journals; the first thousand.
    pub failed: Vec<Failed>,
    /// Their total. Sessions that were never begun are counted in `sessions` only.
    pub failed_total: u64,
}

/// Counts of sessions; each is in one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionCounts {
    /// Complete after this run.
    pub complete: u64,
    /// Complete before it and left alone (`--skip-complete`).
    pub skipped: u64,
    /// Listed in full, without any media.
    pub empty: u64,
    /// Erased by order, and not asked about.
    pub erased: u64,
    /// Begun, and not complete.
    pub incomplete: u64,
    /// Never begun.
    pub not_started: u64,
}

/// Counts of a verification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationCounts {
    /// Bags that were checked to their end.
    pub bags: u64,
    /// Bags and journals with findings.
    pub damaged: u64,
    /// Findings of the whole run that were not repaired.
    pub findings: u64,
    /// Payload files that were read.
    pub files: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// The reason why it is partial; `None` if everything was read.
    pub partial: Option<String>,
}

/// A failed session, bag or journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// The session; `None` for a journal, for a bag whose record cannot be read, and for a line without session id.
    pub session: Option<String>,
    /// Its folder, or the archive of the journal; `None` for a line without session id.
    pub folder: Option<String>,
    /// Its exit.
    pub exit: Exit,
    /// The code of the first reason, of the comparison that found something, or of the error (`docs/codes.md`).
    pub code: String,
    /// The reason, in one line.
    pub reason: String,
}
