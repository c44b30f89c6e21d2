//! Objects that hold files, and the entries of a ZIP file, each of which is compared with its header and its checksum while it is read.

use crate::error::{Error, ErrorKind, Result};
use crate::objects::ObjectStore;
use crate::store::StorePath;
use crate::zip::{Checksum, Entry};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

/// An object, and the version of it that counts; or an entry of a ZIP file.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) key: StorePath,
    /// `None` for the newest.
    pub(super) version: Option<String>,
    pub(super) bytes: u64,
    /// Where it is in a ZIP file.
    pub(super) inside: Option<Arc<Inside>>,
}

/// The last bytes of a ZIP file, and where they begin.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) start: u64,
    pub(super) bytes: Vec<u8>,
}

/// An entry of a ZIP file.
#[derive(Debug)]
pub(super) struct Inside {
    /// Where its header begins.
    pub(super) at: u64,
    pub(super) entry: Entry,
    pub(super) tail: Arc<Tail>,
}

/// What is in a ZIP file.
#[derive(Debug)]
pub(super) struct Packed {
    /// The files by their paths below the session's folder.
    pub(super) files: BTreeMap<String, Object>,
    /// True if the ZIP file is not as shipping writes it; no file of it counts then.
    pub(super) is_foreign: bool,
}

impl Tail {
    /// Returns the bytes from there on, if all of them are here.
    pub(super) fn from(&self, at: u64) -> Option<&[u8]> {
        self.bytes.get(usize::try_from(at.checked_sub(self.start)?).ok()?..)
    }
}

impl Inside {
    /// Opens a part of the entry; `None` if the ZIP file is gone. The whole of it is compared with its header and its checksum.
    pub(super) fn open(
        &self,
        place: &dyn ObjectStore,
        object: &Object,
        (offset, length): (u64, u64),
    ) -> Result<Option<Box<dyn Read + Send>>> {
        let (header, is_whole) = (self.entry.header(), offset == 0 && length == self.entry.bytes);
        let begin = self.at + header.len() as u64;
        let (from, to) = (if is_whole { self.at } else { begin + offset }, begin + offset + length);
        let here = self.tail.from(from).and_then(|bytes| bytes.get(..usize::try_from(to - from).ok()?));
        let stream: Box<dyn Read + Send> = match here {
            Some(bytes) => Box::new(Cursor::new(bytes.to_vec())),
            None => match place.open(&object.key, object.version.as_deref(), Some((from, to - from)))? {
                Some(stream) => stream,
                None => return Ok(None),
            },
        };
        let (crc, expected, left) = (Checksum::new(), self.entry.crc, self.entry.bytes);
        let checked = |stream| Checked { stream, header: Some(header), crc, expected, left, location: place.location(Some(&object.key)) };
        Ok(Some(if is_whole { Box::new(checked(stream)) } else { stream }))
    }
}

/// The bytes of an entry behind its header.
struct Checked<R> {
    stream: R,
    /// The header that must come first, until it was read.
    header: Option<Vec<u8>>,
    crc: Checksum,
    expected: u32,
    left: u64,
    location: String,
}

impl<R: Read> Checked<R> {
    /// Returns the error for an entry that is not what the directory says.
    fn differs(&self, what: &str) -> io::Error {
        let hint = "something other than vmedia wrote it; restore it from a backup";
        io::Error::other(Error::new(ErrorKind::Damaged, format!("{what} in {} is not what its directory says", self.location), hint))
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(expected) = self.header.take() {
            let mut header = vec![0; expected.len()];
            self.stream.read_exact(&mut header)?;
            if header != expected {
                return Err(self.differs("the header of an entry"));
            }
        }
        let count = self.stream.read(buffer)?;
        self.crc.update(buffer.get(..count).unwrap_or_default());
        self.left = self.left.saturating_sub(count as u64);
        if self.left == 0 && self.crc.clone().finalize() != self.expected {
            return Err(self.differs("the checksum of an entry"));
        }
        Ok(count)
    }
}
