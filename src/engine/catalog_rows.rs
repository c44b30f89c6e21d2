//! The catalog rows of many sessions, read by several threads, in the order in which the sessions were given.

use super::{Emit, StoredRules};
use crate::archive::{CatalogRow, Identities, Verifications, catalog_row, erased_row, open_row};
use crate::clock::Cancel;
use crate::error::Result;
use crate::store::{ReadStore, StorePath};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Number of sessions between two reports of progress.
const STEP: u64 = 64;

/// Reads the rows of an archive's sessions, some at a time, so that no more than those are in memory.
pub(crate) struct Catalog {
    store: Arc<dyn ReadStore>,
    verified: Verifications,
    /// What opens encrypted sessions.
    opening: Option<(Arc<Identities>, StoredRules)>,
    /// Number of encrypted sessions that did not open.
    unopened: AtomicU64,
    /// Number of sessions that each thread has read so far.
    read: Vec<AtomicU64>,
}

impl Catalog {
    /// Reads the verifications of all sessions from the archive's journal.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub(crate) fn open(store: Arc<dyn ReadStore>, workers: usize) -> Result<Self> {
        let verified = Verifications::read(store.as_ref())?;
        let read = (0..workers.max(1)).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { store, verified, opening: None, unopened: AtomicU64::new(0), read })
    }

    /// Returns the same with the facts of the sessions that these identities open.
    pub(crate) fn opened_with(self, identities: Option<Arc<Identities>>, rules: StoredRules) -> Self {
        Self { opening: identities.map(|identities| (identities, rules)), ..self }
    }

    /// Returns the number of encrypted sessions that did not open so far.
    pub(crate) fn unopened(&self) -> u64 {
        self.unopened.load(Ordering::Relaxed)
    }

    fn row(&self, folder: &StorePath) -> CatalogRow {
        let mut row = catalog_row(self.store.as_ref(), folder, &self.verified);
        if row.encrypted {
            let open = |(identities, rules): &(Arc<Identities>, StoredRules)| open_row(&mut row, self.store.as_ref(), identities, rules);
            let is_open = self.opening.as_ref().is_some_and(open);
            self.unopened.fetch_add(u64::from(!is_open), Ordering::Relaxed);
        }
        row
    }

    /// Returns whether the journal names a page of the catalog with this SHA-256.
    pub(crate) fn knows_page(&self, sha256: &str) -> bool {
        self.verified.knows_page(sha256)
    }

    /// Returns the rows of sessions that were erased, and are not among these.
    pub(crate) fn erased(&self, sessions: &[StorePath]) -> Vec<CatalogRow> {
        let here: HashSet<&str> = sessions.iter().map(StorePath::as_str).collect();
        let erased = self.verified.erased().filter(|(folder, _)| !here.contains(folder));
        erased.map(|(_, erased)| erased_row(erased, &self.verified)).collect()
    }

    /// Returns the rows of these sessions; fewer when the run is asked to stop.
    pub(crate) fn rows(&self, sessions: &[StorePath], cancel: &Cancel, emit: &Emit) -> Vec<CatalogRow> {
        let next = AtomicUsize::new(0);
        let work = |number: usize, read: &AtomicU64| {
            let mut rows = Vec::new();
            while cancel.requested().is_none() {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(folder) = sessions.get(index) else { break };
                rows.push((index, self.row(folder)));
                let count = read.fetch_add(1, Ordering::Relaxed) + 1;
                if count.is_multiple_of(STEP) {
                    emit.progress(number as u64, count);
                }
            }
            rows
        };
        let mut rows = std::thread::scope(|scope| {
            let work = &work;
            let mut readers = self.read.iter().enumerate();
            let first = readers.next();
            let spawn = |(number, read)| {
                std::thread::Builder::new().name(format!("reader {number}")).spawn_scoped(scope, move || work(number, read))
            };
            // Fewer workers than wanted do the same work.
            let others: Vec<_> = readers.filter_map(|reader| spawn(reader).ok()).collect();
            let mut rows = first.map(|(number, read)| work(number, read)).unwrap_or_default();
            for other in others {
                rows.extend(other.join().unwrap_or_default());
            }
            rows
        });
        rows.sort_by_key(|(index, _)| *index);
        rows.into_iter().map(|(_, row)| row).collect()
    }
}
