//! The sets of codes in records and the journal: states, verdicts, sorts of change. Newer versions may add to them, so they are
//! stored as [`Word`].

use crate::word::Word;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The state of a media file. Every listed media file has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its bytes are here.
    Archived,
    /// It was not requested (`--only`, `--context`).
    Excluded,
    /// It could not be fetched, or not be trusted.
    Failed,
    /// The provider no longer has it.
    Gone,
    /// The provider may not hand it out; the next run requests it again.
    Withheld,
    /// Its bytes were here and were erased by order; they are not fetched again.
    Erased,
}

impl State {
    /// Returns the stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Withheld => "withheld",
            Self::Gone => "gone",
            Self::Failed => "failed",
            Self::Excluded => "excluded",
            Self::Erased => "erased",
        }
    }
}

/// The verdict on the provider's signature when the bytes came.
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
    /// The verdict.
    pub verdict: Word<SignatureVerdict>,
    /// The signature in the form in which it was sent, if one was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<String>,
    /// Fields of a newer version.
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

    /// Returns the verdict alone.
    pub(crate) fn without_value(self) -> Self {
        Self { value: None, ..self }
    }

    /// Returns the signature if it held.
    pub fn held(&self) -> Option<&str> {
        self.value.as_deref().filter(|_| self.verdict == SignatureVerdict::Held)
    }
}

/// The state of a companion document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompanionState {
    /// It is here.
    Archived,
    /// The provider has none.
    Absent,
    /// It could not be fetched.
    Failed,
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
    /// The provider lists a media file that it did not list before.
    MediaGained,
    /// The provider no longer lists a media file.
    MediaUnlisted,
    /// The provider lists a media file again.
    MediaRelisted,
    /// The provider declares another size or type of a media file.
    MediaChanged,
    /// The provider answers a request for a document otherwise.
    DocumentChanged,
    /// Media were erased by order.
    MediaErased,
}

/// What an erasure left of a session in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreOutcome {
    /// Nothing: every version of every object was removed.
    Removed,
    /// Versions that a lock or a legal hold keeps.
    Kept,
}

/// The answer of a provider that was asked to delete a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderOutcome {
    /// It deleted the session.
    Deleted,
    /// It had no such session.
    Absent,
}
