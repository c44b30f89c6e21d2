//! `vmedia list`: what sessions hold, before anything is fetched. Must not touch an archive.

use super::Context;
use super::query::{Query, attempt_id, query};
use super::services::WITHOUT_NARROWING;
use crate::archive::planned_path;
use crate::cli::ListArguments;
use crate::engine;
use crate::error::Result;
use crate::exit::Exit;
use crate::model::{MediaItem, SessionId, TypeHint};
use crate::provider::Scope;
use crate::report::{Cell, Column, Table};
use crate::text::bytes;
use serde_json::{Value, json};

const COLUMNS: [Column; 9] = [
    Column { name: "session", title: "SESSION", is_number: false },
    Column { name: "attempt", title: "ATTEMPT", is_number: false },
    Column { name: "kind", title: "KIND", is_number: false },
    Column { name: "context", title: "CONTEXT", is_number: false },
    Column { name: "mimetype", title: "TYPE", is_number: false },
    Column { name: "size", title: "SIZE", is_number: true },
    Column { name: "duration", title: "SECONDS", is_number: true },
    Column { name: "media", title: "MEDIA", is_number: false },
    Column { name: "path", title: "FILE NAME", is_number: false },
];

/// The attempts that the flags ask for.
pub(super) fn scope(attempt: Option<&str>, latest: bool) -> Result<Scope> {
    match (attempt, latest) {
        (Some(text), _) => Ok(Scope::Attempt(attempt_id(text)?)),
        (None, true) => Ok(Scope::Latest),
        (None, false) => Ok(Scope::All),
    }
}

/// Shows the media of every attempt, or of those that the flags name.
pub(super) fn run(arguments: &ListArguments, context: &Context) -> Result<Exit> {
    let scope = scope(arguments.attempt.as_deref(), arguments.latest)?;
    let ask = move |services: &engine::Services, emit: &engine::Emit, session: &SessionId| engine::listing(services, emit, session, &scope);
    let wanted = Query {
        sessions: &arguments.sessions,
        without_attempts: (arguments.latest || arguments.attempt.is_some()).then_some(WITHOUT_NARROWING),
        provider_days: arguments.provider_days,
    };
    query(context, &wanted, Table::new(&COLUMNS, arguments.format), ask, |table, session, listing| {
        listing.media.iter().try_for_each(|item| table.row(&row(session, item)))
    })
}

fn row(session: &SessionId, item: &MediaItem) -> Vec<Cell> {
    let path = planned_path(item);
    let as_is = |value: Value| (value, None);
    vec![
        as_is(json!(session)),
        as_is(json!(item.attempt)),
        as_is(json!(item.kind)),
        as_is(json!(item.label())),
        as_is(json!(item.mimetype.as_deref().or(item.type_hint.map(TypeHint::as_str)))),
        (json!(item.size), item.size.map(bytes)),
        (json!(item.duration), item.duration.map(|seconds| seconds.to_string())),
        as_is(json!(item.id)),
        (json!(path), path.rsplit('/').next().map(str::to_owned)),
    ]
}
