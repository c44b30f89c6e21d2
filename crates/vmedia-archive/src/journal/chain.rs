//! Reads the whole journal and checks that every line follows from the one before, every segment from those before it, and that no
//! line is missing that another vouches for.
//!
//! Keeps the places of the lines about each session, not their contents: an archive of millions of files is verified in memory
//! that grows with its sessions alone, and each line is read again when its session is compared.
//!
//! The chain alone cannot show that the newest lines were cut off, or all of it written anew. Against that help bags that the
//! journal does not know, seals, and a head that is kept elsewhere. Must not look at bags.

mod links;

use super::entry::{Archived, Entry, Line, Parent, SealEntry};
use super::erasures::{Erasure, Erasures};
use super::place::Place;
use super::retained::{Hold, Retained};
use super::segment::{self, Lines, RawLine};
use crate::class::Class;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{ReadStore, Watch, sha256_bytes};
use crate::word::NewerWords;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A change of a bag.
#[derive(Debug)]
pub(crate) struct BagChange {
    pub(crate) at: Timestamp,
    /// True if a seal that counts, or an expected head, covers its line.
    pub(crate) is_proven: bool,
    pub(crate) archived: Archived,
    /// The reason of the operator who adopted the session, and the runs that are missing.
    adopted: Option<(String, Vec<String>)>,
}

impl BagChange {
    pub(crate) fn is_adoption(&self) -> bool {
        self.adopted.is_some()
    }

    /// Returns the reason of an adoption.
    pub(crate) fn adopted_for(&self) -> Option<&str> {
        self.adopted.as_ref().map(|(reason, _)| reason.as_str())
    }

    /// Returns true if it adopts the session without this run, which is missing.
    pub(crate) fn makes_up_for(&self, segment: &str) -> bool {
        self.adopted.as_ref().is_some_and(|(_, runs)| runs.iter().any(|run| run == segment))
    }
}

/// A segment, as it was read.
#[derive(Debug, Default)]
struct Segment {
    /// The length of its whole lines in bytes.
    bytes: u64,
    /// The SHA-256 of its first and of its last whole line.
    first: Option<String>,
    last: Option<String>,
    /// The time of its last line.
    at: Option<Timestamp>,
    /// The segments that it follows as a whole.
    follows: Vec<String>,
    /// Codes in it that a newer version wrote.
    newer: NewerWords<'static>,
}

/// A journal that was read and checked.
#[derive(Debug, Default)]
pub struct Chain {
    /// Number of segments: one per run.
    pub segments: u64,
    /// Number of lines.
    pub lines: u64,
    /// The ends that no segment follows yet: segment and SHA-256 of its last line.
    pub heads: Vec<(String, String)>,
    /// Findings: the segment, and the fault.
    pub findings: Vec<(String, String)>,
    /// Remarks on what is no damage: the segment, and the remark.
    pub(crate) notes: Vec<(String, String)>,
    /// The pages of the catalog that were written: the place of the line, and the page's SHA-256.
    pub(crate) pages: Vec<(Place, String)>,
    /// The expected heads that are the digest of a line: its segment, and the offset of its end.
    pub(crate) known_heads: HashMap<String, (String, u64)>,
    /// The seals that runs name, each with the segment of the run that names it.
    pub(crate) seals: Vec<(String, SealEntry)>,
    /// The segments that a seal that counts covers as a whole.
    pub(crate) sealed: HashSet<String>,
    /// True if only sealed segments and those behind expected heads count: the caller named signers or heads.
    pub(crate) is_proof_demanded: bool,
    /// The places of the changes of each session's bag, in the order of their segments, by the folder's name.
    pub(super) bags: BTreeMap<Box<str>, Vec<Place>>,
    /// The erasures of sessions and of classes of their media.
    pub(crate) erasures: Erasures,
    /// The holds and cutoffs.
    retained: Retained,
    /// Number of exports of each session, by the folder's name.
    pub(crate) exports: HashMap<Box<str>, u64>,
    /// The segments' names, by their numbers.
    pub(super) names: Vec<String>,
    read: HashMap<String, Segment>,
    /// The segments that stand as a whole at or behind the expected heads.
    pub(crate) behind_heads: HashSet<String>,
}

