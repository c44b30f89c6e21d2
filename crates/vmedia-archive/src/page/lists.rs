//! The tables of the session page: files with their digests, the provider's answers, missing media, lost files, changes.

use super::sheet::{self, Attempts, Held};
use super::untrusted::{FileLink, Text};
use crate::model::AttemptId;
use crate::reason::{CodedReason, reason_text};
use crate::record::{Change, CompanionState, DocumentRecord, HistoryRecord, Record, State};
use crate::store::Digest;
use crate::text;
use crate::word::Word;
use jiff::Timestamp;

/// A file that is here, with its digest and signature.
pub(super) struct FileRow {
    pub(super) link: FileLink,
    pub(super) what: Text,
    /// The attempt or group of a media file, the endpoint of a document.
    pub(super) of: Text,
    pub(super) bytes: String,
    pub(super) sha256: Text,
    pub(super) signature: Text,
    pub(super) fetched: String,
    pub(super) remarks: Vec<Text>,
}

/// A media file, document or listing that is not here.
pub(super) struct MissingRow {
    pub(super) what: Text,
    pub(super) of: String,
    pub(super) id: Option<Text>,
    pub(super) state: Text,
    pub(super) meaning: &'static str,
    pub(super) reason: Text,
    /// True if the archive lacks it; a document that the provider does not have is not missing.
    pub(super) is_lacking: bool,
}

/// A file that was here.
pub(super) struct LostRow {
    pub(super) path: Text,
    pub(super) sha256: Text,
    pub(super) why: Text,
}

/// A change after the first run.
pub(super) struct ChangeRow {
    pub(super) at: String,
    pub(super) sort: Text,
    pub(super) what: Text,
    pub(super) path: Option<Text>,
    /// The new place of the altered file, and its SHA-256.
    pub(super) moved: Option<(FileLink, Option<Text>)>,
}

/// Returns a row for each file of the payload, in the order of their numbers.
pub(super) fn files(attempts: &Attempts<'_>, held: &[Held<'_>]) -> Vec<FileRow> {
    let row = |held: &Held<'_>| FileRow {
        what: sheet::title(held.medium),
        of: Text::of(&attempts.of_medium(held.medium)),
        remarks: sheet::remarks(held.medium, held.file),
        signature: sheet::signature(&held.file.signature, held.file.is_signed()),
        ..file_row(&held.file.path, &held.file.digest, held.file.fetched)
    };
    held.iter().map(row).collect()
}

/// Returns a row for each answer of the provider that is here.
pub(super) fn documents(record: &Record, attempts: &Attempts<'_>) -> Vec<FileRow> {
    let row = |document: &DocumentRecord| FileRow {
        what: document_title(attempts, &document.name),
        of: Text::of(&document.endpoint),
        signature: sheet::signature(&document.signature, document.is_signed()),
        remarks: (!document.redacted.is_empty())
            .then(|| Text::of(&format!("Credentials in it were replaced before it was kept: {}", document.redacted.join(", "))))
            .into_iter()
            .collect(),
        ..file_row(&document.path, &document.digest, document.fetched)
    };
    record.documents.iter().filter(|document| document.lost.is_none()).map(row).collect()
}

fn file_row(path: &str, digest: &Digest, fetched: Timestamp) -> FileRow {
    FileRow {
        link: FileLink::to(path),
        what: Text::of(""),
        of: Text::of(""),
        bytes: text::bytes(digest.bytes),
        sha256: Text::of(&digest.sha256),
        signature: Text::of(""),
        fetched: text::moment(fetched),
        remarks: Vec::new(),
    }
}

/// Names `attempts/<id>/media` by the attempt's number, other documents by their titles.
fn document_title(attempts: &Attempts<'_>, name: &str) -> Text {
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        ["attempts", id, what] => Text::title(what).followed_by(&format!(" of {}", attempts.name(AttemptId::parse(id).ok().as_ref()))),
        _ => Text::title(name),
    }
}

