//! The bags that the journal says are in a bucket: 16 bytes for each, so that millions of them fit in memory. Must not ask the bucket.

use super::entry::Entry;
use super::plan_entry::PlanEntry;
use super::segment::{self, RawLine};
use crate::class::Class;
use crate::error::Result;
use crate::shard::Shard;
use crate::store::ReadStore;
use crate::word::Word;
use sha2::{Digest as _, Sha256};

/// The sort of the lines that are read.
const WORD: &str = "shipped";

/// The beginning of the SHA-256 over a folder's name and a bag's digest.
type Print = [u8; 16];

/// The bags that are in one place.
#[derive(Debug, Default)]
pub(crate) struct Shipments(Vec<Print>);

impl Shipments {
    /// Reads the journal's lines about a place; those about sessions of other shards are left out.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub(crate) fn read(store: &dyn ReadStore, place: &str, shard: Option<Shard>) -> Result<Self> {
        let mut prints = Vec::new();
        for name in segment::names(store)? {
            segment::each_line(store, &name, &mut |line| {
                if let Some(Entry::Shipped(entry)) = line.read_any(&[WORD]).map(|read| read.entry)
                    && entry.place == place
                    && shard.is_none_or(|shard| shard.has(&entry.folder))
                {
                    prints.push(print(&entry.folder, &entry.bag));
                }
            })?;
        }
        prints.sort_unstable();
        Ok(Self(prints))
    }

    /// Returns true if a session's bag is in the place.
    pub(crate) fn has(&self, folder: &str, bag: &str) -> bool {
        self.0.binary_search(&print(folder, bag)).is_ok()
    }
}

/// A line about an erasure: the session's folder, the class of media, and the plan that it follows.
#[derive(Debug, Default)]
pub(crate) struct ErasureLine {
    pub(crate) folder: String,
    pub(crate) class: Option<Class>,
    pub(crate) plan: Option<PlanEntry>,
}

/// Returns the lines about erasures among whole lines of a segment.
pub(crate) fn erasures_in(lines: &[u8]) -> Vec<ErasureLine> {
    let raw = lines.split(|byte| *byte == b'\n').map(|line| RawLine { bytes: line.to_vec(), is_whole: true });
    let of = |folder, class: Option<Word<Class>>, plan| ErasureLine { folder, class: class.as_ref().and_then(Word::known), plan };
    let line = |line: RawLine| match line.read_any(&["erasing", "erased", "again"])?.entry {
        Entry::Erasing(entry) => Some(of(entry.facts.folder, entry.facts.class, entry.facts.plan)),
        Entry::Erased(entry) => Some(of(entry.folder, entry.class, None)),
        Entry::Again(entry) => Some(of(entry.folder, entry.class, None)),
        _ => None,
    };
    raw.filter_map(line).collect()
}

fn print(folder: &str, bag: &str) -> Print {
    let digest = Sha256::new().chain_update(folder).chain_update([0]).chain_update(bag).finalize();
    let mut print = Print::default();
    print.iter_mut().zip(digest).for_each(|(to, byte)| *to = byte);
    print
}
