//! Locks that the kernel frees when their process ends, however it ends; nothing is ever stale.
//!
//! The lock's file is removed when it is freed, so a large archive does not gather one for each session. That
//! takes care: a lock counts only if the path still names the file that is locked. Must not know what is locked.

use super::lacking::is_lacking;
use super::tree::{Access, Kind, Tree};
use crate::error::{self, Error, Result, plain};
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

/// Number of attempts to lock a file that other processes remove.
const ATTEMPTS: usize = 100;

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    tree: Arc<Tree>,
    path: String,
    /// Held for its lock; closed after the path is gone.
    _file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While the lock is still held, so that a process that opened the same file meanwhile sees that the path is gone.
        let _ = self.tree.remove_file(&self.path);
    }
}

/// The result of taking a lock.
#[derive(Debug)]
pub enum Locked {
    /// This run has it.
    Held(Lock),
    /// Another run has it, with this description.
    By(String),
}

impl Locked {
    /// Returns the lock. If another run has it, that is the error; `what` names the thing that it changes.
    pub(crate) fn or_busy(self, what: &str) -> Result<Lock> {
        match self {
            Self::Held(lock) => Ok(lock),
            Self::By(holder) => {
                let hint = "wait until that run has ended, and run the same command again";
                Err(Error::new(error::ErrorKind::Partial, format!("{what} is being changed by {holder}"), hint))
            }
        }
    }
}

/// Takes the lock whose file is `path`. `holder` is left in it for others to read.
pub(super) fn take(tree: &Arc<Tree>, path: &str, holder: &str) -> Result<Locked> {
    for _ in 0..ATTEMPTS {
        let mut file = opened(tree, path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Locked::By(read_holder(&mut file))),
            Err(TryLockError::Error(error)) => return Err(failed(tree, path, error)),
        }
        if is_still(tree, path, &file).map_err(|error| failed(tree, path, error))? {
            // The text is for people only; the lock holds without it.
            let _ = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
            return Ok(Locked::Held(Lock { tree: Arc::clone(tree), path: path.to_owned(), _file: file }));
        }
    }
    let what = format!("the lock {} keeps vanishing", tree.location(path).display());
    Err(Error::new(error::ErrorKind::Local, what, "is something else clearing that folder?"))
}

/// Opens the file of a lock, and makes it and its folder before if they are missing.
fn opened(tree: &Tree, path: &str) -> Result<File> {
    match (tree.file(path, Access::Lock), path.rsplit_once('/')) {
        (Err(error), Some((folder, _))) if error.kind() == ErrorKind::NotFound => {
            // Every session's lock lies there.
            tree.make_folder(folder).map_err(|error| tree.failed("create the folder", folder, error).for_run())?;
            tree.file(path, Access::Lock).map_err(|error| failed(tree, path, error))
        }
        (opened, _) => opened.map_err(|error| failed(tree, path, error)),
    }
}

/// Returns the holder of the lock whose file is `path`; `None` if it is free. Creates no file, and blocks others only for a moment.
pub(super) fn holder(tree: &Tree, path: &str) -> Result<Option<String>> {
    let mut file = match tree.file(path, Access::Read) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(tree, path, error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(read_holder(&mut file))),
        Err(TryLockError::Error(error)) => Err(failed(tree, path, error)),
    }
}

fn is_still(tree: &Tree, path: &str, file: &File) -> io::Result<bool> {
    let held = same_file::Handle::from_file(file.try_clone()?)?;
    match tree.file(path, Access::Read) {
        Ok(named) => Ok(held == same_file::Handle::from_file(named)?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn read_holder(file: &mut File) -> String {
    let mut holder = String::new();
    match file.take(200).read_to_string(&mut holder) {
        Ok(count) if count > 0 => holder,
        _ => "another process".to_owned(),
    }
}

fn failed(tree: &Tree, path: &str, error: io::Error) -> Error {
    if is_lacking(&error) {
        let hint = "vmedia needs a file system with locks; a local disk, NFSv4 and SMB have them";
        let what = format!("cannot lock {}: {}", tree.location(path).display(), plain(&error));
        return Error::new(error::ErrorKind::Local, what, hint).caused_by(error);
    }
    // The folder of the locks serves every session; a link in the place of one lock concerns that session.
    let is_shared = path.rsplit_once('/').is_some_and(|(folder, _)| !matches!(tree.kind(folder), Ok((Kind::Folder, _))));
    let error = tree.failed("lock", path, error);
    if is_shared { error.for_run() } else { error }
}
