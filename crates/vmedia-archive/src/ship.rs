//! Ships finished bags into a bucket, each as a version that nothing changes any more. [`Shipper`] does the steps; its caller does them
//! for many sessions and files at once. In the layout of bags, each file is an object; in that of ZIP files, a version is its record and
//! `bag.zip`.
//!
//! The record claims the version, so two archives never write below the same one; every object is created under a key that was free; the
//! declaration of the bag, or its ZIP file, comes last, after the journal's lines about it. A run that is killed anywhere leaves a version without a
//! declaration, which is no bag to a reader, and the next run goes on from there. Nothing is ever replaced, renamed or removed.

mod back;
mod bag;
pub(crate) mod chunks;
mod covers;
mod erased;
pub(crate) mod fetch;
mod free;
mod held;
pub(crate) mod packed;
mod packing;
mod upload;
pub(crate) mod versions;

pub use back::{Received, Returned, Returning};
pub use free::{Freed, Freeing};
pub use upload::{Shipment, Upload, UploadFile};

use crate::bag::DECLARATION_TEXT;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::journal::{Journal, Shipments};
use crate::layout::{DECLARATION, MARKER, PACKED, RECORD, TAG_MANIFEST};
use crate::objects::{Creation, Head, LARGEST_OBJECT, ObjectStore};
use crate::record::{LARGEST_RECORD, Record};
use crate::schedule::locked;
use crate::shard::Shard;
use crate::store::{Digest, Store, StorePath};
use crate::verify::{REPAIR, bag_digest};
use bag::Bag;
use chunks::JournalCopy;
use jiff::Timestamp;
use std::collections::HashSet;
use std::io::{Cursor, Read};
use std::sync::Arc;
use upload::Other;
use versions::Versions;

/// Number of versions that others may claim while this run wants one.
const CLAIMS: u32 = 1000;

/// The options of shipping.
#[derive(Clone, Default)]
pub struct ShipOptions {
    /// The part of the sessions that is shipped; `None` for all.
    pub shard: Option<Shard>,
    /// True if what the journal says does not count, and the place is asked about every session.
    pub recheck: bool,
    /// The place as ZIP files are created in it, such as with another storage class; `None` for the layout of bags.
    pub zips: Option<Arc<dyn ObjectStore>>,
}

/// Ships sessions of one archive to one place.
pub struct Shipper {
    store: Arc<dyn Store>,
    place: Arc<dyn ObjectStore>,
    /// The place as ZIP files are created in it, if sessions are shipped so.
    zips: Option<Arc<dyn ObjectStore>>,
    journal: Arc<Journal>,
    /// The bags that need not be shipped.
    shipped: Shipments,
    copy: JournalCopy,
    /// The folders of the sessions that have a certificate of an erasure in the place.
    erased: HashSet<String>,
}

/// What would be shipped of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Number of objects.
    pub objects: u64,
    /// Number of their bytes.
    pub bytes: u64,
    /// True if the bag is in the place.
    pub unchanged: bool,
    /// The payload that is here.
    pub local: Freed,
}

/// The result of [`Shipper::begin`].
pub enum Begun {
    /// The bag is in the place.
    Unchanged,
    /// What is to be sent.
    Upload(Box<Upload>),
    /// A run is changing the session: the error, unless it is tried again.
    Busy(Error),
}

impl Shipper {
    /// Reads what the journal says of the place, and which lines of the journal the place has.
    ///
    /// # Errors
    /// The journal cannot be read, or the place cannot be listed.
    pub fn open(store: Arc<dyn Store>, place: Arc<dyn ObjectStore>, journal: Arc<Journal>, options: ShipOptions) -> Result<Self> {
        let shipped = shipments(store.as_ref(), place.as_ref(), &options)?;
        let copy = JournalCopy::of(place.as_ref())?;
        let erased = erased::folders(place.as_ref())?;
        Ok(Self { store, place, zips: options.zips, journal, shipped, copy, erased })
    }

