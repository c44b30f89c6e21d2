//! Fetches payload back that `vmedia ship --release-local` removed, before an archive is verified and repaired.

use super::Context;
use super::archives::Archive;
use super::buckets::{READERS, bucket};
use super::closing::close_journal;
use super::event_loop::receive;
use super::services::{journal, sealer};
use crate::archive::Returning as Order;
use crate::cli::RepairArguments;
use crate::config::{Source, Sourced};
use crate::engine::{Emit, Returning};
use crate::error::Result;
use crate::exit::Exit;
use crate::store::{Store, StorePath};
use crate::text::{bytes, plural};
use std::sync::Arc;
use vmedia_archive::objects::ObjectStore;

/// Fetches back what the journal of an archive says that buckets have of the payload of its sessions.
pub(super) fn fetch_back(archive: &Archive, arguments: &RepairArguments, context: &Context) -> Result<Exit> {
    let resolver = context.resolver()?;
    let store: Arc<dyn Store> = Arc::clone(archive.stored.folder()?) as Arc<dyn Store>;
    let sealer = sealer(resolver.seal_settings(&arguments.run.seal)?, &resolver.network(), context)?;
    let journal = Arc::new(journal(&store, context));
    let jobs = arguments.run.jobs.unwrap_or(READERS);
    let open = |url: &str| -> Result<Arc<dyn ObjectStore>> {
        let place = Sourced { value: url.to_owned(), source: Source::Flag("--from-bucket") };
        Ok(Arc::new(bucket(&resolver, (&place, (None, None)), jobs, context)?))
    };
    let sessions: &[StorePath] = &archive.sessions;
    let (order, found) = Order::open(Arc::clone(&store), Arc::clone(&journal), sessions, &open)?;
    let mut reporter = context.reporter(arguments.run.format, true)?;
    if found.is_empty() {
        reporter.say(&format!("the journal of {} names no payload that is in a bucket alone", store.root()));
        return Ok(Exit::Done);
    }
    let returning = Arc::new(Returning::new(order, found, Arc::clone(&context.clock), context.cancel.clone()));
    let (emit, messages) = Emit::new(reporter.details());
    returning.start(jobs.into(), &emit)?;
    drop(emit);
    receive(context, &messages, &|| 0, &mut |batch| reporter.messages(batch));
    reporter.finish();
    let results = returning.results();
    let exit = context.cancel.requested().map_or_else(|| Exit::merge(results.exits.iter().copied()), |stop| stop.exit());
    let exit = close_journal(&journal, &sealer, &store, exit, &mut reporter, context);
    let (files, length) = (plural(results.files, "file"), bytes(results.bytes));
    reporter.say(&format!("payload of {} fetched back: {files} ({length})", plural(results.sessions, "session")));
    if exit.is_interruption() {
        reporter.interrupted(exit);
    }
    Ok(exit)
}
