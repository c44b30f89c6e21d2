//! Finds the files of keys that earlier runs encrypted to the same recipients. Must not judge the journal.

use super::entry::Entry;
use super::keyed_entry::{KeyAct, KeyedEntry};
use super::{index, segment};
use crate::error::Result;
use crate::store::{ReadStore, sha256_bytes};
use std::collections::{BTreeSet, HashSet};

/// The sort of the lines.
const WORD: &str = "keyed";

/// Returns the SHA-256 of each file of a key of which the journal says that it was encrypted to these recipients, and to no other.
pub(crate) fn wrapped_to(store: &dyn ReadStore, recipients: &BTreeSet<String>) -> Result<HashSet<[u8; 32]>> {
    let mut known = HashSet::new();
    let is_wanted = |entry: &KeyedEntry| entry.act == KeyAct::Rewrapped && entry.recipients == *recipients;
    for name in segment::names(store)? {
        index::each_line_of(store, &name, &[WORD], &mut |line, _| {
            if let Entry::Keyed(entry) = line.entry
                && is_wanted(&entry)
            {
                known.extend(entry.keys.iter().filter_map(|key| sha256_bytes(key.sha256.as_deref()?)));
            }
        })?;
    }
    Ok(known)
}
