//! Access to the files below one open folder. No operation follows a link below it: every folder on the way is opened from
//! the one above it without following links, so that a link which appears between a check and its use is refused, too. No
//! operation waits for a pipe or a device. The folder itself may be named by a link.
//!
//! Must not know what the files mean.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(super) use unix::Tree;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(super) use windows::Tree;

use super::files::place_error;
use crate::error::{self, Error};
use std::ffi::OsString;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// Names the open folder itself.
pub(super) const HERE: &str = ".";

/// Describes what is wrong with a link.
pub(crate) const LINKED: &str = "is a link, and vmedia follows none: what it leads to is no part of the archive";

/// Makes everything that was written to a file system durable.
pub(super) type SyncOfFileSystem = Box<dyn Fn() -> io::Result<()> + Send + Sync>;

/// The kind of an entry in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// A link, to whatever it leads.
    Link,
    /// A pipe, a device, a socket.
    Other,
}

/// The name and kind of an entry, and its kind and length in bytes when it was looked at; `None` if only its name is accessible.
pub(super) type Measured = (OsString, Kind, Option<(Kind, u64)>);

/// The purpose for which a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    /// Adding to its end; it is made, private to the user, if it is missing.
    Append,
    /// Writing a file that must not be there yet, private to the user.
    Create,
    /// Locking: reading and writing; it is made, private to the user, if it is missing.
    Lock,
}

/// The reason for which a name cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// It is a link, or a folder on the way to it is.
    Link,
    NotAFile,
}

impl Obstacle {
    /// Returns the obstacle that an error reports, if it reports one.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Link => "it is a link",
            Self::NotAFile => "it is not a regular file",
        })
    }
}

impl std::error::Error for Obstacle {}

impl From<Obstacle> for io::Error {
    fn from(obstacle: Obstacle) -> Self {
        Self::other(obstacle)
    }
}

impl Tree {
    /// Creates a folder and those above it that are missing, private to the user.
    pub(super) fn make_folder(&self, path: &str) -> io::Result<()> {
        if let Ok((Kind::Folder, _)) = self.kind(path) {
            return Ok(());
        }
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        for folder in ends.filter_map(|end| path.get(..end)) {
            match self.kind(folder) {
                Ok((Kind::Folder, _)) => continue,
                Ok((Kind::Link, _)) => return Err(Obstacle::Link.into()),
                Ok(_) => return Err(ErrorKind::AlreadyExists.into()),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            match self.create_folder(folder) {
                // Another run was faster, or it is no folder, which the next operation finds.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                made => made?,
            }
        }
        Ok(())
    }

    /// Removes a folder and the files right in it.
    pub(super) fn remove_with_files(&self, folder: &str) -> io::Result<()> {
        for (name, _) in self.entries(folder)? {
            self.remove_file(&format!("{folder}/{}", name.to_string_lossy()))?;
        }
        self.remove_folder(folder)
    }

    /// Removes a folder and everything in it.
    pub(super) fn remove_tree(&self, folder: &str) -> io::Result<()> {
        for (name, kind) in self.entries(folder)? {
            let path = format!("{folder}/{}", name.to_string_lossy());
            if kind == Kind::Folder { self.remove_tree(&path)? } else { self.remove_file(&path)? }
        }
        self.remove_folder(folder)
    }

    /// Returns the full path of a place, for messages.
    pub(super) fn location(&self, path: &str) -> PathBuf {
        let names = path.split('/').filter(|name| *name != HERE);
        names.fold(self.shown.clone(), |full, name| full.join(name))
    }

    /// Describes a failure at a place in two lines. A link on the way to it is named.
    pub(super) fn failed(&self, verb: &str, path: &str, error: io::Error) -> Error {
        if Obstacle::of(&error) != Some(Obstacle::Link) {
            return place_error(verb, &self.shown, &self.location(path), error);
        }
        let ends = path.match_indices('/').map(|(end, _)| end);
        let mut folders = ends.filter_map(|end| path.get(..end));
        let link = folders.find(|folder| matches!(self.kind(folder), Ok((Kind::Link, _)))).unwrap_or(path);
        let hint = "remove the link, or move the folder that it leads to into its place, and run the same command again";
        // Only the session whose folder it is in is affected.
        Error::new(error::ErrorKind::Damaged, format!("{} {LINKED}", self.location(link).display()), hint)
    }
}

#[cfg(test)]
#[path = "tree/tests.rs"]
mod tests;
