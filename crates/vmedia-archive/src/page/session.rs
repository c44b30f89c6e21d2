//! The session page as a value, made from the session's record alone.
//!
//! No clock, no store, no version but the one in the record: the same record always gives the same page, so that a run without
//! changes writes nothing.

use super::chip::{self, Chip};
use super::facts::{self, Group, NoDecision};
use super::lists::{self, ChangeRow, FileRow, LostRow, MissingRow};
use super::sheet::{self, Attempts, Held, Look, Sheet};
use super::style::Style;
use super::untrusted::Text;
use crate::layout::{MANIFEST, TAG_MANIFEST, session_folder};
use crate::record::Record;
use crate::store::Digest;
use crate::text::{bytes, moment, plural};
use askama::Template;

/// The data of `session.html`.
#[derive(Template)]
#[template(path = "session.html")]
pub(super) struct SessionPage {
    style: Style,
    /// The person's name.
    person: Option<Text>,
    session: Text,
    provider: Text,
    base_url: Text,
    created: String,
    updated: String,
    tool: Text,
    decision: Option<Text>,
    no_decision: Option<NoDecision>,
    groups: Vec<Group>,
    notes: Vec<Note>,
    /// The name for the sheets (attempts or groups), and their number.
    filed: &'static str,
    count: usize,
    sheets: Vec<Sheet>,
    chips: Vec<Chip>,
    /// What the archive lacks.
    missing: Vec<MissingRow>,
    /// Documents that the provider does not have.
    absent: Vec<MissingRow>,
    lost: Vec<LostRow>,
    files: Vec<FileRow>,
    archived: String,
    /// The number of files for which the provider's signature held, as a text.
    signed: String,
    manifest: String,
    documents: Vec<FileRow>,
    changes: Vec<ChangeRow>,
    /// The name of the session's folder, if its files are encrypted.
    encrypted: Option<Text>,
    /// The place where it is read.
    place: ReadAt,
    /// True if an encrypted session was opened for it, so that its sizes and digests are of the content.
    is_opened: bool,
}

/// The place where a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadAt {
    /// The session's folder.
    Folder,
    /// A copy that holds its files.
    Copy,
    /// A server that decrypts the files.
    Server,
}

/// A warning at the top of the page, with a link to the details.
pub(super) struct Note {
    text: String,
    section: &'static str,
}

impl SessionPage {
    /// Returns the page of a record whose manifest has this text.
    pub(super) fn of(record: &Record, manifest: &str) -> Self {
        let (attempts, held) = (Attempts::of(record), sheet::held(record));
        let (lost, changes) = (lists::lost(record), lists::changes(record));
        let (missing, absent) = lists::missing(record, &attempts).into_iter().partition::<Vec<_>, _>(|row| row.is_lacking);
        let (sheets, is_grouped) = (sheet::sheets(record, &attempts, &held), facts::is_grouped(record));
        let total: u64 = held.iter().map(|held| held.file.digest.bytes).sum();
        let disagreeing = held.iter().filter(|held| !held.file.disagreements.is_empty()).count();
        Self {
            style: Style::new(),
            person: facts::person(record),
            session: Text::of(record.session.as_str()),
            provider: Text::title(&record.provider),
            base_url: Text::of(&record.base_url),
            created: moment(record.created),
            updated: moment(record.updated),
            tool: Text::of(&record.tool),
            decision: facts::decision(record),
            no_decision: facts::no_decision(record).filter(|_| record.encryption.is_none()),
            groups: facts::groups(record),
            notes: notes(missing.len(), disagreeing, lost.len(), changes.len()),
            filed: if is_grouped { "Groups" } else { "Attempts" },
            count: if is_grouped { sheets.len() } else { record.attempts.len() },
            sheets,
            chips: chip::chips(&attempts, &held),
            archived: format!("{}, {}", plural(held.len() as u64, "file"), bytes(total)),
            signed: signed(&held, is_grouped),
            files: lists::files(&attempts, &held),
            manifest: Digest::of(manifest.as_bytes()).sha256,
            documents: lists::documents(record, &attempts),
            missing,
            absent,
            lost,
            changes,
            encrypted: record.encryption.is_some().then(|| Text::of(session_folder(&record.session).as_str())),
            place: ReadAt::Folder,
            is_opened: false,
        }
    }

    /// Returns the page as a copy for a reader who has nothing else.
    pub(super) fn copied(self) -> Self {
        Self { style: Style::alone(), place: ReadAt::Copy, ..self }
    }

    /// Returns the page of an opened session for a server that decrypts its files.
    pub(super) fn opened(self) -> Self {
        Self { style: Style::served(), place: ReadAt::Server, is_opened: true, ..self }
    }

    /// Returns whether the page shows checks of the provider.
    fn has_checks(&self) -> bool {
        self.groups.iter().any(|group| group.title == facts::CHECKS)
    }

    /// Returns the manifests that have lines; `sha256sum` refuses an empty one.
    fn manifests(&self, between: &str) -> String {
        let names: &[&str] = if self.files.is_empty() { &[TAG_MANIFEST] } else { &[MANIFEST, TAG_MANIFEST] };
        names.join(between)
    }
}

/// Returns the number of files for which the provider's signature held. Providers with groups have signed no answer so far.
fn signed(held: &[Held<'_>], is_grouped: bool) -> String {
    match held.iter().filter(|held| held.file.is_signed()).count() {
        _ if held.is_empty() => "no files".to_owned(),
        0 if is_grouped => "the provider makes none".to_owned(),
        count => format!("held for {count} of {}", held.len()),
    }
}

/// Returns the warnings, each with its number.
fn notes(missing: usize, disagreeing: usize, lost: usize, changes: usize) -> Vec<Note> {
    let count = |count: usize, one: &str, more: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {more}") };
    let all = [
        (missing, "missing", "thing that was listed or requested is not archived", "things that were listed or requested are not archived"),
        (lost, "lost", "file that was archived earlier is lost", "files that were archived earlier are lost"),
        (disagreeing, "files", "file is not what the listing declared", "files are not what the listing declared"),
        (changes, "changes", "thing changed after the first run", "things changed after the first run"),
    ];
    let noted = all.into_iter().filter(|(number, ..)| *number > 0);
    noted.map(|(number, section, one, more)| Note { text: count(number, one, more), section }).collect()
}
