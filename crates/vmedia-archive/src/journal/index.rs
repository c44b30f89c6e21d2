//! The index of a long segment: a record of 64 bytes for each line, so that the lines about one session are found without reading the others.
//! The segment's last line names the digest of the index, so a later run, a head or a seal that covers that line covers the index, too. A line
//! that is read by the index is compared with it. An index that is missing, or that does not fit in any way, is not used. Must not judge what
//! the lines say.
//!
//! A record is the line's leaf in the run's tree (RFC 6962), the first half of the SHA-256 of the folder that it is about or zeros, its length
//! without the line break in eight bytes, the largest first, and the sort of its entry, filled with zeros to eight bytes; zeros for a longer one.

use super::entry::{Entry, IndexEntry, Line};
use super::places::{Key, key};
use super::segment::{self, LONGEST_LINE, Lines, RawLine};
use super::start::Start;
use super::tree::{Hash, Tree, leaf};
use crate::error::{Error, Result};
use crate::store::{BUFFER, Digest, Extent, ReadStore, Store, StorePath};
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use std::io::{BufReader, Read};

/// The ending that the name of an index adds to its segment's.
pub(super) const INDEX: &str = ".index";
/// The length in bytes from which a segment gets an index. In unit tests, most do.
pub(super) const SMALLEST: u64 = if cfg!(test) { 600 } else { 4 * 1024 * 1024 };
/// The largest number of lines that are read by an index. More are read as fast one after the other.
const MOST: usize = 4096;
const LENGTH: usize = 64;

/// The record of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    leaf: Hash,
    /// The folder that the line is about, if it is about one.
    pub(super) folder: Option<Key>,
    length: u64,
    /// The sort of its entry; empty if it is not known.
    pub(super) sort: &'a str,
}

impl<'a> Record<'a> {
    fn of(line: &'a [u8]) -> Self {
        let start = Start::of(line);
        let sort = start.map(|start| start.entry).filter(|sort| sort.len() <= 8).unwrap_or_default();
        Self { leaf: leaf(line), folder: start.and_then(|start| start.folder).map(key), length: line.len() as u64, sort }
    }

    fn parse(bytes: &'a [u8; LENGTH]) -> Option<Self> {
        let (leaf, rest) = bytes.split_first_chunk::<32>()?;
        let (folder, rest) = rest.split_first_chunk::<16>()?;
        let (length, sort) = rest.split_first_chunk::<8>()?;
        let sort = std::str::from_utf8(sort).ok()?.trim_end_matches('\0');
        let folder = (*folder != Key::default()).then_some(*folder);
        Some(Self { leaf: *leaf, folder, length: u64::from_be_bytes(*length), sort })
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let end = bytes.len() + LENGTH;
        bytes.extend(self.leaf);
        bytes.extend(self.folder.unwrap_or_default());
        bytes.extend(self.length.to_be_bytes());
        bytes.extend(self.sort.as_bytes());
        bytes.resize(end, 0);
    }
}

/// Computes the digest of the index over lines that are read.
#[derive(Default)]
pub(super) struct Indexer {
    hasher: Sha256,
    record: Vec<u8>,
}

impl Indexer {
    pub(super) fn add(&mut self, line: &[u8]) -> &[u8] {
        self.record.clear();
        Record::of(line).write(&mut self.record);
        self.hasher.update(&self.record);
        &self.record
    }

    pub(super) fn finish(self) -> String {
        hex::encode(self.hasher.finalize())
    }
}

/// Writes the index of a segment as far as it is written, and returns what its last line is to say of it.
pub(super) fn write(store: &dyn Store, name: &str) -> Result<IndexEntry> {
    let mut lines = Lines::open(store, name)?.ok_or_else(|| Error::unexpected("a segment is gone"))?;
    let (mut line, mut indexer, mut bytes, mut left) = (RawLine::default(), Indexer::default(), 0, Vec::new());
    let mut staged = store.stage()?;
    while let Some(read) = lines.fill(&mut line) {
        read.map_err(|error| Error::unexpected("a segment cannot be read").caused_by(error))?;
        left.extend_from_slice(indexer.add(&line.bytes));
        bytes += line.bytes.len() as u64 + 1;
        if left.len() >= BUFFER {
            staged.write(&left)?;
            left.clear();
        }
    }
    staged.write(&left)?;
    staged.publish(&path(name))?;
    store.settle(&StorePath::name(segment::FOLDER), Extent::Names)?;
    Ok(IndexEntry { bytes, sha256: indexer.finish() })
}

fn path(name: &str) -> StorePath {
    segment::path(name).with_suffix(INDEX)
}

/// The last line of a segment that has an index, as the line says.
#[derive(Debug)]
pub(super) struct Closing {
    line: RawLine,
    pub(super) index: IndexEntry,
}

