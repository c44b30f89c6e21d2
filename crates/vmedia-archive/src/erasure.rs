//! The certificate of destruction that remains of an erased session: ids, counts and digests, the authority and the reason, and nothing
//! of the person. Must not write.

use crate::class::Class;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{ErasureFacts, Identity, ProviderDeletion, StoreRemoval};
use crate::layout::session_folder;
use crate::model::{MediaItem, SessionId};
use crate::reason::Reason;
use crate::store::{Digest, ReadStore, StorePath};
use crate::word::Word;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The folder of the certificates in the archive root. No session's folder has this name: ids are written without `_`.
pub(crate) const FOLDER: &str = "_erased";
/// The name of the schema.
pub(crate) const SCHEMA: &str = "vmedia-erasure";
/// The version of the schema that this program writes.
pub(crate) const VERSION: u32 = 1;
/// The largest certificate that is read, in bytes.
pub(crate) const LARGEST: u64 = 1024 * 1024;

/// The progress of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It was ordered, and files may be left.
    Erasing,
    /// Nothing of the session, or of the class, is left in the archive.
    Erased,
}

/// The way in which files were destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Their names were removed; the file system uses their space again.
    Unlinked,
}

/// A place that an erasure does not reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotReached {
    /// Backups and snapshots that were made before.
    Backups,
    /// Copies that were handed out.
    Copies,
    /// Blocks of the disk that were not used again.
    Storage,
    /// The provider.
    Provider,
    /// Versions of the session in buckets.
    Buckets,
}

impl NotReached {
    /// The places that no erasure reaches.
    pub(crate) const ALL: [Self; 4] = [Self::Backups, Self::Copies, Self::Storage, Self::Provider];

    /// Returns the text for people.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Backups => "backups and snapshots that were made before the erasure",
            Self::Copies => "copies that were made or handed out before the erasure",
            Self::Storage => "blocks of the storage device that it has not used again since",
            Self::Provider => "the provider, which has a retention period of its own",
            Self::Buckets => "versions of the session in buckets, which are listed below",
        }
    }
}

/// The order to archive again what was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// The time of the order.
    pub at: Timestamp,
    /// The operator's reason.
    pub reason: String,
}

/// The certificate of destruction: `_erased/<folder>.json`, or `<folder>.<class>.json` for a class of media. Without `erased`, it is the tombstone of an erasure that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub(crate) schema: String,
    pub(crate) version: u32,
    /// The progress.
    pub stage: Word<Stage>,
    /// The facts.
    #[serde(flatten)]
    pub facts: ErasureFacts,
    /// The way in which the files were destroyed.
    pub method: Word<Method>,
    /// The places that the erasure does not reach.
    pub not_reached: Vec<Word<NotReached>>,
    /// Number of exports of the session that the journal knows; the erasure does not reach them.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub exports: u64,
    /// Number of times that the journal knows keys of the session to have been granted or handed out; the erasure does not reach copies of them.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub grants: u64,
    /// The URLs of the session's versions in buckets that the journal knows; the erasure does not reach them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub buckets: Vec<String>,
    /// The time at which it was ordered.
    pub begun: Timestamp,
    /// The time at which nothing was left.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub erased: Option<Timestamp>,
    /// The deletion at the provider, if that was ordered, too.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at_provider: Option<ProviderDeletion>,
    /// The removals from buckets, if they were ordered, too: one for each place.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub at_store: Vec<StoreRemoval>,
    /// The order to archive it again, if there is one: no run is kept from that then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub again: Option<Again>,
    /// The program, command and account that wrote this.
    #[serde(flatten)]
    pub identity: Identity,
    /// The segment of the journal that records it.
    pub journal: String,
}

impl Certificate {
    /// Returns the certificate of a session.
    ///
    /// # Errors
    /// It cannot be read, or is of a version that this program does not know.
    pub fn of(store: &dyn ReadStore, session: &SessionId) -> Result<Option<Self>> {
        Self::read(store, session, None)
    }

    /// Returns the certificate of a class of a session's media.
    ///
    /// # Errors
    /// As of [`Self::of`].
    pub fn of_class(store: &dyn ReadStore, session: &SessionId, class: Class) -> Result<Option<Self>> {
        Self::read(store, session, Some(class))
    }

