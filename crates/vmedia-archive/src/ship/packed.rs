//! A version in one object: `bag.zip`, the whole bag below the name of its session's folder, as [`crate::zip`] writes it. Its bytes follow
//! from those of the bag, so that they are produced as often as they are needed and stand on no disk.

use super::damaged;
use crate::error::{Error, ErrorKind, Result, plain};
use crate::layout::is_payload;
use crate::store::{Digest, Store, StorePath};
use crate::zip::{self, Checksum, Entry};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::vec::IntoIter;

/// The files of a bag, by their paths below its folder.
type Files = BTreeMap<String, Digest>;

/// Returns the files in the order of the ZIP file: the bag's own files stand last, so that one request reads them with the directory.
fn ordered(files: &Files) -> impl Iterator<Item = (&String, &Digest)> {
    let of = |wanted: bool| files.iter().filter(move |(path, _)| is_payload(path) == wanted);
    of(true).chain(of(false))
}

/// Returns the name of a file in the ZIP file.
pub(crate) fn entry_name(folder: &StorePath, path: &str) -> String {
    format!("{folder}/{path}")
}

/// Returns the length of a bag's ZIP file.
pub(super) fn length(folder: &StorePath, files: &Files) -> u64 {
    let names: Vec<(String, u64)> = ordered(files).map(|(path, digest)| (entry_name(folder, path), digest.bytes)).collect();
    zip::length(names.iter().map(|(name, bytes)| (name.as_str(), *bytes)))
}

/// A bag as a ZIP file.
pub(super) struct Packed {
    store: Arc<dyn Store>,
    entries: Vec<Entry>,
    directory: Arc<[u8]>,
    /// The digest of the whole.
    pub(super) digest: Digest,
}

impl Packed {
    /// Reads every file of a bag twice: for its checksums, which are compared with the manifest, and for the digest of the whole.
    pub(super) fn read(store: &Arc<dyn Store>, folder: &StorePath, files: &Files) -> Result<Self> {
        let mut entries = Vec::new();
        for (path, digest) in ordered(files) {
            let name = entry_name(folder, path);
            entries.push(Entry { crc: checksum(store.as_ref(), &place(&name)?, digest)?, name, bytes: digest.bytes });
        }
        let (placed, start) = zip::placed(entries);
        let directory = zip::directory(&placed, start).into();
        let entries = placed.into_iter().map(|(entry, _)| entry).collect();
        let packed = Self { store: Arc::clone(store), entries, directory, digest: Digest::of(&[]) };
        let changed = |error: io::Error| damaged(store.as_ref(), folder, &format!("it cannot be read: {}", plain(&error)));
        let digest = Digest::read(packed.open()?, &mut |_| Ok(())).map_err(changed)?;
        Ok(Self { digest, ..packed })
    }

    /// Opens the ZIP file, which is made while it is read.
    pub(super) fn open(&self) -> Result<Box<dyn Read + Send>> {
        let mut parts = Vec::new();
        for entry in &self.entries {
            parts.push(Part::Bytes(entry.header().into()));
            parts.push(Part::File(place(&entry.name)?, entry.bytes));
        }
        parts.push(Part::Bytes(Arc::clone(&self.directory)));
        let current: Box<dyn Read + Send> = Box::new(io::empty());
        Ok(Box::new(Stream { store: Arc::clone(&self.store), left: parts.into_iter(), current: current.take(0) }))
    }
}

/// Returns the place of an entry's file here.
fn place(name: &str) -> Result<StorePath> {
    StorePath::parse(name).ok_or_else(|| Error::new(ErrorKind::Damaged, format!("no file can have the name {name}"), crate::verify::REPAIR))
}

/// Compares a file with its digest, and returns its CRC-32.
fn checksum(store: &dyn Store, path: &StorePath, digest: &Digest) -> Result<u32> {
    let stream = store.open(path)?.ok_or_else(|| damaged(store, path, "it is missing"))?;
    let mut crc = Checksum::new();
    let read = Digest::read(stream, &mut |piece| {
        crc.update(piece);
        Ok(())
    });
    match read {
        Ok(read) if read == *digest => Ok(crc.finalize()),
        Ok(_) => Err(damaged(store, path, "its bytes have changed: the SHA-256 does not fit")),
        Err(error) => Err(damaged(store, path, &format!("it cannot be read: {}", plain(&error)))),
    }
}

/// A part of the ZIP file.
enum Part {
    Bytes(Arc<[u8]>),
    File(StorePath, u64),
}

/// The ZIP file, of which a file at a time is open.
struct Stream {
    store: Arc<dyn Store>,
    left: IntoIter<Part>,
    current: io::Take<Box<dyn Read + Send>>,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.current.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            if self.current.limit() > 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file became shorter while it was read"));
            }
            let (next, bytes): (Box<dyn Read + Send>, u64) = match self.left.next() {
                None => return Ok(0),
                Some(Part::Bytes(bytes)) => (Box::new(Cursor::new(Arc::clone(&bytes))), bytes.len() as u64),
                Some(Part::File(path, bytes)) => {
                    let opened = self.store.open(&path).map_err(io::Error::other)?;
                    (opened.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{path} is missing")))?, bytes)
                }
            };
            self.current = next.take(bytes);
        }
    }
}
