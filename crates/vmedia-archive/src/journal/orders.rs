//! The entries about what the operator ordered: holds, their releases, the dates from which retention counts, and exports. Must not touch
//! the store.

use crate::model::SessionId;
use crate::store::Digest;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An order that keeps sessions, whatever their retention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HoldEntry {
    /// The name of the case, by which the hold is released.
    pub(crate) case: String,
    /// The operator's reason.
    pub(crate) reason: String,
    /// The day after which the operator wants to be reminded. The hold goes on until it is released.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) until: Option<Date>,
    /// The sessions. The archive may not have them yet, or no longer.
    pub(crate) sessions: Vec<SessionId>,
}

/// The end of a case's holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReleasedEntry {
    /// The name of the case.
    pub(crate) case: String,
    /// The operator's reason.
    pub(crate) reason: String,
    /// The SHA-256 of each line whose hold it ends. A hold that is added at the same time is thus never ended by mistake.
    pub(crate) lines: Vec<String>,
}

/// The days on which an event happened to sessions, from which their retention counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CutoffEntry {
    /// The event, as the schedules name it.
    pub(crate) event: String,
    /// The sessions, and the day.
    pub(crate) cutoffs: Vec<SessionCutoff>,
}

/// The day on which an event happened to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionCutoff {
    pub(crate) session: SessionId,
    /// The day; `None` if an earlier line was wrong and the event did not happen.
    pub(crate) date: Option<Date>,
}

/// An export of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExportedEntry {
    pub(crate) session: SessionId,
    /// Its folder in the archive.
    pub(crate) folder: String,
    /// The bag's digest.
    pub(crate) bag: String,
    /// The operator's reason.
    pub(crate) reason: String,
    /// The recipient.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none", default)]
    pub(crate) recipient: Option<String>,
    /// The kinds of files that were left out.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) without: Vec<String>,
    /// The length and SHA-256 of the exported file.
    #[serde(flatten)]
    pub(crate) export: Digest,
}
