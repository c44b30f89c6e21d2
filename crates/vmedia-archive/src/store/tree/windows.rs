//! The tree on Windows, where the standard library has no call that takes the handle of a folder: each folder on the way is
//! held open while a name in it is used. Windows neither renames nor removes a folder that is held without sharing its
//! removal, so no link can take its place meanwhile. `unix.rs` documents the functions.

use super::{Access, Kind, Measured, Obstacle, SyncOfFileSystem};
use crate::store::retry::{IN_USE, IN_USE_OR_DENIED, patiently};
use std::ffi::OsString;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// `FILE_FLAG_BACKUP_SEMANTICS`: needed to open a folder.
const FOLDER: u32 = 0x0200_0000;
/// `FILE_FLAG_OPEN_REPARSE_POINT`: opens a link itself.
const NO_LINK: u32 = 0x0020_0000;
/// `FILE_SHARE_READ | FILE_SHARE_WRITE`, without `FILE_SHARE_DELETE`.
const HELD: u32 = 3;
/// `FILE_ATTRIBUTE_REPARSE_POINT`: a link, or a file that its file system fetches from elsewhere.
const REPARSE: u32 = 0x400;

/// An open folder and what is below it. Paths are names separated by `/`; none of them is `..`.
#[derive(Debug)]
pub(in crate::store) struct Tree {
    pub(super) shown: PathBuf,
    /// Without links, and without the limit on the length of a path.
    root: PathBuf,
    _held: File,
}

impl Tree {
    pub(in crate::store) fn open(path: &Path) -> io::Result<Self> {
        let named = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let root = named.canonicalize()?;
        let held = hold(&root)?;
        Ok(Self { shown: path.to_owned(), root, _held: held })
    }

    pub(in crate::store) fn file(&self, path: &str, access: Access) -> io::Result<File> {
        self.in_folder_of(path, |full| match access {
            Access::Lock => open_lock(full),
            _ => patiently(&IN_USE, &[full], || open(full, access)),
        })
    }

    pub(in crate::store) fn kind(&self, path: &str) -> io::Result<(Kind, u64)> {
        self.in_folder_of(path, |full| fs::symlink_metadata(full).map(|found| (kind_of(found.file_type()), found.len())))
    }

    pub(in crate::store) fn entries(&self, folder: &str) -> io::Result<Vec<(OsString, Kind)>> {
        self.in_folder_of(folder, |full| {
            let _held = hold(full)?;
            fs::read_dir(full)?.map(|entry| entry.and_then(|entry| Ok((entry.file_name(), kind_of(entry.file_type()?))))).collect()
        })
    }

    pub(in crate::store) fn measured(&self, folder: &str) -> io::Result<Vec<Measured>> {
        let measured = |(name, kind): (OsString, Kind)| {
            let path = format!("{folder}/{}", name.to_string_lossy());
            let found = if kind == Kind::File { self.kind(&path).ok() } else { Some((kind, 0)) };
            (name, kind, found)
        };
        Ok(self.entries(folder)?.into_iter().map(measured).collect())
    }

    pub(in crate::store) fn create_folder(&self, path: &str) -> io::Result<()> {
        self.in_folder_of(path, |full| fs::create_dir(full))
    }