impl Chain {
    /// Reads the journal. `heads` are the expected heads. `watch` sees each line.
    pub fn read(store: &dyn ReadStore, heads: &[String], watch: &mut Watch<'_>) -> Result<Self> {
        let mut chain = Self::default();
        let names = segment::names(store)?;
        let mut links: Vec<(String, Parent)> = Vec::new();
        for name in &names {
            links.extend(segment::parents(store, name)?.into_iter().map(|parent| (name.clone(), parent)));
        }
        // Only the digests that later segments and expected heads name are kept.
        let linked: HashSet<(&str, u64)> = links.iter().map(|(_, parent)| (parent.segment.as_str(), parent.bytes)).collect();
        let mut digests: HashMap<(String, u64), String> = HashMap::new();
        let mut known_heads = HashMap::new();
        for name in &names {
            chain.read_segment(store, name, watch, &mut |end, sha256| {
                if linked.contains(&(name.as_str(), end)) {
                    digests.insert((name.clone(), end), sha256.to_owned());
                }
                if heads.iter().any(|head| head == sha256) {
                    known_heads.insert(sha256.to_owned(), (name.clone(), end));
                }
            })?;
        }
        chain.known_heads = known_heads;
        chain.check_links(&links, &digests);
        for segment in chain.retained.stray_releases() {
            chain.finding(&segment, "releases a hold that no line of the journal has");
        }
        chain.seals = links.into_iter().flat_map(|(run, parent)| parent.seals.into_iter().map(move |seal| (run.clone(), seal))).collect();
        chain.behind_heads = chain.find_behind_heads().into_iter().map(str::to_owned).collect();
        chain.is_proof_demanded = !heads.is_empty();
        Ok(chain)
    }

    /// Returns the time of the last change of a session's bag, by the folder's name.
    pub(crate) fn last_change(&self, folder: &str) -> Option<Timestamp> {
        self.bags.get(folder)?.iter().map(|place| place.at).max()
    }

    /// Returns the newest erasure of a session, by the folder's name.
    pub(crate) fn erasure(&self, folder: &str) -> Option<&Erasure> {
        self.erasures.of(None).get(folder)
    }

    /// Returns the newest erasure of a class of a session's media, by the folder's name.
    pub(crate) fn class_erasure(&self, folder: &str, class: Class) -> Option<&Erasure> {
        self.erasures.of(Some(class)).get(folder)
    }

    /// Returns the holds and cutoffs.
    pub fn retained(&self) -> &Retained {
        &self.retained
    }

    /// Returns a hold that was in force when a session was erased, by the folder's name: the run that erased it followed the one that held
    /// it, and none that it followed had released it.
    pub(crate) fn held_when_erased(&self, folder: &str, erasure: &Erasure) -> Option<&Hold> {
        let run = self.names.get(erasure.ordered.segment as usize).filter(|_| self.retained.was_held(folder))?;
        let before = self.behind(std::iter::once(run.as_str()));
        self.retained.held_among(folder, &|segment| before.contains(segment))
    }

