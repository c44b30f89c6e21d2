//! Reads the segments of a journal, line by line.

use super::{Chain, Segment, stopped};
use crate::error::Result;
use crate::journal::entry::{Entry, Parent};
use crate::journal::place::Place;
use crate::journal::scope::Scope;
use crate::journal::segment::{self, Lines, RawLine};
use crate::journal::start::Start;
use crate::store::{ReadStore, Watch, sha256_bytes};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// What the segments are read with, and the digests that were found.
pub(super) struct Reading<'a, 'w> {
    store: &'a dyn ReadStore,
    scope: &'a Scope,
    watch: &'a mut Watch<'w>,
    /// The ends of lines that later segments name, by the segment. Only their digests are kept.
    linked: HashMap<String, HashSet<u64>>,
    /// The expected heads.
    heads: HashMap<[u8; 32], &'a str>,
    /// The digests of lines that later segments name, by the segment and the end.
    pub(super) digests: HashMap<(String, u64), String>,
    /// The expected heads that are the digest of a line, with its segment and its end.
    pub(super) known_heads: HashMap<String, (String, u64)>,
}

impl<'a, 'w> Reading<'a, 'w> {
    pub(super) fn new(
        store: &'a dyn ReadStore,
        scope: &'a Scope,
        links: &[(String, Parent)],
        heads: &'a [String],
        watch: &'a mut Watch<'w>,
    ) -> Self {
        let mut linked: HashMap<String, HashSet<u64>> = HashMap::new();
        for (_, parent) in links {
            linked.entry(parent.segment.clone()).or_default().insert(parent.bytes);
        }
        let heads = heads.iter().filter_map(|head| Some((lower_hex(head)?, head.as_str()))).collect();
        Self { store, scope, watch, linked, heads, digests: HashMap::new(), known_heads: HashMap::new() }
    }
}

/// Returns the bytes of a digest that is written as this program writes it.
fn lower_hex(text: &str) -> Option<[u8; 32]> {
    sha256_bytes(text).filter(|bytes| hex::encode(bytes) == text)
}

/// A segment that is being read.
struct Open<'n> {
    name: &'n str,
    /// The number of the segment.
    index: u32,
    /// The number of the line, from 1.
    number: u64,
    read: Segment,
    first: Option<[u8; 32]>,
    last: Option<[u8; 32]>,
    /// True after the last line of a run.
    is_closed: bool,
}

impl Chain {
    /// Checks the lines of one segment.
    pub(super) fn read_segment(&mut self, reading: &mut Reading<'_, '_>, name: &str) -> Result<()> {
        self.segments += 1;
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        let mut open = Open { name, index, number: 0, read: Segment::default(), first: None, last: None, is_closed: false };
        let Some(mut lines) = Lines::open(reading.store, name)? else { return Ok(()) };
        let linked = reading.linked.remove(name).unwrap_or_default();
        let mut line = RawLine::default();
        while let Some(outcome) = lines.fill(&mut line) {
            if let Err(error) = outcome {
                self.finding(name, format!("cannot be read after line {}: {error}", open.number));
                break;
            }
            if (reading.watch)(&line.bytes).is_err() {
                return Err(stopped());
            }
            if !line.is_whole {
                let what =
                    format!("line {} is cut off: its run was killed while it wrote; the next run repeats that step", open.number + 1);
                self.notes.push((name.to_owned(), what));
                break;
            }
            let sha256 = self.add_line(&mut open, &line, reading.scope);
            let end = open.read.bytes;
            if linked.contains(&end) {
                reading.digests.insert((name.to_owned(), end), hex::encode(sha256));
            }
            if let Some(head) = reading.heads.get(&sha256) {
                reading.known_heads.insert((*head).to_owned(), (name.to_owned(), end));
            }
        }
        self.end_segment(reading.store, open);
        Ok(())
    }

