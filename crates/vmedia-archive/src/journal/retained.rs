//! The holds and the cutoffs that count, as the journal says. A release names the lines that it ends, so that neither clocks nor the order
//! of runs matter. Must not judge the journal, and must not know periods.

use super::entry::{Entry, Line};
use super::erasure_entry::{AgainEntry, ErasedEntry};
use super::orders::{CutoffEntry, HoldEntry, ReleasedEntry};
use super::{index, segment};
use crate::class::Class;
use crate::error::Result;
use crate::layout::session_folder;
use crate::model::SessionId;
use crate::store::{ReadStore, sha256_bytes};
use crate::word::Word;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A hold: one line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The name of the case.
    pub case: String,
    /// The operator's reason.
    pub reason: String,
    /// The day after which the operator wants to be reminded.
    pub until: Option<Date>,
    /// The time of the order.
    pub at: Timestamp,
    /// The sessions.
    pub sessions: Vec<SessionId>,
    /// The SHA-256 of its line.
    line: [u8; 32],
    /// The segment that has the line.
    segment: Box<str>,
}

impl Hold {
    /// Returns true if its last day was before this one. It still keeps its sessions.
    pub fn has_run_out(&self, on: Date) -> bool {
        self.until.is_some_and(|until| until < on)
    }

    /// Returns the SHA-256 of its line.
    pub(crate) fn line(&self) -> String {
        hex::encode(self.line)
    }
}

/// The day from which the retention of a session counts, for one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cutoff {
    /// The event.
    pub event: Arc<str>,
    /// The day; `None` if it was withdrawn.
    pub date: Option<Date>,
    /// The time at which it was recorded.
    pub at: Timestamp,
}

/// The days from which the retention of a session counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cutoffs {
    /// The newest of each event; those that were withdrawn, too.
    pub events: Vec<Cutoff>,
    /// True if its biometric media were erased, so that no rule is about them any more.
    pub is_without_biometric: bool,
}

/// The cutoffs of a session that has none.
static NONE: Cutoffs = Cutoffs { events: Vec::new(), is_without_biometric: false };

/// The holds and cutoffs of an archive.
#[derive(Debug, Default)]
pub struct Retained {
    holds: Vec<Hold>,
    /// The numbers of the holds of each session, by the folder's name.
    held: HashMap<Box<str>, Vec<usize>>,
    /// The segments whose runs released a hold, by the SHA-256 of the hold's line.
    released: HashMap<[u8; 32], Vec<Box<str>>>,
    /// The session and its cutoffs, by the folder's name.
    cutoffs: HashMap<Box<str>, (SessionId, Cutoffs)>,
    events: BTreeMap<String, Arc<str>>,
}

