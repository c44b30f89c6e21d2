//! A file of a local folder before it has a name.

use super::files::io_error;
use super::local::LocalStore;
use super::scratch::Unfinished;
use super::{Digest, Staged, StorePath};
use crate::error::Result;
use sha2::{Digest as _, Sha256};
use std::io::{Read, Write};

/// A file in this run's folder for unfinished files.
pub(super) struct LocalStaged<'a> {
    store: &'a LocalStore,
    unfinished: Unfinished,
    hasher: Sha256,
    bytes: u64,
}

impl<'a> LocalStaged<'a> {
    /// Wraps an empty file.
    pub(super) fn new(store: &'a LocalStore, unfinished: Unfinished) -> Self {
        Self { store, unfinished, hasher: Sha256::new(), bytes: 0 }
    }
}

impl Staged for LocalStaged<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.unfinished.file.write_all(bytes).map_err(|error| io_error("write", &self.store.root, error))?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn digest(&self) -> Digest {
        Digest { bytes: self.bytes, sha256: hex::encode(self.hasher.clone().finalize()) }
    }

    fn reread(&self) -> Result<Box<dyn Read + Send>> {
        Ok(Box::new(self.unfinished.reread()?))
    }

    fn publish(self: Box<Self>, path: &StorePath) -> Result<()> {
        self.store.publish(self.unfinished, path, false)
    }

    fn replace(self: Box<Self>, path: &StorePath) -> Result<()> {
        self.store.publish(self.unfinished, path, true)
    }
}
