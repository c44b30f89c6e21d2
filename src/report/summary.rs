//! What a run came to, as one document: `--on-failure` hands it to a command as JSON, and
//! `--metrics-file` makes numbers of it. `schema/vmedia-summary-1.schema.json` describes it.
//!
//! Fields are added, never renamed or removed. It holds no secret and no address that is one. Must not be printed here.

use crate::engine::{ErrorText, Tally};
use crate::exit::Exit;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of the document.
pub const SUMMARY_VERSION: u32 = 1;

/// A run from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The version of the document.
    pub v: u32,
    /// The version of the program.
    pub version: String,
    /// The verb, such as `download`.
    pub command: String,
    /// The profile, if one was used.
    pub profile: Option<String>,
    /// The provider, if it is known.
    pub provider: Option<String>,
    /// The archive; the first of several. None when the run could not begin.
    pub archive: Option<String>,
    /// When the run began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// Its duration.
    pub milliseconds: u64,
    /// How it ended.
    pub exit: Exit,
    /// The number that the process ends with.
    pub code: u8,
    /// Whether the time that the run was given was over before the work was.
    pub out_of_time: bool,
    /// Sessions that were to be archived; none when none were.
    pub sessions: Option<SessionCounts>,
    /// What became of their media.
    pub media: Option<Tally>,
    /// The verification; the last of several (`repair`).
    pub verification: Option<VerificationCounts>,
    /// What failed and concerns no single session, such as why the run could not begin; the first hundred.
    pub errors: Vec<ErrorText>,
    /// What did not come to a good end; the first thousand.
    pub failed: Vec<Failed>,
    /// How many there are in all. Sessions that were never begun are counted in `sessions` and not here.
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
    /// Why it says nothing of the whole; none when everything was read.
    pub partial: Option<String>,
}

/// Something that did not come to a good end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// The session; none for a journal, for a bag whose record cannot be read, and for a line that names none.
    pub session: Option<String>,
    /// Its folder, or the archive of the journal; none for a line that names no session.
    pub folder: Option<String>,
    /// How it ended.
    pub exit: Exit,
    /// Why, in one line.
    pub reason: String,
}