    /// Begins to ship a session: locks it, reads what its own files say, and claims a version.
    ///
    /// # Errors
    /// The session is unfinished or damaged, or was erased there, or the place is unavailable.
    pub fn begin(&self, folder: &StorePath) -> Result<Begun> {
        if is_shipped(self.store.as_ref(), &self.shipped, folder)? {
            return Ok(Begun::Unchanged);
        }
        let lock = match self.store.lock(folder)?.or_busy(&format!("session {folder}")) {
            Ok(lock) => lock,
            Err(busy) => return Ok(Begun::Busy(busy)),
        };
        let bag = Bag::read(self.store.as_ref(), folder, &self.journal)?;
        self.refuse_erased(&bag)?;
        let versions = Versions::read(self.place.as_ref(), folder)?;
        let own = self.own_version(&bag, &versions)?;
        if own.is_none()
            && let Some(number) = versions.finished().next_back()
            && let Some(theirs) = self.record_of(folder, number)?
            && covers::covers(&theirs, &bag.record)
        {
            let is_packed = versions.is_packed(number);
            let name = if is_packed { PACKED } else { TAG_MANIFEST };
            let sha256 = self.place.head(&versions::key(folder, number, name), None)?.and_then(|head| head.sha256).unwrap_or_default();
            let other = if is_packed { Other::Packed(sha256) } else { Other::Bag(sha256) };
            return Ok(Begun::Upload(Box::new(Upload::of_other(bag, number, other, lock))));
        }
        self.must_be_at_hand(&bag, &versions)?;
        let claim = own.map_or_else(|| self.claim(&bag, &versions), Ok)?;
        self.upload(bag, &versions, claim, lock).map(|upload| Begun::Upload(Box::new(upload)))
    }

    /// Returns the number of the version that has this record, and the id of that object.
    fn own_version(&self, bag: &Bag, versions: &Versions) -> Result<Option<(u32, Option<String>)>> {
        let record = bag.digest(RECORD)?;
        for number in versions.numbers().filter(|number| versions.length(*number, RECORD) == Some(record.bytes)) {
            if let Some(head) = head_of(self.place.as_ref(), &versions::key(&bag.folder, number, RECORD), record)? {
                return Ok(Some((number, head.version)));
            }
        }
        Ok(None)
    }

    /// Claims the version behind the newest one: its record is created, and no other archive writes below it then.
    fn claim(&self, bag: &Bag, versions: &Versions) -> Result<(u32, Option<String>)> {
        let record = bag.digest(RECORD)?;
        let first = versions.newest().unwrap_or(0) + 1;
        for number in first..first + CLAIMS {
            let key = versions::key(&bag.folder, number, RECORD);
            match self.create_file(self.place.as_ref(), (&bag.path(RECORD)?, &key), record, &|_| ())? {
                Creation::Created { version } => return Ok((number, version)),
                Creation::Taken => {
                    // It may come from an attempt of this run whose answer was lost.
                    if let Some(head) = head_of(self.place.as_ref(), &key, record)? {
                        return Ok((number, head.version));
                    }
                }
            }
        }
        let what = format!("other archives claim version after version of {}", self.place.location(Some(&bag.folder)));
        Err(Error::new(ErrorKind::Partial, what, "run the same command again when fewer workers ship this session"))
    }