impl Closing {
    /// Reads the last line of a segment; `None` if it names no index, or cannot be read.
    pub(super) fn read(store: &dyn ReadStore, name: &str) -> Option<Self> {
        let path = segment::path(name);
        let length = store.length(&path).ok().flatten().filter(|length| *length >= SMALLEST)?;
        let (begin, bytes) = segment::last_line(store, &path, length).ok().flatten()?;
        let line = RawLine { bytes, is_whole: true };
        let is_last = begin + line.bytes.len() as u64 + 1 == length;
        match line.read()?.entry {
            Entry::Closed { index: Some(index), .. } if is_last && index.bytes == begin => Some(Self { line, index }),
            _ => None,
        }
    }
}

/// A line that is read by an index.
#[derive(Debug)]
pub(super) struct Selected {
    /// Its number, from 1.
    pub(super) number: u64,
    pub(super) offset: u64,
    pub(super) line: RawLine,
}

/// A segment as far as it was read by its index.
#[derive(Debug)]
pub(super) struct Indexed {
    /// The lines that were wanted, and the last one.
    pub(super) selected: Vec<Selected>,
    pub(super) tree: Tree,
}

/// Reads the lines of a segment that are wanted, by its index: `wants` receives the record of each and the offset of its end. Returns `None`
/// if the segment has no index that fits, or too many are wanted: it is to be read as a whole, and what is wrong is found.
pub(super) fn select(store: &dyn ReadStore, name: &str, wants: &dyn Fn(&Record<'_>, u64) -> bool) -> Option<Indexed> {
    let Closing { line, index } = Closing::read(store, name)?;
    let (mut tree, places) = scan(store.open(&path(name)).ok().flatten()?, &index, wants)?;
    let mut selected = Vec::new();
    for (number, offset, length, expected) in places {
        // The line break is read, too.
        let mut bytes = store.read_range(&segment::path(name), offset, length + 1).ok()?;
        if bytes.pop() != Some(b'\n') || leaf(&bytes) != expected {
            return None;
        }
        selected.push(Selected { number, offset, line: RawLine { bytes, is_whole: true } });
    }
    tree.add(leaf(&line.bytes));
    selected.push(Selected { number: tree.size(), offset: index.bytes, line });
    Some(Indexed { selected, tree })
}

/// Returns the leaves of all lines of a segment, if its index is the one that its last line names.
pub(super) fn leaves(store: &dyn ReadStore, name: &str) -> Option<Vec<Hash>> {
    let Closing { line, index } = Closing::read(store, name)?;
    let leaves = RefCell::new(Vec::new());
    scan(store.open(&path(name)).ok().flatten()?, &index, &|record, _| {
        leaves.borrow_mut().push(record.leaf);
        false
    })?;
    let mut leaves = leaves.into_inner();
    leaves.push(leaf(&line.bytes));
    Some(leaves)
}

/// The number of a line, its offset, its length and its leaf.
type LinePlace = (u64, u64, u64, Hash);

/// Reads an index to its end; `None` if it is not the one that its segment names.
fn scan(stream: impl Read, index: &IndexEntry, wants: &dyn Fn(&Record<'_>, u64) -> bool) -> Option<(Tree, Vec<LinePlace>)> {
    let (mut stream, mut bytes) = (BufReader::with_capacity(BUFFER, stream), [0; LENGTH]);
    let (mut tree, mut hasher, mut offset, mut places) = (Tree::default(), Sha256::new(), 0_u64, Vec::new());
    while offset < index.bytes {
        stream.read_exact(&mut bytes).ok()?;
        hasher.update(bytes);
        let record = Record::parse(&bytes)?;
        let end = offset.checked_add(record.length)?.checked_add(1)?;
        tree.add(record.leaf);
        if wants(&record, end) {
            places.push((tree.size(), offset, record.length, record.leaf));
        }
        // Nothing but the last line ends a run.
        if record.sort == "closed" || record.length > LONGEST_LINE || places.len() > MOST {
            return None;
        }
        offset = end;
    }
    let is_whole = offset == index.bytes && stream.read(&mut bytes).is_ok_and(|left| left == 0);
    (is_whole && hex::encode(hasher.finalize()) == index.sha256).then_some((tree, places))
}

/// Returns true if the file is the index that the last line of a segment names; `None` if there is no file.
pub(super) fn is_kept(store: &dyn ReadStore, name: &str, index: &IndexEntry) -> Result<Option<bool>> {
    let digest = store.open(&path(name))?.map(|stream| Digest::read(stream, &mut |_| Ok(())));
    Ok(digest.map(|digest| digest.is_ok_and(|digest| digest.sha256 == index.sha256)))
}

/// Passes on the lines of a segment that may be of one of these sorts.
pub(super) fn each_line_of(store: &dyn ReadStore, name: &str, sorts: &[&str], each: &mut dyn FnMut(Line, &RawLine)) -> Result<()> {
    let mut read = |raw: &RawLine| raw.read_any(sorts).into_iter().for_each(|line| each(line, raw));
    match select(store, name, &|record, _| record.sort.is_empty() || sorts.contains(&record.sort)) {
        Some(indexed) => indexed.selected.iter().for_each(|selected| read(&selected.line)),
        None => segment::each_line(store, name, &mut read)?,
    }
    Ok(())
}
