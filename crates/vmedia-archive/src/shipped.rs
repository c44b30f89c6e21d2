//! An archive in a bucket, as shipping leaves it, read like one on a disk: a session is its newest finished version, files that a later
//! version did not get again are found through its `fetch.txt`, those of a ZIP file through its directory, and a segment of the journal is its
//! chunks one after the other.
//!
//! Keeps the error of a place that cannot be reached: what was read since says nothing. Must not write.

mod index;
mod inside;
mod object;
mod run;
mod stream;

use crate::erasure;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::FOLDER;
use crate::layout::{MARKER, PACKED};
use crate::objects::{NO_VERSION, ObjectStore, PROBE_FOLDER};
use crate::schedule::locked;
use crate::ship::versions::is_version;
use crate::ship::{chunks, fetch};
use crate::store::{Digest, KeptObject, Listed, ReadStore, Stat, StorePath, Stray};
use index::{Objects, Session, StrayKind};
use object::Object;
pub use run::ShippedRun;
use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::sync::{Arc, Mutex, OnceLock};
use stream::Parts;

/// Number of sessions whose objects are kept in memory: those that workers read, and some more.
const KEPT: usize = 512;

/// A file, as the objects that hold it, in order.
type Pieces = Vec<Object>;

/// An archive in a bucket.
pub struct ShippedArchive {
    place: Arc<dyn ObjectStore>,
    /// The files of the journal and of erasures, by their paths, and strays there.
    own: BTreeMap<StorePath, Pieces>,
    own_strays: Vec<Stray>,
    sessions: Mutex<VecDeque<(StorePath, Arc<Session>)>>,
    outage: Arc<OnceLock<Outage>>,
}

/// The parts of an error.
struct Outage {
    kind: ErrorKind,
    what: String,
    hint: String,
}

impl ShippedArchive {
    /// Lists the journal and the erasures of an archive.
    ///
    /// # Errors
    /// The place cannot be listed, or lacks a part of the journal.
    pub fn open(place: Arc<dyn ObjectStore>) -> Result<Self> {
        let (mut own, mut own_strays) = (BTreeMap::new(), Vec::new());
        let mut segments: BTreeMap<StorePath, BTreeMap<u64, Object>> = BTreeMap::new();
        let folder = StorePath::name(FOLDER);
        let Objects { found, strays } = Objects::read(place.as_ref(), &folder)?;
        own_strays.extend(strays.iter().map(|stray| stray_of(FOLDER, stray)));
        for (path, object) in found {
            match path.split_once('/') {
                None => _ = own.insert(folder.join(&path), vec![object]),
                Some((segment, chunk)) => match chunks::number(chunk) {
                    Some(number) => _ = segments.entry(folder.join(segment)).or_default().insert(number, object),
                    None => own_strays.push(stray_of(FOLDER, &index::Stray { path, kind: StrayKind::Elsewhere })),
                },
            }
        }
        for (path, chunks) in segments {
            if chunks.keys().copied().ne(1..=chunks.len() as u64) {
                let what = format!("{} lacks a part of the journal", place.location(Some(&path)));
                return Err(Error::new(ErrorKind::Damaged, what, "something was removed there; look at its versions"));
            }
            own.insert(path, chunks.into_values().collect());
        }
        let folder = StorePath::name(erasure::FOLDER);
        let Objects { found, strays } = Objects::read(place.as_ref(), &folder)?;
        own_strays.extend(strays.iter().map(|stray| stray_of(erasure::FOLDER, stray)));
        // The later states of a certificate stand beside the first, under its name and a number.
        let mut states: BTreeMap<String, (u32, Object)> = BTreeMap::new();
        for (path, object) in found {
            let state = path.rsplit_once('.').and_then(|(first, number)| Some((first.to_owned(), number.parse().ok()?)));
            let (path, number) = state.unwrap_or((path, 1));
            if states.get(&path).is_none_or(|(known, _)| *known < number) {
                states.insert(path, (number, object));
            }
        }
        own.extend(states.into_iter().map(|(path, (_, object))| (folder.join(&path), vec![object])));
        Ok(Self { place, own, own_strays, sessions: Mutex::default(), outage: Arc::default() })
    }

