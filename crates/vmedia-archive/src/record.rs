//! `archive.json`: where every file of a session came from, what it should be, and what became of what is not there.
//!
//! Fields and words that a newer version added survive a rewrite. Must not know how anything was fetched.

mod groups;
mod listing;
mod media;
mod revision;

pub use crate::terms::{Change, CompanionState, SignatureRecord, SignatureVerdict, State};

pub use revision::{NewFile, Revision};

use crate::coded::Coded;
use crate::model::{AttemptId, Group, Kind, MediaId, Place, SessionId, TypeHint};
use crate::reason::{CodedReason, Disagreement};
use crate::salt::Salt;
use crate::store::Digest;
use crate::word::{NewerWords, Word};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The name of the schema.
pub(crate) const SCHEMA: &str = "vmedia-archive";
/// The version of the schema that this program writes.
pub(crate) const VERSION: u32 = 1;

/// The largest record or pending file that is read, in bytes.
pub(crate) const LARGEST_RECORD: u64 = 256 * 1024 * 1024;

/// This program, as records name it.
pub fn tool() -> String {
    concat!("vmedia ", env!("CARGO_PKG_VERSION")).to_owned()
}

/// Where a session's files come from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The provider's name.
    pub provider: String,
    /// Where it is asked.
    pub base_url: String,
    /// The session.
    pub session: SessionId,
    /// The salt of the session if it has none yet.
    pub salt: Salt,
}

/// What one session's folder holds.
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
    /// Where the provider was asked.
    pub base_url: String,
    /// The session.
    pub session: SessionId,
    /// The key of the journal's commitments to this session's documents; made once.
    pub salt: Salt,
    /// When this record began.
    pub created: Timestamp,
    /// When something in it changed last.
    pub updated: Timestamp,
    /// The attempts, newest first.
    #[serde(default)]
    pub attempts: Vec<AttemptRecord>,
    /// Every medium that was ever listed.
    #[serde(default)]
    pub media: Vec<MediaRecord>,
    /// The provider's answers, byte for byte but for credentials, which each answer's record tells of.
    #[serde(default)]
    pub documents: Vec<DocumentRecord>,
    /// The companion documents that were asked for.
    #[serde(default)]
    pub companions: Vec<CompanionRecord>,
    /// What the provider listed but cannot be asked for, or could not list.
    #[serde(default)]
    pub problems: Vec<String>,
    /// Whether the provider said, when it was asked last, that more media may come.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub may_grow: bool,
    /// What the kept documents say of the session, for people: the decision, whom it is about.
    #[serde(default)]
    pub facts: Vec<FactRecord>,
    /// What changed after the first run: at the provider, and to files that were here before.
    #[serde(default)]
    pub history: Vec<HistoryRecord>,
    /// Lines that a newer version left in the mark of an unfinished session when it was killed, as they were read.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub newer_lines: Vec<Map<String, Value>>,
    /// The runs that changed the session, oldest first: their parts of the journal vouch for it.
    #[serde(default)]
    pub journal: Vec<JournalRecord>,
    /// What a newer version knows.
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
    /// What a newer version knows.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// Its id.
    pub id: AttemptId,
    /// Its status when it was last listed.
    pub status: Option<String>,
    /// When it began, as the provider writes it.
    pub created: Option<String>,
    /// Since when the provider no longer lists it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unlisted_since: Option<Timestamp>,
    /// What a newer version knows.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One medium.
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
    /// What it shows.
    pub context: Option<String>,
    /// The declared media type.
    pub mimetype: Option<String>,
    /// What is declared instead, at a provider that declares no media types.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub type_hint: Option<Word<TypeHint>>,
    /// The declared size in bytes.
    pub size: Option<u64>,
    /// The declared length in seconds.
    pub duration: Option<f64>,
    /// Every place that lists it.
    #[serde(default)]
    pub places: Vec<Place>,
    /// What became of it.
    pub state: Word<State>,
    /// Why, unless it is archived.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<CodedReason>,
    /// Since when the provider no longer lists it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unlisted_since: Option<Timestamp>,
    /// Its files, the first that came first.
    #[serde(default)]
    pub files: Vec<FileRecord>,
    /// What a newer version knows.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One file of a medium.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Its path below the session's folder.
    pub path: String,
    /// Its length and SHA-256.
    #[serde(flatten)]
    pub digest: Digest,
    /// The response's `Content-Type`.
    pub content_type: Option<String>,
    /// The provider's signature over the bytes.
    pub signature: SignatureRecord,
    /// When it was fetched.
    pub fetched: Timestamp,
    /// Where it is not what was declared.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub disagreements: Vec<Coded<Disagreement>>,
    /// Why these bytes are no longer here under this path.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lost: Option<String>,
    /// What a newer version knows.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One answer of the provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentRecord {
    /// What it is, such as `media` or `attempts/<id>/media`.
    pub name: String,
    /// The endpoint that gave it.
    pub endpoint: String,
    /// Its path below the session's folder.
    pub path: String,
    /// Its length and SHA-256.
    #[serde(flatten)]
    pub digest: Digest,
    /// The provider's signature over the bytes.
    pub signature: SignatureRecord,
    /// When it was first answered so.
    pub fetched: Timestamp,
    /// Where credentials stood in it that are not kept, as JSON pointers (RFC 6901). Everything else is as it came.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub redacted: Vec<String>,
    /// Why these bytes are no longer here under this path.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lost: Option<String>,
    /// What a newer version knows.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One companion document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompanionRecord {
    /// Its name, as `--with` takes it.
    pub name: String,
    /// What became of it.
    pub state: Word<CompanionState>,
    /// Why, unless it is archived.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<CodedReason>,
    /// What a newer version knows.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Something that a kept document says of the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRecord {
    /// What it is about, such as `decision` or `family-name`; the same word for every provider.
    pub name: String,
    /// What the document says, as it writes it.
    pub value: String,
    /// The name of the document that says so.
    pub document: String,
    /// What a newer version knows.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Something that changed after the session's first run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryRecord {
    /// When it was noticed.
    pub at: Timestamp,
    /// Its sort.
    pub change: Word<Change>,
    /// What happened, in words.
    pub what: String,
    /// The attempt it concerns.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attempt: Option<AttemptId>,
    /// The medium it concerns.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub media: Option<MediaId>,
    /// The path it concerns, below the session's folder.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// Where the file is now, if it was moved.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub moved_to: Option<String>,
    /// What the moved file is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub moved: Option<Digest>,
    /// What a newer version knows.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A file that a record vouches for.
