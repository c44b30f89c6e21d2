//! Segments as files: their names, lines and ends. Must not judge what the lines say.

use super::entry::{Entry, Line, Parent, SealEntry};
use super::start::Start;
use crate::error::Result;
use crate::store::{Digest, Listed, ReadStore, StorePath};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::io::{self, BufRead, BufReader, Read};

/// The journal's folder in the archive root. No session's folder has this name: ids are written without `_`.
pub const FOLDER: &str = "_journal";
/// The ending of a segment's name; seals have a further ending.
pub(crate) const ENDING: &str = ".ndjson";
/// The ending that a checkpoint's name adds to its segment's.
pub const CHECKPOINT: &str = ".checkpoint";
/// The ending that the name of a checkpoint's signature adds to the segment's; to the checkpoint's it adds what `ssh-keygen` does.
pub const SIGNATURE: &str = ".checkpoint.sig";
/// The ending that the name of a checkpoint's time stamp adds to the segment's; to the checkpoint's it adds what `openssl ts` does.
pub const TIME_STAMP: &str = ".checkpoint.tsr";
/// The largest checkpoint that is read, in bytes.
pub const LARGEST_CHECKPOINT: u64 = 64 * 1024;
/// The largest seal that is read, in bytes.
pub const LARGEST_SEAL: u64 = 1024 * 1024;
/// The longest line that is read, in bytes.
pub(super) const LONGEST_LINE: u64 = 256 * 1024 * 1024;
/// Number of newest segments that are searched for ends that no segment follows. Every run follows all ends that it
/// finds, so older segments are followed already, except runs that were still at work: each later run names them again.
const RECENT: usize = 512;
/// Number of bytes first read at the end of a segment to find its last line.
const TAIL: u64 = 64 * 1024;

/// Returns the path of a segment.
pub(crate) fn path(name: &str) -> StorePath {
    StorePath::name(FOLDER).join(name)
}

/// Returns the name of a new segment: names sort by the time when their runs began.
pub(super) fn new_name(now: Timestamp) -> String {
    format!("{}-{:08x}{ENDING}", now.strftime("%Y%m%dT%H%M%S.%3fZ"), fastrand::u32(..))
}

/// Returns the names of all segments, sorted.
pub(super) fn names(store: &dyn ReadStore) -> Result<Vec<String>> {
    Ok(files(store)?.into_iter().map(|(name, _)| name).collect())
}

/// Returns the names of all segments, sorted, and their lengths in bytes.
pub(crate) fn files(store: &dyn ReadStore) -> Result<Vec<(String, u64)>> {
    let folder = StorePath::name(FOLDER);
    let segment = |listed: &Listed| {
        let name = listed.path.below(&folder).filter(|name| name.ends_with(ENDING))?;
        Some((name.to_owned(), listed.length()))
    };
    Ok(store.list(&folder)?.iter().filter_map(segment).collect())
}

/// Returns the length of the journal in bytes without one segment.
pub(super) fn length(store: &dyn ReadStore, but_for: Option<&StorePath>) -> Result<u64> {
    let others = files(store)?.into_iter().filter(|(name, _)| Some(&path(name)) != but_for);
    Ok(others.map(|(_, bytes)| bytes).sum())
}

/// One line of a segment.
#[derive(Debug, Default)]
pub(super) struct RawLine {
    /// Its bytes without the line break.
    pub(super) bytes: Vec<u8>,
    /// True if a line break follows; a run that was killed may leave a last line without one.
    pub(super) is_whole: bool,
}

impl RawLine {
    /// Returns the digest that the next line holds.
    pub(super) fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    pub(super) fn contains(&self, wanted: &str) -> bool {
        memchr::memmem::find(&self.bytes, wanted.as_bytes()).is_some()
    }

    /// Parses the line if its entry may be of one of these sorts. Most lines are about bags, and parsing takes long.
    pub(super) fn read_any(&self, sorts: &[&str]) -> Option<Line> {
        if Start::of(&self.bytes).is_some_and(|start| !sorts.contains(&start.entry)) { None } else { self.read() }
    }

    /// Parses the line, if it can be read.
    pub(super) fn read(&self) -> Option<Line> {
        Start::of(&self.bytes).and_then(|start| start.read()).or_else(|| serde_json::from_slice(&self.bytes).ok())
    }
}

/// An iterator over the lines of a segment.
pub(super) struct Lines(BufReader<Box<dyn Read + Send>>);

impl Lines {
    /// Opens a segment, if it exists.
    pub(super) fn open(store: &dyn ReadStore, name: &str) -> Result<Option<Self>> {
        Ok(store.open(&path(name))?.map(Self::of))
    }

    /// Returns the lines of a stream.
    pub(super) fn of(stream: Box<dyn Read + Send>) -> Self {
        Self(BufReader::with_capacity(64 * 1024, stream))
    }

