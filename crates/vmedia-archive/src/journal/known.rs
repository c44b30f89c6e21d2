//! What a run asks of its archive's journal while it writes it: where payload is that is not here. A run asks only once files are missing, so the
//! journal is read for it at most once, and again when another run, or this one, may have removed payload since. Must not ask a bucket.

use super::chain::Chain;
use super::elsewhere::Elsewhere;
use super::scope::Scope;
use super::segment;
use super::shipped_entry::ShippedEntry;
use crate::error::Result;
use crate::store::{ReadStore, StorePath};
use std::collections::HashSet;

/// The archive, and the segment of this run in it.
pub(super) type Of<'a> = (&'a dyn ReadStore, Option<&'a StorePath>);

/// The journal as it was read, and what may be missing in that.
#[derive(Default)]
pub(super) struct Known {
    chain: Option<Chain>,
    /// The length of the journal without this run's segment when it was read.
    length: u64,
    /// The folders about which this run wrote lines since.
    own: HashSet<String>,
}

impl Known {
    /// Takes note that this run writes a line about where the payload of a session is.
    pub(super) fn add_own(&mut self, folder: &str) {
        self.own.insert(folder.to_owned());
    }

    /// Returns where the payload of a session is. `missing` are the paths of files that are not here, with their SHA-256.
    pub(super) fn elsewhere(&mut self, of: Of<'_>, folder: &StorePath, missing: &[(String, String)]) -> Result<Elsewhere> {
        let is_all = |elsewhere: &Elsewhere| missing.iter().all(|(path, sha256)| elsewhere.of(path, sha256).is_some());
        self.read(of, folder, &mut |chain, store| chain.elsewhere(store, folder.as_str()), &is_all)
    }

    /// Returns the newest line about a session's bag in a place, with its SHA-256.
    pub(super) fn shipped(&mut self, of: Of<'_>, folder: &StorePath, bag: &str, place: &str) -> Result<Option<(String, ShippedEntry)>> {
        let mut read = |chain: &Chain, store: &dyn ReadStore| {
            let lines = chain.shipped_by_line(store, folder.as_str())?;
            Ok(lines.into_iter().filter(|(_, entry)| entry.bag == bag && entry.place == place).max_by_key(|(_, entry)| entry.number))
        };
        self.read(of, folder, &mut read, &Option::is_some)
    }

    /// Reads something of the journal; once more if it is not `enough` and the journal may say more by now.
    fn read<T>(
        &mut self,
        (store, own): Of<'_>,
        folder: &StorePath,
        read: &mut dyn FnMut(&Chain, &dyn ReadStore) -> Result<T>,
        enough: &dyn Fn(&T) -> bool,
    ) -> Result<T> {
        if let Some(chain) = &self.chain {
            let found = read(chain, store)?;
            if enough(&found) || !self.own.contains(folder.as_str()) && segment::length(store, own)? == self.length {
                return Ok(found);
            }
        }
        // Before reading: what is written meanwhile is read the next time.
        self.length = segment::length(store, own)?;
        self.own.clear();
        let chain = self.chain.insert(Chain::read(store, &Scope::All, &[], &mut |_| Ok(()))?);
        read(chain, store)
    }
}