    /// Returns the folders of the sessions that the journal knows.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.bags.keys().map(AsRef::as_ref)
    }

    /// Reads the changes of a session's bag again, in the order of their segments. A line that has changed since is an error.
    pub(crate) fn changes(&self, store: &dyn ReadStore, folder: &str) -> Result<Vec<BagChange>> {
        let places = self.bags.get(folder).map(Vec::as_slice).unwrap_or_default();
        places.iter().map(|place| self.change(store, place)).collect()
    }

    fn change(&self, store: &dyn ReadStore, place: &Place) -> Result<BagChange> {
        let name = self.names.get(place.segment as usize).map(String::as_str).unwrap_or_default();
        let bytes = store.read_range(&segment::path(name), place.offset, place.length)?;
        let raw = RawLine { bytes, is_whole: true };
        let is_proven = self.is_proven(place);
        match raw.read().filter(|_| sha256_bytes(&raw.sha256()) == place.sha256) {
            Some(Line { at, entry: Entry::Archived(archived), .. }) => Ok(BagChange { at, is_proven, archived: *archived, adopted: None }),
            Some(Line { at, entry: Entry::Adopted(entry), .. }) => {
                let adopted = Some((entry.reason, entry.missing_runs));
                Ok(BagChange { at, is_proven, archived: entry.archived, adopted })
            }
            _ => {
                let what = format!("{name} changed while it was read");
                Err(Error::new(ErrorKind::Damaged, what, "run the same command again; if it stays so, restore the journal from a backup"))
            }
        }
    }

    /// Returns true if a seal that counts, or an expected head, covers a line.
    pub(crate) fn is_proven(&self, place: &Place) -> bool {
        let name = self.names.get(place.segment as usize).map(String::as_str).unwrap_or_default();
        let is_up_to_head = || self.known_heads.values().any(|(segment, end)| segment == name && place.offset + place.length < *end);
        self.sealed.contains(name) || self.behind_heads.contains(name) || is_up_to_head()
    }

    /// Returns true if the journal has a segment whose first line has this digest.
    pub(crate) fn has_run(&self, segment: &str, first: &str) -> bool {
        self.read.get(segment).is_some_and(|read| read.first.as_deref() == Some(first))
    }

    /// Returns true if the journal has changes of this session's folder.
    pub fn knows(&self, folder: &str) -> bool {
        self.bags.contains_key(folder)
    }

    /// Returns the time of the last line of a segment.
    pub(crate) fn ended_at(&self, segment: &str) -> Option<Timestamp> {
        self.read.get(segment)?.at
    }

    /// Returns the number of segments that are not among these.
    pub(crate) fn not_among(&self, segments: &HashSet<String>) -> u64 {
        self.read.keys().filter(|segment| !segments.contains(*segment)).count() as u64
    }

    fn finding(&mut self, segment: &str, what: impl Into<String>) {
        self.findings.push((segment.to_owned(), what.into()));
    }

    /// Checks the lines of one segment. `seen` receives the end and the digest of each whole line.
    fn read_segment(&mut self, store: &dyn ReadStore, name: &str, watch: &mut Watch<'_>, seen: &mut dyn FnMut(u64, &str)) -> Result<()> {
        self.segments += 1;
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        let mut read = Segment::default();
        let mut number = 0;
        let mut is_closed = false;
        let Some(lines) = Lines::open(store, name)? else { return Ok(()) };
        for line in lines {
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    self.finding(name, format!("cannot be read after line {number}: {error}"));
                    break;
                }
            };
            if watch(&line.bytes).is_err() {
                return Err(stopped());
            }
            if !line.is_whole {
                let what = format!("line {} is cut off: its run was killed while it wrote; the next run repeats that step", number + 1);
                self.notes.push((name.to_owned(), what));
                break;
            }
            number += 1;
            self.lines += 1;
            if is_closed {
                self.finding(name, format!("line {number} was added after the run had ended"));
            }
            let sha256 = line.sha256();
            let place = Place {
                segment: index,
                offset: read.bytes,
                length: line.bytes.len() as u64,
                at: Timestamp::UNIX_EPOCH,
                sha256: sha256_bytes(&sha256),
            };
            is_closed = self.read_line(name, number, &line, place, &mut read);
            read.bytes += line.bytes.len() as u64 + 1;
            seen(read.bytes, &sha256);
            read.first.get_or_insert_with(|| sha256.clone());
            read.last = Some(sha256);
        }
        self.notes.extend(read.newer.note().map(|note| (name.to_owned(), note)));
        if !is_closed {
            let what = match segment::is_at_work(store, name) {
                Ok(true) => "its run is still at work",
                _ => "its run has no end: it was killed, or the end was removed",
            };
            self.notes.push((name.to_owned(), what.to_owned()));
        }
        self.read.insert(name.to_owned(), read);
        Ok(())
    }

    /// Checks a line against the one before and adds its contents. Returns true for the last line of a run.
    fn read_line(&mut self, name: &str, number: u64, raw: &RawLine, place: Place, read: &mut Segment) -> bool {
        let Some(line) = raw.read() else {
            self.finding(name, format!("line {number} is not a line of a journal"));
            return false;
        };
        if line.previous != read.last {
            self.finding(name, format!("line {number} does not follow from the line before it: one was altered, added or removed"));
        }
        line.count_newer(&raw.bytes, &mut read.newer);
        read.at = Some(line.at);
        let is_first = matches!(line.entry, Entry::Opened(_));
        if is_first != (number == 1) {
            self.finding(name, format!("line {number} is out of place: a segment begins with its run, and only once"));
        }
        match line.entry {
            Entry::Opened(opened) if opened.segment != name => {
                self.finding(name, format!("is a copy of {}: its first line names that segment", opened.segment));
            }
            Entry::Archived(archived) => self.add_bag(archived.folder, Place { at: line.at, ..place }),
            Entry::Adopted(entry) => self.add_bag(entry.archived.folder, Place { at: line.at, ..place }),
            Entry::Accepted { runs, reason } => {
                let runs: Vec<&str> = runs.iter().map(|run| run.segment.as_str()).collect();
                self.notes.push((name.to_owned(), format!("accepts runs without a signature: {}; reason: {reason}", runs.join(", "))));
            }
            Entry::Erasing(entry) => self.erasures.begin(*entry, Place { at: line.at, ..place }),
            Entry::Erased(entry) => {
                self.retained.add_erased(&entry);
                self.erasures.end(entry, Place { at: line.at, ..place });
            }
            Entry::Again(entry) => {
                self.retained.add_again(&entry);
                self.erasures.again(entry, Place { at: line.at, ..place });
            }
            Entry::Page { sha256 } => self.pages.push((Place { at: line.at, ..place }, sha256)),
            Entry::Exported(entry) => *self.exports.entry(entry.folder.into()).or_default() += 1,
            Entry::Hold(_) | Entry::Released(_) | Entry::Cutoff(_) => self.retained.add(line, name, &raw.sha256()),
            Entry::Closed { .. } => return true,
            _ => {}
        }
        false
    }

    fn add_bag(&mut self, folder: String, place: Place) {
        // Most sessions have one line, and a growing list allocates four places at once.
        self.bags.entry(folder.into()).and_modify(|places| places.push(place)).or_insert_with(|| vec![place]);
    }
}

/// Returns the error of a verification that was asked to stop.
pub(crate) fn stopped() -> Error {
    Error::new(ErrorKind::Interrupted, "interrupted; the verification is not complete", "run the same command again")
}
