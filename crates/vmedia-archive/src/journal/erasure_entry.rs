//! The lines about erasures: their order, their end, and the order to archive again what was erased. Must not touch the store.

use super::plan_entry::PlanEntry;
use crate::class::Class;
use crate::model::{MediaId, SessionId};
use crate::terms::{ProviderOutcome, StoreOutcome};
use crate::word::Word;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The facts of an erasure, as the journal and the certificate hold them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureFacts {
    /// The session.
    pub session: SessionId,
    /// Its folder in the archive.
    pub folder: String,
    /// The provider; `None` if the record could not be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub provider: Option<String>,
    /// The provider's base URL; `None` if the record could not be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub base_url: Option<String>,
    /// The class of media, if the rest of the session stays.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub class: Option<Word<Class>>,
    /// The media of that class.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub media: Vec<MediaId>,
    /// Number of files: all in the folder, or those of the class.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// The bag's digest: the SHA-256 of its `tagmanifest-sha256.txt`; `None` if there was none.
    pub bag: Option<String>,
    /// Number of keys of the session that are destroyed first: without them, no copy of its files can be opened.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub keys: u64,
    /// The law, rule or order that the erasure follows.
    pub authority: String,
    /// The operator's reason.
    pub reason: String,
    /// The approved plan that it follows, if there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub plan: Option<PlanEntry>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl ErasureFacts {
    /// Returns the class of media, if it is of one that this version knows.
    pub(crate) fn known_class(&self) -> Option<Class> {
        self.class.as_ref().and_then(Word::known)
    }
}

/// The order to erase a session, before anything of it is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErasingEntry {
    #[serde(flatten)]
    pub(crate) facts: ErasureFacts,
    /// The time at which it was first ordered; earlier than the line if an erasure that was killed is finished.
    pub(crate) begun: Timestamp,
}

/// The end of an erasure: nothing of the session, or of the class, is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErasedEntry {
    pub(crate) session: SessionId,
    /// Its folder in the archive.
    pub(crate) folder: String,
    /// The class of media, if the rest of the session stays.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) class: Option<Word<Class>>,
    /// The SHA-256 of its certificate.
    pub(crate) certificate: String,
    /// The SHA-256 of the certificate's page for people.
    pub(crate) page: String,
    /// The deletion at the provider, if that was ordered, too.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) at_provider: Option<ProviderDeletion>,
    /// The removals from buckets, if they were ordered, too: one for each place.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) at_store: Vec<StoreRemoval>,
}

/// The order to archive again what was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AgainEntry {
    pub(crate) session: SessionId,
    /// Its folder in the archive.
    pub(crate) folder: String,
    /// The class of media, if the rest of the session stayed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) class: Option<Word<Class>>,
    /// The operator's reason.
    pub(crate) reason: String,
    /// The SHA-256 of the certificate, which says so from then on.
    pub(crate) certificate: String,
    /// The SHA-256 of the certificate's page for people.
    pub(crate) page: String,
}

/// The deletion of a session at its provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderDeletion {
    /// The provider's answer.
    pub outcome: Word<ProviderOutcome>,
    /// The time of the answer.
    pub at: Timestamp,
}

/// The removal of a session from a place in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreRemoval {
    /// The URL of the place.
    pub place: String,
    /// What is left.
    pub outcome: Word<StoreOutcome>,
    /// The URLs of the session's versions of which something is kept.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub left: Vec<String>,
    /// The end of the last lock; `None` if nothing is locked, or the bucket does not say until when.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// The time at which the place was last seen so.
    pub at: Timestamp,
}
