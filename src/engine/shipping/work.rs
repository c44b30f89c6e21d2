//! The threads that ship. Must not decide what is shipped.

use super::{BATCH, Held, LOOK, PATIENCE, Session, Shipping, State, Task};
use crate::archive::schedule::locked;
use crate::archive::{Begun, Freed, Freeing, Shipment};
use crate::engine::Emit;
use crate::engine::shipped::ShippedSession;
use crate::error::Error;
use crate::store::StorePath;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

impl Shipping {
    /// Works until everything is shipped, or the run is to stop.
    pub(super) fn work(&self, number: u64, emit: &Emit) {
        let sent = AtomicI64::new(0);
        let progress = |bytes: i64| {
            let now = sent.fetch_add(bytes, Ordering::Relaxed) + bytes;
            emit.progress(number, u64::try_from(now).unwrap_or(0));
        };
        while let Some(task) = self.take() {
            match task {
                Task::Begin(folder) => self.begin(folder, emit),
                Task::Put(session, index) => self.put(&session, index, &progress, emit),
                Task::Copy(sessions) => self.copy(sessions, emit),
                Task::Finish(session) => self.finish(&session, &progress, emit),
            }
            locked(&self.state).busy -= 1;
            self.news.notify_all();
        }
    }

    /// Waits for a piece of work; returns `None` when none is left, or the run is to stop.
    fn take(&self) -> Option<Task> {
        let mut state = locked(&self.state);
        loop {
            if self.cancel.requested().is_some() || state.has_ended && state.busy == 0 {
                return None;
            }
            if let Some(task) = self.next(&mut state) {
                state.busy += 1;
                return Some(task);
            }
            if state.busy == 0 && !state.has_ended && !state.deferred.is_empty() && state.is_closed {
                // What was shipped before them is over.
                state.resume();
                continue;
            }
            if state.busy == 0 && (state.is_closed || state.has_ended) {
                return None;
            }
            let (woken, wait) = self.news.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if wait.timed_out() {
                state.resume();
            }
        }
    }

    /// Chooses what ends a session soonest.
    fn next(&self, state: &mut State) -> Option<Task> {
        if let Some(session) = state.copied.pop_front() {
            return Some(Task::Finish(session));
        }
        let waited = self.clock.elapsed().saturating_sub(state.since);
        if !state.put.is_empty() && (state.put.len() >= BATCH || waited >= PATIENCE) {
            return Some(Task::Copy(std::mem::take(&mut state.put)));
        }
        if let Some((session, index)) = state.files.pop_front() {
            return Some(Task::Put(session, index));
        }
        // Each session under way holds a lock, which is an open file.
        if !state.has_ended
            && state.underway < 2 * BATCH
            && let Some(folder) = state.sessions.pop_front()
        {
            state.underway += 1;
            return Some(Task::Begin(folder));
        }
        let is_idle = state.busy == 0 && (state.sessions.is_empty() || state.has_ended);
        (is_idle && !state.put.is_empty()).then(|| Task::Copy(std::mem::take(&mut state.put)))
    }

    fn begin(&self, folder: StorePath, emit: &Emit) {
        let Some(held) = Held::new(&self.held, &folder) else { return Self::put_back(&folder, &mut locked(&self.state)) };
        match self.shipper.begin(&folder) {
            Ok(Begun::Unchanged) => self.unchanged(&folder, emit),
            Ok(Begun::Upload(upload)) => {
                let left = AtomicUsize::new(upload.files.len());
                let session = Arc::new(Session { upload: *upload, left, error: Mutex::default(), _held: held });
                let files = session.upload.files.len();
                let mut state = locked(&self.state);
                if files == 0 {
                    self.all_put(&mut state, session);
                } else {
                    state.files.extend((0..files).map(|index| (Arc::clone(&session), index)));
                }
            }
            Ok(Begun::Busy(_)) if self.defer(&folder) => {}
            Ok(Begun::Busy(error)) | Err(error) => self.ended(Err((folder, error)), emit),
        }
    }

    /// Ends a session that is in the place, after its payload was removed here if that is wanted.
    fn unchanged(&self, folder: &StorePath, emit: &Emit) {
        let session = ShippedSession { unchanged: true, ..ShippedSession::of(folder) };
        let freed = if self.frees { self.shipper.free(folder, self.clock.now()) } else { Ok(Freeing::Done(Freed::default())) };
        match freed {
            Ok(Freeing::Busy(_)) if self.defer(folder) => {}
            Ok(Freeing::Busy(error)) | Err(error) => self.ended(Ok(session.freed(Err(error))), emit),
            Ok(Freeing::Done(freed)) => self.ended(Ok(session.freed(Ok(freed))), emit),
        }
    }

    /// Puts back a session that a run is changing, such as this one, which archives it again; returns false once this run archives nothing
    /// more.
    fn defer(&self, folder: &StorePath) -> bool {
        let mut state = locked(&self.state);
        if state.is_closed {
            return false;
        }
        Self::put_back(folder, &mut state);
        true
    }

    fn put_back(folder: &StorePath, state: &mut State) {
        state.underway -= 1;
        state.deferred.push(folder.clone());
    }

    fn all_put(&self, state: &mut State, session: Arc<Session>) {
        if state.put.is_empty() {
            state.since = self.clock.elapsed();
        }
        state.put.push(session);
    }

    fn put(&self, session: &Arc<Session>, index: usize, progress: &(dyn Fn(i64) + Sync), emit: &Emit) {
        let has_failed = locked(&session.error).is_some();
        if let Some(file) = session.upload.files.get(index).filter(|_| !has_failed)
            && let Err(error) = self.shipper.put(&session.upload, file, progress)
        {
            locked(&session.error).get_or_insert(error);
        }
        if session.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            match locked(&session.error).take() {
                None => self.all_put(&mut locked(&self.state), Arc::clone(session)),
                Some(error) => self.ended(Err((session.upload.folder().clone(), error)), emit),
            }
        }
    }

    fn copy(&self, sessions: Vec<Arc<Session>>, emit: &Emit) {
        match self.shipper.copy_journal() {
            Ok(_) => locked(&self.state).copied.extend(sessions),
            Err(error) => {
                for session in sessions {
                    let error = Error::new(error.kind(), error.what(), error.hint());
                    self.ended(Err((session.upload.folder().clone(), error)), emit);
                }
            }
        }
    }

    fn finish(&self, session: &Session, progress: &(dyn Fn(i64) + Sync), emit: &Emit) {
        let folder = session.upload.folder();
        let outcome = self.shipper.finish(&session.upload, &|| self.clock.now(), progress);
        let of = |Shipment { session, location, sent, bytes, reused, is_of_other, is_split }| ShippedSession {
            session: Some(session),
            location: Some(location),
            sent,
            reused,
            bytes,
            other: is_of_other,
            split: is_split,
            ..ShippedSession::of(folder)
        };
        let free = |shipped: ShippedSession| match self.frees {
            true => shipped.freed(self.shipper.free_shipped(&session.upload, self.clock.now())),
            false => shipped,
        };
        self.ended(outcome.map(of).map(free).map_err(|error| (folder.clone(), error)), emit);
    }
}
