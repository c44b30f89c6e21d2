//! One sync of a file system for all threads that wait for one. A thread that comes while a sync is under way waits for the next,
//! which it shares with all who came meanwhile.

use super::tree::SyncOfFileSystem;
use crate::schedule::locked;
use std::io::{self, ErrorKind};
use std::sync::{Condvar, Mutex, PoisonError};

pub(super) struct SharedSync {
    sync: SyncOfFileSystem,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    begun: u64,
    ended: u64,
    /// Number of threads that wait while one of them syncs.
    waiting: u64,
    /// The error of the first sync that failed. The system reports a lost write once, so all later ones fail with it.
    failed: Option<(ErrorKind, Option<i32>)>,
}

impl SharedSync {
    pub(super) fn new(sync: SyncOfFileSystem) -> Self {
        Self { sync, state: Mutex::default(), ended: Condvar::new() }
    }

    /// Makes durable what was written before. Returns false if the system does not permit the call.
    pub(super) fn wait(&self) -> io::Result<bool> {
        let mut state = locked(&self.state);
        // A sync that is under way may have passed over what was written last.
        let wanted = state.begun + 1;
        while state.ended < wanted {
            if state.begun > state.ended {
                state.waiting += 1;
                state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.waiting -= 1;
                continue;
            }
            state.begun += 1;
            drop(state);
            let outcome = (self.sync)();
            state = locked(&self.state);
            state.ended = state.begun;
            if let Err(error) = outcome {
                state.failed.get_or_insert((error.kind(), error.raw_os_error()));
            }
            self.ended.notify_all();
        }
        match state.failed {
            None => Ok(true),
            // Some containers forbid it.
            Some((ErrorKind::Unsupported | ErrorKind::PermissionDenied, _)) => Ok(false),
            Some((kind, code)) => Err(code.map_or_else(|| kind.into(), io::Error::from_raw_os_error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SharedSync;
    use crate::schedule::locked;
    use std::io::{Error, ErrorKind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use std::sync::{Arc, Mutex};

    #[test]
    fn threads_that_come_during_a_sync_share_the_next() {
        let ((begun, begins), (proceed, proceeds)) = (channel(), channel());
        let (begun, proceeds) = (Mutex::new(begun), Mutex::new(proceeds));
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let shared = SharedSync::new(Box::new(move || {
            if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                begun.lock().expect("a lock").send(()).expect("a receiver");
                proceeds.lock().expect("a lock").recv().expect("a sender");
            }
            Ok(())
        }));
        let wait = || assert!(shared.wait().expect("a sync"));
        std::thread::scope(|scope| {
            scope.spawn(wait);
            begins.recv().expect("the first sync");
            (0..4).for_each(|_| _ = scope.spawn(wait));
            while locked(&shared.state).waiting < 4 {
                std::thread::yield_now();
            }
            proceed.send(()).expect("a sync under way");
        });
        assert_eq!(calls.load(Ordering::SeqCst), 2, "the first sync may have passed over what the others wrote");
    }

    /// The system's number for bytes that a disk does not take or give: `ERROR_CRC`, else `EIO`.
    const LOST: i32 = if cfg!(windows) { 23 } else { 5 };

    #[test]
    fn a_lost_write_fails_all_later_syncs_and_a_forbidden_call_none() {
        let calls = AtomicUsize::new(0);
        let lost = SharedSync::new(Box::new(move || match calls.fetch_add(1, Ordering::SeqCst) {
            1 => Err(Error::from_raw_os_error(LOST)),
            _ => Ok(()),
        }));
        assert!(lost.wait().expect("a sync"));
        for _ in 0..2 {
            assert_eq!(lost.wait().expect_err("bytes were lost").raw_os_error(), Some(LOST));
        }
        let forbidden = SharedSync::new(Box::new(|| Err(ErrorKind::PermissionDenied.into())));
        assert!(!forbidden.wait().expect("no failure"));
    }
}
