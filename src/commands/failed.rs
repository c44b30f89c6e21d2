//! The list of sessions to run again (`--failed-to`): every session when the run begins, and those that failed when it ends.
//! So the list is complete after a crash too.

use crate::archive::must_be_outside;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::model::SessionId;
use crate::store::{Readers, is_in_the_way, replace};
use std::collections::HashSet;
use std::path::PathBuf;

pub(super) struct FailedList {
    path: PathBuf,
    sessions: Vec<SessionId>,
}

impl FailedList {
    /// Writes the list with all sessions.
    pub(super) fn begin(path: PathBuf, sessions: &[SessionId]) -> Result<Self> {
        must_be_outside("--failed-to", &path)?;
        let list = Self { path, sessions: sessions.to_vec() };
        if is_in_the_way(&list.path) {
            let what = format!("{} is not a regular file", list.path.display());
            return Err(Error::usage(what, "name a file with --failed-to; it is replaced in one step"));
        }
        list.write(&HashSet::new())?;
        Ok(list)
    }

    /// Writes the sessions that are not done, in the order in which they were given.
    pub(super) fn write(&self, done: &HashSet<&SessionId>) -> Result<()> {
        let left = self.sessions.iter().filter(|session| !done.contains(session));
        let text: String = left.map(|session| format!("{session}\n")).collect();
        replace(&self.path, text.as_bytes(), Readers::Owner).map_err(|error| {
            let what = format!("cannot write the list {}: {}", self.path.display(), plain(&error));
            Error::new(ErrorKind::Local, what, "choose another file with --failed-to").caused_by(error)
        })
    }
}