    fn read(store: &dyn ReadStore, session: &SessionId, class: Option<Class>) -> Result<Option<Self>> {
        let path = path(&session_folder(session), class);
        let Some(bytes) = store.read(&path, LARGEST)? else { return Ok(None) };
        Self::parse(&bytes).filter(|read| read.facts.class == class.map(Word::from)).map(Some).ok_or_else(|| {
            let what = format!("{} is no certificate of an erasure that this version can read", store.location(&path));
            let hint = "compare it with a backup; `vmedia verify` says whether the journal knows it";
            Error::new(ErrorKind::Damaged, what, hint)
        })
    }

    /// Returns the reason why a media file is not archived again, if this certificate is of its class.
    pub fn holds(&self, item: &MediaItem) -> Option<Reason> {
        let class = self.facts.known_class().filter(|class| class.holds(item))?;
        let (authority, reason) = (self.facts.authority.clone(), self.facts.reason.clone());
        Some(Reason::Erased { class: class.into(), authority, reason, at: self.erased.unwrap_or(self.begun) })
    }

    /// Returns the certificate with a deletion at the provider, which the erasure then reaches.
    pub(crate) fn with_deletion(mut self, deletion: Option<ProviderDeletion>) -> Self {
        if deletion.is_some() {
            self.not_reached.retain(|place| *place != NotReached::Provider);
        }
        Self { at_provider: deletion, ..self }
    }

    /// Returns the certificate with the removals from buckets, which the erasure then reaches, but for what they left.
    pub(crate) fn with_removals(mut self, removals: Vec<StoreRemoval>) -> Self {
        let folder = &self.facts.folder;
        let is_about = |url: &String| removals.iter().any(|removal| url.starts_with(&format!("{}/{folder}/", removal.place)));
        let mut buckets: BTreeSet<String> = std::mem::take(&mut self.buckets).into_iter().filter(|url| !is_about(url)).collect();
        buckets.extend(removals.iter().flat_map(|removal| removal.left.iter().cloned()));
        self.not_reached.retain(|place| *place != NotReached::Buckets);
        if !buckets.is_empty() {
            self.not_reached.push(NotReached::Buckets.into());
        }
        Self { buckets: buckets.into_iter().collect(), at_store: removals, ..self }
    }

    /// Returns true if it says that versions of the session are in a place, by its URL, which the erasure does not reach.
    pub(crate) fn is_left_in(&self, place: &str) -> bool {
        let start = format!("{place}/{}/", self.facts.folder);
        self.buckets.iter().any(|url| url.starts_with(&start))
    }

    /// Returns true if it keeps runs from archiving what was erased.
    pub fn forbids(&self) -> bool {
        self.again.is_none()
    }

    /// Returns the path of its page for people.
    pub fn page(&self) -> StorePath {
        page_path(&StorePath::name(&self.facts.folder), self.facts.known_class())
    }

    /// Parses a certificate; `None` for anything else.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|read: &Self| read.schema == SCHEMA && read.version <= VERSION)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Returns the path of the certificate of a session, or of a class of its media. No session's folder has a `.` in its name.
pub(crate) fn path(folder: &StorePath, class: Option<Class>) -> StorePath {
    with_extension(folder, class, "json")
}

/// Returns the path of its page for people.
pub(crate) fn page_path(folder: &StorePath, class: Option<Class>) -> StorePath {
    with_extension(folder, class, "html")
}

fn with_extension(folder: &StorePath, class: Option<Class>, extension: &str) -> StorePath {
    let class = class.map(|class| format!(".{}", class.as_str())).unwrap_or_default();
    StorePath::name(FOLDER).join(folder.as_str()).with_suffix(&format!("{class}.{extension}"))
}

/// Returns the first of a certificate and its page that does not have these digests, and true if that is missing.
pub(crate) fn unlike(
    store: &dyn ReadStore,
    folder: &StorePath,
    class: Option<Class>,
    [certificate, page]: [&String; 2],
) -> Result<Option<(StorePath, bool)>> {
    for (path, sha256) in [(path(folder, class), certificate), (page_path(folder, class), page)] {
        let digest = store.read(&path, LARGEST)?.map(|bytes| Digest::of(&bytes).sha256);
        if digest.as_ref() != Some(sha256) {
            return Ok(Some((path, digest.is_none())));
        }
    }
    Ok(None)
}
