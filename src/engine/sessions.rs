//! The sessions of a run: a list that is known from the start, or a stream that is read while they are archived. Of a stream nothing is
//! in memory but the sessions that wait.
//!
//! Must not know where they come from.

use super::event::Event;
use crate::archive::schedule::locked;
use crate::model::SessionId;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What a stream gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A session.
    Session(SessionId),
    /// A line without a session id.
    Rejected {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads a stream to its end, on a thread of its own, and hands on what it gives. It should return once that returns false: the run
/// begins no further session.
pub type Source = Box<dyn FnOnce(&mut dyn FnMut(Given) -> bool) + Send>;

/// The sessions of a run.
pub enum Sessions {
    /// All of them, each once. They are reported in this order.
    List(Vec<SessionId>),
    /// A stream. Each session is reported when it ends, as often as it is given.
    Stream(Source),
}

/// The sessions that were given, by their numbers.
pub(super) enum Waiting {
    List(Vec<SessionId>),
    /// Those that have not begun.
    Stream(Mutex<BTreeMap<usize, Given>>),
}

impl Waiting {
    pub(super) fn new(sessions: Sessions) -> (Self, Option<Source>) {
        match sessions {
            Sessions::List(sessions) => (Self::List(sessions), None),
            Sessions::Stream(source) => (Self::Stream(Mutex::default()), Some(source)),
        }
    }

    /// Keeps what a stream gave until it is taken.
    pub(super) fn keep(&self, index: usize, given: Given) {
        if let Self::Stream(waiting) = self {
            locked(waiting).insert(index, given);
        }
    }

    /// Returns what has that number.
    pub(super) fn take(&self, index: usize) -> Option<Given> {
        match self {
            Self::List(sessions) => sessions.get(index).cloned().map(Given::Session),
            Self::Stream(waiting) => locked(waiting).remove(&index),
        }
    }

    /// Returns the events of what a stream gave and the run did not begin.
    pub(super) fn left(&self) -> Vec<Event> {
        let Self::Stream(waiting) = self else { return Vec::new() };
        let event = |given| match given {
            Given::Session(session) => Event::SessionNotStarted { session },
            Given::Rejected { line, reason } => Event::LineRejected { line, reason },
        };
        std::mem::take(&mut *locked(waiting)).into_values().map(event).collect()
    }
}
