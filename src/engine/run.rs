//! A run over many sessions: threads that take work from one queue, and the channel of their events.
//!
//! Must not decide about single sessions (`opening`) or files (`transfer`).

use super::budget::Budget;
use super::event::Message;
use super::finish::Finisher;
use super::opening::{Opened, Opening};
use super::session_state::SessionWork;
use super::transfer::Transfer;
use super::{Emit, Event, Options, Services};
use crate::archive::schedule::{Pool, Role, Work};
use crate::error::{Result, cannot_start};
use crate::http::{Cause, Failure};
use crate::model::{MediaItem, SessionId};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

/// How many messages may wait for the thread that shows them.
const CHANNEL: usize = 1024;

/// For each so many workers one thread lists sessions ahead of them: a session's listings take three round trips, its
/// files a dozen. With these two numbers 31.8 of 32 workers fetched at 80 ms of round trip (`benches/speed/run.py`).
const WORKERS_FOR_AN_OPENER: usize = 4;

/// How many files openers keep waiting for each worker: the workers must not run out of files while a session is listed,
/// which takes as long as two files, and openers are not always there at once.
const FILES_AHEAD: usize = 4;

/// One file of an open session.
pub(super) struct Job {
    pub(super) work: Arc<SessionWork>,
    pub(super) item: MediaItem,
}

/// A run that is under way.
pub struct Running {
    receiver: Receiver<Message>,
    shared: Arc<Shared>,
}

impl Running {
    /// What the work tells; it ends with the work.
    pub fn messages(&self) -> &Receiver<Message> {
        &self.receiver
    }

    /// Events that are still to be sent after an early end: sessions that ended but stand behind one that never did, and those
    /// that are left as far as they came. Messages that were not taken by then are lost.
    pub fn remaining(self) -> Vec<Event> {
        self.shared.finisher.leave(&self.shared.sessions, self.receiver)
    }
}

/// What all threads of a run share.
pub(super) struct Shared {
    pub(super) services: Services,
    pub(super) options: Options,
    sessions: Vec<SessionId>,
    pool: Pool<Job>,
    pub(super) finisher: Finisher,
    transfers: AtomicU64,
    /// Sessions of which it was reported that another run has them.
    pub(super) waited_for: Mutex<HashSet<usize>>,
    pub(super) budget: Arc<Budget>,
}

/// Starts the workers. Each session should be there once.
pub fn start(services: Services, options: Options, sessions: Vec<SessionId>) -> Result<Running> {
    let (sender, receiver) = sync_channel(CHANNEL);
    let workers = options.workers.max(1);
    let finisher = Finisher::new(services.clone(), options.dry_run);
    let pool = Pool::new(sessions.len(), workers * FILES_AHEAD);
    let shared = Arc::new(Shared {
        services,
        options,
        sessions,
        pool,
        finisher,
        transfers: AtomicU64::new(1),
        waited_for: Mutex::default(),
        budget: Budget::new(),
    });
    let openers = workers / WORKERS_FOR_AN_OPENER;
    let roles = std::iter::repeat_n(Role::Worker, workers).chain(std::iter::repeat_n(Role::Opener, openers));
    for (number, role) in roles.enumerate() {
        let (shared, emit) = (Arc::clone(&shared), Emit::new(sender.clone()));
        let builder = std::thread::Builder::new().name(format!("worker {number}"));
        match builder.spawn(move || shared.work(role, &emit)) {
            Err(error) if number == 0 => return Err(cannot_start(&error)),
            // Fewer workers than wanted do the same work.
            Err(_) => break,
            Ok(_) => {}
        }
    }
    Ok(Running { receiver, shared })
}

impl Shared {
    fn stopping(&self) -> bool {
        self.services.wire.cancel().requested().is_some() || self.finisher.has_ended()
    }

    fn work(&self, role: Role, emit: &Emit) {
        let mut buffer = Vec::new();
        while let Some(work) = self.pool.take(role, &|| self.stopping(), &|| self.budget.has_room()) {
            match work {
                Work::File(job) => self.fetch(&job, emit, &mut buffer),
                Work::Open(index) => self.open(index, emit),
            }
            if self.finisher.has_ended() {
                self.pool.end();
            }
        }
    }

    /// Returns a number that no transfer had.
    pub(super) fn next_transfer(&self) -> u64 {
        self.transfers.fetch_add(1, Ordering::Relaxed)
    }

    fn open(&self, index: usize, emit: &Emit) {
        let Some(session) = self.sessions.get(index) else { return self.pool.opened(Vec::new()) };
        self.finisher.begun(index);
        match (Opening { run: self, emit, index, session }.open()) {
            Ok(Opened::Deferred) => {
                self.finisher.put_back(index);
                self.pool.deferred(index);
            }
            Ok(Opened::Files(files)) => self.pool.opened(files),
            Err(failure) => {
                self.finisher.fail(index, session, failure, emit);
                self.pool.opened(Vec::new());
            }
        }
    }

    fn fetch(&self, job: &Job, emit: &Emit, buffer: &mut Vec<u8>) {
        let Job { work, item } = job;
        let outcome = if self.stopping() {
            let stopped = || Failure::new(Cause::Stopped, "the run ended");
            Err(self.services.wire.cancel().requested().map_or_else(stopped, Failure::stopped))
        } else {
            let number = self.next_transfer();
            let transfer = Transfer {
                services: &self.services,
                emit,
                session: &work.session,
                archive: &work.archive,
                item,
                strict: self.options.strict,
                was_signed: work.was_signed,
                number,
            };
            let outcome = transfer.run(buffer);
            if let Ok((file, _)) = &outcome {
                emit.progress(number, file.digest.bytes);
            }
            emit.ended(number);
            outcome
        };
        match outcome {
            Ok((file, was_here)) => work.fetched(item, &file, was_here, emit),
            Err(failure) => self.finisher.not_fetched(work, item, failure, emit),
        }
        if work.one_less(item) {
            self.finisher.finish(work, emit);
        }
    }
}
