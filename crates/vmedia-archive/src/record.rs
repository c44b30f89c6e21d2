//! `archive.json`: the origin, digest and state of every file of a session.
//!
//! Fields and codes that a newer version added survive a rewrite.

mod conversion;
mod encryption;
mod groups;
mod listing;
mod media;
mod newer;
mod revision;

pub(crate) use crate::terms::{Change, SignatureVerdict};
pub use crate::terms::{CompanionState, SignatureRecord, State};

pub(crate) use conversion::PlainFile;
pub(crate) use encryption::{ConvertedRecord, ProofRecord};
pub use encryption::{EncryptedRecord, EncryptionRecord, Form};
pub use revision::{NewFile, Revision};

use crate::chip::{ChipRecord, PortraitRecord};
use crate::coded::Coded;
use crate::layout::is_derived;
use crate::model::{AttemptId, Group, Kind, MediaId, Place, SessionId, TypeHint};
use crate::reason::{CodedReason, Disagreement};
use crate::salt::Salt;
use crate::store::Digest;
use crate::word::Word;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The name of the schema.
pub(crate) const SCHEMA: &str = "vmedia-archive";
/// The version of the schema that this program writes.
pub(crate) const VERSION: u32 = 1;

/// The largest record or pending file that is read, in bytes.
pub(crate) const LARGEST_RECORD: u64 = 256 * 1024 * 1024;

/// Returns the reason why a record cannot be parsed, without quoting the record.
pub(crate) fn parse_error(error: &serde_json::Error) -> String {
    let reason = if error.is_data() { "this version of vmedia does not know its format" } else { "it is not JSON" };
    format!("{reason} (line {}, column {})", error.line(), error.column())
}

/// Returns the name and version of this program, for records.
pub fn tool() -> String {
    concat!("vmedia ", env!("CARGO_PKG_VERSION")).to_owned()
}

/// The origin of a session's files.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The provider's name.
    pub provider: String,
    /// The provider's base URL.
    pub base_url: String,
    /// The session.
    pub session: SessionId,
    /// The salt of the session if it has none yet.
    pub salt: Salt,
}

/// The record of one session's folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Always `vmedia-archive`.
    pub schema: String,
    /// The version of the schema, from 1.
    pub version: u32,
    /// The program that wrote it last, with its version.
    pub tool: String,
    /// The provider's name.
    pub provider: String,
    /// The provider's base URL.
    pub base_url: String,
    /// The session.
    pub session: SessionId,
    /// The key of the journal's commitments to this session's documents; made once.
    pub salt: Salt,
    /// The time of the first run.
    pub created: Timestamp,
    /// The time of the last change.
    pub updated: Timestamp,
    /// The attempts, newest first.
    #[serde(default)]
    pub attempts: Vec<AttemptRecord>,
    /// Every media file that was ever listed.
    #[serde(default)]
    pub media: Vec<MediaRecord>,
    /// The provider's answers, byte for byte except for credentials, whose places each answer's record names.
    #[serde(default)]
    pub documents: Vec<DocumentRecord>,
    /// The companion documents that were requested.
    #[serde(default)]
    pub companions: Vec<CompanionRecord>,
    /// Listings that could not be fetched, and listed media that cannot be requested.
    #[serde(default)]
    pub problems: Vec<String>,
    /// True if the provider's last answer says that more media may come.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub may_grow: bool,
    /// The encryption of the files; `None` if they are as they came.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub encryption: Option<EncryptionRecord>,
    /// Facts from the kept documents, for people: the decision, the person. An encrypted session has none.
    #[serde(default)]
    pub facts: Vec<FactRecord>,
    /// Changes after the first run: at the provider, and to files that were here before.
    #[serde(default)]
    pub history: Vec<HistoryRecord>,
    /// Lines of a newer version in the pending file of a killed run, as they were read.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub newer_lines: Vec<Map<String, Value>>,
    /// The runs that changed the session, oldest first: their parts of the journal vouch for it.
    #[serde(default)]
    pub journal: Vec<JournalRecord>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A run's part of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRecord {
    /// The segment's file name.
    pub segment: String,
    /// The SHA-256 of its first line.
    pub sha256: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptRecord {
    pub id: AttemptId,
    /// Its status when it was last listed.
    pub status: Option<String>,
    /// The time of its start, as the provider writes it.
    pub created: Option<String>,
    /// The time since which the provider no longer lists it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unlisted_since: Option<Timestamp>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One media file of a session; it may have several files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MediaRecord {
    /// Its id.
    pub id: MediaId,
    /// The attempt it is filed under.
    pub attempt: Option<AttemptId>,
    /// The group it is filed under, at a provider that has no attempts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group: Option<Group>,
    /// Picture, video or NFC.
    pub kind: Word<Kind>,
    /// The subject, such as `document-front`.
    pub context: Option<String>,
    /// The declared media type.
    pub mimetype: Option<String>,
    /// The declared type hint, at a provider that declares no media types.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub type_hint: Option<Word<TypeHint>>,
    /// The declared size in bytes.
    pub size: Option<u64>,
    /// The declared length in seconds.
    pub duration: Option<f64>,
    /// Every place that lists it.
    #[serde(default)]
    pub places: Vec<Place>,
    /// The state.
    pub state: Word<State>,
    /// The reason, unless it is archived.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<CodedReason>,
    /// The time since which the provider no longer lists it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unlisted_since: Option<Timestamp>,
    /// Its files, the first that came first.
    #[serde(default)]
    pub files: Vec<FileRecord>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One file of a media file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Its path below the session's folder.
    pub path: String,
    /// Its length and SHA-256.
    #[serde(flatten)]
    pub digest: Digest,
    /// What is known of its content, if it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub encrypted: Option<Box<EncryptedRecord>>,
    /// The response's `Content-Type`.
    pub content_type: Option<String>,
    /// The provider's signature over the bytes.
    pub signature: SignatureRecord,
    /// The time of the fetch.
    pub fetched: Timestamp,
    /// What the chip of an identity document holds, decoded from these bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub chip: Option<Box<ChipRecord>>,
    /// Differences from the declaration.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub disagreements: Vec<Coded<Disagreement>>,
    /// The reason why these bytes are no longer here under this path.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lost: Option<String>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One answer of the provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentRecord {
    /// Its name, such as `media` or `attempts/<id>/media`.
    pub name: String,
    /// The endpoint that gave it.
    pub endpoint: String,
    /// Its path below the session's folder.
    pub path: String,
    /// Its length and SHA-256.
    #[serde(flatten)]
    pub digest: Digest,
    /// What is known of its content, if it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub encrypted: Option<Box<EncryptedRecord>>,
    /// The provider's signature over the bytes.
    pub signature: SignatureRecord,
    /// The time of the first such answer.
    pub fetched: Timestamp,
    /// The places of credentials that were removed from it, as JSON pointers (RFC 6901). Everything else is as it came.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub redacted: Vec<String>,
    /// The reason why these bytes are no longer here under this path.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lost: Option<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One companion document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompanionRecord {
    /// Its name, as `--with` takes it.
    pub name: String,
    pub state: Word<CompanionState>,
    /// The reason, unless it is archived.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<CodedReason>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A fact that a kept document states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRecord {
    /// Its name, such as `decision` or `family-name`; the same for every provider.
    pub name: String,
    /// The value, as the document writes it.
    pub value: String,
    /// The attempt, check, part of a check (`CHECK/part`) or list that it is about, if the document can state the topic of several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub of: Option<String>,
    pub document: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A change after the session's first run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryRecord {
    /// The time when it was noticed.
    pub at: Timestamp,
    pub change: Word<Change>,
    /// The text for people.
    pub what: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attempt: Option<AttemptId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub media: Option<MediaId>,
    /// The path it concerns, below the session's folder.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// The new path of a file that was moved.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub moved_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub moved: Option<Digest>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A file that a record vouches for.
pub(crate) struct RecordedFile<'a> {
    /// Path below the session's folder.
    pub(crate) path: &'a str,
    pub(crate) digest: &'a Digest,
    pub(crate) signature: &'a SignatureRecord,
    /// What is known of its content, if it is encrypted.
    pub(crate) encrypted: Option<&'a EncryptedRecord>,
    /// The media file that it is of; `None` for the provider's other answers.
    pub(crate) medium: Option<&'a MediaRecord>,
}

