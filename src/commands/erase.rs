//! `vmedia erase`: destroys archived sessions by order, and leaves a certificate of each. Needs no network but for a time stamp and with
//! `--at-provider`.
//!
//! Must not decide which sessions are due.

mod approved;

use super::Context;
use super::at_provider::{Deleting, of_certificate};
use super::at_store::{self, Removing};
use super::closing::close_journal;
use super::query::session_ids;
use super::services::{archive, journal, sealer};
use crate::archive::retention::HoldCheck;
use crate::archive::{
    ApprovedPlan, Certificate, Chain, Class, ClassErasing, Erasing, ErasureFacts, ErasureOutcome, Scope, SessionArchive, erase, erase_class,
};
use crate::cli::{ClassChoice, EraseArguments};
use crate::config::Sourced;
use crate::engine::{AtProvider, AtStore, Erasure, ErrorText, Event, Tally};
use crate::error::{Error, Result, quote};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::report::Reporter;
use crate::store::{Store, StorePath};
use crate::text::plural;
use std::sync::Arc;

pub(super) fn run(arguments: &EraseArguments, context: &Context) -> Result<Exit> {
    let sessions = session_ids(&arguments.sessions)?;
    let resolver = context.resolver()?;
    let store = archive(&resolver, arguments.change.archive.folder.clone(), context)?;
    let sealer = sealer(resolver.seal_settings(&arguments.change.archive.seal)?, &resolver.network(), context)?;
    let deleting = Deleting::of(arguments, &resolver, context)?;
    let removing = arguments.at_store.then(|| Removing::new(&resolver, context));
    let mut reporter = context.reporter(arguments.change.archive.format, false)?;
    let needed = resolver.approvals(arguments.need);
    if let (None, Some(needed)) = (&arguments.plan, &needed) {
        return Err(unplanned(needed));
    }
    let needed = needed.map(|needed| needed.value);
    let plan = arguments.plan.as_ref().map(|path| approved::read(path, arguments, needed, &sealer, &mut reporter, context)).transpose()?;
    let class = arguments.class.map(|ClassChoice::Biometric| Class::Biometric);
    let named = sessions.into_iter().map(|session| (session, class));
    let parts: Vec<(SessionId, Option<Class>)> = named.chain(plan.iter().flat_map(ApprovedPlan::parts)).collect();
    let folders: Vec<StorePath> = parts.iter().map(|(session, _)| SessionArchive::folder_of(session)).collect();
    let scope = Scope::folders(folders.iter().map(StorePath::as_str));
    let heads: Vec<String> = plan.iter().flat_map(ApprovedPlan::heads).map(str::to_owned).collect();
    let chain = Chain::read(store.as_ref(), &scope, &heads, &mut |_| Ok(()))?;
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
    let exit = Eraser { order: &order, store: &store, deleting, removing: removing.as_ref(), context }.erase_all(&parts, &mut reporter);
    // Of a plan, what is left out is a part, be it all of it.
    let is_left_out = plan.is_some() && exit != Exit::Done && !exit.ends_run();
    let exit = if is_left_out { Exit::PARTIAL } else { exit };
    let exit = close_journal(&journal, &sealer, &store, exit, &mut reporter, context);
    removing.iter().for_each(|removing| removing.close(store.as_ref(), &mut reporter));
    Ok(exit)
}

fn unplanned(needed: &Sourced<u32>) -> Error {
    let what = format!("an erasure needs {} of a plan, by the {}", plural(u64::from(needed.value), "approval"), needed.source);
    Error::usage(what, "make one with `vmedia retention plan`, have it signed, and erase with --plan")
}

/// The order with all that its sessions share.
struct Eraser<'a> {
    order: &'a Erasing<'a>,
    store: &'a Arc<dyn Store>,
    /// The provider at which they are deleted, too.
    deleting: Option<Deleting>,
    /// The buckets from which they are removed, too.
    removing: Option<&'a Removing<'a>>,
    context: &'a Context,
}

