//! A run's own folder for unfinished files, in the file system of the archive, and the sweeping of those that dead
//! runs left. A folder is dead when the lock in it can be had.
//!
//! Must not know what the files will become.

use super::lock::{self, Lock, Locked};
use super::tree::{Access, Kind, Tree};
use crate::error::Result;
use std::fs::File;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The folder of one run; gone with it.
#[derive(Debug)]
pub(super) struct Scratch {
    tree: Arc<Tree>,
    folder: String,
    /// Held as long as the folder is in use; taken before the folder is made.
    _lock: Lock,
}

impl Scratch {
    /// Makes this run's folder below `parent` and sweeps those of dead runs.
    pub(super) fn create(tree: &Arc<Tree>, parent: &str, holder: &str) -> Result<Self> {
        let make = |folder: &str| tree.make_folder(folder).map_err(|error| tree.failed("create the folder", folder, error));
        make(parent)?;
        sweep(tree, parent);
        loop {
            let folder = format!("{parent}/{:016x}", fastrand::u64(..));
            if tree.kind(&folder).is_ok() {
                continue;
            }
            if let Locked::Held(lock) = lock::take(tree, &lock_of(&folder), holder)? {
                make(&folder)?;
                return Ok(Self { tree: Arc::clone(tree), folder, _lock: lock });
            }
        }
    }

    pub(super) fn file(&self) -> Result<Unfinished> {
        loop {
            let path = format!("{}/{:016x}", self.folder, fastrand::u64(..));
            match self.tree.file(&path, Access::Create) {
                Ok(file) => return Ok(Unfinished { tree: Arc::clone(&self.tree), path: Some(path), file }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(self.tree.failed("create a file in", &self.folder, error).for_run()),
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Workers that hang on a stalled connection at an interruption may still hold files; a later run sweeps.
        let _ = self.tree.remove_with_files(&self.folder);
    }
}

/// A file without a final name; gone when it is dropped before it has one.
#[derive(Debug)]
pub(super) struct Unfinished {
    tree: Arc<Tree>,
    path: Option<String>,
    pub(super) file: File,
}

impl Unfinished {
    pub(super) fn path(&self) -> &str {
        self.path.as_deref().unwrap_or_default()
    }

    pub(super) fn reread(&self) -> Result<File> {
        let path = self.path();
        self.tree.file(path, Access::Read).map_err(|error| self.tree.failed("read", path, error))
    }

    /// Notes that it has its final name.
    pub(super) fn keep(mut self) {
        self.path = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            let _ = self.tree.remove_file(path);
        }
    }
}

/// Counts a file while it is received.
pub(super) struct Receiving<'a>(&'a AtomicUsize);

impl<'a> Receiving<'a> {
    pub(super) fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Receiving<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lock_of(folder: &str) -> String {
    format!("{folder}.lock")
}

/// Removes the folders whose lock can be had: a living run takes the lock first and makes its folder then.
fn sweep(tree: &Arc<Tree>, parent: &str) {
    let entries = tree.entries(parent).unwrap_or_default();
    for (name, _) in entries.into_iter().filter(|(_, kind)| *kind == Kind::Folder) {
        let folder = format!("{parent}/{}", name.to_string_lossy());
        if let Ok(Locked::Held(lock)) = lock::take(tree, &lock_of(&folder), "sweeping") {
            let _ = tree.remove_with_files(&folder);
            drop(lock);
        }
    }
}