    /// Returns the record of a finished version; `None` if it cannot be read.
    fn record_of(&self, folder: &StorePath, number: u32) -> Result<Option<Record>> {
        let bytes = self.read_object(&versions::key(folder, number, RECORD), LARGEST_RECORD)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Reads a small object; `None` if it is not there or is larger.
    fn read_object(&self, key: &StorePath, limit: u64) -> Result<Option<Vec<u8>>> {
        let Some(stream) = self.place.open(key, None, None)? else { return Ok(None) };
        let mut bytes = Vec::new();
        stream.take(limit + 1).read_to_end(&mut bytes).map_err(|error| {
            let what = format!("cannot read {}: {}", self.place.location(Some(key)), plain(&error));
            Error::new(ErrorKind::Unavailable, what, "run the same command again")
        })?;
        Ok((bytes.len() as u64 <= limit).then_some(bytes))
    }

    /// Sends one file of a session, unless it is there. `sent` is as in [`ObjectStore::create`]. Returns the number of bytes that were sent.
    ///
    /// # Errors
    /// The file is damaged, its key has other bytes, or the place is unavailable.
    pub fn put(&self, upload: &Upload, file: &UploadFile, sent: &(dyn Fn(i64) + Sync)) -> Result<u64> {
        let key = versions::key(&upload.folder, upload.number, &file.path);
        let path = upload.folder.join(&file.path);
        let created = if file.is_there { Creation::Taken } else { self.create_file(self.large(), (&path, &key), &file.digest, sent)? };
        let (version, bytes) = match created {
            Creation::Created { version } => (version, file.digest.bytes),
            Creation::Taken => (confirm(self.place.as_ref(), &key, &file.digest)?, 0),
        };
        upload.add(upload.number, &file.path, &file.digest.sha256, version, bytes);
        Ok(bytes)
    }

    /// Creates an object from a file here. If that fails because the file is not what its manifest says, the error says so.
    fn create_file(
        &self,
        place: &dyn ObjectStore,
        (path, key): (&StorePath, &StorePath),
        digest: &Digest,
        sent: &(dyn Fn(i64) + Sync),
    ) -> Result<Creation> {
        let store = self.store.as_ref();
        let open = || store.open(path)?.ok_or_else(|| damaged(store, path, "it is missing"));
        place.create(key, &open, digest, sent).map_err(|error| {
            if error.kind() == ErrorKind::Unavailable || error.kind().is_interruption() {
                return error;
            }
            match fault(store, path, &|read| read == digest) {
                Ok(None) => error,
                Ok(Some(why)) => damaged(store, path, &why),
                Err(error) => error,
            }
        })
    }

    /// Copies the journal's new lines, certificates and seals, as far as they are whole, to the place. Returns the number of new objects.
    ///
    /// # Errors
    /// The journal there is not the beginning of the one here, or the place is unavailable.
    pub fn copy_journal(&self) -> Result<u64> {
        self.copy.copy(self.store.as_ref(), self.place.as_ref())
    }

    /// Makes a version a bag, by its declaration or as a ZIP file, and writes that into the journal. The journal's lines about the bag must
    /// have been copied before, after every file of it was put. `sent` is as in [`ObjectStore::create`].
    ///
    /// # Errors
    /// The place is unavailable, a file that is to be in the ZIP file is damaged, or the journal cannot be written.
    pub fn finish(&self, upload: &Upload, now: &dyn Fn() -> Timestamp, sent: &(dyn Fn(i64) + Sync)) -> Result<Shipment> {
        if let Some(packing) = &upload.packing {
            self.pack(upload, packing, sent)?;
        } else if !upload.is_of_other() {
            let (key, text) = (versions::key(&upload.folder, upload.number, DECLARATION), DECLARATION_TEXT.as_bytes());
            let created = create_bytes(self.place.as_ref(), &key, text)?;
            upload.add_created(upload.number, DECLARATION, text, created);
        }
        let (entry, shipment) = upload.end(&self.place.location(None), self.place.location(Some(&upload.version_folder())));
        let line = self.journal.shipped(entry.clone(), now())?;
        *locked(&upload.shipped) = Some(Box::new((line, entry)));
        Ok(shipment)
    }
}

/// Returns what would be shipped of each session that the journal does not say is in the place; asks the place nothing.
pub struct Planner {
    store: Arc<dyn Store>,
    journal: Arc<Journal>,
    shipped: Shipments,
    packs: bool,
}

impl Planner {
    /// Reads what the journal says of the place.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn open(store: Arc<dyn Store>, place: &dyn ObjectStore, journal: Arc<Journal>, options: &ShipOptions) -> Result<Self> {
        let shipped = shipments(store.as_ref(), place, options)?;
        Ok(Self { store, journal, shipped, packs: options.zips.is_some() })
    }

    /// Returns what would be shipped of a session: nothing if its bag is in the place.
    ///
    /// # Errors
    /// As of [`Shipper::begin`].
    pub fn plan(&self, folder: &StorePath) -> Result<Planned> {
        let store = self.store.as_ref();
        let local = free::local_payload(store, folder)?;
        if is_shipped(store, &self.shipped, folder)? {
            return Ok(Planned { objects: 0, bytes: 0, unchanged: true, local });
        }
        let bag = Bag::read(store, folder, &self.journal)?;
        let (length, record) = (packed::length(folder, &bag.files), bag.digest(RECORD)?.bytes);
        if self.packs && length <= LARGEST_OBJECT {
            return Ok(Planned { objects: 2, bytes: record + length, unchanged: false, local });
        }
        let sent = || bag.files.iter().filter(|(path, _)| !bag.away.contains(*path));
        let bytes = sent().map(|(_, digest)| digest.bytes).sum();
        Ok(Planned { objects: sent().count() as u64, bytes, unchanged: false, local })
    }
}

