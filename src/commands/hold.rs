//! `vmedia hold`: keeps sessions from being erased, ends that, and lists them. Needs no network but for a time stamp.
//!
//! Must not decide whether a hold is in force; the journal does.

use super::Context;
use super::closing::close_journal;
use super::erase::failed;
use super::headings::{is_short, short_id};
use super::lists::read_ids;
use super::query::session_id;
use super::services::{archive, journal, sealer};
use crate::archive::retention::{Hold, HoldOrder, Presence, Retained, day_of, hold, release};
use crate::archive::{Certificate, SessionArchive};
use crate::cli::{HoldAddArguments, HoldCommand, HoldListArguments, HoldReleaseArguments, TableFormat};
use crate::config::{Identifiers, Rejected};
use crate::engine::Event;
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::report::{Cell, Column, Reporter, Table};
use crate::store::Store;
use crate::text::day;
use serde_json::json;
use std::collections::HashSet;

const COLUMNS: [Column; 7] = [
    Column::new("case", "CASE", false, 0),
    Column::new("session", "SESSION", false, 0),
    Column::new("since", "SINCE", false, 1),
    Column::new("until", "UNTIL", false, 0),
    Column::new("has_run_out", "RAN OUT", false, 3),
    Column::new("archived", "ARCHIVED", false, 2),
    Column::new("reason", "REASON", false, 1),
];

pub(super) fn run(command: &HoldCommand, context: &Context) -> Result<Exit> {
    match command {
        HoldCommand::Add(arguments) => add(arguments, context),
        HoldCommand::Release(arguments) => end(arguments, context),
        HoldCommand::List(arguments) => list(arguments, context),
    }
}

fn add(arguments: &HoldAddArguments, context: &Context) -> Result<Exit> {
    let identifiers = identifiers(arguments)?;
    let change = &arguments.change;
    let resolver = context.resolver()?;
    let store = archive(&resolver, change.archive.folder.clone(), context)?;
    let sealer = sealer(resolver.seal_settings(&change.archive.seal)?, &resolver.network(), context)?;
    let journal = journal(&store, context);
    let mut reporter = context.reporter(change.archive.format, false)?;
    let mut exits = rejected(&identifiers, &mut reporter);
    let order = HoldOrder { case: &arguments.case, reason: &change.reason, until: arguments.until };
    let (recorded, presences) = hold(store.as_ref(), &journal, &order, &identifiers.sessions, &|| context.clock.now())?;
    let (mut held, mut unknown, mut lost) = (0, 0, 0);
    for (session, presence) in identifiers.sessions.iter().zip(presences) {
        unknown += u64::from(presence == Presence::Unknown);
        match not_kept(store.as_ref(), session, presence) {
            None => {
                held += 1;
                exits.push(Exit::Done);
            }
            Some(error) => {
                lost += 1;
                exits.push(Exit::of(&error));
                reporter.event(failed(store.as_ref(), session, &error));
            }
        }
    }
    let (case, until) = (arguments.case.clone(), arguments.until);
    reporter.event(Event::SessionsHeld { case, until, sessions: held, recorded, unknown, lost });
    Ok(close_journal(&journal, &sealer, &store, Exit::merge(exits), &mut reporter, context))
}

/// Returns the sessions that are named on the command line and in a list, each once.
fn identifiers(arguments: &HoldAddArguments) -> Result<Identifiers> {
    let mut identifiers = Identifiers::default();
    for (number, text) in (1..).zip(&arguments.sessions) {
        identifiers.add(session_id(text, number)?);
    }
    if let Some(from) = &arguments.from {
        read_ids(from, &mut identifiers)?;
    }
    if identifiers.is_empty() {
        return Err(Error::usage("there is no session id in the list", "name the sessions to hold, or a list of them with --from"));
    }
    Ok(identifiers)
}

/// Reports lines without a valid id, and returns an exit for each.
fn rejected(identifiers: &Identifiers, reporter: &mut Reporter) -> Vec<Exit> {
    for rejected in &identifiers.rejected {
        if let Rejected::Line(line, reason) = rejected.clone() {
            reporter.event(Event::RowRejected { line, reason });
        }
    }
    identifiers.rejected.iter().map(|_| Exit::PARTIAL).collect()
}

