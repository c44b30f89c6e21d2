//! The times of the last verifications of sessions and the pages of the catalog, as the journal says. Must not judge the journal.

use super::entry::{Entry, Line};
use super::segment::{self, Lines};
use crate::error::Result;
use crate::store::ReadStore;
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// The times of a session's last verifications as a whole without findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastVerified {
    /// The last verification.
    pub at: Option<Timestamp>,
    /// The last verification that computed the provider's signatures again, which held.
    pub authenticated: Option<Timestamp>,
}

/// The times of the last verifications of an archive's sessions.
#[derive(Debug, Default)]
pub struct Verifications {
    /// The times of the lines about verifications. A line is about hundreds of sessions, so a session holds numbers of lines.
    lines: Vec<Timestamp>,
    /// By the session's id: the line of the last verification, and of the last with the provider's signatures.
    sessions: HashMap<Box<str>, (u32, Option<u32>)>,
    /// The SHA-256 of each page of the catalog.
    pages: HashSet<String>,
}

impl Verifications {
    /// Reads the journal; without one, the result is empty.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn read(store: &dyn ReadStore) -> Result<Self> {
        let mut verifications = Self::default();
        for name in segment::names(store)? {
            for line in Lines::open(store, &name)?.into_iter().flatten().map_while(std::result::Result::ok) {
                // Parsing every line would take ten times as long.
                if (line.contains("\"verified\"") || line.contains("\"page\""))
                    && let Some(line) = line.read()
                {
                    verifications.add(line);
                }
            }
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

    fn add(&mut self, line: Line) {
        let (sessions, authenticated) = match line.entry {
            Entry::Verified { sessions, sample: None, authenticated } => (sessions, authenticated),
            Entry::Page { sha256 } => {
                self.pages.insert(sha256);
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
