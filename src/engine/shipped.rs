//! The events of shipping.

use super::error_text::ErrorText;
use crate::archive::Freed;
use crate::error::Result;
use crate::exit::Exit;
use crate::model::SessionId;
use crate::store::StorePath;
use serde::{Deserialize, Serialize};

/// A session that was shipped, or was to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippedSession {
    /// The session; none if its bag is unchanged, or it failed.
    pub session: Option<SessionId>,
    /// Its folder in the archive.
    pub folder: String,
    /// The URL of its version in the bucket; none if it failed, or is unchanged.
    pub location: Option<String>,
    /// Its exit.
    pub exit: Exit,
    /// Number of objects that were created, or would be.
    pub sent: u64,
    /// Number of payload files that an earlier version has.
    pub reused: u64,
    /// Number of bytes that were sent, or would be.
    pub bytes: u64,
    /// True if the journal says that this bag is in the bucket.
    pub unchanged: bool,
    /// True if it would be sent (`--dry-run`).
    pub planned: bool,
    /// True if another archive had shipped a version with everything that is here.
    pub other: bool,
    /// True if its files are objects of their own because one request cannot create a ZIP file of them (`--layout zip`).
    pub split: bool,
    /// Number of payload files that were removed here, or would be (`--release-local`).
    #[serde(default)]
    pub freed: u64,
    /// Number of their bytes.
    #[serde(default)]
    pub freed_bytes: u64,
    /// The error, if it failed; of a session with a location or unchanged, the reason why its payload stays here.
    pub error: Option<ErrorText>,
}

impl ShippedSession {
    /// Returns a session of which nothing was sent.
    pub(crate) fn of(folder: &StorePath) -> Self {
        Self {
            session: None,
            folder: folder.to_string(),
            location: None,
            exit: Exit::Done,
            sent: 0,
            reused: 0,
            bytes: 0,
            unchanged: false,
            planned: false,
            other: false,
            split: false,
            freed: 0,
            freed_bytes: 0,
            error: None,
        }
    }

    /// Returns the session with the result of removing its payload here.
    pub(crate) fn freed(self, freed: Result<Freed>) -> Self {
        match freed {
            Ok(Freed { files, bytes }) => Self { freed: files, freed_bytes: bytes, ..self },
            Err(error) => Self { exit: Exit::of(&error), error: Some(ErrorText::from(&error)), ..self },
        }
    }
}

/// The results of shipping.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShipCounts {
    /// Sessions that were shipped.
    pub shipped: u64,
    /// Sessions whose bags were in the bucket before.
    pub unchanged: u64,
    /// Sessions that could not be shipped.
    pub failed: u64,
    /// Sessions that were not begun.
    pub not_started: u64,
    /// Objects that were created.
    pub sent: u64,
    /// Payload files that earlier versions have.
    pub reused: u64,
    /// Bytes that were sent.
    pub bytes: u64,
    /// Sessions whose payload was removed here (`--release-local`).
    #[serde(default)]
    pub freed: u64,
    /// Number of its bytes.
    #[serde(default)]
    pub freed_bytes: u64,
    /// Sessions in the bucket whose payload stays here, although it was to be removed.
    #[serde(default)]
    pub kept: u64,
}

impl ShipCounts {
    /// Returns the number of all sessions.
    pub(crate) fn sessions(&self) -> u64 {
        self.shipped + self.unchanged + self.failed + self.not_started
    }
}

/// The end of shipping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipReport {
    /// The exit.
    pub exit: Exit,
    /// The exit status of the process.
    pub code: u8,
    /// The URL of the place in the bucket.
    pub place: String,
    /// True if nothing was sent (`--dry-run`).
    pub dry_run: bool,
    /// The counts.
    #[serde(flatten)]
    pub counts: ShipCounts,
    /// Duration in milliseconds.
    pub milliseconds: u64,
}
