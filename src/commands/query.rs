//! What `list` and `attempts` share: asking about sessions one after the other and printing one table.
//!
//! Must not know the columns.

use super::Context;
use super::event_loop::beside;
use super::services::{DEFAULT_JOBS, must_have_attempts, services};
use crate::cli::EventFormat;
use crate::clock::Stop;
use crate::engine::{Emit, Event, ProviderDays, Services, deletion_warning, session_error};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::http::Failure;
use crate::model::{AttemptId, SessionId, WRAPPED, id_within, is_wrapped_id};
use crate::provider::Listing;
use crate::report::{Reporter, ReporterOptions, Table};
use std::collections::HashSet;
use std::sync::Arc;

/// A session id from the command line, where it is the one of this number, from 1.
pub(super) fn session_id(text: &str, number: u64) -> Result<SessionId> {
    bare(text).and_then(|()| SessionId::parse(text).map_err(|reason| reason.to_string())).map_err(|reason| {
        // What was typed may be a name, and this is logged.
        malformed(&format!("argument {number} is no session id: {reason}"), text)
    })
}

/// An attempt id from the command line.
pub(super) fn attempt_id(text: &str) -> Result<AttemptId> {
    bare(text)
        .and_then(|()| AttemptId::parse(text).map_err(|reason| reason.to_string()))
        .map_err(|reason| malformed(&format!("what --attempt names is no attempt id: {reason}"), text))
}

/// Nothing but the id: asking the provider about its quotes would only give "not found".
fn bare(text: &str) -> std::result::Result<(), String> {
    if is_wrapped_id(text) { Err(WRAPPED.to_owned()) } else { Ok(()) }
}

fn malformed(what: &str, text: &str) -> Error {
    let hint = match id_within(text) {
        Some(id) => format!("did you mean {id}?"),
        None => "an id looks like f04bdb47-d3be-4b28-b028-a652feb060b5".to_owned(),
    };
    Error::usage(what, hint)
}

/// What is looked at, and how it is shown.
pub(super) struct Query<'a> {
    /// The sessions, as they were typed.
    pub(super) sessions: &'a [String],
    /// What to do instead at a provider without attempts, where only one that has them can answer.
    pub(super) without_attempts: Option<&'static str>,
    /// The value of `--provider-days`.
    pub(super) provider_days: Option<u32>,
}

/// Asks about each session and prints the rows; failed sessions are reported and the others continue.
pub(super) fn query(
    context: &Context,
    wanted: &Query<'_>,
    mut table: Table,
    ask: impl Fn(&Services, &Emit, &SessionId) -> std::result::Result<Listing, Failure> + Send + Sync + 'static,
    add: impl Fn(&mut Table, &SessionId, &Listing) -> Result<()>,
) -> Result<Exit> {
    let mut seen = HashSet::new();
    let sessions: Vec<(u64, &String)> = (1..).zip(wanted.sessions).filter(|(_, text)| seen.insert(*text)).collect();
    if let [(number, only)] = sessions[..] {
        session_id(only, number)?;
        table.hide_from_people("session");
    }
    let resolver = context.resolver()?;
    let services = services(resolver.provider_settings()?, &resolver.network(), resolver.output(None).value, DEFAULT_JOBS, context)?;
    if let Some(instead) = wanted.without_attempts {
        must_have_attempts(services.provider.as_ref(), instead)?;
    }
    let days = resolver.provider_days(wanted.provider_days).map(|days| days.value);
    let period = ProviderDays::of(days, services.provider.provider_days());
    let mut reporter = Reporter::new(&context.console, &context.flags, ReporterOptions { format: EventFormat::Text, bars: false })?;
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
        let (ask, services, asked) = (Arc::clone(&ask), services.clone(), session.clone());
        let credentials = services.credentials.clone();
        let outcome = beside(context, &mut reporter, move |emit| ask(&services, emit, &asked))?;
        let exit = match outcome {
            Some(Ok(listing)) => {
                add(&mut table, &session, &listing)?;
                tell(&session, &listing, period, &mut reporter, context)
            }
            Some(Err(failure)) if context.cancel.requested().is_none() => {
                let error = session_error(&session, failure, &credentials);
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

/// Tells of what is listed but cannot be shown, and says whether all of it is.
fn tell(session: &SessionId, listing: &Listing, period: ProviderDays, reporter: &mut Reporter, context: &Context) -> Exit {
    let age = deletion_warning(listing.since, period, context.clock.now());
    for text in listing.notices.iter().cloned().chain(age) {
        reporter.event(&Event::Notice { session: session.clone(), text }, context.clock.as_ref());
    }
    for text in listing.problems.clone() {
        reporter.event(&Event::Problem { session: session.clone(), text }, context.clock.as_ref());
    }
    if listing.problems.is_empty() { Exit::Done } else { Exit::PARTIAL }
}
