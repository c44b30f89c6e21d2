//! `vmedia ship`: copies sessions into a bucket. Resolves the settings and reports the end; the engine does the work.

use super::Context;
use super::archives::{Archive, find_or_default};
use super::buckets::{bucket, for_layout, must_be_fit, must_have_files};
use super::closing::{after, close_journal};
use super::event_loop::{beside, receive};
use super::services::{journal, must_be_folder, sealer};
use crate::archive::{Freed, Planned, Planner, ShipOptions, Shipper};
use crate::cli::ShipArguments;
use crate::config::{Resolver, no_place};
use crate::engine::{Emit, ErrorText, Event, ShipCounts, ShipReport, ShippedSession, Shipping};
use crate::error::Result;
use crate::exit::Exit;
use crate::report::Reporter;
use crate::store::{Store, StorePath};
use std::sync::Arc;
use vmedia_archive::objects::ObjectStore;

pub(super) fn run(arguments: &ShipArguments, context: &Context) -> Result<Exit> {
    arguments.paths.iter().try_for_each(|path| must_be_folder(path))?;
    let resolver = context.resolver()?;
    let place = resolver.ship("--to", arguments.to.clone()).ok_or_else(|| no_place("--to"))?;
    let jobs = resolver.jobs(arguments.jobs).value;
    let bucket = bucket(&resolver, (&place, (arguments.lock, arguments.lock_days)), jobs, context)?;
    let layout = resolver.layout(arguments.layout).value;
    must_have_files(arguments.release_local, layout)?;
    let (bucket, zips) = for_layout(bucket, layout);
    let options = ShipOptions { shard: arguments.shard, recheck: arguments.recheck, zips };
    let archives = find_or_default(&arguments.paths, context)?;
    let mut reporter = context.reporter(arguments.format, !arguments.dry_run)?;
    if !arguments.dry_run {
        must_be_fit(&bucket, arguments.release_local, &mut reporter, context)?;
    }
    let place: Arc<dyn ObjectStore> = bucket;
    let exits = archives.iter().map(|archive| {
        let sessions = archive.of_shard(arguments.shard);
        archive.unread.iter().for_each(|text| reporter.event(Event::Remark { text: text.clone() }));
        let work = Work { archive, sessions: &sessions, place: &place, options: &options, workers: jobs, arguments };
        let exit = if arguments.dry_run { work.plan(&mut reporter, context) } else { work.ship(&resolver, &mut reporter, context) };
        exit.unwrap_or_else(|error| {
            reporter.error(&error);
            Exit::of(&error)
        })
    });
    let exit = Exit::merge(exits.collect::<Vec<_>>());
    reporter.finish();
    if exit.is_interruption() {
        reporter.interrupted(exit);
    }
    Ok(exit)
}

/// An archive that is shipped.
struct Work<'a> {
    archive: &'a Archive,
    sessions: &'a [StorePath],
    place: &'a Arc<dyn ObjectStore>,
    options: &'a ShipOptions,
    workers: u16,
    arguments: &'a ShipArguments,
}

