//! The tree by the system calls that take the handle of a folder: one call for the whole way where Linux has `openat2`,
//! else one call for each folder on it.

use super::{Access, HERE, Kind, Measured, Obstacle, SyncOfFileSystem};
use crate::store::durable::sync_names;
use crate::store::lacking::is_lacking;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use rustix::path::Arg;
use std::ffi::{CStr, OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Flags to open a folder whose names are used.
#[cfg(any(target_os = "linux", target_os = "android"))]
const ON_THE_WAY: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const ON_THE_WAY: OFlags = LISTED;
/// Flags to open a folder to list or sync it.
const LISTED: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// Flags to open every file: opening a pipe does not wait, and a terminal does not become the process's own.
const FILE: OFlags = OFlags::CLOEXEC.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// An open folder and what is below it. Paths are names separated by `/`; none of them is `..`.
#[derive(Debug)]
pub(in crate::store) struct Tree {
    pub(super) shown: PathBuf,
    root: OwnedFd,
}

impl Tree {
    /// Opens a folder, which may be named by a link.
    pub(in crate::store) fn open(path: &Path) -> io::Result<Self> {
        let named = if path.as_os_str().is_empty() { Path::new(HERE) } else { path };
        Ok(Self { shown: path.to_owned(), root: rustix::fs::open(named, ON_THE_WAY, Mode::empty())? })
    }

    pub(in crate::store) fn file(&self, path: &str, access: Access) -> io::Result<File> {
        let (flags, mode) = match access {
            Access::Read => (OFlags::RDONLY, Mode::empty()),
            Access::Append => (OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE, Mode::RUSR | Mode::WUSR),
            Access::Create => (OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL, Mode::RUSR | Mode::WUSR),
            Access::Lock => (OFlags::RDWR | OFlags::CREATE, Mode::RUSR | Mode::WUSR),
        };
        let file = match self.at(path, flags | FILE, mode) {
            Ok(opened) => File::from(opened),
            // A folder, or a pipe or socket without another end.
            Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::ISDIR | Errno::NXIO | Errno::NODEV | Errno::OPNOTSUPP)) => {
                return Err(Obstacle::NotAFile.into());
            }
            Err(error) => return Err(error),
        };
        if access == Access::Create || file.metadata()?.is_file() { Ok(file) } else { Err(Obstacle::NotAFile.into()) }
    }

    /// Returns the kind of an entry, and its length in bytes.
    pub(in crate::store) fn kind(&self, path: &str) -> io::Result<(Kind, u64)> {
        self.in_folder_of(path, |folder, name| kind_at(folder, name))
    }

    /// Returns the names in a folder, in no order.
    pub(in crate::store) fn entries(&self, folder: &str) -> io::Result<Vec<(OsString, Kind)>> {
        let mut entries = Vec::new();
        self.each_entry(folder, |_, name, kind| entries.push((OsStr::from_bytes(name.to_bytes()).to_owned(), kind)))?;
        Ok(entries)
    }

    /// Does the same, and looks at each file.
    pub(in crate::store) fn measured(&self, folder: &str) -> io::Result<Vec<Measured>> {
        let mut entries = Vec::new();
        self.each_entry(folder, |folder, name, kind| {
            let found = if kind == Kind::File { kind_at(folder, name).ok() } else { Some((kind, 0)) };
            entries.push((OsStr::from_bytes(name.to_bytes()).to_owned(), kind, found));
        })?;
        Ok(entries)
    }

    fn each_entry(&self, folder: &str, mut each: impl FnMut(BorrowedFd<'_>, &CStr, Kind)) -> io::Result<()> {
        let mut listed = Dir::new(self.at(folder, LISTED, Mode::empty())?)?;
        while let Some(entry) = listed.read() {
            let entry = entry?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => match kind_at(listed.fd()?, name) {
                    Ok((kind, _)) => kind,
                    Err(Errno::NOENT) => continue,
                    Err(error) => return Err(error.into()),
                },
                known => kind_of(known),
            };
            each(listed.fd()?, name, kind);
        }
        Ok(())
    }

    /// Makes a folder, private to the user, in one that is there.
    pub(in crate::store) fn create_folder(&self, path: &str) -> io::Result<()> {
        self.in_folder_of(path, |folder, name| rustix::fs::mkdirat(folder, name, Mode::RWXU))
    }

    /// Renames a file in place of a file or link of that name.
    pub(in crate::store) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.between(from, to, |old, from, new, to| rustix::fs::renameat(old, from, new, to))
    }

    /// Renames a file; fails if anything has the name already.
    pub(in crate::store) fn rename_new(&self, from: &str, to: &str) -> io::Result<()> {
        self.between(from, to, rename_new)
    }

    /// Removes a file or a link.
    pub(in crate::store) fn remove_file(&self, path: &str) -> io::Result<()> {
        self.in_folder_of(path, |folder, name| rustix::fs::unlinkat(folder, name, AtFlags::empty()))
    }

    pub(in crate::store) fn remove_folder(&self, path: &str) -> io::Result<()> {
        self.in_folder_of(path, |folder, name| rustix::fs::unlinkat(folder, name, AtFlags::REMOVEDIR))
    }

    /// Makes the names in a folder outlast a power loss.
    pub(in crate::store) fn sync_folder(&self, folder: &str) -> io::Result<()> {
        sync_names(&File::from(self.at(folder, LISTED, Mode::empty())?))
    }

    /// Returns a call that makes everything written to the file system durable, if that costs less than a sync of each file and
    /// reports lost writes: on Linux from 5.8 on (syncfs(2)), on its usual file systems.
    #[cfg(target_os = "linux")]
    pub(in crate::store) fn sync_of_file_system(&self) -> Option<SyncOfFileSystem> {
        // From linux/magic.h: ext2 to ext4, XFS, Btrfs, tmpfs.
        const SYNCED: [u64; 4] = [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994];
        let root = self.at(HERE, LISTED, Mode::empty()).ok()?;
        let kind = u64::try_from(rustix::fs::fstatfs(&root).ok()?.f_type).ok()?;
        let release = rustix::system::uname().release().to_string_lossy().into_owned();
        let mut numbers = release.split(|letter: char| !letter.is_ascii_digit()).map_while(|number| number.parse::<u32>().ok());
        let version = (numbers.next()?, numbers.next()?);
        (SYNCED.contains(&kind) && version >= (5, 8)).then(|| Box::new(move || Ok(rustix::fs::syncfs(&root)?)) as SyncOfFileSystem)
    }

    /// Returns none: other systems have no such call.
    #[cfg(not(target_os = "linux"))]
    pub(in crate::store) fn sync_of_file_system(&self) -> Option<SyncOfFileSystem> {
        None
    }

    fn between(
        &self,
        from: &str,
        to: &str,
        act: impl FnOnce(BorrowedFd<'_>, &str, BorrowedFd<'_>, &str) -> rustix::io::Result<()>,
    ) -> io::Result<()> {
        // The outer error is about the way to `from`, the inner one about the rest.
        let mut inner = Ok(());
        self.in_folder_of(from, |old, from| {
            inner = self.in_folder_of(to, |new, to| act(old, from, new, to));
            Ok(())
        })?;
        inner
    }

    /// Acts on a name in its folder, which is opened without following a link.
    fn in_folder_of<T>(&self, path: &str, act: impl FnOnce(BorrowedFd<'_>, &str) -> rustix::io::Result<T>) -> io::Result<T> {
        match path.rsplit_once('/') {
            Some((folder, name)) => Ok(act(self.at(folder, ON_THE_WAY, Mode::empty())?.as_fd(), name)?),
            None => Ok(act(self.root.as_fd(), path)?),
        }
    }

    /// Opens what is at a path, with no link on the way or in its place.
    fn at(&self, path: &str, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        match rustix::fs::openat2(&self.root, path, flags, mode, rustix::fs::ResolveFlags::NO_SYMLINKS) {
            // Linux before 5.6 does not have the call, and some containers forbid it.
            Err(Errno::NOSYS | Errno::PERM) => {}
            Err(Errno::LOOP) => return Err(Obstacle::Link.into()),
            opened => return Ok(opened?),
        }
        self.step_by_step(path, flags, mode)
    }

    /// Does the same by one call for each folder on the way.
    pub(super) fn step_by_step(&self, path: &str, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
        let mut way = path.split('/').peekable();
        let mut folder: Option<OwnedFd> = None;
        loop {
            let here = folder.as_ref().map_or(self.root.as_fd(), AsFd::as_fd);
            let name = way.next().unwrap_or(HERE);
            if way.peek().is_none() {
                return open_one(here, name, flags, mode);
            }
            folder = Some(open_one(here, name, ON_THE_WAY, Mode::empty())?);
        }
    }
}

