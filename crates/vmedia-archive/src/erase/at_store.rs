//! Removes a session from a place in a bucket after it was erased here, and writes its certificate again:
//!
//! 1. the journal and the certificate are copied there, so that every reader of the bucket knows the order;
//! 2. every version and delete marker below the session's folder is removed, those of `bagit.txt` first, so that nothing half erased looks
//!    like a bag, until the bucket lists nothing but what a lock keeps;
//! 3. a line in the journal, then the certificate; then these are copied, too.
//!
//! Certificates and the journal's lines stay in the bucket.

use super::{Erasing, done};
use crate::erasure::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{Chain, StoreRemoval};
use crate::layout::{DECLARATION, session_folder};
use crate::model::SessionId;
use crate::objects::{ListedVersion, ObjectStore, Removal};
use crate::ship::chunks::JournalCopy;
use crate::store::{Store, StorePath};
use crate::terms::StoreOutcome;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Number of times that a folder is listed while something else adds to it.
const ROUNDS: u32 = 3;

/// A place in a bucket from which erased sessions are removed.
pub struct StoreEraser {
    place: Arc<dyn ObjectStore>,
    copy: JournalCopy,
}

/// What a lock keeps of a session: the end of the lock, by key and id of the version.
type Kept = BTreeMap<(StorePath, String), Option<Timestamp>>;

impl StoreEraser {
    /// Opens a place that an archive was shipped to; `chain` is the archive's journal.
    ///
    /// # Errors
    /// The place cannot be listed, or has nothing of this journal: it is another store of the same name.
    pub fn open(place: Arc<dyn ObjectStore>, chain: &Chain) -> Result<Self> {
        let copy = JournalCopy::of(place.as_ref())?;
        if copy.is_of(chain) {
            return Ok(Self { place, copy });
        }
        let what = format!("{} has no part of this archive's journal, so nothing is removed there", place.location(None));
        Err(Error::new(
            ErrorKind::Configuration,
            what,
            "check the endpoint and the account: the archive was shipped to a place of this name",
        ))
    }

    /// Returns the URLs of the places that a session was shipped to.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn places(order: &Erasing<'_>, session: &SessionId) -> Result<BTreeSet<String>> {
        let shipped = order.chain.shipments(order.store, session_folder(session).as_str())?;
        Ok(shipped.into_iter().map(|(_, entry)| entry.place).collect())
    }

    /// Removes a session that is erased here from the place. `now` returns the time. Returns the certificate after that, and the number of
    /// versions and delete markers that were removed.
    ///
    /// # Errors
    /// The session is not erased, it is held, another run is changing it, the place is unavailable or refuses a request, or the archive cannot be
    /// read or written.
    pub fn erase(&self, order: &Erasing<'_>, session: &SessionId, now: &dyn Fn() -> Timestamp) -> Result<(Certificate, u64)> {
        let folder = session_folder(session);
        let _lock = order.store.lock(&folder)?.or_busy(&format!("session {session}"))?;
        let certificate = done(order, session)?;
        order.refuse_held(session, now)?;
        self.copy_journal(order.store)?;
        let (removed, kept) = self.remove_all(&folder)?;
        let removal = self.removal(&folder, &kept, now());
        let is_as_before = |before: &StoreRemoval| StoreRemoval { at: removal.at, ..before.clone() } == removal;
        if removed == 0 && certificate.at_store.iter().any(is_as_before) {
            return Ok((certificate, 0));
        }
        let (journal, _) = order.journal.position(now())?;
        let mut removals: Vec<StoreRemoval> = certificate.at_store.iter().filter(|other| other.place != removal.place).cloned().collect();
        removals.push(removal);
        let certificate = Certificate { journal, ..certificate }.with_removals(removals);
        order.certify(&certificate, now())?;
        self.copy_journal(order.store)?;
        Ok((certificate, removed))
    }

    /// Copies what the place lacks of the journal and the certificates.
    ///
    /// # Errors
    /// The journal there is not the beginning of the one here, or the place is unavailable.
    pub fn copy_journal(&self, store: &dyn Store) -> Result<()> {
        self.copy.copy(store, self.place.as_ref()).map(drop)
    }

    /// Removes what the place has of a session. Returns the number of versions that were removed, and those that are kept.
    fn remove_all(&self, folder: &StorePath) -> Result<(u64, Kept)> {
        let (mut removed, mut kept) = (0, Kept::new());
        for _ in 0..ROUNDS {
            let mut versions: Vec<ListedVersion> = Vec::new();
            let mut add = |version| {
                versions.push(version);
                Ok(())
            };
            self.place.versions(Some(folder), &mut add)?;
            versions.retain(|version| !kept.contains_key(&(version.key.clone(), version.version.clone())));
            if versions.is_empty() {
                return Ok((removed, kept));
            }
            versions.sort_by_key(|version| version.key.as_str().rsplit('/').next() != Some(DECLARATION));
            for ListedVersion { key, version, .. } in versions {
                match self.place.remove(&key, &version)? {
                    Removal::Removed => removed += 1,
                    Removal::Kept { until } => _ = kept.insert((key, version), until),
                }
            }
        }
        let what = format!("{} still lists what was removed, or something else adds to it", self.place.location(Some(folder)));
        Err(Error::new(ErrorKind::Partial, what, "end what writes there, and run the same command again"))
    }

    fn removal(&self, folder: &StorePath, kept: &Kept, at: Timestamp) -> StoreRemoval {
        let version = |key: &StorePath| key.below(folder).and_then(|below| below.split('/').next()).map(|name| folder.join(name));
        let left: BTreeSet<String> = kept.keys().filter_map(|(key, _)| Some(self.place.location(Some(&version(key)?)))).collect();
        let outcome = if kept.is_empty() { StoreOutcome::Removed } else { StoreOutcome::Kept }.into();
        // Under a legal hold, no end is known.
        let until = if kept.values().any(Option::is_none) { None } else { kept.values().flatten().max().copied() };
        StoreRemoval { place: self.place.location(None), outcome, left: left.into_iter().collect(), until, at }
    }
}
