//! The journal in a bucket: `_journal/RUN.ndjson/000001.ndjson`, ... hold the segment's whole lines one after the other; its checkpoint, seals
//! and index stand beside that folder under their own names. Each chunk is created once, where the one before it ends, so that several runs may
//! copy the same segment at once.

use super::{confirm, create_from, erased};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::{Chain, ENDING, FOLDER, files, path};
use crate::objects::{Creation, ObjectStore};
use crate::schedule::locked;
use crate::store::{Digest, ReadStore, Store, StorePath};
use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex};

/// The most bytes of a chunk, unless its only line is longer.
const LARGEST: u64 = 8 * 1024 * 1024;

/// A segment, as far as the bucket has it.
#[derive(Debug, Default, Clone, Copy)]
struct Copied {
    /// Number of chunks.
    chunks: u64,
    /// The sum of their lengths.
    bytes: u64,
    /// The length of the segment here when it was last copied.
    seen: u64,
}

#[derive(Debug, Default)]
struct State {
    segments: HashMap<String, Copied>,
    /// What stands beside the segments.
    others: HashSet<String>,
}

/// The journal, as far as the bucket has it.
#[derive(Debug, Default)]
pub(crate) struct JournalCopy(Mutex<State>);

impl JournalCopy {
    /// Lists the journal in the bucket.
    pub(crate) fn of(place: &dyn ObjectStore) -> Result<Self> {
        let (mut state, folder) = (State::default(), StorePath::name(FOLDER));
        let mut newest: HashMap<String, u64> = HashMap::new();
        place.list(Some(&folder), &mut |object| {
            let Some(below) = object.key.below(&folder) else { return Ok(()) };
            match below.split_once('/') {
                None => _ = state.others.insert(below.to_owned()),
                Some((segment, chunk)) => {
                    if let Some(number) = number(chunk) {
                        let copied = state.segments.entry(segment.to_owned()).or_default();
                        copied.chunks += 1;
                        copied.bytes += object.bytes;
                        newest.entry(segment.to_owned()).and_modify(|newest| *newest = number.max(*newest)).or_insert(number);
                    }
                }
            }
            Ok(())
        })?;
        match state.segments.iter().find(|(segment, copied)| newest.get(*segment) != Some(&copied.chunks)) {
            None => Ok(Self(Mutex::new(state))),
            Some((segment, _)) => {
                let what = format!("{} lacks a part of the journal", place.location(Some(&path(segment))));
                Err(Error::new(ErrorKind::Damaged, what, "something was removed there; look at its versions, or ship to another prefix"))
            }
        }
    }

    /// Returns true if the bucket has a segment of that journal.
    pub(crate) fn is_of(&self, chain: &Chain) -> bool {
        locked(&self.0).segments.keys().any(|segment| chain.has_segment(segment))
    }

    /// Returns true if the bucket has lines.
    pub(crate) fn has_any(&self) -> bool {
        locked(&self.0).segments.values().any(|copied| copied.chunks > 0)
    }

    /// Copies what is new, and returns the number of new objects. Certificates come before the lines about them, which name their digests.
    pub(crate) fn copy(&self, store: &dyn Store, place: &dyn ObjectStore) -> Result<u64> {
        let mut state = locked(&self.0);
        let mut created = 0;
        for (name, length) in files(store)? {
            let copied = state.segments.entry(name.clone()).or_default();
            if length < copied.bytes {
                return Err(differs(place, &name));
            }
            while copied.seen < length {
                let chunk = whole_lines(store, &name, copied.bytes)?;
                if chunk.is_empty() {
                    copied.seen = length;
                    break;
                }
                created += erased::copy(store, place, &chunk)?;
                let end = copied.bytes + chunk.len() as u64;
                created += u64::from(add_chunk(store, place, &name, copied, chunk)?);
                copied.seen = if copied.bytes >= end.min(length) { copied.bytes } else { copied.seen };
            }
        }
        created += copy_others(store, place, &mut state)?;
        Ok(created)
    }
}

