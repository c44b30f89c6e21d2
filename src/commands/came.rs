//! What the archive holds of a session, for the person who watched its download: each file, whether it is signed, and the page.
//!
//! Reads the record and nothing else. Must not check anything.

use super::headings::{group_heading, short_id};
use crate::archive::{CompanionState, ENCRYPTED, FileRecord, MediaRecord, PAGE, RECORD, Record, SessionArchive, State};
use crate::cli::TableFormat;
use crate::model::SessionId;
use crate::report::{Cell, Column, Console, Table};
use crate::store::{ReadStore, StorePath};
use crate::text::{bytes, sanitize};
use serde_json::json;
use std::path::Path;

/// The largest record that is read, in bytes; a session of a thousand files has less.
const LARGEST: u64 = 16 * 1024 * 1024;

const COLUMNS: [Column; 7] = [
    Column::new("kind", "KIND", false, 0),
    Column::new("context", "CONTEXT", false, 0),
    Column::new("extension", "TYPE", false, 2),
    Column::new("size", "SIZE", true, 0),
    Column::new("media", "MEDIA", false, 1),
    Column::new("duration", "SECONDS", true, 3),
    Column::new("state", "STATE", false, 0),
];

/// How much a list says of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// What a download brought.
    Few,
    /// Also types, durations and the beginnings of ids.
    Short,
    /// Also whole ids.
    All,
}

/// Returns the lines about a session; none if it has no record that can be read.
pub(super) fn lines(store: &dyn ReadStore, session: &SessionId, console: &Console) -> Option<String> {
    let folder = SessionArchive::folder_of(session);
    let record = store.read(&folder.join(RECORD), LARGEST).ok().flatten()?;
    let record: Record = serde_json::from_slice(&record).ok()?;
    let mut text = files(&record, Detail::Few, console.width())?;
    text.push_str(&page(store, &folder, console));
    Some(text)
}

/// Returns the files of a session below a heading for each attempt or group, for a terminal of this width.
pub(super) fn files(record: &Record, detail: Detail, width: Option<u16>) -> Option<String> {
    let mut table = Table::new(&COLUMNS, TableFormat::Table).within(width);
    if detail == Detail::Few {
        ["extension", "media", "duration"].into_iter().for_each(|name| table.hide_from_people(name));
    }
    let is_signed = record.media.iter().flat_map(|media| media.present()).any(FileRecord::is_signed);
    let mut last = None;
    for media in &record.media {
        let group = (&media.attempt, &media.group);
        if last.replace(group) != Some(group) {
            table.heading(&heading(record, media));
        }
        table.row(&row(media, is_signed, detail)).ok()?;
    }
    let companions: Vec<_> = record.companions.iter().filter(|companion| companion.state == CompanionState::Archived).collect();
    if !companions.is_empty() {
        table.heading("Documents");
    }
    for companion in companions {
        let document = record.documents.iter().rfind(|document| document.name == companion.name && document.lost.is_none());
        let size = document.map(|document| bytes(document.digest.bytes));
        let extension = document.and_then(|document| extension(&document.path));
        let state = document.filter(|_| is_signed).map(|document| signed(document.is_signed()));
        let texts = [Some("document".to_owned()), Some(companion.name.clone()), extension, size, None, None, state.map(str::to_owned)];
        table.row(&texts.map(|text| cell(text.unwrap_or_default()))).ok()?;
    }
    table.text().ok()
}

/// Returns the heading of an attempt, or of a group at a provider that has no attempts.
fn heading(record: &Record, media: &MediaRecord) -> String {
    let attempts = record.attempts.iter().map(|attempt| (&attempt.id, attempt.status.as_deref(), attempt.created.as_deref()));
    group_heading(attempts, media.attempt.as_ref(), media.group.as_ref()).unwrap_or_else(|| "Files".to_owned())
}

fn row(media: &MediaRecord, is_signed: bool, detail: Detail) -> [Cell; 7] {
    let file = media.present().last().filter(|_| media.state == State::Archived);
    let state = match file {
        Some(file) if is_signed => cell(signed(file.is_signed())),
        Some(_) => cell(""),
        None => (json!(media.state), None),
    };
    let size = file.map(|file| bytes(file.digest.bytes)).unwrap_or_default();
    let duration = media.duration.map(|seconds| format!("{seconds} s")).unwrap_or_default();
    let extension = file.and_then(|file| extension(&file.path)).unwrap_or_default();
    let context = cell(media.context.as_deref().unwrap_or_default());
    let id = if detail == Detail::All { media.id.to_string() } else { short_id(media.id.as_str()) };
    [(json!(media.kind), None), context, cell(extension), cell(size), cell(id), cell(duration), state]
}

fn extension(path: &str) -> Option<String> {
    let path = path.strip_suffix(ENCRYPTED).unwrap_or(path);
    Some(Path::new(path).extension()?.to_str()?.to_owned())
}

fn cell(text: impl Into<String>) -> Cell {
    (json!(text.into()), None)
}

fn signed(is_signed: bool) -> &'static str {
    if is_signed { "signed" } else { "not signed" }
}

/// Returns the line of the session's page, whose path is a link where the terminal takes one.
fn page(store: &dyn ReadStore, folder: &StorePath, console: &Console) -> String {
    let path = folder.join(PAGE);
    match store.length(&path) {
        Ok(Some(_)) => format!("page: {}", console.link(Path::new(&store.location(&path)))),
        _ => format!("folder: {}", sanitize(&store.location(folder))),
    }
}
