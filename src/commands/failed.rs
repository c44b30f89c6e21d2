//! The list of sessions that are to be run again (`--failed-to`): every session when the run begins, and when it ends those
//! that did not come to a good end, so that the list is never better than the truth, also after a crash.
//!
//! Must not know why a session failed.

use crate::archive::must_be_outside;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::store::{Readers, is_in_the_way, replace};
use std::collections::HashSet;
use std::path::PathBuf;

/// The list and what it still holds.
pub(super) struct FailedList {
    path: PathBuf,
    sessions: Vec<SessionId>,
    done: HashSet<SessionId>,
}

impl FailedList {
    /// Writes all of them down.
    pub(super) fn begin(path: PathBuf, sessions: &[SessionId]) -> Result<Self> {
        must_be_outside("--failed-to", &path)?;
        let list = Self { path, sessions: sessions.to_vec(), done: HashSet::new() };
        if is_in_the_way(&list.path) {
            let what = format!("{} is no regular file", list.path.display());
            return Err(Error::usage(what, "name a file with --failed-to; it is replaced in one step"));
        }
        list.write()?;
        Ok(list)
    }

    /// A session ended.
    pub(super) fn ended(&mut self, session: &SessionId, exit: Exit) {
        if exit == Exit::Done {
            self.done.insert(session.clone());
        }
    }

    /// Writes down what is left, in the order in which it was given.
    pub(super) fn write(&self) -> Result<()> {
        let left = self.sessions.iter().filter(|session| !self.done.contains(session));
        let text: String = left.map(|session| format!("{session}\n")).collect();
        replace(&self.path, text.as_bytes(), Readers::Owner).map_err(|error| {
            let what = format!("cannot write the list {}: {}", self.path.display(), plain(&error));
            Error::new(ErrorKind::Local, what, "choose another file with --failed-to").caused_by(error)
        })
    }
}
