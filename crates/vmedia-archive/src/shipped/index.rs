//! What a place has of a session, of the journal and of erasures: each object with the version that counts. Objects are created once, so of
//! several versions the oldest is the one that was shipped, and any other was put there by something else. Must not read objects.

use super::object::{Object, Packed};
use crate::error::{ErrorKind, Result};
use crate::layout::{PACKED, RECORD};
use crate::objects::{ListedVersion, NO_VERSION, ObjectStore};
use crate::ship::{fetch, versions};
use crate::store::StorePath;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Something that is in the place beside what was shipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stray {
    /// Its key below the folder that was listed.
    pub(super) path: String,
    pub(super) kind: StrayKind,
}

/// The kinds of strays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StrayKind {
    /// A later version than the one that was shipped.
    Newer,
    /// A delete marker hides the object.
    Hidden,
    /// Delete markers alone are left of the object.
    Gone,
    /// No part of a version.
    Elsewhere,
}

/// The objects below a folder, by their paths below it, and strays.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) found: BTreeMap<String, Object>,
    pub(super) strays: Vec<Stray>,
}

impl Objects {
    /// Lists a folder of a place. Places that cannot list versions have one of each object.
    pub(super) fn read(place: &dyn ObjectStore, folder: &StorePath) -> Result<Self> {
        let (mut objects, mut group) = (Self::default(), Vec::new());
        let listed = place.versions(Some(folder), &mut |version| {
            if group.first().is_some_and(|first: &ListedVersion| first.key != version.key) {
                objects.add(folder, &std::mem::take(&mut group));
            }
            group.push(version);
            Ok(())
        });
        match listed {
            Ok(()) => objects.add(folder, &group),
            Err(error) if error.kind() == ErrorKind::Rejected => {
                objects = Self::default();
                place.list(Some(folder), &mut |object| {
                    let path = object.key.below(folder).map(ToOwned::to_owned);
                    let object = Object { key: object.key, version: None, bytes: object.bytes, inside: None };
                    objects.found.extend(path.map(|path| (path, object)));
                    Ok(())
                })?;
            }
            Err(error) => return Err(error),
        }
        Ok(objects)
    }

    /// Adds the versions of one key, the newest first.
    fn add(&mut self, folder: &StorePath, versions: &[ListedVersion]) {
        let Some(path) = versions.first().and_then(|newest| newest.key.below(folder)) else { return };
        let kept: Vec<&ListedVersion> = versions.iter().filter(|version| !version.is_marker).collect();
        let mut stray = |kind| self.strays.push(Stray { path: path.to_owned(), kind });
        match kept.last() {
            None => stray(StrayKind::Gone),
            Some(_) if versions.first().is_some_and(|newest| newest.is_marker) => stray(StrayKind::Hidden),
            Some(_) if kept.len() > 1 => stray(StrayKind::Newer),
            Some(_) => {}
        }
        if let Some(oldest) = kept.last() {
            // Places without versions do not take an id.
            let is_named = versions.len() > 1 || oldest.version != NO_VERSION;
            let version = is_named.then(|| oldest.version.clone());
            let object = Object { key: oldest.key.clone(), version, bytes: oldest.bytes, inside: None };
            self.found.insert(path.to_owned(), object);
        }
    }
}

/// A session: the files of its newest finished version.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// By their paths below the session's folder; the name of the version is no part of them. Of a version in a ZIP file, the record.
    pub(super) files: BTreeMap<String, Object>,
    /// The ZIP file with all of them.
    pub(super) zip: Option<Object>,
    /// What is in it, once it was read.
    pub(super) packed: OnceLock<Arc<Packed>>,
    /// The id of the oldest version of each object of all versions, by their keys below the session's folder.
    pub(super) ids: BTreeMap<String, String>,
    /// Strays, by their keys below the session's folder.
    pub(super) strays: Vec<Stray>,
    /// The number of the version; `None` if none is finished.
    pub(super) number: Option<u32>,
    /// The numbers of later versions, which are not finished.
    pub(super) unfinished: Vec<u32>,
    /// The payload files that an earlier version lacks, although `fetch.txt` names them there.
    pub(super) lacking: Vec<String>,
}

impl Session {
    /// Lists a session. `text` returns the text of its `fetch.txt`.
    pub(super) fn read(place: &dyn ObjectStore, folder: &StorePath, text: &dyn Fn(&Object) -> Result<String>) -> Result<Self> {
        let Objects { found, strays } = Objects::read(place, folder)?;
        let ids = found.iter().filter_map(|(path, object)| Some((path.clone(), object.version.clone()?))).collect();
        let mut session = Self { strays, ids, ..Self::default() };
        let mut all: BTreeMap<u32, BTreeMap<String, Object>> = BTreeMap::new();
        for (path, object) in found {
            match versions::split(&path) {
                Some((number, below)) => _ = all.entry(number).or_default().insert(below.to_owned(), object),
                None => session.strays.push(Stray { path, kind: StrayKind::Elsewhere }),
            }
        }
        session.number =
            all.iter().rev().find(|(_, files)| versions::is_finished(|name| files.contains_key(name))).map(|(number, _)| *number);
        session.unfinished = all.keys().copied().filter(|number| session.number.is_none_or(|newest| *number > newest)).collect();
        let Some(mut files) = session.number.and_then(|number| all.remove(&number)) else { return Ok(session) };
        if versions::is_packed(|name| files.contains_key(name)) {
            session.zip = files.remove(PACKED);
            session.files.extend(files.remove_entry(RECORD));
            let left = files.into_values().filter_map(|object| object.key.below(folder).map(ToOwned::to_owned));
            session.strays.extend(left.map(|path| Stray { path, kind: StrayKind::Elsewhere }));
            return Ok(session);
        }
        if let Some(list) = files.remove(fetch::FETCH) {
            // A line that cannot be read lets its file be missing.
            for (path, (number, bytes)) in fetch::parse(&text(&list)?).unwrap_or_default() {
                let object = all.get(&number).and_then(|files| files.get(&path)).filter(|object| object.bytes == bytes);
                match object {
                    Some(object) => _ = files.entry(path).or_insert_with(|| object.clone()),
                    None => session.lacking.push(path),
                }
            }
        }
        session.files = files;
        Ok(session)
    }
}
