//! Object stores, as far as shipping and reading need them: objects that are created once under their key and never replaced, with
//! the checksum and the version that the store keeps of each.
//!
//! Keys are relative to the place of the archive in its bucket. Must not know a protocol.

use crate::error::Result;
use crate::store::{Digest, StorePath};
use jiff::Timestamp;
use std::io::Read;

/// The folder of the objects by which a place is probed.
pub const PROBE_FOLDER: &str = "_probe";

/// Bytes of the largest object that one request creates. The SHA-256 of an object of several parts would be composite.
pub const LARGEST_OBJECT: u64 = 5 * 1024 * 1024 * 1024;

/// The id that stores give an object without a version, where they list versions.
pub const NO_VERSION: &str = "null";

/// The bytes of an object that is created: each attempt reads them from the beginning.
pub type Source<'a> = dyn Fn() -> Result<Box<dyn Read + Send>> + Sync + 'a;

/// The protection of an object against deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMode {
    /// Accounts with a special permission may delete it.
    Governance,
    /// No account may delete it.
    Compliance,
}

/// The retention of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locked {
    /// The protection.
    pub mode: LockMode,
    /// The time until which it holds.
    pub until: Timestamp,
}

/// The properties of an object, or of one version of it, as the store states them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The length in bytes.
    pub bytes: u64,
    /// The SHA-256 over all of its bytes, in hex; `None` if the store keeps none, or a composite one.
    pub sha256: Option<String>,
    /// The id of the version; `None` in a bucket without versions.
    pub version: Option<String>,
    /// Its retention, if it has one.
    pub locked: Option<Locked>,
    /// True if a legal hold keeps it, which has no end of its own.
    pub is_held: bool,
}

/// The result of [`ObjectStore::remove`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone, or was not there.
    Removed,
    /// A lock or a legal hold keeps it.
    Kept {
        /// The end of the lock; `None` under a legal hold.
        until: Option<Timestamp>,
    },
}

/// The result of [`ObjectStore::create`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    /// The object is new. `version` is the id of its version; `None` in a bucket without versions.
    Created {
        /// The id of the version.
        version: Option<String>,
    },
    /// The key was taken; nothing changed. The object may come from an earlier attempt of the same request.
    Taken,
}

/// An object below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: StorePath,
    /// Its length in bytes.
    pub bytes: u64,
}

/// A version of an object, or a delete marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedVersion {
    /// The key.
    pub key: StorePath,
    /// The id of the version.
    pub version: String,
    /// Its length in bytes; 0 for a delete marker.
    pub bytes: u64,
    /// True if it is what the key gives without a version.
    pub is_newest: bool,
    /// True if it is a delete marker, which hides the versions before it.
    pub is_marker: bool,
}

/// A place in a bucket. Every method retries what a retry can help.
pub trait ObjectStore: Send + Sync {
    /// Returns the name of an object for a person, such as `s3://bucket/prefix/key`; without a key, that of the place.
    fn location(&self, key: Option<&StorePath>) -> String;

    /// Creates an object unless its key is taken; the store compares the bytes with the digest and keeps it. `sent` receives
    /// the length of each piece that is sent; if an attempt fails, it receives their negative sum.
    ///
    /// # Errors
    /// The store is unavailable, refuses the request or its checksum, is full, or the source cannot be read.
    fn create(&self, key: &StorePath, source: &Source<'_>, digest: &Digest, sent: &(dyn Fn(i64) + Sync)) -> Result<Creation>;

    /// Returns the properties of an object, or of one version of it; `None` if it is not there or hidden by a delete marker.
    ///
    /// # Errors
    /// The store is unavailable or refuses the request.
    fn head(&self, key: &StorePath, version: Option<&str>) -> Result<Option<Head>>;

    /// Opens an object, or one version of it, from `offset` on, for up to `length` bytes; `None` if it is not there. An error of the stream
    /// carries the [`Error`](crate::error::Error) if the store cannot be reached.
    ///
    /// # Errors
    /// The store is unavailable or refuses the request.
    fn open(&self, key: &StorePath, version: Option<&str>, range: Option<(u64, u64)>) -> Result<Option<Box<dyn Read + Send>>>;

    /// Passes each object below a folder to `each`; without a folder, all of them. The objects of a folder come together; stores differ
    /// in the order of its entries where one name begins with another. Objects whose key is no [`StorePath`], such as the empty ones by
    /// which consoles show folders, are left out.
    ///
    /// # Errors
    /// The store is unavailable or refuses the request, or `each` fails.
    fn list(&self, folder: Option<&StorePath>, each: &mut dyn FnMut(ListedObject) -> Result<()>) -> Result<()>;

    /// Returns the names of the folders right below a folder, sorted; without a folder, below the place.
    ///
    /// # Errors
    /// The store is unavailable or refuses the request.
    fn folders(&self, folder: Option<&StorePath>) -> Result<Vec<String>>;

    /// Passes each version and delete marker below a folder to `each`, those of a key together and the newest first. Keys are left out as
    /// in [`Self::list`].
    ///
    /// # Errors
    /// The store is unavailable or refuses the request, keeps no versions, or `each` fails.
    fn versions(&self, folder: Option<&StorePath>, each: &mut dyn FnMut(ListedVersion) -> Result<()>) -> Result<()>;

    /// Removes one version for good; one that is not there is no error. No lock is ever bypassed.
    ///
    /// # Errors
    /// The store is unavailable or refuses the request.
    fn remove(&self, key: &StorePath, version: &str) -> Result<Removal>;
}
