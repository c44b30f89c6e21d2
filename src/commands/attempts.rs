//! `vmedia attempts`: the attempts of sessions. Must not look at media.

use super::Context;
use super::query::{Query, query};
use crate::cli::AttemptsArguments;
use crate::engine;
use crate::error::Result;
use crate::exit::Exit;
use crate::report::{Column, Table};
use serde_json::json;

const COLUMNS: [Column; 5] = [
    Column { name: "session", title: "SESSION", is_number: false },
    Column { name: "number", title: "NO", is_number: true },
    Column { name: "attempt", title: "ATTEMPT", is_number: false },
    Column { name: "status", title: "STATUS", is_number: false },
    Column { name: "created", title: "CREATED", is_number: false },
];

/// Hint for providers without attempts.
const INSTEAD: &str = "vmedia list <session-id> shows what the session holds";

/// Shows the attempts, newest first; the number counts from the oldest.
pub(super) fn run(arguments: &AttemptsArguments, context: &Context) -> Result<Exit> {
    let table = Table::new(&COLUMNS, arguments.format);
    let wanted = Query { sessions: &arguments.sessions, without_attempts: Some(INSTEAD), provider_days: None };
    query(context, &wanted, table, engine::attempts, |table, session, listing| {
        let count = listing.attempts.len();
        for (index, attempt) in listing.attempts.iter().enumerate() {
            let cells = [json!(session), json!(count - index), json!(attempt.id), json!(attempt.status), json!(attempt.created)];
            table.row(&cells.map(|value| (value, None)))?;
        }
        Ok(())
    })
}
