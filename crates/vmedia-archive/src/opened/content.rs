//! The content of an encrypted file, decrypted while it is read, from any place in it and in constant memory.
//!
//! A chunk that does not authenticate ends the reading, and no byte of it is passed on.

use crate::cipher::SessionIdentities;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{BUFFER, Digest, ReadStore, Reread, StorePath};
use sha2::{Digest as _, Sha256};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

/// A file of an opened session.
pub(crate) enum Stored {
    /// An encrypted file, and the digest of its content.
    File {
        /// Its path below the session's folder.
        path: String,
        /// The length and SHA-256 of its content.
        content: Digest,
    },
    /// The portrait in a file of NFC data.
    Portrait {
        /// The path that this file would have without encryption.
        of: String,
        /// The length of the portrait in bytes.
        bytes: u64,
    },
}

impl Stored {
    /// Returns its length in bytes.
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::File { content, .. } => content.bytes,
            Self::Portrait { bytes, .. } => *bytes,
        }
    }

    /// Returns the length and the content of a file; `None` if it is not one.
    pub(super) fn open(
        &self,
        store: &Arc<dyn ReadStore>,
        folder: &StorePath,
        keys: &SessionIdentities,
    ) -> Result<Option<(u64, Box<dyn Reread>)>> {
        let Self::File { path, content } = self else { return Ok(None) };
        let path = folder.join(path);
        let damaged = || {
            let what = format!("{} is not what was encrypted", store.location(&path));
            Error::new(ErrorKind::Damaged, what, "vmedia verify --identity says what is wrong with the session")
        };
        let length = store.length(&path)?.ok_or_else(|| {
            let what = format!("{} is not here", store.location(&path));
            Error::new(ErrorKind::NotFound, what, "vmedia verify says whether a bucket has it, or it is missing")
        })?;
        let ranges = Ranges { store: Arc::clone(store), path: path.clone(), length, at: 0, buffer: Vec::new(), begins: 0 };
        let mut opened = keys.open(ranges).map_err(|_| damaged())?;
        // The end is authentic, so that no seek leads behind it.
        let end = opened.seek(SeekFrom::End(0)).and_then(|end| opened.rewind().map(|()| end)).map_err(|_| damaged())?;
        if end != content.bytes {
            return Err(damaged());
        }
        Ok(Some((end, Box::new(Compared { inner: opened, content: content.clone(), at: 0, hasher: Some(Sha256::new()) }))))
    }
}

/// A file of a store, read by ranges.
struct Ranges {
    store: Arc<dyn ReadStore>,
    path: StorePath,
    length: u64,
    at: u64,
    buffer: Vec<u8>,
    /// The place in the file at which the buffer begins.
    begins: u64,
}

impl Read for Ranges {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let is_buffered = self.at >= self.begins && self.at - self.begins < self.buffer.len() as u64;
        if !is_buffered && self.at < self.length {
            self.buffer = self.store.read_range(&self.path, self.at, BUFFER as u64).map_err(io::Error::other)?;
            self.begins = self.at;
        }
        let from = usize::try_from(self.at.saturating_sub(self.begins)).unwrap_or(usize::MAX);
        let rest = self.buffer.get(from..).filter(|_| self.at < self.length).unwrap_or_default();
        let count = rest.len().min(out.len());
        if let (Some(to), Some(piece)) = (out.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(piece);
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Ranges {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Compares a content with its digest if it is read from the beginning to the end: the last piece is passed on only if it is what the
/// provider sent.
struct Compared<R> {
    inner: R,
    content: Digest,
    at: u64,
    /// `None` once a part was left out.
    hasher: Option<Sha256>,
}

impl<R: Read> Read for Compared<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.at += count as u64;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(out.get(..count).unwrap_or_default());
            let is_whole = self.at == self.content.bytes;
            if is_whole && hex::encode(hasher.clone().finalize()) != self.content.sha256 {
                out.fill(0);
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(count)
    }
}

impl<R: Seek> Seek for Compared<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let before = self.at;
        self.at = self.inner.seek(to)?;
        if self.at != before {
            self.hasher = None;
        }
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::Compared;
    use crate::store::Digest;
    use sha2::{Digest as _, Sha256};
    use std::io::{Cursor, Read, Seek, SeekFrom};

    fn compared(bytes: &[u8], of: &[u8]) -> Compared<Cursor<Vec<u8>>> {
        Compared { inner: Cursor::new(bytes.to_vec()), content: Digest::of(of), at: 0, hasher: Some(Sha256::new()) }
    }

    #[test]
    fn the_end_of_another_content_is_not_passed_on() {
        let mut out = Vec::new();
        compared(b"one", b"one").read_to_end(&mut out).expect("the content");
        assert_eq!(out, b"one");
        out.clear();
        compared(b"one", b"two").read_to_end(&mut out).expect_err("another content");
        assert_eq!(out, b"");
        let mut part = compared(b"one", b"two");
        part.seek(SeekFrom::Start(1)).expect("a place");
        part.read_to_end(&mut out).expect("a part cannot be compared");
        assert_eq!(out, b"ne");
    }
}
