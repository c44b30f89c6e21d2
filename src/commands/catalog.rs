//! `vmedia catalog`: lists the sessions of archives, a row each, all or some. Needs no network.
//!
//! Must not check what it lists; `verify` does.

use super::Context;
use super::archives::{Archive, find_or_default};
use super::event_loop::beside;
use super::headings::{is_short, short_id};
use super::matching::{Matching, fold};
use super::renewal::{PORTION, lock_page};
use super::services::{identities, journal, offline_providers};
use crate::archive::retention::{Schedule, due};
use crate::archive::{CatalogRow, CatalogWriter, Condition, Identities, Journal, Shard, State};
use crate::cli::{CatalogArguments, EventFormat, RowsArguments, SortKey, TableFormat};
use crate::clock::Stop;
use crate::engine::{Catalog, Event, StoredRules};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::report::{Cell, Column, Reporter, Table};
use crate::store::{Store, StorePath};
use crate::text::{bytes, day, plural};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use std::cmp::Reverse;
use std::sync::Arc;

const COLUMNS: [Column; 22] = [
    Column::new("archive", "ARCHIVE", false, 0),
    Column::new("session", "SESSION", false, 0),
    Column::new("reference", "REFERENCE", false, 0),
    Column::new("name", "NAME", false, 0),
    Column::new("provider", "PROVIDER", false, 6),
    Column::new("attempts", "ATTEMPTS", true, 7),
    Column::new("files", "FILES", true, 4),
    Column::new("bytes", "SIZE", true, 2),
    Column::new("first_archived", "FIRST", false, 8),
    Column::new("last_archived", "LAST", false, 3),
    Column::new("last_verified", "VERIFIED", false, 5),
    Column::new("last_authenticated", "AUTHENTIC", false, 5),
    Column::new("condition", "STATE", false, 0),
    Column::new("decision", "DECISION", false, 1),
    Column::new("due", "DUE", false, 3),
    Column::new("holds", "HELD FOR", false, 2),
    Column::new("archived", "ARCHIVED", true, 9),
    Column::new("withheld", "WITHHELD", true, 9),
    Column::new("gone", "GONE", true, 9),
    Column::new("failed", "FAILED", true, 9),
    Column::new("excluded", "EXCLUDED", true, 9),
    Column::new("folder", "FOLDER", false, 9),
];

pub(super) fn run(arguments: &CatalogArguments, context: &Context) -> Result<Exit> {
    let archives = find_or_default(arguments.root.as_slice(), context)?;
    let matching = Matching::of(&arguments.selection, context.clock.now());
    let CatalogArguments { sort, html: has_page, shard, ref rows, .. } = *arguments;
    let identities = identities(&arguments.identity.identity, context)?;
    let wanted = List { matching, shard, sort, has_page, identities, rows };
    let (exit, rows) = list(&wanted, &archives, context)?;
    if rows == 0 && !wanted.is_all() && exit == Exit::Done && !context.flags.verbosity.quiet {
        context.console.message(&context.console.note_line("no archived session matches"));
    }
    Ok(exit)
}

/// Returns the schedules of the configuration. Without a configuration that can be read, no session has a due date.
fn schedules(reporter: &mut Reporter, context: &Context) -> Vec<Schedule> {
    context.resolver().and_then(|resolver| resolver.schedules()).unwrap_or_else(|error| {
        reporter.event(Event::Remark { text: format!("no due date is shown: {error}") });
        Vec::new()
    })
}

/// The sessions that are listed, and how.
pub(super) struct List<'a> {
    pub(super) matching: Matching,
    /// The part of the sessions; `None` for all.
    pub(super) shard: Option<Shard>,
    pub(super) sort: Option<SortKey>,
    /// True if each archive gets a page of all its sessions.
    pub(super) has_page: bool,
    /// The private keys that open encrypted sessions.
    pub(super) identities: Option<Arc<Identities>>,
    pub(super) rows: &'a RowsArguments,
}

impl List<'_> {
    fn is_all(&self) -> bool {
        self.matching.is_all() && self.shard.is_none()
    }
}