impl Retained {
    /// Reads the journal; without one, the result is empty.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn read(store: &dyn ReadStore) -> Result<Self> {
        let mut retained = Self::default();
        for name in segment::names(store)? {
            index::each_line_of(store, &name, &["hold", "released", "cutoff", "erased", "again"], &mut |line, raw| {
                retained.add(line, &name, raw.sha256());
            })?;
        }
        Ok(retained)
    }

    /// Adds a line, with its segment and its SHA-256. Lines about other things are ignored.
    pub(super) fn add(&mut self, line: Line, segment: &str, sha256: [u8; 32]) {
        match line.entry {
            Entry::Hold(entry) => self.add_hold(entry, line.at, segment, sha256),
            Entry::Released(entry) => self.add_released(&entry, segment),
            Entry::Cutoff(entry) => self.add_cutoff(entry, line.at),
            Entry::Erased(entry) => self.add_erased(&entry),
            Entry::Again(entry) => self.add_again(&entry),
            _ => {}
        }
    }

    pub(super) fn add_hold(&mut self, entry: HoldEntry, at: Timestamp, segment: &str, line: [u8; 32]) {
        let HoldEntry { case, reason, until, sessions } = entry;
        for session in &sessions {
            let numbers = self.held.entry(session_folder(session).as_str().into()).or_default();
            if numbers.last() != Some(&self.holds.len()) {
                numbers.push(self.holds.len());
            }
        }
        self.holds.push(Hold { case, reason, until, at, sessions, line, segment: segment.into() });
    }

    pub(super) fn add_released(&mut self, entry: &ReleasedEntry, segment: &str) {
        for line in entry.lines.iter().filter_map(|line| sha256_bytes(line)) {
            self.released.entry(line).or_default().push(segment.into());
        }
    }

    pub(super) fn add_cutoff(&mut self, CutoffEntry { event, cutoffs }: CutoffEntry, at: Timestamp) {
        let event = Arc::clone(self.events.entry(event).or_insert_with_key(|event| event.as_str().into()));
        for cutoff in cutoffs {
            let folder = session_folder(&cutoff.session);
            let (_, known) = self.cutoffs.entry(folder.as_str().into()).or_insert_with(|| (cutoff.session, Cutoffs::default()));
            let known = &mut known.events;
            let new = Cutoff { event: Arc::clone(&event), date: cutoff.date, at };
            match known.iter_mut().find(|known| known.event == event) {
                // Segments of runs that overlap do not stand in the order of their lines.
                Some(known) if known.at > at => {}
                Some(known) => *known = new,
                None => known.push(new),
            }
        }
    }

    /// Takes note that the biometric media of a session were erased.
    pub(super) fn add_erased(&mut self, entry: &ErasedEntry) {
        if entry.class.as_ref().and_then(Word::known) == Some(Class::Biometric) {
            let new = || (entry.session.clone(), Cutoffs::default());
            self.cutoffs.entry(entry.folder.as_str().into()).or_insert_with(new).1.is_without_biometric = true;
        }
    }

    /// Takes note that the biometric media of a session may be archived again.
    pub(super) fn add_again(&mut self, entry: &AgainEntry) {
        if entry.class.as_ref().and_then(Word::known) == Some(Class::Biometric)
            && let Some((_, cutoffs)) = self.cutoffs.get_mut(entry.folder.as_str())
        {
            cutoffs.is_without_biometric = false;
        }
    }

    /// Returns the holds that keep a session, by its folder's name: the newest of each case, sorted by case.
    pub fn held(&self, folder: &str) -> Vec<&Hold> {
        let mut newest: BTreeMap<&str, &Hold> = BTreeMap::new();
        for hold in self.of(folder).filter(|hold| !self.is_released(hold)) {
            let known = newest.entry(&hold.case).or_insert(hold);
            if known.at <= hold.at {
                *known = hold;
            }
        }
        newest.into_values().collect()
    }

    /// Returns each session that is held, once for each case, with the newest hold of that case.
    pub fn in_force(&self) -> impl Iterator<Item = (&SessionId, &Hold)> {
        let is_newest =
            |session: &SessionId, hold: &Hold| self.held(session_folder(session).as_str()).iter().any(|newest| std::ptr::eq(*newest, hold));
        self.holds()
            .flat_map(move |hold| hold.sessions.iter().filter(move |session| is_newest(session, hold)).map(move |session| (session, hold)))
    }

    /// Returns all holds that were not released, in the order of the journal.
    pub fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(|hold| !self.is_released(hold))
    }

    /// Returns the cutoffs of a session, by its folder's name.
    pub fn cutoffs(&self, folder: &str) -> &Cutoffs {
        self.cutoffs.get(folder).map_or(&NONE, |(_, cutoffs)| cutoffs)
    }

    /// Returns the id of a session with a cutoff, by its folder's name.
    pub fn session(&self, folder: &str) -> Option<&SessionId> {
        self.cutoffs.get(folder).map(|(session, _)| session)
    }

    /// Returns a hold that these runs knew and that none of them released, by the folder's name.
    pub(crate) fn held_among(&self, folder: &str, is_among: &dyn Fn(&str) -> bool) -> Option<&Hold> {
        let is_released = |hold: &Hold| self.released.get(&hold.line).is_some_and(|runs| runs.iter().any(|run| is_among(run)));
        self.of(folder).find(|hold| is_among(&hold.segment) && !is_released(hold))
    }

    /// Returns true if any line held a session, by its folder's name.
    pub(crate) fn was_held(&self, folder: &str) -> bool {
        self.held.contains_key(folder)
    }

    /// Returns the segments of releases that name a line which is no hold.
    pub(crate) fn stray_releases(&self) -> Vec<String> {
        let known: std::collections::HashSet<&[u8; 32]> = self.holds.iter().map(|hold| &hold.line).collect();
        let stray = self.released.iter().filter(|(line, _)| !known.contains(line));
        let mut segments: Vec<String> = stray.flat_map(|(_, segments)| segments).map(ToString::to_string).collect();
        segments.sort();
        segments.dedup();
        segments
    }

    fn of(&self, folder: &str) -> impl Iterator<Item = &Hold> {
        self.held.get(folder).into_iter().flatten().filter_map(|number| self.holds.get(*number))
    }

    fn is_released(&self, hold: &Hold) -> bool {
        self.released.contains_key(&hold.line)
    }
}