    /// Checks one line, and returns its digest.
    fn add_line(&mut self, open: &mut Open<'_>, line: &RawLine, scope: &Scope) -> [u8; 32] {
        open.number += 1;
        self.lines += 1;
        if open.is_closed {
            self.finding(open.name, format!("line {} was added after the run had ended", open.number));
        }
        let sha256 = line.sha256();
        // Longer lines are not read.
        let length = u32::try_from(line.bytes.len()).unwrap_or(u32::MAX);
        let place = Place { segment: open.index, length, offset: open.read.bytes, at: Timestamp::UNIX_EPOCH, sha256 };
        open.is_closed = !self.skip_line(open, line, scope) && self.read_line(open, line, place, scope);
        open.read.bytes = place.end();
        open.first.get_or_insert(sha256);
        open.last = Some(sha256);
        sha256
    }

    /// Checks a line against the one before if nothing that it says counts; returns false for other lines.
    fn skip_line(&mut self, open: &mut Open<'_>, line: &RawLine, scope: &Scope) -> bool {
        let start = Start::of(&line.bytes).filter(|start| open.number > 1 && scope.skips(start));
        let Some((start, at)) = start.and_then(|start| Some((start, start.at.parse().ok()?))) else { return false };
        self.check_previous(open, start.previous);
        open.read.at = Some(at);
        true
    }

    fn check_previous(&mut self, open: &Open<'_>, previous: Option<&str>) {
        let last = open.last.map(hex::encode);
        if previous != last.as_deref() {
            let what = format!("line {} does not follow from the line before it: one was altered, added or removed", open.number);
            self.finding(open.name, what);
        }
    }

    /// Checks a line against the one before and adds its contents. Returns true for the last line of a run.
    fn read_line(&mut self, open: &mut Open<'_>, raw: &RawLine, place: Place, scope: &Scope) -> bool {
        let Open { name, number, .. } = *open;
        let Some(line) = raw.read() else {
            self.finding(name, format!("line {number} is not a line of a journal"));
            return false;
        };
        self.check_previous(open, line.previous.as_deref());
        line.count_newer(&raw.bytes, &mut open.read.newer);
        open.read.at = Some(line.at);
        let is_first = matches!(line.entry, Entry::Opened(_));
        if is_first != (number == 1) {
            self.finding(name, format!("line {number} is out of place: a segment begins with its run, and only once"));
        }
        let place = Place { at: line.at, ..place };
        match line.entry {
            Entry::Opened(opened) if opened.segment != name => {
                self.finding(name, format!("is a copy of {}: its first line names that segment", opened.segment));
            }
            Entry::Archived(archived) => self.add_bag(&archived.folder, place, scope),
            Entry::Adopted(entry) => self.add_bag(&entry.archived.folder, place, scope),
            Entry::Accepted { runs, reason } => {
                let runs: Vec<&str> = runs.iter().map(|run| run.segment.as_str()).collect();
                self.notes.push((name.to_owned(), format!("accepts runs without a signature: {}; reason: {reason}", runs.join(", "))));
            }
            Entry::Erasing(entry) => self.erasures.begin(*entry, place),
            Entry::Erased(entry) => {
                self.retained.add_erased(&entry);
                self.erasures.end(entry, place);
            }
            Entry::Again(entry) => {
                self.retained.add_again(&entry);
                self.erasures.again(entry, place);
            }
            Entry::Page { sha256 } => self.pages.push((place, sha256)),
            Entry::Shipped(entry) if scope.has(&entry.folder) => self.shipped.add(&entry.folder, place),
            Entry::Exported(entry) => *self.exports.entry(entry.folder.into()).or_default() += 1,
            Entry::Hold(_) | Entry::Released(_) | Entry::Cutoff(_) => self.retained.add(line, name, place.sha256),
            Entry::Closed { .. } => return true,
            _ => {}
        }
        false
    }
    fn add_bag(&mut self, folder: &str, place: Place, scope: &Scope) {
        if scope.has(folder) {
            self.bags.add(folder, place);
        }
    }

    fn end_segment(&mut self, store: &dyn ReadStore, open: Open<'_>) {
        let Open { name, mut read, .. } = open;
        (read.first, read.last) = (open.first.map(hex::encode), open.last.map(hex::encode));
        self.notes.extend(read.newer.note().map(|note| (name.to_owned(), note)));
        if !open.is_closed {
            let what = match segment::is_at_work(store, name) {
                Ok(true) => "its run is still at work",
                _ => "its run has no end: it was killed, or the end was removed",
            };
            self.notes.push((name.to_owned(), what.to_owned()));
        }
        self.read.insert(name.to_owned(), read);
    }
}
