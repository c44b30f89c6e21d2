//! Stores of files: relative paths and streams in, whole files under final names out.
//!
//! The archive uses these traits alone, with `/`-separated relative paths, so that an object store can replace the local folder.
//! Must not know the content of files.

mod durable;
mod files;
mod free_space;
mod lacking;
mod lines;
mod local;
mod lock;
mod path;
#[cfg(any(windows, test))]
mod privacy;
mod removal;
mod replace;
#[cfg(any(windows, test))]
mod retry;
mod scratch;
mod shared_sync;
mod tree;

pub use free_space::{FreeSpace, free_space};
pub use local::LocalStore;
pub use lock::{Lock, Locked};
pub use path::StorePath;
#[cfg(windows)]
pub use privacy::is_open_to_others;
pub use removal::{can_remove, mounted_bucket};
pub use replace::{NewFile, Readers, create, is_in_the_way, replace};
pub(crate) use tree::LINKED;

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io::{self, Read, Seek};

/// Bytes that are read and written at once; measured best for small and large files alike.
pub const BUFFER: usize = 256 * 1024;

/// Sees each piece that is read, and may end the reading with an error.
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
    /// Returns the digest of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: hex::encode(Sha256::digest(bytes)) }
    }

    /// Reads a stream to its end. `watch` sees each piece and may end the reading with an error.
    pub fn read(stream: impl Read, watch: &mut Watch<'_>) -> io::Result<Self> {
        Self::read_with(&mut Vec::new(), stream, watch)
    }

    /// Does the same with a buffer that is kept for the next stream.
    pub(crate) fn read_with(buffer: &mut Vec<u8>, stream: impl Read, watch: &mut Watch<'_>) -> io::Result<Self> {
        let mut hasher = Sha256::new();
        let bytes = read_pieces(buffer, stream, &mut |piece| {
            watch(piece)?;
            hasher.update(piece);
            Ok(())
        })?;
        Ok(Self { bytes, sha256: hex::encode(hasher.finalize()) })
    }
}

/// Reads a stream to its end, and returns its length. `each` receives the pieces and may end the reading with an error.
/// The buffer is filled with zeros the first time alone, which takes longer than to read a small file.
pub(crate) fn read_pieces(buffer: &mut Vec<u8>, mut stream: impl Read, each: &mut Watch<'_>) -> io::Result<u64> {
    buffer.resize(BUFFER, 0);
    let mut bytes = 0;
    loop {
        let count = match stream.read(buffer) {
            Ok(0) => return Ok(bytes),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        each(buffer.get(..count).unwrap_or_default())?;
        bytes += count as u64;
    }
}

/// Returns the bytes of a SHA-256 in 64 hex digits.
pub fn sha256_bytes(hex_digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hex_digits, &mut bytes).ok().map(|()| bytes)
}

/// The bytes of a staged file, to be read in any order.
pub trait Reread: Read + Seek + Send {}

impl<R: Read + Seek + Send> Reread for R {}

/// A file that has no name in the store yet. Dropping it removes it.
pub trait Staged: Send {
    /// Appends bytes.
    fn write(&mut self, bytes: &[u8]) -> Result<()>;

    /// Returns the bytes so far.
    fn reread(&self) -> Result<Box<dyn Reread>>;

    /// Syncs the bytes, then names the file in one step. Fails, and leaves nothing behind, where the name is taken.
    fn publish(self: Box<Self>, path: &StorePath) -> Result<()>;

    /// Does the same in place of a file that has the name.
    fn replace(self: Box<Self>, path: &StorePath) -> Result<()>;
}

/// A file that grows by lines, open for more of them.
pub trait Lines: Send + Sync {
    /// Appends lines in one write, so that those of two writers never mix. Until [`Self::flush`] or [`Store::prepare`], a power loss
    /// may remove or tear the last ones.
    fn append(&self, lines: &str) -> Result<()>;

    /// Makes the lines durable.
    fn flush(&self) -> Result<()>;
}

/// Small files that are on the disk and have no name yet. Dropping it removes them.
pub trait Prepared {
    /// Gives the file that was prepared for a path its name, in place of a file that has the name.
    fn publish(&mut self, path: &StorePath) -> Result<()>;
}

/// The names that [`Store::settle`] makes durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Those in the folder itself.
    Names,
    /// Those in the folder, in every folder below it, and its own in the root.
    Tree,
}

/// The kind of the entry at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stat {
    /// A file, and its length in bytes.
    File(u64),
    /// A link, to wherever it leads. Stores without links have none.
    Link,
    /// A folder, or anything else that holds no bytes.
    Other,
}

/// A file below a folder, or any other entry that is not a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its path from the store's root.
    pub path: StorePath,
    /// Its kind; `None` if only its name is accessible.
    pub stat: Option<Stat>,
    /// The SHA-256 that the store itself keeps of it, in hex. A local folder keeps none.
    pub sha256: Option<String>,
}

