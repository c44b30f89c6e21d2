//! A run's own folder for unfinished files, in the file system of the archive, and the sweeping of those that dead
//! runs left. A folder is dead when the lock in it can be had.
//!
//! Must not know what the files will become.

use super::files::{create_folder, io_error};
use super::lock::{self, Lock, Locked};
use crate::error::Result;
use std::path::{Path, PathBuf};

/// The folder of one run; gone with it.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: PathBuf,
    /// Held as long as the folder is in use; taken before the folder is made.
    _lock: Lock,
}

impl Scratch {
    /// Makes this run's folder below `parent` and sweeps those of dead runs.
    pub(super) fn create(parent: &Path, holder: &str) -> Result<Self> {
        create_folder(parent).map_err(|error| io_error("create the folder", parent, error))?;
        sweep(parent);
        loop {
            let folder = parent.join(format!("{:016x}", fastrand::u64(..)));
            if folder.exists() {
                continue;
            }
            if let Locked::Held(lock) = lock::take(&lock_of(&folder), holder)? {
                create_folder(&folder).map_err(|error| io_error("create the folder", &folder, error))?;
                return Ok(Self { folder, _lock: lock });
            }
        }
    }

    /// Where temporary files go.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Workers that hang on a stalled connection at an interruption may still hold files; a later run sweeps.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn lock_of(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

/// Removes the folders whose lock can be had: a living run takes the lock first and makes its folder then.
fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for folder in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        if let Ok(Locked::Held(lock)) = lock::take(&lock_of(&folder), "sweeping") {
            let _ = std::fs::remove_dir_all(&folder);
            drop(lock);
        }
    }
}
