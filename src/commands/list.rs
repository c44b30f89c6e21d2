//! `vmedia list`: lists the media of sessions, without fetching them. Must not touch an archive.

use super::Context;
use super::query::{Query, attempt_id, query};
use super::services::WITHOUT_NARROWING;
use crate::archive::planned_path;
use crate::cli::{ListArguments, ListingArguments};
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

/// Returns the attempts that the flags select.
pub(super) fn scope(arguments: &ListingArguments) -> Result<Scope> {
    match &arguments.attempt {
        Some(text) => Ok(Scope::Attempt(attempt_id(text)?)),
        None if arguments.latest => Ok(Scope::Latest),
        None => Ok(Scope::All),
    }
}

/// Shows the media of every attempt, or of those that the flags name.
pub(super) fn run(arguments: &ListArguments, context: &Context) -> Result<Exit> {
    let scope = scope(&arguments.listing)?;
    let without_attempts = (scope != Scope::All).then_some(WITHOUT_NARROWING);
    let wanted = Query { sessions: &arguments.sessions, without_attempts, provider_days: arguments.listing.provider_days };
    let ask = move |services: &engine::Services, emit: &engine::Emit, session: &SessionId| engine::listing(services, emit, session, &scope);
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
