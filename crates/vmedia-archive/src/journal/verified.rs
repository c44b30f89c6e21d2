//! What the journal says of sessions beside their bags: the last verifications, holds and cutoffs, erasures; and the pages of the catalog.
//! Must not judge the journal.

use super::entry::{Entry, Line};
use super::erasure_entry::ErasureFacts;
use super::retained::Retained;
use super::{index, segment};
use crate::error::Result;
use crate::store::ReadStore;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The times of a session's last verifications as a whole without findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastVerified {
    /// The last verification.
    pub at: Option<Timestamp>,
    /// The last verification that computed the provider's signatures again, which held.
    pub authenticated: Option<Timestamp>,
}

/// The sorts of lines that are read.
const SORTS: [&str; 8] = ["again", "verified", "page", "hold", "released", "cutoff", "erasing", "erased"];

/// A session that was erased, or was to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedSession {
    /// The facts.
    pub facts: ErasureFacts,
    /// The time at which nothing was left, once it is done.
    pub erased: Option<Timestamp>,
}

/// What the journal says of an archive's sessions beside their bags: verifications, retention and erasures.
#[derive(Debug, Default)]
pub struct Verifications {
    /// The times of the lines about verifications. A line is about hundreds of sessions, so a session holds numbers of lines.
    lines: Vec<Timestamp>,
    /// By the session's id: the line of the last verification, and of the last with the provider's signatures.
    sessions: HashMap<Box<str>, (u32, Option<u32>)>,
    /// The SHA-256 of each page of the catalog.
    pages: HashSet<String>,
    /// The holds and cutoffs.
    retained: Retained,
    /// The sessions that were erased, by the folder's name.
    erased: BTreeMap<Box<str>, ErasedSession>,
}

impl Verifications {
    /// Reads the journal; without one, the result is empty.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn read(store: &dyn ReadStore) -> Result<Self> {
        let mut verifications = Self::default();
        for name in segment::names(store)? {
            index::each_line_of(store, &name, &SORTS, &mut |line, raw| match line.entry {
                Entry::Hold(_) | Entry::Released(_) | Entry::Cutoff(_) => verifications.retained.add(line, &name, raw.sha256()),
                _ => verifications.add(line),
            })?;
        }
        Ok(verifications)
    }

    /// Returns whether a run has written a page of the catalog with this SHA-256.
    pub fn knows_page(&self, sha256: &str) -> bool {
        self.pages.contains(sha256)
    }

    /// Returns the times of a session's last verifications, by its id.
    pub fn of(&self, session: &str) -> LastVerified {
        let at = |line: u32| self.lines.get(line as usize).copied();
        let (last, authenticated) = self.sessions.get(session).copied().unzip();
        LastVerified { at: last.and_then(at), authenticated: authenticated.flatten().and_then(at) }
    }

    /// Returns the holds and cutoffs.
    pub fn retained(&self) -> &Retained {
        &self.retained
    }

    /// Returns the sessions that were erased, by the folders' names. One may have been archived again.
    pub fn erased(&self) -> impl Iterator<Item = (&str, &ErasedSession)> {
        self.erased.iter().filter(|(_, erased)| erased.erased.is_some()).map(|(folder, erased)| (folder.as_ref(), erased))
    }

    fn add(&mut self, line: Line) {
        let (sessions, authenticated) = match line.entry {
            Entry::Verified { sessions, sample: None, authenticated } => (sessions, authenticated),
            Entry::Page { sha256 } => {
                self.pages.insert(sha256);
                return;
            }
            Entry::Erased(entry) if entry.class.is_some() => return self.retained.add_erased(&entry),
            Entry::Again(entry) => return self.retained.add_again(&entry),
            Entry::Erasing(entry) => {
                let facts = entry.facts;
                if facts.class.is_some() {
                    return;
                }
                self.erased.insert(facts.folder.as_str().into(), ErasedSession { facts, erased: None });
                return;
            }
            Entry::Erased(entry) if entry.class.is_none() => {
                if let Some(known) = self.erased.get_mut(entry.folder.as_str()) {
                    known.erased.get_or_insert(line.at);
                }
                return;
            }
            _ => return,
        };
        let Ok(number) = u32::try_from(self.lines.len()) else { return };
        self.lines.push(line.at);
        let lines = &self.lines;
        // Segments of runs that overlap do not stand in the order of their lines.
        let newest = |known: u32| if lines.get(known as usize).is_some_and(|at| *at > line.at) { known } else { number };
        for session in sessions {
            let known = self.sessions.entry(session.as_str().into()).or_insert((number, None));
            known.0 = newest(known.0);
            known.1 = if authenticated.is_some() { Some(known.1.map_or(number, newest)) } else { known.1 };
        }
    }
}