/// Lists sessions of archives. Returns the exit and the number of rows.
pub(super) fn list(wanted: &List<'_>, archives: &[Archive], context: &Context) -> Result<(Exit, u64)> {
    let width = context.console.answer_width().filter(|_| !wanted.rows.wide);
    let mut table = Table::new(&COLUMNS, wanted.rows.format).within(width);
    for name in ["archived", "withheld", "gone", "failed", "excluded", "folder"] {
        table.hide_from_people(name);
    }
    if archives.len() == 1 {
        table.hide_from_people("archive");
    }
    let mut reporter = context.reporter(EventFormat::Text, true)?;
    let schedules = schedules(&mut reporter, context);
    let is_short = is_short(width, wanted.rows.format);
    let mut output = Output {
        context,
        wanted,
        schedules,
        is_short,
        reporter,
        table,
        exit: Exit::Done,
        rows: 0,
        unopened: 0,
        seen: Seen::default(),
        kept: Vec::new(),
    };
    for archive in archives {
        for text in archive.unread.clone() {
            output.reporter.event(Event::Remark { text });
        }
        if let Some(read) = output.archive(archive)? {
            let kind = context.cancel.requested().map_or(ErrorKind::Unexpected, Stop::kind);
            output.reporter.finish();
            let what = format!("interrupted: {read} of {} were read", plural(archive.of_shard(wanted.shard).len() as u64, "session"));
            output.reporter.error(&Error::new(kind, what, "the list is not complete; run the same command again"));
            return Ok((kind.into(), output.rows));
        }
    }
    output.sorted_rows()?;
    output.note_unopened();
    let Output { mut reporter, mut table, exit, rows, seen, .. } = output;
    reporter.finish();
    for (is_seen, name) in [
        (seen.authenticated, "last_authenticated"),
        (seen.reference, "reference"),
        (seen.name, "name"),
        (seen.due, "due"),
        (seen.holds, "holds"),
    ] {
        if !is_seen {
            table.hide_from_people(name);
        }
    }
    if rows > 0 || wanted.rows.format != TableFormat::Table || wanted.is_all() {
        table.finish(&mut |text| context.console.answer(text.as_bytes()))?;
    }
    Ok((exit, rows))
}

/// Columns that no session may fill.
#[derive(Default)]
struct Seen {
    /// True if the provider's signatures were computed again for any session.
    authenticated: bool,
    reference: bool,
    name: bool,
    due: bool,
    holds: bool,
}

/// A list that is under way.
struct Output<'a> {
    context: &'a Context,
    wanted: &'a List<'a>,
    schedules: Vec<Schedule>,
    /// True if ids are shortened.
    is_short: bool,
    reporter: Reporter,
    table: Table,
    exit: Exit,
    /// Number of sessions listed.
    rows: u64,
    /// Number of encrypted sessions that were read and did not open.
    unopened: u64,
    seen: Seen,
    /// The rows so far, if they are sorted.
    kept: Vec<(Place, Vec<Cell>)>,
}

impl Output<'_> {
    /// Lists the sessions of an archive, and writes its page if it is to have one. Returns the number of sessions read if the run
    /// is asked to stop before the last.
    fn archive(&mut self, archive: &Archive) -> Result<Option<u64>> {
        let sessions = archive.of_shard(self.wanted.shard);
        self.reporter.event(Event::CatalogStarted { sessions: sessions.len() as u64 });
        // A bucket is not changed, and has no page of its own.
        let folder = if self.wanted.has_page && archive.is_whole { Some(archive.stored.folder()?) } else { None };
        let has_page = folder.is_some();
        let lock = folder.map_or(Ok(None), |store| lock_page(store.as_ref(), self.context))?;
        if has_page && lock.is_none() {
            return Ok(Some(0));
        }
        let (store, workers) = (archive.stored.read(), archive.readers());
        let Some(catalog) = beside(self.context, &mut self.reporter, move |_| Catalog::open(store, workers))? else {
            return Ok(Some(0));
        };
        let rules = StoredRules::new(offline_providers(None), false);
        let catalog = Arc::new(catalog?.opened_with(self.wanted.identities.clone(), rules));
        let mut page = folder.map(|store| CatalogWriter::begin(store.as_ref())).transpose()?;
        let mut read = 0;
        let mut erased = if archive.is_whole { catalog.erased(&archive.sessions) } else { Vec::new() };
        if let Some(page) = &mut page {
            page.set_erased(erased.len() as u64);
        }
        for portion in sessions.chunks(PORTION) {
            let (catalog, portion, cancel) = (Arc::clone(&catalog), portion.to_vec(), self.context.cancel.clone());
            let rows = beside(self.context, &mut self.reporter, move |emit| catalog.rows(&portion, &cancel, emit))?;
            read += rows.as_ref().map_or(0, Vec::len) as u64;
            let Some(rows) = rows.filter(|_| self.context.cancel.requested().is_none()) else { return Ok(Some(read)) };
            archive.stored.read().outage().map_or(Ok(()), Err)?;
            self.rows(&rows, archive)?;
            page.as_mut().map_or(Ok(()), |page| page.add(&rows))?;
        }
        self.unopened += catalog.unopened();
        if self.wanted.matching.wants_erased() {
            erased.retain(|row| self.wanted.shard.is_none_or(|shard| shard.has(&row.folder)));
            self.rows(&erased, archive)?;
        }
        if let Some(page) = page {
            let path = self.publish(page, archive)?;
            self.reporter.say(&format!("the catalog's page is {}", archive.stored.read().location(&path)));
        }
        Ok(None)
    }

    fn rows(&mut self, rows: &[CatalogRow], archive: &Archive) -> Result<()> {
        for row in rows {
            if let Some(error) = row_error(row, archive) {
                self.reporter.error(&error);
                self.exit = Exit::from(ErrorKind::Damaged);
            }
            if !self.wanted.matching.takes(row) {
                continue;
            }
            self.rows += 1;
            self.seen.authenticated |= row.authenticated.is_some();
            self.seen.reference |= row.reference.is_some();
            self.seen.name |= !row.names.is_empty();
            self.seen.holds |= !row.holds.is_empty();
            let due = due(&row.cutoffs, &self.schedules).iter().map(|due| due.due).min();
            self.seen.due |= due.is_some();
            let cells = cells(row, due, archive, self.is_short);
            match self.wanted.sort {
                Some(key) => self.kept.push((place(row, key), cells)),
                None => self.table.row(&cells)?,
            }
        }
        self.drain();
        Ok(())
    }

    /// Reports sessions of which only the ids could be read.
    fn note_unopened(&mut self) {
        let what = match (&self.wanted.identities, self.unopened) {
            (_, 0) => return,
            (None, 1) => "1 session is encrypted: --identity FILE also reads its names, reference and decision".to_owned(),
            (None, count) => format!("{count} sessions are encrypted: --identity FILE also reads their names, references and decisions"),
            (Some(_), 1) => "1 session is encrypted and does not open with these identities".to_owned(),
            (Some(_), count) => format!("{count} sessions are encrypted and do not open with these identities"),
        };
        self.reporter.event(Event::Remark { text: what });
    }

    /// Adds the rows that were kept, in order; those that are equal stay in the order of their folders.
    fn sorted_rows(&mut self) -> Result<()> {
        let mut kept = std::mem::take(&mut self.kept);
        kept.sort_by(|(one, _), (other, _)| one.cmp(other));
        kept.iter().try_for_each(|(_, cells)| self.table.row(cells))?;
        self.drain();
        Ok(())
    }

    fn drain(&mut self) {
        let reporter = &self.reporter;
        self.table.drain(&mut |text| reporter.answer(text));
    }

    /// Publishes the archive's page. An archive without a journal gets none by being listed.
    fn publish(&self, page: CatalogWriter<'_>, archive: &Archive) -> Result<StorePath> {
        let store: Arc<dyn Store> = Arc::clone(archive.stored.folder()?) as Arc<dyn Store>;
        let journal = Journal::exists(store.as_ref())?.then(|| journal(&store, self.context));
        let path = page.publish(journal.as_ref(), self.context.clock.now())?;
        if let Some(journal) = journal {
            journal.close(None, self.context.clock.now())?;
        }
        Ok(path)
    }
}