    /// Returns whether one of these folders holds a version of a session.
    ///
    /// # Errors
    /// The place cannot be listed.
    pub fn has_any(&self, folders: &[StorePath]) -> Result<bool> {
        for folder in folders {
            if self.noted(self.place.folders(Some(folder)))?.iter().any(|name| is_version(name)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Keeps the error of a place that cannot be reached.
    fn noted<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            Outage::note(&self.outage, error);
        }
        result
    }

    /// Returns a session, and keeps it for the next call.
    fn session(&self, folder: &StorePath) -> Result<Arc<Session>> {
        if let Some((_, session)) = locked(&self.sessions).iter().find(|(known, _)| known == folder) {
            return Ok(Arc::clone(session));
        }
        let text = |object: &Object| {
            let bytes = self.bytes(std::slice::from_ref(object), fetch::LARGEST)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        let session = Arc::new(self.noted(Session::read(self.place.as_ref(), folder, &text))?);
        let mut sessions = locked(&self.sessions);
        if sessions.len() >= KEPT {
            sessions.pop_front();
        }
        sessions.push_back((folder.clone(), Arc::clone(&session)));
        Ok(session)
    }

    /// Returns the objects that hold a file; `None` if it is not there.
    fn pieces(&self, path: &StorePath) -> Result<Option<Pieces>> {
        let Some((first, below)) = path.as_str().split_once('/') else { return Ok(None) };
        if is_own(first) {
            return Ok(self.own.get(path).cloned());
        }
        let session = self.session(&StorePath::name(first))?;
        if below == MARKER && session.number.is_none() && !session.unfinished.is_empty() {
            return Ok(Some(Vec::new()));
        }
        if let (None, Some(zip)) = (session.files.get(below), session.zip.as_ref().filter(|_| below != MARKER)) {
            if zip.key == *path {
                return Ok(Some(vec![zip.clone()]));
            }
            let packed = self.packed(&StorePath::name(first), &session, zip)?;
            return Ok(packed.files.get(below).map(|object| vec![object.clone()]));
        }
        Ok(session.files.get(below).map(|object| vec![object.clone()]))
    }

    fn stream(&self, pieces: &[Object], offset: u64, length: u64) -> Parts {
        let (mut left, mut before, end) = (Vec::new(), 0, offset.saturating_add(length));
        for object in pieces {
            let (from, to) = (offset.max(before), end.min(before + object.bytes));
            if from < to {
                left.push((object.clone(), from - before, to - from));
            }
            before += object.bytes;
        }
        left.reverse();
        Parts { place: Arc::clone(&self.place), left, current: None }
    }

    /// Reads the whole of some objects, one after the other.
    fn bytes(&self, pieces: &[Object], limit: u64) -> Result<Vec<u8>> {
        let length = length_of(pieces);
        let location = || pieces.first().map(|object| self.place.location(Some(&object.key))).unwrap_or_default();
        if length > limit {
            let what = format!("cannot read {}: it is larger than {limit} bytes", location());
            return Err(Error::new(ErrorKind::Local, what, "compare it with a backup: nothing that was shipped is as large"));
        }
        self.collect(self.stream(pieces, 0, length), length, &location)
    }

    fn collect(&self, mut stream: Parts, length: u64, location: &dyn Fn() -> String) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = stream.by_ref().take(length).read_to_end(&mut bytes);
        self.noted(read.map(|_| bytes).map_err(|error| match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) => {
                let what = format!("cannot read {}: {}", location(), plain(&error));
                Error::new(ErrorKind::Unavailable, what, "check the network, and run the same command again")
            }
        }))
    }
}

/// A stream that keeps the error of a place that cannot be reached.
struct Noting {
    parts: Parts,
    outage: Arc<OnceLock<Outage>>,
}

impl Read for Noting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.parts.read(buffer).inspect_err(|error| {
            if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
                Outage::note(&self.outage, error);
            }
        })
    }
}

impl Outage {
    fn note(outage: &OnceLock<Self>, error: &Error) {
        if !matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Local) {
            _ = outage.set(Self { kind: error.kind(), what: error.what().to_owned(), hint: error.hint().to_owned() });
        }
    }
}

impl ReadStore for ShippedArchive {
    fn read(&self, path: &StorePath, limit: u64) -> Result<Option<Vec<u8>>> {
        self.pieces(path)?.map(|pieces| self.bytes(&pieces, limit)).transpose()
    }