    /// Reads the next line in place of the last; `None` at the end.
    pub(super) fn fill(&mut self, line: &mut RawLine) -> Option<io::Result<()>> {
        line.bytes.clear();
        match Read::by_ref(&mut self.0).take(LONGEST_LINE).read_until(b'\n', &mut line.bytes) {
            Ok(0) => None,
            Ok(_) => {
                line.is_whole = line.bytes.pop_if(|last| *last == b'\n').is_some();
                Some(Ok(()))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl Iterator for Lines {
    type Item = io::Result<RawLine>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = RawLine::default();
        self.fill(&mut line).map(|read| read.map(|()| line))
    }
}

/// Passes the lines of a segment on, up to the first that cannot be read. A segment that does not exist has none.
pub(super) fn each_line(store: &dyn ReadStore, name: &str, each: &mut dyn FnMut(&RawLine)) -> Result<()> {
    let (Some(mut lines), mut line) = (Lines::open(store, name)?, RawLine::default()) else { return Ok(()) };
    while let Some(Ok(())) = lines.fill(&mut line) {
        each(&line);
    }
    Ok(())
}

/// Returns true if a line of the journal has this text.
pub(crate) fn mentions(store: &dyn ReadStore, text: &str) -> Result<bool> {
    for name in names(store)? {
        if Lines::open(store, &name)?.is_some_and(|mut lines| lines.any(|line| line.is_ok_and(|line| line.contains(text)))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the earlier ends that a segment's first line names; empty if it cannot be read.
pub(super) fn parents(store: &dyn ReadStore, name: &str) -> Result<Vec<Parent>> {
    let first = Lines::open(store, name)?.and_then(|mut lines| lines.next()?.ok()).and_then(|line| line.read());
    Ok(match first {
        Some(Line { entry: Entry::Opened(opened), .. }) => opened.parents,
        _ => Vec::new(),
    })
}

/// Returns the ends that no segment follows yet, for a run that begins now: among the newest segments, and among those
/// that one of them names as still at work, however old. Damage in the journal stops no run; verification finds it.
pub(super) fn open_ends(store: &dyn ReadStore) -> Result<Vec<Parent>> {
    let names = names(store)?;
    let recent = names.get(names.len().saturating_sub(RECENT)..).unwrap_or_default();
    let (mut followed, mut candidates) = (HashSet::new(), BTreeSet::new());
    for name in recent {
        for parent in parents(store, name)? {
            if parent.ended {
                followed.insert(parent.segment);
            } else if names.binary_search(&parent.segment).is_ok() {
                candidates.insert(parent.segment);
            }
        }
    }
    candidates.extend(recent.iter().cloned());
    candidates.iter().filter(|name| !followed.contains(*name)).map(|name| end(store, name)).collect()
}

/// Returns the seals of a segment. One that cannot be read is left out: verification finds it.
fn seals(store: &dyn ReadStore, name: &str) -> Vec<SealEntry> {
    let seal = |ending: &&str| {
        let name = format!("{name}{ending}");
        let stream = store.open(&path(&name)).ok().flatten()?;
        let digest = Digest::read(stream, &mut |_| Ok(())).ok()?;
        Some(SealEntry { name, sha256: digest.sha256 })
    };
    [SIGNATURE, TIME_STAMP].iter().filter_map(seal).collect()
}

/// Returns the present end of a segment. Reads its tail only: a segment may be hundreds of megabytes long.
fn end(store: &dyn ReadStore, name: &str) -> Result<Parent> {
    // Must precede reading: a run that is over by then writes no further line and no seal.
    let ended = !is_at_work(store, name)?;
    let path = path(name);
    let length = store.length(&path)?.unwrap_or(0);
    let last = last_line(store, &path, length)?;
    let bytes = last.as_ref().map_or(0, |(begin, line)| begin + line.len() as u64 + 1);
    let sha256 = last.map(|(_, line)| Digest::of(&line).sha256);
    Ok(Parent { segment: name.to_owned(), bytes, sha256, ended, seals: seals(store, name) })
}

/// Returns the last whole line of a segment of this length, and its offset.
pub(super) fn last_line(store: &dyn ReadStore, path: &StorePath, length: u64) -> Result<Option<(u64, Vec<u8>)>> {
    let mut wanted = TAIL.min(length);
    loop {
        let begin = length - wanted;
        let tail = store.read_range(path, begin, wanted)?;
        let whole = memchr::memrchr(b'\n', &tail).and_then(|end| tail.get(..end));
        let line = whole.and_then(|whole| {
            let start = memchr::memrchr(b'\n', whole).map(|at| at + 1).or((begin == 0).then_some(0))?;
            Some((begin + start as u64, whole.get(start..)?.to_vec()))
        });
        if line.is_some() || begin == 0 {
            return Ok(line);
        }
        wanted = wanted.saturating_mul(8).min(length);
    }
}

/// Returns true if a segment's last line is the one that ends its run.
pub(crate) fn is_closed(store: &dyn ReadStore, name: &str) -> Result<bool> {
    let path = path(name);
    let length = store.length(&path)?.unwrap_or(0);
    let last = last_line(store, &path, length)?.map(|(_, bytes)| RawLine { bytes, is_whole: true });
    Ok(last.and_then(|line| line.read()).is_some_and(|line| matches!(line.entry, Entry::Closed { .. })))
}

/// Returns true if the run that writes a segment is still at work.
pub(super) fn is_at_work(store: &dyn ReadStore, name: &str) -> Result<bool> {
    Ok(store.holder(&path(name))?.is_some())
}