/// Returns the kind of an entry of a folder, and its length in bytes.
fn kind_at(folder: BorrowedFd<'_>, name: impl Arg) -> rustix::io::Result<(Kind, u64)> {
    let found = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok((kind_of(FileType::from_raw_mode(found.st_mode)), u64::try_from(found.st_size).unwrap_or_default()))
}

fn open_one(folder: BorrowedFd<'_>, name: &str, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
    let is_link = || {
        let found = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
        found.is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Symlink)
    };
    match rustix::fs::openat(folder, name, flags | OFlags::NOFOLLOW, mode) {
        // The systems differ in what they say of a link.
        Err(Errno::LOOP | Errno::MLINK | Errno::NOTDIR) if is_link() => Err(Obstacle::Link.into()),
        opened => Ok(opened?),
    }
}

fn rename_new(old: BorrowedFd<'_>, from: &str, new: BorrowedFd<'_>, to: &str) -> rustix::io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    match rustix::fs::renameat_with(old, from, new, to, rustix::fs::RenameFlags::NOREPLACE) {
        // Not every system and file system can.
        Err(error) if is_lacking(&error.into()) => {}
        renamed => return renamed,
    }
    match rustix::fs::linkat(old, from, new, to, AtFlags::empty()) {
        Ok(()) => rustix::fs::unlinkat(old, from, AtFlags::empty()),
        // File systems without hard links are left with a look, under the session's lock.
        Err(error) if error == Errno::PERM || is_lacking(&error.into()) => match rustix::fs::statat(new, to, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Err(Errno::EXIST),
            Err(Errno::NOENT) => rustix::fs::renameat(old, from, new, to),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    }
}

fn kind_of(file_type: FileType) -> Kind {
    match file_type {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    }
}
