//! Refuses to destroy what is held. Reads the journal again when other runs have added to it, so that a hold counts that was added since.

use crate::error::{Error, ErrorKind, Result, quote};
use crate::journal::{Cutoffs, Journal, Retained};
use crate::layout::session_folder;
use crate::model::SessionId;
use crate::schedule::locked;
use crate::store::ReadStore;
use crate::text::day;
use std::sync::Mutex;

/// The holds of an archive, as of the last time when they were read.
#[derive(Debug, Default)]
pub struct HoldCheck(Mutex<Option<Read>>);

#[derive(Debug)]
struct Read {
    /// The length of the other runs' journal before it was read.
    length: u64,
    retained: Retained,
}

impl HoldCheck {
    /// Fails if a session is held. The caller has the session's lock, and this run's segment has begun, so that a run that adds a hold
    /// either is seen here or sees the lock.
    ///
    /// # Errors
    /// The session is held, or the journal cannot be read.
    pub fn refuse_held(&self, store: &dyn ReadStore, journal: &Journal, session: &SessionId) -> Result<()> {
        let length = Journal::length(store, journal.segment().as_ref()).map_err(Error::for_run)?;
        let mut read = locked(&self.0);
        let known = match read.take().filter(|read| read.length == length) {
            Some(known) => known,
            None => Read { length, retained: Retained::read(store).map_err(Error::for_run)? },
        };
        let known = read.insert(known);
        match known.retained.held(session_folder(session).as_str())[..] {
            [] => Ok(()),
            [hold, ..] => {
                let case = quote(&hold.case);
                let what = format!("session {session} is held for case {case:?} since {}, and nothing of it is erased", day(hold.at));
                let hint = "`vmedia hold list` shows the holds; when the reason of one has ended, release it with `vmedia hold release`";
                Err(Error::new(ErrorKind::Held, what, hint))
            }
        }
    }

    /// Returns the cutoffs of a session that was just found not to be held.
    pub(crate) fn cutoffs(&self, session: &SessionId) -> Cutoffs {
        let read = locked(&self.0);
        read.as_ref().map(|read| read.retained.cutoffs(session_folder(session).as_str()).clone()).unwrap_or_default()
    }
}
