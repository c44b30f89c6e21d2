//! `vmedia erase`: destroys archived sessions by order, and leaves a certificate of each. Needs no network but for a time stamp.
//!
//! Must not decide which sessions are due.

use super::Context;
use super::closing::close_journal;
use super::query::session_id;
use super::services::{archive, journal, sealer};
use crate::archive::retention::HoldCheck;
use crate::archive::{Chain, Class, ClassErasing, Erasing, ErasureFacts, ErasureOutcome, SessionArchive, erase, erase_class};
use crate::cli::{ClassChoice, EraseArguments};
use crate::engine::{Erasure, ErrorText, Event, Tally};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::report::Reporter;
use crate::store::Store;
use std::sync::Arc;

pub(super) fn run(arguments: &EraseArguments, context: &Context) -> Result<Exit> {
    let mut sessions: Vec<SessionId> = Vec::new();
    for (number, text) in (1..).zip(&arguments.sessions) {
        let session = session_id(text, number)?;
        if !sessions.contains(&session) {
            sessions.push(session);
        }
    }
    let resolver = context.resolver()?;
    let store = archive(&resolver, arguments.change.archive.folder.clone(), context)?;
    let sealer = sealer(resolver.seal_settings(&arguments.change.archive.seal)?, &resolver.network(), context)?;
    let journal = journal(&store, context);
    let chain = Chain::read(store.as_ref(), &[], &mut |_| Ok(()))?;
    let order = Erasing {
        store: store.as_ref(),
        chain: &chain,
        journal: &journal,
        authority: &arguments.authority,
        reason: &arguments.change.reason,
        holds: HoldCheck::default(),
        dry_run: arguments.dry_run,
    };
    let mut reporter = context.reporter(arguments.change.archive.format, false)?;
    let class = arguments.class.map(|ClassChoice::Biometric| Class::Biometric);
    let exit = erase_all(&order, &store, class, &sessions, &mut reporter, context);
    Ok(close_journal(&journal, &sealer, &store, exit, &mut reporter, context))
}

/// Erases the sessions, one after the other. An erasure that is under way is finished before the run stops.
fn erase_all(
    order: &Erasing<'_>,
    store: &Arc<dyn Store>,
    class: Option<Class>,
    sessions: &[SessionId],
    reporter: &mut Reporter,
    context: &Context,
) -> Exit {
    let now = || context.clock.now();
    let erased = |session: &SessionId| match class {
        None => erase(order, session, &now),
        Some(class) => erase_class(&ClassErasing { order, store, class }, session, &now),
    };
    let mut exits = Vec::new();
    for session in sessions {
        if let Some(stop) = context.cancel.requested() {
            reporter.interrupted(stop.exit());
            exits.push(stop.exit());
            break;
        }
        match erased(session) {
            Ok(outcome) => {
                exits.push(Exit::Done);
                reporter.event(erasure_event(order.store, session, class, outcome));
            }
            Err(error) => {
                exits.push(Exit::of(&error));
                reporter.event(failed(order.store, session, &error));
                if error.ends_run() {
                    break;
                }
            }
        }
    }
    Exit::merge(exits)
}

fn erasure_event(store: &dyn Store, session: &SessionId, class: Option<Class>, outcome: ErasureOutcome) -> Event {
    let folder = SessionArchive::folder_of(session);
    let (outcome, facts, made) = match outcome {
        ErasureOutcome::Planned(facts) => (Erasure::Planned, facts, None),
        ErasureOutcome::Erased(made) => (Erasure::Erased, made.facts.clone(), Some(made)),
        ErasureOutcome::Nothing(facts) => (Erasure::Nothing, facts, None),
        ErasureOutcome::ErasedBefore(made) => (Erasure::ErasedBefore, made.facts.clone(), Some(made)),
    };
    let erased = made.as_ref().and_then(|made| made.erased);
    let certificate = made.map(|made| store.location(&made.page()));
    let ErasureFacts { files, bytes, authority, .. } = facts;
    Event::SessionErased {
        session: session.clone(),
        outcome,
        class,
        files,
        bytes,
        erased,
        authority,
        certificate,
        folder: store.location(&folder),
    }
}

/// Returns the event of a session of which something failed.
pub(super) fn failed(store: &dyn Store, session: &SessionId, error: &Error) -> Event {
    Event::SessionFinished {
        session: session.clone(),
        exit: Exit::of(error),
        folder: store.location(&SessionArchive::folder_of(session)),
        tally: Tally::default(),
        error: Some(ErrorText::from(error)),
        skipped: false,
        empty: false,
    }
}
