//! `vmedia catalog`: a row a session of what archives hold. Needs nobody and no network.
//!
//! Must not check what it lists; `verify` does.

use super::Context;
use super::archives::{Archive, find};
use super::pump::beside;
use super::services::journal;
use super::verify::cores;
use crate::archive::{CatalogRow, Journal, write_catalog_page};
use crate::cli::{CatalogArguments, EventFormat};
use crate::clock::Stop;
use crate::engine::{self, Event};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{Column, Reporter, ReporterOptions, Table};
use crate::store::{Store, StorePath};
use crate::text::{bytes, day, plural};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

const fn column(name: &'static str, title: &'static str, is_number: bool) -> Column {
    Column { name, title, is_number }
}

const COLUMNS: [Column; 18] = [
    column("archive", "ARCHIVE", false),
    column("session", "SESSION", false),
    column("provider", "PROVIDER", false),
    column("attempts", "ATTEMPTS", true),
    column("files", "FILES", true),
    column("bytes", "SIZE", true),
    column("first_archived", "FIRST", false),
    column("last_archived", "LAST", false),
    column("last_verified", "VERIFIED", false),
    column("last_authenticated", "AUTHENTIC", false),
    column("condition", "STATE", false),
    column("decision", "DECISION", false),
    column("archived", "ARCHIVED", true),
    column("withheld", "WITHHELD", true),
    column("gone", "GONE", true),
    column("failed", "FAILED", true),
    column("excluded", "EXCLUDED", true),
    column("folder", "FOLDER", false),
];

/// Lists what the argument names.
pub(super) fn run(arguments: &CatalogArguments, context: &Context) -> Result<Exit> {
    let archives = find(std::slice::from_ref(&arguments.root), context)?;
    let mut reporter = Reporter::new(&context.console, &context.global, ReporterOptions { format: EventFormat::Text, bars: true })?;
    let mut table = Table::new(&COLUMNS);
    for name in ["archived", "withheld", "gone", "failed", "excluded", "folder"] {
        table.hide_from_people(name);
    }
    if archives.len() == 1 {
        table.hide_from_people("archive");
    }
    let mut exit = Exit::Done;
    let mut is_authenticated = false;
    for archive in &archives {
        for text in archive.unread.clone() {
            reporter.event(&Event::Remark { text }, context.clock.as_ref());
        }
        let rows = read(archive, &mut reporter, context)?;
        if let Some(exit) = context.cancel.requested().map(Stop::exit) {
            reporter.finish();
            let what = format!("interrupted: {} of {} were read", rows.len(), plural(archive.sessions.len() as u64, "session"));
            reporter.error(&Error::new(exit, what, "the catalog is not complete and was not printed; run the same command again"));
            return Ok(exit);
        }
        is_authenticated |= rows.iter().any(|row| row.authenticated.is_some());
        for row in &rows {
            if let Some(error) = trouble(row, archive) {
                reporter.error(&error);
                exit = Exit::Damaged;
            }
            table.row(cells(row, archive));
        }
        if arguments.html && archive.is_whole {
            let path = write_page(archive, &rows, context)?;
            reporter.say(&format!("the catalog's page is {}", archive.store.location(&path)));
        }
    }
    reporter.finish();
    if !is_authenticated {
        table.hide_from_people("last_authenticated");
    }
    context.console.answer(table.render(arguments.format)?.as_bytes());
    Ok(exit)
}

fn read(archive: &Archive, reporter: &mut Reporter, context: &Context) -> Result<Vec<CatalogRow>> {
    let store: Arc<dyn Store> = Arc::clone(&archive.store) as Arc<dyn Store>;
    let (sessions, cancel) = (archive.sessions.clone(), context.cancel.clone());
    let rows = beside(context, reporter, move |emit| engine::catalog(&store, &sessions, cores(), &cancel, emit))?;
    rows.unwrap_or_else(|| Ok(Vec::new()))
}

/// Writes the archive's page. An archive without a journal gets none by being listed.
fn write_page(archive: &Archive, rows: &[CatalogRow], context: &Context) -> Result<StorePath> {
    let store: Arc<dyn Store> = Arc::clone(&archive.store) as Arc<dyn Store>;
    let journal = Journal::exists(store.as_ref())?.then(|| journal(&store, context));
    let path = write_catalog_page(store.as_ref(), journal.as_ref(), rows, context.clock.now())?;
    if let Some(journal) = journal {
        journal.close(Exit::Done, context.clock.now())?;
    }
    Ok(path)
}

/// What keeps a row from being whole.
fn trouble(row: &CatalogRow, archive: &Archive) -> Option<Error> {
    let place = archive.root.join(&row.folder);
    let reason = row.unreadable.as_ref()?;
    let what = format!("the record of {} cannot be read: {reason}", place.display());
    Some(Error::new(
        Exit::Damaged,
        what,
        "`vmedia verify` says what is wrong with the session; a record that is lost or damaged, restore from a backup",
    ))
}

fn cells(row: &CatalogRow, archive: &Archive) -> Vec<(Value, Option<String>)> {
    let on = |at: Option<Timestamp>| (json!(at), at.map(day));
    let count = |state| (json!(row.states.get(state).copied().unwrap_or(0)), None);
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
        (json!(condition.as_str()), Some(condition.words())),
        (json!(row.decision), None),
        count("archived"),
        count("withheld"),
        count("gone"),
        count("failed"),
        count("excluded"),
        (json!(row.folder), None),
    ]
}
