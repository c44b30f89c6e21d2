//! The lines of the journal: every change of the archive, with its time and run.
//!
//! Each line holds the digest of the line before it; a segment's first line holds the ends of earlier segments. Later versions add
//! fields and entries and change none, so a reader ignores those that it does not know. Must not touch the store.

use super::erasure_entry::{AgainEntry, ErasedEntry, ErasingEntry};
use super::freed_entry::{FreedEntry, ReturnedEntry};
use super::keyed_entry::KeyedEntry;
use super::orders::{CutoffEntry, ExportedEntry, HoldEntry, ReleasedEntry};
use super::shipped_entry::ShippedEntry;
use crate::error::ErrorKind;
use crate::model::{MediaId, SessionId};
use crate::reason::CodedReason;
use crate::record::{HistoryRecord, State};
use crate::store::sha256_bytes;
use crate::word::{NewerWords, Word};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The name of the schema.
pub(super) const SCHEMA: &str = "vmedia-journal";
/// The version of the schema that this program writes.
pub(super) const VERSION: u32 = 1;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The SHA-256 of the line before, without its line break; `None` in a segment's first line.
    pub(crate) previous: Option<String>,
    pub(crate) at: Timestamp,
    #[serde(flatten)]
    pub(crate) entry: Entry,
}

/// The content of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "kebab-case")]
pub(crate) enum Entry {
    /// A run began: the first line of every segment.
    Opened(Opened),
    /// A session's bag was made or changed.
    Archived(Box<Archived>),
    /// These sessions were listed and their files read again, and nothing was to be changed.
    Kept { sessions: Vec<SessionId> },
    /// A session could not be archived at all.
    Failed {
        session: SessionId,
        code: Word<ErrorKind>,
        /// The error, in one line.
        text: String,
    },
    /// These sessions were verified, and nothing was found.
    Verified {
        sessions: Vec<SessionId>,
        /// The percentage of payload files that were read again; `None` if all were.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        sample: Option<f64>,
        /// The result of computing the provider's signatures again with the secrets of that time; `None` without `--authenticate`,
        /// or if nothing could be computed. Each of these sessions has signatures, and all that were computed hold.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        authenticated: Option<Authenticated>,
    },
    /// A session was verified with findings.
    Damaged {
        /// Its folder in the archive.
        folder: String,
        /// The findings, each a line.
        findings: Vec<String>,
    },
    /// The catalog's page was written into the archive's root.
    Page { sha256: String },
    /// The operator accepts earlier runs that changed sessions and are under no signature.
    Accepted {
        runs: Vec<AcceptedRun>,
        /// The operator's reason.
        reason: String,
    },
    /// The operator adopts a session for which no line vouches, after all of its files were read.
    Adopted(Box<AdoptedEntry>),
    /// A session that was archived without encryption was encrypted.
    Encrypted(Box<EncryptedEntry>),
    /// A session is about to be erased.
    Erasing(Box<ErasingEntry>),
    /// A session was erased.
    Erased(ErasedEntry),
    /// Sessions are held.
    Hold(HoldEntry),
    /// The holds of a case were released.
    Released(ReleasedEntry),
    /// An event happened from which the retention of sessions counts.
    Cutoff(CutoffEntry),
    /// A session was exported: the file exists unless the run was killed right after this line.
    Exported(Box<ExportedEntry>),
    /// An erased session, or class of its media, may be archived again by order.
    Again(AgainEntry),
    /// A session's bag is in a bucket, as a finished version.
    Shipped(Box<ShippedEntry>),
    /// Keys of an encrypted session were granted, handed out, encrypted to other recipients, or tried.
    Keyed(Box<KeyedEntry>),
    /// The local payload of a session is about to be removed, because a bucket has it.
    Freed(Box<FreedEntry>),
    /// The payload of a session was fetched back.
    Returned(ReturnedEntry),
    /// A run ended: the last line of a segment whose run was not killed.
    Closed {
        /// The kind of the error that it ended with; `None` if everything that was requested is done.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        code: Option<Word<ErrorKind>>,
        /// The index of the segment, if it is long.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        index: Option<IndexEntry>,
    },
    /// An entry of a newer version.
    #[serde(other)]
    Unknown,
}