impl Listed {
    /// Returns its length in bytes; 0 if it is not a file.
    pub fn length(&self) -> u64 {
        if let Some(Stat::File(bytes)) = self.stat { bytes } else { 0 }
    }
}

/// Something that is in a store beside the files that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its path below the folder.
    pub path: String,
    /// What it is.
    pub what: String,
    /// True if it is expected, as an upload that is under way.
    pub is_harmless: bool,
}

/// An object that holds a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptObject {
    /// Its URL.
    pub url: String,
    /// The id of its version; `None` without versions.
    pub version: Option<String>,
    /// True if its key has no other version, and no delete marker.
    pub is_only: bool,
}

/// The reading half of a store, enough for verification, the catalog and the pages.
pub trait ReadStore: Send + Sync {
    /// Returns the whole of a small file; `None` when it is not there. Fails above `limit` bytes.
    fn read(&self, path: &StorePath, limit: u64) -> Result<Option<Vec<u8>>>;

    /// Returns a file as a stream; `None` when it is not there.
    fn open(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>>;

    /// Does the same for a file that was synced: where the system allows it, the bytes come from the disk and not from memory.
    fn open_on_disk(&self, path: &StorePath) -> Result<Option<Box<dyn Read + Send>>> {
        self.open(path)
    }

    /// Returns up to `length` bytes of a file from `offset` on; fewer where it ends, none when it is not there.
    fn read_range(&self, path: &StorePath, offset: u64, length: u64) -> Result<Vec<u8>>;

    /// Returns the kind of the entry at a path; `None` if there is none.
    fn stat(&self, path: &StorePath) -> Result<Option<Stat>>;

    /// Returns every file below a folder, sorted by path.
    fn list(&self, folder: &StorePath) -> Result<Vec<Listed>>;

    /// Returns the names of the folders right below the root, sorted, without the store's own.
    fn folders(&self) -> Result<Vec<String>>;

    /// Returns the description of a lock's holder; `None` if the lock is free. Leaves no trace.
    fn holder(&self, _name: &StorePath) -> Result<Option<String>> {
        Ok(None)
    }

    /// Returns the length and SHA-256 that the store itself keeps of a file; `None` if it keeps none, as a folder does.
    fn kept_digest(&self, _path: &StorePath) -> Result<Option<Digest>> {
        Ok(None)
    }

    /// Returns the path below a folder of the one file that holds all of its files; `None` where files stand by themselves.
    fn container(&self, _folder: &StorePath) -> Result<Option<String>> {
        Ok(None)
    }

    /// Returns the id of the oldest version of an object, by its key; `None` without versions, or if it is not there.
    fn kept_version(&self, _key: &StorePath) -> Result<Option<String>> {
        Ok(None)
    }

    /// Returns the object that holds a file, whole and alone; `None` if none does, as in a folder.
    fn kept_object(&self, _path: &StorePath) -> Result<Option<KeptObject>> {
        Ok(None)
    }

    /// Returns what is in a folder beside its files; without a folder, in the store's own folders.
    fn strays(&self, _folder: Option<&StorePath>) -> Result<Vec<Stray>> {
        Ok(Vec::new())
    }

    /// Returns the error of a store that could not be reached, once there was one: what was read since says nothing.
    fn outage(&self) -> Option<Error> {
        None
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
    /// Begins a file.
    fn stage(&self) -> Result<Box<dyn Staged + '_>>;

    /// Writes a small file in one step, in place of one that has the name.
    fn replace(&self, path: &StorePath, bytes: &[u8]) -> Result<()>;

    /// Opens a file for lines, and creates it if it is missing.
    fn lines(&self, path: &StorePath) -> Result<Box<dyn Lines>>;

    /// Writes small files without their names, and makes them durable, together with the lines of `lines` and the names in the
    /// folder, below it, and its own in the root.
    fn prepare(&self, files: &[(StorePath, &[u8])], lines: &dyn Lines, folder: &StorePath) -> Result<Box<dyn Prepared + '_>>;

    /// Renames a file. Fails where the name is taken.
    fn rename(&self, from: &StorePath, to: &StorePath) -> Result<()>;

    /// Removes a file, if it exists.
    fn remove(&self, path: &StorePath) -> Result<()>;

    /// Removes a folder and everything in it; links are removed, not followed.
    fn remove_tree(&self, folder: &StorePath) -> Result<()>;

    /// Creates a folder, unless it exists.
    fn make_folder(&self, path: &StorePath) -> Result<()>;

    /// Makes the names in a folder durable.
    fn settle(&self, folder: &StorePath, extent: Extent) -> Result<()>;

    /// Takes the lock of that name, or returns its holder. The lock ends when it is dropped, or with the process.
    fn lock(&self, name: &StorePath) -> Result<Locked>;
}

#[cfg(test)]
mod tests;
