//! The common part of `list` and `attempts`: requests sessions one after the other and prints one table.
//!
//! Must not know the columns.

use super::Context;
use super::event_loop::beside;
use super::services::{must_have_attempts, services};
use crate::cli::EventFormat;
use crate::clock::Stop;
use crate::config::DEFAULT_JOBS;
use crate::engine::{Emit, Event, ProviderDays, Services, deletion_warning, session_error};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::http::Failure;
use crate::model::{AttemptId, SessionId, WRAPPED, id_within, is_wrapped_id};
use crate::provider::Listing;
use crate::report::{Reporter, Table};
use std::collections::HashSet;
use std::fmt::Display;
use std::sync::Arc;

/// Parses a session id from the command line; `number` is its position, from 1.
pub(super) fn session_id(text: &str, number: u64) -> Result<SessionId> {
    // The argument may be a name, and this is logged.
    parse_id(text, SessionId::parse, &format!("argument {number} is no session id"))
}

/// Parses session ids from the command line, and returns each once.
pub(super) fn session_ids(texts: &[String]) -> Result<Vec<SessionId>> {
    let (mut sessions, mut seen) = (Vec::new(), HashSet::new());
    for (number, text) in (1..).zip(texts) {
        let session = session_id(text, number)?;
        if seen.insert(session.clone()) {
            sessions.push(session);
        }
    }
    Ok(sessions)
}

/// Parses an attempt id from the command line.
pub(super) fn attempt_id(text: &str) -> Result<AttemptId> {
    parse_id(text, AttemptId::parse, "what --attempt names is no attempt id")
}

/// Parses an id. One in quotes or brackets is refused: the provider would answer "not found".
fn parse_id<T, E: Display>(text: &str, parse: impl Fn(&str) -> std::result::Result<T, E>, what: &str) -> Result<T> {
    let parsed = if is_wrapped_id(text) { Err(WRAPPED.to_owned()) } else { parse(text).map_err(|reason| reason.to_string()) };
    parsed.map_err(|reason| {
        let hint = match id_within(text) {
            Some(id) => format!("did you mean {id}?"),
            None => "an id looks like f04bdb47-d3be-4b28-b028-a652feb060b5".to_owned(),
        };
        Error::usage(format!("{what}: {reason}"), hint)
    })
}

pub(super) struct Query<'a> {
    /// The sessions, as they were typed.
    pub(super) sessions: &'a [String],
    /// Hint at a provider without attempts, if the query is about attempts.
    pub(super) without_attempts: Option<&'static str>,
    pub(super) provider_days: Option<u32>,
}

/// Returns the services of a query, and the time after which the provider deletes media.
fn prepare(context: &Context, wanted: &Query<'_>) -> Result<(Services, ProviderDays)> {
    let resolver = context.resolver()?;
    let services = services(resolver.provider_settings()?, &resolver.network(), resolver.output(None).value, DEFAULT_JOBS, context)?;
    if let Some(instead) = wanted.without_attempts {
        must_have_attempts(services.provider.as_ref(), instead)?;
    }
    let days = resolver.provider_days(wanted.provider_days).map(|days| days.value);
    let period = ProviderDays::of(days, services.provider.provider_days());
    Ok((services, period))
}

/// Requests each session and prints the rows that `add` makes of a provider's listing; failed sessions are reported and the others
/// continue.
pub(super) fn query(
    context: &Context,
    wanted: &Query<'_>,
    mut table: Table,
    ask: impl Fn(&Services, &Emit, &SessionId) -> std::result::Result<Listing, Failure> + Send + Sync + 'static,
    add: impl Fn(&mut Table, &str, &SessionId, &Listing) -> Result<()>,
) -> Result<Exit> {
    let mut seen = HashSet::new();
    let sessions: Vec<(u64, &String)> = (1..).zip(wanted.sessions).filter(|(_, text)| seen.insert(*text)).collect();
    if let [(number, only)] = sessions[..] {
        session_id(only, number)?;
        table.hide_from_people("session");
    }
    let (services, period) = prepare(context, wanted)?;
    let mut reporter = context.reporter(EventFormat::Text, false)?;
    let mut exits = Vec::new();
    let ask = Arc::new(ask);
    for (number, text) in sessions {
        let session = match session_id(text, number) {
            Ok(session) => session,
            Err(error) => {
                reporter.error(&error);
                exits.push(Exit::of(&error));
                continue;
            }
        };
        // The client is made while the thread for the requests starts, and a signature may wait for random numbers.
        services.wire.warm_up();
        let (ask, asked, its_services) = (Arc::clone(&ask), session.clone(), services.clone());
        let exit = match beside(context, &mut reporter, move |emit| ask(&its_services, emit, &asked))? {
            Some(Ok(listing)) => {
                add(&mut table, services.provider.name(), &session, &listing)?;
                report_notices(&session, &listing, period, &mut reporter, context)
            }
            Some(Err(failure)) if context.cancel.requested().is_none() => {
                let error = session_error(&session, failure, &services.credentials);
                reporter.error(&error);
                Exit::of(&error)
            }
            _ => context.cancel.requested().map_or(Exit::from(ErrorKind::Unexpected), Stop::exit),
        };
        exits.push(exit);
        if exit.ends_run() {
            break;
        }
    }
    if let Some(stop) = context.cancel.requested() {
        reporter.interrupted(stop.exit());
        return Ok(stop.exit());
    }
    if exits.contains(&Exit::Done) || exits.contains(&Exit::PARTIAL) {
        table.finish(&mut |text| context.console.answer(text.as_bytes()))?;
    }
    Ok(Exit::merge(exits))
}

/// Reports the notices and problems of a listing, and returns the exit of its session.
fn report_notices(session: &SessionId, listing: &Listing, period: ProviderDays, reporter: &mut Reporter, context: &Context) -> Exit {
    let age = deletion_warning(listing.since, period, context.clock.now());
    for text in listing.notices.iter().cloned().chain(age) {
        reporter.event(Event::Notice { session: session.clone(), text });
    }
    for text in listing.problems.clone() {
        reporter.event(Event::Problem { session: session.clone(), text });
    }
    if listing.problems.is_empty() { Exit::Done } else { Exit::PARTIAL }
}
