//! Files outside of archives that are written anew as a whole: lists, numbers, configuration. A program that reads one while it is
//! replaced reads the old one or the new one.
//!
//! Must not know what such a file holds.

use std::io::{self, Write};
use std::path::Path;

/// Who may read a file, where the system has such rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone.
    Owner,
    /// All users.
    All,
}

/// Writes a file in one step, in place of one of its name.
pub fn replace(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    // Such a file is private from the beginning. Its name has no ending that a collector looks for.
    let mut file = tempfile::Builder::new().prefix(".vmedia-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    if readers == Readers::All {
        file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = readers;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Whether what has the name is no file, such as a device or a pipe, which must not lose it to one.
pub fn is_in_the_way(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file())
}
