//! Finds the files of keys that earlier runs encrypted to the same recipients, and the last drill. Must not judge the journal.

use super::entry::Entry;
use super::keyed_entry::{KeyAct, KeyedEntry};
use super::{index, segment};
use crate::error::Result;
use crate::store::{ReadStore, sha256_bytes};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashSet};

/// The sort of the lines.
const WORD: &str = "keyed";

/// Returns the SHA-256 of each file of a key of which the journal says that it was encrypted to these recipients, and to no other.
pub(crate) fn wrapped_to(store: &dyn ReadStore, recipients: &BTreeSet<String>) -> Result<HashSet<[u8; 32]>> {
    let mut known = HashSet::new();
    let is_wanted = |entry: &KeyedEntry| entry.act == KeyAct::Rewrapped && entry.recipients == *recipients;
    each(store, &mut |entry, _| {
        if is_wanted(entry) {
            known.extend(entry.keys.iter().filter_map(|key| sha256_bytes(key.sha256.as_deref()?)));
        }
    })?;
    Ok(known)
}

/// Returns the time at which a drill last opened a session.
///
/// # Errors
/// The journal cannot be read.
pub fn last_drill(store: &dyn ReadStore) -> Result<Option<Timestamp>> {
    let mut last = None;
    each(store, &mut |entry, at| last = last.max((entry.act == KeyAct::Drilled).then_some(at)))?;
    Ok(last)
}

fn each(store: &dyn ReadStore, each: &mut dyn FnMut(&KeyedEntry, Timestamp)) -> Result<()> {
    for name in segment::names(store)? {
        index::each_line_of(store, &name, &[WORD], &mut |line, _| {
            if let Entry::Keyed(entry) = line.entry {
                each(&entry, line.at);
            }
        })?;
    }
    Ok(())
}