impl RecordedFile<'_> {
    /// Returns false if the record says that no signature came. A newer version's verdict does not contradict that it held.
    pub(crate) fn may_be_signed(&self) -> bool {
        self.is_signed() || self.signature.verdict.newer().is_some()
    }
}

impl HistoryRecord {
    /// Creates a change that concerns nothing in particular yet.
    pub(crate) fn new(at: Timestamp, change: Change, what: String) -> Self {
        let change = change.into();
        Self { at, change, what, attempt: None, media: None, path: None, moved_to: None, moved: None, extra: Map::new() }
    }
}

impl Record {
    /// Returns the record of a session that is archived for the first time.
    pub(crate) fn new(origin: Origin, now: Timestamp) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            version: VERSION,
            tool: tool(),
            provider: origin.provider,
            base_url: origin.base_url,
            session: origin.session,
            salt: origin.salt,
            created: now,
            updated: now,
            attempts: Vec::new(),
            media: Vec::new(),
            documents: Vec::new(),
            companions: Vec::new(),
            problems: Vec::new(),
            may_grow: false,
            encryption: None,
            facts: Vec::new(),
            history: Vec::new(),
            newer_lines: Vec::new(),
            journal: Vec::new(),
            extra: Map::new(),
        }
    }

    /// Returns the files that the folder should hold, without damaged ones that were moved.
    pub(crate) fn files(&self) -> impl Iterator<Item = RecordedFile<'_>> {
        let media = self.media.iter().flat_map(|medium| {
            medium.present().map(move |file| RecordedFile {
                path: &file.path,
                digest: &file.digest,
                signature: &file.signature,
                encrypted: file.encrypted.as_deref(),
                medium: Some(medium),
            })
        });
        let documents = self.documents.iter().filter(|document| document.lost.is_none());
        media.chain(documents.map(|DocumentRecord { path, digest, signature, encrypted, .. }| RecordedFile {
            path,
            digest,
            signature,
            encrypted: encrypted.as_deref(),
            medium: None,
        }))
    }

    /// Returns the portraits that were copied out of files of NFC data, also of those that are lost, each with its file.
    pub(crate) fn portraits(&self) -> impl Iterator<Item = (&FileRecord, &PortraitRecord)> {
        let files = self.media.iter().flat_map(|medium| &medium.files);
        let portraits = files.filter_map(|file| Some((file, file.chip.as_ref()?.portrait.as_ref()?)));
        portraits.filter(|(_, portrait)| is_derived(&portrait.path))
    }
}