/// The place of a session among others: 1 for those that stand last, a text, a number of which the largest is first.
type Place = (u8, String, Reverse<i128>);

fn place(row: &CatalogRow, key: SortKey) -> Place {
    let text = |text: Option<&String>| (u8::from(text.is_none()), text.map(|text| fold(text)).unwrap_or_default(), Reverse(0));
    let time = |at: Option<Timestamp>| (u8::from(at.is_none()), String::new(), Reverse(at.map_or(0, Timestamp::as_nanosecond)));
    match key {
        SortKey::Name => text(row.names.first()),
        SortKey::Reference => text(row.reference.as_ref()),
        SortKey::State => (u8::from(row.condition() == Condition::Complete), row.condition().as_str().to_owned(), Reverse(0)),
        SortKey::Size => (0, String::new(), Reverse(row.bytes.into())),
        SortKey::First => time(row.first),
        SortKey::Last => time(row.last),
    }
}

/// Returns the error of a row whose record cannot be read.
fn row_error(row: &CatalogRow, archive: &Archive) -> Option<Error> {
    let place = archive.root.join(&row.folder);
    let reason = row.unreadable.as_ref()?;
    let what = format!("the record of {} cannot be read: {reason}", place.display());
    Some(Error::new(
        ErrorKind::Damaged,
        what,
        "`vmedia verify` says what is wrong with the session; a record that is lost or damaged, restore from a backup",
    ))
}

fn cells(row: &CatalogRow, due: Option<Date>, archive: &Archive, is_short: bool) -> Vec<Cell> {
    let on = |at: Option<Timestamp>| (json!(at), at.map(day));
    let count = |state| (json!(row.states.get(&state).copied().unwrap_or(0)), None);
    let condition = row.condition();
    vec![
        (json!(archive.root.display().to_string()), None),
        (json!(row.session), is_short.then(|| short_id(&row.session))),
        (json!(row.reference), None),
        (json!(row.names.first()), None),
        (json!(row.provider), None),
        (json!(row.attempts), None),
        (json!(row.files), None),
        (json!(row.bytes), Some(bytes(row.bytes))),
        on(row.first),
        on(row.last),
        (json!(row.verified), Some(row.verified.map_or_else(|| "never".to_owned(), day))),
        (json!(row.authenticated), Some(row.authenticated.map_or_else(|| "never".to_owned(), day))),
        (json!(condition.as_str()), Some(condition.text())),
        (json!(row.decision), None),
        (json!(due), None),
        (json!(row.holds), None),
        count(State::Archived),
        count(State::Withheld),
        count(State::Gone),
        count(State::Failed),
        count(State::Excluded),
        (json!(row.folder), None),
    ]
}
