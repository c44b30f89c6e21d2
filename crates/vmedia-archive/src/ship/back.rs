//! Fetches payload back that was removed here because a bucket has it. Each file is compared with the manifest before it gets its name; a line of
//! the journal follows once all of them are here. A run that is killed anywhere leaves fewer files to fetch.

use super::bag::sound;
use super::must_be_finished;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::{Away, Elsewhere, Journal, ReturnedEntry};
use crate::layout::is_payload;
use crate::model::SessionId;
use crate::objects::ObjectStore;
use crate::store::{Digest, Extent, Store, StorePath};
use jiff::Timestamp;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::sync::Arc;

/// Payload of an archive that is fetched back.
pub struct Returning {
    store: Arc<dyn Store>,
    journal: Arc<Journal>,
    /// The places that have it, by their URLs.
    places: HashMap<String, Arc<dyn ObjectStore>>,
}

/// Receives the length of each piece that is read, and may stop the reading.
pub type Received<'a> = dyn FnMut(u64) -> Result<()> + 'a;

/// A session whose payload is here again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The session.
    pub session: SessionId,
    /// Number of files that were fetched.
    pub files: u64,
    /// Number of their bytes.
    pub bytes: u64,
}

impl Returning {
    /// Opens the places that have payload of these sessions, and returns the sessions that have any there. `open` opens a place by its URL.
    ///
    /// # Errors
    /// The journal cannot be read, or names a place that cannot be opened.
    pub fn open(
        store: Arc<dyn Store>,
        journal: Arc<Journal>,
        sessions: &[StorePath],
        open: &dyn Fn(&str) -> Result<Arc<dyn ObjectStore>>,
    ) -> Result<(Self, Vec<StorePath>)> {
        let (mut places, mut found) = (HashMap::new(), Vec::new());
        for folder in sessions {
            let elsewhere = journal.elsewhere(folder, &[])?;
            for place in elsewhere.places {
                if let Entry::Vacant(vacant) = places.entry(place) {
                    let opened = open(vacant.key())?;
                    vacant.insert(opened);
                }
            }
            found.extend((!elsewhere.lines.is_empty()).then(|| folder.clone()));
        }
        Ok((Self { store, journal, places }, found))
    }

    /// Fetches the payload of a session back. `now` returns the time, and `received` gets the length of each piece and may stop the reading.
    ///
    /// # Errors
    /// Another run is changing the session, its own files are damaged, a bucket is unavailable or has other bytes, or the disk is full.
    pub fn fetch_back(&self, folder: &StorePath, now: &dyn Fn() -> Timestamp, received: &mut Received<'_>) -> Result<Returned> {
        let store = self.store.as_ref();
        let _lock = store.lock(folder)?.or_busy(&format!("session {folder}"))?;
        must_be_finished(store, folder, ("fetched back", "a run was killed there"))?;
        let (record, manifested) = sound(store, folder, "fetched back")?;
        let mut missing = Vec::new();
        for (path, sha256) in manifested.into_iter().filter(|(path, _)| is_payload(path)) {
            if store.length(&folder.join(&path))?.is_none() {
                missing.push((path, sha256));
            }
        }
        let elsewhere = self.journal.elsewhere(folder, &missing)?;
        let mut returned = Returned { session: record.session, files: 0, bytes: 0 };
        for (path, sha256) in &missing {
            // What no bucket has is a finding, and remains one.
            let Some(away) = elsewhere.of(path, sha256) else { continue };
            returned.bytes += self.fetch(folder, (path, sha256), away, received)?;
            returned.files += 1;
        }
        store.settle(folder, Extent::Tree)?;
        let Elsewhere { lines, .. } = elsewhere;
        self.journal.returned(ReturnedEntry { session: returned.session.clone(), folder: folder.to_string(), lines }, now())?;
        Ok(returned)
    }

    /// Fetches one file, and returns its length.
    fn fetch(&self, folder: &StorePath, (path, sha256): (&str, &str), away: &Away, received: &mut Received<'_>) -> Result<u64> {
        let key = folder.join(&away.key);
        let place = self.places.get(&away.place).ok_or_else(|| Error::unexpected("a place was not opened"))?;
        let url = place.location(Some(&key));
        let refused = |why: &str| {
            let hint = "`vmedia verify` of the bucket shows what is there; compare it with a backup";
            Error::new(ErrorKind::Damaged, format!("{path} of {folder} was not fetched back: {url} {why}"), hint)
        };
        let stream = place.open(&key, away.version.as_deref(), None)?.ok_or_else(|| refused("is gone"))?;
        let mut staged = self.store.stage()?;
        let mut failed = None;
        let read = Digest::read(stream, &mut |piece| {
            failed = received(piece.len() as u64).and_then(|()| staged.write(piece)).err();
            if failed.is_some() { Err(io::Error::other("stopped")) } else { Ok(()) }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let digest = read.map_err(|error| match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) => {
                let what = format!("cannot read {url}: {}", plain(&error));
                Error::new(ErrorKind::Unavailable, what, "check the network, and run the same command again")
            }
        })?;
        if digest.sha256 != sha256 {
            return Err(refused("has other bytes than the manifest says"));
        }
        let to = folder.join(path);
        to.parent().map_or(Ok(()), |parent| self.store.make_folder(&parent))?;
        staged.publish(&to)?;
        Ok(digest.bytes)
    }
}
