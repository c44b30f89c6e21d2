//! `vmedia catalog`: lists the sessions of archives, a row each. Needs no network.
//!
//! Must not check what it lists; `verify` does.

use super::Context;
use super::archives::{Archive, find_or_default};
use super::event_loop::beside;
use super::services::journal;
use super::verify::cores;
use crate::archive::{CatalogRow, CatalogWriter, Journal, State};
use crate::cli::{CatalogArguments, EventFormat};
use crate::clock::Stop;
use crate::engine::{Catalog, Event};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::report::{Cell, Column, Reporter, Table};
use crate::store::{ReadStore, Store, StorePath};
use crate::text::{bytes, day, plural};
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;

const COLUMNS: [Column; 18] = [
    Column::new("archive", "ARCHIVE", false, 0),
    Column::new("session", "SESSION", false, 0),
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
    Column::new("archived", "ARCHIVED", true, 9),
    Column::new("withheld", "WITHHELD", true, 9),
    Column::new("gone", "GONE", true, 9),
    Column::new("failed", "FAILED", true, 9),
    Column::new("excluded", "EXCLUDED", true, 9),
    Column::new("folder", "FOLDER", false, 9),
];

/// Number of sessions whose rows are in memory at once.
const PORTION: usize = 1024;

pub(super) fn run(arguments: &CatalogArguments, context: &Context) -> Result<Exit> {
    let archives = find_or_default(arguments.root.as_slice(), context)?;
    let reporter = context.reporter(EventFormat::Text, true)?;
    let mut table = Table::new(&COLUMNS, arguments.format).within(context.console.answer_width().filter(|_| !arguments.wide));
    for name in ["archived", "withheld", "gone", "failed", "excluded", "folder"] {
        table.hide_from_people(name);
    }
    if archives.len() == 1 {
        table.hide_from_people("archive");
    }
    let mut output = Output { context, reporter, table, exit: Exit::Done, is_authenticated: false };
    for archive in &archives {
        for text in archive.unread.clone() {
            output.reporter.event(Event::Remark { text });
        }
        let page = arguments.html && archive.is_whole;
        if let Some(read) = output.archive(archive, page)? {
            let kind = context.cancel.requested().map_or(ErrorKind::Unexpected, Stop::kind);
            output.reporter.finish();
            let what = format!("interrupted: {read} of {} were read", plural(archive.sessions.len() as u64, "session"));
            output.reporter.error(&Error::new(kind, what, "the catalog is not complete; run the same command again"));
            return Ok(kind.into());
        }
    }
    let Output { mut reporter, mut table, exit, is_authenticated, .. } = output;
    reporter.finish();
    if !is_authenticated {
        table.hide_from_people("last_authenticated");
    }
    table.finish(&mut |text| context.console.answer(text.as_bytes()))?;
    Ok(exit)
}

/// A list that is under way.
struct Output<'a> {
    context: &'a Context,
    reporter: Reporter,
    table: Table,
    exit: Exit,
    /// True if the provider's signatures were computed again for any session.
    is_authenticated: bool,
}

impl Output<'_> {
    /// Lists the sessions of an archive, and writes its page if it is to have one. Returns the number of sessions read if the run
    /// is asked to stop before the last.
    fn archive(&mut self, archive: &Archive, has_page: bool) -> Result<Option<u64>> {
        let sessions = archive.sessions.len() as u64;
        self.reporter.event(Event::CatalogStarted { sessions });
        let store: Arc<dyn Store> = Arc::clone(&archive.store) as Arc<dyn Store>;
        let Some(catalog) = beside(self.context, &mut self.reporter, move |_| Catalog::open(store, cores()))? else {
            return Ok(Some(0));
        };
        let catalog = Arc::new(catalog?);
        let mut page = if has_page { Some(CatalogWriter::begin(archive.store.as_ref())?) } else { None };
        let mut read = 0;
        for portion in archive.sessions.chunks(PORTION) {
            let (catalog, portion, cancel) = (Arc::clone(&catalog), portion.to_vec(), self.context.cancel.clone());
            let rows = beside(self.context, &mut self.reporter, move |emit| catalog.rows(&portion, &cancel, emit))?;
            read += rows.as_ref().map_or(0, Vec::len) as u64;
            let Some(rows) = rows.filter(|_| self.context.cancel.requested().is_none()) else { return Ok(Some(read)) };
            self.rows(&rows, archive)?;
            page.as_mut().map_or(Ok(()), |page| page.add(&rows))?;
        }
        if let Some(page) = page {
            let path = self.publish(page, archive)?;
            self.reporter.say(&format!("the catalog's page is {}", archive.store.location(&path)));
        }
        Ok(None)
    }

    fn rows(&mut self, rows: &[CatalogRow], archive: &Archive) -> Result<()> {
        for row in rows {
            if let Some(error) = row_error(row, archive) {
                self.reporter.error(&error);
                self.exit = Exit::from(ErrorKind::Damaged);
            }
            self.is_authenticated |= row.authenticated.is_some();
            self.table.row(&cells(row, archive))?;
        }
        let reporter = &self.reporter;
        self.table.drain(&mut |text| reporter.answer(text));
        Ok(())
    }

    /// Publishes the archive's page. An archive without a journal gets none by being listed.
    fn publish(&self, page: CatalogWriter<'_>, archive: &Archive) -> Result<StorePath> {
        let store: Arc<dyn Store> = Arc::clone(&archive.store) as Arc<dyn Store>;
        let journal = Journal::exists(store.as_ref())?.then(|| journal(&store, self.context));
        let path = page.publish(journal.as_ref(), self.context.clock.now())?;
        if let Some(journal) = journal {
            journal.close(None, self.context.clock.now())?;
        }
        Ok(path)
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

fn cells(row: &CatalogRow, archive: &Archive) -> Vec<Cell> {
    let on = |at: Option<Timestamp>| (json!(at), at.map(day));
    let count = |state| (json!(row.states.get(&state).copied().unwrap_or(0)), None);
    let condition = row.condition();
    vec![
        (json!(archive.root.display().to_string()), None),
        (json!(row.session), None),
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
        count(State::Archived),
        count(State::Withheld),
        count(State::Gone),
        count(State::Failed),
        count(State::Excluded),
        (json!(row.folder), None),
    ]
}
