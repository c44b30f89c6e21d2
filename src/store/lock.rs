//! Locks that the kernel frees when their process ends, however it ends; nothing is ever stale.
//!
//! The lock's file is removed by whoever frees it, so a large archive does not gather one for each session. That
//! takes care: a lock counts only if the path still names the file that is locked. Must not know what is locked.

use super::files::io_error;
use crate::error::{Error, Result};
use crate::exit::Exit;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// How often a vanishing lock file is chased before giving up.
const CHASES: usize = 100;

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    /// Held for its lock; closed after the path is gone.
    _file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While the lock is still held: whoever opened the same file meanwhile sees that the path is gone.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The answer to the wish for a lock.
#[derive(Debug)]
pub enum Locked {
    /// It is ours.
    Held(Lock),
    /// Somebody else has it: in words, as far as they left any.
    By(String),
}

/// Takes the lock whose file is `path`; its folder must exist. `holder` is left in it for others to read.
#[expect(clippy::disallowed_methods, reason = "a lock's file is the one file that is not published by a put")]
pub(super) fn take(path: &Path, holder: &str) -> Result<Locked> {
    for _ in 0..CHASES {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(|error| failed(path, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Locked::By(read_holder(&mut file))),
            Err(TryLockError::Error(error)) => return Err(failed(path, error)),
        }
        if is_still(path, &file) {
            // For people only; a lock without words is a lock all the same.
            let _ = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
            return Ok(Locked::Held(Lock { path: path.to_owned(), _file: file }));
        }
    }
    Err(Error::new(Exit::Local, format!("the lock {} keeps vanishing", path.display()), "is something else clearing that folder?"))
}

/// Who holds the lock whose file is `path`; none when it is free. Makes no file and keeps nobody from taking it, but for
/// a moment.
pub(super) fn holder(path: &Path) -> Result<Option<String>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(read_holder(&mut file))),
        Err(TryLockError::Error(error)) => Err(failed(path, error)),
    }
}

fn is_still(path: &Path, file: &File) -> bool {
    let held = file.try_clone().and_then(same_file::Handle::from_file);
    matches!((held, same_file::Handle::from_path(path)), (Ok(held), Ok(named)) if held == named)
}

fn read_holder(file: &mut File) -> String {
    let mut words = String::new();
    match file.take(200).read_to_string(&mut words) {
        Ok(count) if count > 0 => words,
        _ => "another process".to_owned(),
    }
}

fn failed(path: &Path, error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::Unsupported {
        let hint = "vmedia needs a file system with locks; a local disk or NFSv4 has them";
        return Error::new(Exit::Local, format!("cannot lock {}: {error}", path.display()), hint).caused_by(error);
    }
    io_error("lock", path, error)
}
