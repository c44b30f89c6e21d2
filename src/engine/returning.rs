//! Fetches payload of many sessions back from buckets, several sessions at a time. Must not print.

use super::Emit;
use super::error_text::ErrorText;
use super::event::Event;
use super::returned::ReturnedPayload;
use super::threads;
use crate::archive::schedule::locked;
use crate::archive::{Returned, Returning as Order};
use crate::clock::{Cancel, Clock};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::store::StorePath;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Sessions whose payload is fetched back.
pub struct Returning {
    order: Order,
    sessions: Vec<StorePath>,
    next: AtomicUsize,
    clock: Arc<dyn Clock>,
    cancel: Cancel,
    results: Mutex<Results>,
}

/// The results of fetching payload back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Results {
    /// Number of sessions whose payload is here again.
    pub sessions: u64,
    /// Number of files that were fetched.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// The exits of all sessions, each once.
    pub exits: Vec<Exit>,
}

impl Returning {
    /// Creates the fetching of sessions.
    pub(crate) fn new(order: Order, sessions: Vec<StorePath>, clock: Arc<dyn Clock>, cancel: Cancel) -> Self {
        Self { order, sessions, next: AtomicUsize::new(0), clock, cancel, results: Mutex::default() }
    }

    /// Starts threads, which end once every session has ended.
    pub(crate) fn start(self: &Arc<Self>, workers: usize, emit: &Emit) -> Result<()> {
        let work = |_| {
            let (returning, emit) = (Arc::clone(self), emit.clone());
            move || returning.work(&emit)
        };
        threads::start("fetcher", (0..workers.min(self.sessions.len())).map(work))
    }

    /// Returns the results so far.
    pub(crate) fn results(&self) -> Results {
        locked(&self.results).clone()
    }

    fn work(&self, emit: &Emit) {
        let mut received = |_| match self.cancel.requested() {
            None => Ok(()),
            Some(_) => {
                Err(Error::new(ErrorKind::Interrupted, "interrupted; not all payload was fetched back", "run the same command again"))
            }
        };
        while self.cancel.requested().is_none() {
            let Some(folder) = self.sessions.get(self.next.fetch_add(1, Ordering::Relaxed)) else { return };
            let outcome = self.order.fetch_back(folder, &|| self.clock.now(), &mut received);
            let event = self.count(folder, outcome);
            let ends = event.exit.ends_run() || event.exit == ErrorKind::Unavailable;
            emit.event(Event::PayloadReturned(event));
            if ends {
                // The other sessions would end alike.
                self.next.store(self.sessions.len(), Ordering::Relaxed);
            }
        }
    }

    fn count(&self, folder: &StorePath, outcome: Result<Returned>) -> ReturnedPayload {
        let folder = folder.to_string();
        let event = match outcome {
            Ok(Returned { files, bytes, .. }) => ReturnedPayload { folder, exit: Exit::Done, files, bytes, error: None },
            Err(error) => ReturnedPayload { folder, exit: Exit::of(&error), files: 0, bytes: 0, error: Some(ErrorText::from(&error)) },
        };
        let mut results = locked(&self.results);
        results.sessions += u64::from(event.error.is_none());
        results.files += event.files;
        results.bytes += event.bytes;
        if !results.exits.contains(&event.exit) {
            results.exits.push(event.exit);
        }
        event
    }
}
