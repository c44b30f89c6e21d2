//! `vmedia retention plan`: writes the sessions that are to be erased into a plan, which a second person reads and signs. Needs no network.
//!
//! Must not write into the archive.

use super::schedules;
use crate::archive::retention::day_of;
use crate::archive::{Candidate, Chain, DueSessions, MadePlan, Plan, Scope, due_sessions, make_plan, must_be_outside};
use crate::cli::{EventFormat, PlanArguments};
use crate::commands::Context;
use crate::commands::headings::{is_short, short_id};
use crate::commands::query::session_ids;
use crate::commands::services::archive;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::exit::Exit;
use crate::report::{Cell, Column, Reporter, Table};
use crate::store::{Readers, create, is_in_the_way};
use crate::text::{bytes, plural, sanitize};
use serde_json::json;
use std::path::Path;

const COLUMNS: [Column; 10] = [
    Column::new("session", "SESSION", false, 0),
    Column::new("class", "CLASS", false, 1),
    Column::new("due", "DUE", false, 1),
    Column::new("cutoff", "CUTOFF", false, 4),
    Column::new("event", "EVENT", false, 6),
    Column::new("schedule", "SCHEDULE", false, 3),
    Column::new("authority", "AUTHORITY", false, 2),
    Column::new("files", "FILES", true, 5),
    Column::new("bytes", "SIZE", true, 4),
    Column::new("bag", "BAG", false, 9),
];

pub(in crate::commands) fn run(arguments: &PlanArguments, context: &Context) -> Result<Exit> {
    must_be_outside("-o", &arguments.output)?;
    let resolver = context.resolver()?;
    let store = archive(&resolver, arguments.archive.clone(), context)?;
    let store = store.as_ref();
    let mut reporter = context.reporter(EventFormat::Text, false)?;
    let chain = Chain::read(store, &Scope::All, &[], &mut |_| Ok(()))?;
    let (by, candidates) = match &arguments.authority {
        Some(authority) => (None, ordered(&arguments.sessions, authority)?),
        None => {
            let by = arguments.by.unwrap_or_else(|| day_of(context.clock.now()));
            let DueSessions { candidates, held } = due_sessions(store, &chain, &schedules(&resolver)?, by)?;
            if !held.is_empty() {
                reporter.note(&format!(
                    "{} held, and not in the plan: vmedia retention due lists them",
                    plural(held.len() as u64, "due session")
                ));
            }
            (Some(by), candidates)
        }
    };
    let MadePlan { plan, left_out } = make_plan(store, &chain, by, &candidates)?;
    let mut exits: Vec<Exit> = plan.sessions.iter().map(|_| Exit::Done).collect();
    for (_, error) in &left_out {
        reporter.error(error);
        exits.push(Exit::of(error));
    }
    if plan.sessions.is_empty() {
        reporter.say("there is nothing to erase, so no plan was written");
        return Ok(Exit::merge(exits));
    }
    write(&plan, &arguments.output)?;
    show(&plan, arguments, &mut reporter, context)?;
    Ok(Exit::merge(exits))
}

/// Returns the sessions that an order names.
fn ordered(sessions: &[String], authority: &str) -> Result<Vec<Candidate>> {
    let candidate = |session| Candidate { session, authority: authority.to_owned(), due: None };
    Ok(session_ids(sessions)?.into_iter().map(candidate).collect())
}

/// Writes the file, unless it is there already.
fn write(plan: &Plan, path: &Path) -> Result<()> {
    let text = plan.text()?;
    let cannot = |what: String| Error::new(ErrorKind::Local, what, "name a new file with -o");
    if is_in_the_way(path) {
        return Err(cannot(format!("{} is not a regular file", path.display())));
    }
    let is_same = || crate::input::read(path, text.len() as u64).is_ok_and(|bytes| bytes == text.as_bytes());
    match create(path, text.as_bytes(), Readers::Owner) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && is_same() => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(cannot(format!("{} is another plan or file, which is not replaced", path.display())))
        }
        Err(error) => Err(cannot(format!("cannot write {}: {}", path.display(), plain(&error))).caused_by(error)),
    }
}

fn show(plan: &Plan, arguments: &PlanArguments, reporter: &mut Reporter, context: &Context) -> Result<()> {
    let width = context.console.answer_width().filter(|_| !arguments.rows.wide);
    let is_short = is_short(width, arguments.rows.format);
    let mut table = Table::new(&COLUMNS, arguments.rows.format).within(width);
    let by_order = ["class", "due", "cutoff", "event", "schedule"];
    let hidden = by_order.into_iter().filter(|_| plan.by.is_none()).chain(["bag"]);
    hidden.for_each(|column| table.hide_from_people(column));
    for planned in &plan.sessions {
        let as_is = |value| -> Cell { (value, None) };
        table.row(&[
            (json!(planned.session), is_short.then(|| short_id(planned.session.as_str()))),
            as_is(json!(planned.class)),
            as_is(json!(planned.due)),
            as_is(json!(planned.cutoff)),
            as_is(json!(planned.event)),
            as_is(json!(planned.schedule)),
            as_is(json!(planned.authority)),
            as_is(json!(planned.files)),
            (json!(planned.bytes), Some(bytes(planned.bytes))),
            as_is(json!(planned.bag)),
        ])?;
    }
    table.finish(&mut |text| context.console.answer(text.as_bytes()))?;
    let path = sanitize(&arguments.output.display().to_string()).into_owned();
    let (sessions, files) = (plural(plan.sessions.len() as u64, "session"), plural(plan.files, "file"));
    reporter.say(&format!("{path}: a plan to erase {sessions}: {files}, {}", bytes(plan.bytes)));
    reporter.say(&format!("to approve it: ssh-keygen -Y sign -n {} -f KEY {path}", crate::seal::ssh::DISPOSITION));
    Ok(())
}
