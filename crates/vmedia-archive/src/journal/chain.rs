//! Reads the whole journal and checks that every line follows from the one before, every segment from those before it, and that no
//! line is missing that another vouches for.
//!
//! Keeps the places of the lines about the sessions of its scope, not their contents: an archive of millions of files is verified in memory
//! that grows with its sessions alone, and each line is read again when its session is compared.
//!
//! The chain alone cannot show that the newest lines were cut off, or all of it written anew. Against that help bags that the
//! journal does not know, seals, and a head that is kept elsewhere. Must not look at bags.

mod elsewhere;
mod links;
mod reading;

use super::entry::{Archived, Entry, Line, Parent, SealEntry};
use super::erasures::{Erasure, Erasures};
use super::place::Place;
use super::places::Places;
use super::retained::{Hold, Retained};
use super::scope::Scope;
use super::segment::{self, RawLine};
use super::shipped_entry::ShippedEntry;
use super::tree::Hash;
use crate::class::Class;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{ReadStore, Watch};
use crate::word::NewerWords;
use jiff::Timestamp;
use reading::Reading;
use std::collections::{HashMap, HashSet};

/// A change of a bag.
#[derive(Debug)]
pub(crate) struct BagChange {
    pub(crate) at: Timestamp,
    /// True if a seal that counts, or an expected head, covers its line.
    pub(crate) is_proven: bool,
    pub(crate) archived: Archived,
    /// The reason of the operator who adopted the session, and the runs that are missing.
    adopted: Option<(String, Vec<String>)>,
    /// The reason of the operator who encrypted the session.
    encrypted: Option<String>,
}

impl BagChange {
    pub(crate) fn is_adoption(&self) -> bool {
        self.adopted.is_some()
    }

    /// Returns the reason of an adoption.
    pub(crate) fn adopted_for(&self) -> Option<&str> {
        self.adopted.as_ref().map(|(reason, _)| reason.as_str())
    }

    /// Returns the reason of an encryption.
    pub(crate) fn encrypted_for(&self) -> Option<&str> {
        self.encrypted.as_deref()
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
    /// The places of the changes of the sessions' bags.
    pub(super) bags: Places,
    /// The places of the lines about versions in buckets.
    shipped: Places,
    /// The places of the lines about payload that was removed here.
    freed: Places,
    /// The SHA-256 of those lines that no longer hold.
    returned: HashSet<[u8; 32]>,
    /// The erasures of sessions and of classes of their media.
    pub(crate) erasures: Erasures,
    /// The holds and cutoffs.
    retained: Retained,
    /// Number of exports of each session, by the folder's name.
    pub(crate) exports: HashMap<Box<str>, u64>,
    /// Number of times that keys of each session were granted or handed out, by the folder's name.
    pub(crate) grants: HashMap<Box<str>, u64>,
    /// The segments' names, by their numbers.
    pub(super) names: Vec<String>,
    read: HashMap<String, Segment>,
    /// Number of segments of which only the lines that count were read, by an index.
    pub(crate) indexed: u64,
    /// The number of lines and the root of the tree over them, of segments that were read by an index.
    pub(crate) trees: HashMap<String, (u64, Hash)>,
    /// The segments that stand as a whole at or behind the expected heads.
    pub(crate) behind_heads: HashSet<String>,
}

impl Chain {
    /// Reads the journal, and keeps what it says of the sessions in `scope`. `heads` are the expected heads. `watch` sees each line.
    pub fn read(store: &dyn ReadStore, scope: &Scope, heads: &[String], watch: &mut Watch<'_>) -> Result<Self> {
        let chain = Self::read_segments(store, scope, heads, watch, true)?;
        // A head may be the digest of a line that was not read.
        let is_complete = chain.indexed == 0 || heads.iter().all(|head| chain.known_heads.contains_key(head));
        if is_complete { Ok(chain) } else { Self::read_segments(store, scope, heads, watch, false) }
    }