/// Returns the name of a chunk.
fn chunk_name(number: u64) -> String {
    format!("{number:06}.ndjson")
}

/// Returns the number of a chunk; `None` for any other name.
pub(crate) fn number(chunk: &str) -> Option<u64> {
    let number = chunk.strip_suffix(".ndjson")?.parse().ok()?;
    (number > 0 && chunk_name(number) == chunk).then_some(number)
}

/// Returns the whole lines of a segment from an offset on, up to [`LARGEST`] bytes or one line.
fn whole_lines(store: &dyn ReadStore, name: &str, offset: u64) -> Result<Vec<u8>> {
    let mut wanted = LARGEST;
    loop {
        let mut bytes = store.read_range(&path(name), offset, wanted)?;
        let end = memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1);
        if end > 0 || (bytes.len() as u64) < wanted {
            bytes.truncate(end);
            return Ok(bytes);
        }
        wanted = wanted.saturating_mul(4);
    }
}

/// Creates the next chunk of a segment, or takes over the one that another run created, which begins with the same lines. Returns true if it
/// is new.
fn add_chunk(store: &dyn Store, place: &dyn ObjectStore, name: &str, copied: &mut Copied, chunk: Vec<u8>) -> Result<bool> {
    let key = path(name).join(&chunk_name(copied.chunks + 1));
    let (digest, bytes): (Digest, Arc<[u8]>) = (Digest::of(&chunk), chunk.into());
    let (length, is_new) = match create_from(place, &key, &bytes, &digest)? {
        Creation::Created { .. } => (digest.bytes, true),
        Creation::Taken => {
            let head = place.head(&key, None)?.ok_or_else(|| differs(place, name))?;
            let here = Digest::of(&store.read_range(&path(name), copied.bytes, head.bytes)?);
            if head.bytes == 0 || head.sha256.as_deref() != Some(&here.sha256) {
                return Err(differs(place, name));
            }
            (head.bytes, false)
        }
    };
    copied.chunks += 1;
    copied.bytes += length;
    Ok(is_new)
}

/// Copies what stands beside the segments and the bucket lacks: indexes, checkpoints, seals.
fn copy_others(store: &dyn Store, place: &dyn ObjectStore, state: &mut State) -> Result<u64> {
    let (folder, mut created) = (StorePath::name(FOLDER), 0);
    for listed in store.list(&folder)? {
        let name = listed.path.below(&folder).filter(|name| !name.ends_with(ENDING) && !name.contains('/'));
        let Some(name) = name.filter(|name| !state.others.contains(*name)) else { continue };
        let Some(stream) = store.open(&listed.path)? else { continue };
        let unreadable = |error: io::Error| {
            let what = format!("cannot read {}: {}", store.location(&listed.path), plain(&error));
            Error::new(ErrorKind::Local, what, "check the disk, and run the same command again")
        };
        let digest = Digest::read(stream, &mut |_| Ok(())).map_err(unreadable)?;
        let open = || store.open(&listed.path)?.ok_or_else(|| unreadable(io::ErrorKind::NotFound.into()));
        match place.create(&listed.path, &open, &digest, &|_| ())? {
            Creation::Created { .. } => created += 1,
            Creation::Taken => confirm(place, &listed.path, &digest).map(drop)?,
        }
        state.others.insert(name.to_owned());
    }
    Ok(created)
}

fn differs(place: &dyn ObjectStore, name: &str) -> Error {
    let what = format!("the journal in {} is not the beginning of the one here", place.location(Some(&path(name))));
    let hint = "run `vmedia verify` on the archive; if it is sound, another program wrote there: ship to another prefix";
    Error::new(ErrorKind::Damaged, what, hint)
}

#[cfg(test)]
mod tests {
    use super::{chunk_name, number};

    #[test]
    fn a_chunk_has_one_name() {
        for chunk in [1, 42, 999_999, 1_000_000] {
            assert_eq!(number(&chunk_name(chunk)), Some(chunk));
        }
        for other in ["000000.ndjson", "1.ndjson", "0000001.ndjson", "000001", "+00001.ndjson"] {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