impl Work<'_> {
    fn started(&self) -> Event {
        Event::ShipStarted {
            archive: self.archive.root.display().to_string(),
            place: self.place.location(None),
            sessions: self.sessions.len() as u64,
            workers: self.workers.into(),
            dry_run: self.arguments.dry_run,
        }
    }

    fn finished(&self, exit: Exit, counts: ShipCounts, reporter: &Reporter, context: &Context) -> Event {
        finished(exit, (self.place.location(None), self.arguments.dry_run), counts, reporter, context)
    }

    fn ship(&self, resolver: &Resolver<'_>, reporter: &mut Reporter, context: &Context) -> Result<Exit> {
        let store: Arc<dyn Store> = Arc::clone(self.archive.stored.folder()?) as Arc<dyn Store>;
        let sealer = sealer(resolver.seal_settings(&self.arguments.seal)?, &resolver.network(), context)?;
        let journal = Arc::new(journal(&store, context));
        reporter.event(self.started());
        let options = self.options.clone();
        let opening = (Arc::clone(&store), Arc::clone(self.place), Arc::clone(&journal));
        let opened = beside(context, reporter, move |_| Shipper::open(opening.0, opening.1, opening.2, options))?;
        let Some(shipper) = opened.transpose()? else { return Ok(stopped(context)) };
        let (clock, cancel) = (Arc::clone(&context.clock), context.cancel.clone());
        let shipping = Arc::new(Shipping::new(shipper, self.workers.into(), clock, cancel).freeing(self.arguments.release_local));
        shipping.add(self.sessions.iter().cloned());
        shipping.close();
        let (emit, messages) = Emit::new(reporter.details());
        shipping.start(0, &emit)?;
        drop(emit);
        receive(context, &messages, &|| 0, &mut |batch| reporter.messages(batch));
        let stop = context.cancel.requested();
        let exit = stop.map_or_else(|| shipping.exit(), |stop| stop.exit());
        let exit = close_journal(&journal, &sealer, &store, exit, reporter, context);
        let copied = if exit.is_interruption() { Ok(()) } else { copy_rest(&shipping, reporter, context) };
        let exit = after(copied, exit, reporter);
        let event = self.finished(exit, shipping.totals(), reporter, context);
        reporter.event(event);
        Ok(exit)
    }

    fn plan(&self, reporter: &mut Reporter, context: &Context) -> Result<Exit> {
        let store: Arc<dyn Store> = Arc::clone(self.archive.stored.folder()?) as Arc<dyn Store>;
        reporter.event(self.started());
        let journal = Arc::new(journal(&store, context));
        let planner = Planner::open(store, self.place.as_ref(), journal, self.options)?;
        let (mut counts, mut exits) = (ShipCounts::default(), Vec::new());
        for folder in self.sessions {
            if context.cancel.requested().is_some() {
                return Ok(stopped(context));
            }
            let shipped = ShippedSession::of(folder);
            let session = match planner.plan(folder) {
                Ok(Planned { objects, bytes, unchanged, local }) => {
                    *(if unchanged { &mut counts.unchanged } else { &mut counts.shipped }) += 1;
                    counts.sent += objects;
                    counts.bytes += bytes;
                    let local = if self.arguments.release_local { local } else { Freed::default() };
                    counts.freed += u64::from(local.files > 0);
                    counts.freed_bytes += local.bytes;
                    let planned = !unchanged || local.files > 0;
                    ShippedSession { sent: objects, bytes, unchanged, planned, ..shipped }.freed(Ok(local))
                }
                Err(error) => {
                    counts.failed += 1;
                    ShippedSession { exit: Exit::of(&error), error: Some(ErrorText::from(&error)), ..shipped }
                }
            };
            exits.extend((!exits.contains(&session.exit)).then_some(session.exit));
            reporter.event(Event::SessionShipped(session));
        }
        let exit = Exit::merge(exits);
        let event = self.finished(exit, counts, reporter, context);
        reporter.event(event);
        Ok(exit)
    }
}

/// Returns the end of shipping to a place.
pub(super) fn finished(exit: Exit, (place, dry_run): (String, bool), counts: ShipCounts, reporter: &Reporter, context: &Context) -> Event {
    let milliseconds = reporter.ledger().milliseconds(context.clock.elapsed());
    Event::ShipFinished(ShipReport { exit, code: exit.code(), place, dry_run, counts, milliseconds })
}

/// Copies what is left of the journal, after its end.
pub(super) fn copy_rest(shipping: &Arc<Shipping>, reporter: &mut Reporter, context: &Context) -> Result<()> {
    let shipping = Arc::clone(shipping);
    beside(context, reporter, move |_| shipping.copy_rest())?.unwrap_or(Ok(()))
}

fn stopped(context: &Context) -> Exit {
    context.cancel.requested().map_or(Exit::Done, |stop| stop.exit())
}