impl Eraser<'_> {
    /// Erases the sessions, one after the other. An erasure that is under way is finished before the run stops.
    fn erase_all(&self, parts: &[(SessionId, Option<Class>)], reporter: &mut Reporter) -> Exit {
        let mut exits = Vec::new();
        for (session, class) in parts {
            if let Some(stop) = self.context.cancel.requested() {
                reporter.interrupted(stop.exit());
                exits.push(stop.exit());
                break;
            }
            let errors = match self.erase(session, *class) {
                Ok(outcome) => self.delete(session, *class, outcome, reporter),
                Err(error) => vec![error],
            };
            exits.extend(errors.is_empty().then_some(Exit::Done));
            exits.extend(errors.iter().map(Exit::of));
            errors.iter().for_each(|error| reporter.event(failed(self.order.store, session, error)));
            if errors.iter().any(Error::ends_run) {
                break;
            }
        }
        Exit::merge(exits)
    }

    fn erase(&self, session: &SessionId, class: Option<Class>) -> Result<ErasureOutcome> {
        let (order, now) = (self.order, || self.context.clock.now());
        match class {
            None => erase(order, session, &now),
            Some(class) => erase_class(&ClassErasing { order, store: self.store, class }, session, &now),
        }
    }

    /// Deletes an erased session in buckets and at the provider, as far as that was ordered, and reports all of it. Returns the errors.
    fn delete(&self, session: &SessionId, class: Option<Class>, outcome: ErasureOutcome, reporter: &mut Reporter) -> Vec<Error> {
        // Versions in buckets are of whole sessions, too.
        let removed = self.removing.filter(|_| class.is_none()).map(|removing| match &outcome {
            ErasureOutcome::Planned(_) | ErasureOutcome::Nothing(_) => at_store::planned(self.order, session),
            _ => removing.remove(self.order, session),
        });
        let (at_store, left) = removed.map_or((None, None), |(at_store, left)| (Some(at_store), left));
        // A provider deletes whole sessions.
        let deleted = match (self.deleting.as_ref().filter(|_| class.is_none()), &outcome) {
            (None, _) => None,
            (Some(_), ErasureOutcome::Planned(_) | ErasureOutcome::Nothing(_)) => Some(Ok(AtProvider::Planned)),
            (Some(deleting), _) => deleting.delete(self.order, session, self.context).map(|made| of_certificate(&made)).transpose(),
        };
        let (at_provider, error) = match deleted {
            None => (None, None),
            Some(Ok(at_provider)) => (Some(at_provider), None),
            Some(Err(error)) => (None, Some(error)),
        };
        let unasked = if at_store.is_none() { left_in_buckets(session, &outcome) } else { None };
        reporter.event(erasure_event(self.order.store, session, class, outcome, (at_provider, at_store)));
        unasked.into_iter().for_each(|text| reporter.event(Event::Remark { text }));
        [left, error].into_iter().flatten().collect()
    }
}

/// Returns what is left of a session in buckets, for people.
fn left_in_buckets(session: &SessionId, outcome: &ErasureOutcome) -> Option<String> {
    let ErasureOutcome::Erased(made) = outcome else { return None };
    let first = made.buckets.first()?;
    let more = if made.buckets.len() > 1 { format!(" and {} more", made.buckets.len() - 1) } else { String::new() };
    Some(format!("session {session} is still in a bucket: {}{more}; `vmedia erase --at-store` removes it there", quote(first)))
}

fn erasure_event(
    store: &dyn Store,
    session: &SessionId,
    class: Option<Class>,
    outcome: ErasureOutcome,
    (at_provider, at_store): (Option<AtProvider>, Option<AtStore>),
) -> Event {
    let folder = SessionArchive::folder_of(session);
    let (outcome, facts, made) = match outcome {
        ErasureOutcome::Planned(facts) => (Erasure::Planned, facts, None),
        ErasureOutcome::Erased(made) => (Erasure::Erased, made.facts.clone(), Some(made)),
        ErasureOutcome::Nothing(facts) => (Erasure::Nothing, facts, None),
        ErasureOutcome::ErasedBefore(made) => (Erasure::ErasedBefore, made.facts.clone(), Some(made)),
    };
    let erased = made.as_ref().and_then(|made| made.erased);
    let certificate = made.map(|made: Certificate| store.location(&made.page()));
    let ErasureFacts { files, bytes, authority, .. } = facts;
    let (session, folder) = (session.clone(), store.location(&folder));
    Event::SessionErased { session, outcome, class, files, bytes, erased, authority, certificate, at_provider, at_store, folder }
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
