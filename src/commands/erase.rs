//! `vmedia erase`: destroys archived sessions by order, and leaves a certificate of each. Needs no network but for a time stamp.
//!
//! Must not decide which sessions are due.

mod approved;

use super::Context;
use super::closing::close_journal;
use super::query::session_ids;
use super::services::{archive, journal, sealer};
use crate::archive::retention::HoldCheck;
use crate::archive::{ApprovedPlan, Chain, Class, ClassErasing, Erasing, ErasureFacts, ErasureOutcome, SessionArchive, erase, erase_class};
use crate::cli::{ClassChoice, EraseArguments};
use crate::config::Sourced;
use crate::engine::{Erasure, ErrorText, Event, Tally};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::report::Reporter;
use crate::store::Store;
use crate::text::plural;
use std::sync::Arc;

pub(super) fn run(arguments: &EraseArguments, context: &Context) -> Result<Exit> {
    let sessions = session_ids(&arguments.sessions)?;
    let resolver = context.resolver()?;
    let store = archive(&resolver, arguments.change.archive.folder.clone(), context)?;
    let sealer = sealer(resolver.seal_settings(&arguments.change.archive.seal)?, &resolver.network(), context)?;
    let mut reporter = context.reporter(arguments.change.archive.format, false)?;
    let needed = resolver.approvals(arguments.need);
    if let (None, Some(needed)) = (&arguments.plan, &needed) {
        return Err(unplanned(needed));
    }
    let needed = needed.map(|needed| needed.value);
    let plan = arguments.plan.as_ref().map(|path| approved::read(path, arguments, needed, &sealer, &mut reporter, context)).transpose()?;
    let heads: Vec<String> = plan.iter().flat_map(ApprovedPlan::heads).map(str::to_owned).collect();
    let chain = Chain::read(store.as_ref(), &heads, &mut |_| Ok(()))?;
    if let Some(plan) = &plan {
        plan.must_fit(&chain, &store.root())?;
    }
    let journal = journal(&store, context);
    let order = Erasing {
        store: store.as_ref(),
        chain: &chain,
        journal: &journal,
        authority: arguments.authority.as_deref().unwrap_or_default(),
        reason: &arguments.change.reason,
        holds: HoldCheck::default(),
        plan: plan.as_ref(),
        dry_run: arguments.dry_run,
    };
    let class = arguments.class.map(|ClassChoice::Biometric| Class::Biometric);
    let named = sessions.into_iter().map(|session| (session, class));
    let parts: Vec<(SessionId, Option<Class>)> = named.chain(plan.iter().flat_map(ApprovedPlan::parts)).collect();
    let exit = erase_all(&order, &store, &parts, &mut reporter, context);
    // Of a plan, what is left out is a part, be it all of it.
    let is_left_out = plan.is_some() && exit != Exit::Done && !exit.ends_run();
    let exit = if is_left_out { Exit::PARTIAL } else { exit };
    Ok(close_journal(&journal, &sealer, &store, exit, &mut reporter, context))
}

fn unplanned(needed: &Sourced<u32>) -> Error {
    let what = format!("an erasure needs {} of a plan, by the {}", plural(u64::from(needed.value), "approval"), needed.source);
    Error::usage(what, "make one with `vmedia retention plan`, have it signed, and erase with --plan")
}

/// Erases the sessions, one after the other. An erasure that is under way is finished before the run stops.
fn erase_all(
    order: &Erasing<'_>,
    store: &Arc<dyn Store>,
    parts: &[(SessionId, Option<Class>)],
    reporter: &mut Reporter,
    context: &Context,
) -> Exit {
    let now = || context.clock.now();
    let erased = |session: &SessionId, class: Option<Class>| match class {
        None => erase(order, session, &now),
        Some(class) => erase_class(&ClassErasing { order, store, class }, session, &now),
    };
    let mut exits = Vec::new();
    for (session, class) in parts {
        if let Some(stop) = context.cancel.requested() {
            reporter.interrupted(stop.exit());
            exits.push(stop.exit());
            break;
        }
        match erased(session, *class) {
            Ok(outcome) => {
                exits.push(Exit::Done);
                reporter.event(erasure_event(order.store, session, *class, outcome));
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
