//! Ships many sessions at once: threads that begin sessions, send their files, copy the journal and finish versions, in the order that
//! keeps the fewest sessions under way.
//!
//! The journal is copied once for up to [`BATCH`] sessions or [`PATIENCE`], so that it is not cut into a chunk for each session. Must not
//! print.

mod work;

use super::Emit;
use super::error_text::ErrorText;
use super::event::Event;
use super::shipped::{ShipCounts, ShippedSession};
use super::threads;
use crate::archive::schedule::locked;
use crate::archive::{Shipper, Upload};
use crate::clock::{Cancel, Clock};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::store::StorePath;
use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Number of sessions that share a chunk of the journal.
const BATCH: usize = 64;
/// Time that a session waits for others to share it.
const PATIENCE: Duration = Duration::from_secs(1);
/// Interval between two checks for a request to stop.
const LOOK: Duration = Duration::from_millis(100);
/// Number of sessions in a row that may fail because the place is unavailable; after them, the others are not begun.
const UNAVAILABLE: u64 = 3;

/// A session that is under way.
struct Session {
    upload: Upload,
    /// Number of files that are not put yet.
    left: AtomicUsize,
    error: Mutex<Option<Error>>,
    /// Behind the upload, whose lock ends first.
    _held: Held,
}

/// The sessions that this run is shipping.
type Folders = Arc<Mutex<HashSet<StorePath>>>;

/// A session that this run is shipping.
struct Held(Folders, StorePath);

impl Held {
    /// Returns `None` for a session that this run is shipping already.
    fn new(folders: &Folders, folder: &StorePath) -> Option<Self> {
        locked(folders).insert(folder.clone()).then(|| Self(Arc::clone(folders), folder.clone()))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        locked(&self.0).remove(&self.1);
    }
}

/// A piece of work.
enum Task {
    Begin(StorePath),
    Put(Arc<Session>, usize),
    Copy(Vec<Arc<Session>>),
    Finish(Arc<Session>),
}

#[derive(Default)]
struct State {
    sessions: VecDeque<StorePath>,
    /// Sessions that a run is changing, to be tried again.
    deferred: Vec<StorePath>,
    files: VecDeque<(Arc<Session>, usize)>,
    /// Sessions of which every file is there.
    put: Vec<Arc<Session>>,
    /// The time at which the first of them was added.
    since: Duration,
    /// Sessions whose lines of the journal are there.
    copied: VecDeque<Arc<Session>>,
    /// Number of threads at work.
    busy: usize,
    /// Number of sessions that are begun and not ended.
    underway: usize,
    /// True once no further session comes.
    is_closed: bool,
    /// True once nothing further can succeed.
    has_ended: bool,
}

impl State {
    /// Tries the sessions again that were deferred.
    fn resume(&mut self) {
        self.sessions.extend(std::mem::take(&mut self.deferred));
    }
}

/// The results so far.
#[derive(Debug, Default)]
struct Counts {
    shipped: AtomicU64,
    unchanged: AtomicU64,
    failed: AtomicU64,
    sent: AtomicU64,
    reused: AtomicU64,
    bytes: AtomicU64,
    freed: AtomicU64,
    freed_bytes: AtomicU64,
    kept: AtomicU64,
    /// Sessions in a row that failed because the place is unavailable.
    unavailable: AtomicU64,
}

