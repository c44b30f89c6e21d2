//! The log file: one line per event, appended. The system may rotate it during a run; the file is opened again before the next
//! line if its name leads to another.
//!
//! Must not know what is logged, and must not end a run: evidence matters more than the log of it.

use crate::archive::must_be_outside;
use crate::error::{self, Error, Result, plain};
use same_file::Handle;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Hint for a log that cannot be opened.
const ANOTHER: &str = "choose another file with --log-file";

/// An open log.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    /// The identity of the open file; none for a device or a pipe, which is not rotated.
    identity: Option<Handle>,
    /// True if the last line was written in part.
    is_torn: bool,
    /// True if an error was reported.
    is_reported: bool,
}

impl Log {
    /// Opens or creates it, readable by its owner alone.
    pub(super) fn open(path: &Path) -> Result<Self> {
        must_be_outside("--log-file", path)?;
        let (file, identity) = open(path).map_err(|error| trouble(path, &error, ANOTHER))?;
        Ok(Self { path: path.to_owned(), file, identity, is_torn: false, is_reported: false })
    }

    /// Appends a line. Returns the first error.
    pub(super) fn line(&mut self, line: &str) -> Option<Error> {
        let reopened = self.follow();
        let written = self.write(line);
        let error = reopened.and(written).err()?;
        if std::mem::replace(&mut self.is_reported, true) {
            return None;
        }
        let hint = "the run goes on, and its log lacks lines; make room, or choose another file with --log-file";
        Some(trouble(&self.path, &error, hint))
    }

    /// Opens the file again if its name leads to another file, or to none.
    fn follow(&mut self) -> io::Result<()> {
        let Some(identity) = &self.identity else { return Ok(()) };
        match Handle::from_path(&self.path) {
            Ok(found) if found == *identity => Ok(()),
            // Another file, no file, or one that may be written and not read.
            _ => {
                (self.file, self.identity) = open(&self.path)?;
                self.is_torn = false;
                Ok(())
            }
        }
    }

    /// Writes a line in one call, so that no line of another process is within it.
    fn write(&mut self, line: &str) -> io::Result<()> {
        // The next line must not look like the end of half a line.
        let begin = if self.is_torn { "\n" } else { "" };
        let bytes = format!("{begin}{line}\n").into_bytes();
        let mut left = bytes.as_slice();
        while !left.is_empty() {
            match self.file.write(left) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => left = left.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.is_torn |= left.len() < bytes.len();
                    return Err(error);
                }
            }
        }
        self.is_torn = false;
        Ok(())
    }
}

/// Fails if a log could not be written, and leaves nothing behind. A device or a pipe is not opened: a process that opens a pipe
/// waits for its reader.
#[expect(clippy::disallowed_methods, reason = "a log is appended to and is no part of an archive")]
pub(crate) fn check_log(path: &Path) -> Result<()> {
    must_be_outside("--log-file", path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let tried = match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(found) if found.is_file() => OpenOptions::new().append(true).open(path).map(drop),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => tempfile::tempfile_in(folder).map(drop),
        Err(error) => Err(error),
    };
    tried.map_err(|error| trouble(path, &error, ANOTHER))
}

fn trouble(path: &Path, error: &io::Error, hint: &str) -> Error {
    Error::new(error::ErrorKind::Local, format!("cannot write the log {}: {}", path.display(), plain(error)), hint)
}

#[expect(clippy::disallowed_methods, reason = "a log is appended to and is no part of an archive")]
fn open(path: &Path) -> io::Result<(File, Option<Handle>)> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    let identity = if file.metadata()?.is_file() { Some(Handle::from_file(file.try_clone()?)?) } else { None };
    Ok((file, identity))
}
