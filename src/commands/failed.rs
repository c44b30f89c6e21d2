//! The list of sessions to run again (`--failed-to`): every session when the run begins, and those that failed when it ends.
//! So the list is complete after a crash too. It says why a session failed, and in how many runs in a row.

use crate::archive::must_be_outside;
use crate::config::FAILED_HEADER;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::exit::Exit;
use crate::model::SessionId;
use crate::store::{Readers, is_in_the_way, replace};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The largest list that is read, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;
/// The reason of a session that no run has begun.
const NOT_STARTED: &str = "not-started";

pub(super) struct FailedList {
    path: PathBuf,
    sessions: Vec<SessionId>,
    /// The entries before this run.
    before: HashMap<SessionId, Entry>,
    /// Number of runs after which a session that is not found is left out.
    most: Option<u32>,
}

/// A session of the list.
#[derive(Clone)]
struct Entry {
    /// The code of the reason.
    reason: String,
    /// Number of runs in a row that ended for it.
    runs: u32,
}

impl FailedList {
    /// Writes the list with all sessions, and takes from these those that were not found in `most` runs.
    pub(super) fn begin(path: PathBuf, sessions: &mut Vec<SessionId>, most: Option<u32>) -> Result<Self> {
        must_be_outside("--failed-to", &path)?;
        let list = Self { before: read(&path), path, sessions: sessions.clone(), most };
        if is_in_the_way(&list.path) {
            let what = format!("{} is not a regular file", list.path.display());
            return Err(Error::usage(what, "name a file with --failed-to; it is replaced in one step"));
        }
        list.write(&HashMap::new())?;
        sessions.retain(|session| !list.is_left_out(session));
        Ok(list)
    }

    /// Returns the number of sessions that are left out.
    pub(super) fn left_out(&self) -> u64 {
        self.sessions.iter().filter(|session| self.is_left_out(session)).count() as u64
    }

    fn is_left_out(&self, session: &SessionId) -> bool {
        let not_found = code(ErrorKind::NotFound);
        let entry = self.before.get(session).filter(|entry| entry.reason == not_found);
        entry.is_some_and(|entry| self.most.is_some_and(|most| entry.runs >= most))
    }

    /// Writes the sessions that are not done, in the order in which they were given; nothing if there is none.
    pub(super) fn write(&self, outcomes: &HashMap<&SessionId, Exit>) -> Result<()> {
        let mut text = String::new();
        for session in &self.sessions {
            if let Some(Entry { reason, runs }) = self.entry(session, outcomes.get(session).copied()) {
                // Neither an id nor a code holds a comma or a quote.
                text.push_str(&format!("{session},{reason},{runs}\n"));
            }
        }
        if !text.is_empty() {
            text.insert_str(0, &format!("{FAILED_HEADER}\n"));
        }
        replace(&self.path, text.as_bytes(), Readers::Owner).map_err(|error| {
            let what = format!("cannot write the list {}: {}", self.path.display(), plain(&error));
            Error::new(ErrorKind::Local, what, "choose another file with --failed-to").caused_by(error)
        })
    }

    /// Returns the entry of a session with this outcome; none if it is done.
    fn entry(&self, session: &SessionId, outcome: Option<Exit>) -> Option<Entry> {
        let before = self.before.get(session);
        let Some(outcome) = outcome else {
            return Some(before.cloned().unwrap_or_else(|| Entry { reason: NOT_STARTED.to_owned(), runs: 0 }));
        };
        let reason = code(outcome.kind()?);
        let runs = before.filter(|before| before.reason == reason).map_or(0, |before| before.runs);
        Some(Entry { reason, runs: runs.saturating_add(1) })
    }
}

/// Returns the code of an error's kind.
fn code(kind: ErrorKind) -> String {
    // A kind serializes to a text.
    serde_json::to_value(kind).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Returns the entries of a list that an earlier run wrote; none of any other file.
fn read(path: &Path) -> HashMap<SessionId, Entry> {
    let text = crate::input::read(path, LARGEST).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let mut lines = text.lines();
    if lines.next() != Some(FAILED_HEADER) {
        return HashMap::new();
    }
    let entry = |line: &str| {
        let (rest, runs) = line.rsplit_once(',')?;
        let (session, reason) = rest.rsplit_once(',')?;
        Some((SessionId::parse(session).ok()?, Entry { reason: reason.to_owned(), runs: runs.parse().ok()? }))
    };
    lines.filter_map(entry).collect()
}