/// Returns the media and companion documents that are not here, and the problems with listings.
pub(super) fn missing(record: &Record, attempts: &Attempts<'_>) -> Vec<MissingRow> {
    let reason = |reason: &Option<CodedReason>| Text::of(&reason_text(reason.as_ref()));
    let media = record.media.iter().filter(|medium| medium.state != State::Archived).map(|medium| MissingRow {
        what: sheet::title(medium),
        of: attempts.of_medium(medium),
        id: Some(Text::of(medium.id.as_str())),
        state: sheet::state(&medium.state),
        meaning: medium.state.known().map_or(NEWER, meaning),
        reason: reason(&medium.reason),
        is_lacking: true,
    });
    let companions = record.companions.iter().filter(|companion| companion.state != CompanionState::Archived);
    let companions = companions.map(|companion| MissingRow {
        what: Text::title(&companion.name),
        of: "companion document".to_owned(),
        id: None,
        state: Text::of(companion.state.as_str_with(|state| if state == CompanionState::Absent { "absent" } else { "failed" })),
        meaning: match companion.state.known() {
            Some(CompanionState::Absent) => "the provider has none",
            Some(_) => meaning(State::Failed),
            None => NEWER,
        },
        reason: reason(&companion.reason),
        is_lacking: companion.state != CompanionState::Absent,
    });
    let problems = record.problems.iter().map(|problem| MissingRow {
        what: Text::of("Listing"),
        of: "the session".to_owned(),
        id: None,
        state: Text::of("incomplete"),
        meaning: "not everything could be listed",
        reason: Text::of(problem),
        is_lacking: true,
    });
    media.chain(companions).chain(problems).collect()
}

/// The meaning of an unknown state.
const NEWER: &str = "a newer version of vmedia wrote this state";

/// Returns the meaning of a media file's state for people.
fn meaning(state: State) -> &'static str {
    match state {
        State::Archived => "its bytes are here",
        State::Withheld => "the provider may not hand it out",
        State::Gone => "the provider no longer has it",
        State::Failed => "it could not be fetched, or not be trusted",
        State::Excluded => "left out by a flag of the download",
        State::Erased => "destroyed by order; the rest of the session stays",
    }
}

/// Returns the files whose bytes are no longer here under their path.
pub(super) fn lost(record: &Record) -> Vec<LostRow> {
    let media = record.media.iter().flat_map(|medium| &medium.files);
    let media = media.filter_map(|file| Some((&file.path, &file.digest, file.lost.as_deref()?)));
    let documents = record.documents.iter().filter_map(|document| Some((&document.path, &document.digest, document.lost.as_deref()?)));
    let row = |(path, digest, why): (&String, &Digest, &str)| LostRow {
        path: Text::of(path),
        sha256: Text::of(&digest.sha256),
        why: Text::of(why),
    };
    media.chain(documents).map(row).collect()
}

/// Returns the changes after the first run, the oldest first.
pub(super) fn changes(record: &Record) -> Vec<ChangeRow> {
    let row = |happened: &HistoryRecord| ChangeRow {
        at: text::moment(happened.at),
        sort: sort(&happened.change),
        what: Text::of(&happened.what),
        path: happened.path.as_deref().filter(|path| !happened.what.contains(path)).map(Text::of),
        moved: happened.moved_to.as_deref().map(|to| (FileLink::to(to), happened.moved.as_ref().map(|moved| Text::of(&moved.sha256)))),
    };
    record.history.iter().map(row).collect()
}

fn sort(change: &Word<Change>) -> Text {
    Text::of(change.as_str_with(|change| match change {
        Change::FileMissing => "File missing",
        Change::FileAltered => "File altered",
        Change::OtherBytes => "Other bytes",
        Change::AttemptGained => "New attempt",
        Change::AttemptUnlisted => "Attempt unlisted",
        Change::AttemptChanged => "Status changed",
        Change::MediaGained => "New media",
        Change::MediaUnlisted => "Media unlisted",
        Change::MediaRelisted => "Media listed again",
        Change::MediaChanged => "Declaration changed",
        Change::DocumentChanged => "Answer changed",
        Change::MediaErased => "Media erased",
    }))
}
