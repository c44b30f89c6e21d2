//! Files of a local folder that are written piece by piece before they have a name.
//!
//! Must not know what they hold.

use super::local::LocalStore;
use super::scratch::Unfinished;
use super::tree::{Access, Tree};
use super::{Digest, Staged, StorePath};
use crate::error::Result;
use sha2::{Digest as _, Sha256};
use std::io::{Read, Write};
use std::sync::Arc;

/// A file in this run's folder for unfinished files.
pub(super) struct LocalStaged<'a> {
    store: &'a LocalStore,
    tree: Arc<Tree>,
    unfinished: Unfinished,
    hasher: Sha256,
    bytes: u64,
}

impl<'a> LocalStaged<'a> {
    /// Takes an empty file.
    pub(super) fn new(store: &'a LocalStore, tree: Arc<Tree>, unfinished: Unfinished) -> Self {
        Self { store, tree, unfinished, hasher: Sha256::new(), bytes: 0 }
    }
}

impl Staged for LocalStaged<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.unfinished.file.write_all(bytes);
        written.map_err(|error| self.tree.failed("write", self.unfinished.path(), error))?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn digest(&self) -> Digest {
        Digest { bytes: self.bytes, sha256: hex::encode(self.hasher.clone().finalize()) }
    }

    fn reread(&self) -> Result<Box<dyn Read + Send>> {
        let path = self.unfinished.path();
        let file = self.tree.file(path, Access::Read).map_err(|error| self.tree.failed("read", path, error))?;
        Ok(Box::new(file))
    }

    fn publish(self: Box<Self>, path: &StorePath) -> Result<()> {
        self.store.publish(self.unfinished, path, true)
    }
}
