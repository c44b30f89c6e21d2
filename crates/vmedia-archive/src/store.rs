//! Where bytes land: relative paths and streams in, whole files under final names out.
//!
//! The archive speaks to this trait alone, in `/`-separated relative paths, so that an object store can stand where
//! the local folder stands. Must not know what the files mean.

mod files;
mod local;
mod lock;
mod path;
mod replace;
mod room;
mod scratch;
mod staged;
mod tree;

pub use local::LocalStore;
pub use lock::{Lock, Locked};
pub use path::StorePath;
pub use replace::{Readers, is_in_the_way, replace};
pub use room::{Room, room};
pub use tree::LINKED;

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io::{self, Read};

/// How much is read and written at once; measured best for small and large files alike.
pub const BUFFER: usize = 256 * 1024;

/// Sees each piece of what is read, and may end the reading with an error.
pub type Watch<'a> = dyn FnMut(&[u8]) -> io::Result<()> + 'a;

/// The length and SHA-256 of a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The length in bytes.
    pub bytes: u64,
    /// SHA-256, 64 lower-case hex digits.
    pub sha256: String,
}

impl Digest {
    /// The digest of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: hex::encode(Sha256::digest(bytes)) }
    }

    /// Reads a stream to its end. `watch` sees each piece and may end the reading with an error.
    pub fn read(mut stream: impl Read, watch: &mut Watch<'_>) -> io::Result<Self> {
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; BUFFER];
        let mut bytes = 0;
        loop {
            let count = match stream.read(&mut buffer) {
                Ok(0) => return Ok(Self { bytes, sha256: hex::encode(hasher.finalize()) }),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let piece = buffer.get(..count).unwrap_or_default();
            watch(piece)?;
            hasher.update(piece);
            bytes += count as u64;
        }
    }
}

/// A SHA-256 as bytes, from its 64 hex digits; none when it has others.
pub fn sha256_bytes(hex_digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hex_digits, &mut bytes).ok().map(|()| bytes)
}

/// What becomes of a body that was read to its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Placement {
    /// It gets this name, which must be free.
    At(StorePath),
    /// It is what the store holds already; the copy goes.
    Discard,
    /// It is not to be kept.
    Refuse,
}

/// Decides about a body: sees every piece, then its digest, before anything has a final name.
pub trait Judge {
    /// The next piece.
    fn piece(&mut self, piece: &[u8]);
    /// The verdict, after the last piece. An error of this side ends the put.
    fn verdict(&mut self, digest: &Digest) -> Result<Placement>;
}

/// Why a put left nothing behind.
#[derive(Debug)]
pub enum PutError {
    /// The stream failed.
    Source(io::Error),
    /// The judge refused it.
    Refused,
    /// The store failed.
    Local(Error),
}

/// A file of ours that is written piece by piece and has no name yet; gone when it is dropped before it has one.
pub trait Staged: Send {
    /// Adds bytes to its end.
    fn write(&mut self, bytes: &[u8]) -> Result<()>;

    /// Returns the length and SHA-256 of what was written so far.
    fn digest(&self) -> Digest;

    /// Returns what was written so far as a stream.
    fn reread(&self) -> Result<Box<dyn Read + Send>>;

    /// Publishes it, synced, in one step, over what may stand there.
    fn publish(self: Box<Self>, path: &StorePath) -> Result<()>;
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stat {
    /// A file, and its length in bytes.
    File(u64),
    /// A link, to wherever it leads. Stores without links have none.
    Link,
    /// A folder, or anything else that holds no bytes.
    Other,
}

/// A file below a folder, or anything else there that is no folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its path from the store's root.
    pub path: StorePath,
    /// What it is; `None` where its name can be seen and nothing else.
    pub stat: Option<Stat>,
    /// The SHA-256 that the store itself keeps of it, in hex. A local folder keeps none.
    pub sha256: Option<String>,
}

impl Listed {
    /// Returns its length in bytes; 0 of what is no file.
    pub fn length(&self) -> u64 {
        if let Some(Stat::File(bytes)) = self.stat { bytes } else { 0 }
    }
}

/// The reading half of a store: all that verification, the catalog and the pages need.
pub trait ReadStore: Send + Sync {
    /// Returns the whole of a small file; `None` when it is not there. Fails above `limit` bytes.
    fn read(&self, path: &StorePath, limit: u64) -> Result<Option<Vec<u8>>>;

    /// Returns a file as a stream; `None` when it is not there.
    fn open(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>>;

    /// Returns up to `length` bytes of a file from `offset` on; fewer where it ends, none when it is not there.
    fn read_range(&self, path: &StorePath, offset: u64, length: u64) -> Result<Vec<u8>>;

    /// Returns what stands at a path; `None` when nothing does.
    fn stat(&self, path: &StorePath) -> Result<Option<Stat>>;

    /// Returns every file below a folder, sorted by path.
    fn list(&self, folder: &StorePath) -> Result<Vec<Listed>>;

    /// Returns the names of the folders right below the root, sorted, without the store's own.
    fn folders(&self) -> Result<Vec<String>>;

    /// Returns what the holder of a lock says of itself; `None` when the lock is free. Leaves no trace.
    fn holder(&self, _name: &StorePath) -> Result<Option<String>> {
        Ok(None)
    }

    /// Returns the name of the whole store for a person: a folder, or a URL.
    fn root(&self) -> String;

    /// Returns the name of a file for a person.
    fn location(&self, path: &StorePath) -> String;

    /// Returns a file's length in bytes; `None` when it is not there.
    fn length(&self, path: &StorePath) -> Result<Option<u64>> {
        Ok(self.stat(path)?.and_then(|stat| if let Stat::File(bytes) = stat { Some(bytes) } else { None }))
    }

    /// Returns whether a link stands at a path.
    fn is_link(&self, path: &StorePath) -> Result<bool> {
        Ok(self.stat(path)? == Some(Stat::Link))
    }
}

/// A store that takes files.
pub trait Store: ReadStore {
    /// Reads `body` to its end, lets `judge` decide, and publishes the whole file, synced, under a free name.
    fn put(&self, body: &mut dyn Read, judge: &mut dyn Judge) -> std::result::Result<Digest, PutError>;

    /// Publishes a small file of ours, in one step, over what may stand there.
    fn replace(&self, path: &StorePath, bytes: &[u8]) -> Result<()>;

    /// Begins a file of ours that is too large to be kept in memory.
    fn stage(&self) -> Result<Box<dyn Staged + '_>>;

    /// Adds a line to a small file of ours. After a power loss the last lines may be missing or torn.
    fn append(&self, path: &StorePath, line: &str) -> Result<()>;

    /// Makes the lines that were added to a file outlast a power loss.
    fn flush(&self, path: &StorePath) -> Result<()>;

    /// Gives a file another, free name.
    fn set_aside(&self, from: &StorePath, to: &StorePath) -> Result<()>;

    /// Removes a small file of ours.
    fn remove(&self, path: &StorePath) -> Result<()>;

    /// Makes sure that a folder exists, where stores have folders.
    fn folder(&self, path: &StorePath) -> Result<()>;

    /// Makes the names in a folder and below it outlast a power loss, and the folder's own.
    fn sync(&self, folder: &StorePath) -> Result<()>;

    /// The same for the names right in a folder, where nothing else has changed.
    fn sync_names(&self, folder: &StorePath) -> Result<()>;

    /// Takes the lock of that name, or says who has it. Dropping it frees it; so does the end of the process.
    fn lock(&self, name: &StorePath) -> Result<Locked>;
}

#[cfg(test)]
mod tests;