fn shipments(store: &dyn Store, place: &dyn ObjectStore, options: &ShipOptions) -> Result<Shipments> {
    if options.recheck { Ok(Shipments::default()) } else { Shipments::read(store, &place.location(None), options.shard) }
}

/// Returns true if the journal says that a session's bag is in the place.
fn is_shipped(store: &dyn Store, shipped: &Shipments, folder: &StorePath) -> Result<bool> {
    must_be_finished(store, folder, ("shipped", "a run is changing it, or was killed there"))?;
    let bag = bag_digest(store, folder)?;
    Ok(bag.is_some_and(|bag| shipped.has(folder.as_str(), &bag)))
}

/// Fails if a session is unfinished; `why` says what that means, and `verb` what was not done.
fn must_be_finished(store: &dyn Store, folder: &StorePath, (verb, why): (&str, &str)) -> Result<()> {
    if store.length(&folder.join(MARKER))?.is_none() {
        return Ok(());
    }
    let what = format!("{} was not {verb}: {why}", store.location(folder));
    Err(Error::new(ErrorKind::Partial, what, "let `vmedia download` finish the session, then run the same command again"))
}

/// Returns why a file here is not the one of its manifest; `None` if it is.
fn fault(store: &dyn Store, path: &StorePath, is_same: &dyn Fn(&Digest) -> bool) -> Result<Option<String>> {
    Ok(match store.open(path)?.map(|stream| Digest::read(stream, &mut |_| Ok(()))) {
        Some(Ok(digest)) if is_same(&digest) => None,
        Some(Ok(_)) => Some("its bytes have changed: the SHA-256 does not fit".to_owned()),
        Some(Err(error)) => Some(format!("it cannot be read: {}", plain(&error))),
        None => Some("it is missing".to_owned()),
    })
}

/// Returns the error for a file here that is not what it was.
fn damaged(store: &dyn Store, path: &StorePath, why: &str) -> Error {
    Error::new(ErrorKind::Damaged, format!("{} was not shipped: {why}", store.location(path)), REPAIR)
}

/// Creates an object of bytes in memory.
fn create_from(place: &dyn ObjectStore, key: &StorePath, bytes: &Arc<[u8]>, digest: &Digest) -> Result<Creation> {
    let open = || Ok(Box::new(Cursor::new(Arc::clone(bytes))) as Box<dyn Read + Send>);
    place.create(key, &open, digest, &|_| ())
}

/// Returns the properties of an object that has this SHA-256; `None` if it is not there or has another.
fn head_of(place: &dyn ObjectStore, key: &StorePath, digest: &Digest) -> Result<Option<Head>> {
    Ok(place.head(key, None)?.filter(|head| head.sha256.as_deref() == Some(&digest.sha256)))
}

/// Creates an object of these bytes, or confirms it; returns the id of its version, and true if it is new.
fn create_bytes(place: &dyn ObjectStore, key: &StorePath, bytes: &[u8]) -> Result<(Option<String>, bool)> {
    let digest = Digest::of(bytes);
    match create_from(place, key, &bytes.into(), &digest)? {
        Creation::Created { version } => Ok((version, true)),
        Creation::Taken => Ok((confirm(place, key, &digest)?, false)),
    }
}

/// Returns the version id of an object that must have these bytes: no two writers ever make the same key of different ones.
fn confirm(place: &dyn ObjectStore, key: &StorePath, digest: &Digest) -> Result<Option<String>> {
    let refused = |why: &str| {
        let hint = "another program wrote or removed it there; look at its versions, or ship to another prefix";
        Err(Error::new(ErrorKind::Damaged, format!("{} {why}", place.location(Some(key))), hint))
    };
    match place.head(key, None)? {
        Some(head) if head.sha256.as_deref() == Some(&digest.sha256) && head.bytes == digest.bytes => Ok(head.version),
        Some(head) if head.sha256.is_none() => refused("exists, and the bucket has no SHA-256 of it"),
        Some(_) => refused("exists with other bytes than the archive has"),
        None => refused("was removed while it was created"),
    }
}