/// Closes the shipping when the last thread that adds sessions ends.
pub(super) struct Closing(pub(super) Arc<Shipping>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Sessions on their way into a bucket.
pub struct Shipping {
    shipper: Shipper,
    clock: Arc<dyn Clock>,
    cancel: Cancel,
    workers: usize,
    /// True if the payload of each session is removed here once the place has it.
    frees: bool,
    held: Folders,
    state: Mutex<State>,
    news: Condvar,
    counts: Counts,
    exits: Mutex<Vec<Exit>>,
}

impl Shipping {
    /// Creates the shipping of sessions by that many threads.
    pub(crate) fn new(shipper: Shipper, workers: usize, clock: Arc<dyn Clock>, cancel: Cancel) -> Self {
        let (held, state, news, counts, exits) = Default::default();
        Self { shipper, clock, cancel, workers: workers.max(1), frees: false, held, state, news, counts, exits }
    }

    /// Also removes the payload of each session here once the place has it.
    pub(crate) fn freeing(self, frees: bool) -> Self {
        Self { frees, ..self }
    }

    /// Returns what does the steps.
    pub(super) fn shipper(&self) -> &Shipper {
        &self.shipper
    }

    /// Adds sessions.
    pub(crate) fn add(&self, folders: impl IntoIterator<Item = StorePath>) {
        let mut state = locked(&self.state);
        state.sessions.extend(folders);
        state.resume();
        drop(state);
        self.news.notify_all();
    }

    /// Says that no further session comes.
    pub(crate) fn close(&self) {
        let mut state = locked(&self.state);
        state.is_closed = true;
        state.resume();
        drop(state);
        self.news.notify_all();
    }

    /// Starts the threads, which end once it is closed and everything is shipped. Their transfers have numbers from `first` on.
    pub(crate) fn start(self: &Arc<Self>, first: u64, emit: &Emit) -> Result<()> {
        let work = |number| {
            let (shipping, emit) = (Arc::clone(self), emit.clone());
            move || shipping.work(first + number as u64, &emit)
        };
        threads::start("shipper", (0..self.workers).map(work))
    }

    /// Copies what is left of the journal, after its end.
    pub(crate) fn copy_rest(&self) -> Result<()> {
        self.shipper.copy_journal().map(drop)
    }

    /// Returns the results.
    pub(crate) fn totals(&self) -> ShipCounts {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (counts, state) = (&self.counts, locked(&self.state));
        let not_started = (state.sessions.len() + state.deferred.len() + state.underway) as u64;
        ShipCounts {
            shipped: of(&counts.shipped),
            unchanged: of(&counts.unchanged),
            failed: of(&counts.failed),
            not_started,
            sent: of(&counts.sent),
            reused: of(&counts.reused),
            bytes: of(&counts.bytes),
            freed: of(&counts.freed),
            freed_bytes: of(&counts.freed_bytes),
            kept: of(&counts.kept),
        }
    }

    /// Returns the exit of all sessions that ended.
    pub(crate) fn exit(&self) -> Exit {
        Exit::merge(locked(&self.exits).iter().copied())
    }

    fn ended(&self, outcome: std::result::Result<ShippedSession, (StorePath, Error)>, emit: &Emit) {
        locked(&self.state).underway -= 1;
        self.count(outcome, emit);
    }

    /// Counts a session that ended, and reports it.
    fn count(&self, outcome: std::result::Result<ShippedSession, (StorePath, Error)>, emit: &Emit) {
        let add = |count: &AtomicU64, number: u64| _ = count.fetch_add(number, Ordering::Relaxed);
        let (session, exit) = match outcome {
            Ok(session) => {
                add(if session.unchanged { &self.counts.unchanged } else { &self.counts.shipped }, 1);
                add(&self.counts.sent, session.sent);
                add(&self.counts.reused, session.reused);
                add(&self.counts.bytes, session.bytes);
                add(&self.counts.freed, u64::from(session.freed > 0));
                add(&self.counts.freed_bytes, session.freed_bytes);
                add(&self.counts.kept, u64::from(session.error.is_some()));
                let exit = session.exit;
                (session, exit)
            }
            Err((folder, error)) => {
                if !error.kind().is_interruption() {
                    add(&self.counts.failed, 1);
                }
                let exit = Exit::of(&error);
                (ShippedSession { exit, error: Some(ErrorText::from(&error)), ..ShippedSession::of(&folder) }, exit)
            }
        };
        let is_unavailable = exit == ErrorKind::Unavailable;
        let in_a_row = self.counts.unavailable.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |known| {
            Some(if is_unavailable {
                known + 1
            } else if session.unchanged {
                known
            } else {
                0
            })
        });
        if exit.ends_run() || is_unavailable && in_a_row.is_ok_and(|before| before + 1 >= UNAVAILABLE) {
            locked(&self.state).has_ended = true;
            self.news.notify_all();
        }
        let mut exits = locked(&self.exits);
        // Millions of sessions end alike.
        if !exits.contains(&exit) {
            exits.push(exit);
        }
        drop(exits);
        emit.event(Event::SessionShipped(session));
    }
}