impl Entry {
    /// Returns true if the line decides what the archive holds or may lose. A newer version's line may.
    pub(super) fn is_change(&self) -> bool {
        match self {
            Self::Archived(_) | Self::Adopted(_) | Self::Encrypted(_) | Self::Erasing(_) | Self::Erased(_) => true,
            Self::Again(_) | Self::Hold(_) | Self::Released(_) | Self::Cutoff(_) | Self::Freed(_) | Self::Returned(_) | Self::Unknown => {
                true
            }
            Self::Opened(_) | Self::Kept { .. } | Self::Failed { .. } | Self::Verified { .. } | Self::Damaged { .. } => false,
            Self::Page { .. } | Self::Accepted { .. } | Self::Exported(_) | Self::Shipped(_) | Self::Keyed(_) | Self::Closed { .. } => {
                false
            }
        }
    }
}

impl Line {
    /// Counts the codes in it that a newer version wrote. The sort of an unknown entry is read from the line's text.
    pub(super) fn count_newer(&self, text: &[u8], words: &mut NewerWords<'static>) {
        let owned = |word: Option<&str>| word.map(str::to_owned);
        match &self.entry {
            Entry::Unknown => words.add("entry", serde_json::from_slice::<Sort>(text).ok().map(|sort| sort.entry)),
            Entry::Archived(archived) => archived.count_newer(words),
            Entry::Adopted(entry) => entry.archived.count_newer(words),
            Entry::Encrypted(entry) => entry.archived.count_newer(words),
            Entry::Again(entry) => words.add("class", owned(entry.class.as_ref().and_then(Word::newer))),
            Entry::Erasing(entry) => words.add("class", owned(entry.facts.class.as_ref().and_then(Word::newer))),
            Entry::Erased(entry) => {
                words.add("class", owned(entry.class.as_ref().and_then(Word::newer)));
                words.add("deletion", owned(entry.at_provider.as_ref().and_then(|deletion| deletion.outcome.newer())));
                entry.at_store.iter().for_each(|removal| words.add("removal", owned(removal.outcome.newer())));
            }
            Entry::Keyed(entry) => words.add("act on keys", owned(entry.act.newer())),
            Entry::Failed { code, .. } | Entry::Closed { code: Some(code), .. } => words.add("error", owned(code.newer())),
            _ => {}
        }
    }
}

/// The sort of an entry alone.
#[derive(Deserialize)]
struct Sort {
    entry: String,
}

/// The index of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexEntry {
    /// The length in bytes of the lines that it is about: all but the last.
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// Numbers of files that the provider vouches for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticated {
    /// Files whose signature was computed again and held.
    pub held: u64,
    /// Payload files that came without a signature.
    pub unsigned: u64,
}

/// The start of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Opened {
    /// Always `vmedia-journal`.
    pub(crate) schema: String,
    /// The version of the schema, from 1.
    pub(crate) version: u32,
    /// The segment's own file name, so that a copy under another name is recognized.
    pub(crate) segment: String,
    #[serde(flatten)]
    pub(crate) identity: Identity,
    /// The ends of earlier segments that no other segment follows yet.
    pub(crate) parents: Vec<Parent>,
}

/// The program, command and account of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The program, with its version.
    pub tool: String,
    /// The command, such as `download`.
    pub command: String,
    /// The account that it ran under.
    pub operator: String,
    /// The machine that it ran on.
    pub host: String,
}

/// The end of an earlier segment, as far as it was written when the next began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parent {
    /// The segment's file name.
    pub(crate) segment: String,
    /// The length of its whole lines in bytes, line breaks included.
    pub(crate) bytes: u64,
    /// The SHA-256 of the last whole line, if there was one.
    pub(crate) sha256: Option<String>,
    /// True if its run was over, so that no line may follow.
    pub(crate) ended: bool,
    /// Its seals. A later seal thus covers earlier ones, so that removing or exchanging one is noticed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) seals: Vec<SealEntry>,
}

/// A signature or a time stamp of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SealEntry {
    pub(crate) name: String,
    pub(crate) sha256: String,
}

