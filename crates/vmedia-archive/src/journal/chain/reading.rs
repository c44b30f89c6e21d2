//! Reads the segments of a journal, line by line.

use super::{Chain, Segment, stopped};
use crate::error::Result;
use crate::journal::entry::{Entry, Parent};
use crate::journal::index::{self, Closing, Indexed, Indexer, Record, Selected};
use crate::journal::place::Place;
use crate::journal::places::key;
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
    /// True if segments are read by their indexes, where the scope allows it.
    pub(super) by_index: bool,
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
        Self { store, scope, watch, by_index: false, linked, heads, digests: HashMap::new(), known_heads: HashMap::new() }
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
    /// True if the line before was not read.
    has_gap: bool,
    /// True after the last line of a run.
    is_closed: bool,
}

impl Chain {
    /// Checks the lines of one segment.
    pub(super) fn read_segment(&mut self, reading: &mut Reading<'_, '_>, name: &str) -> Result<()> {
        self.segments += 1;
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        let mut open = Open { name, index, number: 0, read: Segment::default(), first: None, last: None, has_gap: false, is_closed: false };
        if reading.by_index && self.read_indexed(reading, &mut open)? {
            self.end_segment(reading.store, open);
            return Ok(());
        }
        let Some(mut lines) = Lines::open(reading.store, name)? else { return Ok(()) };
        let mut check = IndexCheck::begin(reading, name, self.findings.len());
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
            self.add_line(&mut open, &line, reading);
            check.iter_mut().for_each(|check| check.add(&line, open.read.bytes));
        }
        check.map_or(Ok(()), |check| check.finish(self, reading.store, name))?;
        self.end_segment(reading.store, open);
        Ok(())
    }

    /// Reads the lines of a segment that count, by its index; returns false if that cannot be done, and changes nothing then.
    fn read_indexed(&mut self, reading: &mut Reading<'_, '_>, open: &mut Open<'_>) -> Result<bool> {
        let Scope::Folders(_) = reading.scope else { return Ok(false) };
        let linked = reading.linked.get(open.name);
        let is_linked = |end| linked.is_some_and(|linked| linked.contains(&end));
        let wants = |record: &Record<'_>, end| !reading.scope.skips(record.sort, || record.folder) || is_linked(end);
        let Some(Indexed { selected, tree }) = index::select(reading.store, open.name, &wants) else { return Ok(false) };
        self.lines += tree.size() - selected.len() as u64;
        self.indexed += 1;
        self.trees.insert(open.name.to_owned(), (tree.size(), tree.root()));
        for Selected { number, offset, line } in selected {
            if (reading.watch)(&line.bytes).is_err() {
                return Err(stopped());
            }
            open.has_gap = number != open.number + 1;
            (open.number, open.read.bytes) = (number - 1, offset);
            self.add_line(open, &line, reading);
        }
        Ok(true)
    }

    /// Checks one line, and keeps its digest if it is wanted.
    fn add_line(&mut self, open: &mut Open<'_>, line: &RawLine, reading: &mut Reading<'_, '_>) {
        open.number += 1;
        self.lines += 1;
        if open.is_closed {
            self.finding(open.name, format!("line {} was added after the run had ended", open.number));
        }
        let sha256 = line.sha256();
        // Longer lines are not read.
        let length = u32::try_from(line.bytes.len()).unwrap_or(u32::MAX);
        let place = Place { segment: open.index, length, offset: open.read.bytes, at: Timestamp::UNIX_EPOCH, sha256 };
        open.is_closed = !self.skip_line(open, line, reading.scope) && self.read_line(open, line, place, reading.scope);
        open.first.get_or_insert(sha256);
        open.last = Some(sha256);
        let end = place.end();
        open.read.bytes = end;
        if reading.linked.get(open.name).is_some_and(|linked| linked.contains(&end)) {
            reading.digests.insert((open.name.to_owned(), end), hex::encode(sha256));
        }
        if let Some(head) = reading.heads.get(&sha256) {
            reading.known_heads.insert((*head).to_owned(), (open.name.to_owned(), end));
        }
    }

    /// Checks a line against the one before if nothing that it says counts; returns false for other lines.
    fn skip_line(&mut self, open: &mut Open<'_>, line: &RawLine, scope: &Scope) -> bool {
        let start = Start::of(&line.bytes).filter(|start| open.number > 1 && scope.skips(start.entry, || start.folder.map(key)));
        let Some((start, at)) = start.and_then(|start| Some((start, start.at.parse().ok()?))) else { return false };
        self.check_previous(open, start.previous);
        open.read.at = Some(at);
        true
    }

    fn check_previous(&mut self, open: &Open<'_>, previous: Option<&str>) {
        let last = open.last.map(hex::encode);
        if previous != last.as_deref() && !open.has_gap {
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
            Entry::Encrypted(entry) => self.add_bag(&entry.archived.folder, place, scope),
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
            Entry::Freed(entry) if scope.has(&entry.folder) => self.freed.add(&entry.folder, place),
            Entry::Returned(entry) if scope.has(&entry.folder) => {
                self.returned.extend(entry.lines.iter().filter_map(|line| sha256_bytes(line)));
            }
            Entry::Exported(entry) => *self.exports.entry(entry.folder.into()).or_default() += 1,
            Entry::Keyed(entry) if entry.is_grant() => *self.grants.entry(entry.folder.into()).or_default() += 1,
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

/// Compares an index with the lines of its segment.
struct IndexCheck {
    closing: Closing,
    indexer: Indexer,
    /// Number of findings before the segment was read.
    findings: usize,
}

impl IndexCheck {
    fn begin(reading: &Reading<'_, '_>, name: &str, findings: usize) -> Option<Self> {
        let (Scope::All | Scope::Shard(_)) = reading.scope else { return None };
        let closing = Closing::read(reading.store, name)?;
        Some(Self { closing, indexer: Indexer::default(), findings })
    }

    fn add(&mut self, line: &RawLine, end: u64) {
        if end <= self.closing.index.bytes {
            self.indexer.add(&line.bytes);
        }
    }

    fn finish(self, chain: &mut Chain, store: &dyn ReadStore, name: &str) -> Result<()> {
        let Self { closing, indexer, findings } = self;
        // Where a line was altered, the index is another, too.
        if chain.findings.len() == findings && indexer.finish() != closing.index.sha256 {
            chain.finding(
                name,
                "its last line names an index that is not that of its lines, so that lines about single sessions may not be found",
            );
        }
        if index::is_kept(store, name, &closing.index)? == Some(false) {
            chain.notes.push((name.to_owned(), "its index is not the one that its run wrote, and is not used".to_owned()));
        }
        Ok(())
    }
}
