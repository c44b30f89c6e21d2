//! `vmedia attempts`: the attempts of sessions. Must not look at media.

use super::Context;
use super::headings::minute;
use super::query::{Query, query};
use crate::cli::{AttemptsArguments, TableFormat};
use crate::engine;
use crate::error::Result;
use crate::exit::Exit;
use crate::report::{Column, Table};
use serde_json::{Value, json};

const COLUMNS: [Column; 5] = [
    Column { name: "session", title: "SESSION", is_number: false, rank: 0 },
    Column { name: "number", title: "NO", is_number: true, rank: 2 },
    Column { name: "attempt", title: "ATTEMPT", is_number: false, rank: 0 },
    Column { name: "status", title: "STATUS", is_number: false, rank: 0 },
    Column { name: "created", title: "CREATED", is_number: false, rank: 1 },
];

/// Hint for providers without attempts.
const INSTEAD: &str = "vmedia list <session-id> shows what the session holds";

/// Shows the attempts, newest first; the number counts from the oldest.
pub(super) fn run(arguments: &AttemptsArguments, context: &Context) -> Result<Exit> {
    let width = context.console.answer_width().filter(|_| !arguments.wide && arguments.format == TableFormat::Table);
    let is_narrow = width.is_some();
    let table = Table::new(&COLUMNS, arguments.format).within(width);
    let wanted = Query { sessions: &arguments.sessions, without_attempts: Some(INSTEAD), provider_days: None };
    query(context, &wanted, table, engine::attempts, |table, _, session, listing| {
        let count = listing.attempts.len();
        for (index, attempt) in listing.attempts.iter().enumerate() {
            let as_is = |value: Value| (value, None);
            let created = attempt.created.as_deref().filter(|_| is_narrow).map(minute);
            table.row(&[
                as_is(json!(session)),
                as_is(json!(count - index)),
                as_is(json!(attempt.id)),
                as_is(json!(attempt.status)),
                (json!(attempt.created), created),
            ])?;
        }
        Ok(())
    })
}