    fn open(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>> {
        let Some(pieces) = self.pieces(path)? else { return Ok(None) };
        let parts = self.stream(&pieces, 0, length_of(&pieces));
        Ok(Some(Box::new(Noting { parts, outage: Arc::clone(&self.outage) })))
    }

    fn read_range(&self, path: &StorePath, offset: u64, length: u64) -> Result<Vec<u8>> {
        let Some(pieces) = self.pieces(path)? else { return Ok(Vec::new()) };
        self.collect(self.stream(&pieces, offset, length), length, &|| self.location(path))
    }

    fn stat(&self, path: &StorePath) -> Result<Option<Stat>> {
        Ok(self.pieces(path)?.map(|pieces| Stat::File(length_of(&pieces))))
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<Listed>> {
        let listed = |path: StorePath, bytes| Listed { path, stat: Some(Stat::File(bytes)), sha256: None };
        let first = folder.as_str().split('/').next().unwrap_or_default();
        if is_own(first) {
            let inside = self.own.iter().filter(|(path, _)| path.below(folder).is_some());
            return Ok(inside.map(|(path, pieces)| listed(path.clone(), length_of(pieces))).collect());
        }
        let root = StorePath::name(first);
        let session = self.session(&root)?;
        let packed = session.zip.as_ref().map(|zip| self.packed(&root, &session, zip)).transpose()?;
        let inside = packed.iter().flat_map(|packed| &packed.files).filter(|(path, _)| !session.files.contains_key(*path));
        let all: BTreeMap<&String, &Object> = session.files.iter().chain(inside).collect();
        let files = all.into_iter().filter_map(|(path, object)| Some((StorePath::parse(&format!("{root}/{path}"))?, object.bytes)));
        Ok(files.filter(|(path, _)| path.below(folder).is_some()).map(|(path, bytes)| listed(path, bytes)).collect())
    }

    fn folders(&self) -> Result<Vec<String>> {
        let folders = self.noted(self.place.folders(None))?;
        Ok(folders.into_iter().filter(|name| !is_own(name)).collect())
    }

    fn holder(&self, name: &StorePath) -> Result<Option<String>> {
        let session = self.session(name)?;
        let first = session.unfinished.first().filter(|_| session.number.is_none());
        Ok(first.map(|number| format!("a run that ships it, or that was killed: {} is not finished", crate::ship::versions::name(*number))))
    }

    fn root(&self) -> String {
        self.place.location(None)
    }

    fn location(&self, path: &StorePath) -> String {
        self.place.location(Some(path))
    }

    fn kept_digest(&self, path: &StorePath) -> Result<Option<Digest>> {
        let pieces = self.pieces(path)?;
        // Of what is in a ZIP file, the place keeps no digest.
        let Some([object @ Object { inside: None, .. }]) = pieces.as_deref() else { return Ok(None) };
        let head = self.noted(self.place.head(&object.key, object.version.as_deref()))?;
        Ok(head.and_then(|head| Some(Digest { bytes: head.bytes, sha256: head.sha256? })))
    }

    fn container(&self, folder: &StorePath) -> Result<Option<String>> {
        Ok(self.session(folder)?.zip.as_ref().and_then(|zip| zip.key.below(folder)).map(ToOwned::to_owned))
    }

    fn kept_object(&self, path: &StorePath) -> Result<Option<KeptObject>> {
        let pieces = self.pieces(path)?;
        let (Some([object]), Some((folder, _))) = (pieces.as_deref(), path.as_str().split_once('/')) else { return Ok(None) };
        if object.inside.is_some() {
            return Ok(None);
        }
        let folder = StorePath::name(folder);
        let below = object.key.below(&folder).unwrap_or_default();
        let is_only = !self.session(&folder)?.strays.iter().any(|stray| stray.path == below);
        let version = object.version.clone().filter(|version| version != NO_VERSION);
        Ok(Some(KeptObject { url: self.place.location(Some(&object.key)), version, is_only }))
    }

    fn kept_version(&self, key: &StorePath) -> Result<Option<String>> {
        let Some((folder, below)) = key.as_str().split_once('/') else { return Ok(None) };
        Ok(self.session(&StorePath::name(folder))?.ids.get(below).cloned())
    }

    fn strays(&self, folder: Option<&StorePath>) -> Result<Vec<Stray>> {
        let Some(folder) = folder else { return Ok(self.own_strays.clone()) };
        let session = self.session(folder)?;
        let strays = session.strays.iter().cloned().map(|stray| Stray { path: stray.path, what: text(stray.kind), is_harmless: false });
        let unfinished = session.unfinished.iter().map(|number| Stray {
            path: crate::ship::versions::name(*number),
            what: "a later version that is not finished: a run that ships it, or that was killed; the next one finishes it".to_owned(),
            is_harmless: true,
        });
        let lacking = session.lacking.iter().map(|path| Stray {
            path: path.clone(),
            what: "fetch.txt names an earlier version that does not have it".to_owned(),
            is_harmless: false,
        });
        // A ZIP file of which nothing was read is compared by its digest.
        let zip = session.zip.as_ref().filter(|_| session.packed.get().is_some());
        let packed = zip.map(|zip| self.compare_packed(folder, &session, zip)).transpose()?.flatten();
        let zip = packed.map(|what| Stray { path: PACKED.to_owned(), what: what.to_owned(), is_harmless: false });
        Ok(strays.chain(unfinished).chain(lacking).chain(zip).collect())
    }

    fn outage(&self) -> Option<Error> {
        self.outage.get().map(|outage| Error::new(outage.kind, outage.what.clone(), outage.hint.clone()))
    }
}

/// Returns true for folders that hold no session.
fn is_own(name: &str) -> bool {
    [FOLDER, erasure::FOLDER, crate::cipher::FOLDER, PROBE_FOLDER].contains(&name)
}

fn length_of(pieces: &[Object]) -> u64 {
    pieces.iter().map(|object| object.bytes).sum()
}

fn text(kind: StrayKind) -> String {
    let text = match kind {
        StrayKind::Newer => "another version was written over it later; what was shipped is still there and is what was checked",
        StrayKind::Hidden => "a delete marker hides it; what was shipped is still there and is what was checked",
        StrayKind::Gone => "it was removed: a delete marker alone is left of it",
        StrayKind::Elsewhere => "no part of a version: nothing vouches for this object",
    };
    text.to_owned()
}

fn stray_of(folder: &str, stray: &index::Stray) -> Stray {
    Stray { path: format!("{folder}/{}", stray.path), what: text(stray.kind), is_harmless: false }
}