pub(crate) struct RecordedFile<'a> {
    /// Path below the session's folder.
    pub(crate) path: &'a str,
    pub(crate) digest: &'a Digest,
    pub(crate) signature: &'a SignatureRecord,
    /// The media file that it is of; `None` for the provider's other answers.
    pub(crate) medium: Option<&'a MediaRecord>,
}

impl RecordedFile<'_> {
    /// Returns false if the record says that no signature came. A newer version's verdict does not contradict that it held.
    pub(crate) fn may_be_signed(&self) -> bool {
        self.signature.held().is_some() || self.signature.verdict.newer().is_some()
    }
}

impl HistoryRecord {
    /// Something that happened, which concerns nothing in particular yet.
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
                medium: Some(medium),
            })
        });
        let documents = self.documents.iter().filter(|document| document.lost.is_none());
        media.chain(documents.map(|DocumentRecord { path, digest, signature, .. }| RecordedFile { path, digest, signature, medium: None }))
    }

    /// Returns the words that a newer version wrote: of what each is, the word, and how often it stands there.
    pub(crate) fn newer_words(&self) -> NewerWords<'_> {
        let mut words = NewerWords::default();
        for medium in &self.media {
            words.add("media state", medium.state.newer());
            words.add("kind", medium.kind.newer());
            words.add("type hint", medium.type_hint.as_ref().and_then(Word::newer));
            words.add("reason", medium.reason.as_ref().and_then(Coded::newer));
            for file in &medium.files {
                words.add("signature verdict", file.signature.verdict.newer());
                file.disagreements.iter().for_each(|disagreement| words.add("disagreement", disagreement.newer()));
            }
        }
        self.documents.iter().for_each(|document| words.add("signature verdict", document.signature.verdict.newer()));
        for companion in &self.companions {
            words.add("companion state", companion.state.newer());
            words.add("reason", companion.reason.as_ref().and_then(Coded::newer));
        }
        self.history.iter().for_each(|happened| words.add("change", happened.change.newer()));
        self.newer_lines.iter().for_each(|line| words.add("unfinished line", line.get("line").and_then(Value::as_str)));
        words
    }
}
