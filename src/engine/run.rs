//! A run over many sessions: threads that take work from one queue, and the channel of their events.
//!
//! Must not decide about single sessions (`opening`) or files (`transfer`).

use super::messages::Messages;
use super::opening::{Opened, Opening};
use super::run_state::RunState;
use super::session_state::Job;
use super::sessions::{Given, Sessions, Waiting};
use super::shipping::Closing;
use super::threads;
use super::transfer::transfer;
use super::{Details, Emit, Event, Options, Services};
use crate::archive::schedule::{Pool, Role, Work};
use crate::error::{Result, cannot_start};
use crate::http::{Cause, Failure};
use crate::model::SessionId;
use std::sync::Arc;

/// Number of workers for which one thread lists sessions ahead of them: a session's listings take two round trips, its files a
/// dozen. With these two numbers 31.8 of 32 workers fetched at 80 ms of round trip (`benches/speed/run.py`).
const WORKERS_FOR_AN_OPENER: usize = 4;

/// Number of files that openers keep waiting for each worker: the workers must not run out of files while a session is listed,
/// which takes as long as two files, and openers are not always there at once.
const FILES_AHEAD: usize = 4;

/// The first number of transfers to a bucket, far above those of transfers from the provider.
const SHIPPERS: u64 = u64::MAX / 2;

/// A run that is under way.
pub struct Running {
    messages: Messages,
    run: Arc<Run>,
}

impl Running {
    /// Returns the messages of the run, which end with it.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// Returns the number of media files that are being fetched.
    pub(crate) fn transfers(&self) -> u64 {
        self.run.state.running()
    }

    /// Lets idle workers notice that the run is to stop.
    pub(crate) fn look(&self) {
        self.run.pool.look();
    }

    /// Returns the events that an early end left over: sessions that ended behind one that did not, those that are left as they are,
    /// and those of a stream that did not begin. Messages that were not taken by then are lost.
    pub fn remaining(self) -> Vec<Event> {
        let mut events = self.run.state.leave(self.messages);
        events.extend(self.run.waiting.left());
        events
    }
}

struct Run {
    state: RunState,
    waiting: Waiting,
    pool: Pool<Job>,
}

/// Starts the workers. Each session of a list should be given once.
pub fn start(services: Services, options: Options, sessions: Sessions, details: Details) -> Result<Running> {
    let (emit, messages) = Emit::new(details);
    let workers = options.workers.max(1);
    let ahead = workers * FILES_AHEAD;
    let (pool, is_stream) = match &sessions {
        Sessions::List(sessions) => (Pool::new(sessions.len(), ahead), false),
        Sessions::Stream(_) => (Pool::open(workers, ahead), true),
    };
    let (waiting, source) = Waiting::new(sessions);
    let shipping = services.shipping.clone();
    shipping.as_ref().map_or(Ok(()), |shipping| shipping.start(SHIPPERS, &emit))?;
    let closing = shipping.map(|shipping| Arc::new(Closing(shipping)));
    let run = Arc::new(Run { state: RunState::new(services, options, is_stream), waiting, pool });
    let openers = workers / WORKERS_FOR_AN_OPENER;
    let roles = std::iter::repeat_n(Role::Worker, workers).chain(std::iter::repeat_n(Role::Opener, openers));
    let work = |role| {
        let (run, emit, closing) = (Arc::clone(&run), emit.clone(), closing.clone());
        move || {
            run.work(role, &emit);
            drop(closing);
        }
    };
    threads::start("worker", roles.map(work))?;
    if let Some(source) = source {
        let reading = Arc::clone(&run);
        let read = move || {
            source(&mut |given| reading.pool.add(|index| reading.waiting.keep(index, given)));
            reading.pool.close();
        };
        if let Err(error) = std::thread::Builder::new().name("stream".to_owned()).spawn(read) {
            run.pool.end();
            return Err(cannot_start(&error));
        }
    }
    Ok(Running { messages, run })
}

impl Run {
    fn stopping(&self) -> bool {
        self.state.services.wire.cancel().requested().is_some() || self.state.has_ended()
    }

    fn work(&self, role: Role, emit: &Emit) {
        let mut buffer = Vec::new();
        while let Some(work) = self.pool.take(role, &|| self.stopping(), &|| self.state.budget.has_space()) {
            match work {
                Work::File(job) => self.fetch(&job, emit, &mut buffer),
                Work::Open(index) => self.open(index, emit),
            }
            if self.state.has_ended() {
                self.pool.end();
            }
        }
    }

    fn open(&self, index: usize, emit: &Emit) {
        let files = match self.waiting.take(index) {
            Some(Given::Session(session)) => match self.open_session(index, &session, emit) {
                Some(files) => files,
                None => {
                    self.waiting.keep(index, Given::Session(session));
                    return self.pool.deferred(index);
                }
            },
            Some(Given::Rejected { line, reason }) => {
                emit.event(Event::LineRejected { line, reason });
                Vec::new()
            }
            None => Vec::new(),
        };
        self.pool.opened(files);
    }

    /// Opens a session and returns the files to fetch; `None` if it has to be opened later.
    fn open_session(&self, index: usize, session: &SessionId, emit: &Emit) -> Option<Vec<Job>> {
        if !self.state.begin(index, session) {
            return None;
        }
        match (Opening { run: &self.state, emit, index, session }.open()) {
            Ok(Opened::Deferred) => {
                self.state.put_back(index);
                None
            }
            Ok(Opened::Files(files)) => Some(files),
            Err(failure) => {
                self.state.fail(index, session, failure, emit);
                Some(Vec::new())
            }
        }
    }

    fn fetch(&self, job: &Job, emit: &Emit, buffer: &mut Vec<u8>) {
        let Job { work, item } = job;
        let outcome = if self.stopping() {
            let stopped = || Failure::new(Cause::Stopped, "the run ended");
            Err(self.state.services.wire.cancel().requested().map_or_else(stopped, Failure::stopped))
        } else {
            transfer(&self.state, job, emit, buffer)
        };
        match outcome {
            Ok((file, was_here)) => work.fetched(item, &file, was_here, emit),
            Err(failure) => self.state.not_fetched(work, item, failure, emit),
        }
        if work.one_less(item) {
            self.state.finish(work, emit);
        }
    }
}
