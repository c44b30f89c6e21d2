//! Files outside of archives that are written as a whole: lists, metrics, configuration, exports. A program that reads one while it is
//! replaced reads the old one or the new one.

#[cfg(windows)]
use super::privacy::close_file;
#[cfg(windows)]
use super::retry::{IN_USE_OR_DENIED, patiently};
use super::{Digest, durable};
use std::fs::File;
#[cfg(windows)]
use std::io::ErrorKind;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The users that may read a file, where the system has such permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone.
    Owner,
    /// All users.
    All,
}

/// Writes a file in one step, in place of one of its name.
pub fn replace(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let (file, path) = written(path, bytes, readers)?;
    persist(file, &path)
}

/// Writes a file in one step. Fails with [`io::ErrorKind::AlreadyExists`] where the name is taken.
pub fn create(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let (file, path) = written(path, bytes, readers)?;
    file.persist_noclobber(path).map(drop).map_err(|error| error.error)
}

/// Writes a file that has no name yet, and returns the path of the name.
fn written(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<(NamedTempFile, PathBuf)> {
    let (mut file, path) = beside(path)?;
    permit(&file, readers)?;
    file.write_all(bytes)?;
    durable::sync(file.as_file())?;
    Ok((file, path))
}

/// Makes a file without a name of its own in the folder of a path. Returns the path, too.
fn beside(path: &Path) -> io::Result<(NamedTempFile, PathBuf)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    // Without the limit on the length of a path, which `tempfile` does not lift.
    #[cfg(windows)]
    let (folder, path) = (&folder.canonicalize()?, &folder.canonicalize()?.join(path.file_name().ok_or(ErrorKind::IsADirectory)?));
    // Such a file is private from the beginning. Its name has no ending that a collector looks for.
    let file = tempfile::Builder::new().prefix(".vmedia-").suffix(".tmp").tempfile_in(folder)?;
    Ok((file, path.to_owned()))
}

/// A large file that gets its name once it is whole, and never that of another file. Its owner alone may read it.
pub struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
}

impl NewFile {
    /// Begins a file that will have this path.
    ///
    /// # Errors
    /// There is one, or its folder cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        if path.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let (file, path) = beside(path)?;
        permit(&file, Readers::Owner)?;
        Ok(Self { file, path })
    }

    /// Returns the file, to be written.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Makes its bytes outlast a power loss, and returns their digest.
    pub fn settle(&self) -> io::Result<Digest> {
        let mut file = self.file.as_file();
        durable::sync(file)?;
        file.rewind()?;
        Digest::read(file, &mut |_| Ok(()))
    }

    /// Gives it its name.
    pub fn publish(self) -> io::Result<()> {
        self.file.persist_noclobber(&self.path).map(drop).map_err(|error| error.error)
    }
}

#[cfg(unix)]
fn permit(file: &NamedTempFile, readers: Readers) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match readers {
        Readers::All => file.as_file().set_permissions(PermissionsExt::from_mode(0o644)),
        Readers::Owner => Ok(()),
    }
}

/// Without the right to change them, such as on a share, the rights stay those of the folder; a secret is then refused when it is read.
#[cfg(windows)]
fn permit(file: &NamedTempFile, readers: Readers) -> io::Result<()> {
    match readers {
        Readers::Owner => {
            close_file(file.path()).or_else(|error| if error.kind() == ErrorKind::PermissionDenied { Ok(()) } else { Err(error) })
        }
        Readers::All => Ok(()),
    }
}

#[cfg(unix)]
fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Waits for a program that has the file of that name open.
#[cfg(windows)]
fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    let mut held = Some(file);
    patiently(&IN_USE_OR_DENIED, &[path], || {
        let file = held.take().ok_or(ErrorKind::NotFound)?;
        file.persist(path).map(drop).map_err(|refused| {
            held = Some(refused.file);
            refused.error
        })
    })
}

/// Returns whether a device, a pipe or any other entry that is not a file has the name and must keep it.
pub fn is_in_the_way(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file())
}
