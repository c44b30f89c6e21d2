//! The part of `vmedia erase` that removes sessions from buckets (`--at-store`). Must not decide which sessions are erased.

use super::Context;
use super::buckets::bucket;
use crate::archive::{Certificate, Erasing, StoreEraser, StoreOutcome};
use crate::config::{Resolver, Source, Sourced};
use crate::engine::AtStore;
use crate::error::{Error, ErrorKind, Result};
use crate::model::SessionId;
use crate::report::Reporter;
use crate::store::Store;
use crate::text::day;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most requests that are sent to a bucket at once.
const CONNECTIONS: u16 = 1;

/// The buckets from which sessions are removed.
pub(super) struct Removing<'a> {
    resolver: &'a Resolver<'a>,
    context: &'a Context,
    /// Those that were opened, by their URLs; none for one that could not be reached.
    places: RefCell<BTreeMap<String, Option<StoreEraser>>>,
}

impl<'a> Removing<'a> {
    /// Returns the buckets of the settings. Connects to nothing.
    pub(super) fn new(resolver: &'a Resolver<'a>, context: &'a Context) -> Self {
        Self { resolver, context, places: RefCell::default() }
    }

    /// Removes a session that is erased here from the places that it was shipped to. Returns what was done, and the first error.
    pub(super) fn remove(&self, order: &Erasing<'_>, session: &SessionId) -> (AtStore, Option<Error>) {
        let (mut sum, mut first) = (AtStore::default(), None);
        let places = match StoreEraser::places(order, session) {
            Ok(places) => places,
            Err(error) => return (sum, Some(not_there(session, &error))),
        };
        for place in places {
            let removed = self.remove_from(order, session, &place).and_then(|(certificate, removed)| {
                sum.removed += removed;
                unfinished(session, &place, &certificate)
            });
            match removed {
                Ok(()) => sum.places += 1,
                Err(error) => _ = first.get_or_insert(error),
            }
        }
        (sum, first)
    }

    fn remove_from(&self, order: &Erasing<'_>, session: &SessionId, place: &str) -> Result<(Certificate, u64)> {
        let mut places = self.places.borrow_mut();
        if !places.contains_key(place) {
            let opened = self.open(order, place);
            // What is down stays so for a while, and each look would take as long as the retries.
            if opened.as_ref().is_err_and(|error| error.kind() == ErrorKind::Unavailable) {
                places.insert(place.to_owned(), None);
            }
            places.insert(place.to_owned(), Some(opened.map_err(|error| not_there(session, &error))?));
        }
        let Some(Some(eraser)) = places.get(place) else {
            let what = format!("session {session} is erased here and not in {place}, which was unavailable before");
            return Err(Error::new(ErrorKind::Unavailable, what, "run the same command again later"));
        };
        let done = eraser.erase(order, session, &|| self.context.clock.now());
        if done.as_ref().is_err_and(|error| error.kind() == ErrorKind::Unavailable) {
            places.insert(place.to_owned(), None);
        }
        done.map_err(|error| not_there(session, &error))
    }

    fn open(&self, order: &Erasing<'_>, place: &str) -> Result<StoreEraser> {
        let named = Sourced { value: place.to_owned(), source: Source::Flag("--at-store") };
        let bucket = bucket(self.resolver, (&named, (None, None)), CONNECTIONS, self.context)?;
        StoreEraser::open(Arc::new(bucket), order.chain)
    }

    /// Copies what is left of the journal to the buckets, after its end. An error is reported; the next run copies the rest.
    pub(super) fn close(&self, store: &dyn Store, reporter: &mut Reporter) {
        for eraser in self.places.borrow().values().flatten() {
            if let Err(error) = eraser.copy_journal(store) {
                reporter.note(&format!("the end of this run's journal is not in the bucket: {}", error.what()));
            }
        }
    }
}

/// Returns what `--dry-run` says: a session would be removed from the places that it was shipped to.
pub(super) fn planned(order: &Erasing<'_>, session: &SessionId) -> (AtStore, Option<Error>) {
    match StoreEraser::places(order, session) {
        Ok(places) => (AtStore { places: places.len() as u64, planned: true, ..AtStore::default() }, None),
        Err(error) => (AtStore::default(), Some(error)),
    }
}

/// Fails if a lock keeps something of a session in a place.
fn unfinished(session: &SessionId, place: &str, certificate: &Certificate) -> Result<()> {
    let kept = certificate.at_store.iter().find(|removal| removal.place == place && removal.outcome == StoreOutcome::Kept);
    let Some(kept) = kept else { return Ok(()) };
    let (what, hint) = match kept.until {
        Some(until) => (format!("a lock keeps it until {}", day(until)), "run the same command again after that day"),
        None => ("a lock or a legal hold keeps it".to_owned(), "have the hold ended, and run the same command again"),
    };
    Err(Error::new(ErrorKind::Partial, format!("session {session} is erased here and not in {place}: {what}"), hint))
}

fn not_there(session: &SessionId, error: &Error) -> Error {
    Error::new(error.kind(), format!("session {session} is erased here, and not everywhere: {}", error.what()), error.hint())
}
