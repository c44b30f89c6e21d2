//! `vmedia list`: lists the media of sessions, without fetching them. Must not touch an archive.

use super::Context;
use super::headings::{group_heading, short_id};
use super::query::{Query, attempt_id, query};
use super::services::WITHOUT_NARROWING;
use crate::archive::planned_path;
use crate::cli::{KindChoice, ListArguments, ListingArguments, TableFormat};
use crate::engine::{self, Selection};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::model::{Kind, MediaItem, SessionId, TypeHint};
use crate::provider::{Listing, Scope};
use crate::report::{Cell, Column, Table};
use crate::text::{bytes, plural, sanitize};
use glob::Pattern;
use serde_json::{Value, json};

const COLUMNS: [Column; 9] = [
    Column::new("session", "SESSION", false, 0),
    Column::new("attempt", "ATTEMPT", false, 0),
    Column::new("kind", "KIND", false, 0),
    Column::new("context", "CONTEXT", false, 0),
    Column::new("mimetype", "TYPE", false, 0),
    Column::new("size", "SIZE", true, 0),
    Column::new("duration", "SECONDS", true, 0),
    Column::new("media", "MEDIA", false, 0),
    Column::new("path", "FILE NAME", false, 0),
];

/// The columns on a terminal, below a heading for each session and each attempt.
const GROUPED: [Column; 6] = [
    Column::new("kind", "KIND", false, 0),
    Column::new("context", "CONTEXT", false, 0),
    Column::new("extension", "TYPE", false, 1),
    Column::new("size", "SIZE", true, 0),
    Column::new("media", "MEDIA", false, 2),
    Column::new("duration", "SECONDS", true, 3),
];

/// Returns the attempts that the flags select.
pub(super) fn scope(arguments: &ListingArguments) -> Result<Scope> {
    match &arguments.attempt {
        Some(text) => Ok(Scope::Attempt(attempt_id(text)?)),
        None if arguments.latest => Ok(Scope::Latest),
        None => Ok(Scope::All),
    }
}

/// Returns the media that these flags select.
pub(super) fn selection(only: &[KindChoice], context: &[String]) -> Result<Selection> {
    let kind = |choice: &KindChoice| match choice {
        KindChoice::Image => Kind::Image,
        KindChoice::Video => Kind::Video,
        KindChoice::Nfc => Kind::Nfc,
        KindChoice::Other => Kind::Other,
    };
    Ok(Selection { kinds: only.iter().map(kind).collect(), contexts: contexts(context)?, only_damaged: false })
}

fn contexts(patterns: &[String]) -> Result<Vec<Pattern>> {
    let wrong = |reason: &str| Error::usage(format!("--context takes a pattern: {reason}"), "for example --context 'document-*'");
    let parse = |pattern: &String| {
        // Braces would stand for themselves, and match nothing.
        if pattern.contains(['{', '}']) {
            return Err(wrong("it knows *, ? and [...], and may be given several times, but no braces"));
        }
        Pattern::new(pattern).map_err(|error| wrong(&error.to_string()))
    };
    patterns.iter().map(parse).collect()
}

/// Shows the media of every attempt, or of those that the flags name.
pub(super) fn run(arguments: &ListArguments, context: &Context) -> Result<Exit> {
    let scope = scope(&arguments.listing)?;
    let selection = selection(&arguments.listing.only, &arguments.listing.context)?;
    let without_attempts = (scope != Scope::All).then_some(WITHOUT_NARROWING);
    let wanted = Query { sessions: &arguments.sessions, without_attempts, provider_days: arguments.listing.provider_days };
    let ask = move |services: &engine::Services, emit: &engine::Emit, session: &SessionId| {
        engine::listing(services, emit, session, &scope).map(|mut listing| {
            listing.media.retain(|item| selection.excludes(item).is_none());
            listing
        })
    };
    let width = context.console.answer_width().filter(|_| !arguments.wide && arguments.format == TableFormat::Table);
    let columns = if width.is_some() { &GROUPED[..] } else { &COLUMNS[..] };
    let table = Table::new(columns, arguments.format).within(width);
    query(context, &wanted, table, ask, |table, provider, session, listing| match width {
        Some(_) => add_groups(table, provider, session, listing),
        None => listing.media.iter().try_for_each(|item| table.row(&row(session, item))),
    })
}

/// Adds the media of a session below headings.
fn add_groups(table: &mut Table, provider: &str, session: &SessionId, listing: &Listing) -> Result<()> {
    let (attempts, files) = (listing.attempts.len() as u64, listing.media.len() as u64);
    let sizes: Vec<u64> = listing.media.iter().filter_map(|item| item.size).collect();
    let attempts = (attempts > 0).then(|| plural(attempts, "attempt"));
    let size = (!sizes.is_empty()).then(|| bytes(sizes.iter().copied().fold(0, u64::saturating_add)));
    let facts: Vec<String> = [attempts, Some(plural(files, "file")), size].into_iter().flatten().collect();
    if !table.is_empty() {
        table.heading("");
    }
    table.heading(&sanitize(&format!("{session}  {provider}  {}", facts.join(", "))));
    let mut last = None;
    for item in &listing.media {
        let group = (&item.attempt, &item.group);
        let before = last.replace(group);
        if before.is_none() {
            table.heading("");
        }
        if before != Some(group) {
            table.heading(&heading(listing, item));
        }
        table.row(&short_row(item))?;
    }
    Ok(())
}

fn heading(listing: &Listing, item: &MediaItem) -> String {
    let attempts = listing.attempts.iter().map(|attempt| (&attempt.id, attempt.status.as_deref(), attempt.created.as_deref()));
    let unlisted = || item.attempt.as_ref().map_or_else(String::new, |id| sanitize(&format!("Attempt {id}")).into_owned());
    group_heading(attempts, item.attempt.as_ref(), item.group.as_ref()).unwrap_or_else(unlisted)
}

fn short_row(item: &MediaItem) -> Vec<Cell> {
    let path = planned_path(item);
    let cell = |text: Option<String>| (json!(text), None);
    vec![
        (json!(item.kind), None),
        cell(item.context.clone()),
        cell(path.rsplit_once('.').map(|(_, extension)| extension.to_owned())),
        cell(item.size.map(bytes)),
        cell(Some(short_id(item.id.as_str()))),
        cell(item.duration.map(|seconds| format!("{seconds} s"))),
    ]
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