/// The adoption of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AdoptedEntry {
    /// All of the session's files; none that an earlier line has.
    #[serde(flatten)]
    pub(crate) archived: Archived,
    /// The operator's reason.
    pub(crate) reason: String,
    /// The runs that the record names and that the journal lacks.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) missing_runs: Vec<String>,
    /// The result for the provider's signatures, if they were computed again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) authenticated: Option<Authenticated>,
}

/// The encryption of a session that was archived without.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct EncryptedEntry {
    /// The change: the encrypted files come in the place of those that are lost, each under the path of one with the ending `.age`.
    #[serde(flatten)]
    pub(crate) archived: Archived,
    /// The operator's reason.
    pub(crate) reason: String,
}

/// An earlier run that is accepted although it is under no signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AcceptedRun {
    /// The segment's file name.
    pub(crate) segment: String,
    /// The SHA-256 of its last whole line.
    pub(crate) sha256: Option<String>,
}

/// A change of a session's bag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Archived {
    pub(crate) session: SessionId,
    /// Its folder in the archive.
    pub(crate) folder: String,
    /// The bag's digest before: the SHA-256 of its `tagmanifest-sha256.txt`, which vouches for everything else.
    pub(crate) before: Option<String>,
    /// The bag's digest now.
    pub(crate) bag: String,
    /// The SHA-256 of `archive.json` before. The bag's other files are written from it, so while it is unchanged, no more than
    /// those can have been damaged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) record_before: Option<String>,
    /// The SHA-256 of `archive.json` now.
    #[serde(default)]
    pub(crate) record: String,
    /// True if an earlier run was killed while it changed this bag.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub(crate) resumed: bool,
    /// Files that the bag did not hold before.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) files: Vec<FileEntry>,
    /// Files that the bag no longer vouches for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) lost: Vec<LostEntry>,
    /// Media whose state is new.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) media: Vec<MediaEntry>,
    /// Other changes, at the provider and here.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) history: Vec<HistoryRecord>,
}

impl Archived {
    fn count_newer(&self, words: &mut NewerWords<'static>) {
        let owned = |word: Option<&str>| word.map(str::to_owned);
        for medium in &self.media {
            words.add("media state", owned(medium.state.newer()));
            words.add("reason", owned(medium.reason.as_ref().and_then(CodedReason::newer)));
        }
        self.history.iter().for_each(|happened| words.add("change", owned(happened.change.newer())));
    }
}

/// A file that was added to a bag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    /// Its path below the session's folder.
    pub(crate) path: String,
    /// Its length in bytes.
    pub(crate) bytes: u64,
    /// Its SHA-256; `None` for a document.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) sha256: Option<String>,
    /// The commitment to a document's SHA-256, under the session's salt.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) commitment: Option<String>,
    /// The keyed fingerprint of the content of an encrypted file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) content: Option<String>,
    /// True if the provider signed it and the signature held.
    pub(crate) signed: bool,
    /// The media file that it is of; `None` for the provider's other answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) media: Option<MediaId>,
}

impl FileEntry {
    pub(crate) fn fingerprint(&self) -> Option<[u8; 32]> {
        fingerprint(self.sha256.as_ref(), self.commitment.as_ref())
    }
}

/// Returns the SHA-256, or the commitment of a document; `None` if it is no digest.
fn fingerprint(sha256: Option<&String>, commitment: Option<&String>) -> Option<[u8; 32]> {
    sha256.or(commitment).and_then(|hex| sha256_bytes(hex))
}

/// A file that a bag no longer vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LostEntry {
    /// Its path below the session's folder.
    pub(crate) path: String,
    /// Its length in bytes.
    pub(crate) bytes: u64,
    /// Its SHA-256; `None` for a document.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) sha256: Option<String>,
    /// The commitment to a document's SHA-256, under the session's salt.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) commitment: Option<String>,
    pub(crate) why: String,
}

impl LostEntry {
    pub(crate) fn fingerprint(&self) -> Option<[u8; 32]> {
        fingerprint(self.sha256.as_ref(), self.commitment.as_ref())
    }
}

/// A media file whose state is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MediaEntry {
    pub(crate) media: MediaId,
    pub(crate) state: Word<State>,
    /// The reason, unless it is archived.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) reason: Option<CodedReason>,
}
