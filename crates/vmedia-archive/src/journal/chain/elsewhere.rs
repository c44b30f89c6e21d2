//! Where the payload of a session is that was removed here, because a bucket has it. A line that says so counts only as far as another line
//! names the objects, and until a line says that the payload was fetched back.

use super::Chain;
use crate::error::Result;
use crate::journal::entry::{Entry, Line};
use crate::journal::place::Place;
use crate::journal::{Away, Elsewhere, FreedEntry, ShippedEntry};
use crate::store::ReadStore;
use std::collections::BTreeMap;

impl Chain {
    /// Returns where the payload of a session is that was removed here, by the folder's name. Its lines are read again.
    pub(crate) fn elsewhere(&self, store: &dyn ReadStore, folder: &str) -> Result<Elsewhere> {
        // What was erased is not to be found in a bucket.
        let erased = self.erasure(folder).map(|erasure| erasure.place.at);
        let counts = |place: &&Place| erased.is_none_or(|at| place.at > at) && !self.returned.contains(&place.sha256);
        let places: Vec<&Place> = self.freed.of(folder).filter(counts).collect();
        let mut elsewhere = Elsewhere::default();
        if places.is_empty() {
            return Ok(elsewhere);
        }
        let shipped = self.shipped_by_line(store, folder)?;
        for place in places {
            let Line { at, entry: Entry::Freed(entry), .. } = self.line(store, place)? else { return Err(self.changed(place)) };
            let FreedEntry { bag, place: url, shipped: line, .. } = *entry;
            match shipped.get(&line).filter(|shipped| shipped.bag == bag && shipped.place == url) {
                Some(shipped) => elsewhere.add(shipped, (hex::encode(place.sha256), line)),
                None => elsewhere.unfounded.push((at, url)),
            }
            elsewhere.is_proven &= self.is_proven(place);
        }
        Ok(elsewhere)
    }

    /// Returns the lines about a session's versions in buckets, by their SHA-256.
    pub(crate) fn shipped_by_line(&self, store: &dyn ReadStore, folder: &str) -> Result<BTreeMap<String, ShippedEntry>> {
        let entry = |place: &Place| match self.line(store, place)?.entry {
            Entry::Shipped(entry) => Ok((hex::encode(place.sha256), *entry)),
            _ => Err(self.changed(place)),
        };
        self.shipped.of(folder).map(entry).collect()
    }
}

impl Elsewhere {
    /// Adds the payload that a version has.
    fn add(&mut self, shipped: &ShippedEntry, (line, of_version): (String, String)) {
        for object in &shipped.objects {
            let Some((path, sha256)) = object.payload() else { continue };
            let away = Away { place: shipped.place.clone(), key: object.path.clone(), version: object.version.clone() };
            self.files.insert((path.to_owned(), sha256.to_owned()), away);
        }
        self.places.insert(shipped.place.clone());
        self.lines.push(line);
        self.shipped.insert(of_version);
    }
}