    fn read_segments(store: &dyn ReadStore, scope: &Scope, heads: &[String], watch: &mut Watch<'_>, by_index: bool) -> Result<Self> {
        let mut chain = Self::default();
        let names = segment::names(store)?;
        let mut links: Vec<(String, Parent)> = Vec::new();
        for name in &names {
            links.extend(segment::parents(store, name)?.into_iter().map(|parent| (name.clone(), parent)));
        }
        let mut reading = Reading::new(store, scope, &links, heads, watch);
        reading.by_index = by_index;
        for name in &names {
            chain.read_segment(&mut reading, name)?;
        }
        let Reading { digests, known_heads, .. } = reading;
        chain.bags.finish();
        chain.shipped.finish();
        chain.freed.finish();
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
        self.bags.of(folder).map(|place| place.at).max()
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

    /// Returns the folders of the sessions that the journal knows and that are not among these, in any order. Their lines are read again.
    pub(crate) fn folders_without<'a>(&self, store: &dyn ReadStore, folders: impl Iterator<Item = &'a str>) -> Result<Vec<String>> {
        self.bags.without(folders).map(|place| self.change(store, place).map(|change| change.archived.folder)).collect()
    }

    /// Reads the changes of a session's bag again, in the order of their segments. A line that has changed since is an error.
    pub(crate) fn changes(&self, store: &dyn ReadStore, folder: &str) -> Result<Vec<BagChange>> {
        self.bags.of(folder).map(|place| self.change(store, place)).collect()
    }

    /// Reads the lines about a session's versions in buckets again, each with its time.
    pub(crate) fn shipments(&self, store: &dyn ReadStore, folder: &str) -> Result<Vec<(Timestamp, ShippedEntry)>> {
        let entry = |place: &Place| match self.line(store, place)? {
            Line { at, entry: Entry::Shipped(entry), .. } => Ok((at, *entry)),
            _ => Err(self.changed(place)),
        };
        self.shipped.of(folder).map(entry).collect()
    }

    fn change(&self, store: &dyn ReadStore, place: &Place) -> Result<BagChange> {
        let is_proven = self.is_proven(place);
        let Line { at, entry, .. } = self.line(store, place)?;
        let (archived, adopted, encrypted) = match entry {
            Entry::Archived(archived) => (*archived, None, None),
            Entry::Adopted(entry) => (entry.archived, Some((entry.reason, entry.missing_runs)), None),
            Entry::Encrypted(entry) => (entry.archived, None, Some(entry.reason)),
            _ => return Err(self.changed(place)),
        };
        Ok(BagChange { at, is_proven, archived, adopted, encrypted })
    }

    /// Reads a line again.
    fn line(&self, store: &dyn ReadStore, place: &Place) -> Result<Line> {
        let bytes = store.read_range(&segment::path(self.name(place)), place.offset, place.length.into())?;
        let raw = RawLine { bytes, is_whole: true };
        raw.read().filter(|_| raw.sha256() == place.sha256).ok_or_else(|| self.changed(place))
    }

    fn name(&self, place: &Place) -> &str {
        self.names.get(place.segment as usize).map(String::as_str).unwrap_or_default()
    }

    fn changed(&self, place: &Place) -> Error {
        let what = format!("{} changed while it was read", self.name(place));
        Error::new(ErrorKind::Damaged, what, "run the same command again; if it stays so, restore the journal from a backup")
    }

    /// Returns true if a seal that counts, or an expected head, covers a line.
    pub(crate) fn is_proven(&self, place: &Place) -> bool {
        let name = self.name(place);
        let is_up_to_head = || self.known_heads.values().any(|(segment, end)| segment == name && place.end() <= *end);
        self.sealed.contains(name) || self.behind_heads.contains(name) || is_up_to_head()
    }

    /// Returns true if the journal has a segment whose first line has this digest.
    pub(crate) fn has_run(&self, segment: &str, first: &str) -> bool {
        self.read.get(segment).is_some_and(|read| read.first.as_deref() == Some(first))
    }

    /// Returns true if the journal has a segment of this name.
    pub(crate) fn has_segment(&self, segment: &str) -> bool {
        self.read.contains_key(segment)
    }

    /// Returns true if the journal has changes of this session's folder.
    pub fn knows(&self, folder: &str) -> bool {
        self.bags.of(folder).next().is_some()
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
}

/// Returns the error of a verification that was asked to stop.
pub(crate) fn stopped() -> Error {
    Error::new(ErrorKind::Interrupted, "interrupted; the verification is not complete", "run the same command again")
}