    #[expect(clippy::disallowed_methods, reason = "the store's own way of giving a file its final name")]
    pub(in crate::store) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.in_folder_of(from, |from| self.in_folder_of(to, |to| patiently(&IN_USE_OR_DENIED, &[from, to], || fs::rename(from, to))))
    }

    pub(in crate::store) fn rename_new(&self, from: &str, to: &str) -> io::Result<()> {
        self.in_folder_of(from, |from| {
            self.in_folder_of(to, |to| {
                patiently(&IN_USE_OR_DENIED, &[from], || {
                    let file = tempfile::TempPath::try_from_path(from)?;
                    file.persist_noclobber(to).map_err(|refused| {
                        // The file stays where it was.
                        let _ = refused.path.keep();
                        refused.error
                    })
                })
            })
        })
    }

    pub(in crate::store) fn remove_file(&self, path: &str) -> io::Result<()> {
        self.in_folder_of(path, |full| {
            // Windows removes a link to a folder as it removes a folder.
            let is_link_to_folder = fs::symlink_metadata(full).is_ok_and(|found| found.file_type().is_symlink_dir());
            patiently(&IN_USE_OR_DENIED, &[full], || if is_link_to_folder { fs::remove_dir(full) } else { fs::remove_file(full) })
        })
    }

    pub(in crate::store) fn remove_folder(&self, path: &str) -> io::Result<()> {
        self.in_folder_of(path, |full| patiently(&IN_USE, &[full], || fs::remove_dir(full)))
    }

    /// Does nothing: Windows has no handle for a folder that could be synced, and NTFS journals its names.
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "the other systems' shape")]
    pub(in crate::store) fn sync_folder(&self, _: &str) -> io::Result<()> {
        Ok(())
    }

    /// Returns none: only an administrator can sync a whole volume.
    pub(in crate::store) fn sync_of_file_system(&self) -> Option<SyncOfFileSystem> {
        None
    }

    /// Acts on a full path while the folders on the way are held, none of which is a link.
    fn in_folder_of<T>(&self, path: &str, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
        let (mut full, mut held) = (self.root.clone(), Vec::new());
        let mut way = path.split('/').filter(|name| *name != super::HERE).peekable();
        while let Some(name) = way.next() {
            full.push(name);
            if way.peek().is_some() {
                held.push(hold(&full)?);
            }
        }
        act(&full)
    }
}

/// Opens a file, and no link.
fn open(full: &Path, access: Access) -> io::Result<File> {
    match fs::symlink_metadata(full) {
        Ok(found) if found.is_symlink() => return Err(Obstacle::Link.into()),
        Ok(found) if !found.is_file() => return Err(Obstacle::NotAFile.into()),
        _ => {}
    }
    let mut options = options(access);
    let file = options.custom_flags(NO_LINK).open(full)?;
    let found = file.metadata()?;
    if found.is_symlink() {
        return Err(Obstacle::Link.into());
    }
    if found.file_attributes() & REPARSE == 0 {
        return Ok(file);
    }
    // A file of a cloud folder has its bytes only when it is opened as any other; it must be the same one.
    let fetched = options.custom_flags(0).open(full)?;
    let is_same = same_file::Handle::from_file(file.try_clone()?)? == same_file::Handle::from_file(fetched.try_clone()?)?;
    if is_same { Ok(fetched) } else { Err(Obstacle::Link.into()) }
}

/// Opens the file of a lock. It is removed when the lock is freed, and refuses to be opened until it is gone.
fn open_lock(full: &Path) -> io::Result<File> {
    let is_missing = || fs::symlink_metadata(full).is_err_and(|error| error.kind() == ErrorKind::NotFound);
    let mut was_missing = false;
    patiently(&IN_USE_OR_DENIED, &[full], || {
        open(full, Access::Lock).map_err(|error| {
            if error.kind() != ErrorKind::PermissionDenied || !is_missing() {
                return error;
            }
            // Refused twice while no file was there: the folder takes none, which no waiting changes.
            if std::mem::replace(&mut was_missing, true) { ErrorKind::PermissionDenied.into() } else { error }
        })
    })
}

/// Opens a folder so that nothing else can take its place until the handle is closed.
#[expect(clippy::disallowed_methods, reason = "opens a folder, and makes none")]
fn hold(folder: &Path) -> io::Result<File> {
    let held = OpenOptions::new().read(true).share_mode(HELD).custom_flags(FOLDER | NO_LINK).open(folder)?;
    let found = held.metadata()?;
    if found.is_symlink() {
        return Err(Obstacle::Link.into());
    }
    if found.is_dir() { Ok(held) } else { Err(ErrorKind::NotADirectory.into()) }
}

#[expect(clippy::disallowed_methods, reason = "the store's own way of making a file that is no part of the archive yet")]
fn options(access: Access) -> OpenOptions {
    let mut options = OpenOptions::new();
    match access {
        Access::Read => options.read(true),
        Access::Append => options.append(true).create(true),
        Access::Create => options.write(true).create_new(true),
        Access::Lock => options.read(true).write(true).create(true).truncate(false),
    };
    options
}

fn kind_of(file_type: FileType) -> Kind {
    if file_type.is_symlink() {
        Kind::Link
    } else if file_type.is_dir() {
        Kind::Folder
    } else if file_type.is_file() {
        Kind::File
    } else {
        Kind::Other
    }
}