/// Returns the error of a session that the hold may not have kept.
fn not_kept(store: &dyn Store, session: &SessionId, presence: Presence) -> Option<Error> {
    let certificate = || {
        let certificate = Certificate::of(store, session).ok().flatten();
        certificate.map_or_else(String::new, |certificate| format!("; its certificate is {}", store.location(&certificate.page())))
    };
    match presence {
        Presence::Here | Presence::Unknown => None,
        Presence::Busy(holder) => {
            let what = format!("session {session} is being changed by {holder}: if that is an erasure, it may not have seen the hold");
            Some(Error::new(ErrorKind::Partial, what, "the hold is recorded; run the same command again when that run has ended"))
        }
        Presence::Erased(Some(at)) => {
            let what = format!("session {session} was erased on {}, before this hold{}", day(at), certificate());
            Some(Error::new(ErrorKind::NotFound, what, "the hold is recorded, and counts should the session be archived again"))
        }
        Presence::Erased(None) => {
            let what = format!("the erasure of session {session} was begun before this hold, and files may be gone");
            Some(Error::new(ErrorKind::Partial, what, "the hold is recorded, and keeps what is left; a backup may have the rest"))
        }
    }
}

fn end(arguments: &HoldReleaseArguments, context: &Context) -> Result<Exit> {
    let change = &arguments.change;
    let resolver = context.resolver()?;
    let store = archive(&resolver, change.archive.folder.clone(), context)?;
    let sealer = sealer(resolver.seal_settings(&change.archive.seal)?, &resolver.network(), context)?;
    let journal = journal(&store, context);
    let released = release(store.as_ref(), &journal, &arguments.case, &change.reason, context.clock.now())?;
    let mut reporter = context.reporter(change.archive.format, false)?;
    reporter.event(Event::CaseReleased { case: arguments.case.clone(), sessions: released.sessions, held: released.held });
    Ok(close_journal(&journal, &sealer, &store, Exit::Done, &mut reporter, context))
}

fn list(arguments: &HoldListArguments, context: &Context) -> Result<Exit> {
    let store = archive(&context.resolver()?, arguments.archive.clone(), context)?;
    let retained = Retained::read(store.as_ref())?;
    let here: HashSet<String> = store.folders()?.into_iter().collect();
    let today = day_of(context.clock.now());
    let width = context.console.answer_width().filter(|_| !arguments.rows.wide);
    let mut table = Table::new(&COLUMNS, arguments.rows.format).within(width);
    let mut rows: Vec<(&SessionId, &Hold)> = retained.in_force().collect();
    rows.sort_by(|(one, its), (other, others)| (&its.case, one).cmp(&(&others.case, other)));
    let has_rows = !rows.is_empty();
    if !rows.iter().any(|(_, hold)| hold.until.is_some()) {
        table.hide_from_people("until");
    }
    if !rows.iter().any(|(_, hold)| hold.has_run_out(today)) {
        table.hide_from_people("has_run_out");
    }
    if !has_rows && !context.flags.verbosity.quiet {
        context.console.message(&context.console.note_line("no session is held"));
    }
    let is_short = is_short(width, arguments.rows.format);
    for (session, hold) in rows {
        let is_here = here.contains(SessionArchive::folder_of(session).as_str());
        let shown = is_short.then(|| short_id(session.as_str()));
        table.row(&cells((session, shown), hold, is_here, hold.has_run_out(today)))?;
    }
    if has_rows || arguments.rows.format != TableFormat::Table {
        table.finish(&mut |text| context.console.answer(text.as_bytes()))?;
    }
    Ok(Exit::Done)
}

fn cells((session, shown): (&SessionId, Option<String>), hold: &Hold, is_here: bool, has_run_out: bool) -> Vec<Cell> {
    let word = |is: bool| Some(if is { "yes" } else { "no" }.to_owned());
    vec![
        (json!(hold.case), None),
        (json!(session), shown),
        (json!(hold.at), Some(day(hold.at))),
        (json!(hold.until), None),
        (json!(has_run_out), word(has_run_out)),
        (json!(is_here), word(is_here)),
        (json!(hold.reason), None),
    ]
}
