//! The terms in which records and the journal say what became of things: states, verdicts, sorts of change.
//!
//! Each is a set that newer versions may add to, so on disk it stands as a [`Word`].

use crate::word::Word;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What became of a medium. Every listed medium is in exactly one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its bytes are here.
    Archived,
    /// The provider may not hand it out; it is asked again next time.
    Withheld,
    /// The provider no longer has it.
    Gone,
    /// It could not be had, or not be believed.
    Failed,
    /// It was not asked for (`--only`, `--context`).
    Excluded,
}

impl State {
    /// The word for it, as records and events carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Withheld => "withheld",
            Self::Gone => "gone",
            Self::Failed => "failed",
            Self::Excluded => "excluded",
        }
    }
}

/// How the provider's signature was judged when the bytes came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignatureVerdict {
    /// None was sent.
    Absent,
    /// It was sent and held.
    Held,
}

/// The provider's signature over bytes that were kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureRecord {
    /// How it was judged.
    pub verdict: Word<SignatureVerdict>,
    /// The signature in the form in which it was sent, if one was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<String>,
    /// What a newer version knows.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl SignatureRecord {
    /// Records that none was sent.
    pub fn absent() -> Self {
        Self { verdict: SignatureVerdict::Absent.into(), value: None, extra: Map::new() }
    }

    /// Records a signature that held, in the form in which it was sent.
    pub fn of(value: String) -> Self {
        Self { verdict: SignatureVerdict::Held.into(), value: Some(value), extra: Map::new() }
    }

    /// Returns the signature if it held.
    pub fn held(&self) -> Option<&str> {
        self.value.as_deref().filter(|_| self.verdict == SignatureVerdict::Held)
    }
}

/// What became of a companion document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompanionState {
    /// It is here.
    Archived,
    /// The provider has none.
    Absent,
    /// It could not be had.
    Failed,
}

impl CompanionState {
    /// Returns the word for it, as records carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Absent => "absent",
            Self::Failed => "failed",
        }
    }
}

/// The sorts of change after a session's first run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// A file was found missing.
    FileMissing,
    /// A file was found altered and set aside.
    FileAltered,
    /// The provider answers with other bytes, which are kept beside the old ones.
    OtherBytes,
    /// The provider lists an attempt that it did not list before.
    AttemptGained,
    /// The provider no longer lists an attempt.
    AttemptUnlisted,
    /// An attempt has another status.
    AttemptChanged,
    /// The provider lists a medium that it did not list before.
    MediaGained,
    /// The provider no longer lists a medium.
    MediaUnlisted,
    /// The provider lists a medium again.
    MediaRelisted,
    /// The provider declares another size or type of a medium.
    MediaChanged,
    /// The provider answers a request for a document otherwise.
    DocumentChanged,
}

impl Change {
    /// Returns the word for it, as records and the journal carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FileMissing => "file-missing",
            Self::FileAltered => "file-altered",
            Self::OtherBytes => "other-bytes",
            Self::AttemptGained => "attempt-gained",
            Self::AttemptUnlisted => "attempt-unlisted",
            Self::AttemptChanged => "attempt-changed",
            Self::MediaGained => "media-gained",
            Self::MediaUnlisted => "media-unlisted",
            Self::MediaRelisted => "media-relisted",
            Self::MediaChanged => "media-changed",
            Self::DocumentChanged => "document-changed",
        }
    }
}
